//! Adds to a finding what its sessions were used for.

use futures_util::future::try_join_all;

use rolewatch_guard::catalogue;

use crate::ledger::read_uses;
use crate::outbox::FindingState;
use crate::port::{Table, Trouble};
use crate::wire::{CallCount, Status, Uses};

/// Fills in the uses known now. This runs only when a version is made for another reason. Otherwise
/// every event of a session would make a new version.
pub(super) async fn add_uses<T: Table>(table: &T, state: &mut FindingState) -> Result<(), Trouble> {
    let alert = &mut state.alert;
    let about_use = || catalogue::find(&alert.rule).is_some_and(|rule| rule.about_use);
    if alert.status != Status::Ended && !(alert.status == Status::Open && about_use()) {
        return Ok(());
    }
    let counted = try_join_all(state.switches.iter().map(|at| read_uses(table, at))).await?;
    alert.uses = counted
        .into_iter()
        .flatten()
        .reduce(|mut sum, one| {
            (sum.first, sum.last) = (sum.first.min(one.first), sum.last.max(one.last));
            sum.errors += one.errors;
            for (called, count) in one.by_name {
                *sum.by_name.entry(called).or_default() += count;
            }
            for (sums, ones) in [(&mut sum.reads, one.reads), (&mut sum.writes, one.writes)] {
                sums.iter_mut().zip(ones).for_each(|(sum, one)| *sum += one);
            }
            sum
        })
        .map(|sum| {
            let ([console_reads, api_reads], [console_writes, api_writes]) =
                (sum.reads, sum.writes);
            Uses {
                first: sum.first,
                last: sum.last,
                reads: console_reads + api_reads,
                writes: console_writes + api_writes,
                console: console_reads + console_writes,
                api: api_reads + api_writes,
                errors: sum.errors,
                calls: CallCount::most_frequent(sum.by_name),
            }
        });
    Ok(())
}
