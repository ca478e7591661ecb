//! Shapes that no captured record shows, odd values, and sizes. Captured records are in the corpus,
//! which tests/promises/corpus.rs reads.

use serde_json::{Value, json};

use super::*;
use crate::seen::{Reading, SeenRecord, read, reduced};

fn record(source: &str, name: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IdentityCenterUser",
            "accountId": "111122223333",
            "onBehalfOf": {
                "userId": "94d00cd8-EXAMPLE",
                "identityStoreArn":
                    "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
            },
            "credentialId": "EXAMPLE-credential",
        },
        "eventTime": "2026-03-02T09:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "requestParameters": null,
        "responseElements": null,
        "eventID": "00000000-0000-4000-8000-000000000001",
        "recipientAccountId": "111122223333",
    })
}

fn with_request(source: &str, name: &str, request: Value) -> Value {
    let mut record = record(source, name);
    record["requestParameters"] = request;
    record
}

fn read_seen(record: &Value) -> SeenRecord {
    let text = record.to_string();
    let whole = read(text.as_bytes(), &|_| false);
    let small = reduced(text.as_bytes()).unwrap();
    assert_eq!(whole, read(small.as_bytes(), &|_| false), "{small}");
    match whole {
        Ok(Reading::Seen(seen)) => *seen,
        other => panic!("{other:?}: {record}"),
    }
}

fn event(record: &Value) -> Option<CenterEvent> {
    match read_seen(record).fact {
        Some(Fact::IdentityCenter(event)) => Some(*event),
        None => None,
        other => panic!("{other:?}"),
    }
}

/// The directory change of a record in which everything can be read.
fn changed(record: &Value) -> DirectoryChangeKind {
    let seen = read_seen(record);
    assert_eq!(seen.unread, [], "{record}");
    match event(record).map(|event| event.what) {
        Some(CenterKind::Directory(change)) => change.what,
        other => panic!("{other:?}: {record}"),
    }
}

fn group(id: Option<&str>) -> DirectoryChangeKind {
    DirectoryChangeKind::Unknown {
        what: NamedKind::Group,
        id: id.map(Arc::from),
    }
}

#[test]
fn memberships_are_read_by_user_or_by_membership() {
    let added = |membership: Option<&str>| DirectoryChangeKind::MemberAdded {
        group: "g".into(),
        user: "u".into(),
        membership: membership.map(Arc::from),
    };
    let removed = DirectoryChangeKind::MemberRemoved {
        group: "g".into(),
        user: "u".into(),
    };
    let console = json!({"identityStoreId": "d-1", "groupId": "g", "member": {"memberId": "u"}});
    let api = json!({"identityStoreId": "d-1", "groupId": "g", "memberId": {"userId": "u"}});
    let of = |name: &str, request: &Value| {
        let source = if name.ends_with("Membership") {
            "identitystore"
        } else {
            "sso-directory"
        };
        changed(&with_request(source, name, request.clone()))
    };
    assert_eq!(of("AddMemberToGroup", &console), added(None));
    assert_eq!(of("RemoveMemberFromGroup", &console), removed);
    assert_eq!(of("CreateGroupMembership", &api), added(None));
    let mut answered = with_request("identitystore", "CreateGroupMembership", api);
    answered["responseElements"] = json!({"membershipId": "m", "identityStoreId": "d-1"});
    assert_eq!(changed(&answered), added(Some("m")));
    assert_eq!(
        of("DeleteGroupMembership", &json!({"membershipId": "m"})),
        DirectoryChangeKind::MembershipDeleted {
            membership: "m".into()
        }
    );
}

#[test]
fn what_is_hidden_or_absent_is_a_change_of_unknown_content() {
    for (request, id) in [
        (json!({"groupId": "g", "member": {}}), Some("g")),
        (
            json!({"groupId": "g", "member": {"memberId": "HIDDEN_DUE_TO_SECURITY_REASONS"}}),
            Some("g"),
        ),
        (json!({"groupId": {}, "member": {"memberId": "u"}}), None),
        (json!({"groupId": "  ", "member": {"memberId": ""}}), None),
        (json!({"omitted": true, "reason": "too large"}), None),
        (Value::Null, None),
    ] {
        let record = with_request("sso-directory", "AddMemberToGroup", request);
        assert_eq!(changed(&record), group(id), "{record}");
    }
    let scim = json!({
        "httpBody": {"operations": [{"op": "ADD", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]},
        "id": "g",
        "tenantId": "t",
    });
    for name in ["PatchGroup", "PutGroup"] {
        let record = with_request("identitystore-scim", name, scim.clone());
        assert_eq!(changed(&record), group(Some("g")));
    }
    for name in ["PatchUser", "PutUser"] {
        assert_eq!(
            changed(&with_request("identitystore-scim", name, scim.clone())),
            DirectoryChangeKind::Unknown {
                what: NamedKind::User,
                id: Some("g".into())
            }
        );
    }
}

#[test]
fn what_cannot_be_read_is_named_and_its_change_is_kept() {
    for (request, id) in [
        (json!({"groupId": "g", "member": ["u"]}), Some("g")),
        (json!({"groupId": "g", "member": {"name": "x"}}), Some("g")),
        (json!({"groupId": ["g"], "member": {"memberId": "u"}}), None),
        (json!({"groupId": "g".repeat(2_000)}), None),
        (json!(["g"]), None),
        (json!("g"), None),
    ] {
        let record = with_request("sso-directory", "AddMemberToGroup", request);
        let seen = read_seen(&record);
        assert_eq!(seen.unread.len(), 1, "{record}");
        match event(&record).unwrap().what {
            CenterKind::Directory(change) => assert_eq!(change.what, group(id), "{record}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn users_come_are_renamed_are_disabled_and_go() {
    let user = |name: &str, request: Value| changed(&with_request("identitystore", name, request));
    let update = |path: &str, value: Value| {
        let operations = json!([{"attributePath": path, "attributeValue": value}]);
        user(
            "UpdateUser",
            json!({"userId": "u", "operations": operations}),
        )
    };
    let renamed = |to: Option<&str>| DirectoryChangeKind::Renamed {
        what: NamedKind::User,
        id: "u".into(),
        to: to.map(Arc::from),
    };
    let active = |active| DirectoryChangeKind::Active {
        user: "u".into(),
        active,
    };
    let unknown = DirectoryChangeKind::Unknown {
        what: NamedKind::User,
        id: Some("u".into()),
    };
    assert_eq!(update("userName", json!("nell")), renamed(Some("nell")));
    assert_eq!(update("userName", json!({})), renamed(None));
    assert_eq!(update("active", json!(false)), active(false));
    assert_eq!(update("userStatus", json!("ENABLED")), active(true));
    assert_eq!(update("active", json!({})), unknown);
    assert_eq!(user("UpdateUser", json!({"userId": "u"})), unknown);
    assert_eq!(user("DisableUser", json!({"userId": "u"})), active(false));
    assert_eq!(user("EnableUser", json!({"userId": "u"})), active(true));
    assert_eq!(
        user("DeleteUser", json!({"userId": "u"})),
        DirectoryChangeKind::Deleted {
            what: NamedKind::User,
            id: "u".into()
        }
    );
    let address = json!([{"attributePath": "emails", "attributeValue": [{"value": "x"}]}]);
    let request = json!({"userId": "u", "operations": address});
    assert_eq!(
        event(&with_request("identitystore", "UpdateUser", request)),
        None,
        "an address says nothing about who may enter a role"
    );
}

#[test]
fn a_device_belongs_to_whom_the_request_names_or_to_the_caller() {
    let enrolled = |user: &str, device: Option<&str>| DirectoryChangeKind::MfaEnrolled {
        user: user.into(),
        device: device.map(Arc::from),
    };
    for name in [
        "CompleteVirtualMfaDeviceRegistration",
        "CompleteWebAuthnDeviceRegistration",
    ] {
        let of = |request| changed(&with_request("sso-directory", name, request));
        assert_eq!(of(json!({})), enrolled("94d00cd8-EXAMPLE", None));
        assert_eq!(
            of(json!({"userId": "u", "deviceId": "x"})),
            enrolled("u", Some("x"))
        );
        assert_eq!(of(json!({"user": {"userId": "u"}})), enrolled("u", None));
    }
    let removed = with_request("sso-directory", "DeleteMfaDeviceForUser", json!({}));
    assert_eq!(
        changed(&removed),
        DirectoryChangeKind::Unknown {
            what: NamedKind::User,
            id: None
        },
        "an administrator may remove anybody's"
    );
}

#[test]
fn a_group_that_scim_made_with_members_says_so() {
    for (body, with_members) in [
        (json!({"displayName": "Platform"}), false),
        (json!({"displayName": "Platform", "members": {}}), true),
        (json!("HIDDEN_DUE_TO_SECURITY_REASONS"), true),
    ] {
        let request = json!({"httpBody": body, "tenantId": "t"});
        let mut record = with_request("identitystore-scim", "CreateGroup", request);
        record["responseElements"] = json!({"id": "g"});
        match event(&record).unwrap().what {
            CenterKind::Directory(DirectoryChange {
                store: None,
                what:
                    DirectoryChangeKind::Created {
                        id,
                        with_members: found,
                        ..
                    },
            }) => assert_eq!((id.as_deref(), found), (Some("g"), with_members)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_error_of_a_sign_in_outweighs_what_its_details_say() {
    let mut record = record("signin", "UserAuthentication");
    let outcome = |record: &Value| event(record).unwrap().outcome;
    assert_eq!(outcome(&record), Outcome::Unknown);
    record["serviceEventDetails"] = json!({"UserAuthentication": "Success"});
    assert_eq!(outcome(&record), Outcome::Success);
    record["errorCode"] = json!("AccessDenied");
    assert_eq!(outcome(&record), Outcome::Failure);
    record["errorCode"] = Value::Null;
    record["serviceEventDetails"] = json!({"UserAuthentication": "Perhaps"});
    assert_eq!(outcome(&record), Outcome::Unknown);
    assert_eq!(read_seen(&record).unread.len(), 1);
}

#[test]
fn factors_are_words_between_commas() {
    let mut record = record("signin", "UserAuthentication");
    let mut factors = |words: &str| {
        record["additionalEventData"] = json!({"CredentialType": words});
        match event(&record).unwrap().what {
            CenterKind::SignIn(sign_in) => (sign_in.factors, read_seen(&record).unread.len()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        factors("PASSWORD, TOTP"),
        (BTreeSet::from([Factor::Password, Factor::Totp]), 0)
    );
    assert_eq!(factors(",,"), (BTreeSet::new(), 0));
    assert_eq!(
        factors("CARRIER_PIGEON"),
        (BTreeSet::from([Factor::Other("CARRIER_PIGEON".into())]), 0)
    );
    let many: Vec<String> = (0..20).map(|word| word.to_string()).collect();
    assert_eq!(factors(&many.join(",")), (BTreeSet::new(), 1));
    assert_eq!(factors(&"X".repeat(2_000)), (BTreeSet::new(), 1));
}

#[test]
fn failed_calls_change_nothing_and_failed_portal_calls_are_kept() {
    for (source, name, kept) in [
        ("sso", "GetRoleCredentials", true),
        ("sso", "Federate", true),
        ("sso-oauth", "CreateToken", true),
        ("sso", "CreateAccountAssignment", false),
        ("sso-directory", "AddMemberToGroup", false),
    ] {
        let mut record = record(source, name);
        record["errorCode"] = json!("AccessDeniedException");
        record["requestParameters"] = json!("hidden");
        let event = event(&record);
        assert_eq!(
            event.map(|event| event.outcome),
            kept.then_some(Outcome::Failure),
            "{record}"
        );
        record["errorCode"] = json!(["AccessDeniedException"]);
        assert_eq!(
            read(record.to_string().as_bytes(), &|_| false),
            Err(RecordProblem::Unlike { field: "errorCode" }),
            "nobody can tell whether it failed"
        );
    }
}

#[test]
fn a_person_counts_only_with_their_store() {
    let mut record = record("sso", "GetRoleCredentials");
    assert!(event(&record).unwrap().on_behalf_of.is_some());
    for (odd, named) in [
        (json!({"userId": "u"}), 0),
        (json!({"userId": "u", "identityStoreArn": "d-1"}), 1),
        (
            json!({"userId": ["u"], "identityStoreArn": "x:identitystore/d-1"}),
            1,
        ),
        (json!("u"), 1),
        (json!(""), 0),
        (Value::Null, 0),
    ] {
        record["userIdentity"]["onBehalfOf"] = odd;
        let seen = read_seen(&record);
        assert_eq!(seen.unread.len(), named, "{record}");
        assert_eq!(event(&record).unwrap().on_behalf_of, None, "{record}");
    }
}

#[test]
fn other_calls_of_these_services_say_nothing() {
    for (source, name) in [
        ("sso", "ListAccounts"),
        ("sso-directory", "DescribeUsers"),
        ("identitystore", "ListGroupMemberships"),
        ("sso-oauth", "RegisterClient"),
        ("signin", "ConsoleLogin"),
    ] {
        assert_eq!(event(&record(source, name)), None, "{name}");
    }
}
