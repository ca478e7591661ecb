use super::super::tests::{HEAD, assert_problems, good_policy};
use super::*;

fn groups(list: &str) -> Vec<GroupRef> {
    let mut policy = good_policy(&format!(
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
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [developmnt/Developers]\n"
        ),
        "
rolewatch.yaml:7:14: unknown account `developmnt`, did you mean `development`?
    7 |     groups: [developmnt/Developers]
      |              ^^^^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [staging/Developers]\n"
        ),
        "
rolewatch.yaml:7:14: unknown account `staging`: `accounts` has `development` and `production`
    7 |     groups: [staging/Developers]
      |              ^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
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
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [Developers]\n"
        ),
        "
rolewatch.yaml:7:14: `Developers` has no account: write it like `development/Developers`
    7 |     groups: [Developers]
      |              ^^^^^^^^^^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [/Developers]\n"
        ),
        "
rolewatch.yaml:7:14: the account is missing: write it like `development/Developers`
    7 |     groups: [/Developers]
      |              ^^^^^^^^^^^
",
    );
    assert_problems(
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
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/path/Developers]\n"
        ),
        "
rolewatch.yaml:7:14: write a group without its path: `development/Developers`
    7 |     groups: [development/path/Developers]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
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
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [\"development/My Developers\"]\n"
        ),
        r#"
rolewatch.yaml:7:14: a group's name can't contain a space: IAM allows letters, digits and `+=,.@_-`
    7 |     groups: ["development/My Developers"]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/開発者]\n"
        ),
        "
rolewatch.yaml:7:14: a group's name can't contain `開`: IAM allows letters, digits and `+=,.@_-`
    7 |     groups: [development/開発者]
      |              ^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
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
    assert_problems(
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
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: development/Developers\n"
        ),
        "
rolewatch.yaml:7:13: `groups` must be a list: write `[development/Developers]`
    7 |     groups: development/Developers
      |             ^^^^^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [[a]]\n"),
        "
rolewatch.yaml:7:14: an entry of `groups` must be one value such as `development/Developers`; this is a list
    7 |     groups: [[a]]
      |              ^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [~]\n"
        ),
        "
rolewatch.yaml:7:14: an entry of `groups` has no value: write one such as `development/Developers`
    7 |     groups: [~]
      |              ^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: \n"),
        "
rolewatch.yaml:7:5: `groups` has no value: write a list such as `[development/Developers]`
    7 |     groups: 
      |     ^^^^^^
",
    );
}
