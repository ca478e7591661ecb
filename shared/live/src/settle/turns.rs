//! What is too much for one message is judged in turns: a few switches by each message, the latest
//! first. What waits for its turn is in [`crate::requeue`].

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;

use super::rounds::rounds;
use super::settled::SettleCounts;
use crate::inbox::{self, Rejudge};
use crate::ledger::{TouchedEvidence, index};
use crate::port::{Clock, Directory, Queue, Table, Topic, Trouble};
use crate::requeue::{self, MOST_AT_ONCE, Versioned};
use crate::rulebook::Rulebook;

/// So many pages are judged by one message at most.
const PAGES: usize = 5;

/// No page is begun so many seconds after the first one.
const LONG: i64 = 5;

/// So many entries are read at a time.
const READ: usize = 100;

/// Judges what is next of a chain, and sends itself on if there is more. It can be done again after
/// any failure.
///
/// `first_try`: it did not fail before.
///
/// # Errors
/// The ports' own. What can't be judged is not tried for ever: at the second try it gets messages
/// of its own, and the walk goes on without it.
pub async fn take_turn<O: Table + Queue + Topic + Directory + Clock>(
    outside: &O,
    book: &Rulebook,
    chain: &str,
    first_try: bool,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let mut settled = SettleCounts::default();
    for _ in 0..PAGES {
        match step(outside, book, chain, first_try, &mut settled, now).await? {
            TurnOutcome::Judged if outside.now().seconds_since(now) < LONG => {}
            // An invocation is stopped when its time is over. What does not fit is for the next
            // message.
            TurnOutcome::Judged => break,
            // Who came first sends on.
            TurnOutcome::Overtaken => return Ok(settled),
            TurnOutcome::NothingOpen => {
                requeue::rest(outside, chain, now).await?;
                // Somebody may have asked before they could see that nothing is under way.
                if requeue::next(outside, chain).await?.is_none() {
                    return Ok(settled);
                }
            }
        }
    }
    requeue::send_on(outside, chain, now).await?;
    Ok(settled)
}

/// What a page came to.
enum TurnOutcome {
    Judged,
    /// Another message about the chain was faster.
    Overtaken,
    /// No walk is open.
    NothingOpen,
}

async fn step<O: Table + Queue + Topic + Directory>(
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
    let page = index::latest(outside, &walk.partition, &walk.span(), READ).await?;
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
        // A message that fails comes again. What fails together twice is judged one by one, so
        // that one bad switch stops no others.
        if first_try {
            return Err(trouble);
        }
        tracing::error!(%chain, %trouble, "couldn't judge these switches again together; queueing each one separately");
        alone(outside, &touched).await?;
    }
    let reached = reached.filter(|_| left);
    let is_noted = requeue::note(outside, chain, (&mut walk, version), reached, now).await?;
    Ok(if is_noted {
        TurnOutcome::Judged
    } else {
        TurnOutcome::Overtaken
    })
}

/// Each by a message of its own.
async fn alone<O: Queue>(outside: &O, touched: &TouchedEvidence) -> Result<(), Trouble> {
    for at in &touched.sessions {
        let one = TouchedEvidence {
            sessions: BTreeSet::from([at.clone()]),
            ..TouchedEvidence::default()
        };
        inbox::send_rejudge(outside, &Rejudge::of(&one), 0).await?;
    }
    for record in &touched.records {
        let one = TouchedEvidence {
            records: BTreeSet::from([record.clone()]),
            ..TouchedEvidence::default()
        };
        inbox::send_rejudge(outside, &Rejudge::of(&one), 0).await?;
    }
    Ok(())
}
