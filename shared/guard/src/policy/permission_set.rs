//! The roles that IAM Identity Center creates for a permission set, one in each account where it is
//! assigned: `role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_SUFFIX`.
//!
//! The Region is missing if Identity Center's home is us-east-1. The suffix changes when the
//! permission set is provisioned again.

use crate::arn::ArnParts;

/// Where these roles are. Only AWS creates roles there.
pub(crate) const PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// What the names of these roles begin with.
pub(crate) const PREFIX: &str = "AWSReservedSSO_";

/// The most characters in the name of a permission set.
pub(super) const LONGEST: usize = 32;

/// A glob of all roles of a permission set. It also matches the roles of other permission sets,
/// whose names contain this name and `_`.
pub(super) fn glob(set: &str) -> String {
    format!("arn:*:iam::*:role/{PATH}*{PREFIX}{set}_*")
}

/// The permission set that a role was created for, by its whole ARN.
pub(super) fn of_role(arn: &str) -> Option<&str> {
    let parts = ArnParts::of(arn)?;
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
pub(super) fn of_role_name(name: &str) -> Option<&str> {
    // The name of the set may contain `_`, and the suffix never does.
    let (set, suffix) = name.strip_prefix(PREFIX)?.rsplit_once('_')?;
    (!set.is_empty() && !suffix.is_empty() && !name.contains('/')).then_some(set)
}

/// Whether a character can be in the name of a permission set.
pub(super) fn allows(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

#[cfg(test)]
mod tests;
