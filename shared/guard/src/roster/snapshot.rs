//! The output of `aws iam get-account-authorization-details`.

mod listed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::IamId;
use crate::arn::{RoleArn, iam_arn};
use crate::id::AccountId;
use crate::moment::Moment;
pub use listed::UserArn;
use listed::{ListedUsers, SeenArns, UserDetail, WrittenName};

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
    /// `arn:aws:iam::…:user/…`.
    pub arn: UserArn,
    /// The groups, by id. Users in the same groups share them.
    pub groups: Arc<BTreeSet<IamId>>,
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

/// One page, with the users in one of two forms: [`ListedUsers`] as read, details as written.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details<U> {
    #[serde(default)]
    user_detail_list: U,
    #[serde(default)]
    group_detail_list: Vec<GroupDetail>,
    #[serde(default)]
    role_detail_list: Vec<RoleDetail>,
    #[serde(default)]
    is_truncated: bool,
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
        for page in serde_json::Deserializer::from_slice(text).into_iter::<Details<ListedUsers>>() {
            pages.push(page?);
        }
        let arns = arns_in(&pages);
        let mut snapshot = Self {
            account: account_of(&arns)?,
            partition: arns.partition,
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
        snapshot.add_users(
            pages
                .into_iter()
                .flat_map(|page| page.user_detail_list.users),
        );
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
    fn add_users(&mut self, users: impl Iterator<Item = (IamId, Arc<SnapshotUser>)>) {
        let mut named: BTreeMap<Arc<BTreeSet<IamId>>, Arc<BTreeSet<IamId>>> = BTreeMap::new();
        let users = users
            .map(|(id, mut user)| {
                let user_groups = &mut Arc::make_mut(&mut user).groups;
                let ids = match named.get(user_groups) {
                    Some(known) => Arc::clone(known),
                    None => Arc::new(self.ids_of_groups(user_groups)),
                };
                let written = std::mem::replace(user_groups, Arc::clone(&ids));
                named.entry(written).or_insert(ids);
                (id, user)
            })
            .collect();
        self.users = users;
    }

    /// The ids of groups that are given by name.
    fn ids_of_groups(&mut self, names: &BTreeSet<IamId>) -> BTreeSet<IamId> {
        let mut groups = BTreeSet::new();
        for written in names {
            // A listing made with `--filter User` names groups without their ids.
            let name = written.to_ascii_lowercase();
            let id = self
                .groups
                .entry(name.clone())
                .or_insert_with(|| Arc::from(format!("{BY_NAME}{name}")));
            self.group_names
                .entry(Arc::clone(id))
                .or_insert_with(|| Arc::clone(written));
            groups.insert(Arc::clone(id));
        }
        groups
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
            user_detail_list: self
                .users
                .iter()
                .map(|(id, user)| user.detail(id, &names))
                .collect::<Vec<_>>(),
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

impl SnapshotUser {
    /// The ARN. `None`: the source didn't give it.
    pub fn arn(&self) -> Option<String> {
        match &self.arn {
            UserArn::Unknown => None,
            UserArn::BeforeName(begin) => Some(format!("{begin}{}", self.name)),
            UserArn::Whole(arn) => Some(arn.to_string()),
        }
    }

    /// The entry of a listing. `names`: the names of the groups, by id.
    fn detail<'a>(
        &'a self,
        id: &'a IamId,
        names: &'a BTreeMap<&'a IamId, String>,
    ) -> UserDetail<'a> {
        let groups = self.groups.iter().filter_map(|group| names.get(group));
        UserDetail {
            user_name: Cow::Borrowed(&self.name),
            user_id: Cow::Borrowed(id),
            arn: Cow::Owned(self.arn().unwrap_or_default()),
            group_list: groups
                .map(|name| WrittenName(Cow::Borrowed(name)))
                .collect(),
        }
    }
}

/// What the ARNs of all pages show.
fn arns_in(pages: &[Details<ListedUsers>]) -> SeenArns {
    let mut seen = SeenArns::default();
    for page in pages {
        let users = &page.user_detail_list.arns;
        seen.add(users);
        let groups = page.group_detail_list.iter().map(|group| &*group.arn);
        let roles = page.role_detail_list.iter().map(|role| &*role.arn);
        groups.chain(roles).for_each(|arn| seen.note(arn));
    }
    seen
}

fn account_of(arns: &SeenArns) -> Result<AccountId, SnapshotError> {
    match *arns.accounts {
        [] => Err(SnapshotError::Empty),
        [account] => Ok(account),
        [known, other, ..] => Err(SnapshotError::Mixed(known, other)),
    }
}

#[cfg(test)]
mod tests;
