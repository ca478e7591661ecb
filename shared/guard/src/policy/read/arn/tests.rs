use super::super::tests::{HEAD, assert_problems, good_policy};
use crate::arn::RoleArn;
use crate::policy::Policy;

fn line_of(policy: &Policy, arn: &str) -> Option<usize> {
    policy
        .role_for(&RoleArn::parse(arn).unwrap())
        .map(|role| role.line)
}

#[test]
fn an_entry_may_have_several_arns_and_all_ask_the_same() {
    let policy = good_policy(&format!(
        "{HEAD}roles:\n  - arn:\n      - arn:aws:iam::444455556666:role/A\n      - arn:aws:iam::*:role/Team*\n    \
         groups: [development/Developers]\n    max_session: 1h\n"
    ));
    let [a, team] = policy.roles.as_slice() else {
        panic!("two roles")
    };
    assert_eq!((a.line, team.line), (7, 8));
    assert_eq!((a.groups_line, team.groups_line), (6, 6));
    assert_eq!((&a.groups, a.max_session), (&team.groups, team.max_session));
    assert_eq!(
        line_of(&policy, "arn:aws:iam::111122223333:role/TeamB"),
        Some(8)
    );
    assert_eq!(line_of(&policy, "arn:aws:iam::111122223333:role/A"), None);
}

#[test]
fn one_arn_in_a_list_is_the_same_as_without_it() {
    let entry = |arn: &str| {
        let mut policy = good_policy(&format!(
            "{HEAD}roles:\n  - {{arn: {arn}, groups: [development/Developers]}}\n"
        ));
        policy.roles.remove(0)
    };
    assert_eq!(
        entry("'arn:aws:iam::444455556666:role/A'"),
        entry("['arn:aws:iam::444455556666:role/A']")
    );
}

#[test]
fn an_entry_applies_in_its_accounts_only() {
    let policy = good_policy(&format!(
        "{HEAD}  \"777788889999\": staging\nroles:\n  - arn: arn:aws:iam::*:role/A\n    accounts: [production, \"777788889999\"]\n    \
         groups: [development/Developers]\n  - arn: arn:aws:iam::*:role/*\n    accounts: [development]\n    \
         groups: [development/Developers]\n"
    ));
    assert_eq!(policy.warnings, []);
    for (arn, line) in [
        ("arn:aws:iam::444455556666:role/A", Some(7)),
        ("arn:aws:iam::777788889999:role/A", Some(7)),
        ("arn:aws:iam::111122223333:role/A", Some(10)),
        ("arn:aws:iam::444455556666:role/B", None),
        ("arn:aws:iam::123456789012:role/A", None),
    ] {
        assert_eq!(line_of(&policy, arn), line, "{arn}");
    }
}

#[test]
fn a_list_of_arns_has_some_each_once() {
    assert_problems(
        format!("{HEAD}roles:\n  - {{arn: [], groups: [development/Developers]}}\n"),
        "
rolewatch.yaml:6:11: `arn` is empty: write which roles it is about, such as `arn:aws:iam::444455556666:role/UpdateApp`
    6 |   - {arn: [], groups: [development/Developers]}
      |           ^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn:\n      - arn:aws:iam::*:role/A\n      - UpdateApp\n      - arn:aws:iam::*:role/A\n      - [a]\n    \
             groups: [development/Developers]\n"
        ),
        "
rolewatch.yaml:8:9: `UpdateApp` is not a role ARN: write it like `arn:aws:iam::444455556666:role/UpdateApp`, with `*` and `?` as wildcards if you need them
    8 |       - UpdateApp
      |         ^^^^^^^^^
rolewatch.yaml:9:9: `arn:aws:iam::*:role/A` is listed twice
    9 |       - arn:aws:iam::*:role/A
      |         ^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:10:9: an entry of `arn` must be one value such as `arn:aws:iam::444455556666:role/UpdateApp`; this is a list
   10 |       - [a]
      |         ^
",
    );
}

#[test]
fn accounts_of_an_entry_are_those_of_the_policy_each_once() {
    let entry = |accounts: &str| {
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::*:role/A\n    accounts: {accounts}\n    groups: [development/Developers]\n"
        )
    };
    assert_problems(
        entry("[productoin, staging, development, \"111122223333\"]"),
        r#"
rolewatch.yaml:7:16: unknown account `productoin`, did you mean `production`?
    7 |     accounts: [productoin, staging, development, "111122223333"]
      |                ^^^^^^^^^^
rolewatch.yaml:7:28: unknown account `staging`: `accounts` has `development` and `production`
    7 |     accounts: [productoin, staging, development, "111122223333"]
      |                            ^^^^^^^
rolewatch.yaml:7:50: `111122223333` is listed twice
    7 |     accounts: [productoin, staging, development, "111122223333"]
      |                                                  ^^^^^^^^^^^^^^
"#,
    );
    assert_problems(
        entry("[]"),
        "
rolewatch.yaml:7:15: `accounts` is empty, so the entry applies nowhere: name an account, or leave the key out
    7 |     accounts: []
      |               ^
",
    );
    assert_problems(
        entry("production"),
        "
rolewatch.yaml:7:15: `accounts` must be a list: write `[production]`
    7 |     accounts: production
      |               ^^^^^^^^^^
",
    );
}

#[test]
fn the_arn_and_the_accounts_of_an_entry_fit() {
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: [\"arn:aws:iam::111122223333:role/A\", \"arn:aws:iam::1*:role/A\", \"arn:aws:iam::*:role/A\"]\n    \
             accounts: [production]\n    groups: [development/Developers]\n"
        ),
        r#"
rolewatch.yaml:6:11: `accounts` of this entry doesn't have account `111122223333`: add it there, or write `*` for the account in the ARN
    6 |   - arn: ["arn:aws:iam::111122223333:role/A", "arn:aws:iam::1*:role/A", "arn:aws:iam::*:role/A"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:6:47: `accounts` of this entry doesn't have account `1*`: add it there, or write `*` for the account in the ARN
    6 |   - arn: ["arn:aws:iam::111122223333:role/A", "arn:aws:iam::1*:role/A", "arn:aws:iam::*:role/A"]
      |                                               ^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/A\n    accounts: [production, development]\n    \
             groups: [development/Developers]\n"
        ),
        "
rolewatch.yaml:7:28: no `arn` of this entry can be in `development`: write `*` for the account, as in `arn:aws:iam::*:role/UpdateApp`
    7 |     accounts: [production, development]
      |                            ^^^^^^^^^^^
",
    );
}
