//! Finds who changed the setup so that a rule of the review fires.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::CallerShown;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{ChangeDetails, ReviewFinding};

use super::files::Files;
use crate::ledger::keys;
use crate::port::{Bucket, KeyRange, Table, TableKind, Trouble};
use crate::time::SETUP_SETTLES;

/// What caused a finding, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cause {
    /// The time of the last change that may have caused it. If there is none, when it was first
    /// seen.
    pub(super) time: Option<Moment>,
    /// The CloudTrail events of those changes, latest first.
    pub(super) events: Vec<String>,
    /// Who made the last change.
    pub(super) by: Option<CallerShown>,
    /// The Region in which it was logged.
    pub(super) region: Option<String>,
    /// The address from which it was made.
    pub(super) source_ip: Option<String>,
}

/// The cause of each new finding.
///
/// A wrong name would be an accusation, so nobody is named who changed something else. A change
/// counts only if all of this is true: it may have caused the finding, it was made between the last
/// two readings of the account, and the finding doesn't appear with the account's earlier reading
/// and everything else as it is now.
pub(super) async fn of_new<O: Table + Bucket>(
    outside: &O,
    findings: &[&ReviewFinding],
    files: &mut Files,
    policy: &Policy,
    now: Moment,
) -> Result<BTreeMap<String, Cause>, Trouble> {
    let mut causes = BTreeMap::new();
    let mut before: BTreeMap<AccountId, BTreeSet<String>> = BTreeMap::new();
    for finding in findings {
        let mut cause = candidate(outside, finding, files).await?;
        if cause.by.is_some() {
            let found = match before.entry(finding.account) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(empty) => empty.insert(
                    files
                        .found_before(outside, finding.account, policy, now)
                        .await?,
                ),
            };
            if found.contains(&finding.id) {
                cause = Cause {
                    time: files.readings_began(finding.account).0,
                    ..Cause::default()
                };
            }
        }
        causes.insert(finding.id.clone(), cause);
    }
    Ok(causes)
}

/// The changes between the last two readings of the account that may have caused the finding.
/// Nothing is known about the time before the first reading.
async fn candidate<T: Table>(
    table: &T,
    finding: &ReviewFinding,
    files: &Files,
) -> Result<Cause, Trouble> {
    let (latest, before) = files.readings_began(finding.account);
    let (Some(latest), Some(before)) = (latest, before) else {
        return Ok(Cause {
            time: latest,
            ..Cause::default()
        });
    };
    // IAM may not have returned a change yet that was made shortly before the earlier reading.
    let span = KeyRange {
        from: keys::second(before.plus_seconds(-SETUP_SETTLES)),
        to: keys::second(latest),
    };
    let rows = table
        .query(TableKind::Ledger, &keys::setup(finding.account), &span)
        .await?;
    let mut changes = Vec::new();
    for row in rows.iter().rev() {
        let how: ChangeDetails = serde_json::from_str(&row.body)
            .map_err(|error| Trouble::unreadable_row(row, &error))?;
        if how.may_have_led_to(finding) {
            let (time, event) = keys::changed(&row.sk)
                .ok_or_else(|| Trouble::unreadable_row(row, "rolewatch didn't write its key"))?;
            changes.push((time, event.to_owned(), how));
        }
    }
    let events = changes.iter().map(|(_, event, _)| event.clone()).collect();
    Ok(match changes.into_iter().next() {
        Some((time, _, how)) => Cause {
            time: Some(time),
            events,
            by: Some(how.by),
            region: how.region,
            source_ip: how.source_ip,
        },
        None => Cause {
            time: Some(latest),
            ..Cause::default()
        },
    })
}
