//! The file, as the AWS CLI's lists make it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ListedAssignment, ListedMembership, ListedPermissionSet, ListedUser, StoreSnapshot};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::seen::identity_center::{Principal, lasting};

/// Why a file is not a roster of Identity Center.
#[derive(Debug, thiserror::Error)]
pub enum StoreSnapshotError {
    /// Not the JSON that is expected.
    #[error(
        "not a roster of Identity Center (a JSON object with IdentityStoreId, Users, Groups and GroupMemberships): {0}"
    )]
    Shape(#[from] serde_json::Error),
    /// Packed.
    #[error("it is compressed: decompress it first (`gunzip`)")]
    Compressed,
    /// Two bytes a character.
    #[error(
        "it is UTF-16, which PowerShell's `>` writes; save it as UTF-8 (`| Out-File -Encoding utf8`)"
    )]
    Utf16,
    /// Entries of more than one identity store.
    #[error("it mixes the identity stores {0} and {1}; use one file per identity store")]
    Mixed(Arc<str>, Arc<str>),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Lists {
    identity_store_id: String,
    users: Vec<UserEntry>,
    groups: Vec<GroupEntry>,
    group_memberships: Vec<MembershipEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_sets: Option<Vec<PermissionSetEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_assignments: Option<Vec<AssignmentEntry>>,
    /// Written, and never read from here: it can stand beside any of the lists.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserEntry {
    user_id: String,
    /// A user may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_store_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupEntry {
    group_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_store_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MembershipEntry {
    membership_id: String,
    group_id: String,
    member_id: MemberId,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<CreatedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_store_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MemberId {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PermissionSetEntry {
    permission_set_arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_duration: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssignmentEntry {
    account_id: String,
    permission_set_arn: String,
    principal_id: String,
    principal_type: String,
}

/// `2026-03-01T09:00:00.123000+00:00`, as the second version of the AWS CLI writes it, or seconds
/// since 1970, as the first one does.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum CreatedAt {
    Seconds(f64),
    Text(String),
}

impl CreatedAt {
    fn moment(&self) -> Option<Moment> {
        match self {
            // The second that the time is in: a fraction is cut off, as in a text.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a time outside of 64 bits is refused"
            )]
            Self::Seconds(seconds) => {
                (seconds.abs() < 1e15).then(|| Moment::from_epoch_seconds(seconds.floor() as i64))
            }
            Self::Text(text) => text.parse().ok(),
        }
    }
}

impl Lists {
    fn read(json: &[u8]) -> Result<Self, StoreSnapshotError> {
        match json {
            [0x1f, 0x8b, ..] => return Err(StoreSnapshotError::Compressed),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(StoreSnapshotError::Utf16),
            _ => {}
        }
        let text = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        Ok(serde_json::from_slice(text)?)
    }
}

impl StoreSnapshot {
    /// Whether a file means to be a roster of Identity Center, by its content.
    pub fn is_meant(json: &[u8]) -> bool {
        // Tags and policies of an account may have such a key too.
        let of_account = ["UserDetailList", "GroupDetailList", "RoleDetailList"];
        has_key(json, "IdentityStoreId") && !of_account.iter().any(|key| has_key(json, key))
    }

    /// A file with only what is read of it: no addresses or other data of people.
    ///
    /// # Errors
    /// The same as for [`StoreSnapshot::read`].
    pub fn reduced(json: &[u8]) -> Result<Vec<u8>, StoreSnapshotError> {
        let mut lists = Lists::read(json)?;
        // Whoever is absent may be on the next page.
        lists.next_token = is_cut_off(json).then(|| "left out".to_owned());
        Ok(serde_json::to_vec(&lists)?)
    }

    /// Reads one file.
    ///
    /// # Errors
    /// The JSON is of another kind, or names more than one identity store.
    pub fn read(json: &[u8], taken: Option<Moment>) -> Result<Self, StoreSnapshotError> {
        let lists = Lists::read(json)?;
        let store = store_of(&lists)?;
        let mut ids = Ids::default();
        let mut incomplete = is_cut_off(json);
        let (memberships, unread) = memberships(lists.group_memberships, &mut ids);
        incomplete |= unread;
        let (assignments, unread) = assignments(lists.account_assignments);
        incomplete |= unread;
        let (users, users_by_name) = users(lists.users, &mut ids);
        let groups = lists.groups.into_iter().map(|group| {
            let name = group.display_name.unwrap_or_default();
            (ids.share(group.group_id), Arc::from(name))
        });
        let groups: BTreeMap<_, _> = groups.collect();
        Ok(Self {
            store,
            taken,
            incomplete,
            users,
            groups_by_name: by_name(&groups),
            groups,
            only_groups: None,
            permission_sets: lists.permission_sets.map(permission_sets),
            assignments,
            by_membership: by_membership(&memberships),
            memberships,
            users_by_name,
        })
    }
}

/// Ids, each kept once: a user's is in each of their memberships.
#[derive(Default)]
struct Ids(HashSet<Arc<str>>);

impl Ids {
    fn share(&mut self, id: String) -> Arc<str> {
        if let Some(known) = self.0.get(&*id) {
            return Arc::clone(known);
        }
        let id: Arc<str> = Arc::from(id);
        self.0.insert(Arc::clone(&id));
        id
    }
}

fn store_of(lists: &Lists) -> Result<Arc<str>, StoreSnapshotError> {
    let own = &lists.identity_store_id;
    let users = lists.users.iter().map(|user| &user.identity_store_id);
    let groups = lists.groups.iter().map(|group| &group.identity_store_id);
    let memberships = lists
        .group_memberships
        .iter()
        .map(|one| &one.identity_store_id);
    let mut named = users.chain(groups).chain(memberships).flatten();
    match named.find(|store| *store != own) {
        Some(other) => Err(StoreSnapshotError::Mixed(
            Arc::from(own.as_str()),
            Arc::from(other.as_str()),
        )),
        None => Ok(Arc::from(own.as_str())),
    }
}

type Named = BTreeMap<Arc<str>, Vec<Arc<str>>>;

fn users(listed: Vec<UserEntry>, ids: &mut Ids) -> (BTreeMap<Arc<str>, ListedUser>, Named) {
    let mut by_name = Named::new();
    let users = listed.into_iter().map(|user| {
        let id = ids.share(user.user_id);
        let name: Arc<str> = Arc::from(user.user_name.unwrap_or_default());
        let enabled = match user.user_status.as_deref() {
            Some("ENABLED") => Some(true),
            Some("DISABLED") => Some(false),
            _ => None,
        };
        (id, ListedUser { name, enabled })
    });
    let users: BTreeMap<_, _> = users.collect();
    for (id, user) in users.iter().filter(|(_, user)| !user.name.is_empty()) {
        let lower = user.name.to_lowercase();
        let key = if lower == *user.name {
            Arc::clone(&user.name)
        } else {
            Arc::from(lower)
        };
        by_name.entry(key).or_default().push(Arc::clone(id));
    }
    (users, by_name)
}

fn by_name(groups: &BTreeMap<Arc<str>, Arc<str>>) -> BTreeMap<String, Option<Arc<str>>> {
    let mut by_name = BTreeMap::new();
    for (id, name) in groups {
        by_name
            .entry(name.to_lowercase())
            .and_modify(|known| *known = None)
            .or_insert_with(|| Some(Arc::clone(id)));
    }
    by_name
}

/// The memberships of users, and whether there is a member of another kind.
fn memberships(listed: Vec<MembershipEntry>, ids: &mut Ids) -> (Vec<ListedMembership>, bool) {
    let mut unread = false;
    let mut memberships: Vec<ListedMembership> = Vec::with_capacity(listed.len());
    for one in listed {
        let Some(user) = one.member_id.user_id else {
            unread = true;
            continue;
        };
        let created = one.created_at.as_ref().map(CreatedAt::moment);
        // Without a time that can be read, nothing shows when the membership began.
        unread |= created == Some(None);
        memberships.push(ListedMembership {
            user: ids.share(user),
            group: ids.share(one.group_id),
            created: created.flatten(),
            id: Arc::from(one.membership_id),
        });
    }
    // The latest time of one pair comes first, and stays.
    memberships.sort_by(|a, b| {
        (&a.user, &a.group, &b.created, &a.id).cmp(&(&b.user, &b.group, &a.created, &b.id))
    });
    memberships.dedup_by(|later, kept| later.user == kept.user && later.group == kept.group);
    (memberships, unread)
}

fn by_membership(memberships: &[ListedMembership]) -> Vec<u32> {
    let mut order: Vec<(&Arc<str>, u32)> = memberships.iter().map(|one| &one.id).zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}

fn permission_sets(listed: Vec<PermissionSetEntry>) -> Vec<ListedPermissionSet> {
    let mut sets: Vec<_> = listed
        .into_iter()
        .map(|set| ListedPermissionSet {
            arn: Arc::from(set.permission_set_arn),
            name: Arc::from(set.name),
            session: set.session_duration.as_deref().and_then(lasting),
        })
        .collect();
    sets.sort_unstable();
    sets.dedup();
    sets
}

/// The assignments, and whether there is one that can't be read.
fn assignments(listed: Option<Vec<AssignmentEntry>>) -> (Option<Vec<ListedAssignment>>, bool) {
    let Some(listed) = listed else {
        return (None, false);
    };
    let count = listed.len();
    let mut assignments: Vec<ListedAssignment> =
        listed.into_iter().filter_map(assignment).collect();
    let unread = assignments.len() < count;
    assignments.sort_unstable();
    assignments.dedup();
    (Some(assignments), unread)
}

fn assignment(listed: AssignmentEntry) -> Option<ListedAssignment> {
    let account: AccountId = listed.account_id.parse().ok()?;
    let principal = match listed.principal_type.as_str() {
        "GROUP" => Principal::Group(Arc::from(listed.principal_id)),
        "USER" => Principal::User(Arc::from(listed.principal_id)),
        _ => return None,
    };
    Some(ListedAssignment {
        account,
        permission_set: Arc::from(listed.permission_set_arn),
        principal,
    })
}

/// Whether a list ends with a token for the page after it.
fn is_cut_off(json: &[u8]) -> bool {
    values_of(json, "NextToken")
        .any(|value| !value.starts_with(b"null") && !value.starts_with(b"\"\""))
}

fn has_key(json: &[u8], key: &str) -> bool {
    values_of(json, key).next().is_some()
}

/// What follows each occurrence of a key. Inside another text the quotes would be escaped, and a
/// text that isn't a key has no colon after it.
fn values_of<'j>(json: &'j [u8], key: &str) -> impl Iterator<Item = &'j [u8]> {
    let quoted = format!("\"{key}\"");
    let ends: Vec<usize> = memchr::memmem::find_iter(json, quoted.as_bytes())
        .map(|at| at + quoted.len())
        .collect();
    ends.into_iter().filter_map(|end| {
        let rest = json.get(end..)?.trim_ascii_start();
        Some(rest.strip_prefix(b":")?.trim_ascii_start())
    })
}
