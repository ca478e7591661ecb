//! Which roles are elevated, if the path of a role isn't known.

use rolewatch_guard::text::Text;

use super::*;

#[test]
fn a_path_that_the_record_lacks_is_found_through_the_roles_id() {
    let policy = |story: Story| story.with_policy_line("role/UpdateApp", "role/apps/*");
    let mut story = policy(Story::new());
    story.switch("tom").by_console().only_switch_role();
    let judgement = story.judgement();
    assert_eq!(judgement.switches.len(), 0, "nothing tells the path yet");
    assert!(
        judgement
            .notices
            .iter()
            .any(|notice| notice.contains("whose path isn't known")),
        "{:?}",
        judgement.notices
    );
    let mut other = story.records()[0].clone();
    other["eventSource"] = json!("sts.amazonaws.com");
    other["eventName"] = json!("GetCallerIdentity");
    other["eventID"] = json!("00000000-0000-4000-8000-00000000cafe");
    other["userIdentity"]["sessionContext"] = json!({"sessionIssuer": {"type": "Role", "principalId": "AROAUPDATEAPPXXXXXXX", "arn": "arn:aws:iam::444455556666:role/apps/UpdateApp"}});
    story.add_record(other);
    let judgement = story.judgement();
    assert_eq!(judgement.switches.len(), 1);
    assert_eq!(
        &*judgement.switches[0].role,
        "arn:aws:iam::444455556666:role/apps/UpdateApp"
    );
}

#[test]
fn a_role_named_in_full_is_found_by_its_name_where_the_path_is_lacking() {
    let mut story = Story::new().with_policy_line("role/UpdateApp", "role/apps/UpdateApp");
    story.switch("tom").by_console().only_switch_role();
    assert_eq!(story.judgement().switches.len(), 1);
}

#[test]
fn an_entry_of_the_policy_that_no_role_matches_is_said() {
    let mut story = Story::new().with_policy_line("role/UpdateApp", "role/UpdateAp");
    story.switch("tom").with_permanent_key();
    let judgement = story.judgement();
    assert_eq!(rules(&judgement.findings), []);
    let arn = "arn:aws:iam::444455556666:role";
    let said = Text::from(format!(
        "line 7 of the policy: no role matches `{arn}/UpdateAp`; did you mean `{arn}/UpdateApp`, which is in the logs?"
    ));
    assert_eq!(
        (judgement.notices.first(), &judgement.near_misses),
        (Some(&said), &vec![said.clone()])
    );
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    assert!(
        !story
            .judgement()
            .notices
            .iter()
            .any(|notice| notice.contains("doesn't appear in"))
    );
}

#[test]
fn of_two_forms_of_one_role_the_one_with_the_path_counts() {
    let mut story = Story::new().with_policy_line("role/UpdateApp", "role/apps/*");
    story.switch("tom").with_mfa().only_caller_half();
    let mut short = story.records()[0].clone();
    // The parameters are omitted, so only the session's ARN names the role, and it lacks the path.
    short["requestParameters"] = json!({"omitted": true});
    short["resources"] = json!(null);
    let mut full = story.records()[0].clone();
    full["eventID"] = json!("00000000-0000-4000-8000-00000000cafe");
    full["eventTime"] = json!("2026-03-02T07:00:00Z");
    full["responseElements"]["credentials"]["accessKeyId"] = json!("ASIAANOTHERKEYXXXXXX");
    full["resources"][0]["ARN"] = json!("arn:aws:iam::444455556666:role/apps/UpdateApp");
    let mut told = Story::new().with_policy_line("role/UpdateApp", "role/apps/*");
    told.add_record(short);
    told.add_record(full);
    let judgement = told.judgement();
    assert_eq!(judgement.switches.len(), 2);
    assert!(
        judgement
            .switches
            .iter()
            .all(|switch| &*switch.role == "arn:aws:iam::444455556666:role/apps/UpdateApp")
    );
}
