//! The build script of the command: the version that `rolewatch --version` prints.
//!
//! A build that is optimized for use names the commit. A build for development and tests doesn't:
//! otherwise, each commit would cause the command and all its tests to be compiled again.

mod commit;

use std::env::var_os;
use std::path::PathBuf;

fn main() {
    let root = PathBuf::from(var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let version = var_os("CARGO_PKG_VERSION").unwrap_or_default();
    let mut shown = version.to_string_lossy().into_owned();
    println!("cargo::rerun-if-changed=build");
    if var_os("PROFILE").is_some_and(|profile| profile == "release") {
        if let Some(commit) = commit::read(&root) {
            shown = format!("{shown} ({commit})");
        }
        for file in commit::changes_with(&root) {
            println!("cargo::rerun-if-changed={}", file.display());
        }
    }
    println!("cargo::rustc-env=VERSION_SHOWN={shown}");
}
