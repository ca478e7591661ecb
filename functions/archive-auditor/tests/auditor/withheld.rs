//! EventBridge misses some events, but the trail has them all. In the end, the findings are those
//! of an audit of all events.
//!
//! The world: a fortnight of switches, the guard and archive-auditor with the same tables, and one
//! event in twenty that EventBridge never delivers.

use std::collections::BTreeMap;

use rolewatch_guard::testing::Story;
use rolewatch_guard::{Scope, judge};
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::TableKind;
use rolewatch_live::testing::{Calm, Twin, run};
use rolewatch_live::wire::Status;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::trail::{auditor, deliver, notify, prepare};

/// One event in this many doesn't arrive.
const WITHHELD: u32 = 20;

/// Scatters the events that don't arrive.
fn is_withheld(at: usize) -> bool {
    u32::try_from(at)
        .unwrap()
        .wrapping_mul(2_654_435_761)
        .rotate_left(13)
        .is_multiple_of(WITHHELD)
}

fn envelope(record: &Value) -> Value {
    json!({"source": "aws.sts", "account": record["recipientAccountId"], "detail": record})
}

fn fortnight() -> Story {
    let mut story = Story::new();
    for day in 0..14 {
        story.switch("dora").with_mfa().used_after(600);
        story.later(1_800);
        story
            .switch("dave")
            .without_mfa()
            .by_console()
            .left_after(900);
        story.later(1_800);
        story
            .switch(["tom", "tess"][day % 2])
            .with_mfa()
            .used_after(300);
        story.denied("nell", "UpdateApp");
        story.iam(0, "admin").adds("tom", "Developers");
        story.later(1_800);
        story.chain("dora", "SiteAdmin");
        story.iam(0, "admin").removes("tom", "Developers");
        story.later(81_000);
    }
    story
}

/// Passes the guard every message in its queue, until none is left.
fn drain_queue(guard: &mut Guard, twin: &Twin<Calm>) {
    loop {
        let Some((visible, body)) = twin.queue.borrow_mut().pop() else {
            return;
        };
        twin.clock.set(twin.clock.get().max(visible));
        let batch = to_raw_value(&json!({"Records": [{"messageId": "1", "body": body}]})).unwrap();
        let (response, _) = run(guard.handle(twin, &batch, None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
    }
}

/// Sends the guard the events, except the withheld ones. Returns how many those are, by account and
/// Region.
fn publish(guard: &mut Guard, twin: &Twin<Calm>, events: &[&Value]) -> BTreeMap<[String; 2], u64> {
    let mut withheld: BTreeMap<[String; 2], u64> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        if is_withheld(at) {
            let text = |field: &str| event[field].as_str().unwrap().to_owned();
            *withheld
                .entry([text("recipientAccountId"), text("awsRegion")])
                .or_default() += 1;
            continue;
        }
        run(guard.handle(twin, &to_raw_value(&envelope(event)).unwrap(), None)).unwrap();
    }
    withheld
}

/// Verdict and message of each finding, by its ID.
type Said = BTreeMap<String, (String, String)>;

/// The findings of an audit of all events.
fn offline(story: &Story, events: &[&Value], twin: &Twin<Calm>) -> Said {
    let scope = Scope {
        as_of: Some(twin.clock.get()),
        ..Scope::default()
    };
    let judgement = judge(
        &story.world_of(events.iter().copied()),
        &story.policy(),
        &story.rosters(),
        scope,
        &mut |_| (),
    );
    let findings = judgement.findings.iter();
    let said = findings.map(|finding| {
        let verdict = finding.verdict.as_str().to_owned();
        (finding.id.clone(), (verdict, finding.message.to_string()))
    });
    said.collect()
}

/// The open findings in the outbox.
fn standing(twin: &Twin<Calm>) -> Said {
    let rows = twin.rows.borrow();
    let outbox = rows
        .iter()
        .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"));
    outbox
        .filter_map(|(_, rows)| serde_json::from_str::<FindingState>(&rows.get("state")?.body).ok())
        .filter(|state| state.alert.status != Status::Withdrawn)
        .map(|FindingState { alert, .. }| {
            (alert.id, (alert.verdict.as_str().to_owned(), alert.message))
        })
        .collect()
}

#[test]
fn every_event_that_was_withheld_is_recovered_counted_by_place_and_judged() {
    let story = fortnight();
    let events: Vec<&Value> = story
        .records()
        .iter()
        .filter(|record| record["userIdentity"]["type"] != "AWSService")
        .collect();
    let twin = Twin::new(Calm, story.now().plus_seconds(86_400));
    prepare(&twin, &story);
    let mut guard = Guard::default();
    let withheld = publish(&mut guard, &twin, &events);
    drain_queue(&mut guard, &twin);
    let report = notify(&mut auditor(), &twin, &deliver(&twin, &story));
    assert_eq!((&report.missed, report.early), (&withheld, 0));
    assert!(
        withheld.values().sum::<u64>() > 5 && withheld.len() > 1,
        "{withheld:?}"
    );
    drain_queue(&mut guard, &twin);

    let wanted = offline(&story, &events, &twin);
    assert_eq!(standing(&twin), wanted);
    assert!(wanted.len() > 20, "{}", wanted.len());
}
