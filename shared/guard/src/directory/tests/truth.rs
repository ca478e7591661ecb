//! What is so in a random history, and how each step of it is recorded or hidden.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{GROUPS, NAMES, USERS};
use super::*;

/// What is so at one point of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Truth {
    /// The users there are, with their names.
    pub(super) users: BTreeMap<&'static str, &'static str>,
    pub(super) disabled: BTreeSet<&'static str>,
    pub(super) groups: BTreeSet<&'static str>,
    /// The times at which memberships began, and their ids.
    pub(super) members: BTreeMap<(&'static str, &'static str), (i64, String)>,
}

impl Truth {
    pub(super) fn may_act(&self, user: &str, group: &str) -> bool {
        self.members.keys().any(|(u, g)| *u == user && *g == group) && !self.disabled.contains(user)
    }

    pub(super) fn bearer(&self, name: &str) -> Option<&'static str> {
        let mut bearers = self.users.iter();
        bearers
            .find(|(_, known)| **known == name)
            .map(|(user, _)| *user)
    }

    fn lists(&self, how: u8) -> Value {
        let listed = self.members.iter();
        // Some rosters show only a part.
        let listed = listed.skip(usize::from(how == 3));
        let members: Vec<Value> = listed
            .map(|((user, group), (at, id))| {
                let created = (how != 1).then(|| moment(*at).to_string());
                json!({"MembershipId": id, "GroupId": group, "MemberId": {"UserId": user}, "CreatedAt": created})
            })
            .collect();
        let status = |user| {
            if self.disabled.contains(user) {
                "DISABLED"
            } else {
                "ENABLED"
            }
        };
        let users: Vec<Value> = self
            .users
            .iter()
            .map(|(user, name)| {
                let status = (how != 2).then(|| status(*user));
                json!({"UserId": user, "UserName": name, "UserStatus": status})
            })
            .collect();
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|group| json!({"GroupId": group, "DisplayName": group}))
            .collect();
        let token = (how == 3).then_some("more");
        json!({"Users": users, "Groups": groups, "GroupMemberships": members, "NextToken": token})
    }
}

impl Store {
    pub(super) fn step(
        &mut self,
        truth: &mut Truth,
        at: i64,
        (what, one, other, how): (u8, usize, usize, u8),
    ) {
        let (user, group) = (USERS[one], GROUPS[other % 2]);
        let both = truth.users.contains_key(user) && truth.groups.contains(group);
        match what {
            0 | 1 if both && !truth.members.contains_key(&(user, group)) => {
                let id = format!("m{}", self.records.len());
                match how {
                    0 => self.adds_as(at, user, group, &id),
                    1 | 2 => {
                        self.adds(at, user, group);
                    }
                    _ => {
                        self.scim(at, "PatchGroup", group);
                    }
                }
                truth.members.insert((user, group), (at, id));
            }
            2 => self.leaves(truth, at, (user, group), how),
            3 => self.created(truth, at, user, group, (NAMES[other], how)),
            4 if other == 0 => self.deleted(truth, at, user, group, how),
            5 | 6 if truth.users.contains_key(user) => self.status(truth, at, user, how),
            7 if truth.users.contains_key(user) && truth.bearer(NAMES[other]).is_none() => {
                match how {
                    0 | 1 => self.renames(at, user, NAMES[other]),
                    2 => self.renames(at, user, "HIDDEN_DUE_TO_SECURITY_REASONS"),
                    _ => {
                        self.scim(at, "PutUser", user);
                    }
                }
                truth.users.insert(user, NAMES[other]);
            }
            8 => self.roster(&truth.lists(how), Some(at)),
            9 if truth.users.contains_key(user) && !truth.disabled.contains(user) => {
                let name = truth.users[user];
                self.sign_in(
                    at,
                    "UserAuthentication",
                    Some(user),
                    (how < 2).then_some(name),
                );
                let workflow = self.records.len();
                self.records.last_mut().unwrap()["additionalEventData"]["AuthWorkflowID"] =
                    json!(workflow.to_string());
            }
            _ => {}
        }
    }

    fn leaves(&mut self, truth: &mut Truth, at: i64, pair: (&'static str, &'static str), how: u8) {
        let Some((_, id)) = truth.members.remove(&pair) else {
            return;
        };
        match how {
            0 => {
                self.removes(at, pair.0, pair.1);
            }
            1 | 2 => self.deletes_membership(at, &id),
            _ => {
                self.scim(at, "PatchGroup", pair.1);
            }
        }
    }

    fn created(
        &mut self,
        truth: &mut Truth,
        at: i64,
        user: &'static str,
        group: &'static str,
        (name, how): (&'static str, u8),
    ) {
        // An id is never given twice.
        if user == "u2" && !self.knows("u2") && truth.bearer(name).is_none() {
            let shown = if how == 3 {
                "HIDDEN_DUE_TO_SECURITY_REASONS"
            } else {
                name
            };
            self.creates_user(at, user, shown);
            truth.users.insert(user, name);
        } else if group == "g1" && !self.knows("g1") {
            let members = how == 3 && truth.users.contains_key("u0");
            let body = if members {
                json!({"members": {}})
            } else {
                json!({})
            };
            let request = json!({"httpBody": body, "tenantId": "t"});
            let record = self.record(at, "identitystore-scim", "CreateGroup", request);
            record["responseElements"] = json!({"id": "g1"});
            truth.groups.insert("g1");
            if members {
                truth.members.insert(("u0", "g1"), (at, "first".to_owned()));
            }
        }
    }

    fn knows(&self, id: &str) -> bool {
        let quoted = format!("\"{id}\"");
        self.records
            .iter()
            .any(|record| record.to_string().contains(&quoted))
    }

    fn deleted(
        &mut self,
        truth: &mut Truth,
        at: i64,
        user: &'static str,
        group: &'static str,
        how: u8,
    ) {
        if how == 0 && truth.users.remove(user).is_some() {
            self.about_user(at, "DeleteUser", user);
            truth.members.retain(|(of, _), _| *of != user);
            truth.disabled.remove(user);
        } else if how == 1 && truth.groups.remove(group) {
            self.about_group(at, "DeleteGroup", group);
            truth.members.retain(|(_, of), _| *of != group);
        }
    }

    fn status(&mut self, truth: &mut Truth, at: i64, user: &'static str, how: u8) {
        let enabled = !truth.disabled.remove(user);
        if enabled {
            truth.disabled.insert(user);
        }
        let name = if enabled { "DisableUser" } else { "EnableUser" };
        match how {
            0 | 1 => self.about_user(at, name, user),
            2 => self.scim(at, "PatchUser", user),
            _ => self.scim(at, "PutUser", ""),
        };
    }
}
