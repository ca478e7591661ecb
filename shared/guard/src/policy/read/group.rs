//! `groups` of a role: `account/group`.

use std::collections::HashSet;

use super::super::node::{Entries, Field, ValueSlot};
use super::super::problem::Problems;
use super::super::{GroupName, GroupRef};
use super::account::Accounts;
use crate::arn::ArnParts;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// The groups of a role; `None` when one of them is wrong.
pub(super) fn read_all(
    field: &Field<'_>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<Vec<GroupRef>> {
    let slots = field.list(&Entries::Texts("development/Developers"), problems)?;
    let mut seen = HashSet::new();
    let groups: Vec<Option<GroupRef>> = slots
        .iter()
        .map(|slot| {
            let group = read(slot, accounts, problems)?;
            if !seen.insert((group.account, group.group.clone())) {
                problems.at(slot.place, || {
                    format!("`{}` is listed twice", harmless(&group.written))
                });
            }
            Some(group)
        })
        .collect();
    groups.into_iter().collect()
}

fn read(slot: &ValueSlot<'_>, accounts: &Accounts, problems: &mut Problems) -> Option<GroupRef> {
    let written = slot.text("development/Developers", problems)?;
    let Some((account, group)) = written
        .split_once('/')
        .filter(|_| !written.starts_with("arn:"))
    else {
        problems.at(slot.place, || lacks_its_account(written, accounts));
        return None;
    };
    let found = accounts.find(account);
    if found.is_none() && !accounts.are_doubtful() {
        problems.at(slot.place, || unknown_account(account, group, accounts));
    }
    if let Some(wrong) = wrong_name(account, group) {
        problems.at(slot.place, || wrong);
        return None;
    }
    let group = if is_group_id(group) {
        GroupName::ById(group.to_owned())
    } else {
        GroupName::ByName(group.to_owned())
    };
    Some(GroupRef {
        account: found?,
        group,
        written: written.to_owned(),
    })
}

fn unknown_account(account: &str, group: &str, accounts: &Accounts) -> String {
    if account.is_empty() {
        return format!(
            "the account is missing: write it like `{}/{}`",
            harmless(accounts.some_name()),
            harmless(group)
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
    let parts = ArnParts::of(written).filter(|parts| parts.prefix == "arn")?;
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
mod tests {
    use super::super::tests::{HEAD, good, told};
    use super::*;

    fn groups(list: &str) -> Vec<GroupRef> {
        let mut policy = good(&format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: {list}\n"
        ));
        policy.roles.remove(0).groups
    }

    #[test]
    fn a_group_is_told_by_name_or_id_in_an_account_by_name_or_id() {
        let account = "111122223333".parse().unwrap();
        for (written, group) in [
            (
                "development/Developers",
                GroupName::ByName("Developers".into()),
            ),
            (
                "111122223333/a+=,.@_-Z9",
                GroupName::ByName("a+=,.@_-Z9".into()),
            ),
            (
                "development/AGPAEXAMPLEEXAMPLE12",
                GroupName::ById("AGPAEXAMPLEEXAMPLE12".into()),
            ),
            (
                "111122223333/AGPAdmins",
                GroupName::ByName("AGPAdmins".into()),
            ),
        ] {
            assert_eq!(
                groups(&format!("['{written}']")),
                [GroupRef {
                    account,
                    group,
                    written: written.into()
                }]
            );
        }
    }

    #[test]
    fn an_unknown_account_is_told_with_the_nearest() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [developmnt/Developers]\n"
            ),
            "
rolewatch.yaml:7:14: unknown account `developmnt`, did you mean `development`?
    7 |     groups: [developmnt/Developers]
      |              ^^^^^^^^^^^^^^^^^^^^^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [staging/Developers]\n"
            ),
            "
rolewatch.yaml:7:14: unknown account `staging`: `accounts` has `development` and `production`
    7 |     groups: [staging/Developers]
      |              ^^^^^^^^^^^^^^^^^^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [999988887777/Developers]\n"
            ),
            "
rolewatch.yaml:7:14: unknown account `999988887777`: `accounts` has `development` and `production`
    7 |     groups: [999988887777/Developers]
      |              ^^^^^^^^^^^^^^^^^^^^^^^
",
        );
    }

    #[test]
    fn a_group_has_its_account() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [Developers]\n"
            ),
            "
rolewatch.yaml:7:14: `Developers` has no account: write it like `development/Developers`
    7 |     groups: [Developers]
      |              ^^^^^^^^^^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [/Developers]\n"
            ),
            "
rolewatch.yaml:7:14: the account is missing: write it like `development/Developers`
    7 |     groups: [/Developers]
      |              ^^^^^^^^^^^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/]\n"
            ),
            "
rolewatch.yaml:7:14: the group is missing: write `development/` followed by its name or id
    7 |     groups: [development/]
      |              ^^^^^^^^^^^^
",
        );
    }

    #[test]
    fn a_group_has_neither_path_nor_arn() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/path/Developers]\n"
            ),
            "
rolewatch.yaml:7:14: write a group without its path: `development/Developers`
    7 |     groups: [development/path/Developers]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [\"arn:aws:iam::111122223333:group/path/Developers\"]\n"
            ),
            r#"
rolewatch.yaml:7:14: write a group as account and name, not as an ARN: `development/Developers`
    7 |     groups: ["arn:aws:iam::111122223333:group/path/Developers"]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        );
    }

    #[test]
    fn a_group_has_a_name_that_iam_allows() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [\"development/My Developers\"]\n"
            ),
            r#"
rolewatch.yaml:7:14: a group's name can't contain a space: IAM allows letters, digits and `+=,.@_-`
    7 |     groups: ["development/My Developers"]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/開発者]\n"
            ),
            "
rolewatch.yaml:7:14: a group's name can't contain `開`: IAM allows letters, digits and `+=,.@_-`
    7 |     groups: [development/開発者]
      |              ^^^^^^^^^^^^^^^^^^
",
        );
        told(
            format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n"),
            "
rolewatch.yaml:7:14: a group's name can have at most 128 characters
    7 |     groups: [development/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
    }

    #[test]
    fn a_group_stands_once() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/Developers, 111122223333/Developers]\n"
            ),
            "
rolewatch.yaml:7:38: `111122223333/Developers` is listed twice
    7 |     groups: [development/Developers, 111122223333/Developers]
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^
",
        );
    }

    #[test]
    fn groups_are_a_list_of_names() {
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: development/Developers\n"
            ),
            "
rolewatch.yaml:7:13: `groups` must be a list: write `[development/Developers]`
    7 |     groups: development/Developers
      |             ^^^^^^^^^^^^^^^^^^^^^^
",
        );
        told(
            format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [[a]]\n"),
            "
rolewatch.yaml:7:14: an entry of `groups` must be one value such as `development/Developers`; this is a list
    7 |     groups: [[a]]
      |              ^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [~]\n"
            ),
            "
rolewatch.yaml:7:14: an entry of `groups` has no value: write one such as `development/Developers`
    7 |     groups: [~]
      |              ^
",
        );
        told(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: \n"
            ),
            "
rolewatch.yaml:7:5: `groups` has no value: write a list such as `[development/Developers]`
    7 |     groups: 
      |     ^^^^^^
",
        );
    }
}
