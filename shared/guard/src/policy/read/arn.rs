//! `arn` or `permission_set`, and `accounts` of an entry: the roles that it applies to.

use std::collections::HashSet;

use super::super::RolePattern;
use super::super::node::{Entries, Field, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::tree::NodeValue;
use super::account::Accounts;
use super::permission_set::LIKE_A_SET;
use super::{Known, pattern, permission_set};
use crate::arn::LIKE_A_ROLE;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// The patterns of an entry that begins in `line`, each with its own line. `None` when one of them
/// is wrong.
pub(super) fn read_all(
    fields: &Fields<'_>,
    line: usize,
    known: &Known,
    problems: &mut Problems,
) -> Option<Vec<(RolePattern, usize)>> {
    let only = only_in(fields, &known.accounts, problems);
    let ids = only.as_ref().map(|only| only.iter().map(|(id, _)| *id));
    let ids: Vec<AccountId> = ids.into_iter().flatten().collect();
    let sets = fields.optional("permission_set").map(|field| {
        if fields.optional("arn").is_some() {
            problems.report_at(field.key_place(), || {
                "an entry has either `arn` or `permission_set`: write an entry for each".into()
            });
        }
        let read = |slot: &ValueSlot<'_>, problems: &mut Problems| {
            permission_set::read(slot, &ids, known, problems)
        };
        each(field, LIKE_A_SET, line, read, problems)
    });
    if sets.is_some() && fields.optional("arn").is_none() {
        only?;
        return sets?;
    }
    let field = arn_of(fields, problems)?;
    let read = |slot: &ValueSlot<'_>, problems: &mut Problems| {
        pattern::role(slot, &ids, &known.accounts, problems)
    };
    let patterns = each(field, LIKE_A_ROLE, line, read, problems)?;
    for (account, slot) in only? {
        if !patterns
            .iter()
            .any(|(pattern, _)| pattern.may_be_in(account))
        {
            problems.report_at(slot.place, || no_arn_in(&slot));
        }
    }
    Some(patterns)
}

fn arn_of<'f, 'a>(fields: &'f Fields<'a>, problems: &mut Problems) -> Option<&'f Field<'a>> {
    if fields.has_misspelt("permission_set") {
        return fields.optional("arn");
    }
    let why = "the role's ARN, such as `arn:aws:iam::444455556666:role/UpdateApp`; or `permission_set`, the name of a permission set";
    fields.required("arn", why, problems)
}

/// The patterns of a key that has one value or a list of them, each with its own line.
fn each(
    field: &Field<'_>,
    such_as: &'static str,
    line: usize,
    read: impl Fn(&ValueSlot<'_>, &mut Problems) -> Option<RolePattern>,
    problems: &mut Problems,
) -> Option<Vec<(RolePattern, usize)>> {
    let slot = field.value_slot();
    let is_list = matches!(slot.node.value, NodeValue::List(_));
    let slots = if is_list {
        field.list(&Entries::Texts(such_as), problems)?
    } else {
        vec![slot.clone()]
    };
    if slots.is_empty() {
        problems.report_at(slot.place, || {
            format!(
                "{} is empty: write which roles it is about, such as `{such_as}`",
                slot.called
            )
        });
        return None;
    }
    let mut seen = HashSet::new();
    let patterns: Vec<Option<(RolePattern, usize)>> = slots
        .iter()
        .map(|slot| {
            let pattern = read(slot, problems)?;
            if !seen.insert(pattern.clone()) {
                problems.report_at(slot.place, || {
                    let written = slot.node.as_text().unwrap_or_default();
                    format!("`{}` is listed twice", harmless(written))
                });
            }
            Some((pattern, if is_list { slot.place.line } else { line }))
        })
        .collect();
    patterns.into_iter().collect()
}

fn no_arn_in(slot: &ValueSlot<'_>) -> String {
    format!(
        "no `arn` of this entry can be in `{}`: write `*` for the account, as in `arn:aws:iam::*:role/UpdateApp`",
        slot.node.as_text().map(harmless).unwrap_or_default()
    )
}

/// The accounts of `accounts`, each with its place; empty when the key is missing. `None`: the
/// value is wrong.
fn only_in<'a>(
    fields: &Fields<'a>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<Vec<(AccountId, ValueSlot<'a>)>> {
    let Some(field) = fields.optional("accounts") else {
        return Some(Vec::new());
    };
    let slots = field.list(&Entries::Texts("production"), problems)?;
    if slots.is_empty() {
        problems.report_at(field.value_slot().place, || {
            "`accounts` is empty, so the entry applies nowhere: name an account, or leave the key out".into()
        });
        return None;
    }
    let mut seen = HashSet::new();
    let found: Vec<Option<(AccountId, ValueSlot<'a>)>> = slots
        .into_iter()
        .map(|slot| {
            let written = slot.text(accounts.some_name(), problems)?;
            let account = accounts.find(written);
            match account {
                None if !accounts.are_doubtful() => {
                    problems.report_at(slot.place, || accounts.unknown(written));
                }
                Some(account) if !seen.insert(account) => {
                    problems.report_at(slot.place, || {
                        format!("`{}` is listed twice", harmless(written))
                    });
                }
                _ => {}
            }
            Some((account?, slot))
        })
        .collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests;
