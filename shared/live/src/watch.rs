//! Sessions watched to their end: what was done with them is asked for in CloudTrail's event
//! history, should EventBridge have dropped it.
//!
//! A session is looked at when its halves should have come, while it is used over its limit, when
//! its credentials expire, and once everything that was done with it can be found; then it is
//! closed, and not asked for again. Whatever the ledger does not know goes to the guard's queue, as
//! if it had come late.
//!
//! Every step can be repeated, and by several runs at a time: a record that is sent twice is a
//! duplicate, and of two runs that note how far they came one is heard.

mod ask;
mod dossier;
mod plan;
mod state;

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use crate::inbox::{self, Rejudge};
use crate::ledger::{self, SessionAt};
use crate::port::{Bucket, Clock, Queue, Table, Topic, Trail, Trouble};
use crate::rulebook::Rulebook;

use crate::time::{GONE, GONE_AGAIN, JUDGED_SOON, WATCHED};
use ask::Asker;
use plan::Plan;
use rolewatch_guard::time::aws::DELIVERY;
use state::{StoredWatch, WatchState};

/// So many sessions are gathered at a time.
const AT_ONCE: usize = 20;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that are not closed.
    pub open: u64,
    /// Sessions that this run closed.
    pub closed: u64,
    /// Of them: not everything was answered.
    pub unanswered: u64,
    /// Calls of `LookupEvents`.
    pub lookups: u64,
    /// Of them: throttled.
    pub throttled: u64,
    /// Of them: refused.
    pub refused: u64,
    /// Records that were sent to the guard.
    pub recovered: u64,
    /// Sessions that the guard was asked to judge again.
    pub rejudged: u64,
    /// Time ran out; the next run goes on.
    pub stopped: bool,
}

/// Looks at every session that is due. `regions` are those in which events are looked for.
///
/// # Errors
/// Of the tables, the queue or the topic; then the next run does it. An event history that does not
/// answer is no error.
pub async fn sweep<O: Table + Queue + Topic + Bucket + Trail + Clock>(
    outside: &O,
    book: &Rulebook,
    regions: &[String],
    deadline: Option<Moment>,
    now: Moment,
) -> Result<Swept, Trouble> {
    let mut swept = Swept::default();
    let since = now.plus_seconds(-WATCHED);
    let mut states = state::load(outside, since, now).await?;
    // Closed ones are among them; which ones is in their rows.
    let mut due: Vec<(SessionAt, StoredWatch)> = Vec::new();
    for at in ledger::switches_since(outside, since, now).await? {
        let begun = at.time;
        let stored = state::take(&mut states, &at).unwrap_or_else(|| StoredWatch {
            state: WatchState::new(begun.plus_seconds(DELIVERY)),
            version: 0,
        });
        swept.open += u64::from(!stored.state.closed);
        if !stored.state.closed && stored.state.next <= now {
            due.push((at, stored));
        }
    }
    // Whoever waits longest comes first, so that no run stops at the same ones again.
    due.sort_by(|(a, one), (b, other)| (one.state.next, a).cmp(&(other.state.next, b)));
    let mut run = Run {
        outside,
        book,
        regions,
        asker: Asker::new(outside, &book.policy, deadline, now),
        now,
    };
    for chunk in due.chunks_mut(AT_ONCE) {
        if run.asker.is_late() {
            swept.stopped = true;
            break;
        }
        run.look(chunk, &mut swept).await?;
    }
    swept.open -= swept.closed.min(swept.open);
    Ok(swept)
}

struct Run<'a, O> {
    outside: &'a O,
    book: &'a Rulebook,
    regions: &'a [String],
    asker: Asker<'a, O>,
    now: Moment,
}

impl<O: Table + Queue + Topic + Bucket + Trail + Clock> Run<'_, O> {
    async fn look(
        &mut self,
        sessions: &mut [(SessionAt, StoredWatch)],
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let asked: BTreeSet<&SessionAt> = sessions.iter().map(|(at, _)| at).collect();
        let dossiers = dossier::of(self.outside, self.book, &asked, self.now).await?;
        let policy = &self.book.policy;
        let trusts = |account: AccountId| policy.trusts(account);
        for (at, stored) in sessions {
            let own = dossiers
                .iter()
                .filter(|dossier| dossier.at == *at)
                .collect();
            match Plan::of(own, self.regions, &trusts, self.now) {
                Some(plan) => self.watch(at, stored, &plan, swept).await?,
                // The policy does not call it elevated any more, or what came later shows that it
                // began in another second.
                None => self.gone(at, &mut stored.state, swept),
            }
            if !state::save(self.outside, at, stored, self.now).await? {
                tracing::info!(
                    session = at.session,
                    "another invocation is watching this session"
                );
            }
        }
        Ok(())
    }

    async fn watch(
        &mut self,
        at: &SessionAt,
        stored: &mut StoredWatch,
        plan: &Plan<'_>,
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let state = &mut stored.state;
        let step = plan.open(state);
        // What is given up is not asked for once more.
        if !step.close {
            let asked = self.asker.ask(&mut state.open, swept).await?;
            plan.go_on(state, asked);
        }
        if step.rejudge {
            inbox::send_rejudge(
                self.outside,
                &Rejudge {
                    sessions: vec![at.clone()],
                    records: Vec::new(),
                },
                JUDGED_SOON,
            )
            .await?;
            swept.rejudged += 1;
        }
        if step.unanswered {
            let left = state.open.len();
            tracing::warn!(session = at.session, time = %at.time, left, "closing the session although its account didn't say how it was used");
            swept.unanswered += 1;
        }
        if step.close {
            close(state, swept);
        }
        Ok(())
    }

    fn gone(&self, at: &SessionAt, state: &mut WatchState, swept: &mut Swept) {
        if self.now.seconds_since(at.time) >= GONE {
            close(state, swept);
        } else {
            state.next = self.now.plus_seconds(GONE_AGAIN);
        }
    }
}

fn close(state: &mut WatchState, swept: &mut Swept) {
    *state = WatchState {
        closed: true,
        ..WatchState::new(state.next)
    };
    swept.closed += 1;
}
