//! A roster of Identity Center, and where its people enter.

use serde_json::{Value, json};

use super::bench;
use crate::tool::Bench;

const POLICY: &str = "version: 1
accounts: {\"111122223333\": development, \"444455556666\": production}
identity_center:
  account: development
  regions: [ap-northeast-1]
  identity_store: d-1234567890
  start_url: https://example.awsapps.com/start
roles:
  - permission_set: ReleaseManager
    groups: [identity-center/Platform]
";

fn roster() -> Value {
    let set = "arn:aws:sso:::permissionSet/ssoins-7223EXAMPLE/ps-1";
    json!({
        "IdentityStoreId": "d-1234567890",
        "Users": [],
        "Groups": [
            {"GroupId": "g-1", "DisplayName": "Platform"},
            {"GroupId": "g-2", "DisplayName": "Testers"},
        ],
        "GroupMemberships": [],
        "PermissionSets": [
            {"PermissionSetArn": set, "Name": "ReleaseManager", "SessionDuration": "PT1H"},
        ],
        "AccountAssignments": [
            {"AccountId": "444455556666", "PermissionSetArn": set, "PrincipalType": "GROUP",
                "PrincipalId": "g-2"},
        ],
    })
}

fn with_roster(roster: &Value) -> Bench {
    let bench = bench();
    bench.write("rolewatch.yaml", POLICY.as_bytes());
    bench.write("setup/center.json", roster.to_string().as_bytes());
    bench
}

#[test]
fn an_assignment_beyond_the_policy_is_found() {
    let bench = with_roster(&roster());
    let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let findings = outcome.findings();
    assert!(
        findings.iter().any(|finding| {
            finding["rule"] == "RW104" && finding["subject"] == "arn:aws:identitystore:::group/g-2"
        }),
        "{}",
        outcome.stdout
    );
    let table = bench.run(&["review", "setup"]).stdout;
    assert!(
        table.contains("directory d-1234567890 (Identity Center): 0 users, 2 groups, 1 permission set, 1 assignment")
            && table.contains("fix       delete it"),
        "{table}"
    );
}

#[test]
fn a_roster_that_is_cut_off_or_differs_makes_the_run_incomplete() {
    let mut cut = roster();
    cut["NextToken"] = json!("more");
    let outcome = with_roster(&cut).run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("center.json: the roster of identity store d-1234567890 isn't complete")
    );
    let bench = with_roster(&roster());
    bench.write("setup/other.json", cut.to_string().as_bytes());
    let outcome = bench.run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("it differs from another file of identity store d-1234567890"),
        "{}",
        outcome.stderr
    );
    let wrong = json!({"IdentityStoreId": "d-1234567890", "Users": 7});
    let outcome = with_roster(&wrong).run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
}

#[test]
fn a_draft_from_a_roster_passes_the_check() {
    let bench = with_roster(&roster());
    let outcome = bench.run(&["init", "setup"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("# - permission_set: \"ReleaseManager\""),
        "{}",
        outcome.stdout
    );
    bench.write("rolewatch.yaml", outcome.stdout.as_bytes());
    let check = bench.run(&["policy", "check", "rolewatch.yaml"]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
}

#[test]
fn the_switch_link_of_a_permission_set_is_the_access_portals() {
    let role = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_ReleaseManager_0123456789abcdef";
    let bench = with_roster(&roster());
    bench.write(
        "other.yaml",
        POLICY.replace("example.aws", "other.aws").as_bytes(),
    );
    let shortcut = |portal: &str| {
        format!(
            "https://{portal}.awsapps.com/start/#/console?account_id=444455556666&role_name=ReleaseManager"
        )
    };
    for (args, says) in [
        (vec!["switch-link", role], shortcut("example")),
        (
            vec!["switch-link", role, "--policy", "other.yaml"],
            shortcut("other"),
        ),
        (
            vec!["switch-link", role, "--policy", "none.yaml"],
            "none.yaml".to_owned(),
        ),
    ] {
        let outcome = bench.run(&args);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(outcome.stderr.contains(&says), "{}", outcome.stderr);
    }
    let without = Bench::empty().run(&["switch-link", role]);
    assert_eq!(without.code, Some(2));
    assert!(
        without.stderr.contains("access portal"),
        "{}",
        without.stderr
    );
}
