//! Watches the IAM setup of the accounts: what changed, who changed it, and what the review says
//! about it since.
//!
//! The rules of the review (`rolewatch_guard::review`) judge a state, not an event. So a change is
//! noted together with who made it. A little later, when IAM returns the change everywhere, the
//! whole account is read and stored in the bucket. Then the latest readings of all accounts are
//! judged and the outbox is updated. Many changes in a row share one reading.
//!
//! INVARIANT (covered): a reading begins at least `SETUP_SETTLES` seconds after every change that
//! requested it, or that found it already requested. Changes that no event reported are found by
//! the daily reading.
//!
//! INVARIANT (settled): a judgment ends with a round that finds nothing to change. An invocation
//! that wrote something reads the bucket again. So if two run at once, the one with the older
//! readings can't have the last word.

mod ask;
mod cause;
mod files;
mod shown;
#[cfg(test)]
mod tests;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::review::{self, ReviewFinding, SetupChange};
use rolewatch_guard::untrusted;

pub use ask::ask_for_all;
pub use files::SETUP_PREFIX;

use crate::inbox::Ask;
use crate::ledger::keys;
use crate::operations::notify_once;
use crate::outbox::{self, FindingState, StoredFinding, publish};
use crate::port::{
    Bucket, Clock, Directory, Keep, KeepOutcome, KeyRange, Queue, Row, Table, TableKind, Topic,
    Trouble,
};
use crate::rulebook::Rulebook;
use crate::settle::{SettleCounts, alert, diff};
use crate::time::{CHANGERS_KEPT, SETUP_SETTLES};
use crate::wire::Status;
use files::Files;

/// If this many rounds don't settle, something is wrong.
const MOST_ROUNDS: usize = 30;

/// The key, in place of a record, under which all findings about the setup are found.
const ALL: &str = "setup";

/// The ports needed to read and judge the setup.
pub trait SetupPorts: Table + Queue + Topic + Bucket + Directory + Clock {}

impl<O: Table + Queue + Topic + Bucket + Directory + Clock> SetupPorts for O {}

/// Notes a change and requests a reading of its account. Repeating it changes nothing.
///
/// # Errors
/// Returns the first error of a port.
pub async fn note_change<O: Table + Queue>(
    outside: &O,
    change: &SetupChange,
    now: Moment,
) -> Result<KeepOutcome, Trouble> {
    let body = serde_json::to_string(&change.how)
        .map_err(|error| Trouble::refused("recording a change to the IAM setup", &error))?;
    let row = Row {
        pk: keys::setup(change.key.account),
        sk: keys::change(change.time, &change.key),
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(CHANGERS_KEPT)),
    };
    // Noted before the request: the invocation that reads the account has to find who made the
    // change.
    let kept = outside.keep(TableKind::Ledger, row, Keep::First).await?;
    ask::ask_after_change(outside, change.key.account, change.time, now).await?;
    Ok(kept)
}

/// Whether a change was noted.
///
/// # Errors
/// Returns the table's error.
pub async fn is_noted<T: Table>(
    table: &T,
    record: &RecordKey,
    time: Moment,
) -> Result<bool, Trouble> {
    let sk = keys::change(time, record);
    let rows = table
        .query(
            TableKind::Ledger,
            &keys::setup(record.account),
            &KeyRange {
                from: sk.clone(),
                to: sk,
            },
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Reads the requested account, unless a recent enough reading exists, and judges the setup.
///
/// If an account's reader role can't be assumed, this publishes a notice for those who run
/// rolewatch, once a day.
///
/// # Errors
/// Returns the first error of a port. The review then has to be repeated, which is safe.
pub async fn review<O: SetupPorts>(
    outside: &O,
    book: &Rulebook,
    ask: &Ask,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    if let Some(account) = ask
        .account
        .filter(|account| book.policy.account_name(*account).is_some())
    {
        if now < ask.due {
            // SQS delays a message for at most 15 minutes, so it can arrive before the reading is
            // due.
            ask::queue_again(outside, ask, now).await?;
            return Ok(SettleCounts::default());
        }
        if let Some(trouble) = files::read(outside, account, ask.due).await? {
            tracing::error!(%account, %trouble, "can't read the IAM setup of the account");
            let name = book
                .policy
                .account_name(account)
                .map(untrusted::harmless)
                .unwrap_or_default();
            let day = now.epoch_seconds().div_euclid(86_400);
            let text = format!(
                "rolewatch can't read the IAM setup of account {account} ({name}): {trouble}.\n\nUntil it can, it doesn't review changes to the account's roles, groups and \
                 policies. The account's reader role must trust this stack and allow iam:GetAccountAuthorizationDetails and iam:ListRoles."
            );
            notify_once(
                outside,
                &format!("set-up of {account} on day {day}"),
                "rolewatch: can't read an IAM setup",
                text,
                now,
            )
            .await?;
        }
    }
    judge_setup(outside, book, ask.account.is_none(), now).await
}

async fn judge_setup<O: Table + Queue + Topic + Bucket>(
    outside: &O,
    book: &Rulebook,
    anew: bool,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let mut settled = SettleCounts::default();
    let mut judged: Option<(Files, Vec<ReviewFinding>)> = None;
    for round in 0..MOST_ROUNDS {
        let listing = files::listing(outside, &book.policy).await?;
        // The same readings give the same findings, so there is no need to judge them again.
        let (mut files, findings) =
            if let Some(known) = judged.take().filter(|(files, _)| files.listing == listing) {
                known
            } else {
                let files = Files::latest(outside, listing).await?;
                let findings = review::review(&files.setup, &book.policy, now).findings;
                (files, findings)
            };
        // Only when a judgment was requested without an account. After a failed reading, this would
        // request the same reading again forever.
        if anew && round == 0 {
            for account in files.missing() {
                // `after` adds `SETUP_SETTLES` to the time, so this reading is due now.
                ask::ask_after_change(outside, account, now.plus_seconds(-SETUP_SETTLES), now)
                    .await?;
            }
        }
        let (mut states, dirty) = compare(outside, book, &mut files, &findings, now).await?;
        if !dirty.is_empty() {
            diff::store_states(outside, &mut states, &dirty, now, &mut settled).await?;
            judged = Some((files, findings));
            continue;
        }
        settled.published += publish::send_due(outside, &mut states, now).await?;
        return Ok(settled);
    }
    Err(Trouble::unreachable(
        "reviewing the IAM setup",
        &format!("the outbox was still changing after {MOST_ROUNDS} rounds"),
    ))
}

/// The states that all findings about the setup should have, and the IDs of those that differ from
/// what is stored.
async fn compare<O: Table + Bucket>(
    outside: &O,
    book: &Rulebook,
    files: &mut Files,
    findings: &[ReviewFinding],
    now: Moment,
) -> Result<(BTreeMap<String, StoredFinding>, BTreeSet<String>), Trouble> {
    let known = outbox::about_records(outside, [ALL.to_owned()]).await?;
    let wanted: BTreeSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    let all: BTreeSet<String> = known
        .into_iter()
        .chain(wanted.iter().map(|id| (*id).to_owned()))
        .collect();
    let mut states = outbox::load_findings(outside, all).await?;
    let mut dirty = BTreeSet::new();
    for (id, stored) in &mut states {
        if !wanted.contains(id.as_str()) && stored.state.alert.status != Status::Withdrawn {
            stored.state.alert.status = Status::Withdrawn;
            stored.state.alert.version += 1;
            dirty.insert(id.clone());
        }
    }
    let standing = |stored: &StoredFinding| stored.state.alert.status != Status::Withdrawn;
    // A finding that depends on an account that was never read isn't reported. A separate notice
    // says that the account can't be read.
    let new: Vec<&ReviewFinding> = findings
        .iter()
        .filter(|finding| {
            !states.get(&finding.id).is_some_and(standing)
                && !finding.lacks_account(|account| files.contains(account))
        })
        .collect();
    let new_ids: BTreeSet<String> = new.iter().map(|finding| finding.id.clone()).collect();
    let causes = cause::of_new(outside, &new, files, &book.policy, now).await?;
    for finding in findings {
        let known = states.get(&finding.id);
        let standing = known.filter(|stored| standing(stored));
        let mut alert = match (standing, causes.get(&finding.id)) {
            (Some(stored), _) => shown::next_alert(finding, &stored.state.alert),
            (None, Some(cause)) => shown::first_alert(finding, &book.policy, cause, now),
            (None, None) => continue,
        };
        if standing.is_some_and(|stored| alert::says_the_same(&stored.state.alert, &alert)) {
            continue;
        }
        let (version, published) =
            known.map_or((0, 0), |stored| (stored.version, stored.state.published));
        // A finding that comes back continues its version numbers, because readers take the higher
        // version.
        alert.version = known.map_or(1, |stored| stored.state.alert.version + 1);
        // No further evidence is expected, so the finding is published at once, proven or not.
        let state = FindingState {
            alert,
            switches: Vec::new(),
            records: vec![ALL.to_owned()],
            several: false,
            quiet: false,
            due: Some(now),
            published,
            sending: None,
        };
        dirty.insert(finding.id.clone());
        states.insert(finding.id.clone(), StoredFinding { state, version });
    }
    together::combine(&mut states, &new_ids);
    Ok((states, dirty))
}
