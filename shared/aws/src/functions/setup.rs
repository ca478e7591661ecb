//! Everything that IAM returns about an account, in the format of the AWS CLI, which the review
//! reads.

use std::collections::BTreeMap;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::primitives::DateTimeFormat as Format;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, ManagedPolicyDetail, PolicyDetail, RoleDetail, Tag,
};
use serde_json::{Value, json};

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
            .extend(page.user_detail_list().iter().map(|user| {
                json!({
                    "UserName": user.user_name(),
                    "UserId": user.user_id(),
                    "Arn": user.arn(),
                    "GroupList": user.group_list(),
                    "UserPolicyList": inline(user.user_policy_list()),
                    "AttachedManagedPolicies": attached(user.attached_managed_policies()),
                    "PermissionsBoundary": boundary(user.permissions_boundary()),
                    "Tags": tag_values(user.tags()),
                })
            }));
        self.groups
            .extend(page.group_detail_list().iter().map(|group| {
                json!({
                    "GroupName": group.group_name(),
                    "GroupId": group.group_id(),
                    "Arn": group.arn(),
                    "GroupPolicyList": inline(group.group_policy_list()),
                    "AttachedManagedPolicies": attached(group.attached_managed_policies()),
                })
            }));
        self.roles
            .extend(page.role_detail_list().iter().map(|role| {
                (
                    role.arn().unwrap_or_default().to_owned(),
                    printed_role(role),
                )
            }));
        self.policies.extend(page.policies().iter().map(managed));
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

fn printed_role(role: &RoleDetail) -> Value {
    json!({
        "RoleName": role.role_name(),
        "RoleId": role.role_id(),
        "Arn": role.arn(),
        "CreateDate": role.create_date().and_then(|made| made.fmt(Format::DateTime).ok()),
        "AssumeRolePolicyDocument": role.assume_role_policy_document(),
        "RolePolicyList": inline(role.role_policy_list()),
        "AttachedManagedPolicies": attached(role.attached_managed_policies()),
        "PermissionsBoundary": boundary(role.permissions_boundary()),
        "Tags": tag_values(role.tags()),
    })
}

/// Only the default version, which is the one in force.
fn managed(policy: &ManagedPolicyDetail) -> Value {
    let versions = policy
        .policy_version_list()
        .iter()
        .filter(|version| version.is_default_version());
    let versions: Vec<Value> = versions
        .map(|version| {
            json!({
                "VersionId": version.version_id(),
                "IsDefaultVersion": true,
                "Document": version.document(),
            })
        })
        .collect();
    json!({
        "Arn": policy.arn(),
        "DefaultVersionId": policy.default_version_id(),
        "PolicyVersionList": versions,
    })
}

fn inline(policies: &[PolicyDetail]) -> Vec<Value> {
    policies
        .iter()
        .map(|policy| {
            json!({
                "PolicyName": policy.policy_name(),
                "PolicyDocument": policy.policy_document(),
            })
        })
        .collect()
}

fn attached(policies: &[AttachedPolicy]) -> Vec<Value> {
    policies
        .iter()
        .map(|policy| json!({"PolicyName": policy.policy_name(), "PolicyArn": policy.policy_arn()}))
        .collect()
}

fn boundary(boundary: Option<&AttachedPermissionsBoundary>) -> Option<Value> {
    boundary.map(|boundary| json!({"PermissionsBoundaryArn": boundary.permissions_boundary_arn()}))
}

fn tag_values(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({"Key": tag.key(), "Value": tag.value()}))
        .collect()
}
