//! A roster of Identity Center, in the shape that [`StoreSnapshot`](crate::directory::StoreSnapshot)
//! reads.

use serde::Serialize;

use super::people::{PeopleChanges, PeopleReading};
use crate::untrusted::harmless;

/// An instance of Identity Center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CenterInstance {
    /// Its ARN.
    pub arn: String,
    /// Its identity store: `d-1234567890`.
    pub store: String,
    /// The account that owns it.
    pub owner: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// Why no instance can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceChoiceError {
    /// There is none.
    #[error(
        "Identity Center has no instance that this account can read in this Region: set \
         `AWS_REGION` to its home Region, and use credentials of the account that administers it"
    )]
    None,
    /// There are several.
    #[error(
        "there are several instances of Identity Center: choose one with `--identity-store ID`\n{0}"
    )]
    Several(String),
    /// None has the identity store that was asked for.
    #[error("no instance of Identity Center has the identity store `{0}`; there is\n{1}")]
    Unknown(String, String),
}

/// The instance with an identity store or, if none is named, the only instance.
///
/// # Errors
/// Names the instances if it isn't clear which one is meant.
pub fn choose_instance<'i>(
    instances: &'i [CenterInstance],
    store: Option<&str>,
) -> Result<&'i CenterInstance, InstanceChoiceError> {
    match (instances, store) {
        ([], _) => Err(InstanceChoiceError::None),
        (all, Some(store)) => all
            .iter()
            .find(|instance| instance.store == store)
            .ok_or_else(|| InstanceChoiceError::Unknown(harmless(store), lines(all))),
        ([one], None) => Ok(one),
        (all, None) => Err(InstanceChoiceError::Several(lines(all))),
    }
}

fn lines(instances: &[CenterInstance]) -> String {
    let mut lines = Vec::new();
    for instance in instances {
        let name = match &instance.name {
            Some(name) => format!(" ({})", harmless(name)),
            None => String::new(),
        };
        let owner = match &instance.owner {
            Some(owner) => format!(" of account {}", harmless(owner)),
            None => String::new(),
        };
        lines.push(format!("  {}{name}{owner}", harmless(&instance.store)));
    }
    lines.join("\n")
}

/// Users, groups and memberships of one reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreReading {
    /// `Users`.
    pub users: Vec<StoreUser>,
    /// `Groups`.
    pub groups: Vec<StoreGroup>,
    /// `GroupMemberships`.
    pub group_memberships: Vec<StoreMembership>,
}

/// A user of the identity store. Their address, phone number and so on are nobody's business here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreUser {
    /// The id, which stays.
    pub user_id: String,
    /// The name, which can change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// `ENABLED` or `DISABLED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_status: Option<String>,
}

/// A group of the identity store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreGroup {
    /// The id, which stays.
    pub group_id: String,
    /// The name, which can change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreMembership {
    /// The id of the membership.
    pub membership_id: String,
    /// The group.
    pub group_id: String,
    /// The member.
    pub member_id: StoreMember,
    /// When the membership began, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreMember {
    /// `None`: the member isn't a user. The entry stays, so that the roster counts as incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// Who may take which permission set.
///
/// These lists are read once, before users and groups. So an assignment that was deleted meanwhile
/// may still be listed, and none is missing that existed all the time. Listed too long, an
/// assignment only leaves open when it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreGrants {
    /// `PermissionSets`.
    pub permission_sets: Vec<StorePermissionSet>,
    /// `AccountAssignments`.
    pub account_assignments: Vec<StoreAssignment>,
}

/// A permission set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StorePermissionSet {
    /// The ARN, by which assignments name it.
    pub permission_set_arn: String,
    /// The name.
    pub name: String,
    /// How long its sessions last: `PT8H`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_duration: Option<String>,
}

/// An assignment of a permission set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreAssignment {
    /// The account in which it may be taken.
    pub account_id: String,
    /// The permission set.
    pub permission_set_arn: String,
    /// `USER` or `GROUP`.
    pub principal_type: String,
    /// Who may take it.
    pub principal_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StoreFile<'f> {
    identity_store_id: &'f str,
    #[serde(flatten)]
    directory: &'f StoreReading,
    #[serde(flatten)]
    grants: &'f StoreGrants,
}

impl StoreReading {
    /// Users and groups by id.
    pub fn people(&self) -> PeopleReading {
        let mut people = PeopleReading::default();
        for user in &self.users {
            people.user(&user.user_id, format!("{user:?}"));
        }
        for group in &self.groups {
            people.group(&group.group_id, format!("{group:?}"));
        }
        for membership in &self.group_memberships {
            if let Some(user) = &membership.member_id.user_id {
                people.membership(user, &membership.group_id, format!("{membership:?}"));
            }
        }
        people
    }

    /// The same without users and groups that changed. A member that isn't a user stays, because
    /// the roster is incomplete either way.
    #[must_use]
    pub fn without(mut self, changes: &PeopleChanges) -> Self {
        self.users
            .retain(|user| !changes.users.contains(&user.user_id));
        self.groups
            .retain(|group| !changes.groups.contains(&group.group_id));
        self.group_memberships
            .retain(|membership| match &membership.member_id.user_id {
                Some(user) => !changes.users.contains(user),
                None => true,
            });
        self
    }

    /// How many members aren't users.
    pub fn other_members(&self) -> usize {
        let members = self.group_memberships.iter();
        members
            .filter(|membership| membership.member_id.user_id.is_none())
            .count()
    }

    /// The file.
    ///
    /// # Errors
    /// Never for these types, as far as is known.
    pub fn to_json(&self, store: &str, grants: &StoreGrants) -> serde_json::Result<String> {
        let file = StoreFile {
            identity_store_id: store,
            directory: self,
            grants,
        };
        Ok(serde_json::to_string_pretty(&file)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::StoreSnapshot;

    fn user(id: &str) -> StoreUser {
        StoreUser {
            user_id: id.to_owned(),
            user_name: Some(format!("{id}@example.com")),
            user_status: Some("ENABLED".to_owned()),
        }
    }

    fn group(id: &str) -> StoreGroup {
        StoreGroup {
            group_id: id.to_owned(),
            display_name: Some(format!("Group {id}")),
        }
    }

    fn membership(user: Option<&str>, group: &str) -> StoreMembership {
        StoreMembership {
            membership_id: format!("{user:?} in {group}"),
            group_id: group.to_owned(),
            member_id: StoreMember {
                user_id: user.map(ToOwned::to_owned),
            },
            created_at: Some("2026-03-01T09:00:00.123Z".to_owned()),
        }
    }

    fn reading(members: &[(Option<&str>, &str)]) -> StoreReading {
        StoreReading {
            users: vec![user("u1"), user("u2")],
            groups: vec![group("g1"), group("g2")],
            group_memberships: members.iter().map(|one| membership(one.0, one.1)).collect(),
        }
    }

    fn read(reading: &StoreReading) -> StoreSnapshot {
        let grants = StoreGrants {
            permission_sets: vec![StorePermissionSet {
                permission_set_arn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1".to_owned(),
                name: "ProductionAdmin".to_owned(),
                session_duration: Some("PT4H".to_owned()),
            }],
            account_assignments: vec![StoreAssignment {
                account_id: "444455556666".to_owned(),
                permission_set_arn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1".to_owned(),
                principal_type: "GROUP".to_owned(),
                principal_id: "g1".to_owned(),
            }],
        };
        let json = reading.to_json("d-1234567890", &grants).unwrap();
        assert!(StoreSnapshot::is_meant(json.as_bytes()));
        StoreSnapshot::read(json.as_bytes(), None).unwrap()
    }

    #[test]
    fn the_file_is_read_back_as_it_was_meant() {
        let snapshot = read(&reading(&[(Some("u1"), "g1")]));
        assert_eq!(&*snapshot.store, "d-1234567890");
        // It would be incomplete if a `CreatedAt` couldn't be read.
        assert!(!snapshot.incomplete);
        assert_eq!(snapshot.is_member("u1", "g1"), Some(true));
        assert_eq!(snapshot.is_member("u2", "g1"), Some(false));
        assert_eq!(snapshot.users["u1"].enabled, Some(true));
        let sets = snapshot.permission_sets.unwrap();
        assert_eq!((&*sets[0].name, sets.len()), ("ProductionAdmin", 1));
        assert!(sets[0].session.is_some());
        assert_eq!(snapshot.assignments.unwrap().len(), 1);
    }

    #[test]
    fn a_user_who_joined_between_the_readings_is_neither_in_nor_out() {
        let first = reading(&[(Some("u1"), "g1")]);
        let second = reading(&[(Some("u1"), "g1"), (Some("u2"), "g1")]);
        for (earlier, later) in [(&first, &second), (&second, &first)] {
            let changes = earlier.people().changes_until(&later.people());
            let snapshot = read(&earlier.clone().without(&changes));
            assert_eq!(snapshot.is_member("u1", "g1"), Some(true));
            assert_eq!(snapshot.is_member("u2", "g1"), None);
        }
    }

    #[test]
    fn a_membership_made_again_changed_too() {
        let first = reading(&[(Some("u1"), "g1")]);
        let mut second = first.clone();
        second.group_memberships[0].created_at = Some("2026-03-02T09:00:00Z".to_owned());
        let changes = first.people().changes_until(&second.people());
        assert_eq!(changes.users.len(), 1);
    }

    #[test]
    fn a_member_that_is_no_user_stays_and_makes_the_roster_incomplete() {
        let odd = reading(&[(Some("u1"), "g1"), (None, "g1")]);
        let mut renamed = odd.clone();
        renamed.groups[0].display_name = None;
        let kept = odd
            .clone()
            .without(&odd.people().changes_until(&renamed.people()));
        assert_eq!((kept.other_members(), kept.group_memberships.len()), (1, 1));
        assert!(read(&kept).incomplete);
    }

    fn instance(store: &str, name: Option<&str>) -> CenterInstance {
        CenterInstance {
            arn: format!("arn:aws:sso:::instance/{store}"),
            store: store.to_owned(),
            owner: Some("555566667777".to_owned()),
            name: name.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn the_only_instance_is_chosen_and_of_several_the_named_one() {
        let one = [instance("d-1", None)];
        assert_eq!(choose_instance(&one, None).unwrap().store, "d-1");
        let two = [instance("d-1", None), instance("d-2", Some("te\u{1b}st"))];
        assert_eq!(choose_instance(&two, Some("d-2")).unwrap().store, "d-2");
        let why = choose_instance(&two, None).unwrap_err().to_string();
        assert!(
            why.contains("`--identity-store ID`")
                && why.contains("\n  d-1 of account 555566667777\n  d-2 (te")
                && !why.contains('\u{1b}'),
            "{why}"
        );
    }

    #[test]
    fn a_store_that_is_not_there_is_an_error_even_if_there_is_only_one() {
        let one = [instance("d-1", None)];
        let why = choose_instance(&one, Some("d-\u{1b}2"))
            .unwrap_err()
            .to_string();
        assert!(why.contains("\n  d-1") && !why.contains('\u{1b}'), "{why}");
        let why = choose_instance(&[], Some("d-1")).unwrap_err().to_string();
        assert!(why.contains("`AWS_REGION`"), "{why}");
    }
}
