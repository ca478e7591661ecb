//! `accounts`: the trusted accounts.

use std::collections::{BTreeMap, HashMap};

use super::super::node::{Fields, ValueSlot, did_you_mean, listing};
use super::super::problem::{Problems, TextSpan};
use super::super::tree::NodeValue;
use super::prose::read_prose;
use crate::id::AccountId;
use crate::policy::IdentityKind;
use crate::untrusted::harmless;

/// In `groups`, this stands in place of an account for the groups of Identity Center.
pub(super) const RESERVED: &str = IdentityKind::IdentityCenter.as_str();

/// The accounts of the file, which other keys refer to.
#[derive(Default)]
pub(super) struct Accounts {
    pub(super) by_id: BTreeMap<AccountId, String>,
    by_name: HashMap<String, AccountId>,
    /// The list itself has an error, so a reference that isn't found may still be right.
    doubtful: bool,
}

impl Accounts {
    pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems) -> Self {
        let mut accounts = Self::default();
        let Some(field) = fields.required(
            "accounts",
            "the trusted accounts, such as `\"111122223333\": development`",
            problems,
        ) else {
            accounts.doubtful = true;
            return accounts;
        };
        let slot = field.value_slot();
        match &slot.node.value {
            NodeValue::Map(pairs) if !pairs.is_empty() => {
                for (key, value) in pairs {
                    let written = key.as_text().unwrap_or_default();
                    let place = if matches!(value.value, NodeValue::Nothing) {
                        key.place
                    } else {
                        value.place
                    };
                    let name = ValueSlot {
                        called: format!("the name of account `{}`", harmless(written)),
                        place,
                        node: value,
                    };
                    accounts.add(key.place, written, &name, problems);
                }
            }
            NodeValue::Map(_) | NodeValue::Nothing => {
                accounts.doubtful = true;
                problems.report_at(slot.place, || {
                    "`accounts` is empty: list the trusted accounts, such as `\"111122223333\": development`".into()
                });
            }
            NodeValue::Text(_) | NodeValue::List(_) => {
                accounts.doubtful = true;
                problems.report_at(slot.place, || {
                    "`accounts` must map ids to names, such as `\"111122223333\": development`"
                        .into()
                });
            }
        }
        accounts
    }

    fn add(
        &mut self,
        place: TextSpan,
        written: &str,
        name: &ValueSlot<'_>,
        problems: &mut Problems,
    ) {
        let id = written.parse::<AccountId>().ok();
        if id.is_none() {
            problems.report_at(place, || no_account_id(written));
        }
        let name_text = read_prose(name, "development", problems);
        let name_place = name.place;
        let (Some(id), Some(text)) = (id, name_text) else {
            self.doubtful = true;
            return;
        };
        let wrong = if text.contains('/') {
            Some("an account's name can't contain `/`, which separates it from a group".to_owned())
        } else if text.parse::<AccountId>().is_ok() {
            Some(
                "an account's name can't be twelve digits, because that is an account id"
                    .to_owned(),
            )
        } else if text == RESERVED {
            Some(format!(
                "`{RESERVED}` can't be an account's name: in `groups` it means the groups of Identity Center"
            ))
        } else if text != text.trim() || text.contains('\n') {
            Some("an account's name must be one line, without spaces around it".to_owned())
        } else {
            self.by_name.get(text).map(|other| {
                format!(
                    "`{}` is already the name of account {other}",
                    harmless(text)
                )
            })
        };
        if let Some(wrong) = wrong {
            self.doubtful = true;
            problems.report_at(name_place, || wrong);
            return;
        }
        self.by_name.insert(text.to_owned(), id);
        self.by_id.insert(id, text.to_owned());
    }

    /// The account with this name or id.
    pub(super) fn find(&self, text: &str) -> Option<AccountId> {
        let by_id = text.parse().ok().filter(|id| self.by_id.contains_key(id));
        by_id.or_else(|| self.by_name.get(text).copied())
    }

    /// Whether a reference that isn't found may still be right.
    pub(super) fn are_doubtful(&self) -> bool {
        self.doubtful
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_id.values().map(String::as_str)
    }

    /// The message that no account has this name or id, with the one that was probably meant.
    pub(super) fn unknown(&self, written: &str) -> String {
        let shown = harmless(written);
        let meant = did_you_mean(written, self.names());
        if !meant.is_empty() {
            return format!("unknown account `{shown}`{}", harmless(&meant));
        }
        // A long list wouldn't help anybody.
        let names: Vec<String> = self.names().take(9).map(harmless).collect();
        if names.len() < 9 {
            format!(
                "unknown account `{shown}`: `accounts` has {}",
                listing(names.iter().map(String::as_str), "and")
            )
        } else {
            format!("unknown account `{shown}`: it is not in `accounts`")
        }
    }

    /// The name of one account, as an example in messages.
    pub(super) fn some_name(&self) -> &str {
        self.names().next().unwrap_or("development")
    }
}

fn no_account_id(written: &str) -> String {
    let digits: String = written
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .collect();
    let shown = harmless(written);
    if digits != written && digits.parse::<AccountId>().is_ok() {
        return format!("`{shown}` is not an account id: write `\"{digits}\"`");
    }
    if !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit()) {
        return format!(
            "`{shown}` has {} digits, but an account id has twelve: write it in quotes, with its leading zeros",
            written.len()
        );
    }
    format!(
        "`{shown}` is not an account id: write its twelve digits in quotes, then the name, as in `\"111122223333\": development`"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_problems, good_policy};

    #[test]
    fn an_account_id_may_stand_without_quotes() {
        let policy = good_policy(
            "version: 1\naccounts: {000123456789: a, '111122223333': b, 012345670123: c d}\nroles: []\n",
        );
        let accounts: Vec<String> = policy
            .accounts
            .iter()
            .map(|(id, name)| format!("{id} {name}"))
            .collect();
        assert_eq!(
            accounts,
            ["000123456789 a", "012345670123 c d", "111122223333 b"]
        );
    }

    #[test]
    fn accounts_are_required() {
        assert_problems(
            "version: 1\nroles: []\n",
            r#"
rolewatch.yaml:1:1: a policy needs `accounts`: the trusted accounts, such as `"111122223333": development`
    1 | version: 1
      | ^^^^^^^
"#,
        );
        assert_problems(
            "version: 1\nroles: []\naccounts: {}\n",
            r#"
rolewatch.yaml:3:11: `accounts` is empty: list the trusted accounts, such as `"111122223333": development`
    3 | accounts: {}
      |           ^
"#,
        );
        assert_problems(
            "version: 1\nroles: []\naccounts:\n",
            r#"
rolewatch.yaml:3:1: `accounts` is empty: list the trusted accounts, such as `"111122223333": development`
    3 | accounts:
      | ^^^^^^^^
"#,
        );
        assert_problems(
            "version: 1\nroles: []\naccounts: [a]\n",
            r#"
rolewatch.yaml:3:11: `accounts` must map ids to names, such as `"111122223333": development`
    3 | accounts: [a]
      |           ^
"#,
        );
    }

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert_problems(
            "version: 1\nroles: []\naccounts:\n  11112222333: a\n",
            "
rolewatch.yaml:4:3: `11112222333` has 11 digits, but an account id has twelve: write it in quotes, with its leading zeros
    4 |   11112222333: a
      |   ^^^^^^^^^^^
",
        );
        assert_problems(
            "version: 1\nroles: []\naccounts:\n  1111-2222-3333: a\n",
            r#"
rolewatch.yaml:4:3: `1111-2222-3333` is not an account id: write `"111122223333"`
    4 |   1111-2222-3333: a
      |   ^^^^^^^^^^^^^^
"#,
        );
        assert_problems(
            "version: 1\nroles: []\naccounts:\n  development: \"111122223333\"\n",
            r#"
rolewatch.yaml:4:3: `development` is not an account id: write its twelve digits in quotes, then the name, as in `"111122223333": development`
    4 |   development: "111122223333"
      |   ^^^^^^^^^^^
"#,
        );
    }

    #[test]
    fn an_account_has_a_name_of_its_own() {
        assert_problems(
            "version: 1\nroles: []\naccounts:\n  111122223333:\n  444455556666: \"\"\n  123456789012: a/b\n  555555555555: \"123456789012\"\n  777788889999: \" a\"\n  000000000001: x\n  000000000002: x\n  111122223333: y\n  000000000003: \"a\\u202eb\"\n  000000000004: [a]\n",
            r#"
rolewatch.yaml:4:3: the name of account `111122223333` has no value: write one such as `development`
    4 |   111122223333:
      |   ^^^^^^^^^^^^
rolewatch.yaml:5:17: the name of account `444455556666` is empty: write one such as `development`
    5 |   444455556666: ""
      |                 ^^
rolewatch.yaml:6:17: an account's name can't contain `/`, which separates it from a group
    6 |   123456789012: a/b
      |                 ^^^
rolewatch.yaml:7:17: an account's name can't be twelve digits, because that is an account id
    7 |   555555555555: "123456789012"
      |                 ^^^^^^^^^^^^^^
rolewatch.yaml:8:17: an account's name must be one line, without spaces around it
    8 |   777788889999: " a"
      |                 ^^^^
rolewatch.yaml:10:17: `x` is already the name of account 000000000001
   10 |   000000000002: x
      |                 ^
rolewatch.yaml:11:3: `111122223333` appears twice: first on line 4
   11 |   111122223333: y
      |   ^^^^^^^^^^^^
rolewatch.yaml:12:17: the name of account `000000000003` contains invisible characters: remove them
   12 |   000000000003: "a\u202eb"
      |                 ^^^^^^^^^^
rolewatch.yaml:13:17: the name of account `000000000004` must be one value such as `development`; this is a list
   13 |   000000000004: [a]
      |                 ^
"#,
        );
    }

    #[test]
    fn a_reference_to_a_doubtful_account_is_not_told_too() {
        assert_problems(
            "version: 1\naccounts: {1111: development}\nroles:\n  - {arn: \"arn:aws:iam::444455556666:role/A\", groups: [development/Developers]}\n",
            "
rolewatch.yaml:2:12: `1111` has 4 digits, but an account id has twelve: write it in quotes, with its leading zeros
    2 | accounts: {1111: development}
      |            ^^^^
",
        );
    }
}
