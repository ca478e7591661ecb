//! The roles that IAM Identity Center creates for a permission set, one in each account where it is
//! assigned: `role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_SUFFIX`.
//!
//! The Region is missing if Identity Center's home is us-east-1. The suffix changes when the
//! permission set is provisioned again.

use super::ArnParts;
use crate::id::AccountId;

/// Where these roles are. Only AWS creates roles there.
pub(crate) const PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// What the names of these roles begin with.
pub(crate) const PREFIX: &str = "AWSReservedSSO_";

/// The permission set that a role was created for, by its whole ARN.
pub(crate) fn of_role(arn: &str) -> Option<&str> {
    let parts = ArnParts::split(arn)?;
    let is_iam = parts.prefix == "arn" && parts.service == "iam" && parts.region.is_empty();
    let below = parts.resource.strip_prefix("role/")?.strip_prefix(PATH)?;
    let name = match below.split_once('/') {
        Some(("", _)) => return None,
        Some((_region, name)) => name,
        None => below,
    };
    of_role_name(name).filter(|_| is_iam)
}

/// The permission set that a role was created for, by its name alone. Anybody can give a role of
/// another path such a name.
pub(crate) fn of_role_name(name: &str) -> Option<&str> {
    // The name of the set may contain `_`, and the suffix never does.
    let (set, suffix) = name.strip_prefix(PREFIX)?.rsplit_once('_')?;
    (!set.is_empty() && !suffix.is_empty() && !name.contains('/')).then_some(set)
}

/// What stands for all roles of a permission set in an account: without Region and suffix.
pub(crate) fn arn_of(partition: &str, account: AccountId, set: &str) -> String {
    format!("arn:{partition}:iam::{account}:role/{PATH}{PREFIX}{set}")
}

/// The ARN of the Identity Center instance that a permission set belongs to, by the set's own ARN:
/// `arn:aws:sso:::permissionSet/ssoins-EXAMPLE/ps-EXAMPLE`. `None` also if it has characters that
/// mean something in a shell.
pub(crate) fn instance_of(set: &str) -> Option<String> {
    let parts = ArnParts::split(set).filter(|_| is_plain(set))?;
    let below = parts.resource.strip_prefix("permissionSet/")?;
    let (instance, _) = below.split_once('/')?;
    Some(format!("arn:{}:sso:::instance/{instance}", parts.partition))
}

/// Whether an ARN or id of Identity Center can be written in a shell as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'/');
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(allowed)
}
