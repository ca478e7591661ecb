//! Judges in turns what is too much for one message: a few switches per message, latest first.
//! [`crate::requeue`] holds what is waiting.

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;

use super::rounds::rounds;
use super::settled::SettleCounts;
use crate::inbox::{self, Rejudge};
use crate::ledger::{TouchedEvidence, index};
use crate::port::{Clock, Directory, Queue, Table, Topic, Trouble};
use crate::requeue::{self, MOST_AT_ONCE, Versioned};
use crate::rulebook::Rulebook;

/// The most pages that one message judges.
const PAGES: usize = 5;

/// No page begins this many seconds after the first one.
const LONG: i64 = 5;

/// How many entries are read at a time.
const READ: usize = 100;

/// Judges the next switches of a chain and sends another message if more are waiting. It can be
/// repeated after any failure.
///
/// `first_try`: this message hasn't failed before.
///
/// # Errors
/// Returns the first error of a port. Switches that can't be judged aren't retried forever here: at
/// the second attempt each gets a message of its own, and the walk continues without them.
pub async fn take_turn<O: Table + Queue + Topic + Directory + Clock>(
    outside: &O,
    book: &Rulebook,
    chain: &str,
    first_try: bool,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let mut settled = SettleCounts::default();
    for _ in 0..PAGES {
        match judge_page(outside, book, chain, first_try, &mut settled, now).await? {
            TurnOutcome::Judged if outside.now().seconds_since(now) < LONG => {}
            // Lambda stops an invocation when its time is over, so leave the rest to the next
            // message.
            TurnOutcome::Judged => break,
            // The faster invocation sends the next message.
            TurnOutcome::Overtaken => return Ok(settled),
            TurnOutcome::NothingOpen => {
                requeue::note_idle(outside, chain, now).await?;
                // Somebody may have made a request before they could see that no message is under
                // way.
                if requeue::next(outside, chain).await?.is_none() {
                    return Ok(settled);
                }
            }
        }
    }
    requeue::send_on(outside, chain, now).await?;
    Ok(settled)
}

/// The result of judging a page.
enum TurnOutcome {
    Judged,
    /// Another message about the chain was faster.
    Overtaken,
    /// No walk is open.
    NothingOpen,
}

async fn judge_page<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    chain: &str,
    first_try: bool,
    settled: &mut SettleCounts,
    now: Moment,
) -> Result<TurnOutcome, Trouble> {
    let Some(Versioned {
        body: mut walk,
        version,
    }) = requeue::next(outside, chain).await?
    else {
        return Ok(TurnOutcome::NothingOpen);
    };
    let page = index::latest(outside, &walk.partition, &walk.unread_range(), READ).await?;
    // A full page may not be the last one.
    let mut left = page.len() == READ;
    let mut touched = TouchedEvidence::default();
    let mut reached = None;
    for (sk, entry) in page
        .into_iter()
        .filter(|(sk, _)| Some(sk) != walk.at.as_ref())
    {
        if touched.sessions.len() + touched.records.len() >= MOST_AT_ONCE {
            left = true;
            break;
        }
        if let Some(entry) = entry.filter(|entry| walk.is_about(entry, &book.policy)) {
            entry.add_to(&mut touched);
        }
        reached = Some(sk);
    }
    if !touched.is_empty()
        && let Err(trouble) = rounds(outside, book, &touched, settled, now).await
    {
        // A failed message comes back. Switches that fail together twice are judged one by one, so
        // that one bad switch doesn't block others.
        if first_try {
            return Err(trouble);
        }
        tracing::error!(%chain, %trouble, "couldn't judge these switches again together; queueing each one separately");
        send_each_alone(outside, &touched).await?;
    }
    // Without a position, the walk counts as done down to the oldest entry.
    let reached = reached.filter(|_| left);
    let is_noted =
        requeue::note_progress(outside, chain, (&mut walk, version), reached, now).await?;
    Ok(if is_noted {
        TurnOutcome::Judged
    } else {
        TurnOutcome::Overtaken
    })
}

/// Queues each switch and record as a message of its own.
async fn send_each_alone<O: Queue>(outside: &O, touched: &TouchedEvidence) -> Result<(), Trouble> {
    for at in &touched.sessions {
        let one = TouchedEvidence {
            sessions: BTreeSet::from([at.clone()]),
            ..TouchedEvidence::default()
        };
        inbox::send_rejudge(outside, &Rejudge::from_touched(&one), 0).await?;
    }
    for record in &touched.records {
        let one = TouchedEvidence {
            records: BTreeSet::from([record.clone()]),
            ..TouchedEvidence::default()
        };
        inbox::send_rejudge(outside, &Rejudge::from_touched(&one), 0).await?;
    }
    Ok(())
}
