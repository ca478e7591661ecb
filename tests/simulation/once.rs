//! Events that arrive through two queues at the same time: each is judged once, and each finding is
//! reported once.

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::port::{Notice, Trouble};
use rolewatch_live::testing::{Gate, Twin, Weather, run};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use switch_guard::{Guard, JudgementReport};

use crate::same_findings::{envelope, offline, prepare, standing};
use crate::storm::Dice;

/// Nothing fails, but every call to the outside may let the other invocation go first, with this
/// chance in a thousand.
pub(crate) struct Alternating(pub(crate) Dice, pub(crate) usize);

impl Weather for Alternating {
    fn allow_call(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
        Ok(())
    }

    fn gives_way(&self) -> bool {
        self.0.permille(self.1)
    }
}

pub(crate) fn batch(bodies: &[String]) -> Box<RawValue> {
    let message = |(at, body): (usize, &String)| {
        json!({
            "messageId": at.to_string(),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
        })
    };
    let records: Vec<Value> = bodies.iter().enumerate().map(message).collect();
    to_raw_value(&json!({ "Records": records })).unwrap()
}

/// Runs two invocations in turns, in a random order. Each may take many steps before the other one
/// takes its next.
fn both<F: Future>(dice: &Dice, first: F, second: F) -> [F::Output; 2] {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut context = Context::from_waker(Waker::noop());
    let mut ended = [None, None];
    while ended.iter().any(Option::is_none) {
        let (at, future) = if dice.permille(500) {
            (0, &mut first)
        } else {
            (1, &mut second)
        };
        // Up to 1, 2, 4, ... 256 steps.
        for _ in 0..=dice.below(1 << dice.below(9)) {
            if ended[at].is_none()
                && let Poll::Ready(output) = future.as_mut().poll(&mut context)
            {
                ended[at] = Some(output);
            }
        }
    }
    ended.map(Option::unwrap)
}

/// Passes the guard the messages that it sent itself, each when it is due, until none is left
/// before `end`.
pub(crate) fn rest(
    guard: &mut Guard,
    twin: &Twin<Alternating>,
    end: Moment,
) -> Vec<JudgementReport> {
    let mut reports = Vec::new();
    loop {
        let next = twin
            .queue
            .borrow()
            .iter()
            .map(|(visible, _)| *visible)
            .min();
        let Some(next) = next.filter(|next| *next <= end) else {
            return reports;
        };
        twin.clock.set(twin.clock.get().max(next));
        let now = twin.clock.get();
        let due = twin
            .queue
            .borrow()
            .iter()
            .position(|(visible, _)| *visible <= now)
            .unwrap();
        let (_, body) = twin.queue.borrow_mut().remove(due);
        let (response, report) = run(guard.handle(twin, &batch(&[body]), None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
        reports.push(report);
    }
}

/// Version and finding of everything that was published.
fn told(twin: &Twin<Alternating>) -> Vec<(String, u64)> {
    let topics = twin.topics.borrow();
    let findings = topics.iter().filter_map(|notice| match notice {
        Notice::Finding { body, .. } => Some(serde_json::from_str::<Value>(body).unwrap()),
        Notice::Operations { .. } => None,
    });
    findings
        .map(|alert| {
            (
                alert["id"].as_str().unwrap().to_owned(),
                alert["version"].as_u64().unwrap(),
            )
        })
        .collect()
}

fn story() -> Story {
    let mut story = Story::new();
    story.later(600);
    for user in ["tom", "dora", "tom"] {
        story.later(300);
        drop(story.switch(user));
    }
    story
}

#[test]
fn what_comes_by_two_queues_at_once_is_judged_and_told_once() {
    let story = story();
    let events: Vec<String> = story
        .records()
        .iter()
        .map(|record| envelope(record).to_string())
        .collect();
    assert_eq!(events.len(), 6, "two halves of each switch");
    let mut postponed = 0;
    for seed in 0..150 {
        let twin = Twin::new(
            Alternating(Dice::new(seed), 600),
            story.now().plus_seconds(60),
        );
        prepare(&twin, &story);
        let (mut of_switches, mut of_events) = (Guard::default(), Guard::default());
        let (copy, other) = (batch(&events), batch(&events));
        let ended = both(
            &twin.weather.0,
            of_switches.handle(&twin, &copy, None),
            of_events.handle(&twin, &other, None),
        );
        let mut reports = Vec::new();
        for outcome in ended {
            let (response, report) = outcome.unwrap();
            assert!(response.batch_item_failures.is_empty());
            postponed += events.len() - usize::try_from(report.received).unwrap();
            reports.push(report);
        }
        let end = twin.clock.get().plus_seconds(86_400);
        reports.extend(rest(&mut of_events, &twin, end));

        let sum = |of: fn(&JudgementReport) -> u64| reports.iter().map(of).sum::<u64>();
        assert_eq!(
            sum(|report| report.received),
            12,
            "seed {seed}: each copy counts once"
        );
        assert_eq!(sum(|report| report.judged), 6, "seed {seed}: {reports:?}");
        assert_eq!(sum(|report| report.duplicate), 6, "seed {seed}");
        let told = told(&twin);
        assert!(told.len() >= 2, "seed {seed}: {told:?}");
        let distinct: BTreeSet<&(String, u64)> = told.iter().collect();
        assert_eq!(distinct.len(), told.len(), "seed {seed}: {told:?}");
        assert_eq!(
            standing(&twin),
            offline(&story, twin.clock.get()),
            "seed {seed}"
        );
    }
    assert!(postponed > 50, "the copies hardly ever met: {postponed}");
}

#[test]
fn what_one_invocation_was_cut_off_from_is_judged_by_the_other_within_two_minutes() {
    let story = story();
    let events: Vec<String> = story
        .records()
        .iter()
        .map(|record| envelope(record).to_string())
        .collect();
    let mut cut_off = 0;
    for seed in 0..150 {
        let twin = Twin::new(
            Alternating(Dice::new(seed), 600),
            story.now().plus_seconds(60),
        );
        prepare(&twin, &story);
        let (mut of_switches, mut of_events) = (Guard::default(), Guard::default());
        let polls = twin.weather.0.below(150);
        {
            let copy = batch(&events);
            let mut first = pin!(of_switches.handle(&twin, &copy, None));
            let mut context = Context::from_waker(Waker::noop());
            cut_off +=
                usize::from((0..polls).all(|_| first.as_mut().poll(&mut context).is_pending()));
        }
        let end = twin.clock.get().plus_seconds(120);
        let (response, _) = run(of_events.handle(&twin, &batch(&events), None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
        rest(&mut of_events, &twin, end);

        let wanted = offline(&story, twin.clock.get());
        assert_eq!(standing(&twin), wanted, "seed {seed}");
        let told: BTreeSet<String> = told(&twin)
            .into_iter()
            .map(|(finding, _)| finding)
            .collect();
        assert_eq!(told, wanted.into_keys().collect(), "seed {seed}");
    }
    assert!(cut_off > 50, "it was hardly ever cut off: {cut_off}");
}
