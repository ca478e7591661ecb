//! `groups` of a role: `account/group`, or `identity-center/group`.

use std::collections::HashSet;

use super::super::node::{Entries, Field, ValueSlot, nearest};
use super::super::problem::Problems;
use super::super::{GroupName, GroupRef, StoreGroup, StoreGroupName};
use super::account::{Accounts, RESERVED};
use super::{Known, store_group};
use crate::arn::ArnParts;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// The groups of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// Those of IAM.
    pub(super) iam: Vec<GroupRef>,
    /// Those of the identity store.
    pub(super) store: Vec<StoreGroup>,
}

/// The groups of a role; `None` when one of them is wrong.
pub(super) fn read_all(
    field: &Field<'_>,
    known: &Known,
    problems: &mut Problems,
) -> Option<Groups> {
    let slots = field.list(&Entries::Texts("development/Developers"), problems)?;
    let (mut groups, mut seen, mut seen_in_store) =
        (Groups::default(), HashSet::new(), HashSet::new());
    let mut all_right = true;
    for slot in &slots {
        let (is_new, written) = match read(slot, known, problems) {
            Some(AnyGroup::Iam(group)) => {
                groups.iam.push(group.clone());
                (seen.insert((group.account, group.group)), group.written)
            }
            Some(AnyGroup::Store(group)) => {
                groups.store.push(group.clone());
                (seen_in_store.insert(any_case(&group.group)), group.written)
            }
            None => {
                all_right = false;
                continue;
            }
        };
        if !is_new {
            problems.report_at(slot.place, || {
                format!("`{}` is listed twice", harmless(&written))
            });
        }
    }
    all_right.then_some(groups)
}

/// A group of IAM or of the identity store.
enum AnyGroup {
    Iam(GroupRef),
    Store(StoreGroup),
}

/// Letter case doesn't tell groups of the identity store apart.
fn any_case(group: &StoreGroupName) -> StoreGroupName {
    match group {
        StoreGroupName::Everybody => StoreGroupName::Everybody,
        StoreGroupName::ByName(name) => StoreGroupName::ByName(name.to_lowercase()),
        StoreGroupName::ById(id) => StoreGroupName::ById(id.to_lowercase()),
    }
}

fn read(slot: &ValueSlot<'_>, known: &Known, problems: &mut Problems) -> Option<AnyGroup> {
    let accounts = &known.accounts;
    let written = slot.text("development/Developers", problems)?;
    let Some((account, group)) = written
        .split_once('/')
        .filter(|_| !written.starts_with("arn:"))
    else {
        problems.report_at(slot.place, || lacks_its_account(written, accounts));
        return None;
    };
    if account == RESERVED {
        return store_group::read(slot, group, known, problems).map(AnyGroup::Store);
    }
    let found = accounts.find(account);
    if found.is_none() && !accounts.are_doubtful() {
        problems.report_at(slot.place, || unknown_account(account, group, accounts));
    }
    if let Some(wrong) = wrong_name(account, group) {
        problems.report_at(slot.place, || wrong);
        return None;
    }
    let group = if is_group_id(group) {
        GroupName::ById(group.to_owned())
    } else {
        GroupName::ByName(group.to_owned())
    };
    Some(AnyGroup::Iam(GroupRef {
        account: found?,
        group,
        written: written.to_owned(),
    }))
}

fn unknown_account(account: &str, group: &str, accounts: &Accounts) -> String {
    if account.is_empty() {
        return format!(
            "the account is missing: write it like `{}/{}`",
            harmless(accounts.some_name()),
            harmless(group)
        );
    }
    let is_account = nearest(account, accounts.names()).is_some();
    if !is_account && nearest(account, [RESERVED]).is_some() {
        return format!(
            "unknown account `{}`, did you mean `{RESERVED}`?",
            harmless(account)
        );
    }
    accounts.unknown(account)
}

/// The message for a group without a slash, or with an ARN.
fn lacks_its_account(written: &str, accounts: &Accounts) -> String {
    if let Some((account, group)) = from_arn(written) {
        let account = accounts
            .by_id
            .get(&account)
            .map_or_else(|| account.to_string(), |name| harmless(name));
        return format!(
            "write a group as account and name, not as an ARN: `{account}/{}`",
            harmless(group)
        );
    }
    let group = harmless(written);
    format!(
        "`{group}` has no account: write it like `{}/{group}`",
        harmless(accounts.some_name())
    )
}

/// The account and the name in `arn:aws:iam::111122223333:group/path/Developers`.
fn from_arn(written: &str) -> Option<(AccountId, &str)> {
    let parts = ArnParts::split(written).filter(|parts| parts.prefix == "arn")?;
    let name = parts.resource.strip_prefix("group/")?.rsplit('/').next()?;
    Some((parts.account.parse().ok()?, name))
}

/// What is wrong with a group's name by IAM's rules; `None` if it's valid.
fn wrong_name(account: &str, group: &str) -> Option<String> {
    if group.is_empty() {
        return Some(format!(
            "the group is missing: write `{}/` followed by its name or id",
            harmless(account)
        ));
    }
    if let Some((_, last)) = group.rsplit_once('/') {
        let (account, last) = (harmless(account), harmless(last));
        return Some(format!(
            "write a group without its path: `{account}/{last}`"
        ));
    }
    if group.chars().count() > 128 {
        return Some("a group's name can have at most 128 characters".into());
    }
    let odd = group
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || "+=,.@_-".contains(*c)))?;
    let odd = if odd == ' ' {
        "a space".to_owned()
    } else {
        format!("`{}`", harmless(&odd.to_string()))
    };
    Some(format!(
        "a group's name can't contain {odd}: IAM allows letters, digits and `+=,.@_-`"
    ))
}

/// Whether the text looks like IAM's id of a group. Somebody who *names* a group like this wants it
/// to be mistaken for another.
fn is_group_id(text: &str) -> bool {
    text.len() >= 16
        && text.starts_with("AGPA")
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
