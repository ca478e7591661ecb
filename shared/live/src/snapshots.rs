//! Daily snapshots of who is in which group, of every account whose groups the policy names, put
//! where the guard and the audit look for rosters.
//!
//! INVARIANT (as of its time): what a snapshot says was so in the very second that its key names. A
//! reading takes many calls, and while it lasts people join and leave. Of membership at a moment,
//! IAM changes decide before snapshots do, so a wrong time would mostly not show; but
//! where a snapshot says that somebody *was* a member, a later addition does not count as the
//! beginning (RW010). Dated before a change that it already shows, it would make somebody who
//! joined a minute ago a member of old; dated after one that it does not show, the reverse. Names
//! go by the second too. So an account is read twice, the time is taken in between, and only what
//! both readings say is kept: that was so from the end of the first to the beginning of the second.
//! Of whoever changed meanwhile the snapshot says nothing, and the changes themselves, or
//! an earlier snapshot, decide. What changed and changed back between the two readings is in the
//! logs, and there decides as well.

mod thin;

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;

use crate::operations::once;
use crate::port::{Bucket, Clock, Directory, Table, Topic, Trouble};
use crate::rulebook::{AT_ONCE, ROSTER_PREFIX, Rulebook, roster_key, taken};
use crate::time::ROSTER_TAKES;

/// So many times more an account is read while its users or groups change under our eyes.
const AGAIN: usize = 2;

/// What taking snapshots came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotCounts {
    /// Accounts of which a new snapshot is in the bucket.
    pub written: u64,
    /// Accounts of which this run, stopped before, had taken one already.
    pub known: u64,
    /// Accounts of which none could be taken. Those who run rolewatch are told, once a day.
    pub failed: u64,
    /// Accounts that were not begun, as too little time was left. Another run for the same moment
    /// takes them.
    pub left: u64,
}

enum SnapshotOutcome {
    Written,
    Known,
    Left,
}

/// Takes a snapshot of every account whose groups a role of the policy names. One account that
/// fails does not keep the others from it.
///
/// `at` is when the run was due: an account with a snapshot since then is left alone, so that a run
/// can be repeated. The snapshots are dated by the clock of `outside`, which has to be the one that
/// IAM's records go by. No account is begun shortly before the `deadline`.
///
/// # Errors
/// Those who run rolewatch could not be told of a failure; then all of it can be done again.
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
            take(outside, account, at).await
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
                once(
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

async fn take<O: Directory + Bucket + Clock>(
    outside: &O,
    account: AccountId,
    at: Moment,
) -> Result<SnapshotOutcome, Trouble> {
    let own = format!("{ROSTER_PREFIX}{account}@");
    let listed = outside.list(&own).await?;
    let mut known: Vec<(Moment, String)> = listed
        .into_iter()
        .filter_map(|(key, _)| Some((taken(&key)?, key)))
        .collect();
    let outcome = if known.iter().any(|(taken, _)| *taken >= at) {
        SnapshotOutcome::Known
    } else {
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
        let key = roster_key(&account.to_string(), between);
        outside.put(&key, bytes).await?;
        known.push((between, key));
        SnapshotOutcome::Written
    };
    for key in thin::superfluous(known) {
        outside.delete(&key).await?;
    }
    Ok(outcome)
}

/// What two readings in a row agree in, and the second between them. Where nothing changes in the
/// meantime that is everything.
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
