//! One version, in one place, and the commit that was built.

#[path = "../../build/commit.rs"]
mod commit;

use std::fs;
use std::path::Path;
use std::process::Command;

use super::tool::{project, run_in};

/// The version in the workspace's manifest.
fn version() -> String {
    let manifest = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let (_, workspace) = manifest.split_once("[workspace.package]\n").unwrap();
    let line = workspace
        .lines()
        .find_map(|line| line.strip_prefix("version = \""));
    line.unwrap().trim_end_matches('"').to_owned()
}

/// Whether a text is `b7f71b1 2026-11-30`.
fn is_commit(text: &str) -> bool {
    let form = |c: char| match c {
        '0'..='9' => '0',
        'a'..='f' => 'a',
        other => other,
    };
    let Some((hash, date)) = text.split_once(' ') else {
        return false;
    };
    let hash_fits = hash.len() >= 7 && hash.chars().all(|c| ['0', 'a'].contains(&form(c)));
    hash_fits && date.chars().map(form).collect::<String>() == "0000-00-00"
}

#[test]
fn the_version_is_printed_with_the_commit_if_there_is_one() {
    let printed = run_in(project(), &["--version"], b"");
    assert_eq!(printed.code, Some(0));
    let line = printed.stdout.strip_suffix('\n').unwrap();
    let shown = line.strip_prefix("rolewatch ").unwrap();
    let commit = shown.strip_prefix(&version()).unwrap();
    let inner = commit
        .strip_prefix(" (")
        .and_then(|rest| rest.strip_suffix(')'));
    assert!(commit.is_empty() || inner.is_some_and(is_commit), "{line}");
}

#[test]
fn every_crate_has_the_version_of_the_workspace() {
    let manifest = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let members = manifest
        .lines()
        .find_map(|line| line.strip_prefix("members = "));
    let members: Vec<String> = serde_json::from_str(members.unwrap()).unwrap();
    assert!(members.len() > 5, "{members:?}");
    for member in [String::new()].into_iter().chain(members) {
        let manifest = project().join(&member).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let (_, package) = text.split_once("[package]\n").unwrap();
        let package = package.split("\n[").next().unwrap();
        let own: Vec<&str> = package
            .lines()
            .filter(|line| line.starts_with("version"))
            .collect();
        assert_eq!(own, ["version.workspace = true"], "{}", manifest.display());
    }
}

/// The templates name no version. The changelog names the one to be released, or a released one.
#[test]
fn the_changelog_is_about_this_version() {
    let changelog = fs::read_to_string(project().join("CHANGELOG.md")).unwrap();
    let version = version();
    let named = [format!("\nTo be {version}.\n"), format!("\n## [{version}]")];
    assert!(
        named.iter().any(|name| changelog.contains(name)),
        "{version}"
    );
}

/// Runs git with the settings of nobody.
fn git(folder: &Path, args: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(["-c", "commit.gpgsign=false", "-C"])
        .arg(folder)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&status.stderr);
    assert!(status.status.success(), "git {args:?}: {why}");
}

#[test]
fn a_folder_without_a_repository_has_no_commit() {
    let folder = tempfile::TempDir::new().unwrap();
    assert_eq!(commit::read(folder.path()), None);
    assert!(commit::changes_with(folder.path()).is_empty());
    // A file that git doesn't understand, as in a broken checkout.
    fs::write(folder.path().join(".git"), "gitdir: /nowhere\n").unwrap();
    assert_eq!(commit::read(folder.path()), None);
    assert!(commit::changes_with(folder.path()).is_empty());
}

#[test]
fn a_clone_and_its_worktrees_have_a_commit() {
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let clone = folder.path().join("clone");
    let tree = folder.path().join("tree");
    fs::create_dir(&clone).unwrap();
    git(&clone, &["init", "--quiet"]);
    assert_eq!(commit::read(&clone), None, "there is no commit yet");
    git(
        &clone,
        &["commit", "--quiet", "--allow-empty", "--message", "one"],
    );
    let first = commit::read(&clone).unwrap();
    assert!(is_commit(&first), "{first}");

    let branch = ["worktree", "add", "--quiet", "-b", "other"];
    git(&clone, &[&branch[..], &[tree.to_str().unwrap()]].concat());
    assert!(tree.join(".git").is_file());
    assert_eq!(commit::read(&tree), Some(first.clone()));
    git(
        &tree,
        &["commit", "--quiet", "--allow-empty", "--message", "two"],
    );
    assert_ne!(commit::read(&tree), Some(first.clone()));
    assert_eq!(commit::read(&clone), Some(first));

    // An archive of another project in the clone isn't the clone.
    let inside = clone.join("vendor");
    fs::create_dir(&inside).unwrap();
    assert_eq!(commit::read(&inside), None);
}

#[test]
fn a_commit_changes_a_file_that_cargo_watches() {
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    for log in ["true", "false"] {
        let folder = tempfile::TempDir::new().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        git(folder.path(), &["config", "core.logAllRefUpdates", log]);
        let commit = ["commit", "--quiet", "--allow-empty", "--message", "one"];
        git(folder.path(), &commit);
        let texts = || -> Vec<String> {
            let watched = commit::changes_with(folder.path());
            assert!(!watched.is_empty());
            let read = |path| fs::read_to_string(path).unwrap();
            watched.into_iter().map(read).collect()
        };
        let before = texts();
        git(
            folder.path(),
            &[&commit[..], &["--amend", "--message", "two"]].concat(),
        );
        assert_ne!(texts(), before, "core.logAllRefUpdates={log}");
    }
}
