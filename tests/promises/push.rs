//! `push` validates a file before it uploads it to the live guard.

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome};

const BUCKET: [&str; 2] = ["--bucket", "rolewatch-state-EXAMPLE"];

fn push(bench: &Bench, args: &[&str]) -> Outcome {
    bench.run(&[args, &BUCKET].concat())
}

fn bench() -> Bench {
    Bench::of(&Story::new())
}

#[cfg(not(feature = "aws"))]
mod without_aws {
    use super::*;

    #[test]
    fn the_commands_are_there_and_say_how_to_get_them() {
        let bench = bench();
        for args in [
            &["policy", "push", "rolewatch.yaml"][..],
            &[
                "roster",
                "push",
                "roster/development.json@2026-03-01T09:30:00Z",
            ],
        ] {
            let outcome = push(&bench, args);
            assert_eq!(outcome.code, Some(2), "{args:?}");
            assert!(
                outcome.stderr.contains("nothing was uploaded"),
                "{}",
                outcome.stderr
            );
            assert!(
                outcome
                    .stderr
                    .contains("cargo install --path . --features aws"),
                "{}",
                outcome.stderr
            );
        }
    }

    #[test]
    fn a_trail_is_not_connected_and_the_way_by_hand_is_named() {
        let outcome = bench().run(&["trail", "connect", "trail-logs"]);
        assert_eq!(outcome.code, Some(2));
        for said in [
            "nothing was changed",
            "cargo install --path . --features aws",
            "connect `trail-logs` by hand: docs/deploy.md",
        ] {
            assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        }
    }

    #[test]
    fn a_roster_is_not_taken_and_the_way_by_hand_is_named() {
        let bench = bench();
        for (more, by_hand) in [
            (&[][..], "`aws iam get-account-authorization-details`"),
            (&["--identity-center"], "docs/audit.md"),
        ] {
            let outcome = bench.run(&[&["roster", "take"], more].concat());
            assert_eq!(outcome.code, Some(2), "{more:?}");
            for said in [
                "nothing was read",
                "cargo install --path . --features aws",
                by_hand,
            ] {
                assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
            }
        }
    }

    #[test]
    fn they_say_where_the_file_would_have_gone() {
        let bench = bench();
        let policy = push(&bench, &["policy", "push", "rolewatch.yaml"]);
        assert!(
            policy
                .stderr
                .contains("s3://rolewatch-state-EXAMPLE/policy/rolewatch.yaml"),
            "{}",
            policy.stderr
        );
        let roster = push(
            &bench,
            &[
                "roster",
                "push",
                "roster/development.json@2026-03-01T09:30:00Z",
            ],
        );
        assert!(
            roster.stderr.contains(
                "s3://rolewatch-state-EXAMPLE/roster/development@2026-03-01T093000Z.json"
            ),
            "{}",
            roster.stderr
        );
    }
}

#[test]
fn a_broken_policy_is_not_pushed() {
    let bench = bench();
    bench.write("broken.yaml", b"version: 1\nroles: 7\n");
    let outcome = push(&bench, &["policy", "push", "broken.yaml"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("can't use the policy"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_truncated_roster_is_not_pushed_unless_asked_for() {
    let bench = bench();
    let roster = Story::new().roster_text().unwrap();
    let truncated: Value = serde_json::from_str(&roster).unwrap();
    let truncated = json!({"IsTruncated": true, "UserDetailList": truncated["UserDetailList"], "GroupDetailList": truncated["GroupDetailList"]});
    bench.write("part.json", truncated.to_string().as_bytes());
    let outcome = push(
        &bench,
        &["roster", "push", "part.json@2026-03-01T09:30:00Z"],
    );
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("--allow-truncated"),
        "{}",
        outcome.stderr
    );
    let asked = push(
        &bench,
        &[
            "roster",
            "push",
            "part.json@2026-03-01T09:30:00Z",
            "--allow-truncated",
        ],
    );
    assert!(
        asked
            .stdout
            .contains("part.json is a roster of account 111122223333"),
        "{}{}",
        asked.stdout,
        asked.stderr
    );
}

#[test]
fn a_roster_needs_to_say_when_it_was_taken() {
    let outcome = push(&bench(), &["roster", "push", "roster/development.json"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("when `roster/development.json` was taken"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_no_roster_is_not_pushed() {
    let outcome = push(
        &bench(),
        &["roster", "push", "rolewatch.yaml@2026-03-01T09:30:00Z"],
    );
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("can't use the roster `rolewatch.yaml`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_wrong_argument_of_take_is_named_before_anything_is_read() {
    let bench = bench();
    for (args, said) in [
        (&["--output", "rosters"][..], "`rosters`"),
        (&["--output", "rolewatch.yaml"], "not a directory"),
        (&["--output", "s3://state/roster"], "s3://state/roster"),
        (&["--identity-store", "d-1234567890"], "--identity-center"),
    ] {
        let outcome = bench.run(&[&["roster", "take"], args].concat());
        assert_eq!(outcome.code, Some(2), "{args:?}");
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
    }
}
