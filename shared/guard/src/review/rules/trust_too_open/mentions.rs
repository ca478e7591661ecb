//! Finds accounts that a trust policy treats alike, so that one of them is judged for all. The cost
//! of a list of hundreds of accounts then only grows with its length.
//!
//! If two accounts can be swapped in every value of the policy and each value is still in its list,
//! then what holds for one holds for the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::iam::{Condition, Principal};
use crate::id::AccountId;
use crate::review::view::ElevatedTarget;

/// Keys whose values never contain an account or a text chosen by the caller: their numbers and
/// times don't distinguish accounts.
const WITHOUT_ACCOUNTS: [&str; 8] = [
    "aws:multifactorauthage",
    "aws:currenttime",
    "aws:epochtime",
    "aws:tokenissuetime",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:requestedregion",
    "sts:durationseconds",
];

/// The number of digits in an account id.
const DIGITS: usize = 12;

/// A text split at the mentions of an account.
type TextAround = Vec<String>;

/// Where a trust policy mentions an account: in which list, and in which text.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    lists: BTreeSet<(usize, TextAround)>,
    principal: Option<TextAround>,
    is_owner: bool,
}

/// Everything that a trust policy says about each account.
pub(super) struct Mentions {
    lists: BTreeMap<AccountId, BTreeSet<(usize, TextAround)>>,
    owner: AccountId,
    are_comparable: bool,
}

impl Mentions {
    pub(super) fn in_trust_of(target: &ElevatedTarget<'_>) -> Self {
        let owner = target.account.id;
        let mut mentions = Self {
            lists: BTreeMap::new(),
            owner,
            are_comparable: true,
        };
        let mut list = 0;
        for statement in target.role.trust.iter().flat_map(|trust| &trust.statements) {
            for principal in statement
                .principal
                .iter()
                .flat_map(|principals| &principals.named)
            {
                match principal {
                    Principal::Arn(arn) => mentions.add(list, arn),
                    other => {
                        let account = other.account().map(|account| account.to_string());
                        mentions.add(list, account.as_deref().unwrap_or_default());
                    }
                }
            }
            for condition in &statement.conditions {
                list += 1;
                mentions.are_comparable &= tells_texts_only(condition);
                condition
                    .values
                    .iter()
                    .for_each(|value| mentions.add(list, value));
            }
            list += 1;
        }
        mentions
    }

    fn add(&mut self, list: usize, text: &str) {
        self.are_comparable &= may_change_places(text);
        for account in accounts_in(text) {
            self.lists
                .entry(account)
                .or_default()
                .insert((list, text_around(text, account)));
        }
    }

    /// What is said about an account, or about somebody in it. `None`: the policy compares more
    /// than whole ids, so each account has to be judged separately.
    pub(super) fn get(&self, account: AccountId, named: Option<&str>) -> Option<Mention> {
        self.are_comparable.then(|| Mention {
            lists: self.lists.get(&account).cloned().unwrap_or_default(),
            principal: named.map(|arn| text_around(arn, account)),
            is_owner: account == self.owner,
        })
    }
}

fn text_around(text: &str, account: AccountId) -> TextAround {
    text.split(&account.to_string())
        .map(str::to_owned)
        .collect()
}

fn tells_texts_only(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    condition.compares_texts() || WITHOUT_ACCOUNTS.contains(&key.as_str())
}

/// Whether the text with another account would match the same way except for the account: no
/// wildcard or variable may match a part of an id.
fn may_change_places(text: &str) -> bool {
    if text.contains('$') {
        // A variable that is the whole value adds nothing to its own value.
        let name = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        return name.is_some_and(|name| !name.contains(['$', '{', '}', ',']) && !has_digit(name));
    }
    let mut parts = text.split(|c: char| !c.is_ascii_digit() && c != '*' && c != '?');
    parts.all(|part| part.len() <= DIGITS && !(has_digit(part) && part.contains(['*', '?'])))
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Every run of twelve digits in a text.
pub(super) fn accounts_in(text: &str) -> impl Iterator<Item = AccountId> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policy;
    use crate::review::SetupView;
    use crate::review::testing::Company;

    const POLICY: &str = r#"
version: 1
accounts:
  "111122223333": development
  "444455556666": production
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
    max_session: 1h
    max_stretch: 2h
    max_per_day: 4h
"#;

    #[test]
    fn only_whole_ids_may_change_places() {
        for text in [
            "999988887777",
            "arn:aws:iam::999988887777:role/ci-2-*",
            "*",
            "d*",
            "${aws:username}",
        ] {
            assert!(may_change_places(text), "{text}");
        }
        for text in [
            "9999*",
            "*:role/*7",
            "?99988887777",
            "9999888877771",
            "${aws:username}1",
            "a${b}",
        ] {
            assert!(!may_change_places(text), "{text}");
        }
    }

    fn accounts(many: u64) -> Vec<String> {
        (0..many)
            .map(|n| (900_000_000_000 + n * 7_919).to_string())
            .collect()
    }

    fn statement(effect: &str, condition: &Value) -> Value {
        json!({"Effect": effect, "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition})
    }

    fn listed(effect: &str, key: &str, values: &[String]) -> Value {
        statement(
            effect,
            &json!({"ForAnyValue:ArnLike": {"aws:x": "*"}, "StringLike": {key: values}}),
        )
    }

    /// The number of accounts that have to be tried.
    fn accounts_to_try(statements: &Value, accounts: &[String]) -> usize {
        let setup = Company::new().with_trust(statements.clone()).setup();
        let policy =
            Policy::read(POLICY.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"));
        let view = SetupView::new(&setup, &policy);
        let mentions = Mentions::in_trust_of(&view.elevated[0]);
        let get = |account: &String| mentions.get(account.parse().unwrap(), None);
        let known: Vec<Mention> = accounts.iter().filter_map(get).collect();
        accounts.len() - known.len() + known.iter().collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn of_a_list_one_account_is_tried_however_long_it_is() {
        let many = accounts(500);
        let arns: Vec<String> = many
            .iter()
            .map(|id| format!("arn:aws:iam::{id}:role/ci-*"))
            .collect();
        let allow = listed("Allow", "aws:PrincipalAccount", &many);
        assert_eq!(accounts_to_try(&allow, &many), 1);
        assert_eq!(
            accounts_to_try(&listed("Allow", "aws:PrincipalArn", &arns), &many),
            1
        );
        let named =
            json!({"Effect": "Allow", "Principal": {"AWS": many}, "Action": "sts:AssumeRole"});
        assert_eq!(accounts_to_try(&named, &many), 1);
        let denied = listed("Deny", "aws:PrincipalArn", &arns[..200]);
        assert_eq!(accounts_to_try(&json!([allow, denied]), &many), 2);
        let by_beginning = listed("Deny", "aws:PrincipalAccount", &["9000000*".to_owned()]);
        assert_eq!(accounts_to_try(&json!([allow, by_beginning]), &many), 500);
    }

    /// A Deny that affects nobody but requires trying each account separately.
    fn each_on_its_own() -> Value {
        statement(
            "Deny",
            &json!({"StringLike": {"sts:ExternalId": "never-1*"}}),
        )
    }

    #[test]
    fn what_is_found_is_what_each_account_on_its_own_would_show() {
        let many = accounts(9);
        let arns = |end: &str| {
            many.iter()
                .map(|id| format!("arn:aws:iam::{id}:{end}"))
                .collect::<Vec<_>>()
        };
        let allow = listed("Allow", "aws:PrincipalAccount", &many);
        let plain = statement(
            "Allow",
            &json!({"StringEquals": {"aws:PrincipalAccount": many}}),
        );
        let named = json!({"Effect": "Allow", "Principal": {"AWS": arns("role/ci")}, "Action": "sts:AssumeRole"});
        let denied =
            |key: &str, values: &[String]| statement("Deny", &json!({"StringLike": {key: values}}));
        let tag = |operator: &str, value: &str| {
            statement("Deny", &json!({operator: {"aws:PrincipalTag/t": value}}))
        };
        for others in [
            json!([]),
            json!([denied("aws:PrincipalAccount", &many[2..7])]),
            json!([denied("aws:PrincipalAccount", &many)]),
            json!([
                denied("aws:PrincipalArn", &arns("*")[1..3]),
                denied("aws:PrincipalAccount", &many[2..4])
            ]),
            json!([denied("aws:PrincipalArn", &arns("role/*")[..4])]),
            json!([tag("StringNotEquals", &many[3]), tag("StringNotLike", "*")]),
            json!([statement(
                "Deny",
                &json!({"StringNotEquals": {"aws:PrincipalAccount": [many[4]]}})
            )]),
            json!([statement(
                "Deny",
                &json!({"StringNotEquals": {"sts:RoleSessionName": "${aws:username}"}})
            )]),
        ] {
            for first in [&allow, &plain, &named] {
                let found = |more: Option<Value>| {
                    let others = others.as_array().unwrap().iter().cloned();
                    let all: Vec<Value> = std::iter::once(first.clone())
                        .chain(others)
                        .chain(more)
                        .collect();
                    let found = Company::new().with_trust(json!(all)).findings_by("RW102");
                    found
                        .into_iter()
                        .map(|found| (found.verdict, found.severity, found.message))
                        .collect::<Vec<_>>()
                };
                assert_eq!(
                    found(None),
                    found(Some(each_on_its_own())),
                    "{first} {others}"
                );
            }
        }
    }
}
