//! Order doesn't matter: the same events in any order, with any duplicates, and split over any
//! files, give the same findings.

use proptest::prelude::*;
use rolewatch_guard::testing::Story;
use rolewatch_guard::world::World;
use rolewatch_guard::{Judgement, Scope, judge};

use crate::organisation::{step, tell};

/// Everything in the result that a reader can see.
fn seen(judgement: &Judgement) -> String {
    let findings: Vec<_> = judgement
        .findings
        .iter()
        .map(|finding| serde_json::to_string(finding).unwrap())
        .collect();
    format!(
        "{}\n{:?}\n{:?}\n{:?}",
        findings.join("\n"),
        judgement.switches,
        judgement.tallies,
        judgement.notices
    )
}

pub(crate) fn judged(story: &Story, world: &World) -> String {
    seen(&judge(
        world,
        &story.policy(),
        &story.rosters(),
        Scope::default(),
        &mut |_| (),
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_split_gives_the_same_findings(
        steps in prop::collection::vec(step(), 1..25),
        roster in any::<bool>(),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 80),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        parts in 1_usize..6,
        backwards in any::<bool>(),
    ) {
        let story = tell(&steps, roster);
        let records = story.records();
        let straight = judged(&story, &story.world_of(records));
        if records.is_empty() {
            return Ok(());
        }
        let mut order: Vec<usize> = (0..records.len()).collect();
        order.extend(repeats.iter().map(|at| at.index(records.len())));
        for (at, other) in shuffle.iter().enumerate() {
            let (a, b) = (at % order.len(), other.index(order.len()));
            order.swap(a, b);
        }
        let mut worlds: Vec<World> = (0..parts)
            .map(|part| story.world_of(order.iter().enumerate().filter(|(at, _)| at % parts == part).map(|(_, record)| &records[*record])))
            .collect();
        if backwards {
            worlds.reverse();
        }
        // Joined as a chain, as a tree, and with itself.
        let joined = worlds.iter().cloned().fold(World::default(), World::join);
        let tree = worlds.iter().cloned().rev().reduce(|a, b| b.join(a)).unwrap();
        prop_assert_eq!(&straight, &judged(&story, &joined));
        prop_assert_eq!(&straight, &judged(&story, &tree));
        prop_assert_eq!(&straight, &judged(&story, &joined.clone().join(tree)));
    }

    #[test]
    fn finding_ids_are_unique(steps in prop::collection::vec(step(), 1..25), roster in any::<bool>()) {
        let findings = tell(&steps, roster).findings();
        for (at, finding) in findings.iter().enumerate() {
            let twin = findings.iter().skip(at + 1).find(|other| other.id == finding.id);
            prop_assert!(twin.is_none(), "{:#?}\nand {:#?}", finding, twin);
        }
    }

    /// Every switch into an elevated role is counted, whichever of its records arrived.
    #[test]
    fn every_rule_answers_every_switch(steps in prop::collection::vec(step(), 1..25)) {
        let judgement = tell(&steps, true).judgement();
        let switches = u64::try_from(judgement.switches.len()).unwrap();
        let of_a_switch = |code: &str| !["RW004", "RW005", "RW008", "RW009", "RW014", "RW201"].contains(&code);
        for rule in rolewatch_guard::catalogue::of_records().filter(|rule| of_a_switch(rule.code)) {
            let tally = judgement.tallies.get(rule.code).copied().unwrap_or_default();
            prop_assert_eq!(tally.allow + tally.violation + tally.unproven + tally.not_applicable, switches, "{}", rule.code);
        }
    }
}
