//! IAM's answer about a user's groups: a snapshot of one user, as of the second of the call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Entity, Handle, Snapshot, SnapshotUser, UserArn};
use serde::{Deserialize, Serialize};

use super::keys;
use super::store::fact_row;
use crate::port::{Keep, Row, Table, TableKind, Trouble};
use crate::time::{DAY_OR_TWO, FACTS_KEPT, MEMBERSHIP_SETTLES};

/// An answer of `ListGroupsForUser`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Observed {
    /// The account that IAM was asked about.
    pub account: String,
    /// The user's ID, `AIDA…`.
    pub user: String,
    /// The user name that was asked for.
    pub name: String,
    /// Name and ID of each group.
    pub groups: Vec<(String, String)>,
    /// When IAM answered.
    pub taken: Moment,
}

/// A group's name and ID, as IAM showed them together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupShown {
    /// The name.
    pub name: String,
    /// The ID.
    pub id: String,
    /// When IAM showed it.
    pub taken: Moment,
}

/// In a partition about an ID: a name that goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamePointer {
    pub(super) name: String,
}

/// The row by which an ID leads to a name.
pub(super) fn pointer_row(named: &Entity, name: &str, rank: String, expires: Moment) -> Row {
    let pointer = NamePointer {
        name: name.to_lowercase(),
    };
    let body = serde_json::to_string(&pointer).unwrap_or_default();
    Row {
        rank,
        ..fact_row(
            keys::about(named),
            keys::pointer_part(&pointer.name),
            &body,
            // The rows with the times may be written up to a day later.
            expires.plus_seconds(DAY_OR_TWO),
        )
    }
}

impl Observed {
    /// Stores the answer, under the user's name and ID and under every group.
    ///
    /// # Errors
    /// Returns the table's error. IAM can then be asked again.
    pub(crate) async fn store<T: Table>(
        &self,
        table: &T,
        account: AccountId,
    ) -> Result<(), Trouble> {
        for (row, keep) in self
            .rows(account)
            .map_err(|error| Trouble::refused("storing IAM's answer", &error))?
        {
            table.keep(TableKind::Ledger, row, keep).await?;
        }
        Ok(())
    }

    fn rows(&self, account: AccountId) -> Result<Vec<(Row, Keep)>, serde_json::Error> {
        let expires = self.taken.plus_seconds(FACTS_KEPT);
        let mut rows = Vec::new();
        for shown in self.groups_shown() {
            let rank = format!("{}#{}", keys::second(shown.taken), self.user);
            let by_id = Entity::Group(account, Handle::Id(Arc::from(shown.id.as_str())));
            let by_name = Entity::Group(account, Handle::name(&shown.name));
            let pointer = pointer_row(&by_id, &shown.name, rank.clone(), expires);
            rows.push((pointer, Keep::Greatest));
            let body = serde_json::to_string(&shown)?;
            for (end, keep) in [("first", Keep::Least), ("last", Keep::Greatest)] {
                let sk = format!("g#{}#{end}", keys::name_part(&shown.name, &shown.id));
                let row = fact_row(keys::about(&by_name), sk, &body, expires);
                let rank = rank.clone();
                rows.push((Row { rank, ..row }, keep));
            }
        }
        let body = serde_json::to_string(self)?;
        let own = format!("{}#{}", self.user, keys::second(self.taken));
        let handles = [
            Handle::name(&self.name),
            Handle::Id(Arc::from(self.user.as_str())),
        ];
        for handle in handles {
            let pk = keys::about(&Entity::User(account, handle));
            let row = fact_row(pk, format!("o#{own}"), &body, expires);
            rows.push((row, Keep::First));
        }
        // The previous version of rolewatch looks there.
        let sk = format!("{}{own}", keys::ALSO_HERE);
        let row = fact_row(keys::observed(account), sk, &body, expires);
        rows.push((row, Keep::First));
        Ok(rows)
    }

    /// The groups in the answer.
    pub(super) fn groups_shown(&self) -> impl Iterator<Item = GroupShown> {
        self.groups.iter().map(|(name, id)| GroupShown {
            name: name.clone(),
            id: id.clone(),
            taken: self.taken,
        })
    }

    /// The answer as a snapshot for the engine. Until membership has settled, the absence of a
    /// group proves nothing.
    ///
    /// It names no groups: [`GroupShown`] does, for everybody in the same way.
    pub(crate) fn snapshot(&self, account: AccountId, now: Moment) -> Snapshot {
        let groups = self.groups.iter().map(|(_, id)| Arc::from(id.as_str()));
        let user = SnapshotUser {
            name: Arc::from(self.name.as_str()),
            arn: UserArn::Unknown,
            groups: Arc::new(groups.collect::<BTreeSet<Arc<str>>>()),
        };
        Snapshot {
            truncated: now.seconds_since(self.taken) < MEMBERSHIP_SETTLES,
            users: BTreeMap::from([(Arc::from(self.user.as_str()), Arc::new(user))]),
            ..partial(account, self.taken)
        }
    }
}

impl GroupShown {
    /// What IAM showed, as a snapshot for the engine.
    pub(crate) fn snapshot(&self, account: AccountId) -> Snapshot {
        let id: Arc<str> = Arc::from(self.id.as_str());
        Snapshot {
            groups: BTreeMap::from([(self.name.to_ascii_lowercase(), Arc::clone(&id))]),
            group_names: BTreeMap::from([(id, Arc::from(self.name.as_str()))]),
            ..partial(account, self.taken)
        }
    }
}

fn partial(account: AccountId, taken: Moment) -> Snapshot {
    Snapshot {
        account,
        partition: None,
        taken: Some(taken),
        truncated: false,
        partial: true,
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
        group_names: BTreeMap::new(),
        roles: Arc::default(),
    }
}
