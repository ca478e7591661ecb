//! What the sessions of a finding were used for, told with it.

use futures_util::future::try_join_all;

use crate::ledger::uses;
use crate::outbox::State;
use crate::port::{Table, Trouble};
use crate::wire::{Status, Uses};

/// The rules that are about use, so that it is told while the session goes on as well.
const ABOUT_USE: [&str; 3] = ["RW004", "RW005", "RW014"];

/// Fills in what is known of the use now. A version is made for another reason: uses alone would
/// make one with every event of a session.
pub(super) async fn tell<T: Table>(table: &T, state: &mut State) -> Result<(), Trouble> {
    let alert = &mut state.alert;
    if alert.status != Status::Ended
        && !(alert.status == Status::Open && ABOUT_USE.contains(&alert.rule.as_str()))
    {
        return Ok(());
    }
    let counted = try_join_all(state.switches.iter().map(|at| uses(table, at))).await?;
    alert.uses = counted
        .into_iter()
        .flatten()
        .reduce(|mut sum, one| {
            (sum.first, sum.last) = (sum.first.min(one.first), sum.last.max(one.last));
            for (sums, ones) in [(&mut sum.reads, one.reads), (&mut sum.writes, one.writes)] {
                sums.iter_mut().zip(ones).for_each(|(sum, one)| *sum += one);
            }
            sum
        })
        .map(|sum| {
            let ([console_reads, api_reads], [console_writes, api_writes]) =
                (sum.reads, sum.writes);
            Uses {
                first: sum.first.to_string(),
                last: sum.last.to_string(),
                reads: console_reads + api_reads,
                writes: console_writes + api_writes,
                console: console_reads + console_writes,
                api: api_reads + api_writes,
            }
        });
    Ok(())
}
