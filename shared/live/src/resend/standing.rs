//! Where a finding stands: told, not to be told, waiting, or owed.

use rolewatch_guard::moment::Moment;

use crate::outbox::StoredFinding;
use crate::outbox::unsent::{Closed, Unsent};
use crate::time::{FIRST_PAUSE, LONGEST_PAUSE, STRAGGLES};
use crate::wire::Status;

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AcknowledgementState {
    /// Nothing has to be done about the version that is stored, nor about those before it.
    Closed(Closed),
    /// Not yet.
    Waits,
    /// It should have been acknowledged.
    Owed(Due),
}

/// When what is owed is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// Since when it is due.
    pub(super) since: Moment,
    /// Not before then it is sent again.
    pub(super) next: Moment,
    /// The row that counts the tries.
    pub(super) unsent: Unsent,
}

/// `rows` are the finding's open ones.
pub(super) fn standing(
    stored: Option<&StoredFinding>,
    acknowledged: u64,
    rows: &[Unsent],
    now: Moment,
) -> AcknowledgementState {
    let Some(state) = stored.map(|stored| &stored.state) else {
        // The row was put and the finding was not, yet or at all. Then it is found and stored
        // again, under another day.
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
    // Only rows above the stored version are open: whoever put them is about to store it.
    let Some(unsent) = current.cloned() else {
        return AcknowledgementState::Closed(Closed::Nothing);
    };
    if state.published == 0 && acknowledged == 0 {
        // It is in reports and nobody is alerted.
        if state.quiet {
            return AcknowledgementState::Closed(Closed::Nothing);
        }
        if state.alert.status == Status::Withdrawn {
            // If a message about it comes out of a queue after all, its withdrawal has to follow.
            let straggles = now.seconds_since(unsent.note.since) < STRAGGLES;
            return if straggles {
                AcknowledgementState::Waits
            } else {
                AcknowledgementState::Closed(Closed::Nothing)
            };
        }
        if state.waits(now) {
            return AcknowledgementState::Waits;
        }
    }
    // It is owed since the first version that nobody heard of, however often it changed after
    // that.
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
        next: last.plus_seconds(pause(unsent.note.tries)),
        unsent,
    })
}

/// How long an acknowledgement is waited for after so many tries, in seconds.
pub(crate) fn pause(tries: u32) -> i64 {
    (FIRST_PAUSE << tries.min(32)).min(LONGEST_PAUSE)
}
