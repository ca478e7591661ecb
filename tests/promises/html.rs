//! `audit --format html`: the page shows every finding and every session, and text from records is
//! only text.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, project, run_in};

/// Elements of the page.
const ELEMENTS: &[&str] = &[
    "!doctype", "a", "article", "b", "body", "circle", "code", "dd", "defs", "details", "div",
    "dl", "dt", "footer", "g", "h1", "h2", "h3", "head", "html", "li", "line", "main", "meta",
    "ol", "p", "path", "pattern", "rect", "section", "small", "span", "style", "summary", "svg",
    "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul",
];

/// An element of a page, with its attributes.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// Reads the tags of a page as a browser would, and panics on anything that it would have to guess.
fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, next) = one_tag(after);
        rest = next;
        if tag.name == "style" {
            rest = rest.split_once("</style>").expect("the style ends").1;
        }
        tags.push(tag);
    }
    tags
}

fn one_tag(text: &str) -> (Tag, &str) {
    let name_ends = text.find([' ', '>']).expect("a tag ends");
    let (name, mut rest) = text.split_at(name_ends);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix('>') {
            let name = name.trim_start_matches('/').to_ascii_lowercase();
            return (Tag { name, attributes }, after);
        }
        let name_ends = rest.find(['=', ' ', '>']).expect("an attribute ends");
        let (attribute, after) = rest.split_at(name_ends);
        let mut value = "";
        rest = after;
        if let Some(quoted) = after.strip_prefix("=\"") {
            (value, rest) = quoted.split_once('"').expect("a value ends");
        }
        assert!(
            attribute
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-'),
            "{attribute}"
        );
        attributes.push((attribute.to_owned(), value.to_owned()));
    }
}

fn assert_harmless(page: &str) {
    for tag in tags(page) {
        assert!(ELEMENTS.contains(&&*tag.name), "{tag:?}");
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "{tag:?}");
            let loads = ["src", "style", "action", "srcset", "data", "xlink"];
            assert!(!loads.contains(&&**name), "{tag:?}");
            if name == "href" {
                assert!(value.starts_with("#finding-"), "{tag:?}");
            }
        }
    }
}

fn page(bench: &Bench) -> String {
    let outcome = bench.run(&["audit", "archive", "--format", "html"]);
    assert!(
        matches!(outcome.code, Some(0 | 1 | 3)),
        "{}",
        outcome.stderr
    );
    outcome.stdout
}

#[test]
fn the_page_of_the_week_has_every_finding_and_every_session() {
    let audit = |format: &str| {
        let args = ["audit", "events/archive", "--format", format];
        run_in(project(), &args, b"")
    };
    let page = audit("html").stdout;
    assert_harmless(&page);
    let mut anchors = Vec::new();
    let mut sessions = 0;
    for tag in tags(&page) {
        for (name, value) in tag.attributes {
            if let ("id", Some(id)) = (&*name, value.strip_prefix("finding-")) {
                anchors.push(id.to_owned());
            }
            // A lane: `dora: 5 sessions, 2 violating`.
            let counted = value
                .rsplit_once(": ")
                .map(|(_, counted)| counted.to_owned());
            if let ("svg", "aria-label", Some(counted)) = (&*tag.name, &*name, counted) {
                let number = counted.split(' ').next().unwrap();
                sessions += number.parse::<usize>().unwrap();
            }
        }
    }
    let findings = audit("ndjson").findings();
    let ids: BTreeSet<&str> = findings
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(anchors.len(), ids.len(), "each finding has one place");
    assert_eq!(
        anchors.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        ids
    );
    let document: Value = serde_json::from_str(&audit("json").stdout).unwrap();
    assert_eq!(sessions, document["switches"].as_array().unwrap().len());
}

#[test]
fn filters_choose_what_the_page_shows() {
    let args = [
        "audit",
        "events/archive",
        "--format",
        "html",
        "--caller",
        "carol",
    ];
    let page = run_in(project(), &args, b"").stdout;
    let lanes = tags(&page).into_iter().filter(|tag| {
        let has = |(name, _): &(String, String)| name == "aria-label";
        tag.name == "svg" && tag.attributes.iter().any(has)
    });
    assert_eq!(lanes.count(), 1);
    assert!(!page.contains("bob in development</h3>"));
}

/// A hostile text in the fields that a caller chooses.
fn poisoned(text: &str) -> Bench {
    let mut story = Story::new();
    story.switch("tom").with_permanent_key().used_after(8_000);
    story.later(600);
    story.switch("stranger").only_owner_half();
    story.later(600);
    story.switch("dora").by_console();
    story.denied("tom", "UpdateApp");
    let bench = Bench::of(&story);
    let mut records = story.records().to_vec();
    for record in &mut records {
        record["userAgent"] = json!(format!("{text}agent"));
        record["sourceIPAddress"] = json!(format!("203.0.113.7{text}"));
        if record["requestParameters"]["roleSessionName"].is_string() {
            record["requestParameters"]["roleSessionName"] = json!(format!("{text}name"));
        }
        if record["userIdentity"]["userName"].is_string() {
            record["userIdentity"]["userName"] = json!(format!("{text}user"));
        }
        if record["eventSource"] != "sts.amazonaws.com" {
            record["eventName"] = json!(format!("{text}Call"));
        }
    }
    let log = json!({"Records": records}).to_string();
    bench.write("archive/log.json", log.as_bytes());
    bench
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_a_caller_becomes_markup(
        text in prop_oneof![
            "[<>\"'&/= a-z!\\-\u{0}\u{202e}`]{0,40}",
            Just("\"><script>alert(1)</script>".to_owned()),
            Just("' onload='alert(1)".to_owned()),
            Just("</title></style><img src=x onerror=alert(1)>".to_owned()),
            Just("<!--".to_owned()),
            Just("]]>&#60;script&#62;".to_owned()),
        ],
    ) {
        let page = page(&poisoned(&text));
        assert_harmless(&page);
        prop_assert!(page.ends_with("</html>\n"));
    }
}
