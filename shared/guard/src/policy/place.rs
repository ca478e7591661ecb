//! Names of roles and accounts in sentences, taken from the policy.

use super::Policy;
use crate::arn::RoleArn;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// `UpdateApp in production`.
pub(crate) fn role_in_account(role: &RoleArn, policy: &Policy) -> String {
    let name = role.permission_set().map_or_else(
        || harmless(role.name()),
        |set| format!("permission set {}", harmless(set)),
    );
    format!("{name} in {}", account_shown(role.account(), policy))
}

/// `production`, or `account 444455556666`.
pub(crate) fn account_shown(account: AccountId, policy: &Policy) -> String {
    policy
        .account_name(account)
        .map_or_else(|| format!("account {account}"), harmless)
}
