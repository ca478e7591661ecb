//! The company's Identity Center: groups Platform (nell) and Testers (pat), and the permission set
//! Admin, which Platform can take in production.

use serde_json::{Value, json};

use super::{Company, PRODUCTION};

pub(in crate::review) const STORE: &str = "d-1234567890";
pub(in crate::review) const ADMIN: &str = "arn:aws:sso:::permissionSet/ssoins-7223EXAMPLE/ps-admin";

/// The role of Admin in production.
pub(in crate::review) const ADMIN_ROLE: &str = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";

/// An entry for the permission set.
pub(in crate::review) const ADMIN_ENTRY: &str =
    "{permission_set: Admin, groups: [identity-center/Platform], max_session: 4h}";

/// A roster without anything that the policy forbids.
pub(in crate::review) fn roster() -> Value {
    let member = |user: &str, group: &str| json!({"MembershipId": format!("m-{user}"), "GroupId": group, "MemberId": {"UserId": user}});
    json!({
        "IdentityStoreId": STORE,
        "Users": [{"UserId": "u-nell", "UserName": "nell"}, {"UserId": "u-pat", "UserName": "pat"}],
        "Groups": [
            {"GroupId": "g-platform", "DisplayName": "Platform"},
            {"GroupId": "g-testers", "DisplayName": "Testers"},
        ],
        "GroupMemberships": [member("u-nell", "g-platform"), member("u-pat", "g-testers")],
        "PermissionSets": [
            {"PermissionSetArn": ADMIN, "Name": "Admin", "SessionDuration": "PT4H"},
        ],
        "AccountAssignments": [assignment("GROUP", "g-platform")],
    })
}

/// An assignment of Admin in production.
pub(in crate::review) fn assignment(kind: &str, principal: &str) -> Value {
    json!({"AccountId": PRODUCTION, "PermissionSetArn": ADMIN, "PrincipalType": kind,
        "PrincipalId": principal})
}

/// The roster with one more entry in a list.
pub(in crate::review) fn roster_and(list: &str, entry: Value) -> Value {
    let mut roster = roster();
    roster[list].as_array_mut().unwrap().push(entry);
    roster
}

impl Company {
    /// The company with Identity Center, and one more entry in the policy.
    pub(in crate::review) fn with_entry_of_center(self, entry: &str) -> Self {
        let center = format!(
            "identity_center: {{account: development, regions: [ap-northeast-1], identity_store: {STORE}}}\nassume_root: deny"
        );
        self.policy("assume_root: deny", &center)
            .policy("roles:\n  - arn", &format!("roles:\n  - {entry}\n  - arn"))
    }
}
