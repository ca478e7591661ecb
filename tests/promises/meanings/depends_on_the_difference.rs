//! Contradicting copies further back in a chain, and over several sessions.

use super::*;

#[test]
fn a_chain_through_contradicting_records_leads_to_nobody() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let mut copy = story.records()[0].clone();
    assert_eq!(
        copy["requestParameters"]["roleArn"],
        "arn:aws:iam::111122223333:role/Jump"
    );
    copy["userIdentity"]["principalId"] = json!("AIDATOMXXXXXXXXXXXXX");
    copy["userIdentity"]["userName"] = json!("tom");
    story.add_record(copy);
    let finding = story.finding("RW006");
    assert!(
        finding.message.contains("contradict each other"),
        "{}",
        finding.message
    );
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
}

#[test]
fn a_stretch_that_rests_on_contradicting_records_is_unproven() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(7_300);
    assert_eq!(story.verdict("RW004"), Verdicts::Violation);
    let mut copy = story.records()[0].clone();
    copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/other");
    story.add_record(copy);
    assert_eq!(story.verdict("RW004"), Verdicts::Unproven);
}

#[test]
fn how_long_an_identity_stayed_that_is_not_admitted_adds_nothing() {
    let mut story = Story::new();
    story.switch("i-0abc").used_after(20_000);
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        if record["userIdentity"]["type"] == "IAMUser" {
            record["userIdentity"] =
                json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
        }
        if record["userIdentity"]["type"] != "AWSAccount" {
            told.add_record(record);
        }
    }
    assert_eq!(rules(&told.findings()), [("RW012", Verdict::Violation)]);
}
