//! The week of the company with Identity Center, in `events/identity-center-week/`: each story has
//! the findings that it names, and no finding is without a story.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::tool::{project, run_in};

#[test]
fn each_story_of_the_week_has_its_findings() {
    let folder = "events/identity-center-week";
    let text = std::fs::read(project().join(folder).join("stories.json")).unwrap();
    let stories: Vec<Value> = serde_json::from_slice(&text).unwrap();
    assert!(stories.len() > 20);
    let archive = format!("{folder}/archive");
    let outcome = run_in(project(), &["audit", &archive, "--format", "ndjson"], b"");
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let findings = outcome.findings();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in &findings {
        let first = &finding["events"][0];
        let tells = |story: &&Value| story["events"].as_array().unwrap().contains(first);
        let story = stories
            .iter()
            .find(tells)
            .unwrap_or_else(|| panic!("{finding:#}"));
        let [rule, verdict] = ["rule", "verdict"].map(|field| finding[field].as_str().unwrap());
        let name = story["story"].as_str().unwrap();
        found
            .entry(name)
            .or_default()
            .push(format!("{rule} {verdict}"));
    }
    for story in &stories {
        let name = story["story"].as_str().unwrap();
        let mut found = found.remove(name).unwrap_or_default();
        found.sort();
        let asked: Vec<&str> = story["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line.as_str().unwrap())
            .collect();
        assert_eq!(found, asked, "{name}\n{}", outcome.stdout);
    }
}
