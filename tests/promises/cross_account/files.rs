//! The input files of a review, with functions to break the setup and to apply corrections.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::{Value, json};

use crate::tool::{Bench, Outcome, project};

pub(super) const DEVELOPMENT: &str = "111122223333";
pub(super) const PRODUCTION: &str = "444455556666";

const LISTS: [(&str, &str); 4] = [
    ("UserDetailList", "UserName"),
    ("GroupDetailList", "GroupName"),
    ("RoleDetailList", "RoleName"),
    ("Policies", "PolicyName"),
];

/// Authorization details of both accounts, the list of production's roles, rolewatch's policy, and
/// further files.
#[derive(Clone)]
pub(super) struct Files {
    development: Value,
    production: Value,
    durations: Value,
    pub(super) policy: String,
    credentials: Option<String>,
    analyzer: Option<Value>,
}

impl Files {
    /// The setup as deployed.
    pub(super) fn shipped() -> Self {
        Self::of("development.json")
    }

    /// The setup with `MfaSessionRequired`.
    pub(super) fn strict() -> Self {
        Self::of("../cross-account-strict/development.json")
    }

    fn of(development: &str) -> Self {
        let read = |name: &str| std::fs::read_to_string(project().join(name)).unwrap();
        let json = |name: &str| {
            serde_json::from_str(&read(&format!("events/cross-account/{name}"))).unwrap()
        };
        Self {
            development: json(development),
            production: json("production.json"),
            durations: json("production-roles.json"),
            policy: read("deploy/cross-account/rolewatch.yaml"),
            credentials: None,
            analyzer: None,
        }
    }

    fn bench(&self) -> Bench {
        let bench = Bench::empty();
        bench.write("rolewatch.yaml", self.policy.as_bytes());
        let named = [
            ("development", &self.development),
            ("production", &self.production),
            ("production-roles", &self.durations),
        ];
        for (name, value) in named.into_iter().filter(|(_, value)| !value.is_null()) {
            bench.write(&format!("setup/{name}.json"), value.to_string().as_bytes());
        }
        bench
    }

    /// Runs `rolewatch review` and returns its output, a finding per line.
    pub(super) fn review(&self) -> Outcome {
        self.review_as("ndjson")
    }

    pub(super) fn review_as(&self, format: &str) -> Outcome {
        let bench = self.bench();
        let mut args = vec![
            "review",
            "setup",
            "--format",
            format,
            "--as-of",
            "2026-03-09T00:00:00Z",
        ];
        if let Some(report) = &self.credentials {
            bench.write("credentials.csv", report.as_bytes());
            args.extend(["--credential-report", "credentials.csv"]);
        }
        if let Some(findings) = &self.analyzer {
            bench.write("analyzer.json", findings.to_string().as_bytes());
            args.extend(["--access-analyzer", "analyzer.json"]);
        }
        bench.run(&args)
    }

    pub(super) fn init(&self) -> Outcome {
        self.bench().run(&["init", "setup"])
    }

    /// A user, group, role or policy, in whichever account it is.
    pub(super) fn entry(&mut self, list: &str, name: &str) -> &mut Value {
        let (_, key) = LISTS.iter().find(|(known, _)| *known == list).unwrap();
        let accounts = [&mut self.development, &mut self.production];
        let entries = accounts
            .into_iter()
            .filter_map(|account| account[list].as_array_mut())
            .flatten();
        entries
            .into_iter()
            .find(|entry| entry[*key] == name)
            .unwrap()
    }

    /// Removes an entry.
    pub(super) fn without(&mut self, list: &str, name: &str) {
        let mut gone = 0;
        for account in [&mut self.development, &mut self.production] {
            let entries = account[list].as_array_mut().unwrap();
            let before = entries.len();
            entries.retain(|entry| LISTS.iter().all(|(_, key)| entry[*key] != name));
            gone += before - entries.len();
        }
        assert_eq!(gone, 1, "{name}");
    }

    pub(super) fn without_account(&mut self, id: &str) {
        if id == DEVELOPMENT {
            self.development = Value::Null;
        } else {
            self.production = Value::Null;
        }
    }

    pub(super) fn without_durations(&mut self) {
        self.durations = Value::Null;
    }

    /// Encodes every policy as the API does: URL-encoded text.
    pub(super) fn encode(&mut self) {
        encode(&mut self.development);
        encode(&mut self.production);
        encode(&mut self.durations);
    }

    /// Adds an inline policy with one statement.
    pub(super) fn grant(&mut self, list: &str, name: &str, statement: Value) {
        self.inline(list, name, "added", statement);
    }

    fn inline(&mut self, list: &str, name: &str, called: &str, statement: Value) {
        let key = policies_of(list);
        let entry = self.entry(list, name);
        if entry[&key].is_null() {
            entry[&key] = json!([]);
        }
        let policy = json!({"PolicyName": called, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
        entry[&key].as_array_mut().unwrap().push(policy);
    }

    pub(super) fn detach(&mut self, list: &str, name: &str, policy: &str) {
        let attached = self.entry(list, name)["AttachedManagedPolicies"]
            .as_array_mut()
            .unwrap();
        let before = attached.len();
        attached.retain(|one| !one["PolicyName"].as_str().unwrap().contains(policy));
        assert_eq!(attached.len() + 1, before, "{policy} of {name}");
    }

    /// Changes the statement of a role's trust policy.
    pub(super) fn trust(&mut self, role: &str, change: impl Fn(&mut Value)) {
        change(&mut self.entry("RoleDetailList", role)["AssumeRolePolicyDocument"]["Statement"][0]);
    }

    /// Changes the condition of a role's trust policy.
    pub(super) fn condition(&mut self, role: &str, change: impl Fn(&mut Value)) {
        self.trust(role, |statement| change(&mut statement["Condition"]));
    }

    /// Changes a statement of the managed policy that allows developers to switch.
    pub(super) fn enter_roles(&mut self, at: usize, change: impl Fn(&mut Value)) {
        let policy = self.entry("Policies", "cross-account-EnterRoles-EXAMPLE4KZ7Q2");
        change(&mut policy["PolicyVersionList"][0]["Document"]["Statement"][at]);
    }

    pub(super) fn role(&mut self, account: &str, name: &str, principal: Value, statement: Value) {
        let id = format!("AROA{}EXAMPLE", name.to_ascii_uppercase());
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
        let role = json!({"Path": "/", "RoleName": name, "RoleId": id, "Arn": format!("arn:aws:iam::{account}:role/{name}"),
            "AssumeRolePolicyDocument": trust, "RolePolicyList": [], "AttachedManagedPolicies": []});
        let of = if account == DEVELOPMENT {
            &mut self.development
        } else {
            &mut self.production
        };
        of["RoleDetailList"].as_array_mut().unwrap().push(role);
        self.grant("RoleDetailList", name, statement);
    }

    /// A managed policy of development.
    pub(super) fn managed(&mut self, name: &str, statement: Value) {
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        let version = json!({"Document": document, "VersionId": "v1", "IsDefaultVersion": true});
        let policy = json!({"PolicyName": name, "Arn": format!("arn:aws:iam::{DEVELOPMENT}:policy/{name}"), "DefaultVersionId": "v1",
            "PolicyVersionList": [version]});
        self.development["Policies"]
            .as_array_mut()
            .unwrap()
            .push(policy);
    }

    pub(super) fn lasting(&mut self, role: &str, seconds: i64) {
        let roles = self.durations["Roles"].as_array_mut().unwrap();
        roles
            .iter_mut()
            .find(|listed| listed["RoleName"] == role)
            .unwrap()["MaxSessionDuration"] = json!(seconds);
    }

    /// Adds development's credential report, which shows who has a device.
    pub(super) fn credentials(&mut self, lines: &[(&str, bool)]) {
        let mut report =
            "user,arn,password_enabled,mfa_active\n<root_account>,arn:aws:iam::111122223333:root,not_supported,true\n".to_owned();
        for (name, has_mfa) in lines {
            let arn = self.entry("UserDetailList", name)["Arn"]
                .as_str()
                .unwrap()
                .to_owned();
            report.extend([
                *name,
                ",",
                &arn,
                ",true,",
                if *has_mfa { "true" } else { "false" },
                "\n",
            ]);
        }
        self.credentials = Some(report);
    }

    /// Adds a finding of IAM Access Analyzer for a role of production.
    pub(super) fn analyzed(&mut self, role: &str) {
        self.analyzer = Some(
            json!({"findings": [{"id": "EXAMPLE-1", "resource": format!("arn:aws:iam::{PRODUCTION}:role/{role}"),
            "resourceType": "AWS::IAM::Role", "status": "ACTIVE", "findingType": "ExternalAccess"}]}),
        );
    }

    /// Applies a finding's printed correction to the statement that the finding names.
    pub(super) fn correct(&mut self, finding: &Value) {
        let fix = if let Value::Array(several) = &finding["fix"] {
            several.clone()
        } else {
            vec![finding["fix"].clone()]
        };
        let subject = finding["subject"].as_str().unwrap();
        let name = |arn: &str| arn.rsplit('/').next().unwrap().to_owned();
        let Some(place) = finding["place"].as_str() else {
            let seconds = fix[0]["MaxSessionDuration"]
                .as_i64()
                .unwrap_or_else(|| panic!("{finding:#}"));
            return self.lasting(&name(subject), seconds);
        };
        let document = if place == "the trust policy" {
            &mut self.entry("RoleDetailList", &name(subject))["AssumeRolePolicyDocument"]
        } else if let Some(role) = place.strip_prefix("the trust policy of ") {
            &mut self.entry("RoleDetailList", &name(role))["AssumeRolePolicyDocument"]
        } else if let Some((policy, holder)) = place
            .strip_prefix("inline policy ")
            .and_then(|rest| rest.split_once(" of "))
        {
            let list = list_of(holder);
            let policies = &mut self.entry(list, &name(holder))[policies_of(list)];
            let named = policies
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .find(|inline| inline["PolicyName"] == policy)
                .unwrap();
            &mut named["PolicyDocument"]
        } else if let Some((policy, holder)) = place
            .strip_prefix("managed policy ")
            .and_then(|rest| rest.split_once(" of "))
        {
            if policy.contains("::aws:") {
                // AWS manages this policy, so nobody can edit it.
                let [quoted, denial] = &fix[..] else {
                    panic!("{finding:#}")
                };
                assert_eq!(
                    (quoted, &denial["Effect"]),
                    (&finding["statement"], &json!("Deny"))
                );
                let message = finding["message"].as_str().unwrap();
                assert!(message.contains("an AWS managed policy"), "{finding:#}");
                return self.inline(list_of(holder), &name(holder), "beside", denial.clone());
            }
            &mut self.entry("Policies", &name(policy))["PolicyVersionList"][0]["Document"]
        } else {
            panic!("{finding:#}")
        };
        let statements = document["Statement"].as_array_mut().unwrap();
        let at = statements
            .iter()
            .position(|statement| *statement == finding["statement"])
            .unwrap_or_else(|| panic!("{finding:#}"));
        statements.splice(at..=at, fix);
    }
}

/// The list that contains the user, group or role with this ARN.
fn list_of(arn: &str) -> &'static str {
    match arn.split(':').nth(5).unwrap().split('/').next().unwrap() {
        "user" => "UserDetailList",
        "group" => "GroupDetailList",
        _ => "RoleDetailList",
    }
}

/// `UserPolicyList` for `UserDetailList`.
fn policies_of(list: &str) -> String {
    list.replace("Detail", "Policy")
}

/// Removes the keys of a condition that require MFA.
pub(super) fn without_mfa(condition: &mut Value) {
    let operators = condition.as_object_mut().unwrap();
    operators.remove("Bool").unwrap();
    operators.remove("NumericLessThan").unwrap();
}

fn encode(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if matches!(
                    key.as_str(),
                    "AssumeRolePolicyDocument" | "PolicyDocument" | "Document"
                ) {
                    let text = field.to_string();
                    let shown = |byte: u8| {
                        if byte.is_ascii_alphanumeric() {
                            char::from(byte).to_string()
                        } else {
                            format!("%{byte:02X}")
                        }
                    };
                    *field = Value::String(text.bytes().map(shown).collect());
                } else {
                    encode(field);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(encode),
        _ => {}
    }
}
