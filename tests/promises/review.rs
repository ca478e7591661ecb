//! `rolewatch review` and `init`: findings, output, and messages about bad input.
//!
//! The world: the files of `events/review`, a company with one fault for each rule.

mod center;
mod exit_codes;
mod findings;
mod hostile;
mod init;

use rolewatch_guard::catalogue;
use serde_json::Value;

use crate::tool::{Bench, Outcome, project, run_in};

const GIVEN: [&str; 6] = [
    "review",
    "events/review",
    "--credential-report=events/review/credentials.csv",
    "--access-analyzer=events/review/findings/access-analyzer.json",
    "--as-of=2026-03-09T00:00:00Z",
    "--color=never",
];

fn company(more: &[&str]) -> Outcome {
    let args: Vec<&str> = GIVEN.iter().chain(more).copied().collect();
    run_in(project(), &args, b"")
}

/// A folder with the company's policy, and its files below `setup/`.
fn bench() -> Bench {
    let bench = Bench::empty();
    for name in [
        "development.json",
        "production.json",
        "production-roles.json",
    ] {
        bench.write(
            &format!("setup/{name}"),
            &std::fs::read(project().join("events/review").join(name)).unwrap(),
        );
    }
    bench.write(
        "rolewatch.yaml",
        &std::fs::read(project().join("events/rolewatch.yaml")).unwrap(),
    );
    bench
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

#[test]
fn every_rule_of_the_review_can_be_explained() {
    for rule in catalogue::listed().filter(|rule| rule.is_of_the_set_up()) {
        for name in [rule.code, rule.name] {
            let outcome = run_in(project(), &["explain", name], b"");
            assert_eq!(outcome.code, Some(0), "{name}");
            assert!(outcome.stdout.contains("What to do"), "{}", outcome.stdout);
        }
    }
}
