//! Sends what is due and not acknowledged again, with growing pauses, until it is acknowledged. It
//! never gives up.
//!
//! INVARIANT (claim before send): before it sends a finding again, a sweep counts the attempt in
//! the finding's row with a version check. Of two sweeps that run at once, only one sends. If the
//! sweep stops in between, the finding is sent one pause later. It is sent with the same ID and
//! version, so nothing changes where Slack already has it.

mod standing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::moment::Moment;

use crate::inbox::{self, Rejudge};
use crate::outbox::unsent::{self, Closed, Unsent};
use crate::outbox::{self, StoredFinding, publish};
use crate::port::{Queue, Table, Topic, Trouble};
use crate::telemetry::{Count, Metrics};
use crate::time::FIRST_PAUSE;
use crate::wire::Status;
pub(crate) use standing::pause_after;
use standing::{AcknowledgementState, standing};

/// How many findings are read at a time.
const AT_ONCE: usize = 20;

/// The result of a sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resent {
    /// Messages that the topic accepted.
    pub published: u64,
    /// Judgments that were queued: for unproven findings whose evidence has had its time, and that
    /// nobody has judged again.
    pub rejudged: u64,
    /// Findings that have been due for at least [`FIRST_PAUSE`] and aren't acknowledged, however
    /// old.
    pub unacknowledged: u64,
    /// Since when the oldest of them has been due.
    pub oldest: Option<Moment>,
    /// Findings that should have been sent again but weren't, because the budget was used up. The
    /// next sweep begins with them.
    pub left: u64,
    /// Findings that couldn't be processed. The log says why. The next sweep tries again.
    pub failed: u64,
}

impl Resent {
    /// Adds the result to the metrics.
    pub fn count(&self, metrics: &mut Metrics) {
        metrics.count(Count::Resent, self.published + self.rejudged);
        metrics.count(Count::Unacknowledged, self.unacknowledged);
    }
}

/// A finding that should have been acknowledged but wasn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The finding as stored.
    pub stored: StoredFinding,
    /// Since when it has been due.
    pub since: Moment,
    /// The earliest time at which it is sent again.
    pub next: Moment,
    /// The row that counts the attempts.
    unsent: Unsent,
}

impl Owed {
    /// Whether it is sent again now: its pause is over, or somebody can read messages again who
    /// couldn't when it was last sent.
    fn is_due(&self, now: Moment, readable_since: Option<Moment>) -> bool {
        let sent = self.unsent.note.last.unwrap_or(self.since);
        self.next <= now || readable_since.is_some_and(|since| sent < since && since <= now)
    }

    /// Whether it has been due for so long that something must be wrong.
    pub fn is_late(&self, now: Moment) -> bool {
        now.seconds_since(self.since) >= FIRST_PAUSE
    }
}

/// Sends findings that are due and not acknowledged again, at most `budget`. Messages sent before
/// `readable_since` may have reached nobody, so they don't wait for the end of their pause.
///
/// # Errors
/// Returns an error if the unsent rows can't be read. A finding that can't be processed is counted
/// in [`Resent::failed`] and doesn't hold up the others.
pub async fn resend<O: Table + Topic + Queue>(
    outside: &O,
    now: Moment,
    budget: u64,
    readable_since: Option<Moment>,
) -> Result<Resent, Trouble> {
    let mut resent = Resent::default();
    let mut owed = survey(outside, now, &mut resent).await?;
    let late: Vec<&Owed> = owed.iter().filter(|one| one.is_late(now)).collect();
    // A finding that can't be read counts as unacknowledged, because nobody can tell whether it was
    // delivered.
    resent.unacknowledged = u64::try_from(late.len())
        .unwrap_or(u64::MAX)
        .saturating_add(resent.failed);
    resent.oldest = late.iter().map(|one| one.since).min();
    owed.retain(|one| one.is_due(now, readable_since));
    // The longest-waiting findings go first, so that no budget excludes one forever.
    owed.sort_by_key(|one| one.next);
    let mut spent = 0;
    for one in owed {
        if spent >= budget {
            resent.left += 1;
            continue;
        }
        spent += 1;
        if let Err(trouble) = send_again(outside, &one, &mut resent, now).await {
            tracing::error!(finding = one.stored.state.alert.id, %trouble, "couldn't send a finding again");
            resent.failed += 1;
        }
    }
    Ok(resent)
}

/// The findings that are due and not acknowledged. Sends and writes nothing.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn unacknowledged<T: Table>(table: &T, now: Moment) -> Result<Vec<Owed>, Trouble> {
    let days = unsent::unsent_days(table).await?;
    let findings = by_finding(unsent::of_days(table, &days).await?);
    let mut owed = Vec::new();
    // Unreadable rows are skipped here. The sweep counts and names them.
    for (rows, stored, acknowledged) in read(table, findings, &mut 0).await? {
        if let (Some(stored), AcknowledgementState::Owed(due)) =
            (&stored, standing(stored.as_ref(), acknowledged, &rows, now))
        {
            owed.push(Owed {
                stored: stored.clone(),
                since: due.since,
                next: due.next,
                unsent: due.unsent,
            });
        }
    }
    Ok(owed)
}

/// Finds what is owed, and closes what isn't.
async fn survey<T: Table>(
    table: &T,
    now: Moment,
    resent: &mut Resent,
) -> Result<Vec<Owed>, Trouble> {
    let days = unsent::unsent_days(table).await?;
    let all = unsent::of_days(table, &days).await?;
    for day in days.iter().filter(|day| day.is_over(now)) {
        if all
            .iter()
            .filter(|one| one.is_of_day(day))
            .all(|one| one.note.closed.is_some())
        {
            // Without this, every sweep would read all days for which findings are kept.
            unsent::finish(table, day, now).await?;
        }
    }
    let mut owed = Vec::new();
    for (rows, stored, acknowledged) in read(table, by_finding(all), &mut resent.failed).await? {
        match standing(stored.as_ref(), acknowledged, &rows, now) {
            AcknowledgementState::Owed(due) => {
                owed.extend(stored.map(|stored| Owed {
                    stored,
                    since: due.since,
                    next: due.next,
                    unsent: due.unsent,
                }));
            }
            AcknowledgementState::Closed(why) => {
                let version = stored.map_or(0, |stored| stored.state.alert.version);
                // A row with a version above the stored one may belong to a write that is still
                // under way.
                for row in rows
                    .iter()
                    .filter(|row| row.version <= version || row.day_is_over(now))
                {
                    let why = if row.version <= version {
                        why
                    } else {
                        Closed::Nothing
                    };
                    if let Err(trouble) = unsent::close_unsent(table, row, why, now).await {
                        tracing::warn!(finding = row.id, %trouble, "couldn't close a row; the next sweep will look at it again");
                        resent.failed += 1;
                    }
                }
            }
            AcknowledgementState::Waits => {}
        }
    }
    Ok(owed)
}

/// The open rows, grouped by finding.
fn by_finding(all: Vec<Unsent>) -> Vec<Vec<Unsent>> {
    let mut findings: BTreeMap<String, Vec<Unsent>> = BTreeMap::new();
    for one in all.into_iter().filter(|one| one.note.closed.is_none()) {
        findings.entry(one.id.clone()).or_default().push(one);
    }
    findings.into_values().collect()
}

/// A finding's open rows, its stored state, and the version that was acknowledged.
type FindingRows = (Vec<Unsent>, Option<StoredFinding>, u64);

/// Reads the findings of the rows. `failed` counts those that can't be parsed.
async fn read<T: Table>(
    table: &T,
    findings: Vec<Vec<Unsent>>,
    failed: &mut u64,
) -> Result<Vec<FindingRows>, Trouble> {
    let mut found = Vec::new();
    for chunk in findings.chunks(AT_ONCE) {
        let ids = chunk
            .iter()
            .filter_map(|rows| rows.first())
            .map(|row| outbox::load_acknowledged(table, &row.id));
        for (rows, answer) in chunk.iter().zip(join_all(ids).await) {
            match answer {
                Ok((stored, acknowledged)) => found.push((rows.clone(), stored, acknowledged)),
                // An unreadable row doesn't hold up other findings. A table that doesn't answer
                // does.
                Err(trouble @ Trouble::Refused { .. }) => {
                    tracing::error!(finding = rows.first().map(|row| &*row.id), %trouble, "can't read a finding");
                    *failed += 1;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }
    Ok(found)
}

async fn send_again<O: Table + Topic + Queue>(
    outside: &O,
    owed: &Owed,
    resent: &mut Resent,
    now: Moment,
) -> Result<(), Trouble> {
    // Counted before it is sent: if two sweeps run at once, only one sends it, and a sweep that is
    // stopped costs one pause.
    if !unsent::try_again(outside, &owed.unsent, now).await? {
        return Ok(());
    }
    let (state, version) = (&owed.stored.state, owed.stored.version);
    let open = state.alert.status != Status::Withdrawn;
    let unheard = open
        && state.published == 0
        && state.alert.verdict != Verdict::Violation
        && state.due.is_some();
    // A finding that is judged on its own as its record arrives isn't judged again, because nothing
    // could change it. The setup is judged when it changes.
    if unheard
        && !catalogue::find(&state.alert.rule)
            .is_some_and(|rule| rule.is_live_only() || rule.is_of_the_set_up())
    {
        // Its evidence may have arrived. Judging it now either publishes or withdraws it.
        inbox::send_rejudge(outside, &Rejudge::of_finding(state), 0).await?;
        resent.rejudged += 1;
        return Ok(());
    }
    outside.publish(publish::notice(&state.alert)?).await?;
    resent.published += 1;
    if state.published < state.alert.version {
        let state = outbox::FindingState {
            published: state.alert.version,
            sending: None,
            ..state.clone()
        };
        // If the write is refused, somebody else changed the finding meanwhile and publishes their
        // version.
        outbox::write_again(outside, &state, version, now).await?;
    }
    Ok(())
}
