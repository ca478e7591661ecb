//! `arn` and `accounts` of an entry: the roles that it applies to.

use std::collections::HashSet;

use super::super::RolePattern;
use super::super::node::{Entries, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::tree::NodeValue;
use super::account::Accounts;
use super::pattern;
use crate::arn::LIKE_A_ROLE;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// The patterns of an entry that begins in `line`, each with its own line. `None` when one of them
/// is wrong.
pub(super) fn read_all(
    fields: &Fields<'_>,
    line: usize,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<Vec<(RolePattern, usize)>> {
    let only = only_in(fields, accounts, problems);
    let field = fields.required(
        "arn",
        "the role's ARN, such as `arn:aws:iam::444455556666:role/UpdateApp`",
        problems,
    )?;
    let slot = field.slot();
    let is_list = matches!(slot.node.value, NodeValue::List(_));
    let slots = if is_list {
        field.list(&Entries::Texts(LIKE_A_ROLE), problems)?
    } else {
        vec![slot.clone()]
    };
    if slots.is_empty() {
        problems.at(slot.place, || {
            format!("`arn` is empty: write which roles it is about, such as `{LIKE_A_ROLE}`")
        });
        return None;
    }
    let ids = only.as_ref().map(|only| only.iter().map(|(id, _)| *id));
    let ids: Vec<AccountId> = ids.into_iter().flatten().collect();
    let mut seen = HashSet::new();
    let patterns: Vec<Option<(RolePattern, usize)>> = slots
        .iter()
        .map(|slot| {
            let pattern = pattern::role(slot, &ids, accounts, problems)?;
            if !seen.insert(pattern.clone()) {
                problems.at(slot.place, || {
                    format!("`{}` is listed twice", harmless(pattern.as_str()))
                });
            }
            Some((pattern, if is_list { slot.place.line } else { line }))
        })
        .collect();
    let patterns: Vec<(RolePattern, usize)> = patterns.into_iter().collect::<Option<_>>()?;
    for (account, slot) in only? {
        if !patterns
            .iter()
            .any(|(pattern, _)| pattern.may_be_in(account))
        {
            problems.at(slot.place, || no_arn_in(&slot));
        }
    }
    Some(patterns)
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
        problems.at(field.slot().place, || {
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
                    problems.at(slot.place, || accounts.unknown(written));
                }
                Some(account) if !seen.insert(account) => {
                    problems.at(slot.place, || {
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
