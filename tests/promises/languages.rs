//! The language of reports: what chooses it, what is in it, and what stays English.

use crate::tool::{Outcome, project, run_in, run_under};

/// Japanese reports of the synthetic week and of the synthetic company.
fn japanese(args: &[&str]) -> Outcome {
    let mut all = args.to_vec();
    all.extend(["--lang", "ja"]);
    run_in(project(), &all, b"")
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3041}'..='\u{30ff}').contains(&c))
}

#[test]
fn the_table_of_the_week() {
    let outcome = japanese(&["audit", "events/archive"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    insta::assert_snapshot!("japanese_table", outcome.stdout);
}

#[test]
fn the_sessions_of_the_week() {
    insta::assert_snapshot!(
        "japanese_sessions",
        japanese(&["sessions", "events/archive"]).stdout
    );
}

#[test]
fn a_rule() {
    insta::assert_snapshot!("japanese_rule", japanese(&["explain", "RW002"]).stdout);
}

#[test]
fn the_review_of_the_company() {
    let outcome = japanese(&[
        "review",
        "events/review",
        "--credential-report=events/review/credentials.csv",
        "--access-analyzer=events/review/findings/access-analyzer.json",
        "--as-of=2026-03-09T00:00:00Z",
    ]);
    insta::assert_snapshot!("japanese_review", outcome.stdout);
}

#[test]
fn the_plan_for_a_stretch_of_the_week() {
    let findings = run_in(
        project(),
        &["audit", "events/archive", "--format", "ndjson"],
        b"",
    )
    .findings();
    let finding = findings
        .iter()
        .find(|finding| finding["rule"] == "RW004" && finding["verdict"] == "violation");
    let id = finding.unwrap()["id"].as_str().unwrap();
    let outcome = japanese(&[
        "revoke-plan",
        id,
        "events/archive",
        "--as-of=2026-03-05T15:20:00Z",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    insta::assert_snapshot!("japanese_plan", outcome.stdout);
}

#[test]
fn the_page_names_its_language() {
    let page = |lang: &str| {
        run_in(
            project(),
            &["audit", "events/archive", "--format=html", "--lang", lang],
            b"",
        )
        .stdout
    };
    assert!(page("ja").contains("<html lang=\"ja\""));
    assert!(is_japanese(&page("ja")));
    assert!(page("en").contains("<html lang=\"en\""));
    assert!(!is_japanese(&page("en")));
}

#[test]
fn machines_read_the_same_in_every_language() {
    for format in ["json", "ndjson", "sarif", "ocsf", "asff", "csv"] {
        let args = ["audit", "events/archive", "--format", format];
        let english = run_in(project(), &args, b"");
        if english.code == Some(2) {
            // Not a format of this command.
            continue;
        }
        let chosen = japanese(&args);
        assert!(!is_japanese(&chosen.stdout), "{format}");
        // Some formats contain the time of the report.
        assert_eq!(
            chosen.stdout.lines().count(),
            english.stdout.lines().count(),
            "{format}"
        );
        assert_eq!(chosen.code, english.code, "{format}");
    }
}

#[test]
fn the_environment_chooses_a_language() {
    let under = |variables: &[(&str, &str)], args: &[&str]| {
        let outcome = run_under(variables, project(), args, b"");
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        is_japanese(&outcome.stdout)
    };
    let rule = ["explain", "RW002"];
    assert!(!under(&[], &rule));
    assert!(under(&[("LANG", "ja_JP.UTF-8")], &rule));
    assert!(!under(&[("LANG", "C.UTF-8")], &rule));
    // What says more about reports decides.
    assert!(!under(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")], &rule));
    let own = ("ROLEWATCH_LANGUAGE", "ja");
    assert!(under(&[own, ("LC_ALL", "en_US.UTF-8")], &rule));
    assert!(!under(&[own], &["explain", "RW002", "--lang", "en"]));
}

#[test]
fn an_unknown_language_is_an_error() {
    let outcome = run_under(
        &[("ROLEWATCH_LANGUAGE", "fr")],
        project(),
        &["explain", "RW002"],
        b"",
    );
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("`ROLEWATCH_LANGUAGE` must be `en` or `ja`, not `fr`"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.stdout, "");
    let flag = run_in(project(), &["explain", "RW002", "--lang", "fr"], b"");
    assert_eq!(flag.code, Some(2));
}
