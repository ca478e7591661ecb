//! The output of `aws iam get-account-authorization-details`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::IamId;
use crate::arn::{RoleArn, iam_arn, partition_of};
use crate::id::AccountId;
use crate::moment::Moment;

/// Users, groups and memberships of one account at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snapshot {
    /// The account.
    pub account: AccountId,
    /// The partition in its ARNs: `aws`, `aws-cn` and so on. `None`: the snapshot has no ARN.
    pub partition: Option<Arc<str>>,
    /// When it was taken. `None`: unknown.
    pub taken: Option<Moment>,
    /// `IsTruncated`: a page is missing, and may list users that seem absent.
    pub truncated: bool,
    /// It shows only what one question was about: one user, or one group. Whoever isn't in it wasn't
    /// asked about.
    pub partial: bool,
    /// Users by id. Snapshots of one account share equal users ([`Snapshot::share_unchanged`]).
    pub users: BTreeMap<IamId, Arc<SnapshotUser>>,
    /// Group ids by lower-case name.
    pub groups: BTreeMap<String, IamId>,
    /// The spelling of the groups' names, by id.
    pub group_names: BTreeMap<IamId, Arc<str>>,
    /// Role ARNs by id (`AROA…`).
    pub roles: Arc<BTreeMap<Arc<str>, RoleArn>>,
}

/// A user in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotUser {
    /// The name at that time.
    pub name: Arc<str>,
    /// `arn:aws:iam::…:user/…`; empty if the source didn't give it.
    pub arn: String,
    /// The groups, by id.
    pub groups: BTreeSet<IamId>,
}

/// Prefix of the placeholder id of a group when a listing has only its name. Real IAM ids have no
/// spaces.
const BY_NAME: &str = "group named ";

/// Why a file isn't a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not the JSON that the AWS CLI writes.
    #[error("not the output of `aws iam get-account-authorization-details`: {0}")]
    Shape(#[from] serde_json::Error),
    /// No entry names an account.
    #[error(
        "it is not a roster: it contains no user, group or role, so it doesn't show which account it belongs to"
    )]
    Empty,
    /// A compressed file.
    #[error("it is compressed: decompress it first (`gunzip`)")]
    Compressed,
    /// Two bytes per character.
    #[error(
        "it is UTF-16, which PowerShell's `>` writes; save it as UTF-8 (`| Out-File -Encoding utf8`)"
    )]
    Utf16,
    /// Entries of more than one account.
    #[error("it mixes accounts {0} and {1}; use one file per account")]
    Mixed(AccountId, AccountId),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    #[serde(default)]
    user_detail_list: Vec<UserDetail>,
    #[serde(default)]
    group_detail_list: Vec<GroupDetail>,
    #[serde(default)]
    role_detail_list: Vec<RoleDetail>,
    #[serde(default)]
    is_truncated: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail {
    user_name: String,
    user_id: String,
    arn: String,
    #[serde(default)]
    group_list: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDetail {
    group_name: String,
    group_id: String,
    arn: String,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail {
    role_id: String,
    arn: String,
}

impl Snapshot {
    /// Reads one file. Several pages in a row are one snapshot, which is truncated if the last page
    /// is missing.
    ///
    /// # Errors
    /// If the JSON has another shape, or names no account or several.
    pub fn read(json: &[u8], taken: Option<Moment>) -> Result<Self, SnapshotError> {
        match json {
            [0x1f, 0x8b, ..] => return Err(SnapshotError::Compressed),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(SnapshotError::Utf16),
            _ => {}
        }
        let text = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let mut pages = Vec::new();
        for page in serde_json::Deserializer::from_slice(text).into_iter::<Details>() {
            pages.push(page?);
        }
        let account = account_of(&pages)?;
        let mut snapshot = Self {
            account,
            partition: arns_in(&pages).find_map(partition_of).map(Arc::from),
            taken,
            // Every page except the last says that more pages follow. Only the last one shows
            // whether the listing is complete.
            truncated: pages.last().is_some_and(|page| page.is_truncated),
            partial: false,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            group_names: BTreeMap::new(),
            roles: Arc::default(),
        };
        for page in &pages {
            // Groups of all pages come first: a user on page one may be in a group on page three.
            snapshot.add_groups(&page.group_detail_list);
            snapshot.add_roles(&page.role_detail_list);
        }
        for user in pages.into_iter().flat_map(|page| page.user_detail_list) {
            snapshot.add_user(user);
        }
        Ok(snapshot)
    }

    fn add_groups(&mut self, details: &[GroupDetail]) {
        for group in details {
            let id: IamId = Arc::from(group.group_id.as_str());
            self.groups
                // IAM doesn't distinguish group names by case, and policies use any spelling.
                .insert(group.group_name.to_ascii_lowercase(), Arc::clone(&id));
            self.group_names
                .insert(id, Arc::from(group.group_name.as_str()));
        }
    }

    fn add_roles(&mut self, details: &[RoleDetail]) {
        let roles = Arc::make_mut(&mut self.roles);
        for role in details {
            if let Ok(arn) = RoleArn::parse(&role.arn) {
                roles.insert(Arc::from(role.role_id.as_str()), arn);
            }
        }
    }

    /// Needs the groups of all pages, because a user refers to groups by name.
    fn add_user(&mut self, user: UserDetail) {
        let mut groups = BTreeSet::new();
        for written in &user.group_list {
            // A listing made with `--filter User` names groups without their ids.
            let name = written.to_ascii_lowercase();
            let id = self
                .groups
                .entry(name.clone())
                .or_insert_with(|| Arc::from(format!("{BY_NAME}{name}")));
            self.group_names
                .entry(Arc::clone(id))
                .or_insert_with(|| Arc::from(written.as_str()));
            groups.insert(Arc::clone(id));
        }
        let entry = SnapshotUser {
            name: Arc::from(user.user_name),
            arn: user.arn,
            groups,
        };
        self.users.insert(Arc::from(user.user_id), Arc::new(entry));
    }

    /// The snapshot as JSON that [`Snapshot::read`] accepts, without anything else: no policies,
    /// tags or boundaries.
    ///
    /// # Errors
    /// If the serializer fails.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let written = |(lower, id): (&String, &IamId)| {
            self.group_names
                .get(id)
                .map_or_else(|| lower.clone(), ToString::to_string)
        };
        let names: BTreeMap<&IamId, String> = self
            .groups
            .iter()
            .map(|group| (group.1, written(group)))
            .collect();
        let user = |(id, user): (&IamId, &Arc<SnapshotUser>)| UserDetail {
            user_name: user.name.to_string(),
            user_id: id.to_string(),
            arn: user.arn.clone(),
            group_list: user
                .groups
                .iter()
                .filter_map(|group| names.get(group).map(ToString::to_string))
                .collect(),
        };
        let group = |group: (&String, &IamId)| {
            let name = written(group);
            let arn = iam_arn(
                self.partition.as_deref(),
                self.account,
                &format!("group/{name}"),
            );
            GroupDetail {
                group_name: name,
                group_id: group.1.to_string(),
                arn,
            }
        };
        let details = Details {
            user_detail_list: self.users.iter().map(user).collect(),
            group_detail_list: self.groups.iter().map(group).collect(),
            role_detail_list: self
                .roles
                .iter()
                .map(|(id, arn)| RoleDetail {
                    role_id: id.to_string(),
                    arn: arn.to_string(),
                })
                .collect(),
            is_truncated: self.truncated,
        };
        serde_json::to_vec(&details)
    }

    /// What two consecutive readings of one account agree on. It was true from the end of the first
    /// one to the beginning of the second one.
    ///
    /// A reading takes many calls, so it may show one user before a change and another user after
    /// it. A user who differs between the readings is left out, so that the snapshot says nothing
    /// about them. So is a user in a group that changed, who would be shown without that group.
    pub fn agreed(mut self, later: &Self) -> Self {
        self.truncated |= later.truncated;
        let before = std::mem::take(&mut self.groups);
        self.groups = before
            .iter()
            .filter(|(name, id)| later.groups.get(*name) == Some(*id))
            .map(|(name, id)| (name.clone(), Arc::clone(id)))
            .collect();
        let stayed: BTreeSet<&IamId> = self.groups.values().collect();
        self.group_names.retain(|id, _| stayed.contains(id));
        // If a user's group changed its id, the user is left out: neither membership nor absence
        // from the new group would be true.
        let told = |user: &SnapshotUser| user.groups.iter().all(|group| stayed.contains(group));
        self.users
            .retain(|id, user| later.users.get(id) == Some(user) && told(user));
        Arc::make_mut(&mut self.roles).retain(|id, arn| later.roles.get(id) == Some(arn));
        self
    }

    /// Shares equal users with another snapshot of the account. Most of a large account's data is
    /// the same in many snapshots.
    pub fn share_unchanged(&mut self, other: &Self) {
        let users = std::mem::take(&mut self.users);
        self.users = users
            .into_iter()
            .map(|(id, user)| match other.users.get_key_value(&id) {
                Some((known, same)) if **same == *user => (Arc::clone(known), Arc::clone(same)),
                Some((known, _)) => (Arc::clone(known), user),
                None => (id, user),
            })
            .collect();
    }

    pub(super) fn group_id(&self, name: &str) -> Option<IamId> {
        self.groups.get(&name.to_ascii_lowercase()).cloned()
    }

    /// Whether the user was a member. `None`: the snapshot doesn't show it.
    pub(super) fn is_member(&self, user: &str, group: &str) -> Option<bool> {
        let groups = &self.users.get(user)?.groups;
        let member = groups.contains(group);
        // A group known only by name may be the one whose id is asked for.
        let is_listed = || self.groups.values().any(|known| **known == *group);
        let may_be = groups.iter().any(|known| known.starts_with(BY_NAME)) && !is_listed();
        (member || !(self.truncated || may_be)).then_some(member)
    }
}

fn arns_in(pages: &[Details]) -> impl Iterator<Item = &str> {
    pages.iter().flat_map(|page| {
        let users = page.user_detail_list.iter().map(|user| &*user.arn);
        let groups = page.group_detail_list.iter().map(|group| &*group.arn);
        users
            .chain(groups)
            .chain(page.role_detail_list.iter().map(|role| &*role.arn))
    })
}

fn account_of(pages: &[Details]) -> Result<AccountId, SnapshotError> {
    let mut found: Option<AccountId> = None;
    for account in arns_in(pages).filter_map(crate::arn::account_of) {
        match found {
            Some(known) if known != account => return Err(SnapshotError::Mixed(known, account)),
            _ => found = Some(account),
        }
    }
    found.ok_or(SnapshotError::Empty)
}

#[cfg(test)]
mod tests;
