//! The Japanese pages are complete: whatever an English page names, the Japanese page names too.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::pages::{Page, one_line};
use super::tool::{project, run_in};

/// The pages that exist in both languages, without their endings.
const PAGES: [&str; 8] = [
    "README",
    "docs/audit",
    "docs/deploy",
    "docs/operations",
    "docs/policy",
    "docs/review",
    "docs/rules",
    "docs/slack",
];

/// Each page in English and in Japanese.
fn pairs() -> impl Iterator<Item = (Page, Page)> {
    PAGES.iter().map(|name| {
        let (english, japanese) = (format!("{name}.md"), format!("{name}.ja.md"));
        (Page::read(&english), Page::read(&japanese))
    })
}

/// The codes of the rules that a text names.
fn codes(text: &str) -> BTreeSet<&str> {
    let named = text
        .match_indices("RW")
        .filter_map(|(at, _)| text.get(at..at + 5));
    named
        .filter(|code| code[2..].bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

/// Fails if a Japanese page lacks something.
fn nothing_lacks(lacking: &[String]) {
    assert!(
        lacking.is_empty(),
        "missing in the Japanese pages:\n{}",
        lacking.join("\n")
    );
}

#[test]
fn each_language_links_to_the_other() {
    for name in PAGES {
        let file = name.rsplit('/').next().unwrap();
        let text = |ending: &str| fs::read_to_string(project().join(format!("{name}{ending}")));
        let english = text(".md").unwrap();
        let japanese = text(".ja.md").unwrap();
        assert_eq!(
            (english.lines().nth(2), japanese.lines().nth(2)),
            (
                Some(format!("[日本語]({file}.ja.md)").as_str()),
                Some(format!("[English]({file}.md)").as_str())
            ),
            "{name}"
        );
    }
}

/// Names are whatever is written as code: keys of the policy, options, parameters, metrics, fields.
#[test]
fn whatever_is_named_in_english_is_named_in_japanese() {
    let (mut named, mut lacking) = (0, Vec::new());
    for (english, japanese) in pairs() {
        let text = one_line(&japanese.prose);
        let names = english.names();
        named += names.len();
        let missing = names.iter().filter(|name| !text.contains(name.as_str()));
        lacking.extend(missing.map(|name| format!("{}: `{name}`", japanese.path.display())));
        let (rules, explained) = (codes(&english.prose), codes(&text));
        let missing = rules.difference(&explained);
        lacking.extend(missing.map(|code| format!("{}: {code}", japanese.path.display())));
    }
    assert!(named > 900, "{named}");
    nothing_lacks(&lacking);
}

#[test]
fn both_languages_have_the_same_sections_tables_and_code() {
    for (english, japanese) in pairs() {
        let page = japanese.path.display();
        let depths = |page: &Page| page.headings().iter().map(|(depth, _)| *depth).collect();
        let (here, there): (Vec<_>, Vec<_>) = (depths(&english), depths(&japanese));
        assert!(here.len() > 5, "{page}");
        assert_eq!(here, there, "headings of {page}");
        assert_eq!(
            english.lines_with("|"),
            japanese.lines_with("|"),
            "rows of the tables of {page}"
        );
        assert_eq!(english.code, japanese.code, "code of {page}");
    }
}

/// The keys that a JSON Schema allows.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        found.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(members) => members.values().for_each(|member| keys(member, found)),
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn every_key_of_the_policy_is_explained() {
    let schema = run_in(project(), &["policy", "schema"], b"").stdout;
    let mut found = BTreeSet::new();
    keys(&serde_json::from_str(&schema).unwrap(), &mut found);
    assert!(found.len() > 30, "{found:?}");
    for page in ["docs/policy.md", "docs/policy.ja.md"] {
        let page = Page::read(page);
        let code = page.code.join("\n");
        for key in &found {
            let shown = code.contains(&format!("{key}: "));
            let explained = page.prose.contains(&format!("`{key}`"));
            assert!(shown || explained, "{}: `{key}`", page.path.display());
        }
    }
}

/// Runbooks link to a rule by an anchor that is the same in both languages.
#[test]
fn the_rules_have_the_same_headings() {
    let rules = |name: &str| {
        let page = Page::read(name);
        let headings = page.headings().into_iter().filter(|(depth, _)| *depth == 2);
        headings
            .map(|(_, text)| text.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(rules("docs/rules.md"), rules("docs/rules.ja.md"));
}

/// A text in the source of the Japanese messages, in the parts between its placeholders. A step for
/// some findings begins with its condition, in English.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let step = match text.split_once(": ") {
        Some((condition, step)) if condition.is_ascii() => step,
        _ => text,
    };
    step.split("{revoke}")
}

#[test]
fn the_rules_say_what_the_messages_say() {
    let page = fs::read_to_string(project().join("docs/rules.ja.md")).unwrap();
    let source = fs::read_to_string(project().join("shared/guard/src/steps/ja.rs")).unwrap();
    let (_, rules) = source.split_once("const RULES").unwrap();
    let (mut checked, mut lacking) = (0, Vec::new());
    for line in rules.lines().map(str::trim) {
        let text = line.strip_prefix("title: ").unwrap_or(line);
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix("\","));
        for part in quoted.into_iter().flat_map(parts) {
            checked += 1;
            if !page.contains(part) {
                lacking.push(part.to_owned());
            }
        }
    }
    assert!(checked > 150, "{checked}");
    nothing_lacks(&lacking);
}
