//! What a reading says about people, to find out who changed until the next reading.

use std::collections::{BTreeMap, BTreeSet};

/// Users and groups of one reading, by a key of each. What is told about them is only compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleReading {
    users: BTreeMap<String, PersonTold>,
    groups: BTreeMap<String, String>,
}

/// What a reading says about a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct PersonTold {
    /// `None`: the user is only known as a member of a group.
    told: Option<String>,
    /// What is told about each membership, by the group's key.
    groups: BTreeMap<String, BTreeSet<String>>,
}

impl PeopleReading {
    /// Adds a user.
    pub fn user(&mut self, key: &str, told: String) {
        self.users.entry(key.to_owned()).or_default().told = Some(told);
    }

    /// Adds a group.
    pub fn group(&mut self, key: &str, told: String) {
        self.groups.insert(key.to_owned(), told);
    }

    /// Adds a membership.
    pub fn membership(&mut self, user: &str, group: &str, told: String) {
        let person = self.users.entry(user.to_owned()).or_default();
        let of_group = person.groups.entry(group.to_owned()).or_default();
        of_group.insert(told);
    }

    /// Who differs between this reading and a later one.
    pub fn changes_until(&self, later: &Self) -> PeopleChanges {
        let groups = differing(&self.groups, &later.groups);
        let mut users = differing(&self.users, &later.users);
        // Who is in a group that changed would be shown without that group.
        for (key, person) in &self.users {
            if person.groups.keys().any(|group| groups.contains(group)) {
                users.insert(key.clone());
            }
        }
        PeopleChanges { users, groups }
    }
}

/// The keys whose value isn't the same in both.
fn differing<T: PartialEq>(
    one: &BTreeMap<String, T>,
    other: &BTreeMap<String, T>,
) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for key in one.keys().chain(other.keys()) {
        if one.get(key) != other.get(key) {
            keys.insert(key.clone());
        }
    }
    keys
}

/// The users and groups that changed between two readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleChanges {
    /// Keys of users.
    pub users: BTreeSet<String>,
    /// Keys of groups.
    pub groups: BTreeSet<String>,
}

impl PeopleChanges {
    /// Whether nobody changed.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(groups: &[(&str, &str)], memberships: &[(&str, &str, &str)]) -> PeopleReading {
        let mut reading = PeopleReading::default();
        for user in ["alice", "bob"] {
            reading.user(user, format!("{user} as ever"));
        }
        for (group, told) in groups {
            reading.group(group, (*told).to_owned());
        }
        for (user, group, told) in memberships {
            reading.membership(user, group, (*told).to_owned());
        }
        reading
    }

    fn named(keys: &BTreeSet<String>) -> Vec<&str> {
        keys.iter().map(String::as_str).collect()
    }

    #[test]
    fn equal_readings_show_no_change() {
        let one = reading(&[("dev", "g1")], &[("alice", "dev", "m1")]);
        assert!(one.changes_until(&one.clone()).is_empty());
        assert!(
            PeopleReading::default()
                .changes_until(&PeopleReading::default())
                .is_empty()
        );
    }

    #[test]
    fn who_joins_leaves_or_is_renamed_changes_and_nobody_else_does() {
        let before = reading(&[("dev", "g1")], &[("alice", "dev", "m1")]);
        let left = reading(&[("dev", "g1")], &[]);
        assert_eq!(named(&before.changes_until(&left).users), ["alice"]);
        assert_eq!(named(&left.changes_until(&before).users), ["alice"]);
        let again = reading(&[("dev", "g1")], &[("alice", "dev", "m2")]);
        assert_eq!(named(&before.changes_until(&again).users), ["alice"]);
        let mut renamed = before.clone();
        renamed.user("bob", "robert".to_owned());
        assert_eq!(named(&before.changes_until(&renamed).users), ["bob"]);
        let mut more = before.clone();
        more.user("carol", String::new());
        assert_eq!(named(&before.changes_until(&more).users), ["carol"]);
    }

    #[test]
    fn a_group_that_changes_takes_its_members_with_it() {
        let before = reading(&[("dev", "g1"), ("ops", "g2")], &[("alice", "dev", "m1")]);
        let anew = reading(&[("dev", "g3"), ("ops", "g2")], &[("alice", "dev", "m1")]);
        let changes = before.changes_until(&anew);
        assert_eq!(named(&changes.groups), ["dev"]);
        assert_eq!(named(&changes.users), ["alice"]);
    }
}
