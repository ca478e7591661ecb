//! The console's record names the person.

use super::*;

#[test]
fn more_evidence_never_makes_the_person_less_known() {
    // The role owner's half has an ID that no other record names. The console's record has the
    // name.
    let mut story = Story::new();
    story.switch("stranger").by_console();
    let mut told = Story::new();
    for record in story.records() {
        if record["recipientAccountId"] == "444455556666" {
            told.add_record(record.clone());
        }
    }
    assert_eq!(told.verdict("RW006"), Verdicts::Silent);
    assert_eq!(told.finding("RW002").caller.name, "stranger");
}
