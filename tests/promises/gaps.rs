//! Authorization details from which something is missing: said on stderr, incomplete, and nothing
//! that depends on it looks clean.

use serde_json::{Value, json};

use crate::tool::{Bench, project};

const FILES: [&str; 3] = [
    "development.json",
    "production.json",
    "production-roles.json",
];

/// The company's policy, and its files under `setup/`.
fn bench() -> Bench {
    let bench = Bench::empty();
    for name in FILES {
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

fn change(bench: &Bench, file: &str, change: impl FnOnce(&mut Value)) {
    let mut details: Value =
        serde_json::from_slice(&std::fs::read(bench.path(file)).unwrap()).unwrap();
    change(&mut details);
    bench.write(file, details.to_string().as_bytes());
}

fn without(bench: &Bench, file: &str, list: &str) {
    change(bench, file, |details| {
        drop(details.as_object_mut().unwrap().remove(list).unwrap());
    });
}

mod review {
    use super::*;

    #[test]
    fn each_list_that_is_missing_is_told_with_its_file_and_how_to_get_it() {
        for (list, word) in [
            ("UserDetailList", "users"),
            ("GroupDetailList", "groups"),
            ("RoleDetailList", "roles"),
            ("Policies", "policies"),
        ] {
            for format in ["table", "json", "ndjson", "csv"] {
                let bench = bench();
                without(&bench, "setup/development.json", list);
                let outcome = bench.run(&["review", "setup", "--format", format]);
                assert_eq!(outcome.code, Some(3), "{list}: {}", outcome.stderr);
                let says = format!(
                    "rolewatch: setup/development.json: `{list}` ({word}) is missing in the details of account 111122223333"
                );
                assert!(outcome.stderr.contains(&says), "{}", outcome.stderr);
                assert!(
                    outcome.stderr.contains(
                        "`aws iam get-account-authorization-details`, without `--filter`"
                    ),
                    "{}",
                    outcome.stderr
                );
            }
        }
    }

    #[test]
    fn a_missing_list_is_named_where_nobody_is_left_in_the_file() {
        let bench = bench();
        let lists = r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": []}"#;
        bench.write("setup/production.json", lists.as_bytes());
        for command in ["review", "init"] {
            let outcome = bench.run(&[command, "setup"]);
            assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
            let says = "setup/production.json: no user, group or role is in it, so it belongs to no account; `RoleDetailList` (roles) is missing";
            assert!(
                outcome.stderr.contains(says) && outcome.stderr.contains("without `--filter`"),
                "{}",
                outcome.stderr
            );
        }
    }

    #[test]
    fn whatever_depends_on_the_users_is_unproven_and_no_violation_is_new() {
        let ids = |outcome: &crate::tool::Outcome, verdict: &str| {
            let findings = outcome.findings().into_iter();
            findings
                .filter(|finding| finding["verdict"] == verdict)
                .map(|finding| finding["id"].clone())
                .collect::<Vec<_>>()
        };
        let bench = bench();
        let whole = bench.run(&["review", "setup", "--format", "ndjson"]);
        without(&bench, "setup/development.json", "UserDetailList");
        let lacking = bench.run(&["review", "setup", "--format", "ndjson"]);
        let known = ids(&whole, "violation");
        assert!(
            ids(&lacking, "violation")
                .iter()
                .all(|id| known.contains(id)),
            "{}",
            lacking.stdout
        );
        let unproven: Vec<Value> = lacking
            .findings()
            .into_iter()
            .filter(|finding| finding["verdict"] == "unproven")
            .collect();
        for rule in ["RW101", "RW104", "RW105"] {
            assert!(
                unproven.iter().any(|finding| finding["rule"] == rule),
                "{rule}: {}",
                lacking.stdout
            );
        }
    }

    #[test]
    fn lists_of_several_files_of_an_account_add_up() {
        let bench = bench();
        let users = bench.path("setup/development.json");
        let users: Value = serde_json::from_slice(&std::fs::read(users).unwrap()).unwrap();
        without(&bench, "setup/development.json", "UserDetailList");
        bench.write(
            "setup/development-users.json",
            json!({"UserDetailList": users["UserDetailList"]})
                .to_string()
                .as_bytes(),
        );
        let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    }

    #[test]
    fn a_list_that_is_empty_where_the_policy_names_somebody_is_warned_of_and_not_incomplete() {
        let bench = bench();
        change(&bench, "setup/development.json", |details| {
            details["UserDetailList"] = json!([]);
        });
        let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        let says = "warning: the list of users (UserDetailList) of development is empty, but the policy names development/";
        assert!(
            outcome.stderr.contains(says) && outcome.stderr.contains("`--filter`"),
            "{}",
            outcome.stderr
        );
        let whole = super::bench().run(&["review", "setup", "--format", "ndjson"]);
        assert!(!whole.stderr.contains("is empty"), "{}", whole.stderr);
    }
}

mod table {
    use super::*;

    /// The paragraphs under "Unproven".
    fn unproven(table: &str) -> Vec<String> {
        let (_, rest) = table.split_once("\nUnproven: ").unwrap();
        let rest = rest.split("\n\nAlso\n").next().unwrap();
        rest.split("\n\n")
            .skip(1)
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn an_account_that_was_not_given_is_one_line_and_the_machine_formats_keep_each_finding() {
        let bench = bench();
        let run = |format: &str| {
            bench.run(&[
                "review",
                "setup/production.json",
                "setup/production-roles.json",
                "--format",
                format,
                "--color=never",
            ])
        };
        let findings: Vec<Value> = run("ndjson").findings();
        let unproven_of = |account: &str| {
            let unproven = findings
                .iter()
                .filter(|finding| finding["verdict"] == "unproven");
            unproven
                .filter(|finding| finding.to_string().contains(account))
                .count()
        };
        let of_account = unproven_of("authorization details of development were given")
            + unproven_of("its authorization details were not given");
        assert!(of_account > 4, "{findings:#?}");
        let table = run("table").stdout;
        let about: Vec<String> = unproven(&table)
            .into_iter()
            .filter(|text| text.contains("authorization details of development"))
            .collect();
        let [line] = &about[..] else {
            panic!("{table}")
        };
        let says = format!(
            "no authorization details of development were given, so {of_account} findings are unproven: RW101, RW104 and RW105 for "
        );
        assert!(line.contains(&says), "{says} in {line}");
        assert!(
            line.contains("UpdateApp in production") && line.contains("development/Developers"),
            "{line}"
        );
        assert_eq!(
            run("csv")
                .stdout
                .lines()
                .filter(|line| line.contains(",unproven,"))
                .count(),
            unproven_of("")
        );
        let document: Value = serde_json::from_str(&run("json").stdout).unwrap();
        assert_eq!(document["findings"], json!(findings));
    }

    #[test]
    fn without_an_account_of_the_policy_the_review_is_incomplete_and_not_called_clean() {
        let bench = bench();
        let policy = "version: 1\naccounts: {'111122223333': development, '444455556666': production}\nroles:\n\
                      - {arn: 'arn:aws:iam::444455556666:role/UpdateApp', groups: [development/Developers]}\n";
        bench.write("rolewatch.yaml", policy.as_bytes());
        change(&bench, "setup/production.json", |details| {
            let roles = details["RoleDetailList"].as_array_mut().unwrap();
            roles.retain(|role| role["RoleName"] == "UpdateApp");
        });
        let given = ["setup/production.json", "setup/production-roles.json"];
        let outcome = bench.run(&[
            "review",
            given[0],
            given[1],
            "--format=table",
            "--color=never",
        ]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
        assert!(
            outcome
                .stdout
                .contains("no authorization details of development were given"),
            "{}",
            outcome.stdout
        );
        assert!(
            !outcome.stdout.contains("IAM allows nothing"),
            "{}",
            outcome.stdout
        );
    }

    #[test]
    fn what_depends_on_something_else_too_keeps_a_place_of_its_own() {
        let bench = bench();
        change(&bench, "setup/production.json", |details| {
            let role =
                &mut details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0];
            role["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
        });
        let table = bench
            .run(&[
                "review",
                "setup/production.json",
                "setup/production-roles.json",
                "--color=never",
            ])
            .stdout;
        assert!(
            unproven(&table)
                .iter()
                .any(|text| text.contains("IpAddress aws:SourceIp 203.0.113.0/24")),
            "{table}"
        );
    }

    #[test]
    fn a_list_that_was_not_given_is_no_number_of_users() {
        let bench = bench();
        without(&bench, "setup/development.json", "UserDetailList");
        let outcome = bench.run(&["review", "setup", "--color=never"]);
        assert!(
            outcome
                .stdout
                .contains("111122223333 (development): users not given, "),
            "{}",
            outcome.stdout
        );
        let document: Value =
            serde_json::from_str(&bench.run(&["review", "setup", "--format=json"]).stdout).unwrap();
        assert_eq!(
            document["accounts"][0]["missing"],
            json!(["UserDetailList"])
        );
    }
}

mod init {
    use super::*;

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
            "# UserDetailList of this account was not given",
            "(its members were not given)",
            "depends on users who were not given",
        ] {
            assert!(
                outcome.stdout.contains(words),
                "{words} in {}",
                outcome.stdout
            );
        }
        assert!(
            !outcome.stdout.contains("IAM demands it of everybody"),
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
}

mod rosters {
    use rolewatch_guard::testing::Story;

    use super::*;
    use crate::tool::Outcome;

    /// tom's switch, against his account's roster after a change.
    fn bench(change: impl FnOnce(&mut Value)) -> Bench {
        let mut story = Story::new();
        story.switch("tom").with_mfa();
        let bench = Bench::of(&story);
        super::change(&bench, "roster/development.json", change);
        bench
    }

    fn unproven(outcome: &Outcome) -> bool {
        outcome
            .findings()
            .iter()
            .any(|finding| finding["rule"] == "RW001" && finding["verdict"] == "unproven")
    }

    #[test]
    fn a_roster_without_its_list_of_users_makes_an_audit_incomplete() {
        let bench = bench(|roster| {
            drop(
                roster
                    .as_object_mut()
                    .unwrap()
                    .remove("UserDetailList")
                    .unwrap(),
            );
        });
        let says = "rolewatch: roster/development.json: `UserDetailList` (users) is missing in the details of account 111122223333";
        for args in [
            &["audit", "archive", "--format", "ndjson"][..],
            &["explain", "archive/log.json"],
        ] {
            let outcome = bench.run(args);
            assert_eq!(outcome.code, Some(3), "{args:?}: {}", outcome.stderr);
            assert!(
                outcome.stderr.contains(says),
                "{args:?}: {}",
                outcome.stderr
            );
        }
        assert!(unproven(
            &bench.run(&["audit", "archive", "--format", "ndjson"])
        ));
        let table = bench.run(&["audit", "archive", "--color=never"]).stdout;
        assert!(
            table.contains("INCOMPLETE a roster lacks its list of users"),
            "{table}"
        );
        let document: Value =
            serde_json::from_str(&bench.run(&["audit", "archive", "--format=json"]).stdout)
                .unwrap();
        assert_eq!(document["rosters"][0]["missing"], json!(["UserDetailList"]));
    }

    #[test]
    fn a_roster_in_which_nobody_is_gets_a_warning_where_the_policy_names_its_groups() {
        let empty = bench(|roster| roster["UserDetailList"] = json!([]));
        let outcome = empty.run(&["audit", "archive", "--format", "ndjson"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(unproven(&outcome), "{}", outcome.stdout);
        let says = "warning: roster/development.json: no user is in it, but the policy names development/Developers";
        assert!(
            outcome.stderr.contains(says) && outcome.stderr.contains("`--filter`"),
            "{}",
            outcome.stderr
        );
        let whole = bench(|_| ()).run(&["audit", "archive"]);
        assert!(
            !whole.stderr.contains("no user is in it"),
            "{}",
            whole.stderr
        );
    }

    #[test]
    fn another_roster_of_the_account_may_have_the_users() {
        let bench = bench(|_| ());
        let groups = r#"{"GroupDetailList": [{"GroupName": "Developers", "GroupId": "AGPADEVELOPERSEXAMPLE",
            "Arn": "arn:aws:iam::111122223333:group/Developers"}]}"#;
        bench.write("roster/groups.json", groups.as_bytes());
        let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
        assert!(
            outcome.code != Some(3) && !outcome.stderr.contains("UserDetailList"),
            "{}",
            outcome.stderr
        );
    }

    #[test]
    fn groups_of_which_only_the_names_are_known_prove_nobody_outside_a_group_by_id() {
        let bench = bench(|roster| {
            drop(
                roster
                    .as_object_mut()
                    .unwrap()
                    .remove("GroupDetailList")
                    .unwrap(),
            );
        });
        let run = || bench.run(&["audit", "archive", "--format", "ndjson"]);
        assert!(
            !unproven(&run()),
            "the names are enough for a policy that names groups: {}",
            run().stdout
        );
        let policy = std::fs::read_to_string(bench.path("rolewatch.yaml")).unwrap();
        let by_id = policy.replace(
            "[development/Developers]",
            "[\"111122223333/AGPADEVELOPERSEXAMPLE\"]",
        );
        assert_ne!(by_id, policy);
        bench.write("rolewatch.yaml", by_id.as_bytes());
        assert!(unproven(&run()), "{}", run().stdout);
    }
}
