//! Rosters without their users or groups, and what an audit makes of them.

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome};

/// Audits tom's switch with a changed roster of his account.
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
    let says = "rolewatch: roster/development.json: `UserDetailList` (users) is missing from the details of account 111122223333";
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
        table.contains("INCOMPLETE a roster has no list of users"),
        "{table}"
    );
    let document: Value =
        serde_json::from_str(&bench.run(&["audit", "archive", "--format=json"]).stdout).unwrap();
    assert_eq!(document["rosters"][0]["missing"], json!(["UserDetailList"]));
}

#[test]
fn a_roster_in_which_nobody_is_gets_a_warning_where_the_policy_names_its_groups() {
    let empty = bench(|roster| roster["UserDetailList"] = json!([]));
    let outcome = empty.run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(unproven(&outcome), "{}", outcome.stdout);
    let says = "warning: roster/development.json: the roster contains no users, but the policy names development/Developers";
    assert!(
        outcome.stderr.contains(says) && outcome.stderr.contains("`--filter`"),
        "{}",
        outcome.stderr
    );
    let whole = bench(|_| ()).run(&["audit", "archive"]);
    assert!(
        !whole.stderr.contains("contains no users"),
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
