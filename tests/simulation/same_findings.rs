//! Live equals offline: in whatever order records arrive, the outbox ends up with the findings of
//! the plain audit of all of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_guard::{Scope, judge};
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::TableKind;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use rolewatch_live::wire::Status;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::organisation::{step, tell};
use crate::spoiled::spoil;

/// The fields in which two findings have to agree.
pub(crate) type Said = (String, String, String, String, Vec<String>);

pub(crate) fn envelope(record: &Value) -> Value {
    json!({
        "version": "0",
        "id": record["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sts",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    })
}

/// The rules don't forward services' sessions in unlisted roles.
pub(crate) fn forwarded(story: &Story) -> impl Iterator<Item = &Value> {
    story
        .records()
        .iter()
        .filter(|record| record["userIdentity"]["type"] != "AWSService")
}

/// The findings of the plain audit, by ID.
pub(crate) fn offline(story: &Story, now: Moment) -> BTreeMap<String, Said> {
    let world = story.world_of(forwarded(story));
    let scope = Scope {
        as_of: Some(now),
        ..Scope::default()
    };
    let judgement = judge(
        &world,
        &story.policy(),
        &story.rosters(),
        scope,
        &mut |_| (),
    );
    judgement.findings.iter().map(said).collect()
}

/// A finding of the audit: its ID and its content.
pub(crate) fn said(finding: &rolewatch_guard::Finding) -> (String, Said) {
    let mut events: Vec<String> = finding.events.iter().map(ToString::to_string).collect();
    events.truncate(rolewatch_live::wire::MOST_EVENTS);
    let (verdict, severity) = (
        finding.verdict.as_str().to_owned(),
        finding.severity.as_str().to_owned(),
    );
    (
        finding.id.clone(),
        (
            finding.rule.to_owned(),
            verdict,
            severity,
            finding.message.to_string(),
            events,
        ),
    )
}

/// The open findings in the outbox, by ID.
pub(crate) fn standing<W: rolewatch_live::testing::Weather>(
    twin: &Twin<W>,
) -> BTreeMap<String, Said> {
    let rows = twin.rows.borrow();
    let states = rows
        .iter()
        .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"))
        .filter_map(|(_, rows)| rows.get("state"));
    states
        .map(|row| serde_json::from_str::<FindingState>(&row.body).unwrap())
        // The audit doesn't review the setup.
        .filter(|state| state.alert.status != Status::Withdrawn && state.alert.reviewed.is_none())
        .map(|FindingState { alert, .. }| {
            (
                alert.id,
                (
                    alert.rule,
                    alert.verdict.as_str().to_owned(),
                    alert.severity.as_str().to_owned(),
                    alert.message,
                    alert.events,
                ),
            )
        })
        .collect()
}

/// Every state in the outbox.
fn states<W: rolewatch_live::testing::Weather>(twin: &Twin<W>) -> Vec<String> {
    let rows = twin.rows.borrow();
    rows.iter()
        .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"))
        .filter_map(|(_, rows)| Some(rows.get("state")?.body.clone()))
        .collect()
}

/// Batches that each make the guard judge one switch again, or one record, which it then considers
/// half done.
pub(crate) fn one_by_one<W: rolewatch_live::testing::Weather>(
    twin: &Twin<W>,
    records: &[Value],
) -> Vec<Value> {
    let rows = twin.rows.borrow();
    let switches = rows
        .iter()
        .filter(|((place, pk), _)| *place == TableKind::Ledger && pk.starts_with("day#"))
        .flat_map(|(_, rows)| rows.values())
        .map(|row| json!({"rejudge": {"sessions": [serde_json::from_str::<Value>(&row.body).unwrap()]}}));
    let again = |message: Value| json!({"Records": [{"messageId": "1", "body": message.to_string(), "attributes": {"ApproximateReceiveCount": "2"}}]});
    switches
        .chain(records.iter().map(envelope))
        .map(again)
        .collect()
}

/// Checks that the open findings in the outbox are exactly the audit's.
pub(crate) fn are_the_same(
    wanted: &BTreeMap<String, Said>,
    stands: &BTreeMap<String, Said>,
    whose: &str,
) {
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(id, said)| stands.get(*id) != Some(said))
        .collect();
    let wrong: Vec<_> = stands
        .iter()
        .filter(|(id, said)| wanted.get(*id) != Some(said))
        .collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "{whose}: the audit finds {missing:#?}, in the outbox stands {wrong:#?}"
    );
}

pub(crate) fn prepare<W: rolewatch_live::testing::Weather>(twin: &Twin<W>, story: &Story) {
    let now = twin.clock.get();
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), now),
    );
    if let Some(roster) = story.roster_text() {
        twin.objects.borrow_mut().insert(
            "roster/development.json".to_owned(),
            (roster.into_bytes(), now),
        );
    }
}

/// Handles the visible messages in the queue.
pub(crate) fn drain(guard: &mut Guard, twin: &Twin<Calm>) {
    loop {
        let now = twin.clock.get();
        let next = twin
            .queue
            .borrow()
            .iter()
            .position(|(visible, _)| *visible <= now);
        let Some(next) = next else { return };
        let (_, body) = twin.queue.borrow_mut().remove(next);
        let batch = to_raw_value(&json!({"Records": [{"messageId": "1", "body": body}]})).unwrap();
        let (response, _) = run(guard.handle(twin, &batch, None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(2_026), ..ProptestConfig::default() })]

    #[test]
    fn the_outbox_ends_up_with_the_findings_of_the_plain_audit(
        steps in prop::collection::vec(step(), 1..20),
        roster in any::<bool>(),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 60),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        spoilt in any::<u64>(),
    ) {
        let story = spoil(tell(&steps, roster), spoilt);
        // The rules don't forward services' sessions in unlisted roles.
        let records: Vec<Value> = forwarded(&story).cloned().collect();
        if records.is_empty() {
            return Ok(());
        }
        let now = story.now().plus_seconds(3 * 86_400);
        let twin = Twin::new(Calm, now);
        prepare(&twin, &story);
        let mut guard = Guard::default();
        let mut order: Vec<usize> = (0..records.len()).collect();
        order.extend(repeats.iter().map(|at| at.index(records.len())));
        for (at, other) in shuffle.iter().enumerate() {
            let (a, b) = (at % order.len(), other.index(order.len()));
            order.swap(a, b);
        }
        for at in &order {
            let event = to_raw_value(&envelope(&records[*at])).unwrap();
            run(guard.handle(&twin, &event, None)).unwrap();
            drain(&mut guard, &twin);
        }
        prop_assert_eq!(offline(&story, now), standing(&twin));
        // Judging any part again gives exactly the same result. Otherwise, two invocations could
        // overwrite each other forever.
        let settled = states(&twin);
        for batch in one_by_one(&twin, &records) {
            let (response, _) = run(guard.handle(&twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
            prop_assert!(response.batch_item_failures.is_empty());
            prop_assert_eq!(&settled, &states(&twin));
        }
    }
}

#[test]
fn whichever_record_comes_last_is_in_the_proof_of_what_it_led_to() {
    let mut story = Story::new();
    story.switch_to("nell", "ReadOnly").with_mfa().by_console();
    story.later(60);
    story
        .switch_to("nell", "UpdateApp")
        .from_own_session()
        .used_after(60);
    let now = story.now().plus_seconds(3 * 86_400);
    let wanted = offline(&story, now);
    assert!(
        wanted
            .values()
            .any(|said| said.0 == "RW011" && said.4.len() > 3),
        "{wanted:#?}"
    );
    let names: Vec<&str> = story
        .records()
        .iter()
        .map(|record| record["eventName"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"SwitchRole"), "{names:?}");
    for (last, name) in names.iter().enumerate() {
        let twin = Twin::new(Calm, now);
        prepare(&twin, &story);
        let mut guard = Guard::default();
        let order = (0..story.records().len())
            .filter(|at| *at != last)
            .chain([last]);
        for at in order {
            run(guard.handle(
                &twin,
                &to_raw_value(&envelope(&story.records()[at])).unwrap(),
                None,
            ))
            .unwrap();
            drain(&mut guard, &twin);
        }
        assert_eq!(wanted, standing(&twin), "{name} came last");
    }
}

#[test]
fn a_switch_whose_record_names_no_session_stands_whatever_is_judged_again() {
    let mut story = Story::new();
    story.switch_to("dora", "UpdateApp").with_mfa();
    story.later(60);
    story.switch_to("dora", "UpdateApp").from_own_session();
    // CloudTrail omits parameters that are too long, and the caller decides how long they are.
    let story = story.retold(|record| {
        if record["userIdentity"]["type"] == "AssumedRole" {
            record["responseElements"] = Value::Null;
        }
    });
    let now = story.now().plus_seconds(3 * 86_400);
    let wanted = offline(&story, now);
    assert!(wanted.values().any(|said| said.0 == "RW011"), "{wanted:#?}");
    let twin = Twin::new(Calm, now);
    prepare(&twin, &story);
    let mut guard = Guard::default();
    for record in story.records() {
        run(guard.handle(&twin, &to_raw_value(&envelope(record)).unwrap(), None)).unwrap();
        drain(&mut guard, &twin);
    }
    assert_eq!(wanted, standing(&twin));
    for batch in one_by_one(&twin, story.records()) {
        run(guard.handle(&twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
        assert_eq!(wanted, standing(&twin));
    }
}
