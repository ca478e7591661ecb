use super::super::tests::{HEAD, WITH_CENTER, assert_problems, good_policy};
use super::*;

fn entry(groups: &str) -> String {
    format!("{WITH_CENTER}roles:\n  - permission_set: Admin\n    groups: {groups}\n")
}

fn groups(list: &str) -> Vec<StoreGroupName> {
    let groups = good_policy(&entry(list)).roles.remove(0).store_groups;
    groups.into_iter().map(|group| group.group).collect()
}

#[test]
fn a_group_of_the_identity_store_is_told_by_name_or_id_or_is_everybody() {
    let (name, id) = (
        |name: &str| StoreGroupName::ByName(name.to_owned()),
        |id: &str| StoreGroupName::ById(id.to_owned()),
    );
    for (written, group) in [
        ("identity-center/Platform", name("Platform")),
        (
            "identity-center/開発者 (東京)/運用",
            name("開発者 (東京)/運用"),
        ),
        (
            "identity-center/a, b & c's “team” €",
            name("a, b & c's “team” €"),
        ),
        (
            "identity-center/906768b7a1-0a1b2c3d-0123-4567-89ab-0123456789ab",
            id("906768b7a1-0a1b2c3d-0123-4567-89ab-0123456789ab"),
        ),
        (
            "identity-center/0A1b2c3d-0123-4567-89ab-0123456789ab",
            id("0A1b2c3d-0123-4567-89ab-0123456789ab"),
        ),
        (
            "identity-center/906768b7a-0a1b2c3d-0123-4567-89ab-0123456789ab",
            name("906768b7a-0a1b2c3d-0123-4567-89ab-0123456789ab"),
        ),
        ("identity-center/*", StoreGroupName::Everybody),
    ] {
        assert_eq!(groups(&format!("[\"{written}\"]")), [group], "{written}");
    }
    let longest = "x".repeat(1_024);
    assert_eq!(
        groups(&format!("[identity-center/{longest}]")),
        [name(&longest)]
    );
}

#[test]
fn groups_of_the_identity_store_stand_beside_those_of_iam() {
    let policy = good_policy(&format!(
        "{WITH_CENTER}roles:\n  - arn: arn:aws:iam::444455556666:role/A\n    \
         groups: [identity-center/Platform, development/Developers]\n    identities: [iam-user, identity-center]\n"
    ));
    let role = &policy.roles[0];
    assert_eq!(role.groups[0].written, "development/Developers");
    assert_eq!(role.store_groups[0].written, "identity-center/Platform");
    assert_eq!(policy.warnings, []);
}

#[test]
fn a_group_of_the_identity_store_needs_identity_center() {
    assert_problems(
        format!(
            "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/A\n    groups: [identity-center/Platform]\n    identities: [identity-center]\n"
        ),
        "
rolewatch.yaml:7:14: `identity-center/Platform` is a group of Identity Center: add `identity_center:` to the policy, with `account`, `regions` and `identity_store`
    7 |     groups: [identity-center/Platform]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
        format!("{HEAD}defaults: {{groups: [identity-center/Platform]}}\nroles: []\n"),
        "
rolewatch.yaml:5:21: `identity-center/Platform` is a group of Identity Center: add `identity_center:` to the policy, with `account`, `regions` and `identity_store`
    5 | defaults: {groups: [identity-center/Platform]}
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn every_slip_in_a_group_of_the_identity_store_is_told() {
    assert_problems(
        entry(
            "[identity-center/, \"identity-center/ Platform\", \"identity-center/a\\u200bb\", identity-center/Plat*]",
        ),
        r#"
rolewatch.yaml:8:14: the group is missing: write `identity-center/` followed by its name or id, or `identity-center/*` for everybody
    8 |     groups: [identity-center/, "identity-center/ Platform", "identity-center/a\u200bb", identity-center/Plat*]
      |              ^^^^^^^^^^^^^^^^
rolewatch.yaml:8:32: there are spaces around the group's name: write `identity-center/Platform`, or the group's id
    8 |     groups: [identity-center/, "identity-center/ Platform", "identity-center/a\u200bb", identity-center/Plat*]
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:8:61: a group's name can't contain invisible characters: remove them
    8 |     groups: [identity-center/, "identity-center/ Platform", "identity-center/a\u200bb", identity-center/Plat*]
      |                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:8:89: a part of a name can't be `*`: list each group, or write `identity-center/*` for everybody; if the group's name contains `*`, write its id
    8 |     groups: [identity-center/, "identity-center/ Platform", "identity-center/a\u200bb", identity-center/Plat*]
      |                                                                                         ^^^^^^^^^^^^^^^^^^^^^
"#,
    );
    assert_problems(
        entry("[identity_center/Platform]"),
        "
rolewatch.yaml:8:14: unknown account `identity_center`, did you mean `identity-center`?
    8 |     groups: [identity_center/Platform]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
    let long = "x".repeat(1_025);
    let text = entry(&format!("[identity-center/{long}]"));
    let errors = crate::policy::Policy::read(text.as_bytes(), "p").unwrap_err();
    assert_eq!(
        errors.errors()[0].message,
        "a group's name can have at most 1,024 characters"
    );
}

#[test]
fn a_group_of_the_identity_store_is_listed_once_whatever_its_letter_case() {
    assert_problems(
        entry("[identity-center/Platform, identity-center/platform]"),
        "
rolewatch.yaml:8:40: `identity-center/platform` is listed twice
    8 |     groups: [identity-center/Platform, identity-center/platform]
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}
