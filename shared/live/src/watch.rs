//! Watches sessions to their end: queries CloudTrail's event history for what was done with them,
//! in case EventBridge dropped it.
//!
//! A session is checked when its halves should have arrived, while it is used over its limit, when
//! its credentials expire, and once all its use can be found in the event history. Then it is
//! closed and not queried again. Records that the ledger doesn't know go to the guard's queue, as
//! if they had arrived late.
//!
//! Every step can be repeated, and by several runs at a time: a record that is sent twice is a
//! duplicate, and if two runs note how far they came, only one write succeeds.

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

/// How many sessions are gathered at a time.
const AT_ONCE: usize = 20;

/// The result of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that aren't closed.
    pub open: u64,
    /// Sessions that this run closed.
    pub closed: u64,
    /// Of them: closed without an answer to every question.
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
    /// Time ran out. The next run continues.
    pub stopped: bool,
}

/// Checks every session that is due. `regions` are the Regions in which events are searched.
///
/// # Errors
/// Returns the error of a table, the queue or a topic. The next run then repeats the work. An event
/// history that doesn't answer isn't an error.
pub async fn sweep_sessions<O: Table + Queue + Topic + Bucket + Trail + Clock>(
    outside: &O,
    book: &Rulebook,
    regions: &[String],
    deadline: Option<Moment>,
    now: Moment,
) -> Result<Swept, Trouble> {
    let mut swept = Swept::default();
    let since = now.plus_seconds(-WATCHED);
    let mut states = state::load_states(outside, since, now).await?;
    // The index also lists closed sessions. Their own rows say that they are closed.
    let mut due: Vec<(SessionAt, StoredWatch)> = Vec::new();
    for at in ledger::switches_since(outside, since, now).await? {
        let begun = at.time;
        let stored = state::take_state(&mut states, &at).unwrap_or_else(|| StoredWatch {
            // Nothing to do earlier: until then the halves may still arrive through EventBridge.
            state: WatchState::new(begun.plus_seconds(DELIVERY)),
            version: 0,
        });
        swept.open += u64::from(!stored.state.closed);
        if !stored.state.closed && stored.state.next <= now {
            due.push((at, stored));
        }
    }
    // The longest-waiting sessions come first, so that runs don't keep stopping at the same ones.
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
        run.look_at(chunk, &mut swept).await?;
    }
    // `open` was counted before this run closed any.
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
    async fn look_at(
        &mut self,
        sessions: &mut [(SessionAt, StoredWatch)],
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let asked: BTreeSet<&SessionAt> = sessions.iter().map(|(at, _)| at).collect();
        let dossiers = dossier::load_dossiers(self.outside, self.book, &asked, self.now).await?;
        let policy = &self.book.policy;
        let trusts = |account: AccountId| policy.trusts(account);
        for (at, stored) in sessions {
            let own = dossiers
                .iter()
                .filter(|dossier| dossier.at == *at)
                .collect();
            match Plan::for_dossiers(own, self.regions, &trusts, self.now) {
                Some(plan) => self.look_at_session(at, stored, &plan, swept).await?,
                // The policy no longer calls it elevated, or later records show that it began in
                // another second.
                None => self.retry_or_close(at, &mut stored.state, swept),
            }
            if !state::save_state(self.outside, at, stored, self.now).await? {
                tracing::info!(
                    session = at.session,
                    "another invocation is watching this session"
                );
            }
        }
        Ok(())
    }

    async fn look_at_session(
        &mut self,
        at: &SessionAt,
        stored: &mut StoredWatch,
        plan: &Plan<'_>,
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let state = &mut stored.state;
        let step = plan.open(state);
        // A session that is given up isn't queried once more.
        if !step.close {
            let asked = self.asker.ask_open(&mut state.open, swept).await?;
            plan.apply_answers(state, asked);
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
            tracing::warn!(session = at.session, time = %at.time, left, "closing the session, although some questions about its use were never answered");
            swept.unanswered += 1;
        }
        if step.close {
            close_watch(state, swept);
        }
        Ok(())
    }

    fn retry_or_close(&self, at: &SessionAt, state: &mut WatchState, swept: &mut Swept) {
        if self.now.seconds_since(at.time) >= GONE {
            close_watch(state, swept);
        } else {
            state.next = self.now.plus_seconds(GONE_AGAIN);
        }
    }
}

fn close_watch(state: &mut WatchState, swept: &mut Swept) {
    *state = WatchState {
        closed: true,
        ..WatchState::new(state.next)
    };
    swept.closed += 1;
}
