//! A roster of an account, in the shape of `aws iam get-account-authorization-details`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::people::{PeopleChanges, PeopleReading};
use crate::iam::decoded;

/// The lists of one reading. The entries have the AWS CLI's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountReading {
    /// `UserDetailList`.
    pub users: Vec<Value>,
    /// `GroupDetailList`.
    pub groups: Vec<Value>,
    /// `RoleDetailList`.
    pub roles: Vec<Value>,
    /// `Policies`.
    pub policies: Vec<Value>,
    /// IAM's last page says that another one follows.
    pub truncated: bool,
}

impl AccountReading {
    /// Users by id, groups by name, because a user's list of groups has names.
    pub fn people(&self) -> PeopleReading {
        let mut people = PeopleReading::default();
        for user in &self.users {
            let id = text(user, "UserId");
            people.user(id, told(user, &["UserName", "Arn"]));
            let groups = user.get("GroupList").and_then(Value::as_array);
            for group in groups.into_iter().flatten().filter_map(Value::as_str) {
                people.membership(id, group, String::new());
            }
        }
        for group in &self.groups {
            people.group(text(group, "GroupName"), told(group, &["GroupId", "Arn"]));
        }
        people
    }

    /// The same without users and groups that changed.
    #[must_use]
    pub fn without(mut self, changes: &PeopleChanges) -> Self {
        let stayed = |changed: &BTreeSet<String>, entry: &Value, key: &str| {
            !changed.contains(text(entry, key))
        };
        self.users
            .retain(|user| stayed(&changes.users, user, "UserId"));
        self.groups
            .retain(|group| stayed(&changes.groups, group, "GroupName"));
        self
    }

    /// The file. Policy documents are JSON, as the AWS CLI prints them, and absent values are left
    /// out.
    pub fn into_json(self) -> String {
        let mut file = json!({
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": self.roles,
            "Policies": self.policies,
        });
        if let Some(lists) = file.as_object_mut().filter(|_| self.truncated) {
            lists.insert("IsTruncated".to_owned(), Value::Bool(true));
        }
        tidy(&mut file);
        format!("{file:#}\n")
    }
}

fn text<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The values of some keys, to compare. As JSON, so that no value can look like two.
fn told(entry: &Value, keys: &[&str]) -> String {
    let values: Vec<Option<&Value>> = keys.iter().map(|key| entry.get(key)).collect();
    json!(values).to_string()
}

/// The keys under which IAM returns policies, URL-encoded.
const DOCUMENTS: [&str; 3] = ["AssumeRolePolicyDocument", "PolicyDocument", "Document"];

fn tidy(value: &mut Value) {
    match value {
        Value::Object(entry) => tidy_object(entry),
        Value::Array(values) => values.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn tidy_object(entry: &mut Map<String, Value>) {
    entry.retain(|_, value| !value.is_null());
    for (key, value) in entry {
        match value {
            // What can't be decoded stays as it is. Reading the roster then says why.
            Value::String(encoded) if DOCUMENTS.contains(&key.as_str()) => {
                if let Some(document) = document(encoded) {
                    *value = document;
                }
            }
            // What a document says is left alone.
            _ if DOCUMENTS.contains(&key.as_str()) => {}
            _ => tidy(value),
        }
    }
}

fn document(encoded: &str) -> Option<Value> {
    let document: Value = serde_json::from_str(&decoded(encoded).ok()?).ok()?;
    document.is_object().then_some(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Input;
    use crate::roster::Snapshot;

    fn user(name: &str, groups: &[&str]) -> Value {
        json!({
            "UserName": name,
            "UserId": format!("AIDA{name}"),
            "Arn": format!("arn:aws:iam::111122223333:user/{name}"),
            "GroupList": groups,
            "PermissionsBoundary": null,
        })
    }

    fn group(name: &str, id: &str) -> Value {
        json!({
            "GroupName": name,
            "GroupId": id,
            "Arn": format!("arn:aws:iam::111122223333:group/{name}"),
        })
    }

    fn reading(users: Vec<Value>) -> AccountReading {
        AccountReading {
            users,
            groups: vec![group("Developers", "AGPA1"), group("Ops", "AGPA2")],
            ..AccountReading::default()
        }
    }

    fn members(reading: AccountReading) -> Vec<(String, usize)> {
        let snapshot = Snapshot::read(reading.into_json().as_bytes(), None).unwrap();
        let users = snapshot.users.values();
        users
            .map(|user| (user.name.to_string(), user.groups.len()))
            .collect()
    }

    #[test]
    fn a_user_who_changed_between_the_readings_is_left_out() {
        let first = reading(vec![
            user("alice", &["Developers"]),
            user("bob", &["Developers"]),
        ]);
        let second = reading(vec![
            user("alice", &["Developers"]),
            user("bob", &["Developers", "Ops"]),
            user("carol", &[]),
        ]);
        let changes = first.people().changes_until(&second.people());
        assert_eq!(members(first.without(&changes)), [("alice".to_owned(), 1)]);
    }

    #[test]
    fn a_change_of_policies_alone_leaves_nobody_out() {
        let first = reading(vec![user("alice", &["Developers"])]);
        let mut second = first.clone();
        second.users[0]["Tags"] = json!([{"Key": "team", "Value": "a"}]);
        second.groups[0]["GroupPolicyList"] = json!([]);
        assert!(first.people().changes_until(&second.people()).is_empty());
    }

    #[test]
    fn a_group_made_again_under_its_name_takes_its_members_with_it() {
        let first = reading(vec![user("alice", &["Developers"]), user("bob", &["Ops"])]);
        let mut second = first.clone();
        second.groups[0] = group("Developers", "AGPA3");
        let changes = first.people().changes_until(&second.people());
        let kept = first.without(&changes);
        assert_eq!(kept.groups, [group("Ops", "AGPA2")]);
        assert_eq!(members(kept), [("bob".to_owned(), 1)]);
    }

    #[test]
    fn documents_are_json_and_absent_values_are_left_out() {
        let mut whole = reading(vec![user("alice", &[])]);
        whole.users[0]["UserPolicyList"] =
            json!([{"PolicyName": "own", "PolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"}]);
        whole.users[0]["Tags"] = json!([{"Key": "Document", "Value": "%7B%7D"}]);
        whole.roles = vec![json!({
            "RoleName": "Update",
            "RoleId": "AROA1",
            "Arn": "arn:aws:iam::111122223333:role/Update",
            "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%2C%22Id%22%3Anull%7D",
        })];
        let json = whole.into_json();
        let file: Value = serde_json::from_str(&json).unwrap();
        let user = &file["UserDetailList"][0];
        assert_eq!(
            user["UserPolicyList"][0]["PolicyDocument"],
            json!({"Statement": []})
        );
        assert_eq!(user["Tags"][0]["Value"], "%7B%7D", "a tag is no policy");
        assert!(user.get("PermissionsBoundary").is_none());
        assert_eq!(
            file["RoleDetailList"][0]["AssumeRolePolicyDocument"],
            json!({"Statement": [], "Id": null}),
            "what a document says is left alone"
        );
        assert!(file.get("IsTruncated").is_none());
        assert!(Input::read(json.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_document_stays_as_it_is() {
        for wrong in ["%7", "%7B", "nothing", "%22text%22", "%ff"] {
            let mut value = json!({"PolicyDocument": wrong});
            tidy(&mut value);
            assert_eq!(value, json!({"PolicyDocument": wrong}));
        }
    }

    #[test]
    fn a_reading_without_its_last_page_is_truncated() {
        let cut = AccountReading {
            truncated: true,
            ..reading(vec![user("alice", &[])])
        };
        let snapshot = Snapshot::read(cut.into_json().as_bytes(), None).unwrap();
        assert!(snapshot.truncated);
    }

    #[test]
    fn entries_without_ids_do_not_stop_anything() {
        let odd = AccountReading {
            users: vec![json!(null), json!({"UserId": 7, "GroupList": "x"})],
            ..AccountReading::default()
        };
        let people = odd.people();
        assert!(people.changes_until(&odd.people()).is_empty());
    }
}
