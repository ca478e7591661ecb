//! Stories whose findings say where the call came from, what the session did, and what proves it.

use serde_json::Value;

use crate::finding::{Finding, MissingSource};
use crate::judge::{Scope, judge};
use crate::testing::Story;

/// Address, program and Region.
fn source(finding: &Finding) -> [Option<&str>; 3] {
    let context = &finding.context;
    [
        context.source_ip.as_deref(),
        context.user_agent.as_deref(),
        context.region.as_deref(),
    ]
}

/// `tom` isn't in the group, so RW001 finds each of his switches.
fn found(story: &Story) -> Finding {
    story.finding("RW001")
}

#[test]
fn a_call_says_where_it_came_from() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let finding = found(&story);
    let wanted = ["192.0.2.10", "aws-cli/2.15.0", "us-east-1"].map(Some);
    assert_eq!(source(&finding), wanted);
    let session = finding.context.session.unwrap();
    assert_eq!(session.name.as_deref(), Some("tom"));
    assert_eq!(session.key.unwrap().len(), 4);
    assert_eq!(
        session.granted_until,
        Some(finding.time.plus_seconds(3_600))
    );
    assert_eq!(session.ended, None);
}

#[test]
fn in_the_console_the_browser_counts_and_aws_itself_never_does() {
    let mut story = Story::new();
    story.switch("tom").with_mfa().by_console().left_after(60);
    let finding = found(&story);
    let wanted = ["198.51.100.7", "Mozilla/5.0", "us-east-1"].map(Some);
    assert_eq!(source(&finding), wanted);
    let session = finding.context.session.unwrap();
    assert_eq!(session.ended, Some(finding.time.plus_seconds(60)));

    let mut story = Story::new();
    story
        .switch("tom")
        .with_mfa()
        .by_console()
        .only_caller_half();
    assert_eq!(source(&found(&story)), [None, None, Some("us-east-1")]);
}

#[test]
fn of_a_permission_set_the_call_of_the_portal_counts() {
    let mut story = Story::of_center();
    story.signs_in("tom", "password,mfa");
    story.takes("tom", "Admin").used_after(60);
    let [address, agent, _] = source(&found(&story)).map(|text| text.map(str::to_owned));
    // Not those of Identity Center, which calls STS for everybody.
    assert_eq!(address.as_deref(), Some("192.0.2.30"));
    assert_eq!(agent.as_deref(), Some("aws-cli/2.15.0"));
}

#[test]
fn a_session_known_by_its_uses_has_the_source_of_the_first() {
    let mut story = Story::new();
    story.switch("dora").used_after(60).only_uses();
    let finding = story.finding("RW006");
    assert_eq!(source(&finding)[0], Some("192.0.2.10"));
}

#[test]
fn a_later_switch_is_not_the_first_of_its_kind() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story.later(7_200);
    story.switch("tom").with_mfa();
    let second = story.now();
    story.later(7_200);
    story.switch("tom").with_mfa();
    let third = story.now();
    let story = story.retold(|record| {
        if record["eventTime"] == third.to_string() {
            record["sourceIPAddress"] = "203.0.113.9".into();
        }
    });
    let first_seen: Vec<_> = story
        .findings()
        .into_iter()
        .filter(|finding| finding.rule == "RW001")
        .map(|finding| {
            let first = finding.context.first_seen.unwrap();
            (finding.time, first.in_role, first.from_source_ip)
        })
        .collect();
    assert_eq!(first_seen.len(), 3);
    assert_eq!(first_seen[0], (first_seen[0].0, true, Some(true)));
    assert_eq!(first_seen[1], (second, false, Some(false)));
    assert_eq!(first_seen[2], (third, false, Some(true)));
}

#[test]
fn every_record_that_proves_it_is_named() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let finding = found(&story);
    let named: Vec<_> = finding
        .context
        .evidence
        .iter()
        .map(|record| {
            let name = record.name.as_deref().unwrap();
            (name, record.account_name.as_deref().unwrap())
        })
        .collect();
    assert!(named.contains(&("AssumeRole", "development")), "{named:?}");
    assert!(named.contains(&("AssumeRole", "production")), "{named:?}");
    for (record, event) in finding.context.evidence.iter().zip(&finding.events) {
        assert_eq!(record.event, event.to_string());
        assert!(record.time.is_some() && record.region.is_some());
    }
}

#[test]
fn denied_attempts_have_a_source_but_no_session_and_limited_evidence() {
    let mut story = Story::new();
    for _ in 0..30 {
        story.denied("tom", "UpdateApp");
        story.later(1);
    }
    let finding = story.finding("RW009");
    assert_eq!(source(&finding)[0], Some("192.0.2.10"));
    assert_eq!(finding.events.len(), 30);
    assert_eq!(finding.context.evidence.len(), 20);
    assert_eq!(finding.context.session, None);
    assert_eq!(finding.context.first_seen, None);
    assert_eq!(finding.context.uses, None);
}

#[test]
fn the_calls_of_a_session_are_counted() {
    let mut story = Story::new();
    story
        .switch("tom")
        .with_mfa()
        .used_after(60)
        .used_after(120);
    let uses = found(&story).context.uses.unwrap();
    assert_eq!(uses.reads + uses.writes, 2);
    assert_eq!(uses.last.seconds_since(uses.first), 60);
    assert_eq!(uses.calls.iter().map(|call| call.count).sum::<u64>(), 2);
    assert!(!uses.estimated);
}

#[test]
fn an_unproven_finding_says_what_would_settle_it() {
    let settled = |story: &Story, rule| {
        let settled = story.finding(rule).context.settled_by.unwrap();
        (settled.what, settled.of, settled.name)
    };
    let development = |what| {
        (
            what,
            "111122223333".to_owned(),
            Some("development".to_owned()),
        )
    };
    let mut story = Story::new();
    story.switch("dora").only_owner_half();
    assert_eq!(settled(&story, "RW002"), development(MissingSource::Logs));
    let mut story = Story::new().without_roster();
    story.switch("dora").with_mfa();
    assert_eq!(settled(&story, "RW001"), development(MissingSource::Roster));
    // Violations are settled, and so is what no input can settle.
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story.later(7_200);
    story.denied("nell", "UpdateApp");
    assert_eq!(found(&story).context.settled_by, None);
    assert_eq!(story.finding("RW013").context.settled_by, None);
}

#[test]
fn copies_that_differ_in_the_program_alone_are_one_record() {
    let mut story = Story::new();
    story.switch("tom").with_mfa().used_after(60);
    let other: Vec<Value> = story
        .records()
        .iter()
        .cloned()
        .map(|mut record| {
            record["userAgent"] = "aws-cli/9".into();
            record
        })
        .collect();
    let mut records: Vec<&Value> = story.records().iter().chain(&other).collect();
    let findings = |records: &[&Value]| {
        let world = story.world_of(records.iter().copied());
        let (policy, rosters) = (story.policy(), story.rosters());
        let judgement = judge(&world, &policy, &rosters, Scope::default(), &mut |_| ());
        assert_eq!(judgement.conflicts, 0);
        judgement.findings
    };
    let one_way = findings(&records);
    records.reverse();
    assert_eq!(findings(&records), one_way);
    let agent = one_way[0].context.user_agent.as_deref();
    assert_eq!(agent, Some("aws-cli/9"));
}
