//! What IAM returns about an account, one entry at a time, with the keys of the AWS CLI. Policy
//! documents stay URL-encoded, as IAM returns them.

use aws_sdk_iam::primitives::DateTimeFormat as Format;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail, PolicyDetail,
    RoleDetail, Tag, UserDetail,
};
use serde_json::{Value, json};

/// A user of the details.
pub(super) fn printed_user(user: &UserDetail) -> Value {
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
}

/// A group of the details.
pub(super) fn printed_group(group: &GroupDetail) -> Value {
    json!({
        "GroupName": group.group_name(),
        "GroupId": group.group_id(),
        "Arn": group.arn(),
        "GroupPolicyList": inline(group.group_policy_list()),
        "AttachedManagedPolicies": attached(group.attached_managed_policies()),
    })
}

/// A role of the details.
pub(super) fn printed_role(role: &RoleDetail) -> Value {
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

/// A managed policy with only its default version, which is the one in force.
pub(super) fn printed_policy(policy: &ManagedPolicyDetail) -> Value {
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
