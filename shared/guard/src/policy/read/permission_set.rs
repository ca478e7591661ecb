//! `permission_set` of an entry: the permission sets that it applies to.

use super::super::RolePattern;
use super::super::node::ValueSlot;
use super::super::permission_set::{LONGEST, PREFIX, allows, of_role_name};
use super::super::problem::Problems;
use super::Known;
use super::identity_center::ADD_IT;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// A permission set's name, for messages.
pub(super) const LIKE_A_SET: &str = "ProductionAdmin";

/// The roles of a permission set in the accounts in `only`; in all accounts if `only` is empty.
pub(super) fn read(
    slot: &ValueSlot<'_>,
    only: &[AccountId],
    known: &Known,
    problems: &mut Problems,
) -> Option<RolePattern> {
    let name = slot.text(LIKE_A_SET, problems)?;
    if known.center.is_missing() {
        problems.report_at(slot.place, || {
            format!("a permission set belongs to Identity Center: {ADD_IT}")
        });
    }
    if let Some(wrong) = wrong_name(name) {
        problems.report_at(slot.place, || wrong);
        return None;
    }
    Some(RolePattern::of_permission_set(name, only.to_vec()))
}

/// What is wrong with the name of a permission set; `None` if it's valid.
fn wrong_name(name: &str) -> Option<String> {
    if name.starts_with("arn:") || name.starts_with("ps-") && name.len() > 18 {
        return Some(format!(
            "write the name of the permission set, such as `{LIKE_A_SET}`, not its ARN or id"
        ));
    }
    let role = name
        .rsplit(['/', '*'])
        .find(|part| part.starts_with(PREFIX));
    if let Some(role) = role {
        let rest = role.strip_prefix(PREFIX).unwrap_or(role);
        let set = of_role_name(role).unwrap_or_else(|| rest.trim_end_matches('_'));
        let set = if set.is_empty() { LIKE_A_SET } else { set };
        return Some(format!(
            "write the name of the permission set, not that of its role: `{}`",
            harmless(set)
        ));
    }
    if name.contains(['*', '?']) {
        return Some(format!(
            "a permission set is named without wildcards: list each name, as in `[{LIKE_A_SET}, ReadOnly]`"
        ));
    }
    if let Some(odd) = name.chars().find(|c| !allows(*c)) {
        let odd = if odd == ' ' {
            "a space".to_owned()
        } else {
            format!("`{}`", harmless(&odd.to_string()))
        };
        return Some(format!(
            "the name of a permission set can't contain {odd}: AWS allows letters, digits and `_+=,.@-`"
        ));
    }
    (name.len() > LONGEST)
        .then(|| format!("the name of a permission set can have at most {LONGEST} characters"))
}

#[cfg(test)]
mod tests;
