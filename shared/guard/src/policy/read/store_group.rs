//! `identity-center/…` in `groups` of a role: the groups of the identity store.

use super::super::node::ValueSlot;
use super::super::problem::Problems;
use super::super::{StoreGroup, StoreGroupName};
use super::Known;
use super::account::RESERVED;
use super::identity_center::{ADD_IT, is_uuid};
use crate::untrusted::{harmless, shows_as_itself};

/// The most characters in the name of such a group.
const LONGEST: usize = 1_024;

/// The group that `group` names, which is what follows `identity-center/`.
pub(super) fn read(
    slot: &ValueSlot<'_>,
    group: &str,
    known: &Known,
    problems: &mut Problems,
) -> Option<StoreGroup> {
    if known.center.is_missing() {
        problems.report_at(slot.place, || {
            format!(
                "`{RESERVED}/{}` is a group of Identity Center: {ADD_IT}",
                harmless(group)
            )
        });
    }
    if let Some(wrong) = wrong_name(group) {
        problems.report_at(slot.place, || wrong);
        return None;
    }
    let name = if group == "*" {
        StoreGroupName::Everybody
    } else if is_id(group) {
        StoreGroupName::ById(group.to_owned())
    } else {
        StoreGroupName::ByName(group.to_owned())
    };
    Some(StoreGroup {
        group: name,
        written: format!("{RESERVED}/{group}"),
    })
}

/// What is wrong with a group's name by the rules of the identity store; `None` if it's valid.
fn wrong_name(group: &str) -> Option<String> {
    if group.trim().is_empty() {
        return Some(format!(
            "the group is missing: write `{RESERVED}/` followed by its name or id, or `{RESERVED}/*` for everybody"
        ));
    }
    if !group.chars().all(shows_as_itself) {
        return Some("a group's name can't contain invisible characters: remove them".into());
    }
    if group != group.trim() {
        return Some(format!(
            "there are spaces around the group's name: write `{RESERVED}/{}`, or the group's id",
            harmless(group.trim())
        ));
    }
    if group != "*" && group.contains('*') {
        return Some(format!(
            "a part of a name can't be `*`: list each group, or write `{RESERVED}/*` for everybody; if the group's name contains `*`, write its id"
        ));
    }
    (group.chars().count() > LONGEST)
        .then(|| "a group's name can have at most 1,024 characters".into())
}

/// Whether the text is written like a group's id: a UUID, which may follow ten hexadecimal digits.
fn is_id(text: &str) -> bool {
    let Some((front, rest)) = text.split_once('-') else {
        return false;
    };
    let is_prefix = front.len() == 10
        && front
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    is_uuid(text) || (is_prefix && is_uuid(rest))
}

#[cfg(test)]
mod tests;
