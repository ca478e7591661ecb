//! Globs for ARNs of roles and of callers.

use super::super::RolePattern;
use super::super::node::ValueSlot;
use super::super::problem::Problems;
use super::account::Accounts;
use crate::arn::{ArnParts, AssumedRoleArn, LIKE_A_ROLE, LIKE_A_USER, is_partition};
use crate::id::AccountId;
use crate::untrusted::harmless;

/// A pattern of `arn`, limited to the accounts in `only`; for all accounts if `only` is empty.
pub(super) fn role(
    slot: &ValueSlot<'_>,
    only: &[AccountId],
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<RolePattern> {
    let text = slot.text(LIKE_A_ROLE, problems)?;
    let pattern = account_in_pattern(text, accounts).and_then(|account| {
        let pattern = RolePattern::new(text.to_owned(), account, only.to_vec());
        let is_somewhere =
            only.is_empty() || only.iter().any(|account| pattern.may_be_in(*account));
        is_somewhere.then_some(pattern).ok_or_else(|| nowhere(text))
    });
    match pattern {
        Ok(pattern) => Some(pattern),
        Err(wrong) => {
            problems.report_at(slot.place, || wrong);
            None
        }
    }
}

/// The message when the pattern's own account isn't one of the entry's accounts.
fn nowhere(text: &str) -> String {
    let account = ArnParts::split(text).map_or("", |parts| parts.account);
    format!(
        "`accounts` of this entry doesn't have account `{}`: add it there, or write `*` for the account in the ARN",
        harmless(account)
    )
}

/// The account, if the pattern spells it out. An error says what is wrong.
fn account_in_pattern(text: &str, accounts: &Accounts) -> Result<Option<AccountId>, String> {
    let shown = harmless(text);
    if let Some(odd) = text.chars().find(|c| !c.is_ascii_graphic()) {
        let odd = if odd == ' ' {
            "a space".to_owned()
        } else {
            format!("`{}`", harmless(&odd.to_string()))
        };
        return Err(format!(
            "a role ARN can't contain {odd}: write it like `{LIKE_A_ROLE}`"
        ));
    }
    if let Some(role) = AssumedRoleArn::parse(text).and_then(|session| session.role_without_path())
    {
        return Err(format!(
            "this is a session ARN: the role ARN is `{}`, with its path if it has one",
            harmless(role.as_str())
        ));
    }
    let Some(parts) = ArnParts::split(text) else {
        return Err(format!(
            "`{shown}` is not a role ARN: write it like `{LIKE_A_ROLE}`, with `*` and `?` as wildcards if you need them"
        ));
    };
    let ArnParts {
        prefix,
        partition,
        service,
        region,
        account,
        resource,
    } = parts;
    if prefix != "arn" || !can_be_partition(partition) || service != "iam" || !region.is_empty() {
        let begins = harmless(&format!("{prefix}:{partition}:{service}:{region}:"));
        return Err(format!(
            "a role ARN begins with `arn:aws:iam::` (or `arn:aws-cn:iam::` and so on), not with `{begins}`"
        ));
    }
    let id = account.parse::<AccountId>().ok();
    if id.is_none() && !can_be_account(account) {
        return Err(match accounts.find(account) {
            Some(id) => format!(
                "an ARN contains the account's id: write `{id}` instead of `{}`",
                harmless(account)
            ),
            None => format!(
                "`{}` is not an account id: it has twelve digits, and `*` means any account",
                harmless(account)
            ),
        });
    }
    match resource.strip_prefix("role/") {
        None => Err(format!(
            "`{}` is not a role: after the account comes `role/`, the path and the name",
            harmless(resource)
        )),
        Some(path) if path.is_empty() || path.ends_with('/') => {
            Err("the role's name is missing: `role/*` means any role".into())
        }
        Some(_) => Ok(id),
    }
}

/// `aws`, `aws-us-gov`, or a glob of them.
fn can_be_partition(text: &str) -> bool {
    if !text.contains(['*', '?']) {
        return is_partition(text);
    }
    let plain =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'*' | b'?');
    (text.starts_with("aws") || text.starts_with(['*', '?'])) && text.bytes().all(plain)
}

/// Whether a glob can match twelve digits.
fn can_be_account(glob: &str) -> bool {
    let stars = glob.matches('*').count();
    let others = glob.len() - stars;
    glob.bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'?'))
        && (others == 12 || (stars > 0 && others < 12))
}

/// The glob of `caller`.
pub(super) fn caller<'a>(slot: &ValueSlot<'a>, problems: &mut Problems) -> Option<&'a str> {
    let text = slot.text(LIKE_A_USER, problems)?;
    if (text == "*" || text.starts_with("arn:")) && text.chars().all(|c| c.is_ascii_graphic()) {
        return Some(text);
    }
    problems.report_at(slot.place, || {
        format!("`{}` is not a caller: write an ARN like `{LIKE_A_USER}`, with `*` and `?` as wildcards if you need them", harmless(text))
    });
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, assert_problems, good_policy};
    use super::*;

    fn pattern(arn: &str) -> RolePattern {
        let mut policy = good_policy(&format!(
            "{HEAD}roles:\n  - arn: '{arn}'\n    groups: [development/Developers]\n"
        ));
        policy.roles.remove(0).arn
    }

    #[test]
    fn a_pattern_may_have_wildcards_and_tells_its_account() {
        for (arn, account) in [
            (
                "arn:aws:iam::444455556666:role/UpdateApp",
                Some("444455556666"),
            ),
            (
                "arn:aws:iam::444455556666:role/path/*",
                Some("444455556666"),
            ),
            ("arn:aws-us-gov:iam::*:role/Update?pp", None),
            ("arn:aws*:iam::4444*:role/*", None),
            ("arn:*:iam::44445555666?:role/a", None),
            (
                "arn:aws-eusc:iam::444455556666:role/UpdateApp",
                Some("444455556666"),
            ),
            (
                "arn:aws-iso-b:iam::444455556666:role/UpdateApp",
                Some("444455556666"),
            ),
            (
                "arn:aws-nova-x2:iam::444455556666:role/UpdateApp",
                Some("444455556666"),
            ),
        ] {
            let pattern = pattern(arn);
            assert_eq!(pattern.as_str(), arn);
            assert_eq!(
                pattern.account(),
                account.map(|id| id.parse().unwrap()),
                "{arn}"
            );
            assert_eq!(pattern.has_wildcards(), arn.contains(['*', '?']), "{arn}");
        }
    }

    #[test]
    fn a_role_is_written_as_its_arn() {
        assert_problems(
            format!("{HEAD}roles:\n  - arn: UpdateApp\n    groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:10: `UpdateApp` is not a role ARN: write it like `arn:aws:iam::444455556666:role/UpdateApp`, with `*` and `?` as wildcards if you need them
    6 |   - arn: UpdateApp
      |          ^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: \"arn:aws:sts::444455556666:assumed-role/UpdateApp/alice\"\n    groups: [development/Developers]\n"
            ),
            r#"
rolewatch.yaml:6:10: this is a session ARN: the role ARN is `arn:aws:iam::444455556666:role/UpdateApp`, with its path if it has one
    6 |   - arn: "arn:aws:sts::444455556666:assumed-role/UpdateApp/alice"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        );
    }

    #[test]
    fn a_roles_arn_has_a_partition_and_an_account() {
        assert_problems(
            format!("{HEAD}roles:\n  - arn: arn:awscn:iam::444455556666:role/UpdateApp\n    groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:10: a role ARN begins with `arn:aws:iam::` (or `arn:aws-cn:iam::` and so on), not with `arn:awscn:iam::`
    6 |   - arn: arn:awscn:iam::444455556666:role/UpdateApp
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::production:role/UpdateApp\n    groups: [development/Developers]\n"
            ),
            "
rolewatch.yaml:6:10: an ARN contains the account's id: write `444455556666` instead of `production`
    6 |   - arn: arn:aws:iam::production:role/UpdateApp
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::4444:role/UpdateApp\n    groups: [development/Developers]\n"
            ),
            "
rolewatch.yaml:6:10: `4444` is not an account id: it has twelve digits, and `*` means any account
    6 |   - arn: arn:aws:iam::4444:role/UpdateApp
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
    }

    #[test]
    fn a_roles_arn_has_a_path_and_a_name() {
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:user/alice\n    groups: [development/Developers]\n"
            ),
            "
rolewatch.yaml:6:10: `user/alice` is not a role: after the account comes `role/`, the path and the name
    6 |   - arn: arn:aws:iam::444455556666:user/alice
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/\n    groups: [development/Developers]\n"
            ),
            "
rolewatch.yaml:6:10: the role's name is missing: `role/*` means any role
    6 |   - arn: arn:aws:iam::444455556666:role/
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!("{HEAD}roles:\n  - arn: arn:aws:iam:us-east-1:444455556666:role/A\n    groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:10: a role ARN begins with `arn:aws:iam::` (or `arn:aws-cn:iam::` and so on), not with `arn:aws:iam:us-east-1:`
    6 |   - arn: arn:aws:iam:us-east-1:444455556666:role/A
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!("{HEAD}roles:\n  - arn: arn:aws:s3:::bucket/key\n    groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:10: a role ARN begins with `arn:aws:iam::` (or `arn:aws-cn:iam::` and so on), not with `arn:aws:s3::`
    6 |   - arn: arn:aws:s3:::bucket/key
      |          ^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles:\n  - arn: \"arn:aws:iam::444455556666:role/Update App\"\n    groups: [development/Developers]\n"
            ),
            r#"
rolewatch.yaml:6:10: a role ARN can't contain a space: write it like `arn:aws:iam::444455556666:role/UpdateApp`
    6 |   - arn: "arn:aws:iam::444455556666:role/Update App"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        );
        assert_problems(
            format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/更新\n    groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:10: a role ARN can't contain `更`: write it like `arn:aws:iam::444455556666:role/UpdateApp`
    6 |   - arn: arn:aws:iam::444455556666:role/更新
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!("{HEAD}roles:\n  - arn: \"*\"\n    groups: [development/Developers]\n"),
            r#"
rolewatch.yaml:6:10: `*` is not a role ARN: write it like `arn:aws:iam::444455556666:role/UpdateApp`, with `*` and `?` as wildcards if you need them
    6 |   - arn: "*"
      |          ^^^
"#,
        );
        assert_problems(
            format!("{HEAD}roles:\n  - groups: [development/Developers]\n"),
            "
rolewatch.yaml:6:5: a role needs `arn`: the role's ARN, such as `arn:aws:iam::444455556666:role/UpdateApp`; or `permission_set`, the name of a permission set
    6 |   - groups: [development/Developers]
      |     ^^^^^^
",
        );
    }

    #[test]
    fn a_caller_is_written_as_an_arn() {
        assert_problems(
            format!("{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: alice\n    reason: r\n    owner: o\n    until: 2026-12-31\n"),
            "
rolewatch.yaml:8:13: `alice` is not a caller: write an ARN like `arn:aws:iam::111122223333:user/batch`, with `*` and `?` as wildcards if you need them
    8 |     caller: alice
      |             ^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"arn:aws:iam::111122223333:user/a b\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            r#"
rolewatch.yaml:8:13: `arn:aws:iam::111122223333:user/a b` is not a caller: write an ARN like `arn:aws:iam::111122223333:user/batch`, with `*` and `?` as wildcards if you need them
    8 |     caller: "arn:aws:iam::111122223333:user/a b"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        );
    }
}
