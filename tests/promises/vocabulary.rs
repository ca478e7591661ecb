//! One word per thing, wherever users read: messages, help, rule documentation, pages, templates.
//!
//! The test scans Markdown pages, the text of templates, rule documentation, and every sentence
//! that a program may print: string literals that contain a space, and the doc comments that become
//! help. It doesn't scan other comments and identifiers.

use std::fs;
use std::path::{Path, PathBuf};

use super::sources::{is_test, only_for_tests, program, sources};

/// A phrase that readers stumble over, and the replacement. A space stands for any white space. The
/// phrase begins and ends at word boundaries.
const PHRASES: [(&str, &str); 52] = [
    ("mint", "the call that issued the session"),
    ("mints", "the calls that issued the sessions"),
    ("dossier", "everything known about a switch"),
    ("zone of trust", "the accounts in the policy"),
    ("bystander", "also cut off"),
    ("bystanders", "also cut off"),
    ("open nothing any more", "expired"),
    ("opens nothing any more", "expired"),
    ("stop to work", "stop working; expire"),
    ("stops to work", "stops working; expires"),
    ("not proved", "unproven"),
    ("cannot be told", "can't tell"),
    ("can't be told", "can't tell"),
    ("could not be told", "couldn't tell"),
    ("couldn't be told", "couldn't tell"),
    ("sent nothing", "the logs of account X are missing"),
    ("was not read", "the logs of account X are missing"),
    ("hang on", "depend on"),
    ("hangs on", "depends on"),
    ("hung on", "depended on"),
    ("what is to stand", "replace it with"),
    ("is to stand there", "replace it with"),
    ("take it out", "delete this statement"),
    ("no longer so", "resolved"),
    ("mended", "resolved; fixed"),
    ("on end", "continuously"),
    ("by a chain", "through role chaining"),
    ("many roles lie", "through another role"),
    ("is no YAML", "is not valid YAML"),
    ("is no JSON", "is not JSON"),
    ("is no duration", "is not a duration"),
    ("is no ARN", "is not an ARN"),
    ("is no role", "is not a role"),
    ("is no account", "is not an account"),
    ("is no group", "is not a group"),
    ("is no time", "is not a time"),
    ("is no rule", "is not a rule"),
    ("is no member", "is not a member"),
    ("nothing of this name", "no such file or directory"),
    ("none reading", "no reads"),
    ("none writing", "no writes"),
    (
        "lets nobody in",
        "rolewatch can't assume its reader role in",
    ),
    ("a test holds", "enforced by a test"),
    ("a test holds it", "enforced by a test"),
    ("belongs into", "belongs in"),
    ("anew", "again"),
    ("set-up", "setup"),
    ("enrolment", "enrollment"),
    ("enrols", "enrolls"),
    ("enrol", "enroll"),
    ("colour", "color"),
    ("authorised", "authorized"),
];

/// Places where a phrase is right, and why.
const EXCEPTIONS: [(&str, &str, &str); 5] = [
    ("docs/architecture.md", "dossier", "a word of the code"),
    ("docs/architecture.md", "mint", "a word of the code"),
    ("docs/architecture.md", "mints", "a word of the code"),
    ("CONTRIBUTING.md", "dossier", "a word of the code"),
    ("shared/live/src/setup.rs", "set-up", "a key of stored rows"),
];

/// Folders without text of this project.
const SKIPPED: [&str; 4] = ["target", ".git", "proptest-regressions", "previous"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with these endings.
pub(super) fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

/// The string literals of a source, with the number of the line on which each one begins. Like the
/// compiler, joins lines after a `\` at the end.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut line, mut rest) = (1, source);
    while let Some(first) = rest.chars().next() {
        let (taken, literal) = token(rest, first);
        if let Some(literal) = literal {
            found.push((line, joined(literal)));
        }
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    found
}

/// The length of the next token, and its content if it is a string.
fn token(rest: &str, first: char) -> (usize, Option<&str>) {
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match first {
        '/' if rest.starts_with("//") => (until("\n"), None),
        '/' if rest.starts_with("/*") => (until("*/"), None),
        'r' if rest.starts_with("r\"") || rest.starts_with("r#") => raw(rest),
        '"' => {
            let end = end_of_string(rest);
            (end, rest.get(1..end - 1))
        }
        '\'' => (char_literal(rest), None),
        _ if first.is_alphanumeric() || first == '_' => {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            (word.unwrap_or(rest.len()), None)
        }
        _ => (first.len_utf8(), None),
    }
}

fn raw(rest: &str) -> (usize, Option<&str>) {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let start = 2 + hashes;
    if !rest[1 + hashes..].starts_with('"') {
        return (1, None);
    }
    let close = format!("\"{}", "#".repeat(hashes));
    match rest[start..].find(&close) {
        Some(length) => (
            start + length + close.len(),
            rest.get(start..start + length),
        ),
        None => (rest.len(), None),
    }
}

/// The end of the string that begins here, after its quote.
fn end_of_string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len().max(2)
}

/// `'a'` and `'
/// '` are characters, `'a` is a lifetime.
fn char_literal(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next(), chars.next()) {
        (Some((_, '\\')), _, Some((from, _))) => rest[from..]
            .find('\'')
            .map_or(rest.len(), |at| from + at + 1),
        (Some(_), Some((at, '\'')), _) => at + 1,
        _ => 1,
    }
}

fn joined(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.push_str(line.trim_start());
    }
    text
}

/// The lines of a comment that becomes documentation: help of a command, or the page of a rule.
fn documentation<'s>(source: &'s str, mark: &'s str) -> impl Iterator<Item = (usize, String)> + 's {
    source.lines().enumerate().filter_map(move |(at, line)| {
        let text = line.trim_start().strip_prefix(mark)?;
        Some((at + 1, text.to_owned()))
    })
}

/// Everything that users may read, with its place.
fn texts() -> Vec<(String, usize, String)> {
    let mut texts = Vec::new();
    let shown = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    for path in files(root(), &[".md", ".yaml", ".yml"]) {
        let text = fs::read_to_string(&path).unwrap();
        // A phrase may be split over two lines.
        for (at, paragraph) in paragraphs(&text) {
            texts.push((shown(&path), at, paragraph));
        }
    }
    let folders = ["cli", "shared", "functions"];
    let sources: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
        .collect();
    let mut tests = Vec::new();
    for path in &sources {
        tests.extend(only_for_tests(path, &fs::read_to_string(path).unwrap()));
    }
    for path in sources {
        let name = shown(&path);
        if is_test(&format!("/{name}")) || tests.contains(&path) {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let program = program(&source);
        let sentences = literals(program)
            .into_iter()
            .filter(|(_, text)| text.contains(' '));
        texts.extend(sentences.map(|(at, text)| (name.clone(), at, text)));
        let mark = match () {
            () if source.starts_with("//! RW") => "//!",
            () if name.starts_with("cli/args") => "///",
            () => continue,
        };
        texts.extend(documentation(program, mark).map(|(at, text)| (name.clone(), at, text)));
    }
    texts
}

/// Joins the lines of each paragraph. Returns each paragraph with the number of its first line.
fn paragraphs(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches([' ', '#', '>', '|']);
        match found.last_mut().filter(|_| open && !line.is_empty()) {
            Some((_, paragraph)) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            None => found.push((at + 1, line.to_owned())),
        }
        open = !line.is_empty();
    }
    found
}

/// The text without its inline code, which contains names of fields and commands.
fn prose(text: &str) -> String {
    let outside = text.split('`').step_by(2);
    outside.collect::<Vec<_>>().join(" ")
}

/// Whether a text contains a phrase between word boundaries, ignoring case.
fn has(text: &str, phrase: &str) -> bool {
    let text = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let phrase = phrase.to_lowercase();
    let border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
    text.match_indices(&phrase).any(|(at, found)| {
        border(text[..at].chars().next_back()) && border(text[at + found.len()..].chars().next())
    })
}

#[test]
fn users_read_one_word_for_one_thing() {
    let mut wrong = Vec::new();
    let texts = texts();
    assert!(texts.len() > 3_000, "only {} texts were found", texts.len());
    for (path, line, text) in &texts {
        let text = prose(text);
        for (phrase, better) in PHRASES {
            let excepted = EXCEPTIONS
                .iter()
                .any(|(file, word, _)| file == path && *word == phrase);
            if !excepted && has(&text, phrase) {
                wrong.push(format!("{path}:{line}: `{phrase}`: write \"{better}\""));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} places\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Tables, code and images can't be wrapped. Japanese has no spaces at which to wrap.
#[test]
fn pages_wrap_at_100_columns() {
    let mut wrong = Vec::new();
    for path in files(root(), &[".md"]) {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if name.ends_with(".ja.md") {
            continue;
        }
        let mut in_code = false;
        for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let start = line.trim_start();
            in_code ^= start.starts_with("```");
            let fixed = in_code || start.starts_with('|') || start.starts_with("![");
            if !fixed && line.chars().count() > 100 {
                wrong.push(format!("{name}:{}", at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "over 100 columns:\n{}", wrong.join("\n"));
}

#[test]
fn sentences_are_found_in_sources() {
    let source = r##"
        // "not in a comment"
        let lifetime: &'a str = "one \"quoted\" sentence";
        let (c, d) = ('"', '\'');
        let raw = r#"a "raw" one"#;
        let two = "over two \
                   lines";
    "##;
    let found: Vec<_> = literals(source).into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        found,
        [
            r#"one \"quoted\" sentence"#,
            r#"a "raw" one"#,
            "over two lines"
        ]
    );
}

#[test]
fn a_phrase_is_found_between_borders_of_words() {
    assert!(has("It  hangs\non a condition", "hangs on"));
    assert!(has("The Mint.", "mint"));
    assert!(!has(&prose("the key `mint` of a row"), "mint"));
    assert!(!has("a minted coin, peppermint, mint_missing", "mint"));
}
