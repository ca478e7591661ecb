//! The sources of the programs, for tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// The source files below a folder.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// Tests, cases and examples name the rules that they are about.
pub(crate) fn is_test(path: &str) -> bool {
    let folders = ["/tests/", "/testing/", "/examples/", "/benches/"];
    let file = path.rsplit('/').next().unwrap_or(path);
    let beside = ["tests.rs", "testing.rs"].contains(&file) || file.starts_with("cases");
    beside || folders.iter().any(|folder| path.contains(folder))
}

/// The files that are compiled only with tests: `#[cfg(test)] mod NAME;` in another file.
pub(crate) fn only_for_tests(source: &Path, text: &str) -> Vec<PathBuf> {
    let stem = source.file_stem().unwrap();
    let is_root = ["mod", "lib", "main"].iter().any(|root| stem == *root);
    let folder = if is_root {
        source.parent().unwrap().to_owned()
    } else {
        source.with_extension("")
    };
    let named = text
        .split("#[cfg(test)]\nmod ")
        .skip(1)
        .filter_map(|rest| rest.lines().next());
    named
        .filter_map(|line| line.strip_suffix(';'))
        .map(|name| folder.join(format!("{name}.rs")))
        .collect()
}

/// What is compiled into a program: the text before the tests.
pub(crate) fn program(text: &str) -> &str {
    let opens = |(at, _): &(usize, &str)| {
        let module = text[*at..].lines().nth(1).unwrap_or_default();
        module.starts_with("mod ") && module.ends_with('{')
    };
    let mut marks = text
        .match_indices("\n#[cfg(test)]\n")
        .map(|(at, mark)| (at + 1, mark));
    let cases = marks.find(opens);
    cases.map_or(text, |(at, _)| &text[..at])
}
