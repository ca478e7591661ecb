//! Types of identity: how rolewatch judges callers that aren't IAM users.

use rolewatch_guard::{SwitchStanding, standings};

use super::*;

fn saml(provider: &str) -> Story {
    let mut story = Story::new();
    story.switch("dora").with_mfa().only_caller_half();
    let mut record = story.records()[0].clone();
    record["eventName"] = json!("AssumeRoleWithSAML");
    record["recipientAccountId"] = json!("444455556666");
    record["requestParameters"]["principalArn"] = json!(format!(
        "arn:aws:iam::444455556666:saml-provider/{provider}"
    ));
    record["userIdentity"] = json!({"type": "SAMLUser", "principalId": "qualifier:dora@example.com", "userName": "dora@example.com", "identityProvider": "qualifier"});
    let mut told = Story::new();
    told.add_record(record);
    told
}

/// The provider that Identity Center creates in an account.
const CENTER: &str = "AWSSSO_0123456789abcdef_DO_NOT_DELETE";

/// The role of a permission set, entered through Identity Center.
fn center() -> Story {
    const NAME: &str = "AWSReservedSSO_Operator_0123456789abcdef";
    let path = format!("role/aws-reserved/sso.amazonaws.com/{NAME}");
    let record = saml(CENTER).records()[0].to_string();
    let record = record
        .replace("assumed-role/UpdateApp/", &format!("assumed-role/{NAME}/"))
        .replace(":role/UpdateApp", &format!(":{path}"));
    let mut story = Story::new().with_policy_line("role/UpdateApp", &path);
    story.add_record(serde_json::from_str(&record).unwrap());
    story
}

#[test]
fn a_kind_that_is_not_admitted_is_one_finding() {
    for (story, words) in [
        (center(), "an Identity Center user"),
        (saml("Okta"), "a SAML user"),
        // Anybody can give a provider this name. Only AWS creates roles of permission sets.
        (saml(CENTER), "a SAML user"),
    ] {
        let findings = story.findings();
        assert_eq!(rules(&findings), [("RW012", Verdict::Violation)]);
        assert!(
            findings[0].message.contains(words),
            "{}",
            findings[0].message
        );
    }
}

#[test]
fn a_kind_that_is_admitted_but_no_iam_user_has_no_group_and_no_mfa_to_judge() {
    for (story, lines) in [
        (
            center(),
            "    groups: []\n    identities: [identity-center]\n",
        ),
        (
            saml("Okta"),
            "    groups: []\n    mfa: {saml: optional}\n    identities: [saml]\n",
        ),
    ] {
        let story = story
            .with_policy_line("    groups: [development/Developers]\n", "")
            .with_policy_line("    max_session: 1h\n", lines);
        let judgement = story.judgement();
        assert_eq!(rules(&judgement.findings), []);
        for rule in ["RW001", "RW002", "RW010"] {
            assert_eq!(judgement.tallies[rule].not_applicable, 1, "{rule}");
        }
        assert_eq!(standings(&judgement), [SwitchStanding::AdmittedByKind]);
    }
}

#[test]
fn people_of_identity_center_are_admitted_by_kind_where_its_logs_are_not_read() {
    let story = center()
        .with_policy_line(
            "roles:\n",
            "identity_center: {account: production, regions: [us-east-1], identity_store: d-1234567890}\nroles:\n",
        )
        .with_policy_line("    groups: [development/Developers]\n", "")
        .with_policy_line(
            "    max_session: 1h\n",
            "    groups: [identity-center/Platform]\n    identities: [identity-center]\n    mfa: optional\n",
        );
    let policy = story.policy().without_identity_center();
    let judgement = judge(
        &story.world_of(story.records()),
        &policy,
        &story.rosters(),
        Scope::default(),
        &mut |_| (),
    );
    assert_eq!(standings(&judgement), [SwitchStanding::AdmittedByKind]);
}

#[test]
fn a_saml_user_is_clean_only_where_a_session_tag_shows_something() {
    let bare = (SwitchStanding::AdmittedByKind, vec![]);
    let tagged = (SwitchStanding::Clean, vec![]);
    let unproven = (SwitchStanding::Unproven, vec![("RW002", Verdict::Unproven)]);
    let outside = (
        SwitchStanding::Violating,
        vec![("RW001", Verdict::Violation)],
    );
    for (mfa, identity, expected) in [
        ("optional", "saml", &bare),
        ("optional", "{saml: {provider: Okta}}", &bare),
        ("required", "saml", &unproven),
        ("optional", "{saml: {group_tag: team=platform}}", &tagged),
        ("optional", "{saml: {mfa_tag: mfa=true}}", &bare),
        ("optional", "{saml: {group_tag: team=support}}", &outside),
        ("required", "{saml: {mfa_tag: mfa=true}}", &tagged),
        ("required", "{saml: {group_tag: team=platform}}", &unproven),
    ] {
        let lines = format!("    groups: []\n    mfa: {mfa}\n    identities: [{identity}]\n");
        let mut record = saml("Okta").records()[0].clone();
        record["requestParameters"]["principalTags"] = json!({"team": "platform", "mfa": "true"});
        let mut story = Story::new()
            .with_policy_line("    groups: [development/Developers]\n", "")
            .with_policy_line("    max_session: 1h\n", &lines);
        story.add_record(record);
        let judgement = story.judgement();
        let found = (standings(&judgement), rules(&judgement.findings));
        assert_eq!(
            found,
            (vec![expected.0], expected.1.clone()),
            "{mfa} {identity}"
        );
    }
}

#[test]
fn a_user_who_was_checked_is_clean() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    assert_eq!(standings(&story.judgement()), [SwitchStanding::Clean]);
}

#[test]
fn a_session_that_aws_gave_to_a_workload_is_a_service() {
    let mut story = Story::new();
    story.chain_without_start("dora", "Jump");
    let mut records = story.records().to_vec();
    for record in &mut records {
        if record["userIdentity"]["type"] == "AssumedRole" {
            record["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
        }
    }
    let mut told = Story::new();
    for record in records {
        told.add_record(record);
    }
    assert_eq!(
        rules(&told.findings()),
        [("RW011", Verdict::Violation), ("RW012", Verdict::Violation)]
    );
}
