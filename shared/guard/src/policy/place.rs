//! Names of roles and accounts in sentences, taken from the policy.

use super::Policy;
use crate::arn::RoleArn;
use crate::id::AccountId;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// `UpdateApp in production`.
pub(crate) fn role_in_account(role: &RoleArn, policy: &Policy) -> Text {
    let name = role.permission_set().map_or_else(
        || Text::data(harmless(role.name())),
        |set| text!("permission set {set}", set = harmless(set)),
    );
    text!(
        "{role} in {account}",
        role = name,
        account = account_shown(role.account(), policy)
    )
}

/// `production`, or `account 444455556666`.
pub(crate) fn account_shown(account: AccountId, policy: &Policy) -> Text {
    policy.account_name(account).map_or_else(
        || text!("account {account}", account),
        |name| harmless(name).into(),
    )
}
