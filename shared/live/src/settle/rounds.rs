//! Judging until nothing changes any more, and telling what is due then.
//!
//! INVARIANT (settled): a round that finds nothing to change ends it. A round that wrote gathers
//! and judges once more, so a fact that came in between is not lost: whoever stores a fact gathers
//! after that, and whoever wrote from older facts looks again. Only then is anything sent.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::time::aws::LONGEST_DELAY;

use super::judged::judge_touched;
use super::settled::SettleCounts;
use super::{diff, lookup};
use crate::inbox::{self, Rejudge};
use crate::ledger::{Facts, IdentityChanges, TouchedEvidence};
use crate::outbox::publish;
use crate::port::{Directory, Queue, Table, Topic, Trouble};
use crate::rulebook::Rulebook;

/// So many rounds without coming to rest mean that something is wrong.
const MOST_ROUNDS: usize = 30;

/// Judges sessions and records until nothing changes any more. Gives back what they were judged by.
pub(super) async fn rounds<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &TouchedEvidence,
    settled: &mut SettleCounts,
    now: Moment,
) -> Result<Facts, Trouble> {
    let mut asked: BTreeSet<(AccountId, String)> = BTreeSet::new();
    let mut touched = TouchedEvidence {
        // What rests on what was told is found once, by `spread`, not in every round.
        told: IdentityChanges::default(),
        ..touched.clone()
    };
    for _ in 0..MOST_ROUNDS {
        let judged = judge_touched(outside, book, &touched, now).await?;
        let lookups = lookup::ask(outside, book, &judged, &mut asked, now).await?;
        settled.unanswered += lookups.unanswered;
        // An answer is a fact like any other. Nothing is written before it is judged by.
        if lookups.answered {
            continue;
        }
        let mut changes = diff::compare(outside, &judged, &touched, now).await?;
        if !changes.more.is_empty() {
            touched.sessions.append(&mut changes.more);
            continue;
        }
        if changes.write(outside, now, settled).await? {
            continue;
        }
        // Nothing changed in this round, so what the outbox holds is what all facts give.
        settled.published += publish::send_due(outside, &mut changes.states, now).await?;
        if lookups.unanswered > 0
            || changes
                .states
                .values()
                .any(|stored| stored.state.waits(now))
        {
            judge_later(outside, &touched).await?;
        }
        return Ok(judged.facts);
    }
    Err(Trouble::unreachable(
        "settling",
        &format!("the outbox was still changing after {MOST_ROUNDS} rounds"),
    ))
}

/// Queues a judgement for when evidence has had its time.
async fn judge_later<O: Queue>(outside: &O, touched: &TouchedEvidence) -> Result<(), Trouble> {
    inbox::send_rejudge(outside, &Rejudge::of(touched), LONGEST_DELAY).await
}
