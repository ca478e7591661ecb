//! The delivery state of a finding: closed, waiting, or owed.

use rolewatch_guard::moment::Moment;

use crate::outbox::StoredFinding;
use crate::outbox::unsent::{Closed, Unsent};
use crate::time::{FIRST_PAUSE, LONGEST_PAUSE, STRAGGLES};
use crate::wire::Status;

/// The delivery state of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AcknowledgementState {
    /// Nothing is left to do for the stored version or for those before it.
    Closed(Closed),
    /// It isn't due yet.
    Waits,
    /// It should have been acknowledged.
    Owed(Due),
}

/// When an owed finding is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// Since when it has been due.
    pub(super) since: Moment,
    /// The earliest time at which it is sent again.
    pub(super) next: Moment,
    /// The row that counts the attempts.
    pub(super) unsent: Unsent,
}

/// Determines the state. `rows` are the finding's open rows.
pub(super) fn standing(
    stored: Option<&StoredFinding>,
    acknowledged: u64,
    rows: &[Unsent],
    now: Moment,
) -> AcknowledgementState {
    let Some(state) = stored.map(|stored| &stored.state) else {
        // The row was written, but the finding wasn't, either not yet or never. If never, the
        // finding is found and stored again under another day.
        let over = rows.iter().all(|row| row.day_is_over(now));
        return if over {
            AcknowledgementState::Closed(Closed::Nothing)
        } else {
            AcknowledgementState::Waits
        };
    };
    let version = state.alert.version;
    if acknowledged >= version {
        return AcknowledgementState::Closed(Closed::Acknowledged);
    }
    let current = rows
        .iter()
        .filter(|row| row.version <= version)
        .max_by_key(|row| row.version);
    // Only rows above the stored version are open. The invocation that wrote them is about to store
    // that version.
    let Some(unsent) = current.cloned() else {
        return AcknowledgementState::Closed(Closed::Nothing);
    };
    if state.published == 0 && acknowledged == 0 {
        // Quiet findings appear in reports but alert nobody.
        if state.quiet {
            return AcknowledgementState::Closed(Closed::Nothing);
        }
        if state.alert.status == Status::Withdrawn {
            // If a message about it still comes out of a queue, its withdrawal has to follow.
            let straggles = now.seconds_since(unsent.note.since) < STRAGGLES;
            return if straggles {
                AcknowledgementState::Waits
            } else {
                AcknowledgementState::Closed(Closed::Nothing)
            };
        }
        if state.is_waiting(now) {
            return AcknowledgementState::Waits;
        }
    }
    // It has been owed since the first version that nobody received, however often it changed
    // later.
    let stored_first = rows
        .iter()
        .filter(|row| row.version > acknowledged && row.version <= version)
        .map(|row| row.note.since)
        .min();
    let due = state.due.filter(|_| state.published == 0);
    let since = stored_first
        .unwrap_or(unsent.note.since)
        .max(due.unwrap_or(unsent.note.since));
    let last = unsent
        .note
        .last
        .unwrap_or(unsent.note.since.max(due.unwrap_or(unsent.note.since)));
    AcknowledgementState::Owed(Due {
        since,
        next: last.plus_seconds(pause_after(unsent.note.tries)),
        unsent,
    })
}

/// How long to wait for an acknowledgment after this many attempts, in seconds.
pub(crate) fn pause_after(tries: u32) -> i64 {
    (FIRST_PAUSE << tries.min(32)).min(LONGEST_PAUSE)
}
