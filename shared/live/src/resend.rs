//! What is due and was not acknowledged is sent again, with growing pauses, until it is. Nothing is
//! given up.
//!
//! INVARIANT (claim before send): whoever sends a finding again first counts the try in its row,
//! version-checked, so that of two sweeps at once one sends. Stopped in between, it is sent a pause
//! later. It goes out with the same id and version, so what Slack has already changes nothing
//! there.

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
pub(crate) use standing::pause;
use standing::{AcknowledgementState, standing};

/// So many findings are read at a time.
const AT_ONCE: usize = 20;

/// What a sweep came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resent {
    /// Messages that the topic took.
    pub published: u64,
    /// Judgements that were queued: of unproven findings whose evidence has had its time, and
    /// which nobody judged again.
    pub rejudged: u64,
    /// Findings that are due for at least [`FIRST_PAUSE`] and not acknowledged, however old.
    pub unacknowledged: u64,
    /// Since when the oldest of them is.
    pub oldest: Option<Moment>,
    /// Those that should have been sent again and were not, as the budget was used up. The next
    /// sweep begins with them.
    pub left: u64,
    /// Those that could not be dealt with. The log says why; the next sweep tries again.
    pub failed: u64,
}

impl Resent {
    /// Counts it.
    pub fn count(&self, metrics: &mut Metrics) {
        metrics.count(Count::Resent, self.published + self.rejudged);
        metrics.count(Count::Unacknowledged, self.unacknowledged);
    }
}

/// A finding that should have been acknowledged and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// As it is stored.
    pub stored: StoredFinding,
    /// Since when it is due.
    pub since: Moment,
    /// Not before then it is sent again.
    pub next: Moment,
    /// The row that counts the tries.
    unsent: Unsent,
}

impl Owed {
    /// Whether it is sent again now: its pause is over, or since it was sent last somebody can read
    /// again.
    fn is_due(&self, now: Moment, readable_since: Option<Moment>) -> bool {
        let sent = self.unsent.note.last.unwrap_or(self.since);
        self.next <= now || readable_since.is_some_and(|since| sent < since && since <= now)
    }

    /// Whether it is due for so long that something must be wrong.
    pub fn is_late(&self, now: Moment) -> bool {
        now.seconds_since(self.since) >= FIRST_PAUSE
    }
}

/// Sends again what is due and not acknowledged; at most `budget` findings. `readable_since`: what
/// was sent before then may have reached nobody, so it is not made to wait for the end of its
/// pause.
///
/// # Errors
/// What is unsent cannot be read. A finding that cannot be dealt with is counted in
/// [`Resent::failed`] and holds no other back.
pub async fn resend<O: Table + Topic + Queue>(
    outside: &O,
    now: Moment,
    budget: u64,
    readable_since: Option<Moment>,
) -> Result<Resent, Trouble> {
    let mut resent = Resent::default();
    let mut owed = survey(outside, now, &mut resent).await?;
    let late: Vec<&Owed> = owed.iter().filter(|one| one.is_late(now)).collect();
    // Of what cannot be read nobody knows that it was told.
    resent.unacknowledged = u64::try_from(late.len())
        .unwrap_or(u64::MAX)
        .saturating_add(resent.failed);
    resent.oldest = late.iter().map(|one| one.since).min();
    owed.retain(|one| one.is_due(now, readable_since));
    // What waits for the longest goes first, so that no budget leaves it out for ever.
    owed.sort_by_key(|one| one.next);
    let mut spent = 0;
    for one in owed {
        if spent >= budget {
            resent.left += 1;
            continue;
        }
        spent += 1;
        if let Err(trouble) = again(outside, &one, &mut resent, now).await {
            tracing::error!(finding = one.stored.state.alert.id, %trouble, "couldn't send a finding again");
            resent.failed += 1;
        }
    }
    Ok(resent)
}

/// The findings that are due and not acknowledged. Nothing is sent or written.
///
/// # Errors
/// The table's own, or a row that is none of ours.
pub async fn unacknowledged<T: Table>(table: &T, now: Moment) -> Result<Vec<Owed>, Trouble> {
    let days = unsent::days(table).await?;
    let findings = by_finding(unsent::of_days(table, &days).await?);
    let mut owed = Vec::new();
    // A sweep counts and names what cannot be read.
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

/// Finds what is owed, and closes what is not.
async fn survey<T: Table>(
    table: &T,
    now: Moment,
    resent: &mut Resent,
) -> Result<Vec<Owed>, Trouble> {
    let days = unsent::days(table).await?;
    let all = unsent::of_days(table, &days).await?;
    for day in days.iter().filter(|day| day.is_over(now)) {
        if all
            .iter()
            .filter(|one| one.is_of(day))
            .all(|one| one.note.closed.is_some())
        {
            // Without this every sweep would read all days that findings are kept.
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
                // A row above the version that is stored may belong to a write that is still under
                // way.
                for row in rows
                    .iter()
                    .filter(|row| row.version <= version || row.day_is_over(now))
                {
                    let why = if row.version <= version {
                        why
                    } else {
                        Closed::Nothing
                    };
                    if let Err(trouble) = unsent::close(table, row, why, now).await {
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

/// The open rows, by finding.
fn by_finding(all: Vec<Unsent>) -> Vec<Vec<Unsent>> {
    let mut findings: BTreeMap<String, Vec<Unsent>> = BTreeMap::new();
    for one in all.into_iter().filter(|one| one.note.closed.is_none()) {
        findings.entry(one.id.clone()).or_default().push(one);
    }
    findings.into_values().collect()
}

/// A finding's open rows, what is stored of it, and which version was acknowledged.
type FindingRows = (Vec<Unsent>, Option<StoredFinding>, u64);

/// Reads them. `failed` counts those that are none of ours.
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
                // A row that cannot be read holds no other finding back. A table that does not
                // answer does.
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

async fn again<O: Table + Topic + Queue>(
    outside: &O,
    owed: &Owed,
    resent: &mut Resent,
    now: Moment,
) -> Result<(), Trouble> {
    // Counted before it is sent: of two sweeps at once one sends it, and a sweep that is stopped
    // costs a pause.
    if !unsent::try_again(outside, &owed.unsent, now).await? {
        return Ok(());
    }
    let (state, version) = (&owed.stored.state, owed.stored.version);
    let open = state.alert.status != Status::Withdrawn;
    let unheard = open
        && state.published == 0
        && state.alert.verdict != Verdict::Violation
        && state.due.is_some();
    // What is judged as each record arrives, for itself, is not judged again: nothing could change
    // it. The setup is judged when it changes.
    if unheard
        && !catalogue::find(&state.alert.rule)
            .is_some_and(|rule| rule.is_live_only() || rule.is_of_the_set_up())
    {
        // Its evidence may have come: whoever judges it now tells it or withdraws it.
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
        // Whoever changed it meanwhile publishes what they made of it.
        outbox::write(outside, &state, version, now).await?;
    }
    Ok(())
}
