//! `rolewatch explain ID`: one finding with everything behind it.

use std::collections::BTreeSet;
use std::fmt::Write;

use rolewatch_guard::testing::Story;
use serde_json::Value;

use crate::hostile::nothing_but_text;
use crate::tool::{Bench, Outcome, project, run_in};

/// The findings of the synthetic week.
fn week() -> Vec<Value> {
    run_in(
        project(),
        &["audit", "events/archive", "--format", "ndjson"],
        b"",
    )
    .findings()
}

fn explained(id: &str) -> Outcome {
    run_in(project(), &["explain", id, "events/archive"], b"")
}

fn id_of<'f>(findings: &'f [Value], rule: &str) -> &'f str {
    let finding = findings.iter().find(|finding| finding["rule"] == rule);
    finding.unwrap()["id"].as_str().unwrap()
}

#[test]
fn findings_of_each_kind() {
    let findings = week();
    let mut all = String::new();
    // One session, a chain, several sessions, and denied attempts.
    for rule in ["RW001", "RW010", "RW011", "RW005", "RW009", "RW008"] {
        let outcome = explained(id_of(&findings, rule));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        for line in outcome.stdout.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        writeln!(all, "# {rule}\n\n{}", outcome.stdout).unwrap();
    }
    insta::assert_snapshot!("explained_findings", all);
}

#[test]
fn every_event_of_every_finding_is_told() {
    let mut told_rules: BTreeSet<String> = BTreeSet::new();
    for finding in week() {
        let rule = finding["rule"].as_str().unwrap();
        // One finding of each rule is enough.
        if !told_rules.insert(rule.to_owned()) {
            continue;
        }
        let outcome = explained(finding["id"].as_str().unwrap());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        nothing_but_text(&outcome);
        let text = outcome.stdout.split_whitespace().collect::<String>();
        for event in finding["events"].as_array().unwrap() {
            let event = event.as_str().unwrap();
            assert!(
                text.contains(event),
                "{rule}: {event} in {}",
                outcome.stdout
            );
        }
    }
    assert!(told_rules.len() > 12, "{told_rules:?}");
}

#[test]
fn the_beginning_of_an_id_is_enough_and_an_unclear_one_lists_candidates() {
    let findings = week();
    let id = id_of(&findings, "RW001");
    assert_eq!(explained(&id[..8]).stdout, explained(id).stdout);
    assert_eq!(explained(&id[..8].to_uppercase()).code, Some(0));
    let outcome = explained("00000000");
    assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""));
    assert!(
        outcome
            .stderr
            .contains("no finding has an id that begins with `00000000`; the latest findings are"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_no_id_says_what_it_can_be() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let bench = Bench::of(&story);
    for (args, says) in [
        (vec!["explain", "beeg"], "the id of a finding (at least 4"),
        (vec!["explain", "abc"], "the id of a finding (at least 4"),
        (vec!["explain", "RW02"], "did you mean `RW002`"),
        (vec!["explain", "RW002", "archive"], "`archive` isn't used"),
        (
            vec!["explain", "archive/log.json", "archive"],
            "only a finding's id goes with logs",
        ),
        (vec!["explain", "abcd", "nowhere"], "`nowhere`"),
    ] {
        let outcome = bench.run(&args);
        assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""), "{args:?}");
        assert!(
            outcome.stderr.contains(says),
            "{args:?}: {}",
            outcome.stderr
        );
    }
    // A file takes precedence over an id, and the logs are looked for in the working directory.
    bench.write("abcd", b"{\"Records\": []}");
    assert_eq!(bench.run(&["explain", "abcd"]).code, Some(0));
    let audit = bench.run(&["audit", "archive", "--format", "ndjson"]);
    let findings = audit.findings();
    let outcome = bench.run(&["explain", findings[0]["id"].as_str().unwrap()]);
    assert!(outcome.stdout.contains("RW001"), "{}", outcome.stderr);
    bench.write("archive/broken.json", b"{");
    let outcome = bench.run(&["explain", findings[0]["id"].as_str().unwrap(), "archive"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
}
