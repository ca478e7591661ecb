use super::super::tests::{HEAD, WITH_CENTER, assert_problems, good_policy};
use crate::arn::RoleArn;
use crate::policy::{AllowedIdentity, IdentityKind, Policy};

fn entry(lines: &str) -> String {
    format!("{WITH_CENTER}roles:\n  - {lines}\n")
}

fn line_of(policy: &Policy, account: &str, name: &str) -> Option<usize> {
    let arn = format!("arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/{name}");
    policy
        .role_for(&RoleArn::parse(&arn).unwrap())
        .map(|role| role.line)
}

#[test]
fn a_permission_set_is_named_and_only_identity_center_enters_it() {
    let policy = good_policy(&entry(
        "permission_set: Admin\n    groups: [identity-center/Platform]",
    ));
    let role = policy.roles.first().unwrap();
    assert_eq!(role.arn.permission_set(), Some("Admin"));
    assert_eq!(
        role.identities,
        [AllowedIdentity::All(IdentityKind::IdentityCenter)]
    );
    assert_eq!((role.groups.len(), role.store_groups.len()), (0, 1));
    assert_eq!(policy.warnings, []);
    for (name, line) in [
        ("AWSReservedSSO_Admin_0123456789abcdef", Some(7)),
        ("us-west-2/AWSReservedSSO_Admin_0123456789abcdef", Some(7)),
        ("AWSReservedSSO_Admin_ReadOnly_0123456789abcdef", None),
    ] {
        assert_eq!(line_of(&policy, "111122223333", name), line, "{name}");
    }
}

#[test]
fn permission_sets_may_be_a_list_and_apply_in_some_accounts_only() {
    let policy = good_policy(&entry(
        "permission_set:\n      - Admin\n      - a+=,.@_-Z9\n    accounts: [production]\n    groups: [identity-center/*]",
    ));
    let lines: Vec<usize> = policy.roles.iter().map(|role| role.line).collect();
    assert_eq!(lines, [8, 9]);
    let name = "AWSReservedSSO_Admin_0123456789abcdef";
    assert_eq!(line_of(&policy, "444455556666", name), Some(8));
    assert_eq!(line_of(&policy, "111122223333", name), None);
    assert_eq!(policy.warnings, []);
}

#[test]
fn a_permission_set_needs_identity_center() {
    assert_problems(
        format!("{HEAD}roles:\n  - permission_set: Admin\n    groups: []\n"),
        "
rolewatch.yaml:6:21: a permission set belongs to Identity Center: add `identity_center:` to the policy, with `account`, `regions` and `identity_store`
    6 |   - permission_set: Admin
      |                     ^^^^^
",
    );
    // One slip is one error.
    assert_problems(
        format!(
            "{HEAD}identity_centre: {{}}\nroles:\n  - permission_set: Admin\n    groups: [identity-center/A]\n"
        ),
        "
rolewatch.yaml:5:1: unknown key `identity_centre`, did you mean `identity_center`?
    5 | identity_centre: {}
      | ^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn an_entry_names_arns_or_permission_sets() {
    assert_problems(
        entry(
            "permission_set: Admin\n    arn: arn:aws:iam::444455556666:role/A\n    groups: [identity-center/A]",
        ),
        "
rolewatch.yaml:7:5: an entry has either `arn` or `permission_set`: write an entry for each
    7 |   - permission_set: Admin
      |     ^^^^^^^^^^^^^^
",
    );
    assert_problems(
        entry("permision_set: Admin\n    groups: []\n    identities: [identity-center]"),
        "
rolewatch.yaml:7:5: unknown key `permision_set`, did you mean `permission_set`?
    7 |   - permision_set: Admin
      |     ^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_permission_set_is_named_as_aws_names_it() {
    assert_problems(
        entry(
            "permission_set:\n      - AWSReservedSSO_Admin_0123456789abcdef\n      - aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*\n      \
             - arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef\n      - Ad*\n      - \"A b\"\n      - 管理者\n      \
             - abcdefghijklmnopqrstuvwxyz0123456\n      - Admin\n      - Admin\n      - \"\"\n    groups: []",
        ),
        r#"
rolewatch.yaml:8:9: write the name of the permission set, not that of its role: `Admin`
    8 |       - AWSReservedSSO_Admin_0123456789abcdef
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:9:9: write the name of the permission set, not that of its role: `Admin`
    9 |       - aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:10:9: write the name of the permission set, such as `ProductionAdmin`, not its ARN or id
   10 |       - arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:11:9: a permission set is named without wildcards: list each name, as in `[ProductionAdmin, ReadOnly]`
   11 |       - Ad*
      |         ^^^
rolewatch.yaml:12:9: the name of a permission set can't contain a space: AWS allows letters, digits and `_+=,.@-`
   12 |       - "A b"
      |         ^^^^^
rolewatch.yaml:13:9: the name of a permission set can't contain `管`: AWS allows letters, digits and `_+=,.@-`
   13 |       - 管理者
      |         ^^^^^^
rolewatch.yaml:14:9: the name of a permission set can have at most 32 characters
   14 |       - abcdefghijklmnopqrstuvwxyz0123456
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:16:9: `Admin` is listed twice
   16 |       - Admin
      |         ^^^^^
rolewatch.yaml:17:9: an entry of `permission_set` is empty: write one such as `ProductionAdmin`
   17 |       - ""
      |         ^^
"#,
    );
    assert_problems(
        entry("permission_set: []\n    groups: []"),
        "
rolewatch.yaml:7:21: `permission_set` is empty: write which roles it is about, such as `ProductionAdmin`
    7 |   - permission_set: []
      |                     ^
",
    );
}

#[test]
fn only_identity_center_enters_a_permission_set() {
    assert_problems(
        entry("permission_set: Admin\n    groups: []\n    identities: [saml, service]"),
        "
rolewatch.yaml:9:17: only people of Identity Center can enter the role of a permission set: write `[identity-center]`, or leave the key out
    9 |     identities: [saml, service]
      |                 ^
",
    );
    assert_problems(
        format!(
            "{WITH_CENTER}defaults: {{identities: [iam-user]}}\nroles:\n  - permission_set: Admin\n    groups: [identity-center/*]\n"
        ),
        "
rolewatch.yaml:8:5: only people of Identity Center can enter the role of a permission set, and `identities` of `defaults` doesn't include them: write `identities: [identity-center]` here
    8 |   - permission_set: Admin
      |     ^^^^^^^^^^^^^^
",
    );
    let both = "{permission_set: Admin, groups: [identity-center/*], identities: [iam-user, identity-center, saml]}";
    let policy = good_policy(&entry(both));
    assert_eq!(
        policy.roles[0].identities,
        [AllowedIdentity::All(IdentityKind::IdentityCenter)]
    );
    let notes: Vec<String> = policy.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "line 7: `iam-user` and `saml` in `identities` has no effect: only people of Identity Center can enter the role of a permission set"
        ]
    );
}
