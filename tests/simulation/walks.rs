//! A walk over many switches misses none of them, even if it is cut off, requested again,
//! overtaken, or can't judge for a while.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use rolewatch_live::port::TableKind;
use rolewatch_live::requeue::revive;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Twin, keep_switches, run};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use switch_guard::Guard;

use crate::bounded::{Counting, batch, handle, next, told, waiting, watched};
use crate::same_findings::{envelope, offline, prepare, standing};

/// After a page that took this many seconds, no further page begins.
const SLOW: i64 = 6;

/// Handles the due messages. Returns how many. No walk here takes more than a few.
pub(crate) fn drain(guard: &mut Guard, twin: &Twin<Counting>) -> usize {
    let messages = (0..200).take_while(|_| next(guard, twin)).count();
    assert!(messages < 200, "it goes on and on");
    messages
}

/// Takes the due message about turns out of the queue.
fn turn(twin: &Twin<Counting>) -> Option<String> {
    let is_due =
        |(visible, body): &(_, String)| *visible <= twin.clock.get() && body.contains("\"turn\"");
    let at = twin.queue.borrow().iter().position(is_due)?;
    Some(twin.queue.borrow_mut().remove(at).1)
}

/// A guard that has processed a whole story.
pub(crate) fn told_of(story: &Story) -> (Guard, Twin<Counting>) {
    let twin = Twin::new(Counting::default(), story.now().plus_seconds(60));
    prepare(&twin, story);
    let mut guard = Guard::default();
    for record in story.records() {
        handle(&mut guard, &twin, &[envelope(record).to_string()]);
    }
    drain(&mut guard, &twin);
    (guard, twin)
}

/// Removes a person from her group, or adds her again, before all her switches. Of several changes,
/// the one with the latest time counts for each switch.
fn flips(story: &mut Story, who: &str, number: usize) -> String {
    let begin =
        Story::new().now().seconds_since(story.now()) + 3_600 + 60 * i64::try_from(number).unwrap();
    let tell = |story: &mut Story| match number % 2 {
        0 => story.iam(begin, "admin").removes(who, "Developers"),
        _ => story.iam(begin, "admin").adds(who, "Developers"),
    };
    told(story, tell).swap_remove(0)
}

/// How many open findings say that this person wasn't allowed to switch.
fn not_allowed(twin: &Twin<Counting>, who: &str) -> usize {
    standing(twin)
        .values()
        .filter(|said| said.0 == "RW001" && said.1 == "violation" && said.3.contains(who))
        .count()
}

/// Loses every queued message about turns.
fn lose(twin: &Twin<Counting>) {
    twin.queue
        .borrow_mut()
        .retain(|(_, body)| !body.contains("\"turn\""));
    twin.clock.set(twin.clock.get().plus_seconds(900));
    run(revive(twin, twin.clock.get())).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        rng_seed: RngSeed::Fixed(2_026),
        ..ProptestConfig::default()
    })]

    #[test]
    fn each_switch_is_judged_after_the_last_change(
        own in 18_usize..48,
        slow in any::<bool>(),
        changes in prop::collection::vec((0_usize..4, any::<bool>()), 1..5),
    ) {
        let (mut story, mut guard, twin) = watched(own, 0);
        twin.weather.page.set(if slow { SLOW } else { 0 });
        for (number, (turns, lost)) in changes.iter().enumerate() {
            let event = flips(&mut story, "dora", number);
            handle(&mut guard, &twin, &[event]);
            prop_assert!(waiting(&twin) <= 1);
            for _ in 0..*turns {
                next(&mut guard, &twin);
                prop_assert!(waiting(&twin) <= 1);
            }
            if *lost {
                lose(&twin);
            }
        }
        drain(&mut guard, &twin);
        prop_assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
        prop_assert_eq!(not_allowed(&twin, "dora"), if changes.len() % 2 == 1 { own } else { 0 });
    }
}

#[test]
fn a_turn_is_a_hundred_switches_or_a_few_seconds() {
    for (page, most) in [(0, 100), (SLOW, 20)] {
        let (mut story, mut guard, twin) = watched(130, 0);
        let event = flips(&mut story, "dora", 0);
        handle(&mut guard, &twin, &[event]);
        twin.weather.page.set(page);
        let mut judged = 0;
        while let Some(turn) = turn(&twin) {
            handle(&mut guard, &twin, &[turn]);
            let before = std::mem::replace(&mut judged, not_allowed(&twin, "dora"));
            assert!(
                judged == 130 || judged - before == most,
                "{page}: {before} {judged}"
            );
        }
        assert_eq!(judged, 130);
    }
}

#[test]
fn a_change_of_a_group_reaches_what_lies_below_the_switches_of_others() {
    let roles =
        "  - arn: arn:aws:iam::444455556666:role/Deploy\n    groups: [development/Testers]\n";
    // If the group may enter the role, the switches of others are judged too. Otherwise, they are
    // only read.
    for (role, least) in [("UpdateApp", 3), ("Deploy", 1)] {
        let mut story = Story::new()
            .without_roster()
            .with_policy_line("roles:\n", &format!("roles:\n{roles}"));
        story
            .iam(-60, "admin")
            .creates_group("Developers", "Developers");
        story.iam(0, "admin").adds("dora", "Developers");
        for _ in 0..30 {
            story.later(175_000);
            drop(story.switch("dora").with_mfa());
        }
        let (mut guard, twin) = told_of(&story);
        let role = format!("arn:aws:iam::{PRODUCTION}:role/{role}");
        for other in 0..26 {
            let user = format!("AIDAEXAMPLE{other:09}");
            keep_switches(
                &twin,
                PEOPLE.parse().unwrap(),
                &user,
                &role,
                10,
                twin.clock.get(),
            )
            .unwrap();
        }
        assert_eq!(not_allowed(&twin, "dora"), 0);
        let events = told(&mut story, |story| {
            story
                .iam(-30 * 175_000 + 60, "admin")
                .deletes_group("Developers");
        });
        handle(&mut guard, &twin, &events);
        let messages = drain(&mut guard, &twin);
        assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
        assert_eq!(not_allowed(&twin, "dora"), 30);
        assert!(messages >= least, "{messages} messages for 290 switches");
    }
}

#[test]
fn walks_in_one_account_are_done_in_the_order_in_which_they_were_asked_for() {
    let mut story = Story::new();
    // An event that names a group for the first time also concerns the group.
    story.iam(0, "admin").adds("tess", "Developers");
    for _ in 0..25 {
        story.later(175_000);
        drop(story.switch("dora").with_mfa());
        drop(story.switch("dave").with_mfa());
    }
    for (first, second) in [("dora", "dave"), ("dave", "dora")] {
        let mut story = story.clone();
        let (mut guard, twin) = told_of(&story);
        for who in [first, second] {
            let event = flips(&mut story, who, 0);
            handle(&mut guard, &twin, &[event]);
            twin.clock.set(twin.clock.get().plus_seconds(1));
        }
        twin.weather.page.set(SLOW);
        assert_eq!(waiting(&twin), 1);
        for (one, other) in [(20, 0), (25, 0), (25, 20), (25, 25)] {
            let turn = turn(&twin).unwrap();
            handle(&mut guard, &twin, &[turn]);
            assert_eq!(
                (not_allowed(&twin, first), not_allowed(&twin, second)),
                (one, other),
                "{first}"
            );
        }
    }
}

/// Passes the guard one message. Returns whether it succeeded.
fn give(guard: &mut Guard, twin: &Twin<Counting>, body: &str, count: u32) -> bool {
    let attributes = json!({"ApproximateReceiveCount": count.to_string()});
    let message = json!({"messageId": "1", "body": body, "attributes": attributes});
    let payload = to_raw_value(&json!({ "Records": [message] })).unwrap();
    let (response, _) = run(guard.handle(twin, &payload, None)).unwrap();
    response.batch_item_failures.is_empty()
}

#[test]
fn what_cannot_be_judged_keeps_nobody_else_waiting_and_is_not_forgotten() {
    let (mut story, mut guard, twin) = watched(45, 0);
    let event = flips(&mut story, "dora", 0);
    handle(&mut guard, &twin, &[event]);
    drain(&mut guard, &twin);
    assert_eq!(not_allowed(&twin, "dora"), 45);
    // For a while, the finding about one of the first switches can't be read.
    let is_finding = |(place, pk): &(TableKind, String)| {
        *place == TableKind::Outbox && pk.starts_with("finding#")
    };
    let spoil = |from: &str, to: &str| {
        let mut rows = twin.rows.borrow_mut();
        let of_findings = rows
            .iter_mut()
            .filter(|(key, _)| is_finding(key))
            .filter_map(|(_, rows)| rows.get_mut("state"));
        let row = of_findings
            .into_iter()
            .find(|row| row.body.contains("RW001") && row.body.starts_with(from))
            .unwrap();
        row.body = row.body.replacen(from, to, 1);
    };
    spoil("{", "!");
    let event = flips(&mut story, "dora", 1);
    handle(&mut guard, &twin, &[event]);
    let mut failed = Vec::new();
    for _ in 0..200 {
        let due = twin
            .queue
            .borrow()
            .iter()
            .position(|(visible, _)| *visible <= twin.clock.get());
        let Some(at) = due else { break };
        let (_, body) = twin.queue.borrow_mut().remove(at);
        if !give(&mut guard, &twin, &body, 1) && !give(&mut guard, &twin, &body, 2) {
            failed.push(body);
        }
    }
    spoil("!", "{");
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(not_allowed(&twin, "dora"), 1);
    assert!(give(&mut guard, &twin, &failed[0], 3));
    assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
}

fn payload(body: &str) -> Box<RawValue> {
    to_raw_value(&batch(&[body.to_owned()])).unwrap()
}

/// Runs two calls. After the first was polled this many times, the second runs to its end, then the
/// first. Returns how many polls the first one took.
fn race(first: impl Future<Output = ()>, second: impl Future<Output = ()>, after: usize) -> usize {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut context = Context::from_waker(Waker::noop());
    let (mut polls, mut ended) = (0, [false, false]);
    while ended != [true, true] {
        if !ended[0] && (polls < after || ended[1]) {
            polls += 1;
            ended[0] = first.as_mut().poll(&mut context) == Poll::Ready(());
        }
        if !ended[1] && (polls >= after || ended[0]) {
            ended[1] = second.as_mut().poll(&mut context) == Poll::Ready(());
        }
    }
    polls
}

async fn take(guard: &mut Guard, twin: &Twin<Counting>, body: &str) {
    let (response, _) = guard.handle(twin, &payload(body), None).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
}

#[test]
fn a_change_that_comes_at_any_moment_of_a_turn_is_not_lost() {
    let (mut story, mut guard, twin) = watched(23, 0);
    let event = flips(&mut story, "dora", 0);
    let late = flips(&mut story, "dora", 1);
    handle(&mut guard, &twin, &[event]);
    twin.weather.shared.set(true);
    let (rows, queue, mut polls) = (
        twin.rows.borrow().clone(),
        twin.queue.borrow().clone(),
        1_000_000,
    );
    let is_turn = |(_, body): &&(_, String)| body.contains("\"turn\"");
    let turn = queue.iter().find(is_turn).unwrap().1.clone();
    let mut at = vec![polls];
    while let Some(after) = at.pop() {
        *twin.rows.borrow_mut() = rows.clone();
        *twin.queue.borrow_mut() = queue
            .iter()
            .filter(|(_, body)| *body != turn)
            .cloned()
            .collect();
        let mut other = Guard::default();
        let took = race(
            take(&mut guard, &twin, &turn),
            take(&mut other, &twin, &late),
            after,
        );
        drain(&mut guard, &twin);
        assert_eq!(
            offline(&story, twin.clock.get()),
            standing(&twin),
            "after {after} of {took} polls"
        );
        if after == polls {
            // The length of a turn is known now. The next positions are spread over it, and include
            // each of its last calls.
            polls = took;
            at = (0..12)
                .map(|part| part * polls / 12)
                .chain(polls.saturating_sub(24)..polls)
                .collect();
        }
    }
}

#[test]
fn a_turn_that_is_overtaken_leaves_the_rest_to_the_other() {
    let (mut story, mut guard, twin) = watched(70, 0);
    let event = flips(&mut story, "dora", 0);
    handle(&mut guard, &twin, &[event]);
    twin.weather.shared.set(true);
    let turn = turn(&twin).unwrap();
    // The turn has judged its first page but not stored that yet, when the same message is
    // delivered again.
    race(
        take(&mut guard, &twin, &turn),
        take(&mut Guard::default(), &twin, &turn),
        100,
    );
    assert_eq!(waiting(&twin), 0);
    assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
    assert_eq!(not_allowed(&twin, "dora"), 70);
}

#[test]
fn a_new_policy_judges_from_the_first_day_to_today_and_waits_for_no_account() {
    let mut story = Story::new();
    // One switch 36 hours ago, one the day after, one today, and a person with many waiting
    // switches.
    for pause in [86_400, 129_600 - 7_200, 3_600] {
        story.later(pause);
        drop(story.switch("dave").with_mfa());
    }
    for _ in 0..25 {
        story.later(60);
        drop(story.switch("dora").with_mfa());
    }
    let (mut guard, twin) = told_of(&story);
    assert_eq!(not_allowed(&twin, "dave"), 0);
    let event = flips(&mut story, "dora", 0);
    handle(&mut guard, &twin, &[event]);
    lose(&twin);
    twin.queue.borrow_mut().clear();
    story = story.with_policy_line(
        "groups: [development/Developers]",
        "groups: [development/Testers]",
    );
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), twin.clock.get()),
    );
    handle(
        &mut guard,
        &twin,
        &[json!({"rejudge": {"sessions": []}}).to_string()],
    );
    assert_eq!(waiting(&twin), 1);
    drain(&mut guard, &twin);
    assert_eq!(not_allowed(&twin, "dave"), 3);
    assert_eq!(offline(&story, twin.clock.get()), standing(&twin));
}
