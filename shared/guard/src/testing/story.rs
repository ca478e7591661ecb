//! Builds a story and runs the engine on it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::half::{IssuedCredentials, SwitchRecords, java_date};
use super::people::{id, roster, uuid};
use super::steps::{IamStep, StoryParts, SwitchStep};
use super::{PEOPLE, PRODUCTION};
use crate::directory::StoreSnapshot;
use crate::elevated::{Elevated, unmatched};
use crate::finding::{Finding, Verdict};
use crate::judge::{Judgement, Scope, judge};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::roster::{Rosters, Snapshot};
use crate::seen::{Reading, read};
use crate::world::World;

/// The result of one rule over a whole story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdicts {
    /// No finding.
    Silent,
    /// At least one violation.
    Violation,
    /// Unproven findings only.
    Unproven,
}

/// The policy of the stories.
const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
assume_root: deny
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
    max_session: 1h
    max_stretch: 2h
    max_per_day: 4h
    min_membership: 1h
    min_mfa_age: 1h
";

/// A story.
#[derive(Debug, Clone)]
pub struct Story {
    now: Moment,
    numbers: u64,
    pub(super) records: Vec<Value>,
    /// The latest session of each person: its account and its identity.
    pub(super) sessions: BTreeMap<String, (String, Value)>,
    policy: String,
    roster: Option<Value>,
    /// The roster of Identity Center.
    pub(super) store: Option<Value>,
    pub(super) store_taken: Option<Moment>,
}

impl Default for Story {
    fn default() -> Self {
        Self::new()
    }
}

impl Story {
    /// A story that begins on 2026-03-02 at nine, with a policy for `UpdateApp` and a roster of
    /// unknown time.
    pub fn new() -> Self {
        Self::with_policy(POLICY)
    }

    pub(super) fn with_policy(policy: &str) -> Self {
        let begin = Moment::from_epoch_seconds(1_772_442_000);
        Self {
            now: begin,
            numbers: 0,
            records: Vec::new(),
            sessions: BTreeMap::new(),
            policy: policy.to_owned(),
            roster: Some(roster()),
            store: None,
            store_taken: None,
        }
    }

    /// Without a roster.
    #[must_use]
    pub fn without_roster(mut self) -> Self {
        self.roster = None;
        self
    }

    /// Replaces one part of the policy.
    #[must_use]
    pub fn with_policy_line(mut self, from: &str, to: &str) -> Self {
        assert!(self.policy.contains(from), "the policy has no `{from}`");
        self.policy = self.policy.replace(from, to);
        self
    }

    /// Moves the time forward.
    pub fn later(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// The current time of the story.
    pub fn now(&self) -> Moment {
        self.now
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Continues counting from a number, so that ids don't repeat.
    pub fn count_from(&mut self, numbers: u64) {
        self.numbers = numbers;
    }

    /// Adds a record unchanged.
    pub fn add_record(&mut self, record: Value) {
        self.records.push(record);
    }

    /// Somebody enters `UpdateApp` by API, from a session with MFA, for an hour. Both halves are
    /// read.
    pub fn switch(&mut self, user: &str) -> SwitchStep<'_> {
        self.switch_to(user, "UpdateApp")
    }

    /// The same for another role of production.
    pub fn switch_to(&mut self, user: &str, role: &str) -> SwitchStep<'_> {
        let records = SwitchRecords {
            number: self.number(),
            time: self.now,
            user: user.to_owned(),
            session: user.to_owned(),
            user_account: PEOPLE.to_owned(),
            role_account: PRODUCTION.to_owned(),
            role: role.to_owned(),
            credentials: IssuedCredentials::Session { mfa: true },
            serial: None,
            seconds: 3_600,
            no_expiration: false,
            console: false,
            from_session: None,
        };
        SwitchStep {
            story: self,
            records,
            uses: Vec::new(),
            logins: Vec::new(),
            left: None,
            onward: None,
            renewed: None,
            outlived: None,
            step: "SwitchRole",
            parts: StoryParts {
                caller: true,
                owner: true,
                step: true,
                uses: true,
            },
        }
    }

    /// Whether the person has entered a role, so that they can continue from there.
    pub fn is_in_a_session(&self, user: &str) -> bool {
        self.sessions.contains_key(user)
    }

    /// Somebody enters a role of the people's account, and `UpdateApp` from there.
    pub fn chain(&mut self, user: &str, through: &str) {
        self.chain_through(user, through, true);
    }

    /// The same, but the first mint isn't read.
    pub fn chain_without_start(&mut self, user: &str, through: &str) {
        self.chain_through(user, through, false);
    }

    fn chain_through(&mut self, user: &str, through: &str, with_start: bool) {
        let mut first = self.switch_to(user, through);
        let itself = through == "UpdateApp";
        if !itself {
            PEOPLE.clone_into(&mut first.records.role_account);
        }
        let identity = first.records.session_identity();
        first.parts = if with_start {
            first.parts
        } else {
            StoryParts {
                caller: false,
                owner: false,
                step: false,
                uses: false,
            }
        };
        drop(first);
        self.later(60);
        let mut second = self.switch(user);
        if itself {
            PRODUCTION.clone_into(&mut second.records.user_account);
        }
        second.records.from_session = Some(identity);
    }

    /// A service enters `UpdateApp`.
    pub fn service_switch(&mut self, service: &str) {
        let mut step = self.switch("i-0abc");
        step.parts = StoryParts {
            caller: true,
            owner: false,
            step: false,
            uses: false,
        };
        PRODUCTION.clone_into(&mut step.records.user_account);
        step.records.from_session = Some(json!({"type": "AWSService", "invokedBy": service}));
    }

    /// Somebody is denied a role of production.
    pub fn denied(&mut self, user: &str, role: &str) {
        let arn = format!("arn:aws:iam::{PEOPLE}:user/{user}");
        let identity = json!({"type": "IAMUser", "principalId": id("AIDA", user), "arn": arn, "accountId": PEOPLE, "accessKeyId": id("AKIA", user), "userName": user});
        self.refused(
            &identity,
            &arn,
            "AssumeRole",
            &format!("arn:aws:iam::{PRODUCTION}:role/{role}"),
        );
    }

    /// The root user of the people's account is denied a role of production.
    pub fn root_denied(&mut self, role: &str) {
        let arn = format!("arn:aws:iam::{PEOPLE}:root");
        let identity = json!({"type": "Root", "principalId": PEOPLE, "arn": arn, "accountId": PEOPLE, "accessKeyId": ""});
        self.refused(
            &identity,
            &arn,
            "AssumeRole",
            &format!("arn:aws:iam::{PRODUCTION}:role/{role}"),
        );
    }

    /// Somebody is denied root credentials.
    pub fn assume_root_denied(&mut self, user: &str) {
        let arn = format!("arn:aws:iam::{PEOPLE}:user/{user}");
        let identity = json!({"type": "IAMUser", "principalId": id("AIDA", user), "arn": arn, "accountId": PEOPLE, "accessKeyId": id("AKIA", user), "userName": user});
        self.refused(
            &identity,
            &arn,
            "AssumeRoot",
            "arn:aws:iam::555566667777:root",
        );
    }

    fn refused(&mut self, identity: &Value, caller: &str, api: &str, resource: &str) {
        let number = self.number();
        let record = json!({
            "eventVersion": "1.08",
            "userIdentity": identity,
            "eventTime": self.now,
            "eventSource": "sts.amazonaws.com",
            "eventName": api,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.10",
            "userAgent": "aws-cli/2.15.0",
            "errorCode": "AccessDenied",
            "errorMessage": format!("User: {caller} is not authorized to perform: sts:{api} on resource: {resource}"),
            "requestParameters": null,
            "responseElements": null,
            "eventID": uuid(number * 16),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": PEOPLE,
            "eventCategory": "Management",
        });
        self.add_record(record);
    }

    /// Somebody gets root credentials of an account.
    pub fn assume_root(&mut self, user: &str, target: &str) {
        let number = self.number();
        let record = json!({
            "eventVersion": "1.08",
            "userIdentity": {"type": "IAMUser", "principalId": id("AIDA", user), "arn": format!("arn:aws:iam::{PEOPLE}:user/{user}"), "accountId": PEOPLE, "accessKeyId": id("AKIA", user), "userName": user},
            "eventTime": self.now,
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRoot",
            "awsRegion": "us-west-2",
            "sourceIPAddress": "192.0.2.10",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": {"targetPrincipal": target, "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}},
            "responseElements": {"credentials": {"accessKeyId": format!("ASIA{number:016}"), "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS", "expiration": java_date(self.now.plus_seconds(900))}},
            "eventID": uuid(number * 16),
            "recipientAccountId": PEOPLE,
        });
        self.add_record(record);
    }

    /// Somebody changes IAM, `offset` seconds from now.
    pub fn iam(&mut self, offset: i64, by: &str) -> IamStep<'_> {
        IamStep {
            at: self.now.plus_seconds(offset),
            by: by.to_owned(),
            story: self,
        }
    }

    /// The same story with changed records.
    #[must_use]
    pub fn retold(mut self, change: impl FnMut(&mut Value)) -> Self {
        self.records.iter_mut().for_each(change);
        self
    }

    /// The records, in the order in which they were added.
    pub fn records(&self) -> &[Value] {
        &self.records
    }

    /// The policy, as a file.
    pub fn policy_text(&self) -> &str {
        &self.policy
    }

    /// The policy.
    pub fn policy(&self) -> Policy {
        Policy::read(self.policy.as_bytes(), "story").unwrap_or_else(|error| panic!("{error}"))
    }

    /// The roster, as a file.
    pub fn roster_text(&self) -> Option<String> {
        self.roster.as_ref().map(Value::to_string)
    }

    /// The roster of Identity Center, as text.
    pub fn store_text(&self) -> Option<String> {
        self.store.as_ref().map(Value::to_string)
    }

    /// The rosters.
    pub fn rosters(&self) -> Rosters {
        let mut rosters = Rosters::default();
        if let Some(text) = self.roster_text() {
            rosters.add(
                Snapshot::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}")),
            );
        }
        if let Some(store) = &self.store {
            let json = store.to_string();
            rosters.add_store(
                StoreSnapshot::read(json.as_bytes(), self.store_taken)
                    .unwrap_or_else(|error| panic!("{error}")),
            );
        }
        rosters
    }

    /// The world of these records, read in this order.
    pub fn world_of<'v>(&self, records: impl IntoIterator<Item = &'v Value>) -> World {
        let policy = self.policy();
        let elevated = Elevated::by_policy(&policy);
        let mut world = World::default();
        for record in records {
            match read(record.to_string().as_bytes(), &|role| elevated.may_be(role)) {
                Ok(Reading::Seen(seen)) => {
                    world.add(*seen);
                }
                Ok(Reading::Service(seen)) => {
                    world.add_service(seen);
                }
                Ok(Reading::NotRelevant) => {}
                Err(problem) => panic!("{problem}: {record}"),
            }
        }
        world
    }

    /// The engine's judgment of the story.
    pub fn judgement(&self) -> Judgement {
        let (world, policy, rosters) =
            (self.world_of(&self.records), self.policy(), self.rosters());
        let mut judgement = judge(&world, &policy, &rosters, Scope::default(), &mut |_| ());
        judgement.note_unmatched(&unmatched(&world, &policy, &rosters, &BTreeSet::new()));
        judgement
    }

    /// All findings.
    pub fn findings(&self) -> Vec<Finding> {
        self.judgement().findings
    }

    /// The first finding of a rule.
    pub fn finding(&self, rule: &str) -> Finding {
        let found = self
            .findings()
            .into_iter()
            .find(|finding| finding.rule == rule);
        found.unwrap_or_else(|| panic!("{rule} did not fire"))
    }

    /// The result of one rule.
    pub fn verdict(&self, rule: &str) -> Verdicts {
        let findings = self.findings();
        let mut of_rule = findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .peekable();
        if of_rule.peek().is_none() {
            Verdicts::Silent
        } else if of_rule.any(|finding| finding.verdict == Verdict::Violation) {
            Verdicts::Violation
        } else {
            Verdicts::Unproven
        }
    }
}
