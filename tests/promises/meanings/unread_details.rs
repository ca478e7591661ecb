//! If a detail can't be read, what depends on it is unproven. Everything else in the record is
//! judged.

use super::*;
use serde_json::Value;

/// The story with this value at that place, in every record that has the place.
fn spoiled(story: Story, place: &str, value: &Value) -> Story {
    story.retold(|record| {
        if let Some(slot) = record.pointer_mut(place) {
            *slot = value.clone();
        }
    })
}

const EXPIRATION: &str = "/responseElements/credentials/expiration";
const DURATION: &str = "/requestParameters/durationSeconds";
const SERIAL: &str = "/requestParameters/serialNumber";
const MFA: &str = "/userIdentity/sessionContext/attributes/mfaAuthenticated";
const CREATED: &str = "/userIdentity/sessionContext/attributes/creationDate";

#[test]
fn who_entered_is_judged_whatever_detail_is_odd() {
    for (place, value) in [
        (EXPIRATION, json!("1772445600")),
        (DURATION, json!(-1)),
        (MFA, json!("perhaps")),
        (CREATED, json!("yesterday")),
        ("/sharedEventID", json!("1111")),
        ("/resources", json!("none")),
        ("/responseElements", json!("none")),
        ("/userIdentity/sessionContext", json!([])),
    ] {
        let mut story = Story::new();
        story.switch("tom").with_mfa();
        assert_eq!(
            spoiled(story, place, &value).verdict("RW001"),
            Verdicts::Violation,
            "{place}"
        );
    }
}

#[test]
fn a_lifetime_that_cannot_be_read_may_be_as_long_as_any() {
    let held = |limit: &str| {
        let mut story = Story::new().with_policy_line(
            "    max_session: 1h\n    max_stretch: 2h\n    max_per_day: 4h\n",
            limit,
        );
        story.switch("dora").with_mfa();
        let story = spoiled(story, EXPIRATION, &json!("1772445600"));
        spoiled(story, DURATION, &json!("1h"))
    };
    for (limit, rule) in [
        ("    max_session: 1h\n", "RW003"),
        ("    max_stretch: 2h\n", "RW004"),
        ("    max_per_day: 4h\n", "RW005"),
    ] {
        let story = held(limit);
        let finding = story.finding(rule);
        assert_eq!(finding.verdict, Verdict::Unproven, "{rule}");
        assert!(
            finding.message.contains("can't be read"),
            "{}",
            finding.message
        );
    }
    assert_eq!(
        held("    max_stretch: 12h\n").verdict("RW004"),
        Verdicts::Silent,
        "AWS lets no session last longer"
    );
}

#[test]
fn use_over_the_limit_is_a_violation_without_any_expiration() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(7_201);
    let story = spoiled(spoiled(story, EXPIRATION, &json!({})), DURATION, &json!({}));
    assert_eq!(story.verdict("RW004"), Verdicts::Violation);
}

#[test]
fn the_lifetime_of_either_half_counts() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().lasting(7_200);
    let story = story.retold(|record| {
        if record["userIdentity"]["type"] == "IAMUser" {
            record["responseElements"]["credentials"]["expiration"] = json!("1772445600");
            record["requestParameters"]["durationSeconds"] = json!("2h");
        }
    });
    assert_eq!(story.verdict("RW003"), Verdicts::Violation);
}

#[test]
fn mfa_that_cannot_be_read_is_neither_proved_nor_disproved() {
    for value in [json!("perhaps"), json!([]), json!(2)] {
        let mut story = Story::new();
        story.switch("dora").without_mfa();
        let story = spoiled(story, MFA, &value);
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven, "{value}");
        assert!(
            story
                .finding("RW002")
                .message
                .contains("`mfaAuthenticated` can't be read"),
            "{}",
            story.finding("RW002").message
        );
    }
    for value in [json!(true), json!({}), json!("a device")] {
        let mut story = Story::new();
        story
            .switch("dora")
            .with_permanent_key()
            .with_serial("arn:aws:iam::111122223333:mfa/dora");
        assert_eq!(
            spoiled(story, SERIAL, &value).verdict("RW002"),
            Verdicts::Unproven,
            "{value}"
        );
    }
    let mut story = Story::new();
    story.switch("dora").with_permanent_key();
    let story = spoiled(
        story,
        "/requestParameters",
        &json!("roleArn=arn:aws:iam::444455556666:role/UpdateApp"),
    );
    assert_eq!(
        story.verdict("RW002"),
        Verdicts::Unproven,
        "a device may have been named"
    );
}

#[test]
fn proof_outweighs_what_cannot_be_read_beside_it() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .with_serial("arn:aws:iam::111122223333:mfa/dora");
    assert_eq!(
        spoiled(story, SERIAL, &json!([])).verdict("RW002"),
        Verdicts::Silent,
        "the session was opened with MFA"
    );
    let mut story = Story::new();
    story
        .switch("dora")
        .without_mfa()
        .with_serial("arn:aws:iam::111122223333:mfa/dora");
    assert_eq!(
        spoiled(story, MFA, &json!([])).verdict("RW002"),
        Verdicts::Silent,
        "the call names a device"
    );
}

#[test]
fn a_chain_whose_beginning_cannot_be_dated_leads_to_nobody() {
    let mut story = Story::new();
    story.switch_to("dora", "Jump").by_console();
    story.later(60);
    story.switch("dora").from_own_session();
    assert_eq!(
        story.verdict("RW006"),
        Verdicts::Silent,
        "the console's keys differ, so the second decides"
    );
    let story = story.retold(|record| {
        if record["userIdentity"]["type"] == "AssumedRole" && record["eventName"] == "AssumeRole" {
            record
                .pointer_mut(CREATED)
                .map(|created| *created = json!("1772445600"))
                .unwrap();
        }
    });
    let finding = story.finding("RW006");
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert!(
        finding.message.contains("`creationDate` can't be read"),
        "{}",
        finding.message
    );
}

#[test]
fn a_readable_copy_leaves_open_only_what_depends_on_the_detail() {
    let mut story = Story::new();
    story
        .switch("tom")
        .with_mfa()
        .lasting(7_200)
        .only_caller_half();
    let mut copy = story.records()[0].clone();
    copy["responseElements"]["credentials"]["expiration"] = json!("1772445600");
    copy["requestParameters"]["durationSeconds"] = json!("2h");
    for backwards in [false, true] {
        let mut told = Story::new();
        let mut records = [story.records()[0].clone(), copy.clone()];
        if backwards {
            records.reverse();
        }
        for record in records {
            told.add_record(record);
        }
        assert_eq!(told.verdict("RW001"), Verdicts::Violation);
        assert_eq!(told.verdict("RW003"), Verdicts::Unproven);
    }
}

#[test]
fn a_correction_brings_the_detail_back() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(7_200)
        .only_caller_half();
    let whole = story.records()[0].clone();
    let mut spoiled = whole.clone();
    spoiled["responseElements"]["credentials"]["expiration"] = json!("1772445600");
    spoiled["requestParameters"]["durationSeconds"] = json!("2h");
    let with = |addendum: Value| {
        let mut told = Story::new();
        told.add_record(spoiled.clone());
        let mut correction = whole.clone();
        correction["addendum"] = addendum;
        told.add_record(correction);
        told.verdict("RW003")
    };
    assert_eq!(with(json!({"reason": "UPDATED_DATA"})), Verdicts::Violation);
    assert_eq!(
        with(json!(["UPDATED_DATA"])),
        Verdicts::Unproven,
        "an addendum that can't be read replaces nothing"
    );
}
