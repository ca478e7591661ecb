//! Attempts to evade the rules, all of which are detected.

use super::*;
use rolewatch_guard::moment::Moment;

fn told(story: &Story, mut change: impl FnMut(&mut serde_json::Value)) -> Story {
    let mut told = Story::new();
    for mut record in story.records().to_vec() {
        change(&mut record);
        told.add_record(record);
    }
    told
}

fn caller_is_session(record: &serde_json::Value) -> bool {
    record["userIdentity"]["type"] == "AssumedRole"
}

#[test]
fn a_session_of_another_second_is_not_led_back_by_a_recycled_key() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let later = story.now().plus_seconds(-100);
    let story = told(&story, |record| {
        if caller_is_session(record) {
            record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(later);
        }
    });
    assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
}

#[test]
fn a_use_of_a_recycled_key_does_not_stretch_an_old_session() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(40_000_000);
    let today = story.now().plus_seconds(39_999_000);
    let story = told(&story, |record| {
        if caller_is_session(record) {
            record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(today);
        }
    });
    assert_eq!(
        rules(&story.findings()),
        [("RW013", Verdict::Unproven), ("RW006", Verdict::Unproven)]
    );
}

#[test]
fn very_many_contradicting_copies_are_not_clean() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().only_caller_half();
    let record = story.records()[0].clone();
    for copy in 0..80 {
        let mut record = record.clone();
        record["sourceIPAddress"] = json!(format!("192.0.2.{copy}"));
        story.add_record(record);
    }
    let mut other = record;
    other["userIdentity"]["principalId"] = json!("AIDATOMXXXXXXXXXXXXX");
    story.add_record(other);
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
}

#[test]
fn a_copy_that_speaks_of_another_role_makes_it_unproven() {
    let mut story = Story::new();
    story.switch("tom").with_permanent_key().only_caller_half();
    let mut copy = story.records()[0].clone();
    copy["resources"] =
        json!([{"type": "AWS::IAM::Role", "ARN": "arn:aws:iam::444455556666:role/ReadOnly"}]);
    copy["requestParameters"]["roleArn"] = json!("arn:aws:iam::444455556666:role/ReadOnly");
    story.add_record(copy);
    assert_eq!(
        rules(&story.findings()),
        [("RW001", Verdict::Unproven), ("RW002", Verdict::Unproven)]
    );
}

#[test]
fn a_copy_that_was_refused_makes_both_unproven() {
    let mut story = Story::new();
    story.switch("tom").with_permanent_key().only_caller_half();
    let mut copy = story.records()[0].clone();
    copy["errorCode"] = json!("AccessDenied");
    copy["errorMessage"] = json!(
        "User: arn:aws:iam::111122223333:user/tom is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/UpdateApp"
    );
    story.add_record(copy);
    let findings = story.findings();
    assert!(
        findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Unproven),
        "{findings:#?}"
    );
    assert_eq!(findings.len(), 3);
}

#[test]
fn two_corrections_that_disagree_are_a_contradiction() {
    let mut story = Story::new();
    story.switch("tom").with_mfa().only_caller_half();
    let record = story.records()[0].clone();
    for (id, user) in [
        (
            "00000000-0000-4000-8000-00000000c001",
            "AIDADORAXXXXXXXXXXXX",
        ),
        (
            "00000000-0000-4000-8000-00000000c002",
            "AIDATOMXXXXXXXXXXXXX",
        ),
    ] {
        let mut correction = record.clone();
        correction["addendum"] =
            json!({"reason": "UPDATED_DATA", "originalEventID": record["eventID"]});
        correction["eventID"] = json!(id);
        correction["userIdentity"]["principalId"] = json!(user);
        story.add_record(correction);
    }
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
}

#[test]
fn a_console_switch_does_not_cover_an_api_call_that_the_console_cannot_have_made() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_permanent_key()
        .with_serial("arn:aws:iam::111122223333:mfa/dora")
        .lasting(43_200)
        .only_caller_half();
    story.switch("dora").by_console().only_switch_role();
    assert_eq!(story.judgement().switches.len(), 2);
    assert_eq!(story.verdict("RW003"), Verdicts::Violation);
    // A session with the same name that somebody else created doesn't count either.
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let second = story.now();
    let mut console = Story::new();
    console.later(second.seconds_since(console.now()));
    console.switch("dora").by_console().only_switch_role();
    let mut record = console.records()[0].clone();
    record["eventID"] = json!("00000000-0000-4000-8000-00000000d00d");
    story.add_record(record);
    assert_eq!(story.verdict("RW011"), Verdicts::Violation);
}

/// The console renews dora's session by itself, and somebody calls in the same second and gives
/// the session her name.
fn call_during_renewal(entry_is_read: bool, call: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    if entry_is_read {
        story.later(-3_600);
        drop(story.switch("dora").by_console());
        story.later(3_600);
    }
    call(&mut story);
    let second = story.records().last().unwrap()["eventTime"].clone();
    let mut console = Story::new();
    drop(console.switch("dora").by_console().only_switch_role());
    let mut renewal = console.records()[0].clone();
    renewal["eventID"] = json!("00000000-0000-4000-8000-00000000d00d");
    renewal["eventTime"] = second;
    renewal["eventName"] = json!("RenewRole");
    renewal["responseElements"] = json!({"RenewRole": "Success"});
    renewal["additionalEventData"] = json!({"RenewedBy": "autorenew"});
    story.add_record(renewal);
    story
}

#[test]
fn a_renewal_does_not_cover_an_api_call_with_the_same_session_name() {
    for entry_is_read in [false, true] {
        let story = call_during_renewal(entry_is_read, |story| {
            drop(
                story
                    .switch("tom")
                    .with_session_name("dora")
                    .lasting(43_200),
            );
        });
        assert_eq!(
            story.verdict("RW003"),
            Verdicts::Violation,
            "entry read: {entry_is_read}"
        );
        let story = call_during_renewal(entry_is_read, |story| story.chain("dora", "Jump"));
        assert_eq!(
            story.verdict("RW011"),
            Verdicts::Violation,
            "{entry_is_read}"
        );
    }
}

#[test]
fn another_persons_exit_does_not_end_a_session() {
    let mut story = Story::new();
    story
        .switch("dora")
        .by_console()
        .lasting(43_200)
        .left_after(600);
    assert_eq!(story.verdict("RW004"), Verdicts::Silent);
    let story = told(&story, |record| {
        if record["eventName"] == "ExitRole" {
            record["additionalEventData"]["SwitchFrom"] =
                json!("arn:aws:iam::999988887777:user/dora");
        }
    });
    assert_eq!(story.verdict("RW004"), Verdicts::Unproven);
}

#[test]
fn leaving_or_renewing_a_role_alone_shows_that_somebody_was_in_it() {
    for step in ["ExitRole", "RenewRole"] {
        let mut story = Story::new();
        story.switch("dora").by_console().only_switch_role();
        let story = told(&story, |record| {
            record["eventName"] = json!(step);
            record["responseElements"] = json!({step: "Success"});
        });
        assert_eq!(
            rules(&story.findings()),
            [("RW006", Verdict::Unproven)],
            "{step}"
        );
        assert!(
            story.finding("RW006").message.contains(step),
            "{}",
            story.finding("RW006").message
        );
    }
}

#[test]
fn a_run_or_stretch_that_began_before_the_scope_is_judged_in_it() {
    let mut story = Story::new();
    for _ in 0..10 {
        story.denied("tom", "UpdateApp");
        story.later(60);
    }
    let scope = Scope {
        since: Some(story.now().plus_seconds(-90)),
        ..Scope::default()
    };
    let judged = judge(
        &story.world_of(story.records()),
        &story.policy(),
        &story.rosters(),
        scope,
        &mut |_| (),
    );
    assert_eq!(judged.findings, story.findings());
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(18_000);
    let scope = Scope {
        since: Some(story.now().plus_seconds(9_000)),
        ..Scope::default()
    };
    let judged = judge(
        &story.world_of(story.records()),
        &story.policy(),
        &story.rosters(),
        scope,
        &mut |_| (),
    );
    assert_eq!(
        rules(&judged.findings),
        [
            ("RW014", Verdict::Violation),
            ("RW004", Verdict::Violation),
            ("RW005", Verdict::Violation)
        ]
    );
}

#[test]
fn a_role_that_is_entered_from_itself_a_hundred_times_leads_back_to_the_person() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let mut identity = json!(null);
    for hop in 0..100 {
        story.later(600);
        let before = story.records().len();
        story.switch("tom").from_account("444455556666").with_mfa();
        let mut records = story.records().to_vec();
        let (earlier, own) = records.split_at_mut(before);
        if identity.is_null() {
            identity = json!({"type": "AssumedRole", "principalId": "AROAUPDATEAPPXXXXXXX:tom", "arn": "arn:aws:sts::444455556666:assumed-role/UpdateApp/tom", "accountId": "444455556666"});
        }
        let parent = earlier.last().unwrap();
        identity["accessKeyId"] = parent["responseElements"]["credentials"]["accessKeyId"].clone();
        identity["sessionContext"] = json!({"sessionIssuer": {"type": "Role", "principalId": "AROAUPDATEAPPXXXXXXX", "arn": "arn:aws:iam::444455556666:role/UpdateApp"}, "attributes": {"creationDate": parent["eventTime"], "mfaAuthenticated": "false"}});
        own[0]["userIdentity"] = identity.clone();
        let mut next = Story::new();
        next.later(story.now().seconds_since(next.now()));
        for record in records {
            next.add_record(record);
        }
        next.count_from(hop + 2);
        story = next;
    }
    let findings = story.findings();
    assert!(
        findings
            .iter()
            .all(|finding| finding.caller.name == "tom" && finding.rule != "RW006"),
        "{:#?}",
        findings.last()
    );
    assert_eq!(
        findings
            .iter()
            .filter(|finding| finding.rule == "RW004")
            .count(),
        1
    );
}

#[test]
fn absurd_numbers_are_named_and_harm_nothing() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().only_caller_half();
    let mut record = story.records()[0].clone();
    record["requestParameters"]["durationSeconds"] = json!(i64::MAX);
    let read = rolewatch_guard::seen::read(record.to_string().as_bytes(), &|_| true).unwrap();
    let rolewatch_guard::seen::Reading::Seen(seen) = read else {
        panic!("{read:?}")
    };
    assert!(
        seen.fact.is_some()
            && seen.unread.len() == 1
            && seen.unread[0].to_string().contains("durationSeconds"),
        "{seen:?}"
    );
    let story = told(&story, |record| {
        record["responseElements"]["credentials"]["expiration"] =
            json!("Dec 29, 9999, 11:59:59 PM");
    });
    assert_eq!(story.verdict("RW003"), Verdicts::Violation);
    assert_eq!(story.verdict("RW005"), Verdicts::Unproven);
}

#[test]
fn the_first_entry_that_can_be_meant_rules_a_role_whose_path_is_not_known() {
    let mut story = Story::new().with_policy_line(
        "role/UpdateApp\n",
        "role/team/UpdateApp\n    severity: critical\n    chaining: deny\n    mfa: required\n    identities: [iam-user]\n    max_session: 2h\n  - arn: arn:aws:iam::444455556666:role/*\n",
    );
    // The groups that followed this line now belong to the catch-all entry. So the entry before it
    // needs groups of its own.
    story = story.with_policy_line(
        "    max_session: 2h\n",
        "    groups: [development/Developers]\n",
    );
    story.switch("tom").by_console().only_switch_role();
    assert_eq!(
        story.finding("RW001").severity,
        rolewatch_guard::policy::Severity::Critical
    );
}

#[test]
fn halves_a_second_apart_are_one_switch_and_keep_their_uses() {
    let mut story = Story::new();
    story.switch("dora").by_console().used_after(60);
    let later = story.now().plus_seconds(1);
    let story = told(&story, |record| {
        if record["userIdentity"]["type"] == "AWSAccount" {
            record["eventTime"] = json!(later);
        }
        if caller_is_session(record) && record["eventSource"] == "ec2.amazonaws.com" {
            record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(later);
        }
    });
    assert_eq!(story.judgement().switches.len(), 1);
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn ids_do_not_depend_on_what_else_is_in_the_logs() {
    // No record has dora's ID: SwitchRole, the uses and the IAM change only have her name.
    let mut whole = Story::new();
    whole.switch("dora").by_console().used_after(8_000);
    let mut story = Story::new().without_roster();
    for record in whole
        .records()
        .iter()
        .filter(|record| record["eventSource"] != "sts.amazonaws.com")
    {
        story.add_record(record.clone());
    }
    story.count_from(100);
    story.iam(-100_000, "admin").adds("dora", "Developers");
    let before: Vec<String> = story
        .findings()
        .into_iter()
        .map(|finding| finding.id)
        .collect();
    assert_eq!(story.verdict("RW004"), Verdicts::Violation);
    story.iam(-200_000, "admin").adds("aaa", "Others");
    let after: Vec<String> = story
        .findings()
        .into_iter()
        .map(|finding| finding.id)
        .collect();
    assert_eq!(before, after);
}

#[test]
fn contradicting_enrolments_prove_nothing() {
    let mut story = Story::new();
    story
        .iam(-600, "admin")
        .enrols("dora", "arn:aws:iam::111122223333:mfa/dora");
    let mut copy = story.records()[0].clone();
    copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/other");
    story.add_record(copy);
    story
        .switch("dora")
        .with_permanent_key()
        .with_serial("arn:aws:iam::111122223333:mfa/dora");
    assert_eq!(story.verdict("RW015"), Verdicts::Unproven);
}

#[test]
fn a_federated_user_in_the_owners_copy_is_no_role_session() {
    let mut story = Story::new();
    story.switch("dora").only_owner_half();
    let story = told(&story, |record| {
        record["userIdentity"]["principalId"] = json!("111122223333:dora");
    });
    assert_eq!(story.verdict("RW011"), Verdicts::Silent);
    assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
}

#[test]
fn thousands_of_switches_under_one_name_take_no_time() {
    // This would take minutes if a loop visited every session for each event.
    let mut story = Story::new();
    let begin: Moment = story.now();
    for _ in 0..1_500 {
        story.iam(-1, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa().lasting(900).used_after(1);
        story.iam(2, "admin").removes("tom", "Developers");
        story.later(4_000);
    }
    assert!(story.now() > begin);
    let judgement = story.judgement();
    assert_eq!(judgement.switches.len(), 1_500);
    assert_eq!(judgement.tallies["RW010"].violation, 1_500);
}
