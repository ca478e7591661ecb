use super::*;

#[test]
fn a_folder_gives_its_logs_in_order_and_names_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in [
        "b/2.json.gz",
        "b/1.JSON",
        "a.ndjson",
        "c.jsonl.gz",
        "README.md",
        ".hidden.json",
        ".git/x.json",
        "roster/r.json",
    ] {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), "{}").unwrap();
    }
    let found = find_files(
        &[
            folder.path().to_owned(),
            at("README.md"),
            at("a.ndjson"),
            at("gone"),
        ],
        &|path| path.ends_with("roster"),
    );
    let files: Vec<PathBuf> = found.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(
        files,
        [
            at("a.ndjson"),
            at("b/1.JSON"),
            at("b/2.json.gz"),
            at("c.jsonl.gz"),
            at("README.md")
        ]
    );
    assert_eq!(found.files[0].size, 2);
    assert_eq!(
        found.skipped,
        [at(".git"), at(".hidden.json"), at("README.md")]
    );
    assert_eq!(found.unread.len(), 1);
    assert_eq!(found.unread[0].reason, Reason::Missing);
}

#[test]
fn files_of_firehose_have_no_ending_and_are_known_by_their_names() {
    let name = "logs-1-2026-03-02-09-00-00-0d3a1b2c-1234-5678-9abc-def012345678";
    for log in [
        name.to_owned(),
        format!("2026/03/02/09/{name}"),
        format!("{name}.gz"),
        name.replace("logs-1", "a.b-12"),
    ] {
        assert!(is_log(Path::new(&log)), "{log}");
    }
    for other in [
        name.replace("logs-1", "logs"),
        name.replace("2026-", "26-"),
        format!("{name}x"),
        format!("{name}.txt"),
        format!(".{name}"),
        name.strip_prefix("logs-1").unwrap().to_owned(),
        "processing-failed".to_owned(),
    ] {
        assert!(!is_log(Path::new(&other)), "{other}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_ends_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), "{}").unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("lost.json")).unwrap();
    let found = find_files(&[folder.path().to_owned()], &|_| false);
    assert_eq!(
        (found.files.len(), found.skipped.len(), found.unread.len()),
        (1, 1, 1),
        "{found:?}"
    );
}
