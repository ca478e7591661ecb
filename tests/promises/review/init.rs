//! The policy draft that `rolewatch init` makes from the same files.

use super::bench;
use crate::tool::Bench;

#[test]
fn a_draft_passes_the_check_and_the_review_takes_it() {
    let bench = bench();
    let outcome = bench.run(&["init", "setup"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    insta::assert_snapshot!("init", outcome.stdout);
    bench.write("rolewatch.yaml", outcome.stdout.as_bytes());
    let check = bench.run(&["policy", "check", "rolewatch.yaml"]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    let review = bench.run(&["review", "setup", "--format", "ndjson"]);
    assert_eq!(
        review.code,
        Some(1),
        "what is wrong with the set-up stays: {}",
        review.stderr
    );
    // The draft takes IAM's current permissions as intended, so the review can't find that they
    // exceed the draft.
    assert!(
        review
            .findings()
            .iter()
            .all(|finding| finding["rule"] != "RW103"),
        "{}",
        review.stdout
    );
}

#[test]
fn without_authorization_details_there_is_no_draft() {
    let bench = Bench::empty();
    bench.write("setup/roles.json", b"{\"Roles\": []}");
    for (path, code) in [("setup", 3), ("none.json", 2)] {
        let outcome = bench.run(&["init", path]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(code), ""),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn what_cannot_be_read_makes_the_draft_incomplete() {
    let bench = bench();
    bench.write("setup/cut.json", b"{\"UserDetailList\": [");
    let outcome = bench.run(&["init", "setup"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome.stdout.starts_with("# Drafted by") && outcome.stderr.contains("cut.json"),
        "{}",
        outcome.stderr
    );
}
