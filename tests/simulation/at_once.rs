//! Different records that two invocations handle at the same time: the outbox ends up with what an
//! audit of all of them finds.
//!
//! A group change, the start of a chain or the other half of a switch may be stored by one
//! invocation while the other one is judging, comparing or writing.

use std::pin::pin;
use std::task::{Context, Waker};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Twin, run};
use serde_json::Value;
use switch_guard::Guard;

use crate::once::{Alternating, batch, rest};
use crate::organisation::{step, tell};
use crate::same_findings::{are_the_same, envelope, forwarded, offline, prepare, standing};
use crate::spoiled::spoil;
use crate::storm::Dice;

/// Handles one record with each of two invocations. The first one stops after so many steps, and
/// goes on when the second one has ended. Returns whether the first one had ended before.
fn handle_around(story: &Story, [first, second]: [&Value; 2], steps: usize) -> bool {
    let now = story.now().plus_seconds(3 * 86_400);
    let twin = Twin::new(Alternating(Dice::new(0), 1_000), now);
    prepare(&twin, story);
    let mut guards = (Guard::default(), Guard::default());
    let others = forwarded(story).filter(|record| *record != first && *record != second);
    let others: Vec<String> = others
        .map(|record: &Value| envelope(record).to_string())
        .collect();
    if !others.is_empty() {
        run(guards.0.handle(&twin, &batch(&others), None)).unwrap();
    }
    let first = batch(&[envelope(first).to_string()]);
    let second = batch(&[envelope(second).to_string()]);
    let mut handling = pin!(guards.0.handle(&twin, &first, None));
    let mut context = Context::from_waker(Waker::noop());
    let mut step = || handling.as_mut().poll(&mut context).is_ready();
    let ended = (0..steps).any(|_| step());
    run(guards.1.handle(&twin, &second, None)).unwrap();
    while !ended && !step() {}
    // Without what is judged again after a quarter of an hour anyway.
    rest(&mut guards.1, &twin, now.plus_seconds(120));
    let whose = format!("the first one stopped after {steps} steps");
    are_the_same(&offline(story, now), &standing(&twin), &whose);
    ended
}

/// Handles each pair of records of a story at the same time, in every way in which the second one
/// can be handled while the first one is.
fn in_every_way(story: &Story) {
    for first in story.records() {
        for second in story.records().iter().filter(|second| *second != first) {
            let mut steps = 0;
            while !handle_around(story, [first, second], steps) {
                steps += 1;
            }
            assert!(steps > 8, "{steps} steps are too few to show anything");
        }
    }
}

#[test]
fn the_two_records_of_a_switch() {
    let mut story = Story::new();
    drop(story.switch("dora").with_mfa());
    in_every_way(&story);
}

#[test]
fn a_switch_and_a_change_of_its_persons_groups() {
    let mut story = Story::new().without_roster();
    story
        .iam(0, "admin")
        .creates_group("Developers", "Developers");
    story.later(600);
    story.iam(0, "admin").adds("tom", "Developers");
    story.later(3_600);
    drop(story.switch("tom").with_mfa().only_caller_half());
    in_every_way(&story);
}

#[test]
fn a_switch_and_how_its_caller_got_there() {
    let mut story = Story::new();
    drop(story.switch_to("dora", "ReadOnly").with_mfa());
    story.later(60);
    drop(story.switch_to("dora", "UpdateApp").from_own_session());
    in_every_way(&story);
}

/// Two copies of the call that issued the session from which the role was entered contradict each
/// other.
#[test]
fn a_switch_and_contradicting_copies_of_how_its_caller_got_there() {
    let mut story = Story::new();
    drop(
        story
            .switch_to("dora", "ReadOnly")
            .with_mfa()
            .only_caller_half(),
    );
    let mut copy = story.records()[0].clone();
    story.later(60);
    drop(story.switch_to("dora", "UpdateApp").from_own_session());
    copy["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] = "false".into();
    story.add_record(copy);
    in_every_way(&story);
}

/// IAM knows what neither a roster nor the logs show.
#[test]
fn the_two_records_of_a_switch_by_somebody_whom_iam_knows() {
    let mut story = Story::new();
    drop(story.switch("nell").with_mfa());
    in_every_way(&story);
}

#[test]
fn a_permission_set_and_what_identity_center_says_about_it() {
    let mut story = Story::of_center().without_store_roster();
    story.joins(-600, "nora", "nell", "Platform");
    story.signs_in("nell", "PASSWORD,TOTP");
    story.later(60);
    drop(story.takes("nell", "Admin").used_after(60));
    in_every_way(&story);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: RngSeed::Fixed(2_027), ..ProptestConfig::default() })]

    #[test]
    fn what_two_invocations_store_at_once_is_judged_as_if_one_came_after_the_other(
        steps in prop::collection::vec(step(), 1..12),
        roster in any::<bool>(),
        spoilt in any::<u64>(),
        pairs in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 2),
        stops in prop::collection::vec(0_usize..60, 3),
    ) {
        let story = spoil(tell(&steps, roster), spoilt);
        let records: Vec<&Value> = forwarded(&story).collect();
        if records.len() < 2 {
            return Ok(());
        }
        for (first, second) in pairs {
            let (first, second) = (records[first.index(records.len())], records[second.index(records.len())]);
            for stop in &stops {
                handle_around(&story, [first, second], *stop);
            }
        }
    }
}
