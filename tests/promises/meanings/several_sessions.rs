//! Findings about several sessions.

use super::*;

#[test]
fn the_events_are_the_mints_of_every_session_then_first_and_last_use() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .used_after(10)
        .used_after(3_500);
    story.later(3_500);
    story
        .switch("dora")
        .with_mfa()
        .used_after(5)
        .used_after(3_900);
    let finding = story.finding("RW004");
    let ids: Vec<String> = finding
        .events
        .iter()
        .map(|event| event.to_string()[24..].to_owned())
        .collect();
    assert_eq!(
        ids,
        [
            "000000000011",
            "000000000012",
            "000000000021",
            "000000000022",
            "000000000015",
            "000000000026"
        ]
    );
    assert_eq!(
        finding.time,
        story.now().plus_seconds(7_200 - 3_500),
        "the second at which the limit was passed"
    );
}

#[test]
fn the_person_is_called_as_at_the_first_of_the_sessions() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(10);
    story.later(10 * 86_400);
    story.switch("dora").with_mfa().used_after(7_300);
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        let later = record["eventTime"]
            .as_str()
            .is_some_and(|time| time > "2026-03-10");
        if later && record["userIdentity"]["type"] == "IAMUser" {
            record["userIdentity"]["userName"] = json!("dora.smith");
        }
        told.add_record(record);
    }
    assert_eq!(told.finding("RW004").caller.name, "dora.smith");
    assert!(
        told.finding("RW004").message.starts_with("dora.smith used"),
        "{}",
        told.finding("RW004").message
    );
}

#[test]
fn a_renewal_belongs_to_the_stretch() {
    let mut story = Story::new();
    story.switch("dora").by_console().lasting(3_600);
    let mut renewal = story
        .records()
        .iter()
        .find(|record| record["eventName"] == "SwitchRole")
        .unwrap()
        .clone();
    renewal["eventName"] = json!("RenewRole");
    renewal["responseElements"] = json!({"RenewRole": "Success"});
    renewal["eventTime"] = json!(story.now().plus_seconds(7_300));
    renewal["eventID"] = json!("00000000-0000-4000-8000-00000000feed");
    story.add_record(renewal);
    assert_eq!(story.judgement().switches.len(), 1);
    assert_eq!(
        story.verdict("RW004"),
        Verdicts::Unproven,
        "held for longer than granted, and no use was seen"
    );
}
