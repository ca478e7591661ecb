//! Different records that two invocations handle at the same time: the outbox ends up with what an
//! audit of all of them finds.
//!
//! A group change, the start of a chain or the other half of a switch may be stored by one
//! invocation while the other one is judging, comparing or writing.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_live::testing::{Twin, run};
use serde_json::Value;
use switch_guard::Guard;

use crate::once::{Alternating, batch, both, rest};
use crate::organisation::{step, tell};
use crate::same_findings::{are_the_same, envelope, forwarded, offline, prepare, standing};
use crate::spoiled::spoil;
use crate::storm::Dice;

/// Shuffles with dice.
fn shuffle<I>(items: &mut [I], dice: &Dice) {
    for at in (1..items.len()).rev() {
        items.swap(at, dice.below(at + 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, rng_seed: RngSeed::Fixed(2_027), ..ProptestConfig::default() })]

    #[test]
    fn what_two_invocations_store_at_once_is_judged_as_if_one_came_after_the_other(
        steps in prop::collection::vec(step(), 1..12),
        roster in any::<bool>(),
        spoilt in any::<u64>(),
        seed in any::<u64>(),
        together in 2_usize..9,
    ) {
        let story = spoil(tell(&steps, roster), spoilt);
        let dice = Dice::new(seed);
        let mut events: Vec<String> = forwarded(&story).map(|record: &Value| envelope(record).to_string()).collect();
        shuffle(&mut events, &dice);
        let first = events.split_off(events.len().saturating_sub(together));
        let now = story.now().plus_seconds(3 * 86_400);
        let twin = Twin::new(Alternating(dice), now);
        prepare(&twin, &story);
        let mut guards = (Guard::default(), Guard::default());
        if !events.is_empty() {
            run(guards.0.handle(&twin, &batch(&events), None)).unwrap();
        }
        let (left, right) = first.split_at(first.len() / 2);
        let (left, right) = (batch(left), batch(right));
        let ended = both(
            &twin.weather.0,
            guards.0.handle(&twin, &left, None),
            guards.1.handle(&twin, &right, None),
        );
        for outcome in ended {
            let (response, _) = outcome.unwrap();
            prop_assert!(response.batch_item_failures.is_empty());
        }
        rest(&mut guards.0, &twin, now.plus_seconds(3_600));
        are_the_same(&offline(&story, now), &standing(&twin), "two at once");
    }
}
