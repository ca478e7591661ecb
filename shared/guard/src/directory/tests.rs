//! A small identity store, told as records and rosters.

mod assignments;
mod groups;
mod hidden;
mod model;
mod names;
mod people;
mod silence;
mod truth;
mod users;

use serde_json::{Value, json};

use super::*;
use crate::moment::Span;
use crate::policy::ExternalIdp;
use crate::seen::{Reading, read};

const STORE: &str = "d-1234567890";
const MANAGEMENT: &str = "111122223333";
const DELEGATE: &str = "444455556666";

/// Seconds after the beginning of every test.
fn moment(seconds: i64) -> Moment {
    Moment::from_epoch_seconds(1_772_442_000 + seconds)
}

/// What is given to the directory.
struct Store {
    settings: IdentityCenter,
    records: Vec<Value>,
    rosters: Rosters,
    /// Whether the logs are whole.
    heard: bool,
}

impl Store {
    fn new() -> Self {
        Self {
            settings: IdentityCenter {
                account: MANAGEMENT.parse().unwrap(),
                directory_account: MANAGEMENT.parse().unwrap(),
                regions: vec!["eu-west-1".to_owned()],
                identity_store: STORE.into(),
                sign_in_lasts: Span::from_seconds(8 * 3_600),
                external_idp: ExternalIdp::Unproven,
                start_url: None,
            },
            records: Vec::new(),
            rosters: Rosters::default(),
            heard: true,
        }
    }

    fn with_roster(lists: &Value, at: Option<i64>) -> Self {
        let mut store = Self::new();
        store.roster(lists, at);
        store
    }

    /// A record of the console, which names store and ids.
    fn console(&mut self, at: i64, name: &str, request: Value) -> &mut Value {
        let mut request = request;
        request["identityStoreId"] = json!(STORE);
        self.record(at, "sso-directory", name, request)
    }

    /// A record of an identity provider, which names no store and hides what it changed.
    fn scim(&mut self, at: i64, name: &str, id: &str) -> &mut Value {
        self.record(
            at,
            "identitystore-scim",
            name,
            json!({"id": id, "tenantId": "t"}),
        )
    }

    fn adds(&mut self, at: i64, user: &str, group: &str) -> &mut Value {
        let request = json!({"groupId": group, "member": {"memberId": user}});
        self.console(at, "AddMemberToGroup", request)
    }

    fn removes(&mut self, at: i64, user: &str, group: &str) -> &mut Value {
        let request = json!({"groupId": group, "member": {"memberId": user}});
        self.console(at, "RemoveMemberFromGroup", request)
    }

    /// `CreateGroupMembership`, whose response has the id of the membership.
    fn adds_as(&mut self, at: i64, user: &str, group: &str, membership: &str) {
        let request = json!({"groupId": group, "memberId": {"userId": user}});
        let record = self.console(at, "CreateGroupMembership", request);
        record["responseElements"] = json!({"membershipId": membership});
    }

    /// `DeleteGroupMembership`, which has nothing else.
    fn deletes_membership(&mut self, at: i64, membership: &str) {
        self.console(
            at,
            "DeleteGroupMembership",
            json!({"membershipId": membership}),
        );
    }

    fn creates_user(&mut self, at: i64, user: &str, name: &str) -> &mut Value {
        let record = self.console(at, "CreateUser", json!({"userName": name}));
        record["responseElements"] = json!({"user": {"userId": user}});
        record
    }

    fn renames(&mut self, at: i64, user: &str, name: &str) {
        let operations = json!([{"attributePath": "userName", "attributeValue": name}]);
        self.console(
            at,
            "UpdateUser",
            json!({"userId": user, "operations": operations}),
        );
    }

    fn about_user(&mut self, at: i64, name: &str, user: &str) -> &mut Value {
        self.console(at, name, json!({"userId": user}))
    }

    fn about_group(&mut self, at: i64, name: &str, group: &str) -> &mut Value {
        self.console(at, name, json!({"groupId": group}))
    }

    /// A step of a sign-in.
    fn sign_in(
        &mut self,
        at: i64,
        step: &str,
        user: Option<&str>,
        name: Option<&str>,
    ) -> &mut Value {
        let record = self.record(at, "signin", step, json!(null));
        if let Some(user) = user {
            act_for(record, STORE, user);
        }
        record["additionalEventData"] = json!({"AuthWorkflowID": "w", "UserName": name});
        record["serviceEventDetails"] = json!({step: "Success"});
        record
    }

    fn record(&mut self, at: i64, source: &str, name: &str, request: Value) -> &mut Value {
        let event = self.records.len();
        self.records.push(json!({
            "userIdentity": {"type": "IdentityCenterUser", "accountId": MANAGEMENT},
            "eventTime": moment(at).to_string(),
            "eventSource": format!("{source}.amazonaws.com"),
            "eventName": name,
            "awsRegion": "eu-west-1",
            "eventID": format!("event-{event}"),
            "recipientAccountId": MANAGEMENT,
        }));
        let record = self.records.last_mut().unwrap();
        record["requestParameters"] = request;
        record
    }

    /// Another copy of the last record, which contradicts it.
    fn contradicted(&mut self, key: &str, value: Value) {
        let mut copy = self.records.last().unwrap().clone();
        copy["requestParameters"][key] = value;
        self.records.push(copy);
    }

    fn roster(&mut self, lists: &Value, at: Option<i64>) {
        let mut lists = lists.clone();
        lists["IdentityStoreId"] = json!(STORE);
        let text = lists.to_string();
        let snapshot = StoreSnapshot::read(text.as_bytes(), at.map(moment)).unwrap();
        self.rosters.add_store(snapshot);
    }

    fn world(&self) -> World {
        world(&self.records, &self.settings, self.heard)
    }

    fn ask<T>(&self, question: impl FnOnce(&Directory<'_>) -> T) -> T {
        let world = self.world();
        question(&Directory::new(&world, &self.rosters, &self.settings))
    }

    fn membership(&self, user: &str, group: &str, at: i64) -> Membership {
        self.ask(|directory| directory.membership(user, group, moment(at)))
    }

    /// `member`, `none`, or what is missing.
    fn told(&self, user: &str, group: &str, at: i64) -> String {
        match self.membership(user, group, at) {
            Membership::Member { .. } => "member".to_owned(),
            Membership::NotMember { .. } => "none".to_owned(),
            Membership::Unproven { missing } => missing.to_string(),
        }
    }

    /// Seconds after the beginning, and whether a record shows it.
    fn began(&self, user: &str, group: &str, at: i64) -> Option<(i64, bool)> {
        match self.membership(user, group, at) {
            Membership::Member { began, .. } => began.map(|began| {
                (
                    began.time.seconds_since(moment(0)),
                    began.addition.is_some(),
                )
            }),
            other => panic!("{other:?}"),
        }
    }

    fn named(&self, name: &str, at: i64) -> Bearer {
        self.ask(|directory| directory.user_named(name, moment(at)))
    }
}

fn act_for(record: &mut Value, store: &str, user: &str) {
    record["userIdentity"]["onBehalfOf"] = json!({
        "userId": user,
        "identityStoreArn": format!("arn:aws:identitystore::{MANAGEMENT}:identitystore/{store}"),
    });
}

fn world(records: &[Value], settings: &IdentityCenter, heard: bool) -> World {
    let mut world = World::default();
    for record in records {
        match read(record.to_string().as_bytes(), &|_| false).unwrap() {
            Reading::Seen(seen) => {
                world.add(*seen);
            }
            other => panic!("{other:?}: {record}"),
        }
    }
    if heard {
        for day in -40..40 {
            for account in [settings.account, settings.directory_account] {
                world.hear_of(account, &Arc::from(settings.home()), moment(day * 80_000));
            }
        }
    }
    world
}

/// Users who are called as their ids, groups, and who is in which, with the time at which that
/// began.
fn lists(users: &[&str], groups: &[&str], members: &[(&str, &str, Option<i64>)]) -> Value {
    let users: Vec<Value> = users
        .iter()
        .map(|user| json!({"UserId": user, "UserName": user}))
        .collect();
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| json!({"GroupId": group, "DisplayName": group.to_uppercase()}))
        .collect();
    let members: Vec<Value> = members
        .iter()
        .map(|(user, group, created)| {
            json!({
                "MembershipId": format!("{user}-{group}"),
                "GroupId": group,
                "MemberId": {"UserId": user},
                "CreatedAt": created.map(|at| moment(at).epoch_seconds()),
            })
        })
        .collect();
    json!({"Users": users, "Groups": groups, "GroupMemberships": members})
}

fn one(user: &str) -> Bearer {
    Bearer::One(user.into())
}
