//! Denied attempts.

use super::*;

#[test]
fn other_errors_and_errors_without_a_role_are_counted_not_reported() {
    let mut story = Story::new();
    story.denied("tom", "UpdateApp");
    let mut nameless = story.records()[0].clone();
    nameless["errorMessage"] = json!("An unknown error occurred");
    let mut expired = story.records()[0].clone();
    expired["errorCode"] = json!("ExpiredTokenException");
    let mut told = Story::new();
    for (at, mut record) in [nameless, expired].into_iter().enumerate() {
        record["eventID"] = json!(format!("other-{at}"));
        told.add_record(record);
    }
    let judgement = told.judgement();
    assert_eq!((judgement.findings.len(), judgement.other_refusals), (0, 2));
}
