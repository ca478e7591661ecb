//! The readings of each account in the bucket: `setup/ACCOUNT@TIME.json`, dated by when the reading
//! began.
//!
//! The latest reading of each account counts, no matter which was written last. The previous one is
//! kept to tell since when something may have changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Account, Input, Setup, review};

use crate::port::{Bucket, Clock, Directory, StoredObject, Trouble};
use crate::rulebook::{AT_ONCE, dated_key, taken_at};

/// The prefix of their keys.
pub const SETUP_PREFIX: &str = "setup/";

/// How many readings are kept for each account.
const KEPT: usize = 2;

/// Reads an account and stores the result in the bucket, unless a reading exists that began at
/// `due` or later. Returns `Some` if the account refused the call.
pub(super) async fn read<O: Bucket + Directory + Clock>(
    outside: &O,
    account: AccountId,
    due: Moment,
) -> Result<Option<Trouble>, Trouble> {
    let mut known = listed(outside, account).await?;
    if known.first().is_none_or(|(began, _)| *began < due) {
        let began = outside.now();
        let text = match outside.setup(account).await {
            // A retry would be refused as well, and the other accounts can be judged without this
            // one.
            Err(trouble @ Trouble::Refused { .. }) => return Ok(Some(trouble)),
            answer => answer?,
        };
        let refused = |why: String| {
            Trouble::refused(format!("reading the IAM setup of account {account}"), &why)
        };
        match Input::read(text.as_bytes()).map_err(|why| refused(why.to_string()))? {
            Input::Account(read) if read.id == account => {}
            Input::Account(read) => {
                return Err(refused(format!("the answer is about account {}", read.id)));
            }
            Input::Durations(_) | Input::Outsiders(_) => {
                return Err(refused("the answer is not an IAM setup".to_owned()));
            }
        }
        let key = dated_key(SETUP_PREFIX, &account.to_string(), began);
        outside.put(&key, text.into_bytes()).await?;
        known.push((began, key));
        known.sort_by(|a, b| b.cmp(a));
    }
    // Done even if nothing was read: an invocation that was stopped may have left too many.
    for (_, key) in known.into_iter().skip(KEPT) {
        outside.delete(&key).await?;
    }
    Ok(None)
}

/// The readings of an account, latest first.
async fn listed<O: Bucket>(
    outside: &O,
    account: AccountId,
) -> Result<Vec<(Moment, String)>, Trouble> {
    let keys = outside.list(&format!("{SETUP_PREFIX}{account}@")).await?;
    let mut known: Vec<(Moment, String)> = keys
        .into_iter()
        .filter_map(|(key, _)| Some((taken_at(&key)?, key)))
        .collect();
    known.sort_by(|a, b| b.cmp(a));
    Ok(known)
}

/// The readings of each trusted account, latest first. An account that was never read has none.
pub(super) type Listing = BTreeMap<AccountId, Vec<(Moment, String)>>;

/// Lists all readings in the bucket.
pub(super) async fn listing<O: Bucket>(outside: &O, policy: &Policy) -> Result<Listing, Trouble> {
    let all = policy.accounts.keys().map(|account| async move {
        Ok::<_, Trouble>((*account, listed(outside, *account).await?))
    });
    stream::iter(all).buffered(AT_ONCE).try_collect().await
}

/// The latest readings.
pub(super) struct Files {
    /// Their content.
    pub(super) setup: Setup,
    /// All readings in the bucket.
    pub(super) listing: Listing,
}

impl Files {
    /// Reads the files one after another: for a large account, one copy in memory is enough.
    pub(super) async fn latest<O: Bucket>(outside: &O, listing: Listing) -> Result<Self, Trouble> {
        let mut setup = Setup::default();
        for key in listing
            .values()
            .filter_map(|known| known.first())
            .map(|(_, key)| key)
        {
            setup.exchange(account(outside, key).await?);
        }
        Ok(Self { setup, listing })
    }

    /// Accounts that were never read.
    pub(super) fn missing(&self) -> impl Iterator<Item = AccountId> {
        self.listing
            .iter()
            .filter(|(_, known)| known.is_empty())
            .map(|(account, _)| *account)
    }

    /// Whether the account was ever read.
    pub(super) fn contains(&self, account: AccountId) -> bool {
        self.listing
            .get(&account)
            .is_some_and(|known| !known.is_empty())
    }

    /// When the latest reading of an account began, and when the previous one began.
    pub(super) fn readings_began(&self, account: AccountId) -> (Option<Moment>, Option<Moment>) {
        let mut began = self
            .listing
            .get(&account)
            .into_iter()
            .flatten()
            .map(|(began, _)| *began);
        (began.next(), began.next())
    }

    /// The IDs of what the review would find if this account were as in its previous reading.
    pub(super) async fn found_before<O: Bucket>(
        &mut self,
        outside: &O,
        of: AccountId,
        policy: &Policy,
        now: Moment,
    ) -> Result<BTreeSet<String>, Trouble> {
        let Some((_, key)) = self.listing.get(&of).and_then(|known| known.get(1)) else {
            return Ok(BTreeSet::new());
        };
        let latest = self.setup.exchange(account(outside, key).await?);
        let found = review(&self.setup, policy, now)
            .findings
            .into_iter()
            .map(|finding| finding.id)
            .collect();
        if let Some(latest) = latest {
            self.setup.exchange(latest);
        }
        Ok(found)
    }
}

async fn account<O: Bucket>(outside: &O, key: &str) -> Result<Account, Trouble> {
    let refused = |why: String| Trouble::refused(format!("reading `{key}`"), &why);
    match outside.get(key, None).await? {
        StoredObject::Found { bytes, .. } => {
            match Input::read(&bytes).map_err(|why| refused(why.to_string()))? {
                Input::Account(account) => Ok(*account),
                Input::Durations(_) | Input::Outsiders(_) => {
                    Err(refused("it is not an IAM setup".to_owned()))
                }
            }
        }
        // Another invocation wrote later readings and deleted this one meanwhile.
        StoredObject::Missing | StoredObject::Unchanged => Err(Trouble::unreachable(
            format!("reading `{key}`"),
            "it no longer exists",
        )),
    }
}
