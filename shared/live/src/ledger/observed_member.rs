//! Identity Center's answer about a user's groups: a snapshot of one user and some groups, as of
//! the second of the call.

use std::collections::BTreeSet;
use std::sync::Arc;

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Entity;
use rolewatch_guard::seen::CenterSubject;
use serde::{Deserialize, Serialize};

use super::keys;
use super::store::fact_row;
use crate::port::{Keep, Table, TableKind, Trouble};
use crate::time::{FACTS_KEPT, MEMBERSHIP_SETTLES};

/// The start of the sort key of such an answer.
pub(super) const ANSWER: &str = "o#";

/// An answer of `IsMemberInGroups`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedMember {
    /// The identity store.
    pub store: String,
    /// The user's id.
    pub user: String,
    /// The ids of the groups that were asked about.
    pub asked: BTreeSet<String>,
    /// Those in which the user was.
    pub member: BTreeSet<String>,
    /// When Identity Center answered.
    pub taken: Moment,
}

impl ObservedMember {
    /// Stores the answer under the user.
    ///
    /// # Errors
    /// Returns the table's error. Identity Center can then be asked again.
    pub(crate) async fn store<T: Table>(&self, table: &T) -> Result<(), Trouble> {
        let body = serde_json::to_string(self)
            .map_err(|error| Trouble::refused("storing Identity Center's answer", &error))?;
        let user = CenterSubject::User(Arc::from(self.user.as_str()));
        let pk = keys::about(&Entity::Center(user));
        let sk = format!("{ANSWER}{}", keys::second(self.taken));
        let row = fact_row(pk, sk, &body, self.taken.plus_seconds(FACTS_KEPT));
        let kept = table.keep(TableKind::Ledger, row, Keep::First);
        kept.await.map(drop)
    }

    /// The answer as a snapshot for the engine. Until membership has settled, the absence from a
    /// group proves nothing: the record of a change may not have arrived yet.
    pub(crate) fn snapshot(&self, now: Moment) -> StoreSnapshot {
        let settled = now.seconds_since(self.taken) >= MEMBERSHIP_SETTLES;
        let ids = |of: &BTreeSet<String>| of.iter().map(|id| Arc::from(id.as_str())).collect();
        let groups = (ids(&self.asked), &ids(&self.member));
        StoreSnapshot::of_answer(&self.store, &self.user, groups, self.taken, settled)
    }
}
