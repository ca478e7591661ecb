//! Probes: whether what happens in each account and Region would come to the guard.
//!
//! EventBridge tells nobody that a rule is off or a trail is stopped: nothing comes, as on a quiet
//! day. So once an hour the reader role of each account is entered through each Region's endpoint
//! of STS. CloudTrail records that there, and the role owner's copy has to come back the way that
//! every event comes. A place whose copy isn't there half an hour later is silent, and so is one
//! whose reader role lets nobody in.
//!
//! INVARIANT (only the path answers): an answer is noted where an event arrives by EventBridge. A
//! record that was found in the trail's log files or in the event history shows nothing of the
//! path.
//!
//! INVARIANT (stopped half-way): since when a place hasn't answered is handed on from probe to
//! probe. A run that is stopped and repeated doesn't begin anew.

mod notice;
mod place;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;

use crate::port::{Clock, Prober, Table, Topic, Trouble};
use crate::time::PROBE_TAKES;
use place::{ProbeKnowledge, SentProbes, Spot};

pub use place::Silence;
pub use rows::{SilentPlaces, answered, standing};

/// So many calls are under way at a time.
const AT_ONCE: usize = 16;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probed {
    /// Places: accounts of the policy, each in every Region that is watched.
    pub expected: u64,
    /// Of them: the reader role was entered.
    pub sent: u64,
    /// Of them: it could not be entered.
    pub failed: u64,
    /// Of them: not begun, as too little time was left. The next run begins with them.
    pub left: u64,
    /// Of them: silent.
    pub silent: u64,
}

/// Says which places are silent, then probes all of them again. `now` is when the run was due; a
/// probe is dated by the clock of `outside`, as its record is. No probe is begun shortly before
/// `deadline`.
///
/// # Errors
/// The table's and the topic's own; then the run can be repeated.
pub async fn run<O: Table + Topic + Prober + Clock>(
    outside: &O,
    policy: &Policy,
    regions: &[String],
    deadline: Option<Moment>,
    now: Moment,
) -> Result<Probed, Trouble> {
    let known = rows::known(outside, now).await?;
    let spots: BTreeSet<Spot> = policy
        .accounts
        .keys()
        .flat_map(|account| regions.iter().map(|region| (*account, region.clone())))
        .collect();
    let silent = spots
        .iter()
        .filter_map(|spot| Some((spot.clone(), known.silence(spot, now)?)));
    let mut silent: BTreeMap<Spot, Silence> = silent.collect();
    let mut sums = Probed {
        expected: count(spots.len()),
        ..Probed::default()
    };
    let is_late = || deadline.is_some_and(|end| end.seconds_since(outside.now()) < PROBE_TAKES);
    let known = &known;
    let asked = stream::iter(known.by_turns(spots)).map(|spot| async move {
        let asked = if is_late() {
            None
        } else {
            Some(ask(outside, known, &spot).await?)
        };
        Ok::<_, Trouble>((spot, asked))
    });
    let mut asked = asked.buffer_unordered(AT_ONCE);
    while let Some((spot, asked)) = asked.try_next().await? {
        match asked {
            None => sums.left += 1,
            Some(asked) if asked.why.is_none() => sums.sent += 1,
            Some(asked) => {
                sums.failed += 1;
                if asked.is_refused {
                    silent.insert(
                        spot,
                        Silence {
                            since: asked.since,
                            why: asked.why,
                        },
                    );
                }
            }
        }
    }
    sums.silent = count(silent.len());
    rows::keep_result(outside, &silent, now).await?;
    if sums.left > 0 {
        tracing::warn!(
            left = sums.left,
            "time ran out before all accounts and Regions were probed"
        );
        notice::left(outside, &sums, now).await?;
    }
    if !silent.is_empty() {
        notice::silent(outside, policy, &silent, now).await?;
    }
    Ok(sums)
}

/// Probes one place and notes that.
async fn ask<O: Table + Prober + Clock>(
    outside: &O,
    known: &ProbeKnowledge,
    spot: &Spot,
) -> Result<SentProbes, Trouble> {
    let (account, region) = spot;
    // Before the call: its record is no older than this.
    let sent = outside.now();
    let (is_refused, why) = match outside.probe(*account, region).await {
        Ok(()) => (false, None),
        Err(trouble) => {
            tracing::error!(%account, region, %trouble, "rolewatch can't assume its reader role");
            (
                matches!(trouble, Trouble::Refused { .. }),
                Some(trouble.to_string()),
            )
        }
    };
    let asked = SentProbes {
        since: known.since(spot).unwrap_or(sent),
        last: sent,
        why,
        is_refused,
    };
    rows::keep_asked(outside, spot, &asked).await?;
    Ok(asked)
}

fn count(places: usize) -> u64 {
    u64::try_from(places).unwrap_or(u64::MAX)
}
