//! One account's IAM: users, groups, roles and all their policies.

use crate::text;
use std::collections::{BTreeMap, BTreeSet};

use crate::arn::linked_service;
use crate::iam::{
    Governing, IamDocument, Identity, PolicyPlace, PolicyText, Requester, ResourceSide,
};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::review::gap::{DetailList, Gap, MissingPart};

/// A policy's document, or why it couldn't be read.
pub(crate) type ReadDocument = Result<IamDocument, String>;

/// The output of `aws iam get-account-authorization-details` for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// `IsTruncated`: more pages exist than were supplied.
    pub truncated: bool,
    /// The lists that were supplied, empty or not.
    pub(crate) lists: BTreeSet<DetailList>,
    /// Users by ARN.
    pub(crate) users: BTreeMap<String, User>,
    /// Groups by lower-case name.
    pub(crate) groups: BTreeMap<String, Group>,
    /// Roles by ARN.
    pub(crate) roles: BTreeMap<String, Role>,
    /// Managed policies by ARN, each in its default version.
    pub(crate) managed: BTreeMap<String, ReadDocument>,
}

/// Policies of a user, a group or a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HolderPolicies {
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, ReadDocument>,
    /// ARNs of managed policies.
    pub(crate) attached: Vec<String>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    /// Names of groups.
    pub(crate) groups: Vec<String>,
    pub(crate) policies: HolderPolicies,
    /// The ARN of the managed policy used as boundary.
    pub(crate) boundary: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) policies: HolderPolicies,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) trust: ReadDocument,
    pub(crate) policies: HolderPolicies,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// `MaxSessionDuration` in seconds. Authorization details don't contain it.
    pub(crate) max_session: Option<i64>,
    /// `CreateDate`
    pub(crate) created: Option<Moment>,
}

impl Account {
    pub(crate) fn empty(id: AccountId) -> Self {
        Self {
            id,
            truncated: false,
            lists: BTreeSet::new(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
            managed: BTreeMap::new(),
        }
    }

    /// The lists that weren't supplied, not even empty.
    pub fn missing_lists(&self) -> Vec<DetailList> {
        DetailList::ALL
            .into_iter()
            .filter(|list| !self.lists.contains(list))
            .collect()
    }

    /// What is missing from a list. `None`: it's complete.
    pub(crate) fn gap(&self, list: DetailList) -> Option<Gap> {
        let part = if !self.lists.contains(&list) {
            MissingPart::List(list)
        } else if self.truncated {
            MissingPart::Page
        } else {
            return None;
        };
        Some(Gap {
            account: self.id,
            part,
        })
    }

    /// Whether a list was supplied and is empty.
    pub(crate) fn is_empty(&self, list: DetailList) -> bool {
        let count = match list {
            DetailList::Users => self.users.len(),
            DetailList::Groups => self.groups.len(),
            DetailList::Roles => self.roles.len(),
            DetailList::Policies => self.managed.len(),
        };
        count == 0 && self.lists.contains(&list)
    }

    /// The number of users, groups and roles.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.users.len(), self.groups.len(), self.roles.len())
    }

    /// Policies that couldn't be read, each with its place.
    pub fn unreadable(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut add = |place: &str, read: &ReadDocument| {
            if let Err(why) = read {
                faults.push(format!("{place}: {why}"));
            }
        };
        for (arn, read) in &self.managed {
            add(arn, read);
        }
        for role in self.roles.values() {
            add(&format!("trust policy of {}", role.arn), &role.trust);
        }
        let users = self.users.values().map(|user| (&user.arn, &user.policies));
        let groups = self
            .groups
            .values()
            .map(|group| (&group.arn, &group.policies));
        for (arn, policies) in users
            .chain(groups)
            .chain(self.roles.values().map(|role| (&role.arn, &role.policies)))
        {
            for (name, read) in &policies.inline {
                add(&format!("inline policy {name} of {arn}"), read);
            }
        }
        faults
    }

    /// ARNs of managed policies that are attached to a user, group or role.
    pub(crate) fn attached(&self) -> impl Iterator<Item = &str> {
        let users = self.users.values().map(|user| &user.policies);
        let groups = self.groups.values().map(|group| &group.policies);
        let all = users
            .chain(groups)
            .chain(self.roles.values().map(|role| &role.policies));
        all.flat_map(|policies| &policies.attached)
            .map(String::as_str)
    }

    pub(crate) fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(&name.to_ascii_lowercase())
    }

    /// Whether a user or role of the account has this id.
    pub(crate) fn has_id(&self, id: &str) -> bool {
        self.users.values().any(|user| user.id == id)
            || self.roles.values().any(|role| role.id == id)
    }

    /// The members of a group.
    pub(crate) fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a User> {
        self.users.values().filter(|user| {
            user.groups
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&group.name))
        })
    }

    /// The user as the caller of a request.
    pub(crate) fn caller(&self, user: &User) -> Requester {
        Requester {
            id: Some(user.id.clone()),
            has_boundary: user.boundary.is_some(),
            ..Requester::user(self.id, &user.arn)
        }
    }

    /// All policies that apply to a user.
    pub(crate) fn of_user<'a>(&'a self, user: &'a User) -> Identity<'a> {
        let mut policies = self.governing(&user.arn, &user.policies);
        for name in &user.groups {
            match self.group(name) {
                Some(group) => policies.extend(self.governing(&group.arn, &group.policies)),
                None => policies.push(Governing {
                    place: PolicyPlace::Inline {
                        holder: format!("group {name}"),
                        name: "(any)".to_owned(),
                    },
                    text: PolicyText::Missing(text!(
                        "the group is not in the authorization details"
                    )),
                }),
            }
        }
        Identity {
            policies,
            boundary: self.boundary(user.boundary.as_deref()),
        }
    }

    /// The policies that apply to a member of only this group.
    pub(crate) fn of_group<'a>(&'a self, group: &'a Group) -> Identity<'a> {
        Identity {
            policies: self.governing(&group.arn, &group.policies),
            boundary: None,
        }
    }

    /// The policies that apply to a session of the role.
    pub(crate) fn of_role<'a>(&'a self, role: &'a Role) -> Identity<'a> {
        Identity {
            policies: self.governing(&role.arn, &role.policies),
            boundary: self.boundary(role.boundary.as_deref()),
        }
    }

    fn governing<'a>(&'a self, holder: &str, policies: &'a HolderPolicies) -> Vec<Governing<'a>> {
        let inline = policies.inline.iter().map(|(name, read)| Governing {
            place: PolicyPlace::Inline {
                holder: holder.to_owned(),
                name: name.clone(),
            },
            text: self::read(read),
        });
        let attached = policies.attached.iter().map(|arn| Governing {
            place: PolicyPlace::Managed {
                holder: holder.to_owned(),
                arn: arn.clone(),
            },
            text: self.managed(arn),
        });
        inline.chain(attached).collect()
    }

    fn boundary<'a>(&'a self, arn: Option<&str>) -> Option<Governing<'a>> {
        arn.map(|arn| Governing {
            place: PolicyPlace::Boundary {
                arn: arn.to_owned(),
            },
            text: self.managed(arn),
        })
    }

    fn managed(&self, arn: &str) -> PolicyText<'_> {
        self.managed.get(arn).map_or_else(
            || PolicyText::Missing(text!("its document is not in the authorization details")),
            read,
        )
    }
}

impl Role {
    /// Whether AWS manages the role for one of its services.
    pub(crate) fn is_service_linked(&self) -> bool {
        linked_service(&self.arn).is_some()
    }

    /// The trust policy, as the role's resource policy.
    pub(crate) fn trusting(&self) -> ResourceSide<'_> {
        ResourceSide::Trust(Governing {
            place: PolicyPlace::Resource,
            text: read(&self.trust),
        })
    }
}

fn read(document: &ReadDocument) -> PolicyText<'_> {
    match document {
        Ok(document) => PolicyText::Read(document),
        Err(why) => PolicyText::Missing(why.as_str().into()),
    }
}
