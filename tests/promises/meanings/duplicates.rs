//! Duplicates, contradictions and corrections.

use super::*;

#[test]
fn contradicting_copies_make_unproven_what_depends_on_the_difference_only() {
    let mut story = Story::new();
    story.switch("tom").with_permanent_key().only_caller_half();
    let mut copy = story.records()[0].clone();
    copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/tom");
    story.add_record(copy);
    assert_eq!(
        rules(&story.findings()),
        [("RW001", Verdict::Violation), ("RW002", Verdict::Unproven)]
    );
    assert_eq!(story.judgement().conflicts, 1);
}

#[test]
fn a_correction_replaces_what_it_corrects() {
    let mut story = Story::new();
    story.switch("dora").with_permanent_key().only_caller_half();
    let mut copy = story.records()[0].clone();
    copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/dora");
    copy["addendum"] = json!({"reason": "UPDATED_DATA", "updatedFields": "requestParameters"});
    story.add_record(copy.clone());
    assert_eq!(rules(&story.findings()), []);
    assert_eq!(story.judgement().conflicts, 0);
    // The correction has its own ID, and names the record that it replaces.
    let mut story = Story::new();
    story.switch("dora").with_permanent_key().only_caller_half();
    copy["addendum"]["originalEventID"] = copy["eventID"].clone();
    copy["eventID"] = json!("00000000-0000-4000-8000-00000000c0de");
    story.add_record(copy);
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn what_was_corrected_under_another_id_no_longer_counts() {
    let mut story = Story::new();
    story.switch("tom").with_mfa().only_caller_half();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    let mut correction = story.records()[0].clone();
    correction["addendum"] =
        json!({"reason": "UPDATED_DATA", "originalEventID": correction["eventID"]});
    correction["eventID"] = json!("00000000-0000-4000-8000-00000000c0de");
    correction["userIdentity"]["principalId"] = json!("AIDADORAXXXXXXXXXXXX");
    correction["userIdentity"]["userName"] = json!("dora");
    story.add_record(correction);
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn a_change_of_iam_in_contradicting_copies_is_sure_of_nothing() {
    let mut story = Story::new();
    story.iam(-90_000, "admin").adds("tom", "Developers");
    let mut copy = story.records()[0].clone();
    copy["requestParameters"]["userName"] = json!("tess");
    story.add_record(copy);
    story.switch("tom").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
}
