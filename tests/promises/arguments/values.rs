//! Numbers, times and words: the error quotes the invalid value and says what is valid.

use super::{bench, refused};

/// Words that describe Rust's parser instead of the mistake.
const TYPES: [&str; 7] = [
    "non-zero",
    "target type",
    "usize",
    "u64",
    "integer",
    "invalid digit",
    "ParseInt",
];

/// For each option and each invalid value, the error quotes the value and says what is valid.
fn refuses(options: &[&[&str]], values: &[&str], says: &str) {
    let bench = bench();
    for option in options {
        for value in values {
            let args: Vec<&str> = option.iter().chain([value]).copied().collect();
            let outcome = bench.run(&args);
            refused(&outcome, says);
            assert!(
                outcome.stderr.contains(&format!("'{value}'")),
                "{args:?}: {}",
                outcome.stderr
            );
            assert!(
                !TYPES.iter().any(|word| outcome.stderr.contains(word)),
                "{args:?}: {}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn a_wrong_number_is_quoted_in_words_that_say_what_belongs_there() {
    refuses(
        &[
            &["audit", "archive", "--jobs"],
            &["audit", "archive", "--max-objects"],
        ],
        &[
            "0",
            "-1",
            "1.5",
            "four",
            " 4",
            "+4",
            "0x10",
            "99999999999999999999999999",
        ],
        "expected a whole number from 1 to ",
    );
}

#[test]
fn a_wrong_time_is_quoted_in_words_that_say_what_belongs_there() {
    refuses(
        &[
            &["audit", "archive", "--since"],
            &["audit", "archive", "--until"],
            &["review", "setup", "--as-of"],
            &["revoke-plan", "abcd", "archive", "--as-of"],
        ],
        &[
            "0",
            "-5d",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-03-01T25:00:00Z",
            "2026-03-01 09:00",
            "99999-01-01",
        ],
        "expected a time such as `2026-03-31T09:30:00Z`",
    );
}

#[test]
fn a_wrong_word_is_answered_with_the_right_ones() {
    let bench = bench();
    for (args, says) in [
        (
            &["audit", "archive", "--fail-on", "extreme"][..],
            "low, medium, high, critical",
        ),
        (
            &["audit", "archive", "--format", "xml"],
            "table, json, ndjson, csv",
        ),
        (
            &["review", "setup", "--format", "xml"],
            "table, json, ndjson, csv",
        ),
        (&["rules", "--format", "xml"], "table, json, markdown"),
        (
            &["audit", "archive", "--color", "sometimes"],
            "auto, always, never",
        ),
        (&["policy", "chek"], "'check'"),
        (&["roster", "pus"], "'push'"),
        (&["audit", "archive", "--polcy", "x"], "'--policy'"),
        (
            &[
                "switch-link",
                "arn:aws:iam::444455556666:role/A",
                "--color",
                "red",
            ],
            "not `red`",
        ),
        (
            &["policy", "push", "rolewatch.yaml", "--bucket", ""],
            "--bucket",
        ),
    ] {
        refused(&bench.run(args), says);
    }
}
