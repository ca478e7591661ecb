//! Missing lists in `rolewatch review`.

use serde_json::{Value, json};

use super::{bench, change, without};

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
                "rolewatch: setup/development.json: `{list}` ({word}) is missing from the details of account 111122223333"
            );
            assert!(outcome.stderr.contains(&says), "{}", outcome.stderr);
            assert!(
                outcome
                    .stderr
                    .contains("`aws iam get-account-authorization-details`, without `--filter`"),
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
        let says = "setup/production.json: it contains no user, group or role, so it doesn't show which account it belongs to; `RoleDetailList` (roles) is missing";
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
