//! Everything that IAM returns about an account, in the format of the AWS CLI, which the review
//! reads.

use std::collections::BTreeMap;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use serde_json::{Value, json};

use crate::details::{printed_group, printed_policy, printed_role, printed_user};

/// `MaxSessionDuration` by role ARN, in seconds. The details lack it.
pub(super) type Durations = BTreeMap<String, i32>;

/// Pages as one JSON object. Policy documents stay URL-encoded, as IAM returns them.
#[derive(Debug, Default)]
pub(super) struct Printed {
    users: Vec<Value>,
    groups: Vec<Value>,
    roles: Vec<(String, Value)>,
    policies: Vec<Value>,
    truncated: bool,
}

impl Printed {
    pub(super) fn add(&mut self, page: &GetAccountAuthorizationDetailsOutput) {
        self.users
            .extend(page.user_detail_list().iter().map(printed_user));
        self.groups
            .extend(page.group_detail_list().iter().map(printed_group));
        self.roles
            .extend(page.role_detail_list().iter().map(|role| {
                (
                    role.arn().unwrap_or_default().to_owned(),
                    printed_role(role),
                )
            }));
        self.policies
            .extend(page.policies().iter().map(printed_policy));
        self.truncated = page.is_truncated();
    }

    /// The durations were listed after the details, so every role in the details has one unless it
    /// was deleted in between.
    pub(super) fn text(self, durations: &Durations) -> String {
        let lasting = |(arn, mut role): (String, Value)| {
            if let Some(role) = role.as_object_mut() {
                role.insert("MaxSessionDuration".to_owned(), json!(durations.get(&arn)));
            }
            role
        };
        let roles: Vec<Value> = self.roles.into_iter().map(lasting).collect();
        json!({
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": roles,
            "Policies": self.policies,
            "IsTruncated": self.truncated,
        })
        .to_string()
    }
}
