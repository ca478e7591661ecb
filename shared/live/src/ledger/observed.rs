//! IAM's answer about a user's groups: a snapshot of one user, as of the second of the call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Snapshot, SnapshotUser};
use serde::{Deserialize, Serialize};

use super::keys;
use crate::port::Row;
use crate::time::{FACTS_KEPT, MEMBERSHIP_SETTLES};

/// An answer of `ListGroupsForUser`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Observed {
    pub(crate) fn to_row(&self, account: AccountId) -> Result<Row, serde_json::Error> {
        Ok(Row {
            pk: keys::observed(account),
            sk: format!("{}#{}", self.user, keys::second(self.taken)),
            body: serde_json::to_string(self)?,
            rank: String::new(),
            version: 0,
            expires: Some(self.taken.plus_seconds(FACTS_KEPT)),
        })
    }

    /// The answer as a snapshot for the engine. Until membership has settled, the absence of a
    /// group proves nothing.
    pub(crate) fn snapshot(&self, account: AccountId, now: Moment) -> Snapshot {
        let groups: BTreeMap<String, Arc<str>> = self
            .groups
            .iter()
            .map(|(name, id)| (name.to_ascii_lowercase(), Arc::from(id.as_str())))
            .collect();
        let member: BTreeSet<Arc<str>> = groups.values().cloned().collect();
        let user = SnapshotUser {
            name: Arc::from(self.name.as_str()),
            arn: String::new(),
            groups: member,
        };
        Snapshot {
            account,
            partition: None,
            taken: Some(self.taken),
            truncated: now.seconds_since(self.taken) < MEMBERSHIP_SETTLES,
            users: BTreeMap::from([(Arc::from(self.user.as_str()), Arc::new(user))]),
            groups,
            group_names: self
                .groups
                .iter()
                .map(|(name, id)| (Arc::from(id.as_str()), Arc::from(name.as_str())))
                .collect(),
            roles: BTreeMap::new(),
        }
    }
}
