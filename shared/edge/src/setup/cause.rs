//! Who changed the set-up so that a rule of the review fires.

use rolewatch_guard::CallerShown;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::review::{Changed, ReviewFinding};

use super::SETTLES;
use super::files::Files;
use crate::ledger::keys;
use crate::port::{Place, Row, Span, Table, Trouble};

/// What led to a finding, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cause {
    /// The last change that may have led to it; else when it was seen first.
    pub(super) time: Option<Moment>,
    /// The CloudTrail events of those changes, the latest first.
    pub(super) events: Vec<String>,
    /// Who made the last one.
    pub(super) by: Option<CallerShown>,
    /// Where it was logged.
    pub(super) region: Option<String>,
    /// Where it came from.
    pub(super) source_ip: Option<String>,
}

/// The changes between the last two readings of the account that worked on what the finding is about. Before the first reading nothing is known.
///
/// Nobody is named who changed something else: a wrong name would be an accusation.
pub(super) async fn of<T: Table>(table: &T, finding: &ReviewFinding, files: &Files) -> Result<Cause, Trouble> {
    let (latest, before) = files.began(finding.account);
    let (Some(latest), Some(before)) = (latest, before) else { return Ok(Cause { time: latest, ..Cause::default() }) };
    // A change shortly before the earlier reading may not have been told of yet.
    let span = Span { from: keys::second(before.plus_seconds(-SETTLES)), to: keys::second(latest) };
    let rows = table.query(Place::Ledger, &keys::setup(finding.account), &span).await?;
    let mut changes = Vec::new();
    for row in rows.iter().rev() {
        let how: Changed = serde_json::from_str(&row.body).map_err(|error| unreadable(row, &error.to_string()))?;
        if how.is_about(finding) {
            let (time, event) = keys::changed(&row.sk).ok_or_else(|| unreadable(row, "its key is none of ours"))?;
            changes.push((time, event.to_owned(), how));
        }
    }
    let events = changes.iter().map(|(_, event, _)| event.clone()).collect();
    Ok(match changes.into_iter().next() {
        Some((time, _, how)) => Cause { time: Some(time), events, by: Some(how.by), region: how.region, source_ip: how.source_ip },
        None => Cause { time: Some(latest), ..Cause::default() },
    })
}

fn unreadable(row: &Row, why: &str) -> Trouble {
    Trouble::Refused { what: format!("reading row `{}` `{}`", row.pk, row.sk), why: why.to_owned() }
}
