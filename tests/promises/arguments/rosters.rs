//! Rosters: a file or directory that the user names has to contain one.

use rolewatch_guard::testing::Story;
use serde_json::Value;

use super::{bench, refused};
use crate::tool::Bench;

#[test]
fn a_file_or_directory_without_a_roster_is_an_error() {
    let bench = bench();
    bench.write("none.json", b"{\"UserDetailList\": [], \"GroupDetailList\": [], \"RoleDetailList\": [], \"Policies\": []}");
    bench.write("null.json", b"");
    bench.write("packed.json", b"\x1f\x8b\x08\x00rest");
    bench.write("wide.json", b"\xff\xfe{\x00}\x00");
    for (roster, says) in [
        ("empty", "`empty` contains no roster"),
        (
            "none.json",
            "can't use the roster `none.json`: it is not a roster",
        ),
        (
            "null.json",
            "can't use the roster `null.json`: it is not a roster",
        ),
        (
            "archive/log.json",
            "can't use the roster `archive/log.json`: it is not a roster",
        ),
        (
            "rolewatch.yaml",
            "can't use the roster `rolewatch.yaml`: not the output of",
        ),
        ("packed.json", "it is compressed: decompress it first"),
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
        outcome
            .stderr
            .contains("warning: `roster` contains no roster"),
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

/// An audit with a roster of Identity Center beside the account's, and a policy with
/// `identity_center` for this store, if any.
fn with_center(store: Option<&str>, roster: &str) -> crate::tool::Outcome {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let bench = Bench::of(&story);
    if let Some(store) = store {
        let policy = format!(
            "{}\nidentity_center:\n  account: development\n  regions: [eu-west-1]\n  identity_store: {store}\n",
            story.policy_text()
        );
        bench.write("rolewatch.yaml", policy.as_bytes());
    }
    bench.write("roster/center@2026-03-31T093000Z.json", roster.as_bytes());
    bench.run(&["audit", "archive", "--format", "json"])
}

const CENTER: &str = r#"{"IdentityStoreId": "d-1234567890", "Users": [{"UserId": "u", "UserName": "nell"}],
    "Groups": [], "GroupMemberships": []}"#;

#[test]
fn a_roster_of_identity_center_is_found_by_its_content_and_told() {
    let file = "roster/center@2026-03-31T093000Z.json";
    let outcome = with_center(Some("d-1234567890"), CENTER);
    let told = format!(
        "rolewatch: roster `{file}` of identity store d-1234567890, taken 2026-03-31T09:30:00Z"
    );
    assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let rosters = document["rosters"].as_array().unwrap();
    assert_eq!(rosters.len(), 2);
    let of_store = rosters
        .iter()
        .find(|roster| roster["file"] == file)
        .unwrap();
    assert_eq!(of_store["identity_store"], "d-1234567890");
    assert_eq!(of_store["account"], Value::Null);
    assert_eq!(of_store["truncated"], false);
    let cut = CENTER.replace("[],", "[], \"NextToken\": \"x\",");
    let document: Value =
        serde_json::from_str(&with_center(Some("d-1234567890"), &cut).stdout).unwrap();
    let rosters = document["rosters"].as_array().unwrap();
    let of_store = rosters
        .iter()
        .find(|roster| roster["file"] == file)
        .unwrap();
    assert_eq!(of_store["truncated"], true);
}

#[test]
fn a_roster_of_identity_center_that_cannot_be_used_is_told() {
    let outcome = with_center(Some("d-2222222222"), CENTER);
    refused(
        &outcome,
        "it belongs to identity store d-1234567890, but `identity_center` in the policy has `identity_store: d-2222222222`",
    );
    let outcome = with_center(None, CENTER);
    assert_ne!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains(
            "the roster of identity store d-1234567890 isn't used, because the policy has no `identity_center`"
        ),
        "{}",
        outcome.stderr
    );
    let half = r#"{"IdentityStoreId": "d-1234567890", "Users": []}"#;
    refused(
        &with_center(Some("d-1234567890"), half),
        "not a roster of Identity Center",
    );
}
