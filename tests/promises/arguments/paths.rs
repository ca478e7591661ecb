//! Paths: every command names a path that is missing, of the wrong type or unreadable.

use super::{bench, refused};

/// Every place of a command line that takes a path, with a path that doesn't exist.
const NOT_THERE: &[&[&str]] = &[
    &["audit", "nosuch"],
    &["audit", "archive", "nosuch"],
    &["audit", "nosuch", "archive", "--format", "ndjson"],
    &["audit", "archive", "--policy", "nosuch"],
    &["audit", "archive", "--roster", "nosuch"],
    &[
        "audit",
        "archive",
        "--roster",
        "roster/development.json",
        "--roster",
        "nosuch@2026-03-31T09:30:00Z",
    ],
    &["audit", "-", "nosuch"],
    &["audit", "s3://trail-logs/AWSLogs/", "nosuch"],
    &["review", "nosuch"],
    &["review", "setup", "nosuch"],
    &["review", "setup", "--policy", "nosuch"],
    &["review", "setup", "--credential-report", "nosuch"],
    &["review", "setup", "--access-analyzer", "nosuch"],
    &["init", "nosuch"],
    &["init", "setup", "nosuch"],
    &["explain", "nosuch"],
    &["explain", "archive/log.json", "--policy", "nosuch"],
    &["explain", "archive/log.json", "--roster", "nosuch"],
    &["revoke-plan", "nosuch"],
    &["revoke-plan", "abcd", "nosuch"],
    &["revoke-plan", "abcd", "archive", "--policy", "nosuch"],
    &["policy", "check", "nosuch"],
    &["policy", "pattern", "nosuch"],
    &[
        "policy",
        "push",
        "nosuch",
        "--bucket",
        "rolewatch-state-EXAMPLE",
    ],
    &[
        "roster",
        "push",
        "nosuch",
        "--bucket",
        "rolewatch-state-EXAMPLE",
    ],
    &[
        "roster",
        "push",
        "nosuch@2026-03-31T09:30:00Z",
        "--bucket",
        "rolewatch-state-EXAMPLE",
    ],
];

#[test]
fn whatever_is_not_there_is_an_error_of_every_command() {
    let bench = bench();
    for args in NOT_THERE {
        let outcome = bench.run(args);
        refused(&outcome, "`nosuch`: no such file or directory");
        assert_eq!(
            outcome.stderr.matches("nosuch").count(),
            1,
            "{args:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn all_that_is_missing_is_named_with_what_was_probably_meant() {
    let outcome = bench().run(&[
        "audit",
        "archiv",
        "archive",
        "setup/developmnt.json",
        "archive/log.json/x",
    ]);
    refused(
        &outcome,
        "`archiv`: no such file or directory; did you mean `archive`?",
    );
    for line in [
        "`setup/developmnt.json`: no such file or directory; did you mean `setup/development.json`?",
        "`archive/log.json/x`: no such file or directory: a part of the path is not a directory",
    ] {
        assert!(
            outcome.stderr.lines().any(|told| told == line),
            "{line}: {}",
            outcome.stderr
        );
    }
    assert!(
        !outcome.stderr.contains("policy"),
        "nothing was read: {}",
        outcome.stderr
    );
}

#[test]
fn a_wrong_path_is_said_before_a_wrong_policy() {
    let bench = bench();
    bench.write("rolewatch.yaml", b"roles: 7\n");
    for command in ["audit", "review"] {
        refused(
            &bench.run(&[command, "nosuch"]),
            "`nosuch`: no such file or directory",
        );
    }
}

#[test]
fn a_link_that_leads_nowhere_is_not_there() {
    #[cfg(unix)]
    {
        let bench = bench();
        std::os::unix::fs::symlink("gone", bench.path("link")).unwrap();
        refused(
            &bench.run(&["audit", "link"]),
            "`link`: no such file or directory",
        );
    }
}

#[test]
fn a_directory_is_not_taken_for_a_file() {
    let bench = bench();
    for args in [
        &["audit", "archive", "--policy", "setup"][..],
        &["review", "setup", "--policy", "setup"],
        &["review", "setup", "--credential-report", "setup"],
        &["explain", "setup"],
        &["explain", "archive/log.json", "--policy", "setup"],
        &["revoke-plan", "setup"],
        &["policy", "check", "setup"],
        &["policy", "pattern", "setup"],
        &[
            "policy",
            "push",
            "setup",
            "--bucket",
            "rolewatch-state-EXAMPLE",
        ],
        &[
            "roster",
            "push",
            "setup@2026-03-31T09:30:00Z",
            "--bucket",
            "rolewatch-state-EXAMPLE",
        ],
    ] {
        refused(&bench.run(args), "is a directory");
    }
}

#[test]
fn what_is_read_from_this_machine_is_not_taken_from_s3_or_stdin() {
    let bench = bench();
    let place = "s3://trail-logs/AWSLogs/x.json";
    for args in [
        &["review", "setup", place][..],
        &["review", "setup", "--access-analyzer", place],
        &["review", "setup", "--credential-report", place],
        &["init", place],
        &["explain", place],
        &["audit", "archive", "--policy", place],
        &["audit", "archive", "--roster", place],
        &["policy", "check", place],
    ] {
        refused(&bench.run(args), &format!("`{place}` is in S3, but `"));
    }
    for args in [
        &["review", "setup", "--policy", "-"][..],
        &["review", "setup", "--credential-report", "-"],
        &["audit", "archive", "--policy", "-"],
        &["audit", "archive", "--roster", "-"],
        &["policy", "check", "-"],
    ] {
        refused(&bench.run(args), "not stdin (`-`)");
    }
}

#[test]
fn logs_in_place_of_the_set_up_are_told_as_such() {
    let bench = bench();
    let packed = "logs/111122223333_CloudTrail_us-east-1_20260302T0905Z_EXAMPLE.json.gz";
    bench.write(packed, b"\x1f\x8b\x08\x00rest");
    for (command, path) in [
        ("review", "archive/log.json"),
        ("init", "archive/log.json"),
        ("review", packed),
        ("init", "logs"),
    ] {
        let outcome = bench.run(&[command, path]);
        assert_eq!(
            outcome.code,
            Some(3),
            "{command} {path}: {}",
            outcome.stderr
        );
        assert!(
            outcome
                .stderr
                .contains("it has CloudTrail records, which `rolewatch audit` checks"),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn each_directory_without_logs_makes_the_run_incomplete() {
    let bench = bench();
    let outcome = bench.run(&["audit", "archive", "empty", "--format", "ndjson"]);
    assert_eq!(
        (outcome.code, outcome.findings().len()),
        (Some(3), 1),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome
            .stderr
            .contains("rolewatch: empty: contains no log files"),
        "{}",
        outcome.stderr
    );
    assert!(
        bench
            .run(&["audit", "archive", "empty"])
            .stdout
            .contains("some of the given paths contain no logs")
    );
    assert_eq!(
        bench
            .run(&["audit", "archive", "archive/log.json", "archive"])
            .code,
        Some(1),
        "the same logs, named three times"
    );
    let outcome = bench.run(&["audit", "rolewatch.yaml"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome
            .stderr
            .contains("rolewatch.yaml: this is the policy or a roster of this run"),
        "{}",
        outcome.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_judged() {
    let bench = bench();
    // This file exists, but not even the superuser can read it from its beginning.
    std::os::unix::fs::symlink("/proc/self/mem", bench.path("archive/memory.json")).unwrap();
    for paths in [
        &["archive"][..],
        &["archive/log.json", "archive/memory.json"],
    ] {
        let args: Vec<&str> = ["audit"]
            .iter()
            .chain(paths)
            .chain(&["--format", "ndjson"])
            .copied()
            .collect();
        let outcome = bench.run(&args);
        assert_eq!(
            (outcome.code, outcome.findings().len()),
            (Some(3), 1),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("rolewatch: archive/memory.json: "),
            "{}",
            outcome.stderr
        );
    }
    refused(
        &bench.run(&[
            "audit",
            "archive/log.json",
            "--policy",
            "archive/memory.json",
        ]),
        "can't read `archive/memory.json`",
    );
    refused(
        &bench.run(&[
            "audit",
            "archive/log.json",
            "--roster",
            "archive/memory.json",
        ]),
        "can't read `archive/memory.json`",
    );
    assert_eq!(
        bench.run(&["review", "setup", "archive/memory.json"]).code,
        Some(3)
    );
}
