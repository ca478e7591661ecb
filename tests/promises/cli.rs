//! The command as people and scripts use it: output, exit codes, colors, and documentation.

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, project, run_in};

fn violation() -> Story {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story
}

mod exit_codes {
    use super::*;

    #[test]
    fn zero_when_clean() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        let outcome = Bench::of(&story).run(&["audit", "archive"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }

    #[test]
    fn one_for_any_violation_and_not_for_what_is_unproven() {
        assert_eq!(
            Bench::of(&violation()).run(&["audit", "archive"]).code,
            Some(1)
        );
        let mut story = Story::new().without_roster();
        story.switch("dora").with_mfa();
        let outcome = Bench::of(&story).run(&["audit", "archive", "--format", "ndjson"]);
        assert_eq!(
            (outcome.code, outcome.findings().len()),
            (Some(0), 1),
            "a missing roster is unproven, no failure"
        );
    }

    #[test]
    fn fail_on_sets_the_bar() {
        let bench = Bench::of(&violation());
        assert_eq!(
            bench.run(&["audit", "archive", "--fail-on", "high"]).code,
            Some(1)
        );
        assert_eq!(
            bench
                .run(&["audit", "archive", "--fail-on", "critical"])
                .code,
            Some(0)
        );
    }

    #[test]
    fn two_for_usage_and_policy() {
        let bench = Bench::of(&violation());
        assert_eq!(bench.run(&["audit"]).code, Some(2));
        assert_eq!(
            bench.run(&["audit", "archive", "--fromat", "json"]).code,
            Some(2)
        );
        assert_eq!(
            bench
                .run(&["audit", "archive", "--policy", "none.yaml"])
                .code,
            Some(2)
        );
        bench.write("bad.yaml", b"version: 1\nroles: 7\n");
        assert_eq!(
            bench
                .run(&["audit", "archive", "--policy", "bad.yaml"])
                .code,
            Some(2)
        );
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:rolewatch-history";
        let outcome = bench.run(&[
            "audit",
            "s3://trail-logs/AWSLogs/",
            "--state-machine",
            machine,
            "--bucket",
            "",
        ]);
        assert_eq!(outcome.code, Some(2));
        assert!(
            outcome.stderr.contains("needs `--bucket`"),
            "{}",
            outcome.stderr
        );
        let outcome = Bench::empty().run(&["audit", "."]);
        assert_eq!(outcome.code, Some(2));
        assert!(
            outcome.stderr.contains("rolewatch.yaml"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn three_beats_one() {
        let bench = Bench::of(&violation());
        bench.write("archive/broken.json", b"{");
        assert_eq!(bench.run(&["audit", "archive"]).code, Some(3));
    }
}

mod findings {
    use super::*;

    #[test]
    fn ndjson_has_the_fields_that_others_rely_on() {
        let outcome = Bench::of(&violation()).run(&["audit", "archive", "--format", "ndjson"]);
        let findings = outcome.findings();
        let [finding] = &findings[..] else {
            panic!("{findings:?}")
        };
        assert_eq!(finding["rule"], "RW001");
        assert_eq!(finding["name"], "caller-outside-group");
        assert_eq!(finding["verdict"], "violation");
        assert_eq!(finding["severity"], "high");
        assert_eq!(finding["time"], "2026-03-02T09:00:00Z");
        assert_eq!(finding["role"], "arn:aws:iam::444455556666:role/UpdateApp");
        assert_eq!(
            finding["caller"],
            json!({"arn": "arn:aws:iam::111122223333:user/tom", "account": "111122223333", "name": "tom"})
        );
        assert!(
            finding["message"]
                .as_str()
                .unwrap()
                .contains("was not in development/Developers")
        );
        assert_eq!(finding["events"].as_array().unwrap().len(), 2);
        assert_eq!(finding["id"].as_str().unwrap().len(), 32);
        assert_eq!(finding["policy"].as_str().unwrap().len(), 16);
    }

    #[test]
    fn every_way_to_hand_in_the_records_gives_the_same_findings() {
        let story = violation();
        let bench = Bench::of(&story);
        let expected = bench
            .run(&["audit", "archive", "--format", "ndjson"])
            .stdout;
        let lines: Vec<String> = story.records().iter().map(Value::to_string).collect();
        let envelopes: Vec<Value> = story
            .records()
            .iter()
            .map(|record| json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.sts", "detail": record}))
            .collect();
        let events: Vec<Value> = story
            .records()
            .iter()
            .map(|record| json!({"EventId": "x", "CloudTrailEvent": record.to_string()}))
            .collect();
        for (name, text) in [
            ("lines.jsonl", lines.join("\n")),
            (
                "pretty.json",
                serde_json::to_string_pretty(&json!({"Records": story.records()})).unwrap(),
            ),
            ("list.json", json!(story.records()).to_string()),
            (
                "envelopes.json",
                envelopes.iter().map(Value::to_string).collect(),
            ),
            ("lookup.json", json!({"Events": events}).to_string()),
        ] {
            let path = bench.write(name, text.as_bytes()).display().to_string();
            assert_eq!(
                bench.run(&["audit", &path, "--format", "ndjson"]).stdout,
                expected,
                "{name}"
            );
            assert_eq!(
                bench
                    .run_with(&["audit", "-", "--format", "ndjson"], text.as_bytes())
                    .stdout,
                expected,
                "{name} on stdin"
            );
        }
        // Split over several files, and passed twice.
        for (at, line) in lines.iter().enumerate() {
            bench.write(&format!("split/{at}.json"), line.as_bytes());
        }
        assert_eq!(
            bench
                .run(&["audit", "split", "archive", "--format", "ndjson"])
                .stdout,
            expected
        );
        for jobs in ["1", "3"] {
            assert_eq!(
                bench
                    .run(&["audit", "split", "--format", "ndjson", "--jobs", jobs])
                    .stdout,
                expected
            );
        }
    }

    #[test]
    fn the_last_line_accounts_for_everything() {
        let outcome = Bench::of(&violation()).run(&["audit", "archive", "archive/log.json"]);
        for words in ["2 records", "1 switch", "1 violation", "0 unproven"] {
            assert!(
                outcome.account().contains(words),
                "{words} in {}",
                outcome.account()
            );
        }
    }

    #[test]
    fn a_roster_of_known_time_is_used_as_of_it() {
        let bench = Bench::of(&violation());
        let roster = format!(
            "{}@2026-03-20T00:00:00Z",
            bench.path("roster/development.json").display()
        );
        let outcome = bench.run(&[
            "audit", "archive", "--roster", &roster, "--format", "ndjson",
        ]);
        let findings = outcome.findings();
        assert_eq!(
            findings[0]["verdict"], "unproven",
            "there is a gap of weeks"
        );
        assert!(
            findings[0]["message"].as_str().unwrap().contains("gap"),
            "{findings:?}"
        );
    }
}

mod words {
    use super::*;

    #[test]
    fn misspelled_things_are_answered_with_what_was_meant() {
        let bench = Bench::of(&violation());
        for (args, meant) in [
            (&["adit"][..], "audit"),
            (&["audit", "archive", "--formt", "json"][..], "--format"),
            (&["explain", "RW0002"][..], "RW002"),
            (
                &["explain", "switch-without-mfaa"][..],
                "switch-without-mfa",
            ),
        ] {
            let outcome = bench.run(args);
            assert_eq!(outcome.code, Some(2), "{args:?}");
            assert!(
                outcome.stderr.contains(meant),
                "{args:?}: {}",
                outcome.stderr
            );
        }
        bench.write(
            "typo.yaml",
            violation()
                .policy_text()
                .replace("max_session", "max_sesion")
                .as_bytes(),
        );
        let outcome = bench.run(&["policy", "check", "typo.yaml"]);
        assert_eq!(outcome.code, Some(2));
        assert!(
            outcome
                .stderr
                .contains("typo.yaml:9:5: unknown key `max_sesion`, did you mean `max_session`?"),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("max_sesion: 1h\n"),
            "the line is quoted: {}",
            outcome.stderr
        );
    }

    #[test]
    fn data_goes_to_stdout_and_everything_else_to_stderr() {
        let outcome = Bench::of(&violation()).run(&["audit", "archive", "--format", "ndjson"]);
        assert_eq!(outcome.stdout.lines().count(), 1);
        assert!(
            outcome.stderr.contains("rolewatch.yaml")
                && outcome.stderr.contains("development.json"),
            "{}",
            outcome.stderr
        );
        assert!(
            !outcome.stdout.contains('\u{1b}') && !outcome.stderr.contains('\u{1b}'),
            "no colors off a terminal"
        );
    }

    #[test]
    fn every_rule_can_be_explained_by_code_and_by_name() {
        for rule in rolewatch_guard::catalogue::of_records() {
            for name in [rule.code, rule.name] {
                let outcome = run_in(project(), &["explain", name], b"");
                assert_eq!(outcome.code, Some(0));
                assert!(outcome.stdout.contains("What to do"), "{}", outcome.stdout);
            }
        }
    }

    #[test]
    fn an_event_is_explained_with_every_rules_answer() {
        let outcome = run_in(
            project(),
            &["explain", "events/assume-role-mfa-caller.json"],
            b"",
        );
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        for code in ["RW001", "RW002", "RW003", "RW012"] {
            assert!(outcome.stdout.contains(code), "{code}: {}", outcome.stdout);
        }
    }

    #[test]
    fn the_switch_link_presets_account_and_role() {
        let outcome = run_in(
            project(),
            &[
                "switch-link",
                "arn:aws:iam::444455556666:role/apps/UpdateApp",
            ],
            b"",
        );
        assert_eq!(outcome.code, Some(0));
        assert!(
            outcome
                .stdout
                .contains("https://signin.aws.amazon.com/switchrole?"),
            "{}",
            outcome.stdout
        );
        assert!(
            outcome.stdout.contains("account=444455556666")
                && outcome.stdout.contains("roleName=apps/UpdateApp"),
            "{}",
            outcome.stdout
        );
        assert_eq!(
            run_in(
                project(),
                &["switch-link", "arn:aws:iam::444455556666:role/*"],
                b""
            )
            .code,
            Some(2)
        );
    }

    #[test]
    fn completions_and_the_man_page_are_printed() {
        for shell in ["bash", "zsh", "fish"] {
            assert!(
                run_in(project(), &["completions", shell], b"")
                    .stdout
                    .contains("rolewatch")
            );
        }
        assert!(run_in(project(), &["man"], b"").stdout.contains(".TH"));
    }
}

mod documents {
    use super::*;

    #[test]
    fn the_rules_in_the_docs_are_those_of_the_command() {
        let printed = run_in(project(), &["rules", "--format", "markdown"], b"").stdout;
        let kept = std::fs::read_to_string(project().join("docs/rules.md")).unwrap_or_default();
        assert!(
            printed == kept,
            "docs/rules.md is out of date: run `make docs`"
        );
    }

    #[test]
    fn every_alarm_has_its_place_in_the_operations_manual() {
        let manual = std::fs::read_to_string(project().join("docs/operations.md")).unwrap();
        for template in ["template.yaml", "deploy/spoke.yaml"] {
            let text = std::fs::read_to_string(project().join(template)).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let alarms: Vec<&str> = lines
                .windows(2)
                .filter(|pair| {
                    pair[1].trim().starts_with("Type: AWS::CloudWatch::")
                        && pair[1].trim().ends_with("Alarm")
                })
                .map(|pair| pair[0].trim().trim_end_matches(':'))
                .collect();
            assert!(!alarms.is_empty(), "{template}");
            for alarm in alarms {
                assert!(
                    manual.contains(&format!("\n### {alarm}\n")),
                    "docs/operations.md does not tell of {alarm} ({template})"
                );
            }
        }
    }

    #[test]
    fn the_schema_and_the_example_belong_together() {
        let schema: Value =
            serde_json::from_str(&run_in(project(), &["policy", "schema"], b"").stdout).unwrap();
        assert!(schema["properties"]["roles"].is_object());
        let bench = Bench::empty();
        bench.write(
            "example.yaml",
            run_in(project(), &["policy", "example"], b"")
                .stdout
                .as_bytes(),
        );
        assert_eq!(
            bench.run(&["policy", "check", "example.yaml"]).code,
            Some(0)
        );
    }
}

#[test]
fn without_the_feature_a_bucket_is_refused_with_what_to_do() {
    if cfg!(feature = "aws") {
        return;
    }
    let bench = Bench::of(&Story::new());
    let outcome = bench.run(&[
        "audit",
        "s3://trail-logs/AWSLogs/",
        "--policy",
        "rolewatch.yaml",
    ]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("`cargo install --path . --features aws`"),
        "{}",
        outcome.stderr
    );
}
