use super::*;

#[test]
fn a_folder_gives_its_logs_in_order_and_names_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["b/2.json.gz", "b/1.JSON", "a.ndjson", "c.jsonl.gz", "README.md", ".hidden.json", ".git/x.json", "roster/r.json"] {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), "{}").unwrap();
    }
    let found = find_files(&[folder.path().to_owned(), at("README.md"), at("a.ndjson"), at("gone")], &|path| path.ends_with("roster"));
    let files: Vec<PathBuf> = found.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(files, [at("a.ndjson"), at("b/1.JSON"), at("b/2.json.gz"), at("c.jsonl.gz"), at("README.md")]);
    assert_eq!(found.files[0].size, 2);
    assert_eq!(found.skipped, [at(".git"), at(".hidden.json"), at("README.md")]);
    assert_eq!(found.unread.len(), 1);
    assert_eq!(found.unread[0].reason, Reason::Missing);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_ends_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), "{}").unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("lost.json")).unwrap();
    let found = find_files(&[folder.path().to_owned()], &|_| false);
    assert_eq!((found.files.len(), found.skipped.len(), found.unread.len()), (1, 1, 1), "{found:?}");
}
