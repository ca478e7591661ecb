//! AWS CLI commands, which a person reads and then runs.

use crate::text::Text;
use serde::Serialize;
use serde_json::Value;

use super::case::{RevocationCase, account_named};
use super::document::ascii_json;
use crate::arn::RoleArn;
use crate::moment::Moment;
use crate::time::chosen::LAST_RECORD;

/// How to add a denial, and how to remove it. Each is one line for a POSIX shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commands {
    /// The account whose credentials they need.
    pub account: Text,
    /// Shows the account whose credentials are in use.
    pub check: String,
    /// Adds the policy to the role. It replaces a policy of the same name.
    pub apply: String,
    /// Removes the policy.
    pub remove: String,
    /// When it has nothing left to deny.
    pub remove_after: Moment,
}

pub(super) fn commands(
    case: &RevocationCase<'_>,
    role: &RoleArn,
    policy_name: &str,
    policy: &Value,
    before: Moment,
) -> Option<Commands> {
    // The command is pasted into a shell. A name with other characters than IAM allows didn't come
    // from IAM.
    let role_name = shell_word(role.name())?;
    let profile = profile(case);
    Some(Commands {
        account: account_named(role.account(), case.policy),
        check: format!("aws sts get-caller-identity --query Account --output text{profile}"),
        apply: format!(
            "aws iam put-role-policy --role-name {role_name} --policy-name {policy_name} --policy-document '{}'{profile}",
            ascii_json(policy)
        ),
        remove: format!(
            "aws iam delete-role-policy --role-name {role_name} --policy-name {policy_name}{profile}"
        ),
        remove_after: before.plus_seconds(LAST_RECORD),
    })
}

/// `aws iam remove-user-from-group …`. It has no profile, because the account isn't the role's.
pub(super) fn leave_group(user: &str, group: &str) -> Option<String> {
    let (user, group) = (shell_word(user)?, shell_word(group)?);
    Some(format!(
        "aws iam remove-user-from-group --user-name {user} --group-name {group}"
    ))
}

/// `aws iam list-groups-for-user …`. It has no profile either.
pub(super) fn list_groups(user: &str) -> Option<String> {
    Some(format!(
        "aws iam list-groups-for-user --user-name {} --query 'Groups[].GroupName'",
        shell_word(user)?
    ))
}

/// The profile belongs to one account. The first command shows whether it's the role's.
pub(super) fn profile(case: &RevocationCase<'_>) -> String {
    case.profile
        .map(|name| format!(" --profile '{}'", name.replace('\'', r"'\''")))
        .unwrap_or_default()
}

/// A name with only IAM's characters, which no shell interprets. `None`: it has others.
pub(super) fn shell_word(name: &str) -> Option<&str> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '=' | ',' | '.' | '@' | '-' | '_');
    // A leading dash would be read as an option.
    (!name.is_empty() && name.len() <= 128 && !name.starts_with('-') && name.chars().all(plain))
        .then_some(name)
}
