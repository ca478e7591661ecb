//! Records of changes of the directory.

use super::*;

pub(super) fn directory<'a>(
    head: &dyn Fn(&'a str, &'a str) -> Head<'a>,
    change: &Change,
    failed: bool,
) -> Value {
    let (source, name, request, response) = shape(change);
    let head = head(source, name);
    let scim = source == "identitystore-scim";
    let identity = if scim {
        json!({"type": "Unknown", "accountId": MANAGEMENT, "accessKeyId": ""})
    } else if let Change::Enrolled { user, .. } = change {
        person(
            &Shown {
                id: Some(Id::own(*user)),
                name: None,
            },
            None,
            2,
        )
    } else {
        administrator()
    };
    let record = head.record(
        identity,
        json!({"requestParameters": request, "responseElements": response}),
    );
    if failed { refused(record) } else { record }
}

type Shape = (&'static str, &'static str, Value, Value);

fn shape(change: &Change) -> Shape {
    let store = STORES[0];
    let own = |user: &usize| user_id(Id::own(*user));
    let console = "sso-directory";
    match change {
        Change::Added { .. } | Change::Removed { .. } | Change::MembershipDeleted { .. } => {
            membership(change)
        }
        Change::GroupPatched { group } => scim("PatchGroup", &group_id(*group)),
        Change::UserPatched { user } => scim("PatchUser", &own(user)),
        Change::Created { .. } | Change::Deleted { .. } => lives(change),
        Change::Renamed { user, to } => (
            "identitystore",
            "UpdateUser",
            json!({
                "identityStoreId": store,
                "userId": own(user),
                "operations": [{"attributePath": "userName", "attributeValue": to.as_deref().unwrap_or(HIDDEN)}],
            }),
            Value::Null,
        ),
        Change::Active { user, active } => (
            console,
            if *active { "EnableUser" } else { "DisableUser" },
            json!({"identityStoreId": store, "userId": own(user)}),
            Value::Null,
        ),
        Change::Enrolled { user, key } => (
            console,
            if *key {
                "CompleteWebAuthnDeviceRegistration"
            } else {
                "CompleteVirtualMfaDeviceRegistration"
            },
            json!({"identityStoreId": store, "userId": own(user)}),
            Value::Null,
        ),
    }
}

/// Who joins or leaves a group.
fn membership(change: &Change) -> Shape {
    let store = STORES[0];
    let own = |user: &usize| user_id(Id::own(*user));
    let console = "sso-directory";
    match change {
        Change::Added {
            group,
            user,
            by_api: false,
            ..
        } => (
            console,
            "AddMemberToGroup",
            json!({"identityStoreId": store, "groupId": group_id(*group), "member": {"memberId": own(user)}}),
            Value::Null,
        ),
        Change::Added {
            group,
            user,
            membership,
            ..
        } => (
            "identitystore",
            "CreateGroupMembership",
            json!({"identityStoreId": store, "groupId": group_id(*group), "memberId": {"userId": own(user)}}),
            membership.map_or(
                Value::Null,
                |id| json!({"membershipId": membership_id(id), "identityStoreId": store}),
            ),
        ),
        Change::Removed { group, user } => (
            console,
            "RemoveMemberFromGroup",
            json!({"identityStoreId": store, "groupId": group_id(*group), "member": {"memberId": own(user)}}),
            Value::Null,
        ),
        Change::MembershipDeleted { membership } => (
            "identitystore",
            "DeleteGroupMembership",
            json!({"identityStoreId": store, "membershipId": membership_id(*membership)}),
            Value::Null,
        ),
        other => unreachable!("{other:?}"),
    }
}

/// What an identity provider changes; its values are hidden.
fn scim(name: &'static str, id: &str) -> Shape {
    let body = json!({"operations": [{"op": "REPLACE", "value": HIDDEN}], "schemas": [HIDDEN]});
    let request = json!({"httpBody": body, "tenantId": "EXAMPLEtenant", "id": id});
    ("identitystore-scim", name, request, Value::Null)
}

fn lives(change: &Change) -> Shape {
    let store = STORES[0];
    match change {
        Change::Created {
            user,
            name,
            scim: true,
        } => (
            "identitystore-scim",
            "CreateUser",
            json!({"httpBody": {"userName": name.as_deref().unwrap_or(HIDDEN), "active": true}, "tenantId": "EXAMPLEtenant"}),
            json!({"id": user_id(Id::own(*user)), "userName": HIDDEN, "active": true}),
        ),
        Change::Created { user, name, .. } => {
            let mut request =
                json!({"identityStoreId": store, "passwordMode": "EMAIL", "active": true});
            if let Some(name) = name {
                request["userName"] = json!(name);
            }
            let response = json!({"user": {"userId": user_id(Id::own(*user)), "active": true}});
            ("sso-directory", "CreateUser", request, response)
        }
        Change::Deleted { user, scim: true } => (
            "identitystore-scim",
            "DeleteUser",
            json!({"tenantId": "EXAMPLEtenant", "id": user_id(Id::own(*user))}),
            Value::Null,
        ),
        Change::Deleted { user, .. } => (
            "identitystore",
            "DeleteUser",
            json!({"identityStoreId": store, "userId": user_id(Id::own(*user))}),
            Value::Null,
        ),
        other => unreachable!("{other:?}"),
    }
}
