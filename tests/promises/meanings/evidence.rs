//! What little evidence can still prove.

use super::*;

#[test]
fn a_workloads_use_alone_shows_that_it_is_a_service() {
    let mut story = Story::new();
    story
        .switch("i-0abc")
        .used_after(10)
        .used_after(20)
        .only_uses();
    for told_by in 0..2 {
        let mut told = Story::new();
        for (at, mut record) in story.records().to_vec().into_iter().enumerate() {
            if at == told_by {
                record["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
            }
            told.add_record(record);
        }
        assert_eq!(
            rules(&told.findings()),
            [("RW012", Verdict::Violation)],
            "said by use {told_by}"
        );
    }
}

#[test]
fn halves_join_by_shared_event_id_where_one_lacks_the_issued_key() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        if record["recipientAccountId"] == "444455556666" {
            record["responseElements"] = json!(null);
        }
        told.add_record(record);
    }
    let judgement = told.judgement();
    assert_eq!(judgement.switches.len(), 1);
    assert_eq!(rules(&judgement.findings), []);
}

#[test]
fn a_switch_role_record_belongs_to_the_mint_that_aws_says_the_console_made() {
    // An API call in the same second can't hide behind a console switch.
    let mut story = Story::new();
    story.switch("dora").by_console();
    story.switch("dora").with_mfa().lasting(43_200);
    assert_eq!(story.judgement().switches.len(), 2);
    assert_eq!(story.verdict("RW003"), Verdicts::Violation);
}

#[test]
fn a_recycled_access_key_does_not_lead_to_an_older_session() {
    let mut story = Story::new();
    story.chain("tom", "Jump");
    let mut told = Story::new();
    for record in story.records().to_vec() {
        if record["requestParameters"]["roleArn"] == "arn:aws:iam::111122223333:role/Jump" {
            // Long ago, somebody else got the same key for a session with the same name.
            let mut old = record.clone();
            old["eventTime"] = json!("2025-01-01T00:00:00Z");
            old["eventID"] = json!("00000000-0000-4000-8000-00000000a11e");
            old["sharedEventID"] = json!(null);
            old["userIdentity"]["principalId"] = json!("AIDADORAXXXXXXXXXXXX");
            old["userIdentity"]["userName"] = json!("dora");
            told.add_record(old);
        }
        told.add_record(record);
    }
    assert_eq!(told.finding("RW001").caller.name, "tom");
}
