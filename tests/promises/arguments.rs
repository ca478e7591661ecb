//! What is wrong with the arguments is said before anything is read, and nothing is reported.

use rolewatch_guard::testing::Story;

use crate::tool::{Bench, Outcome};

fn bench() -> Bench {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let bench = Bench::of(&story);
    bench.write(
        "setup/development.json",
        story.roster_text().unwrap().as_bytes(),
    );
    bench.write("empty/notes.txt", b"nothing");
    bench
}

/// It ends with 2, prints no report, and says this.
fn refused(outcome: &Outcome, says: &str) {
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(2), ""),
        "{says}: {}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.starts_with("error: ") && outcome.stderr.contains(says),
        "{says}: {}",
        outcome.stderr
    );
}

mod paths {
    use super::*;

    #[test]
    fn whatever_is_not_there_is_an_error_of_every_command() {
        let bench = bench();
        for args in [
            &["audit", "nosuch"][..],
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
        ] {
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
            refused(&bench.run(args), &format!("`{place}` is in S3, and `"));
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
                    .contains("it has CloudTrail records, which `rolewatch audit` judges"),
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
                .contains("rolewatch: empty: it holds no log file"),
            "{}",
            outcome.stderr
        );
        assert!(
            bench
                .run(&["audit", "archive", "empty"])
                .stdout
                .contains("there were no logs in some of what was given")
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
                .contains("rolewatch.yaml: it is the policy or a roster of this run"),
            "{}",
            outcome.stderr
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_judged() {
        let bench = bench();
        // There is a file, and not even the superuser can read it from its beginning.
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
            "cannot read `archive/memory.json`",
        );
        refused(
            &bench.run(&[
                "audit",
                "archive/log.json",
                "--roster",
                "archive/memory.json",
            ]),
            "cannot read `archive/memory.json`",
        );
        assert_eq!(
            bench.run(&["review", "setup", "archive/memory.json"]).code,
            Some(3)
        );
    }
}

mod rosters {
    use super::*;

    #[test]
    fn a_file_or_directory_without_a_roster_is_an_error() {
        let bench = bench();
        bench.write("none.json", b"{\"UserDetailList\": [], \"GroupDetailList\": [], \"RoleDetailList\": [], \"Policies\": []}");
        bench.write("null.json", b"");
        bench.write("packed.json", b"\x1f\x8b\x08\x00rest");
        bench.write("wide.json", b"\xff\xfe{\x00}\x00");
        for (roster, says) in [
            ("empty", "`empty` holds no roster"),
            (
                "none.json",
                "cannot use the roster `none.json`: it holds no roster",
            ),
            (
                "null.json",
                "cannot use the roster `null.json`: it holds no roster",
            ),
            (
                "archive/log.json",
                "cannot use the roster `archive/log.json`: it holds no roster",
            ),
            (
                "rolewatch.yaml",
                "cannot use the roster `rolewatch.yaml`: not the output of",
            ),
            ("packed.json", "it is compressed: unpack it first"),
            ("wide.json", "it is UTF-16"),
            (
                "roster/development.json@2026-03-31",
                "`2026-03-31` is not a full time",
            ),
        ] {
            refused(&bench.run(&["audit", "archive", "--roster", roster]), says);
        }
    }

    #[test]
    fn an_empty_roster_directory_that_was_only_found_is_told() {
        let mut story = Story::new().without_roster();
        story.switch("tom").with_mfa();
        let bench = Bench::of(&story);
        bench.write("roster/notes.txt", b"none yet");
        let outcome = bench.run(&["audit", "archive"]);
        assert!(
            outcome.stderr.contains("warning: `roster` holds no roster"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn the_mark_that_powershell_writes_is_passed_over() {
        let bench = bench();
        let marked = [
            b"\xef\xbb\xbf",
            &*std::fs::read(bench.path("roster/development.json")).unwrap(),
        ]
        .concat();
        bench.write("roster/development.json", &marked);
        assert_eq!(bench.run(&["audit", "archive"]).code, Some(1));
    }
}

mod policies {
    use super::*;

    #[test]
    fn the_other_ending_is_found_too() {
        let bench = bench();
        std::fs::rename(bench.path("rolewatch.yaml"), bench.path("rolewatch.yml")).unwrap();
        for args in [
            &["audit", "archive"][..],
            &["review", "setup"],
            &["explain", "archive/log.json"],
            &["policy", "pattern"],
        ] {
            let outcome = bench.run(args);
            assert_ne!(outcome.code, Some(2), "{args:?}: {}", outcome.stderr);
            assert!(
                args[0] == "policy" || outcome.stderr.contains("policy `rolewatch.yml`"),
                "{args:?}: {}",
                outcome.stderr
            );
        }
    }

    #[test]
    fn both_in_one_place_are_an_error_that_names_them() {
        let bench = bench();
        std::fs::copy(bench.path("rolewatch.yaml"), bench.path("rolewatch.yml")).unwrap();
        for args in [
            &["audit", "archive"][..],
            &["review", "setup"],
            &["explain", "archive/log.json"],
            &["policy", "pattern"],
        ] {
            refused(
                &bench.run(args),
                "`rolewatch.yaml` and `rolewatch.yml` are both there",
            );
        }
        assert_eq!(
            bench
                .run(&["audit", "archive", "--policy", "rolewatch.yml"])
                .code,
            Some(1)
        );
        // The nearest place decides, as ever.
        std::fs::copy(
            bench.path("rolewatch.yaml"),
            bench.path("archive/rolewatch.yml"),
        )
        .unwrap();
        let outcome = bench.run(&["audit", "archive"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("policy `archive/rolewatch.yml`"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn without_one_the_pattern_asks_for_the_file() {
        refused(
            &Bench::empty().run(&["policy", "pattern"]),
            "give the policy file",
        );
    }
}

mod values {
    use super::*;

    /// What tells a reader about Rust and not about the slip.
    const TYPES: [&str; 7] = [
        "non-zero",
        "target type",
        "usize",
        "u64",
        "integer",
        "invalid digit",
        "ParseInt",
    ];

    #[test]
    fn a_wrong_number_or_time_is_quoted_in_words_that_say_what_belongs_there() {
        let bench = bench();
        let numbers = [
            "0",
            "-1",
            "1.5",
            "four",
            " 4",
            "+4",
            "0x10",
            "99999999999999999999999999",
        ];
        let times = [
            "0",
            "-5d",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-03-01T25:00:00Z",
            "2026-03-01 09:00",
            "99999-01-01",
        ];
        let commands: [(&[&str], &[&str], &str); 6] = [
            (
                &["audit", "archive", "--jobs"],
                &numbers,
                "write a whole number from 1 to ",
            ),
            (
                &["audit", "archive", "--max-objects"],
                &numbers,
                "write a whole number from 1 to ",
            ),
            (
                &["audit", "archive", "--since"],
                &times,
                "a time is written like `2026-03-31T09:30:00Z`",
            ),
            (
                &["audit", "archive", "--until"],
                &times,
                "a time is written like `2026-03-31T09:30:00Z`",
            ),
            (
                &["review", "setup", "--as-of"],
                &times,
                "a time is written like `2026-03-31T09:30:00Z`",
            ),
            (
                &["revoke-plan", "abcd", "archive", "--as-of"],
                &times,
                "a time is written like `2026-03-31T09:30:00Z`",
            ),
        ];
        for (args, values, says) in commands {
            for value in values {
                let args: Vec<&str> = args.iter().chain([value]).copied().collect();
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
}

/// Somebody types `audit -` and waits, while the command waits for them.
#[cfg(target_os = "linux")]
mod stdin {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::unix::ffi::OsStrExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// What is said on stderr of a command that reads from a terminal, where Ctrl-D is pressed at
    /// once.
    fn said_at_a_terminal(bench: &Bench, args: &[&str]) -> String {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let terminal = File::options()
            .read(true)
            .write(true)
            .open(OsStr::from_bytes(name.as_bytes()))
            .unwrap();
        let mut keyboard = File::from(controller);
        keyboard.write_all(b"\x04").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolewatch"));
        command.args(args).current_dir(bench.path("")).env_clear();
        let mut child = command
            .stdin(terminal)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // About a minute.
        let ended = (0..3_000).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            child.try_wait().unwrap().is_some()
        });
        if !ended {
            child.kill().unwrap();
            panic!("{args:?} goes on reading after the end that was typed");
        }
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        said
    }

    #[test]
    fn a_command_that_reads_from_a_terminal_says_that_it_waits() {
        let bench = bench();
        for (args, what) in [
            (&["audit", "-"][..], "CloudTrail records"),
            (&["explain", "-"], "CloudTrail records"),
            (&["review", "-"], "the output of the AWS CLI"),
            (&["init", "-"], "the output of the AWS CLI"),
            (&["revoke-plan", "-", "archive"], "a finding"),
        ] {
            let waits = format!("rolewatch: waiting for {what} on stdin");
            let said = said_at_a_terminal(&bench, args);
            assert!(
                said.contains(&waits) && said.contains("Ctrl-D"),
                "{args:?}: {said}"
            );
            let piped = bench.run_with(args, b"").stderr;
            assert!(!piped.contains("waiting for"), "{args:?}: {piped}");
        }
    }
}
