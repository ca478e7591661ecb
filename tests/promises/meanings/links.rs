//! Links of chains: services, consoles and unknown callers.

use super::*;

/// A service assumes a role in the people's account, and that session enters `UpdateApp`.
fn workload(start: bool) -> Story {
    let mut story = Story::new();
    story.chain("i-0abc", "Jump");
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        let first = record["requestParameters"]["roleArn"] == "arn:aws:iam::111122223333:role/Jump";
        if first && !start {
            continue;
        }
        if first {
            record["userIdentity"] =
                json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
        }
        told.add_record(record);
    }
    told
}

#[test]
fn a_chain_that_begins_with_a_services_mint_is_a_services() {
    let findings = workload(true).findings();
    assert_eq!(
        rules(&findings),
        [("RW011", Verdict::Violation), ("RW012", Verdict::Violation)]
    );
    assert_eq!(
        findings[1].events.len(),
        3,
        "both halves, and the service's mint"
    );
    assert_eq!(workload(false).verdict("RW006"), Verdicts::Unproven);
}

#[test]
fn a_console_session_is_followed_by_session_and_second() {
    // The console and Identity Center sign with keys other than the issued one.
    let mut story = Story::new();
    story.chain("tom", "Jump");
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        if record["userIdentity"]["type"] == "AssumedRole" {
            record["userIdentity"]["accessKeyId"] = json!("ASIASOMEOTHERKEYXXXX");
        }
        told.add_record(record);
    }
    assert_eq!(told.finding("RW001").caller.name, "tom");
}

#[test]
fn a_console_switch_from_within_a_session_is_no_chain() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        if record["userIdentity"]["type"] == "AssumedRole" {
            record["userIdentity"]["invokedBy"] = json!("AWS Internal");
        }
        told.add_record(record);
    }
    assert_eq!(told.verdict("RW011"), Verdicts::Silent);
}

#[test]
fn a_person_from_outside_who_comes_through_a_trusted_account_is_judged() {
    let mut story = Story::new();
    story.chain("mallory", "Jump");
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        if record["userIdentity"]["type"] == "IAMUser" {
            record["userIdentity"]["accountId"] = json!("999988887777");
            record["userIdentity"]["arn"] = json!("arn:aws:iam::999988887777:user/mallory");
        }
        told.add_record(record);
    }
    assert_eq!(told.verdict("RW001"), Verdicts::Violation);
}
