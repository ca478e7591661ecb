//! The commit that is built. Without git, or without a repository, there is none: that is never an
//! error.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The commit of a project's folder and its date: `b7f71b1 2026-11-30`.
pub(crate) fn read(root: &Path) -> Option<String> {
    let format = [
        "log",
        "-1",
        "--no-show-signature",
        "--abbrev=7",
        "--format=%h %cs",
    ];
    let line = git(root, &format)?;
    let (hash, date) = line.split_once(' ')?;
    let is_hash = hash.len() >= 7 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    // An old git that doesn't know a placeholder prints it.
    let is_date = date.len() == 10 && date.bytes().all(|byte| b"0123456789-".contains(&byte));
    (is_hash && is_date).then_some(line)
}

/// The files that change when another commit is checked out or made.
pub(crate) fn changes_with(root: &Path) -> Vec<PathBuf> {
    // The log of `HEAD` changes with each commit. Where it's turned off, the branch's own file does,
    // or the list of packed branches.
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    let names = ["logs/HEAD", "HEAD", "packed-refs"].into_iter();
    let names = names.map(str::to_owned).chain(branch);
    let paths = names.filter_map(|name| git(root, &["rev-parse", "--git-path", &name]));
    // Cargo would run the script each time because of a file that doesn't exist.
    let paths = paths.map(|path| root.join(path));
    paths.filter(|path| path.is_file()).collect()
}

/// What git prints about this folder's own repository.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    // A source archive may lie in somebody else's repository, whose commit says nothing. In a
    // worktree, `.git` is a file.
    if !root.join(".git").exists() {
        return None;
    }
    let mut command = Command::new("git");
    // A hook that builds has these set, to its own repository.
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
    ] {
        command.env_remove(name);
    }
    let output = command.arg("-C").arg(root).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.trim_end_matches(['\n', '\r']);
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
