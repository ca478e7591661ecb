//! Different records that two invocations handle at the same time: the outbox ends up with what an
//! audit of all of them finds.
//!
//! A group change, the start of a chain or the other half of a switch may be stored by one
//! invocation while the other one is judging, comparing or writing.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::testing::{PEOPLE, Story};
use rolewatch_live::testing::{Twin, run};
use serde_json::Value;
use switch_guard::Guard;

use crate::once::{Alternating, batch, rest};
use crate::organisation::{step, tell};
use crate::same_findings::{are_the_same, envelope, forwarded, offline, prepare, standing};
use crate::spoiled::spoil;
use crate::storm::Dice;

/// The outside world of a story, so many seconds after it, in which every call lets others go first.
fn world(story: &Story, later: i64) -> Twin<Alternating> {
    let now = story.now().plus_seconds(later);
    let twin = Twin::new(Alternating(Dice::new(0), 1_000), now);
    prepare(&twin, story);
    twin
}

/// Handles one record with each of two invocations. The second one takes its first steps, the first
/// one its own, and so on: `stops` says how many. Returns whether the first one had ended before the
/// second one.
fn meet(
    twin: &Twin<Alternating>,
    guards: &mut [Guard; 2],
    records: [&Value; 2],
    stops: [usize; 2],
    between: impl FnOnce(),
) -> bool {
    let [first, second] = records.map(|record| batch(&[envelope(record).to_string()]));
    let [guard, other] = guards;
    let mut first = pin!(guard.handle(twin, &first, None));
    let mut second = pin!(other.handle(twin, &second, None));
    let mut step = || poll(first.as_mut());
    let mut other_step = || poll(second.as_mut());
    let other_ended = (0..stops[1]).any(|_| other_step());
    let ended = (0..stops[0]).any(|_| step());
    while !other_ended && !other_step() {}
    between();
    while !ended && !step() {}
    ended
}

/// Whether a future has ended after one more step.
fn poll<F: Future>(future: Pin<&mut F>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    future.poll(&mut context).is_ready()
}

/// Lets two invocations meet over the records of a story after all others were handled, and
/// compares the outbox with the audit.
fn handle_around(story: &Story, records: [&Value; 2], stops: [usize; 2]) -> bool {
    let twin = world(story, 3 * 86_400);
    let now = twin.clock.get();
    let mut guards = [Guard::default(), Guard::default()];
    let others = forwarded(story).filter(|record| !records.contains(record));
    let others: Vec<String> = others
        .map(|record: &Value| envelope(record).to_string())
        .collect();
    if !others.is_empty() {
        run(guards[0].handle(&twin, &batch(&others), None)).unwrap();
    }
    let ended = meet(&twin, &mut guards, records, stops, || ());
    // Without what is judged again after a quarter of an hour anyway.
    rest(&mut guards[1], &twin, now.plus_seconds(120));
    let whose = format!("stopped after {stops:?} steps");
    are_the_same(&offline(story, now), &standing(&twin), &whose);
    ended
}

/// Handles each pair of records of a story at the same time, in every way in which the second one
/// can be handled while the first one is.
fn in_every_way(story: &Story) {
    for first in story.records() {
        for second in story.records().iter().filter(|second| *second != first) {
            let mut steps = 0;
            while !handle_around(story, [first, second], [steps, 0]) {
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

/// Only one of two invocations gets IAM's answer. The other one sees it nevertheless.
#[test]
fn what_iam_answered_one_of_two_invocations() {
    let mut story = Story::new().without_roster();
    drop(story.switch("tom").with_mfa().used_after(30));
    let [caller, owner, used] = story.records() else {
        panic!("{:#?}", story.records());
    };
    let who = (PEOPLE.parse().unwrap(), "tom".to_owned());
    let groups = vec![("Developers".to_owned(), "AGPAEXAMPLEDEVELOPER1".to_owned())];
    for head_start in 0..30 {
        for steps in 0.. {
            let twin = world(&story, 60);
            let mut guards = [Guard::default(), Guard::default()];
            let caller = batch(&[envelope(caller).to_string()]);
            run(guards[0].handle(&twin, &caller, None)).unwrap();
            twin.groups.borrow_mut().insert(who.clone(), groups.clone());
            let forget = || drop(twin.groups.borrow_mut().remove(&who));
            let stops = [steps, head_start];
            let ended = meet(&twin, &mut guards, [owner, used], stops, forget);
            // Before the review, which would judge it once more.
            let found = standing(&twin);
            assert!(found.is_empty(), "after {stops:?} steps: {found:#?}");
            if ended {
                break;
            }
        }
    }
}

/// A session takes its own person out of the group. Its row in the session's partition may be there
/// before the one about the person.
#[test]
fn a_session_that_ends_its_own_persons_membership() {
    let mut story = Story::new();
    let uses = [60, 1_000, 1_200];
    let switch = story.switch("dora").with_mfa();
    drop(
        uses.iter()
            .fold(switch, |switch, after| switch.used_after(*after)),
    );
    let session = story.records().last().unwrap()["userIdentity"].clone();
    story.later(600);
    story.iam(0, "admin").removes("dora", "Developers");
    let story = story.retold(|record| {
        if record["eventName"] == "RemoveUserFromGroup" {
            record["userIdentity"] = session.clone();
        }
    });
    let found = offline(&story, story.now().plus_seconds(3 * 86_400));
    assert!(found.values().any(|said| said.0 == "RW016"), "{found:#?}");
    let [.., last, removal] = story.records() else {
        panic!("{:#?}", story.records());
    };
    for head_start in (0..40).step_by(4) {
        let mut steps = 0;
        while !handle_around(&story, [last, removal], [steps, head_start]) {
            steps += 1;
        }
    }
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
                handle_around(&story, [first, second], [*stop, 0]);
            }
        }
    }
}
