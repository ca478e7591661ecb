//! The set-up judged from files: what is found, what is printed, and what is said of bad input.

use std::collections::BTreeSet;

use rolewatch_guard::catalogue;
use serde_json::{Value, json};

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

/// A folder with the company's policy and its files under `setup/`.
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

mod findings {
    use super::*;

    #[test]
    fn every_rule_fires_on_the_company_that_has_one_thing_wrong_for_each() {
        let outcome = company(&["--format", "ndjson"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        let findings = outcome.findings();
        let fired: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding["verdict"] == "violation")
            .map(|finding| text(&finding["rule"]))
            .collect();
        assert_eq!(
            fired,
            catalogue::listed()
                .filter(|rule| rule.is_of_the_set_up())
                .map(|rule| rule.code)
                .collect(),
            "{findings:#?}"
        );
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                let [rule, verdict, severity, subject, message] =
                    ["rule", "verdict", "severity", "subject", "message"]
                        .map(|field| text(&finding[field]));
                format!("{rule} {verdict} {severity} {subject}: {message}")
            })
            .collect();
        insta::assert_snapshot!(
            "review",
            format!("{}\n\n{}", lines.join("\n"), outcome.account())
        );
    }

    #[test]
    fn ndjson_has_the_fields_that_others_rely_on() {
        for finding in company(&["--format", "ndjson"]).findings() {
            for field in [
                "rule", "name", "verdict", "severity", "account", "subject", "message", "id",
                "policy",
            ] {
                assert!(
                    finding[field].as_str().is_some_and(|text| !text.is_empty()),
                    "{field} of {finding}"
                );
            }
            assert_eq!(
                (text(&finding["account"]).len(), text(&finding["id"]).len()),
                (12, 32)
            );
            assert!(
                text(&finding["subject"]).starts_with("arn:aws:iam::"),
                "{finding}"
            );
            let quoted = finding["statement"].is_object();
            assert_eq!(
                quoted,
                finding["rule"] != "RW106" && finding["statement"] != Value::Null
            );
            assert!(
                !quoted || finding["fix"].is_object() || finding["fix"].is_array(),
                "{finding}"
            );
        }
    }

    #[test]
    fn the_statement_is_quoted_as_it_stands_with_the_one_that_corrects_it() {
        let findings = company(&["--format", "ndjson"]).findings();
        let finding = findings
            .iter()
            .find(|finding| finding["rule"] == "RW101" && finding["verdict"] == "violation")
            .unwrap();
        assert_eq!(
            finding["statement"]["Condition"],
            json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})
        );
        assert_eq!(
            finding["fix"]["Condition"],
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
        );
        assert_eq!(
            finding["fix"]["Principal"],
            finding["statement"]["Principal"]
        );
    }

    #[test]
    fn the_table_is_readable() {
        let outcome = company(&[]);
        assert!(
            outcome
                .stdout
                .lines()
                .all(|line| line.chars().count() <= 120 || line.contains("arn:")),
            "{}",
            outcome.stdout
        );
        insta::assert_snapshot!("review_table", outcome.stdout);
    }

    #[test]
    fn csv_and_json_have_the_same_findings() {
        let lines = company(&["--format", "ndjson"]).findings();
        let csv = company(&["--format", "csv"]).stdout;
        assert!(
            csv.starts_with("rule,name,verdict,severity,account,subject,place,statement,fix,message,undecided,id,policy,near_misses\n"),
            "{csv}"
        );
        let document: Value = serde_json::from_str(&company(&["--format", "json"]).stdout).unwrap();
        assert_eq!(document["findings"], Value::Array(lines.clone()));
        assert_eq!(
            (&document["elevated"], &document["unread"]),
            (&json!(5), &json!([]))
        );
        for finding in lines {
            assert!(csv.contains(text(&finding["id"])), "{finding}");
        }
    }

    #[test]
    fn the_order_of_the_files_does_not_matter() {
        let bench = bench();
        let files = [
            "setup/development.json",
            "setup/production.json",
            "setup/production-roles.json",
        ];
        let run = |files: &[&str]| {
            let args: Vec<&str> = ["review", "--format", "ndjson"]
                .iter()
                .chain(files)
                .copied()
                .collect();
            bench.run(&args).stdout
        };
        let forwards = run(&files);
        assert!(!forwards.is_empty());
        assert_eq!(run(&[files[2], files[1], files[0]]), forwards);
        assert_eq!(run(&["setup"]), forwards);
    }
}

mod exit_codes {
    use super::*;

    #[test]
    fn one_for_violations_at_or_over_fail_on_and_zero_below() {
        assert_eq!(company(&["--fail-on", "high"]).code, Some(1));
        let bench = bench();
        let policy = std::fs::read_to_string(bench.path("rolewatch.yaml"))
            .unwrap()
            .replace("severity: critical", "severity: high");
        bench.write("rolewatch.yaml", policy.as_bytes());
        assert_eq!(bench.run(&["review", "setup"]).code, Some(1));
        assert_eq!(
            bench
                .run(&["review", "setup", "--fail-on", "critical"])
                .code,
            Some(0)
        );
    }

    #[test]
    fn two_without_a_policy_or_with_a_wrong_one() {
        let bench = Bench::empty();
        bench.write("setup/a.json", b"{}");
        let outcome = bench.run(&["review", "setup"]);
        assert_eq!(outcome.code, Some(2));
        assert!(
            outcome.stderr.contains("rolewatch.yaml"),
            "{}",
            outcome.stderr
        );
        assert_eq!(bench.run(&["review"]).code, Some(2));
        bench.write("bad.yaml", b"version: 1\nroles: 7\n");
        assert_eq!(
            bench.run(&["review", "setup", "--policy", "bad.yaml"]).code,
            Some(2)
        );
    }

    #[test]
    fn three_for_a_file_that_is_cut_off_with_its_place_and_the_rest_is_judged() {
        let bench = bench();
        let whole = std::fs::read(project().join("events/review/development.json")).unwrap();
        bench.write("setup/cut.json", &whole[..whole.len() / 2]);
        let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        let said = outcome
            .stderr
            .lines()
            .find(|line| line.contains("cut.json"))
            .unwrap_or_default();
        assert!(
            said.contains("EOF while parsing")
                && said.contains("line ")
                && said.contains("column "),
            "{said}"
        );
        assert!(
            outcome
                .findings()
                .iter()
                .any(|finding| finding["rule"] == "RW101"),
            "{}",
            outcome.stdout
        );
        assert!(
            outcome.account().contains("4 files: 3 read, 1 unreadable"),
            "{}",
            outcome.account()
        );
    }

    #[test]
    fn two_for_a_misspelled_path_with_what_was_meant() {
        let outcome = bench().run(&["review", "setup/developmnt.json", "setup/production.json"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(
            outcome.stderr.contains("`setup/developmnt.json`: no such file or directory; did you mean `setup/development.json`?"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn three_for_what_is_no_such_output_and_for_a_missing_page() {
        let bench = bench();
        bench.write("setup/trail.json", b"{\"Records\": []}");
        let outcome = bench.run(&["review", "setup"]);
        assert_eq!(outcome.code, Some(3));
        assert!(
            outcome.stderr.contains("trail.json: neither the output of"),
            "{}",
            outcome.stderr
        );
        let mut details: Value = serde_json::from_slice(
            &std::fs::read(project().join("events/review/development.json")).unwrap(),
        )
        .unwrap();
        details["IsTruncated"] = json!(true);
        let bench = super::bench();
        bench.write("setup/development.json", details.to_string().as_bytes());
        let outcome = bench.run(&["review", "setup"]);
        assert_eq!(outcome.code, Some(3));
        assert!(
            outcome.stderr.contains("IsTruncated") && outcome.stdout.contains("INCOMPLETE"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn three_for_a_policy_of_iam_that_cannot_be_read_and_what_hangs_on_it_is_unproven() {
        let mut details: Value = serde_json::from_slice(
            &std::fs::read(project().join("events/review/production.json")).unwrap(),
        )
        .unwrap();
        details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] =
            json!("allow");
        let bench = bench();
        bench.write("setup/production.json", details.to_string().as_bytes());
        let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
        assert_eq!(outcome.code, Some(3));
        assert!(
            outcome
                .stderr
                .contains("UpdateApp: statement 1: `Effect` is `Allow` or `Deny`"),
            "{}",
            outcome.stderr
        );
        let findings = outcome.findings();
        let of_role: Vec<&Value> = findings
            .iter()
            .filter(|finding| text(&finding["subject"]).ends_with("role/UpdateApp"))
            .collect();
        for rule in ["RW101", "RW102"] {
            assert!(
                of_role
                    .iter()
                    .any(|finding| finding["rule"] == rule && finding["verdict"] == "unproven"),
                "{rule}: {findings:#?}"
            );
        }
    }

    #[test]
    fn stdin_is_a_file_too() {
        let bench = bench();
        let development = std::fs::read(project().join("events/review/development.json")).unwrap();
        let piped = bench.run_with(
            &[
                "review",
                "-",
                "setup/production.json",
                "setup/production-roles.json",
                "--format",
                "ndjson",
            ],
            &development,
        );
        assert_eq!(
            piped.stdout,
            bench.run(&["review", "setup", "--format", "ndjson"]).stdout
        );
        assert!(
            piped.account().starts_with("rolewatch: 3 files: 3 read;"),
            "{}",
            piped.stderr
        );
    }

    #[test]
    fn three_for_what_was_packed_or_written_by_powershell_with_what_to_do() {
        let bench = bench();
        bench.write("setup/packed.json", b"\x1f\x8b\x08\x00rest");
        bench.write("setup/wide.json", b"\xff\xfe{\x00}\x00");
        let outcome = bench.run(&["review", "setup"]);
        assert_eq!(outcome.code, Some(3));
        for words in ["packed.json: it is compressed", "wide.json: it is UTF-16"] {
            assert!(
                outcome.stderr.contains(words),
                "{words}: {}",
                outcome.stderr
            );
        }
    }

    #[test]
    fn three_for_a_credential_report_that_is_none() {
        let bench = bench();
        bench.write("report.csv", b"user,password\nbob,1\n");
        let outcome = bench.run(&["review", "setup", "--credential-report", "report.csv"]);
        assert_eq!(outcome.code, Some(3));
        assert!(
            outcome.stderr.contains("report.csv") && outcome.stderr.contains("base64 -d"),
            "{}",
            outcome.stderr
        );
    }
}

mod hostile {
    use super::*;

    #[test]
    fn text_of_policies_moves_no_cursor_and_is_no_formula() {
        let mut details: Value = serde_json::from_slice(
            &std::fs::read(project().join("events/review/development.json")).unwrap(),
        )
        .unwrap();
        details["UserDetailList"][0]["UserName"] = json!("=1+1\u{1b}[2J\u{202e}");
        details["GroupDetailList"][0]["GroupPolicyList"][0]["PolicyDocument"]["Statement"][1]["Sid"] =
            json!("\u{1b}[31m\u{202e}red");
        let bench = bench();
        bench.write("setup/development.json", details.to_string().as_bytes());
        for format in ["table", "csv", "json", "ndjson"] {
            let outcome = bench.run(&["review", "setup", "--format", format]);
            let hidden = |c: char| c != '\n' && !rolewatch_guard::untrusted::shows_as_itself(c);
            assert!(
                !outcome.stdout.contains(hidden) && !outcome.stderr.contains(hidden),
                "{format}"
            );
        }
    }

    #[test]
    fn a_statement_with_hidden_characters_is_quoted_and_corrected_as_it_stands() {
        let statement = json!({"Sid": "\u{1b}[31m\u{202e}</pre>|`x`\u{200b}", "Effect": "Allow", "Action": "sts:*", "Resource": "*"});
        let mut details: Value = serde_json::from_slice(
            &std::fs::read(project().join("events/review/development.json")).unwrap(),
        )
        .unwrap();
        details["UserDetailList"][4]["UserPolicyList"] = json!([{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]);
        let bench = bench();
        bench.write("setup/development.json", details.to_string().as_bytes());
        let findings = bench
            .run(&["review", "setup", "--format", "ndjson"])
            .findings();
        let finding = findings
            .iter()
            .find(|finding| finding["statement"] == statement)
            .unwrap();
        assert_eq!(finding["fix"][0], statement);
        let table = bench.run(&["review", "setup"]).stdout;
        let sid = table
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("\"Sid\": ") && line.contains("[31m"))
            .unwrap();
        let copied: Value =
            serde_json::from_str(&format!("{{{}}}", sid.trim_end_matches(','))).unwrap();
        assert_eq!(
            copied["Sid"], statement["Sid"],
            "what is copied from the table is the statement"
        );
    }

    #[test]
    fn a_draft_has_no_line_that_a_name_wrote() {
        let mut details: Value = serde_json::from_slice(
            &std::fs::read(project().join("events/cross-account/development.json")).unwrap(),
        )
        .unwrap();
        let hostile = "Developers\"]\n  - arn: \"*\" #";
        details["GroupDetailList"][1]["GroupName"] = json!(hostile);
        for user in details["UserDetailList"].as_array_mut().unwrap() {
            user["GroupList"] = json!([hostile]);
        }
        let bench = Bench::empty();
        bench.write("setup/development.json", details.to_string().as_bytes());
        bench.write(
            "setup/production.json",
            &std::fs::read(project().join("events/cross-account/production.json")).unwrap(),
        );
        let draft = bench.run(&["init", "setup"]).stdout;
        let entries: Vec<&str> = draft
            .lines()
            .filter(|line| line.starts_with("  - "))
            .collect();
        assert_eq!(entries.len(), 2, "{entries:?}");
        assert!(
            draft.contains(r#"groups: ["development/Developers\"]\n  - arn: \"*\" #"]"#),
            "{draft}"
        );
    }
}

mod init {
    use super::*;

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
        // What the draft takes from IAM as it is, it cannot find to be beyond the policy.
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
