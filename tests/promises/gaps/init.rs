//! The draft of a policy, from incomplete files.

use super::{bench, without};

#[test]
fn a_draft_without_the_users_says_so_and_is_incomplete() {
    let bench = bench();
    without(&bench, "setup/development.json", "UserDetailList");
    let outcome = bench.run(&["init", "setup"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("setup/development.json: `UserDetailList` (users) is missing"),
        "{}",
        outcome.stderr
    );
    for words in [
        "# UserDetailList of this account was not supplied",
        "(its members were not supplied)",
        "depends on users who were not supplied",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words} in {}",
            outcome.stdout
        );
    }
    assert!(
        !outcome.stdout.contains("IAM requires it of everyone"),
        "{}",
        outcome.stdout
    );
    bench.write("rolewatch.yaml", outcome.stdout.as_bytes());
    assert_eq!(
        bench.run(&["policy", "check", "rolewatch.yaml"]).code,
        Some(0),
        "{}",
        outcome.stdout
    );
}
