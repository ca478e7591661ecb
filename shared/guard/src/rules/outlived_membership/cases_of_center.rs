//! Switches by people of Identity Center.

use serde_json::{Value, json};

use crate::testing::{Story, Verdicts, group_id, user_id};

fn removes(story: &mut Story, offset: i64, user: &str, group: &str) {
    let request = json!({"groupId": group_id(group), "member": {"memberId": user_id(user)}});
    story.directory(offset, "nora", "RemoveMemberFromGroup", request);
}

#[test]
fn fires_for_use_after_leaving_the_group() {
    for (after, expected) in [(900, Verdicts::Silent), (901, Verdicts::Violation)] {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_after(after));
        removes(&mut story, 600, "nell", "Platform");
        assert_eq!(story.verdict("RW016"), expected, "{after}");
    }
}

#[test]
fn fires_for_a_user_who_was_disabled() {
    let mut story = Story::of_center();
    drop(story.takes("nell", "Admin").used_after(1_200));
    let request = json!({"userId": user_id("nell")});
    story.directory(600, "nora", "DisableUser", request);
    let finding = story.finding("RW016");
    assert!(
        finding.message.contains("(changed by nora)"),
        "{}",
        finding.message
    );
}

#[test]
fn unproven_when_a_record_hides_what_it_changed() {
    let mut story = Story::of_center();
    story.joins(-7_200, "nora", "nell", "Platform");
    drop(story.takes("nell", "Admin").used_after(1_200));
    let at = story.now().plus_seconds(600);
    story.tell_center(json!({
        "eventTime": at,
        "eventSource": "identitystore-scim.amazonaws.com",
        "eventName": "PatchGroup",
        "requestParameters": {"id": group_id("Platform"), "tenantId": "t"},
    }));
    assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
}

const SET: &str = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";

fn assignment(story: &mut Story, offset: i64, name: &str, principal: (&str, &str)) {
    let at = story.now().plus_seconds(offset);
    story.tell_center(json!({
        "eventTime": at,
        "eventSource": "sso.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:admin", "arn": "arn:aws:sts::555566667777:assumed-role/Admin/admin", "accountId": "555566667777"},
        "requestParameters": {"permissionSetArn": SET, "targetId": "444455556666", "targetType": "AWS_ACCOUNT", "principalType": principal.0, "principalId": principal.1},
    }));
}

fn with_assignments(story: &mut Story, principals: &[(&str, &str)]) {
    let assignments: Vec<Value> = principals
        .iter()
        .map(|(kind, id)| json!({"AccountId": "444455556666", "PermissionSetArn": SET, "PrincipalType": kind, "PrincipalId": id}))
        .collect();
    story.list_assignments(
        &json!([{"PermissionSetArn": SET, "Name": "Admin"}]),
        &json!(assignments),
    );
}

/// Somebody has the set by these assignments, one of which is deleted during the session.
fn deleted(listed: &[(&str, &str)], taken: Option<i64>) -> Verdicts {
    let platform = group_id("Platform");
    let mut story = Story::of_center();
    drop(story.takes("nell", "Admin").used_after(1_200));
    assignment(
        &mut story,
        600,
        "DeleteAccountAssignment",
        ("GROUP", &platform),
    );
    with_assignments(&mut story, listed);
    if let Some(taken) = taken {
        story.store_roster_taken(taken);
    }
    story.verdict("RW016")
}

#[test]
fn a_deletion_counts_if_a_later_roster_shows_it() {
    let (platform, nell) = (group_id("Platform"), user_id("nell"));
    let still = [("GROUP", platform.as_str())];
    let other = [("USER", nell.as_str())];
    assert_eq!(deleted(&[], Some(7_200)), Verdicts::Violation);
    assert_eq!(deleted(&still, Some(7_200)), Verdicts::Unproven);
    assert_eq!(deleted(&[], None), Verdicts::Unproven, "nobody says when");
    assert_eq!(
        deleted(&[], Some(300)),
        Verdicts::Silent,
        "it was gone before"
    );
    assert_eq!(deleted(&other, Some(7_200)), Verdicts::Silent);
}

#[test]
fn an_assignment_to_the_user_ends_with_the_user() {
    let nell = user_id("nell");
    for change in ["DisableUser", "DeleteUser"] {
        let mut story = Story::of_center().with_policy_line("[identity-center/Platform]", "[]");
        drop(story.takes("nell", "Admin").used_after(1_200));
        with_assignments(&mut story, &[("USER", &nell)]);
        story.directory(600, "nora", change, json!({"userId": nell}));
        assert_eq!(story.verdict("RW016"), Verdicts::Violation, "{change}");
    }
}

#[test]
fn unproven_when_an_assignment_changed_and_the_record_hides_which() {
    let nell = user_id("nell");
    let mut story = Story::of_center().with_policy_line("[identity-center/Platform]", "[]");
    drop(story.takes("nell", "Admin").used_after(1_200));
    with_assignments(&mut story, &[("USER", &nell)]);
    assignment(
        &mut story,
        600,
        "DeleteAccountAssignment",
        ("USER", "HIDDEN_DUE_TO_SECURITY_REASONS"),
    );
    assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
}

#[test]
fn an_assignment_that_was_created_again_existed_before_that() {
    let platform = group_id("Platform");
    let mut story = Story::of_center();
    drop(story.takes("nell", "Admin").used_after(1_200));
    with_assignments(&mut story, &[("GROUP", &platform)]);
    story.store_roster_taken(-3_600);
    assignment(
        &mut story,
        300,
        "CreateAccountAssignment",
        ("GROUP", &platform),
    );
    assignment(
        &mut story,
        600,
        "DeleteAccountAssignment",
        ("GROUP", &platform),
    );
    assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
}
