//! The cost and the order of work.
//!
//! The number of calls and messages for a change doesn't depend on other people's switches.
//! Consecutive changes share a pass. Heartbeats don't wait for any of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use rolewatch_live::port::{Notice, Trouble};
use rolewatch_live::requeue::revive;
use rolewatch_live::testing::{Gate, Twin, Weather, keep_switches, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::{Guard, JudgementReport};

use crate::same_findings::{envelope, offline, prepare, standing};

/// Every call succeeds and is counted.
#[derive(Default)]
pub(crate) struct Counting {
    calls: RefCell<BTreeMap<&'static str, usize>>,
    /// How many seconds it takes to read a page. A slow page ends a turn.
    pub(crate) page: Cell<i64>,
    /// Whether every call lets other invocations run first.
    pub(crate) shared: Cell<bool>,
}

impl Counting {
    /// The calls since the last time, by their name.
    pub(crate) fn take(&self) -> BTreeMap<&'static str, usize> {
        self.calls.take()
    }

    /// How many calls of a name there were since the last time.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.calls.borrow().get(what).copied().unwrap_or_default()
    }
}

impl Weather for Counting {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if gate == Gate::Before {
            *self.calls.borrow_mut().entry(what).or_default() += 1;
        }
        Ok(())
    }

    fn seconds_for(&self, what: &'static str) -> i64 {
        if what == "latest" { self.page.get() } else { 0 }
    }

    fn gives_way(&self) -> bool {
        self.shared.get()
    }
}

pub(crate) fn batch(bodies: &[String]) -> Value {
    let message = |(at, body): (usize, &String)| json!({"messageId": at.to_string(), "body": body, "attributes": {"ApproximateReceiveCount": "1"}});
    json!({"Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>()})
}

pub(crate) fn handle(
    guard: &mut Guard,
    twin: &Twin<Counting>,
    bodies: &[String],
) -> JudgementReport {
    let (response, report) =
        run(guard.handle(twin, &to_raw_value(&batch(bodies)).unwrap(), None)).unwrap();
    assert!(response.batch_item_failures.is_empty());
    report
}

/// Handles the next due message that the guard sent itself.
pub(crate) fn next(guard: &mut Guard, twin: &Twin<Counting>) -> bool {
    let now = twin.clock.get();
    let due = |queue: &Vec<(_, String)>| queue.iter().position(|(visible, _)| *visible <= now);
    let Some(at) = due(&twin.queue.borrow()) else {
        return false;
    };
    let (_, body) = twin.queue.borrow_mut().remove(at);
    handle(guard, twin, &[body]);
    true
}

/// How many due messages are about turns.
pub(crate) fn waiting(twin: &Twin<Counting>) -> usize {
    let now = twin.clock.get();
    twin.queue
        .borrow()
        .iter()
        .filter(|(visible, body)| *visible <= now && body.contains("\"turn\""))
        .count()
}

/// dora enters a role this many times. Others did so before, in an account that the guard has
/// watched for a while.
pub(crate) fn watched(own: usize, others: usize) -> (Story, Guard, Twin<Counting>) {
    let mut story = Story::new();
    // The first IAM event shows where such events are recorded, and that concerns everybody.
    story.iam(0, "admin").adds("tom", "Testers");
    for _ in 0..own {
        story.later(175_000);
        drop(story.switch("dora").with_mfa());
    }
    let twin = Twin::new(Counting::default(), story.now().plus_seconds(60));
    prepare(&twin, &story);
    let role = format!("arn:aws:iam::{PRODUCTION}:role/UpdateApp");
    for other in 0..others / 10 {
        keep_switches(
            &twin,
            PEOPLE.parse().unwrap(),
            &format!("AIDAEXAMPLE{other:09}"),
            &role,
            10,
            story.now(),
        )
        .unwrap();
    }
    let mut guard = Guard::default();
    for record in story.records() {
        handle(&mut guard, &twin, &[envelope(record).to_string()]);
    }
    while next(&mut guard, &twin) {}
    twin.weather.calls.take();
    twin.rows_read.set(0);
    (story, guard, twin)
}

/// The records that `tell` adds, as events.
pub(crate) fn told(story: &mut Story, tell: impl FnOnce(&mut Story)) -> Vec<String> {
    let from = story.records().len();
    tell(story);
    story.records()[from..]
        .iter()
        .map(|record| envelope(record).to_string())
        .collect()
}

#[test]
fn what_a_change_costs_does_not_depend_on_the_switches_of_others() {
    for own in [3, 30] {
        let cost = |others: usize| {
            let (mut story, mut guard, twin) = watched(own, others);
            let events = told(&mut story, |story| {
                story.iam(-400_000, "admin").removes("dora", "Developers");
            });
            handle(&mut guard, &twin, &events);
            let mut messages = 0;
            while next(&mut guard, &twin) {
                messages += 1;
            }
            assert_eq!(
                offline(&story, twin.clock.get()),
                standing(&twin),
                "{own} {others}"
            );
            assert!(standing(&twin).values().any(|said| said.0 == "RW001"));
            (messages, twin.weather.calls.take(), twin.rows_read.get())
        };
        let few = cost(50);
        assert_eq!(few, cost(1_000), "{own}");
        assert!(
            if own < 20 { few.0 == 0 } else { few.0 > 0 },
            "a few are judged at once: {} messages",
            few.0
        );
    }
}

#[test]
fn changes_in_a_row_share_a_pass_and_one_message_waits() {
    let (mut story, mut guard, twin) = watched(45, 0);
    // The time of the roster isn't known. The rename shows nothing about the members, but it might.
    let events: Vec<String> = (0..40)
        .flat_map(|number| {
            told(&mut story, |story| {
                story
                    .iam(number - 300_000, "admin")
                    .renames_group("Operators", "Developers");
            })
        })
        .collect();
    for (at, event) in events.iter().enumerate() {
        handle(&mut guard, &twin, std::slice::from_ref(event));
        assert!(waiting(&twin) <= 1, "{at}");
        // Some of the changes arrive during the pass.
        if at % 20 == 19 {
            assert!(next(&mut guard, &twin));
        }
    }
    let mut messages = 2;
    while next(&mut guard, &twin) {
        messages += 1;
        assert!(waiting(&twin) <= 1);
    }
    assert!(
        messages < 10,
        "{messages} messages for 40 changes of what 45 switches rest on"
    );
    assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
}

#[test]
fn a_message_that_was_lost_is_sent_again() {
    let (mut story, mut guard, twin) = watched(30, 0);
    let events = told(&mut story, |story| {
        story.iam(-400_000, "admin").removes("dora", "Developers");
    });
    handle(&mut guard, &twin, &events);
    assert_eq!(waiting(&twin), 1);
    twin.queue.borrow_mut().clear();
    let now = twin.clock.get();
    assert_eq!(
        run(revive(&twin, now.plus_seconds(600))).unwrap(),
        0,
        "it may be on its way"
    );
    assert_eq!(run(revive(&twin, now.plus_seconds(900))).unwrap(), 1);
    while next(&mut guard, &twin) {}
    assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
    assert_eq!(
        run(revive(&twin, now.plus_seconds(86_400))).unwrap(),
        0,
        "nothing is left to do"
    );
}

#[test]
fn whoever_asks_after_a_message_was_lost_sends_one() {
    let (mut story, mut guard, twin) = watched(30, 0);
    for (seconds, messages) in [(0, 1), (899, 0), (1, 1)] {
        twin.queue.borrow_mut().clear();
        twin.clock.set(twin.clock.get().plus_seconds(seconds));
        let event = told(&mut story, |story| {
            story.iam(-400_000, "admin").removes("dora", "Developers");
        })
        .swap_remove(0);
        handle(&mut guard, &twin, &[event]);
        assert_eq!(waiting(&twin), messages, "{seconds} seconds later");
    }
}

/// The event that the schedule sends.
fn heartbeat(time: Moment) -> String {
    let source = "rolewatch.heartbeat";
    let heartbeat = json!({"source": source, "account": "123456789012", "detail": {"time": time}});
    heartbeat.to_string()
}

#[test]
fn the_heartbeat_is_first_and_events_come_before_what_is_judged_again() {
    let (mut story, mut guard, twin) = watched(1, 0);
    let event = told(&mut story, |story| drop(story.switch("tom").with_mfa())).swap_remove(0);
    let heartbeat = heartbeat(twin.clock.get());
    let rejudge = json!({"rejudge": {"sessions": []}}).to_string();
    let turn = json!({"turn": PEOPLE}).to_string();
    let bodies = [turn, rejudge, event, heartbeat];
    twin.topics.borrow_mut().clear();
    let report = handle(&mut guard, &twin, &bodies);
    assert_eq!(
        (report.heartbeats, report.judged, report.rejudged),
        (1, 1, 2)
    );
    let topics = twin.topics.borrow();
    let shows = |at: usize, text: &str| matches!(&topics[at], Notice::Finding { body, .. } if body.contains(text));
    assert!(
        topics.len() > 1 && shows(0, "heartbeat") && shows(1, "RW001"),
        "{topics:?}"
    );
}

#[test]
fn what_cannot_be_begun_in_time_is_given_back() {
    let (mut story, mut guard, twin) = watched(1, 0);
    // For each partition, the search for affected switches takes six seconds.
    let event = told(&mut story, |story| {
        story.iam(-60, "admin").removes("dora", "Developers");
    })
    .swap_remove(0);
    twin.weather.page.set(6);
    let heartbeat = heartbeat(twin.clock.get());
    let bodies = [json!({"turn": PEOPLE}).to_string(), event, heartbeat];
    let payload = to_raw_value(&batch(&bodies)).unwrap();
    let deadline = twin.clock.get().plus_seconds(25);
    let (response, report) = run(guard.handle(&twin, &payload, Some(deadline))).unwrap();
    let failed: Vec<&str> = response
        .batch_item_failures
        .iter()
        .map(|failure| &*failure.item_identifier)
        .collect();
    assert_eq!(
        failed,
        ["0"],
        "less than twenty seconds are left for the turn"
    );
    assert_eq!(
        (report.heartbeats, report.judged, report.own_failed),
        (1, 1, 1)
    );
}
