//! Faults at any call: no alert is lost, and a message repeats only if a reply was lost.
//!
//! The world: the notifier with a Slack, a table and a queue in memory ([`crate::twin`]). A seed
//! decides the alerts, their order, and at which calls the process dies or a call fails. The same
//! seed always gives the same run.

use std::collections::BTreeMap;

use rolewatch_guard::Verdict;
use rolewatch_live::wire::{Alert, Status};
use rolewatch_notify::sample;
use slack_notifier::DeliveryReport;

use crate::twin::{BOT, Fault, WEBHOOK, World, alert_batch, hand_over, started};

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()].clone()
    }
}

/// A few findings about a few people, each in a few versions.
fn random_story(dice: &mut Dice) -> Vec<Alert> {
    let start = sample::alert().time;
    let mut alerts = Vec::new();
    for n in 0..=dice.roll(6) {
        let mut alert = Alert {
            id: format!("{n:032x}"),
            ..sample::alert()
        };
        alert.time = start.plus_seconds(i64::try_from(dice.roll(1_800)).unwrap());
        alert.caller.arn = Some(format!(
            "arn:aws:iam::111122223333:user/{}",
            dice.pick(&["dora", "tom"])
        ));
        alert.verdict = dice.pick(&[Verdict::Violation, Verdict::Violation, Verdict::Unproven]);
        for version in 1..=1 + dice.roll(3) {
            alert.version = version;
            alerts.push(alert.clone());
            alert.verdict = Verdict::Violation;
            alert.status = dice.pick(&[Status::Open, Status::Ended, Status::Withdrawn]);
        }
    }
    alerts
}

/// The queue at the start: in any order, some alerts twice.
fn queued(dice: &mut Dice, alerts: &[Alert]) -> Vec<Alert> {
    let again: Vec<Alert> = alerts
        .iter()
        .filter(|_| dice.roll(4) == 0)
        .cloned()
        .collect();
    [alerts, &again].concat()
}

/// Takes up to four alerts out of the queue.
fn take_alerts(dice: &mut Dice, queue: &mut Vec<Alert>) -> Vec<Alert> {
    let mut taken = Vec::new();
    for _ in 0..=dice.roll(3) {
        if !queue.is_empty() {
            let place = usize::try_from(dice.roll(queue.len() as u64)).unwrap();
            taken.push(queue.swap_remove(place));
        }
    }
    taken
}

/// In every second case, makes one of the next calls fail.
fn perhaps_fault(dice: &mut Dice, world: &World) {
    if dice.roll(2) == 0 {
        let fault = dice.pick(&[
            Fault::CrashBefore,
            Fault::CrashAfter,
            Fault::NotDone,
            Fault::ReplyLost,
            Fault::NotDone,
            Fault::ReplyLost,
        ]);
        world.plan_fault(usize::try_from(dice.roll(25)).unwrap(), fault);
    }
}

/// The alerts of a batch that the report lists as failed.
fn failed(report: &DeliveryReport, taken: Vec<Alert>) -> impl Iterator<Item = Alert> {
    let failed: Vec<String> = report
        .response
        .batch_item_failures
        .iter()
        .map(|item| item.item_identifier.clone())
        .collect();
    taken
        .into_iter()
        .enumerate()
        .filter(move |(place, _)| failed.contains(&format!("m{place}")))
        .map(|(_, alert)| alert)
}

fn run(seed: u64) {
    let mut dice = Dice(seed);
    let world = World::with_secret(dice.pick(&[WEBHOOK, BOT]));
    let alerts = random_story(&mut dice);
    let mut queue = queued(&mut dice, &alerts);
    let mut function = started(&world);
    let mut rounds = 0;
    while !queue.is_empty() {
        rounds += 1;
        assert!(
            rounds < 500,
            "seed {seed}: {} messages are never done",
            queue.len()
        );
        let taken = take_alerts(&mut dice, &mut queue);
        perhaps_fault(&mut dice, &world);
        let event = alert_batch(&taken.iter().collect::<Vec<_>>(), 1);
        if let Some(report) = hand_over(&function, &world, &event) {
            queue.extend(failed(&report, taken));
        } else {
            function = started(&world);
            queue.extend(taken);
        }
        // By the time the queue delivers failed alerts again, the claims of dead processes have
        // expired.
        world.now.set(world.now.get() + 100);
    }
    check_seed(seed, &world, &alerts);
}

fn check_seed(seed: u64, world: &World, alerts: &[Alert]) {
    let mut last: BTreeMap<&str, &Alert> = BTreeMap::new();
    for alert in alerts {
        last.insert(&alert.id, alert);
    }
    for (id, alert) in &last {
        let ack = world
            .ack(id)
            .unwrap_or_else(|| panic!("seed {seed}: {id} is not acknowledged"));
        assert_eq!(ack["version"], alert.version, "seed {seed}: {id}");
        let how = ack["how"].as_str().unwrap();
        // Under a webhook, a folded alert may only be on record. In every other case, an open
        // finding has to be shown.
        let on_record = || {
            world
                .rows
                .borrow()
                .keys()
                .any(|(_, sk)| sk.starts_with("repeat#") && sk.ends_with(id))
        };
        let told = world.shows(id) || (how == "folded" && on_record());
        assert!(
            told || alert.status == Status::Withdrawn,
            "seed {seed}: {id} was lost: {ack}"
        );
    }
    let channel = world.channel.borrow();
    let mut posts: BTreeMap<String, usize> = BTreeMap::new();
    for posted in channel.iter() {
        *posts.entry(posted.body["blocks"].to_string()).or_default() += 1;
    }
    let repeats: usize = posts.values().map(|count| count - 1).sum();
    assert!(
        repeats <= world.doubts.get(),
        "seed {seed}: {repeats} repeats, {} lost replies",
        world.doubts.get()
    );
}

#[test]
fn nothing_is_lost_and_nothing_repeated_but_where_a_reply_was_lost() {
    (0..300).for_each(run);
}

#[test]
fn without_faults_every_message_is_unlike_every_other() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let world = World::with_secret(WEBHOOK);
        let function = started(&world);
        for alert in random_story(&mut dice) {
            assert!(
                hand_over(&function, &world, &alert_batch(&[&alert, &alert], 1))
                    .unwrap()
                    .response
                    .batch_item_failures
                    .is_empty()
            );
        }
        check_seed(seed, &world, &[]);
    }
}

/// The calls of a first delivery: read ack, message and anchors, write the claim, read the secret,
/// post the message, write the outcome.
const CLAIM: usize = 3;
const POST: usize = 5;
const OUTCOME: usize = 6;

#[test]
fn what_could_not_be_written_down_is_not_posted_again_by_the_same_process() {
    let world = World::with_secret(WEBHOOK);
    let function = started(&world);
    for n in 0..3 {
        world.plan_fault(OUTCOME + n, Fault::NotDone);
    }
    let event = alert_batch(&[&sample::alert()], 1);
    assert_eq!(
        hand_over(&function, &world, &event)
            .unwrap()
            .response
            .batch_item_failures
            .len(),
        1
    );
    assert!(
        hand_over(&function, &world, &event)
            .unwrap()
            .response
            .batch_item_failures
            .is_empty()
    );
    assert_eq!(
        (
            world.channel.borrow().len(),
            world.ack(&sample::alert().id).is_some()
        ),
        (1, true)
    );
}

#[test]
fn a_write_whose_reply_was_lost_is_looked_up_and_holds_nothing_up() {
    for at in [CLAIM, OUTCOME] {
        let world = World::with_secret(WEBHOOK);
        world.plan_fault(at, Fault::ReplyLost);
        let report = hand_over(
            &started(&world),
            &world,
            &alert_batch(&[&sample::alert()], 1),
        )
        .unwrap();
        assert!(
            report.response.batch_item_failures.is_empty() && world.channel.borrow().len() == 1,
            "{report:?}"
        );
    }
}

#[test]
fn a_post_that_was_not_answered_is_left_to_the_queue() {
    let world = World::with_secret(WEBHOOK);
    world.plan_fault(POST, Fault::ReplyLost);
    let report = hand_over(
        &started(&world),
        &world,
        &alert_batch(&[&sample::alert()], 1),
    )
    .unwrap();
    assert_eq!(
        (
            report.response.batch_item_failures.len(),
            world.channel.borrow().len()
        ),
        (1, 1)
    );
}

/// A crash before and after each call of a delivery.
#[test]
fn a_crash_at_any_call_loses_nothing_and_repeats_at_most_once() {
    for secret in [WEBHOOK, BOT] {
        for fault in [
            Fault::CrashBefore,
            Fault::CrashAfter,
            Fault::ReplyLost,
            Fault::NotDone,
        ] {
            for at in 0..12 {
                let world = World::with_secret(secret);
                world.plan_fault(at, fault);
                let event = alert_batch(&[&sample::alert()], 1);
                let mut function = started(&world);
                for _ in 0..4 {
                    match hand_over(&function, &world, &event) {
                        Some(report) if report.response.batch_item_failures.is_empty() => break,
                        Some(_) => {}
                        None => function = started(&world),
                    }
                    world.now.set(world.now.get() + 100);
                }
                assert_eq!(
                    world.ack(&sample::alert().id).unwrap()["version"],
                    1,
                    "{fault:?} at {at}"
                );
                let posts = world.channel.borrow().len();
                assert!(
                    (1..=1 + world.doubts.get()).contains(&posts),
                    "{fault:?} at {at}: {posts} posts"
                );
            }
        }
    }
}
