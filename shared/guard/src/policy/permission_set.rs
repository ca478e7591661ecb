//! What the policy says of permission sets: their names, and the pattern for their roles.

pub(crate) use crate::arn::permission_set::{PATH, PREFIX, of_role, of_role_name};

/// The most characters in the name of a permission set.
pub(super) const LONGEST: usize = 32;

/// A glob of all roles of a permission set. It also matches the roles of other permission sets,
/// whose names contain this name and `_`.
pub(super) fn glob(set: &str) -> String {
    format!("arn:*:iam::*:role/{PATH}*{PREFIX}{set}_*")
}

/// Whether a character can be in the name of a permission set.
pub(super) fn allows(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

#[cfg(test)]
mod tests;
