//! The templates in a source file, for the tests that compare them with the Japanese ones.

use std::collections::BTreeSet;

/// The macros that take templates, before all other arguments.
const MACROS: [&str; 3] = ["text!(", "say!(", "counted!("];

/// The templates in a source file, without those in its tests.
pub fn templates(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let program = program(source);
    let calls = MACROS.iter().flat_map(|call| program.match_indices(call));
    for (at, call) in calls {
        let line = program[..at].rsplit('\n').next().unwrap_or_default();
        let mut rest = program[at + call.len()..].trim_start();
        if line.trim_start().starts_with("//") {
            continue;
        }
        while let Some(literal) = rest.strip_prefix('"') {
            let (value, after) = value_of(literal);
            found.insert(value);
            rest = after.trim_start_matches([',', ' ', '\n']);
        }
    }
    found
}

/// The text before the tests.
fn program(source: &str) -> &str {
    let mut marks = source.match_indices("#[cfg(test)]\nmod ");
    let opens = |at: &usize| {
        source[*at..]
            .lines()
            .nth(1)
            .is_some_and(|line| line.ends_with('{'))
    };
    let tests = marks.find_map(|(at, _)| Some(at).filter(opens));
    tests.map_or(source, |at| &source[..at])
}

/// The value of a string literal, of which `text` is what follows the opening quote, and what comes
/// after it.
fn value_of(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                Some('\n') => rest = rest.as_str().trim_start().chars(),
                Some('n') => value.push('\n'),
                Some(c) => value.push(c),
                None => break,
            },
            c => value.push(c),
        }
    }
    (value, rest.as_str())
}

/// The names of the placeholders in a template.
pub fn placeholders(template: &str) -> BTreeSet<String> {
    let plain = template.replace("{{", "").replace("}}", "");
    let names = plain.split('{').skip(1);
    names
        .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
        .collect()
}
