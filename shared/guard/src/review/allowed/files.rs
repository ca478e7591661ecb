//! Authorization details files, each with its time.

use serde::Serialize;

use crate::id::AccountId;
use crate::moment::Moment;
use crate::review::account::Account;

/// Authorization details of accounts, with the time at which each was taken.
#[derive(Debug, Clone, Default)]
pub struct DetailFiles(Vec<(Account, Option<Moment>)>);

impl DetailFiles {
    /// Adds an account as it was at a time; `None`: the time is unknown.
    pub fn add(&mut self, account: Account, taken: Option<Moment>) {
        self.0.push((account, taken));
    }

    /// The account in the file whose time is nearest to a moment.
    pub(super) fn account_at(
        &self,
        id: AccountId,
        at: Moment,
    ) -> Option<(&Account, Option<Moment>)> {
        let distance =
            |taken: &Option<Moment>| taken.map_or(i64::MAX, |taken| taken.seconds_since(at).abs());
        let all = self.0.iter().filter(|(account, _)| account.id == id);
        all.min_by_key(|(_, taken)| distance(taken))
            .map(|(account, taken)| (account, *taken))
    }
}

/// The time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct FileTime {
    /// The account.
    pub account: AccountId,
    /// When it was taken; `null`: unknown.
    pub taken: Option<Moment>,
}
