//! Updating a stack, and going back: facts that the previous version of rolewatch stored count like
//! new ones, and the previous version finds everything that this one stores.
//!
//! The previous version stored what it knew about users, groups and devices under their account,
//! and read all of it. This one stores the same rows there under other sort keys, so its ledger
//! becomes the previous version's if everything else is taken away.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_live::port::TableKind;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::Value;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::organisation::{step, tell};
use crate::same_findings::{drain, envelope, forwarded, offline, one_by_one, prepare, standing};
use crate::spoiled::spoil;

/// What the previous version would have stored.
fn as_stored_before(twin: &Twin<Calm>) {
    let mut rows = twin.rows.borrow_mut();
    rows.retain(|(place, pk), _| {
        let is_new = pk.starts_with("about#") || pk.starts_with("mentions#");
        *place != TableKind::Ledger || !is_new
    });
    for ((place, pk), partition) in rows.iter_mut() {
        let of = pk.split('#').next().unwrap();
        if *place != TableKind::Ledger || !["iam", "names", "groups"].contains(&of) {
            continue;
        }
        for (sk, mut row) in std::mem::take(partition) {
            sk.trim_start_matches('~').clone_into(&mut row.sk);
            // Of names, only the least and the greatest row are kept.
            let other = partition.get(&row.sk);
            let stays = other.is_some_and(|other| {
                (sk.ends_with("#first") && other.rank <= row.rank)
                    || (sk.ends_with("#last") && other.rank >= row.rank)
            });
            if !stays {
                partition.insert(row.sk.clone(), row);
            }
        }
    }
}

fn handle(guard: &mut Guard, twin: &Twin<Calm>, record: &Value) {
    let event = to_raw_value(&envelope(record)).unwrap();
    run(guard.handle(twin, &event, None)).unwrap();
    drain(guard, twin);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(16), ..ProptestConfig::default() })]

    #[test]
    fn an_update_loses_nothing_and_neither_does_going_back(
        steps in prop::collection::vec(step(), 1..20),
        roster in any::<bool>(),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 60),
        updated in any::<prop::sample::Index>(),
        spoilt in any::<u64>(),
    ) {
        let story = spoil(tell(&steps, roster), spoilt);
        let mut records: Vec<Value> = forwarded(&story).cloned().collect();
        if records.is_empty() {
            return Ok(());
        }
        for (at, other) in shuffle.iter().enumerate() {
            let (a, b) = (at % records.len(), other.index(records.len()));
            records.swap(a, b);
        }
        let now = story.now().plus_seconds(3 * 86_400);
        let twin = Twin::new(Calm, now);
        prepare(&twin, &story);
        let mut guard = Guard::default();
        for (at, record) in records.iter().enumerate() {
            if at == updated.index(records.len()) {
                as_stored_before(&twin);
                // The new version is a new process.
                guard = Guard::default();
            }
            handle(&mut guard, &twin, record);
        }
        let wanted = offline(&story, now);
        prop_assert_eq!(&wanted, &standing(&twin));
        as_stored_before(&twin);
        for batch in one_by_one(&twin, &records) {
            run(guard.handle(&twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
            prop_assert_eq!(&wanted, &standing(&twin));
        }
    }
}
