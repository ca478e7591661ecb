//! The console: SwitchRole and its AssumeRole, keys that differ, and marks that nobody can fake.

use super::*;

#[test]
fn a_switch_role_record_joins_its_assume_role_within_five_seconds() {
    for (apart, switches) in [(5, 1), (6, 2)] {
        let mut story = Story::new();
        story.switch("dora").by_console();
        let step = story
            .records()
            .iter()
            .position(|record| record["eventName"] == "SwitchRole")
            .unwrap();
        let mut records = story.records().to_vec();
        records[step]["eventTime"] = json!(story.now().plus_seconds(apart));
        let mut moved = Story::new();
        for record in records {
            moved.add_record(record);
        }
        assert_eq!(
            moved.judgement().switches.len(),
            switches,
            "{apart} seconds apart"
        );
    }
}

#[test]
fn the_users_own_copy_of_switch_role_joins_too() {
    let mut story = Story::new();
    story.switch("dora").by_console().only_caller_half();
    story.add_record(json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDADORAXXXXXXXXXXXX", "arn": "arn:aws:iam::111122223333:user/dora", "accountId": "111122223333", "userName": "dora"},
        "eventTime": story.now().plus_seconds(2),
        "eventSource": "signin.amazonaws.com",
        "eventName": "SwitchRole",
        "awsRegion": "us-east-1",
        "requestParameters": null,
        "responseElements": {"SwitchRole": "Success"},
        "additionalEventData": {"SwitchTo": "arn:aws:iam::444455556666:role/UpdateApp", "RedirectTo": "https://console.aws.amazon.com/"},
        "eventID": "00000000-0000-4000-8000-00000000beef",
        "eventType": "AwsConsoleSignIn",
        "recipientAccountId": "111122223333",
    }));
    let judgement = story.judgement();
    assert_eq!(judgement.switches.len(), 1);
    assert_eq!(rules(&judgement.findings), []);
}

#[test]
fn uses_of_the_console_join_by_session_and_second_though_their_keys_differ() {
    let mut story = Story::new();
    story.switch("dora").by_console().used_after(7_201);
    assert_eq!(story.judgement().switches.len(), 1);
    assert_eq!(story.verdict("RW004"), Verdicts::Violation);
    assert_eq!(story.verdict("RW006"), Verdicts::Silent);
}

#[test]
fn a_user_agent_does_not_make_a_call_the_consoles() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(43_200)
        .only_caller_half();
    let mut record = story.records()[0].clone();
    record["userAgent"] = json!("AWS Internal");
    let mut told = Story::new();
    told.add_record(record);
    assert_eq!(told.verdict("RW003"), Verdicts::Violation);
}

#[test]
fn the_role_owners_half_shows_by_its_source_that_the_console_called() {
    let mut story = Story::new();
    story
        .switch("dora")
        .by_console()
        .lasting(43_200)
        .only_owner_half();
    assert_eq!(story.verdict("RW003"), Verdicts::Silent);
}
