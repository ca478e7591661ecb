//! Daily snapshots of who is in which group, for every account whose groups the policy names. They
//! are stored where the guard and the audit look for rosters.
//!
//! INVARIANT (as of its time): what a snapshot says was true in the exact second that its key
//! names.
//!
//! A reading takes many calls, and people join and leave while it lasts. To decide who was a member
//! at a moment, logged IAM changes take precedence over snapshots, so a wrong time would mostly not
//! show. But if a snapshot says that somebody *was* a member, a later addition doesn't count as the
//! beginning (RW010). A snapshot dated before a change that it already shows would turn somebody
//! who joined a minute ago into a long-time member. A snapshot dated after a change that it doesn't
//! show would do the reverse. Names also depend on the second.
//!
//! So an account is read twice, and the time is taken in between. Only what both readings say is
//! kept: it was true from the end of the first to the beginning of the second. About anyone who
//! changed meanwhile the snapshot says nothing, and the changes themselves or an earlier snapshot
//! decide. A change that was made and undone between the two readings is in the logs, which decide
//! in that case too.

mod center;
mod thin;

use std::collections::BTreeSet;
use std::future::Future;

use futures_util::stream::{self, StreamExt};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;

use crate::operations::notify_once;
use crate::port::{Bucket, Clock, Directory, Table, Topic, Trouble};
use crate::rulebook::{AT_ONCE, ROSTER_PREFIX, Rulebook, roster_key, taken_at};
use crate::time::ROSTER_TAKES;

pub use center::take_center;

/// How many more times an account is read if its users or groups change during a reading.
const AGAIN: usize = 2;

/// The result of taking snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotCounts {
    /// Accounts, or identity stores, for which a new snapshot is in the bucket.
    pub written: u64,
    /// Accounts for which an earlier attempt of this run already took a snapshot.
    pub known: u64,
    /// Accounts for which no snapshot could be taken. A notice says so, once a day.
    pub failed: u64,
    /// Accounts that weren't read because too little time was left. Another run for the same moment
    /// takes them.
    pub left: u64,
}

enum SnapshotOutcome {
    Written,
    Known,
    Left,
}

/// Takes a snapshot of every account whose groups a role of the policy names. One account that
/// fails doesn't stop the others.
///
/// `at` is the time at which the run was due. An account with a snapshot since then is skipped, so
/// a run can be repeated. The snapshots are dated by the clock of `outside`, which has to agree
/// with the clock of IAM's records. No account is started shortly before the `deadline`.
///
/// # Errors
/// Returns an error if the notice about a failure couldn't be published. All of it can then be
/// repeated.
pub async fn take_all<O: Directory + Bucket + Table + Topic + Clock>(
    outside: &O,
    book: &Rulebook,
    at: Moment,
    deadline: Option<Moment>,
) -> Result<SnapshotCounts, Trouble> {
    let mut sums = SnapshotCounts::default();
    let accounts: BTreeSet<AccountId> = book
        .policy
        .roles
        .iter()
        .flat_map(|role| &role.groups)
        .map(|group| group.account)
        .collect();
    let is_late =
        || deadline.is_some_and(|deadline| deadline.seconds_since(outside.now()) < ROSTER_TAKES);
    let taken = stream::iter(accounts).map(|account| async move {
        let outcome = if is_late() {
            Ok(SnapshotOutcome::Left)
        } else {
            take_snapshot(outside, account, at).await
        };
        (account, outcome)
    });
    let mut taken = taken.buffered(AT_ONCE);
    while let Some((account, outcome)) = taken.next().await {
        match outcome {
            Ok(SnapshotOutcome::Left) => sums.left += 1,
            Ok(SnapshotOutcome::Written) => sums.written += 1,
            Ok(SnapshotOutcome::Known) => sums.known += 1,
            Err(trouble) => {
                sums.failed += 1;
                tracing::error!(%account, %trouble, "couldn't take a roster of the account");
                let name = book
                    .policy
                    .account_name(account)
                    .map(rolewatch_guard::untrusted::harmless)
                    .unwrap_or_default();
                let now = outside.now();
                let day = now.epoch_seconds().div_euclid(86_400);
                let text = format!(
                    "rolewatch couldn't take today's roster (the list of who is in which group) of account {account} ({name}): {trouble}.\n\nUntil it can, \
                     group membership is based on earlier rosters and the IAM changes since then. The account's reader \
                     role must trust this stack and allow iam:GetAccountAuthorizationDetails."
                );
                notify_once(
                    outside,
                    &format!("roster of {account} on day {day}"),
                    "rolewatch: couldn't take a roster",
                    text,
                    now,
                )
                .await?;
            }
        }
    }
    Ok(sums)
}

async fn take_snapshot<O: Directory + Bucket + Clock>(
    outside: &O,
    account: AccountId,
    at: Moment,
) -> Result<SnapshotOutcome, Trouble> {
    let read = async || {
        let (agreed, between) = settled(outside, account).await?;
        let refused =
            |why: String| Trouble::refused(format!("taking a roster of account {account}"), &why);
        if agreed.account != account {
            return Err(refused(format!(
                "the answer is about account {}",
                agreed.account
            )));
        }
        let bytes = agreed
            .to_json()
            .map_err(|error| refused(error.to_string()))?;
        Ok((bytes, between))
    };
    keep_new(outside, &account.to_string(), at, read).await
}

/// Reads and stores a snapshot unless there is one since `at`, and deletes superfluous ones. `name`
/// is the part of the key before the time.
async fn keep_new<O: Bucket, F: Future<Output = Result<(Vec<u8>, Moment), Trouble>>>(
    outside: &O,
    name: &str,
    at: Moment,
    read: impl FnOnce() -> F,
) -> Result<SnapshotOutcome, Trouble> {
    let own = format!("{ROSTER_PREFIX}{name}@");
    let listed = outside.list(&own).await?;
    let mut known: Vec<(Moment, String)> = listed
        .into_iter()
        .filter_map(|(key, _)| Some((taken_at(&key)?, key)))
        .collect();
    let outcome = if known.iter().any(|(taken, _)| *taken >= at) {
        SnapshotOutcome::Known
    } else {
        let (bytes, between) = read().await?;
        let key = roster_key(name, between);
        outside.put(&key, bytes).await?;
        known.push((between, key));
        SnapshotOutcome::Written
    };
    for key in thin::superfluous(known) {
        outside.delete(&key).await?;
    }
    Ok(outcome)
}

/// What two successive readings agree on, and the second between them. If nothing changes
/// meanwhile, this is everything.
async fn settled<O: Directory + Clock>(
    outside: &O,
    account: AccountId,
) -> Result<(Snapshot, Moment), Trouble> {
    let mut earlier = outside.details(account).await?;
    let mut between = outside.now();
    let mut later = outside.details(account).await?;
    for _ in 0..AGAIN {
        if earlier == later {
            break;
        }
        earlier = later;
        between = outside.now();
        later = outside.details(account).await?;
    }
    Ok((earlier.agreed(&later), between))
}

#[cfg(test)]
mod tests;
