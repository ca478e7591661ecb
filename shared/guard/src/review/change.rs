//! Calls that change the setup, so that it has to be reviewed again: calls on users, groups, roles,
//! and all their policies.

use serde::{Deserialize, Serialize};

use super::ReviewFinding;
use crate::arn::resource_of;
use crate::catalogue;
use crate::delivery::Delivery;
use crate::finding::CallerShown;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::record::{self, Parameters, Record, RecordProblem};
use crate::rule::LedToBy;
use crate::seen::Caller;
use crate::seen::parts::{event_id, event_time};
use crate::untrusted::harmless;

/// `eventName` of every IAM call after which a rule of the review may give another answer. (A new
/// policy version that isn't made the default triggers a review unnecessarily.)
pub const CHANGES: [&str; 34] = [
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateGroup",
    "CreatePolicyVersion",
    "CreateRole",
    "CreateUser",
    "DeleteGroup",
    "DeleteGroupPolicy",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DeleteUser",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachGroupPolicy",
    "DetachRolePolicy",
    "DetachUserPolicy",
    "PutGroupPolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "PutUserPermissionsBoundary",
    "PutUserPolicy",
    "RemoveUserFromGroup",
    "SetDefaultPolicyVersion",
    "TagRole",
    "TagUser",
    "UntagRole",
    "UntagUser",
    "UpdateAssumeRolePolicy",
    "UpdateGroup",
    "UpdateRole",
    "UpdateUser",
];

/// Members of `requestParameters` that name the call's resource, by kind of resource as written in
/// ARNs.
const NAMES: [(&str, &[&str]); 3] = [
    ("role/", &["roleName"]),
    ("group/", &["groupName", "newGroupName"]),
    ("user/", &["userName", "newUserName"]),
];

/// A call that changed the setup of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupChange {
    /// The record.
    pub key: RecordKey,
    /// `eventTime`.
    pub time: Moment,
    /// What it changed, and who made it.
    pub how: ChangeDetails,
}

/// What a call changed, and who made it. Every text in it is safe to print, but not escaped yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDetails {
    /// `eventName`.
    pub call: String,
    /// The resources that it changed: `role/UpdateApp`, `group/Testers`, `user/dora`, without a
    /// path; for a managed policy, its ARN.
    pub subjects: Vec<String>,
    /// The caller, as the record shows it. The last part of a role session's ARN is chosen by the
    /// person who opened it.
    pub by: CallerShown,
    /// `awsRegion`.
    pub region: Option<String>,
    /// The source address.
    pub source_ip: Option<String>,
}

/// Returns the change of the setup that a record shows, if any. A failed call changed nothing.
///
/// # Errors
/// If the text isn't a record, or a record of such a call lacks its id, account or time.
pub fn change(
    record_json: &[u8],
    delivery: Delivery<'_>,
) -> Result<Option<SetupChange>, RecordProblem> {
    change_of(&record::open(record_json)?, delivery)
}

/// Like [`change`], for a record that is already parsed.
pub(crate) fn change_of(
    record: &Record<'_>,
    delivery: Delivery<'_>,
) -> Result<Option<SetupChange>, RecordProblem> {
    let (Some(source), Some(call)) = (record.event_source.as_deref(), record.event_name.as_deref())
    else {
        return Ok(None);
    };
    // Other services have calls with the same names.
    if source.split('.').next() != Some("iam")
        || !CHANGES.contains(&call)
        || record.error().is_some()
    {
        return Ok(None);
    }
    let caller = Caller::from_record(record);
    let parameters = Parameters::read(record.request_parameters);
    let policies = parameters.texts_named(&["policyArn"]).map(harmless);
    let named = NAMES.iter().flat_map(|(kind, members)| {
        parameters
            .texts_named(members)
            .map(move |name| format!("{kind}{}", harmless(name)))
    });
    Ok(Some(SetupChange {
        key: RecordKey {
            account: delivery.recipient(record)?,
            event: event_id(record)?,
        },
        time: event_time(record)?,
        how: ChangeDetails {
            call: call.to_owned(),
            subjects: named.chain(policies).collect(),
            by: CallerShown::of_caller(&caller),
            region: record.aws_region.as_deref().map(harmless),
            source_ip: record.source_ip_address.as_deref().map(harmless),
        },
    }))
}

impl ChangeDetails {
    /// Whether the call may have caused the finding: calls of its kind can, and it changed the
    /// finding's subject, or the policy or its holder that the finding quotes.
    pub fn may_have_led_to(&self, finding: &ReviewFinding) -> bool {
        let call = self.call.as_str();
        // Any call on a role matches every finding about the role; the kind of call decides which
        // findings it can have caused.
        let led_to_by = catalogue::find(finding.rule).and_then(|rule| rule.led_to_by);
        let fits = match led_to_by {
            Some(LedToBy::TrustPolicy) => matches!(call, "CreateRole" | "UpdateAssumeRolePolicy"),
            Some(LedToBy::SessionLimit) => matches!(call, "CreateRole" | "UpdateRole"),
            Some(LedToBy::Permissions) => !matches!(
                call,
                "TagRole"
                    | "TagUser"
                    | "UntagRole"
                    | "UntagUser"
                    | "UpdateGroup"
                    | "UpdateRole"
                    | "UpdateUser"
            ),
            None => false,
        };
        fits && self.is_about(finding)
    }

    fn is_about(&self, finding: &ReviewFinding) -> bool {
        let words = finding
            .place
            .as_deref()
            .unwrap_or_default()
            .split(' ')
            .chain([finding.subject.as_str()]);
        let about: Vec<&str> = words.filter(|word| word.starts_with("arn:")).collect();
        self.subjects.iter().any(|subject| {
            about
                .iter()
                .any(|arn| arn == subject || without_path(arn).eq_ignore_ascii_case(subject))
        })
    }
}

/// `role/UpdateApp` for `arn:aws:iam::444455556666:role/team/UpdateApp`.
fn without_path(arn: &str) -> String {
    let resource = resource_of(arn).unwrap_or_default();
    match (resource.split_once('/'), resource.rsplit_once('/')) {
        (Some((kind, _)), Some((_, name))) => format!("{kind}/{name}"),
        _ => resource.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::review::testing::{Company, DEVELOPMENT};

    fn record(name: &str, parameters: &Value) -> Value {
        json!({
            "eventVersion": "1.11", "eventTime": "2026-03-02T09:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": name,
            "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.7", "eventID": "5f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001",
            "recipientAccountId": "111122223333", "requestParameters": parameters,
            "userIdentity": {"type": "IAMUser", "userName": "dora", "arn": "arn:aws:iam::111122223333:user/dora", "accountId": "111122223333"},
        })
    }

    fn read(record: &Value) -> Option<SetupChange> {
        change(record.to_string().as_bytes(), Delivery::default()).unwrap()
    }

    #[test]
    fn a_change_says_who_made_it_and_what_it_works_on() {
        let change = read(&record(
            "PutGroupPolicy",
            &json!({"groupName": "Testers", "policyName": "x\u{202e}", "policyDocument": "{}"}),
        ))
        .unwrap();
        assert_eq!(
            (change.how.call.as_str(), change.how.subjects.as_slice()),
            ("PutGroupPolicy", &["group/Testers".to_owned()][..])
        );
        assert_eq!(
            (
                change.how.by.name.as_str(),
                change.key.account.to_string().as_str()
            ),
            ("dora", "111122223333")
        );
    }

    #[test]
    fn what_failed_and_what_changes_no_set_up_is_none() {
        let mut refused = record("PutGroupPolicy", &json!({"groupName": "Testers"}));
        refused["errorCode"] = "AccessDenied".into();
        assert_eq!(read(&refused), None);
        assert_eq!(
            read(&record("EnableMFADevice", &json!({"userName": "dora"}))),
            None
        );
        let mut elsewhere = record("CreateRole", &json!({"roleName": "UpdateApp"}));
        elsewhere["eventSource"] = "robomaker.amazonaws.com".into();
        assert_eq!(read(&elsewhere), None);
    }

    #[test]
    fn one_without_its_id_is_said() {
        let mut record = record("CreateRole", &json!({"roleName": "UpdateApp"}));
        record["eventID"] = Value::Null;
        assert!(change(record.to_string().as_bytes(), Delivery::default()).is_err());
    }

    #[test]
    fn a_change_is_about_the_subject_its_policy_and_nothing_else() {
        let everything = json!({"Effect": "Allow", "Action": "sts:*", "Resource": "*"});
        let attached =
            json!([{"PolicyName": "Wide", "PolicyArn": "arn:aws:iam::111122223333:policy/Wide"}]);
        let company = Company::new()
            .managed(DEVELOPMENT, "Wide", everything)
            .change(
                "GroupDetailList",
                "Testers",
                "AttachedManagedPolicies",
                attached,
            );
        let findings = company.review().findings;
        let finding = findings
            .iter()
            .find(|finding| finding.rule == "RW104")
            .unwrap();
        let about = |call: &str, parameters: Value| {
            read(&record(call, &parameters))
                .unwrap()
                .how
                .may_have_led_to(finding)
        };
        assert!(about(
            "AttachGroupPolicy",
            json!({"groupName": "TESTERS", "policyArn": "arn:aws:iam::111122223333:policy/Other"})
        ));
        assert!(about(
            "CreatePolicyVersion",
            json!({"policyArn": "arn:aws:iam::111122223333:policy/Wide"})
        ));
        assert!(!about(
            "CreatePolicyVersion",
            json!({"policyArn": "arn:aws:iam::111122223333:policy/Wider"})
        ));
        assert!(!about(
            "AttachGroupPolicy",
            json!({"groupName": "Tester", "policyArn": "arn:aws:iam::111122223333:policy/Other"})
        ));
        assert!(
            !about(
                "UpdateGroup",
                json!({"groupName": "Testers", "newPath": "/x/"})
            ),
            "no right comes of that"
        );
        assert!(!about(
            "PutUserPolicy",
            json!({"userName": "Testers", "policyName": "Testers"})
        ));
    }
}
