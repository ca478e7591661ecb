//! No list of rules exists outside the catalogue. Code that treats some rules differently reads a
//! field of `Rule`, so that a new rule has no second place to be added to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::sources::{is_test, only_for_tests, program, sources};

/// Files that may contain rule codes, and why.
const PLACES: [(&str, &str); 3] = [
    ("shared/guard/src/catalogue.rs", "the list"),
    ("shared/notify/src/words/en.rs", "one entry a rule"),
    ("shared/guard/src/steps/ja.rs", "one entry a rule"),
];

/// The lines that are compiled into a program, numbered, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    program(text)
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or(line)))
}

/// The rule that this file defines. The first line names it.
fn own(text: &str) -> &str {
    let code = text.strip_prefix("//! ").and_then(|head| head.get(..5));
    code.filter(|code| code.starts_with("RW"))
        .unwrap_or_default()
}

/// Whether a text is exactly the code of another rule: `"RW001"`.
fn has_code(line: &str, own: &str) -> bool {
    line.match_indices("\"RW").any(|(at, _)| {
        let code = line.get(at + 1..at + 6).unwrap_or_default();
        let is_code = code.len() == 5 && code[2..].bytes().all(|byte| byte.is_ascii_digit());
        is_code && code != own && line[at + 6..].starts_with('"')
    })
}

/// The places that contain a code but shouldn't.
fn lists(path: &str, text: &str) -> Vec<String> {
    if is_test(path) || PLACES.iter().any(|(place, _)| path == *place) {
        return Vec::new();
    }
    code(text)
        .filter(|(_, line)| has_code(line, own(text)))
        .map(|(number, line)| format!("{path}:{number}: {}", line.trim()))
        .collect()
}

#[test]
fn no_list_of_rules_but_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all: BTreeMap<PathBuf, String> = BTreeMap::new();
    for folder in ["cli", "functions", "shared"] {
        for source in sources(&root.join(folder)) {
            let text = fs::read_to_string(&source).unwrap();
            all.insert(source, text);
        }
    }
    let count = all.len();
    assert!(count > 300, "these cannot be all sources: {count}");
    let mut tests: BTreeSet<PathBuf> = BTreeSet::new();
    for (source, text) in &all {
        tests.extend(only_for_tests(source, text));
    }
    let mut wrong = Vec::new();
    for (source, text) in all.iter().filter(|(source, _)| !tests.contains(*source)) {
        let path = source.strip_prefix(root).unwrap();
        let path = path.to_str().unwrap().replace('\\', "/");
        wrong.extend(lists(&path, text));
    }
    let wrong = wrong.join("\n");
    assert!(
        wrong.is_empty(),
        "make it a field of `Rule` instead:\n{wrong}"
    );
}

#[test]
fn a_list_is_found_wherever_a_program_has_it() {
    let list = "const QUIET: [&str; 1] = [\"RW013\"];\n";
    let found = |path: &str, text: &str| !lists(path, text).is_empty();
    assert!(found("shared/live/src/settle/diff.rs", list));
    assert!(found(
        "cli/report/table.rs",
        "    \"RW001\" | \"RW009\" => true, // why\n"
    ));
    assert!(!found(
        "shared/live/src/settle/diff.rs",
        "// \"RW013\" is quiet\n"
    ));
    assert!(!found(
        "cli/report/table.rs",
        "\"`rolewatch explain RW001` tells more\"\n"
    ));
    assert!(!found("shared/live/src/settle/tests.rs", list));
    let cases = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{list}}}\n");
    assert!(!found("shared/guard/src/rules/switch_denied.rs", &cases));
    assert!(!found(PLACES[0].0, list));
    let rule = format!("//! RW013 unused-elevation\n{list}");
    assert!(!found("shared/guard/src/rules/unused_elevation.rs", &rule));
    assert!(found(
        "shared/guard/src/rules/unused_elevation.rs",
        &rule.replace("[\"RW013", "[\"RW001")
    ));
}
