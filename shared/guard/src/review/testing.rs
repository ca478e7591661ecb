//! A small company's IAM without any findings. A test changes it in one place.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

pub(super) mod center;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CredentialReportLine, Input, Review, ReviewFinding, Setup, review};
use crate::directory::StoreSnapshot;
use crate::finding::Verdict;
use crate::policy::{EXAMPLE, Policy};

pub(super) const DEVELOPMENT: &str = "111122223333";
pub(super) const PRODUCTION: &str = "444455556666";
pub(super) const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

/// The condition that requires MFA.
pub(super) fn mfa_condition() -> Value {
    json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
}

/// Development has the groups Developers (dora) and Testers (tom); production has the role
/// UpdateApp. The policy is the example.
#[derive(Clone)]
pub(super) struct Company {
    accounts: BTreeMap<&'static str, Value>,
    policy: String,
    more: Vec<Value>,
    credentials: Vec<CredentialReportLine>,
}

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

impl Company {
    pub(super) fn new() -> Self {
        let empty = || json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
        let accounts = BTreeMap::from([(DEVELOPMENT, empty()), (PRODUCTION, empty())]);
        let company = Self {
            accounts,
            policy: EXAMPLE.to_owned(),
            more: Vec::new(),
            credentials: Vec::new(),
        };
        let assume = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE});
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{DEVELOPMENT}:root")}, "Action": "sts:AssumeRole",
            "Condition": mfa_condition()});
        company
            .group(DEVELOPMENT, "Developers")
            .group(DEVELOPMENT, "Testers")
            .group_policy("Developers", json!([assume]))
            .user(DEVELOPMENT, "dora", &["Developers"])
            .user(DEVELOPMENT, "tom", &["Testers"])
            .role(PRODUCTION, "UpdateApp", trust, json!([]))
            .lasting("UpdateApp", 3_600)
    }

    /// Changes the policy's text.
    pub(super) fn policy(mut self, from: &str, to: &str) -> Self {
        assert!(self.policy.contains(from), "{from}");
        self.policy = self.policy.replace(from, to);
        self
    }

    pub(super) fn with_trust(self, statements: Value) -> Self {
        self.change(
            "RoleDetailList",
            "UpdateApp",
            "AssumeRolePolicyDocument",
            document(&statements),
        )
    }

    pub(super) fn lasting(self, role: &str, seconds: i64) -> Self {
        self.change("RoleDetailList", role, "MaxSessionDuration", json!(seconds))
    }

    pub(super) fn group(self, account: &'static str, name: &str) -> Self {
        let id = format!("AGPA{}EXAMPLE", name.to_ascii_uppercase());
        let arn = format!("arn:aws:iam::{account}:group/{name}");
        self.with_entry(
            account,
            "GroupDetailList",
            json!({"GroupName": name, "GroupId": id, "Arn": arn}),
        )
    }

    pub(super) fn group_policy(self, name: &str, statements: Value) -> Self {
        let policy = json!([{"PolicyName": "own", "PolicyDocument": document(&statements)}]);
        self.change("GroupDetailList", name, "GroupPolicyList", policy)
    }

    pub(super) fn user(self, account: &'static str, name: &str, groups: &[&str]) -> Self {
        let id = format!("AIDA{}EXAMPLE", name.to_ascii_uppercase());
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        self.with_entry(
            account,
            "UserDetailList",
            json!({"UserName": name, "UserId": id, "Arn": arn, "GroupList": groups}),
        )
    }

    pub(super) fn user_policy(self, name: &str, statements: Value) -> Self {
        let policy = json!([{"PolicyName": "own", "PolicyDocument": document(&statements)}]);
        self.change("UserDetailList", name, "UserPolicyList", policy)
    }

    pub(super) fn role(
        self,
        account: &'static str,
        name: &str,
        trust: Value,
        statements: Value,
    ) -> Self {
        let id = format!("AROA{}EXAMPLE", name.to_ascii_uppercase());
        let arn = format!("arn:aws:iam::{account}:role/{name}");
        let policy = json!([{"PolicyName": "own", "PolicyDocument": document(&statements)}]);
        self.with_entry(
            account,
            "RoleDetailList",
            json!({"RoleName": name, "RoleId": id, "Arn": arn,
            "AssumeRolePolicyDocument": document(&trust), "RolePolicyList": policy}),
        )
    }

    pub(super) fn managed(self, account: &'static str, name: &str, statements: Value) -> Self {
        let arn = format!("arn:aws:iam::{account}:policy/{name}");
        let old =
            json!({"VersionId": "v1", "IsDefaultVersion": false, "Document": document(&json!([]))});
        let version =
            json!({"VersionId": "v2", "IsDefaultVersion": true, "Document": document(&statements)});
        self.with_entry(
            account,
            "Policies",
            json!({"PolicyName": name, "Arn": arn, "DefaultVersionId": "v2", "PolicyVersionList": [old, version]}),
        )
    }

    /// Sets a field of a user, group or role, wherever it is.
    pub(super) fn change(mut self, list: &str, name: &str, field: &str, value: Value) -> Self {
        let named = |entry: &&mut Value| {
            ["UserName", "GroupName", "RoleName"]
                .iter()
                .any(|key| entry[*key] == name)
        };
        let entry = self
            .accounts
            .values_mut()
            .filter_map(|account| account[list].as_array_mut())
            .flatten()
            .find(named)
            .unwrap();
        entry[field] = value;
        self
    }

    /// Sets a whole list, in every account.
    pub(super) fn change_all(mut self, list: &str, value: Value) -> Self {
        for account in self.accounts.values_mut() {
            account[list] = value.clone();
        }
        self
    }

    /// Sets a whole list of one account.
    pub(super) fn change_in(mut self, account: &str, list: &str, value: Value) -> Self {
        self.accounts.get_mut(account).unwrap()[list] = value;
        self
    }

    /// Removes a whole list.
    pub(super) fn lacking(mut self, account: &str, list: &str) -> Self {
        self.accounts
            .get_mut(account)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(list)
            .unwrap();
        self
    }

    fn with_entry(mut self, account: &'static str, list: &str, entry: Value) -> Self {
        self.accounts.get_mut(account).unwrap()[list]
            .as_array_mut()
            .unwrap()
            .push(entry);
        self
    }

    /// Removes an account's file.
    pub(super) fn without(mut self, account: &str) -> Self {
        self.accounts.remove(account);
        self
    }

    /// Adds a file.
    pub(super) fn with_file(mut self, file: Value) -> Self {
        self.more.push(file);
        self
    }

    pub(super) fn credential(mut self, user: &str, has_mfa: bool) -> Self {
        self.credentials.push(CredentialReportLine {
            arn: format!("arn:aws:iam::{DEVELOPMENT}:user/{user}"),
            has_mfa,
        });
        self
    }

    pub(super) fn setup(&self) -> Setup {
        let mut setup = Setup::default();
        for file in self.accounts.values().chain(&self.more) {
            let text = file.to_string();
            if StoreSnapshot::is_meant(text.as_bytes()) {
                let roster = StoreSnapshot::read(text.as_bytes(), None).unwrap();
                setup.add_store(roster).unwrap();
                continue;
            }
            let read = Input::read(text.as_bytes());
            // A file without any users and roles isn't a valid account.
            setup.add(read.unwrap()).unwrap();
        }
        setup.add_credentials(self.credentials.clone());
        setup
    }

    pub(super) fn review(&self) -> Review {
        let policy =
            Policy::read(self.policy.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"));
        review(
            &self.setup(),
            &policy,
            "2026-03-02T09:00:00Z".parse().unwrap(),
        )
    }

    /// The findings of one rule.
    pub(super) fn findings_by(&self, rule: &str) -> Vec<ReviewFinding> {
        self.review()
            .findings
            .into_iter()
            .filter(|finding| finding.rule == rule)
            .collect()
    }

    pub(super) fn only_finding(&self, rule: &str) -> ReviewFinding {
        let found = self.findings_by(rule);
        let [finding] = &found[..] else {
            panic!("one finding of {rule}: {found:#?}")
        };
        finding.clone()
    }

    pub(super) fn silent(&self, rule: &str) {
        assert_eq!(self.findings_by(rule), []);
    }

    pub(super) fn assert_fires(&self, rule: &str) {
        assert!(
            self.findings_by(rule)
                .iter()
                .any(|finding| finding.verdict == Verdict::Violation),
            "{:#?}",
            self.findings_by(rule)
        );
    }

    /// Expects no violation; unproven findings are allowed.
    pub(super) fn fires_nothing_sure(&self, rule: &str) {
        assert!(
            !self
                .findings_by(rule)
                .iter()
                .any(|finding| finding.verdict == Verdict::Violation),
            "{:#?}",
            self.findings_by(rule)
        );
    }

    /// Replaces what a finding quotes with its correction.
    pub(super) fn with_fix(mut self, finding: &ReviewFinding) -> Self {
        let (Some(statement), Some(fix)) = (&finding.statement, &finding.fix) else {
            panic!("no fix: {finding:#?}")
        };
        let fix = if let Value::Array(several) = fix {
            several.clone()
        } else {
            vec![fix.clone()]
        };
        let mut places = 0;
        for account in self.accounts.values_mut() {
            replace(account, statement, &fix, &mut places);
        }
        assert_eq!(places, 1, "{finding:#?}");
        self
    }

    /// The statements of the trust policy of production's role.
    pub(super) fn trust_statements(&self) -> Vec<Value> {
        let roles = self
            .accounts
            .values()
            .filter_map(|account| account["RoleDetailList"].as_array())
            .flatten();
        let role = roles
            .into_iter()
            .find(|role| role["RoleName"] == "UpdateApp")
            .unwrap();
        let statements = &role["AssumeRolePolicyDocument"]["Statement"];
        if let Value::Array(several) = statements {
            several.clone()
        } else {
            vec![statements.clone()]
        }
    }

    /// The same company with every list reversed.
    pub(super) fn turned_round(mut self) -> Self {
        for account in self.accounts.values_mut() {
            for list in account.as_object_mut().unwrap().values_mut() {
                list.as_array_mut().unwrap().reverse();
            }
        }
        self.more.reverse();
        self
    }
}

/// Replaces the statement or the setting with its correction.
fn replace(value: &mut Value, statement: &Value, fix: &[Value], places: &mut usize) {
    match value {
        Value::Object(object) => {
            if let (Some(longest), Some(role)) = (
                statement.get("MaxSessionDuration"),
                object.get("MaxSessionDuration"),
            ) && longest == role
            {
                object.insert(
                    "MaxSessionDuration".to_owned(),
                    fix[0]["MaxSessionDuration"].clone(),
                );
                *places += 1;
            }
            if let Some(written) = object.get_mut("Statement") {
                let mut statements = if let Value::Array(several) = written {
                    several.clone()
                } else {
                    vec![written.clone()]
                };
                if let Some(at) = statements.iter().position(|one| one == statement) {
                    statements.splice(at..=at, fix.iter().cloned());
                    *written = Value::Array(statements);
                    *places += 1;
                }
            }
            object
                .values_mut()
                .for_each(|value| replace(value, statement, fix, places));
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| replace(value, statement, fix, places)),
        _ => {}
    }
}
