//! Judges until nothing changes any more, and then publishes what is due.
//!
//! INVARIANT (settled): the loop ends with a round that finds nothing to change, or that changed
//! findings about sessions of which nothing else was stored meanwhile ([`crate::ledger::marker`]).
//! Every other round that wrote something is followed by one that gathers and judges again, so a
//! fact that arrived in between isn't lost: an invocation that stores a fact gathers after storing
//! it, and one that wrote from older facts looks again. Only then is anything sent.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::time::aws::LONGEST_DELAY;

use super::diff::WriteOutcome;
use super::judged::{Notes, judge_touched};
use super::settled::SettleCounts;
use super::{diff, lookup};
use crate::inbox::{self, Rejudge};
use crate::ledger::{Facts, IdentityChanges, TouchedEvidence, is_about_entities, marker};
use crate::outbox::publish;
use crate::port::{Directory, Queue, Table, Topic, Trouble};
use crate::rulebook::Rulebook;

/// If this many rounds don't settle, something is wrong.
const MOST_ROUNDS: usize = 30;

/// Judges sessions and records until nothing changes any more. Returns the facts used.
pub(super) async fn rounds<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &TouchedEvidence,
    settled: &mut SettleCounts,
    now: Moment,
) -> Result<Facts, Trouble> {
    let mut asked: BTreeSet<(AccountId, String)> = BTreeSet::new();
    let mut touched = TouchedEvidence {
        // `spread` finds what depends on users, groups and devices, once and not in every round.
        told: IdentityChanges::default(),
        ..touched.clone()
    };
    // Only the first round may use them, and the one after IAM's answer: later ones look for what
    // was stored since.
    let mut read = std::mem::take(&mut touched.read);
    let mut notes = Notes::new(outside, now, !read.is_empty());
    for _ in 0..MOST_ROUNDS {
        let known = (std::mem::take(&mut read), &mut notes);
        let judged = judge_touched(outside, book, &touched, known, now).await?;
        let lookups = lookup::ask_about_people(outside, book, &judged, &mut asked, now).await?;
        settled.unanswered += lookups.unanswered;
        // IAM's answer is a fact like any other. Judge with it before anything is written.
        if lookups.answered {
            read = judged.read;
            read.retain(|(pk, _), _| !is_about_entities(pk));
            // The answer isn't stored with the session.
            touched.stored_under.clear();
            continue;
        }
        let marked = judged.found_elsewhere(&touched);
        marker::mark_judged(outside, marked, &judged.read, now).await?;
        let mut changes = diff::compare(outside, &judged, &touched, now).await?;
        if !changes.more.is_empty() {
            touched.sessions.append(&mut changes.more);
            notes = Notes::new(outside, now, false);
            continue;
        }
        let about_sessions = changes.are_about(&touched.sessions);
        let outcome = changes.write(outside, now, settled).await?;
        let is_settled = match outcome {
            WriteOutcome::Unchanged => true,
            WriteOutcome::Written if about_sessions => {
                marker::is_unchanged(outside, &touched.sessions, &judged.read).await?
            }
            WriteOutcome::Written | WriteOutcome::Overtaken => false,
        };
        if !is_settled {
            notes = Notes::new(outside, now, false);
            continue;
        }
        // The outbox holds what all facts give.
        settled.published += publish::send_due(outside, &mut changes.states, now).await?;
        if lookups.unanswered > 0
            || changes
                .states
                .values()
                .any(|stored| stored.state.is_waiting(now))
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

/// Queues another judgment for the time when evidence should have arrived.
async fn judge_later<O: Queue>(outside: &O, touched: &TouchedEvidence) -> Result<(), Trouble> {
    inbox::send_rejudge(outside, &Rejudge::from_touched(touched), LONGEST_DELAY).await
}
