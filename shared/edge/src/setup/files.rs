//! What was read of each account, in the bucket: `setup/ACCOUNT@TIME.json`, dated by when the reading began.
//!
//! Of each account the latest reading counts, whoever wrote last. The one before it is kept, to tell since when something may have changed.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Input, Setup};

use crate::port::{Bucket, Clock, Directory, Object, Trouble};
use crate::rulebook::{dated, taken};

/// Under what they lie.
pub const SETUP_PREFIX: &str = "setup/";

/// Readings that are kept of an account.
const KEPT: usize = 2;

/// Reads an account and puts what it tells into the bucket, unless there is a reading that began at `due` or later.
pub(super) async fn read<O: Bucket + Directory + Clock>(outside: &O, account: AccountId, due: Moment) -> Result<(), Trouble> {
    let mut known = listed(outside, account).await?;
    if known.first().is_none_or(|(began, _)| *began < due) {
        let began = outside.now();
        let text = outside.setup(account).await?;
        let refused = |why: String| Trouble::Refused { what: format!("reading the set-up of account {account}"), why };
        match Input::read(text.as_bytes()).map_err(|why| refused(why.to_string()))? {
            Input::Account(read) if read.id == account => {}
            Input::Account(read) => return Err(refused(format!("what came is of account {}", read.id))),
            Input::Durations(_) | Input::Outsiders(_) => return Err(refused("what came is something else".to_owned())),
        }
        let key = dated(SETUP_PREFIX, &account.to_string(), began);
        outside.put(&key, text.into_bytes()).await?;
        known.push((began, key));
        known.sort_by(|a, b| b.cmp(a));
    }
    for (_, key) in known.into_iter().skip(KEPT) {
        outside.delete(&key).await?;
    }
    Ok(())
}

/// Readings of an account, the latest first.
async fn listed<O: Bucket>(outside: &O, account: AccountId) -> Result<Vec<(Moment, String)>, Trouble> {
    let keys = outside.list(&format!("{SETUP_PREFIX}{account}@")).await?;
    let mut known: Vec<(Moment, String)> = keys.into_iter().filter_map(|(key, _)| Some((taken(&key)?, key))).collect();
    known.sort_by(|a, b| b.cmp(a));
    Ok(known)
}

/// The latest readings of the accounts in the zone of trust.
pub(super) struct Files {
    /// What they tell.
    pub(super) setup: Setup,
    /// When they began, with the ones before; nothing for an account that was never read.
    began: BTreeMap<AccountId, Vec<Moment>>,
}

impl Files {
    pub(super) async fn latest<O: Bucket>(outside: &O, policy: &Policy) -> Result<Self, Trouble> {
        let read = policy.accounts.keys().map(|account| async move {
            let known = listed(outside, *account).await?;
            let Some((_, key)) = known.first() else { return Ok((*account, Vec::new(), None)) };
            let input = match outside.get(key, None).await? {
                Object::Found { bytes, .. } => {
                    let refused = |why: String| Trouble::Refused { what: format!("reading `{key}`"), why };
                    Some(Input::read(&bytes).map_err(|why| refused(why.to_string()))?)
                }
                // Somebody deleted it meanwhile, having written a later one.
                Object::Missing | Object::Unchanged => {
                    return Err(Trouble::Unreachable { what: format!("reading `{key}`"), why: "it is there no more".to_owned() });
                }
            };
            Ok((*account, known.into_iter().map(|(began, _)| began).collect(), input))
        });
        let mut files = Self { setup: Setup::default(), began: BTreeMap::new() };
        for (account, began, input) in try_join_all(read).await? {
            if let Some(input) = input {
                let refused = |why| Trouble::Refused { what: format!("reviewing account {account}"), why };
                files.setup.add(input).map_err(refused)?;
            }
            files.began.insert(account, began);
        }
        Ok(files)
    }

    /// Accounts that were never read.
    pub(super) fn missing(&self) -> impl Iterator<Item = AccountId> {
        self.began.iter().filter(|(_, began)| began.is_empty()).map(|(account, _)| *account)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }

    /// When the latest reading of an account began, and the one before it.
    pub(super) fn began(&self, account: AccountId) -> (Option<Moment>, Option<Moment>) {
        let mut began = self.began.get(&account).into_iter().flatten().copied();
        (began.next(), began.next())
    }
}
