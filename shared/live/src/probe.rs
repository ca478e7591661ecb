//! Probes: whether events from each account and Region would reach the guard.
//!
//! EventBridge doesn't report a disabled rule or a stopped trail: no events arrive, as on a quiet
//! day. So once an hour, the reader role of each account is assumed through the STS endpoint of
//! each Region. CloudTrail records the call there, and the role owner's copy has to reach the guard
//! on the same path as every other event. A place (an account in a Region) is silent if the copy
//! hasn't arrived half an hour later, or if its reader role can't be assumed.
//!
//! INVARIANT (only the path answers): an answer is noted only when an event arrives through
//! EventBridge. A record found in the trail's log files or in the event history proves nothing
//! about that path.
//!
//! INVARIANT (stopped halfway): each probe carries over the time since when its place hasn't
//! answered. A run that is stopped and repeated doesn't reset that time.

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

/// How many calls run at the same time.
const AT_ONCE: usize = 16;

/// The result of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probed {
    /// Places to probe: each account of the policy in every watched Region.
    pub expected: u64,
    /// Of them: the reader role was assumed.
    pub sent: u64,
    /// Of them: the reader role couldn't be assumed.
    pub failed: u64,
    /// Of them: not probed because too little time was left. The next run begins with them.
    pub left: u64,
    /// Of them: silent.
    pub silent: u64,
}

/// Reports which places are silent, then probes all of them again.
///
/// `now` is the time at which the run was due. A probe is dated by the clock of `outside`, as its
/// CloudTrail record is. No probe begins shortly before `deadline`.
///
/// # Errors
/// Returns the table's or the topic's error. The run can then be repeated.
pub async fn run<O: Table + Topic + Prober + Clock>(
    outside: &O,
    policy: &Policy,
    regions: &[String],
    deadline: Option<Moment>,
    now: Moment,
) -> Result<Probed, Trouble> {
    let known = rows::known_places(outside, now).await?;
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
            Some(probe_place(outside, known, &spot).await?)
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
        notice::report_unprobed(outside, &sums, now).await?;
    }
    if !silent.is_empty() {
        notice::silent(outside, policy, &silent, now).await?;
    }
    Ok(sums)
}

/// Probes one place and notes that it was probed.
async fn probe_place<O: Table + Prober + Clock>(
    outside: &O,
    known: &ProbeKnowledge,
    spot: &Spot,
) -> Result<SentProbes, Trouble> {
    let (account, region) = spot;
    // Taken before the call, so the record can't be older than this.
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
        since: known.unanswered_since(spot).unwrap_or(sent),
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
