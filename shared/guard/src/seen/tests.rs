//! A record says the same, whichever pipeline it came through.

mod failed;
mod odd_values;
mod unread;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Reading, RecordProblem, read};
use crate::arn::RoleArn;
use crate::elevated::Elevated;
use crate::policy::Policy;
use crate::testing::Story;

/// One successful record of each kind that the engine reads.
fn every_kind() -> Vec<Value> {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    story
        .switch("dave")
        .by_console()
        .left_after(60)
        .renewed_after(30);
    story.chain("dora", "Jump");
    story.saml_switch("Okta", "sam", &[("team", "platform"), ("mfa", "true")]);
    story.web_switch("accounts.google.com", "1234");
    story.assume_root("admin", "555566667777");
    story.iam(0, "admin").adds("tom", "Developers");
    story.iam(0, "admin").removes("dora", "Developers");
    story.iam(0, "admin").creates_user("nell", "AIDAEXAMPLE");
    story
        .iam(0, "admin")
        .creates_group("Auditors", "AGPAEXAMPLE");
    story.iam(0, "admin").renames_user("tess", "tessa");
    story.iam(0, "admin").renames_group("Auditors", "Readers");
    story.iam(0, "admin").deletes_user("nell");
    story.iam(0, "admin").deletes_group("Readers");
    story
        .iam(0, "admin")
        .enrols("dora", "arn:aws:iam::111122223333:mfa/device");
    let mut records = story.records().to_vec();
    let mut portal = records[0].clone();
    portal["eventSource"] = json!("sso.amazonaws.com");
    portal["eventName"] = json!("GetRoleCredentials");
    records.push(portal);
    for (api, role) in [
        ("AssumeRole", "UpdateApp"),
        ("AssumeRole", "worker"),
        ("GetSessionToken", "UpdateApp"),
    ] {
        let mut service = records[0].clone();
        service["eventName"] = json!(api);
        service["userIdentity"] =
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"});
        service["requestParameters"]["roleArn"] =
            json!(format!("arn:aws:iam::444455556666:role/{role}"));
        service["resources"] = Value::Null;
        records.push(service);
    }
    records.extend(of_identity_center());
    records
}

/// One record of each kind of Identity Center event, in the captured forms.
fn of_identity_center() -> Vec<Value> {
    let member = json!({"identityStoreId": "d-1", "groupId": "g", "member": {"memberId": "u"}});
    let assignment = json!({
        "targetId": "444455556666",
        "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
        "principalType": "GROUP",
        "principalId": "g",
    });
    let lasting = json!({"sessionConfiguration": {"maxAuthenticationAge": "PT8H"}});
    let token = json!({"grantType": "urn:ietf:params:oauth:grant-type:device_code"});
    let login = json!({"client_id": "arn:aws:signin:::devtools/same-device"});
    [
        ("signin", "UserAuthentication", Value::Null),
        ("signin", "CreateOAuth2Token", login),
        ("sso", "Federate", Value::Null),
        ("sso", "CreateAccountAssignment", assignment),
        (
            "sso",
            "UpdateSsoConfiguration",
            json!({"ssoConfiguration": lasting}),
        ),
        ("sso", "CreatePermissionSet", json!({"name": "Admin"})),
        ("sso-oauth", "CreateToken", token),
        ("sso-directory", "AddMemberToGroup", member),
        (
            "identitystore",
            "UpdateUser",
            json!({
                "userId": "u",
                "operations": [{"attributePath": "userName", "attributeValue": "x"}],
            }),
        ),
    ]
    .into_iter()
    .enumerate()
    .map(|(at, (source, name, request))| of_nell(at, source, name, request))
    .collect()
}

/// A record of Identity Center about one person, with the fields that any of its events may have.
fn of_nell(at: usize, source: &str, name: &str, request: Value) -> Value {
    let mut record = json!({
        "userIdentity": {
            "type": "IdentityCenterUser",
            "accountId": "111122223333",
            "onBehalfOf": {
                "userId": "u",
                "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1",
            },
            "credentialId": "EXAMPLE",
        },
        "eventTime": "2026-03-02T09:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "responseElements": null,
        "additionalEventData": {
            "AuthWorkflowID": "w",
            "UserName": "nell",
            "CredentialType": "PASSWORD,TOTP",
        },
        "serviceEventDetails": {
            "UserAuthentication": "Success",
            "account_id": "444455556666",
            "role_name": "Admin",
        },
        "eventID": format!("00000000-0000-4000-8000-{:012}", 9_000 + at),
        "recipientAccountId": "111122223333",
    });
    record["requestParameters"] = request;
    record
}

/// Reads a record with the policy of the story.
fn reading(text: &str) -> Result<Reading, RecordProblem> {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| Story::new().policy());
    let elevated = |role: &RoleArn| Elevated::by_policy(&POLICY).may_be(role);
    read(text.as_bytes(), &elevated)
}
