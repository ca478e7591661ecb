use super::super::tests::{HEAD, WITH_CENTER, assert_problems, good_policy};
use crate::policy::IdentityKind;

const ARN: &str = "arn: arn:aws:iam::444455556666:role/A";

#[test]
fn people_of_identity_center_are_in_its_groups() {
    assert_problems(
        format!(
            "{WITH_CENTER}roles:\n  - {ARN}\n    groups: [development/Developers]\n    identities: [iam-user, identity-center]\n"
        ),
        "
rolewatch.yaml:8:13: people of Identity Center may enter, but `groups` names only groups of IAM: name a group such as `identity-center/Platform`, or `identity-center/*` for everybody; or remove `identity-center` from `identities`
    8 |     groups: [development/Developers]
      |             ^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles:\n  - {ARN}\n    groups: [development/Developers]\n    identities: [iam-user, identity-center]\n"
        ),
        "
rolewatch.yaml:7:13: people of Identity Center may enter, but `groups` names only groups of IAM: add `identity_center:` to the policy, with `account`, `regions` and `identity_store`, then name a group here such as `identity-center/Platform`, or `identity-center/*` for everybody; or remove `identity-center` from `identities`
    7 |     groups: [development/Developers]
      |             ^
",
    );
    assert_problems(
        format!("{WITH_CENTER}roles:\n  - permission_set: Admin\n    groups: [development/Developers]\n"),
        "
rolewatch.yaml:8:13: people of Identity Center may enter, but `groups` names only groups of IAM: name a group such as `identity-center/Platform`, or `identity-center/*` for everybody; or write `groups: []`
    8 |     groups: [development/Developers]
      |             ^
",
    );
}

#[test]
fn iam_users_are_in_groups_of_iam() {
    assert_problems(
        format!("{WITH_CENTER}roles:\n  - {ARN}\n    groups: [identity-center/Platform]\n"),
        "
rolewatch.yaml:8:13: IAM users may enter, but `groups` names only groups of Identity Center: name a group such as `development/Developers`, or write `identities: [identity-center]`
    8 |     groups: [identity-center/Platform]
      |             ^
",
    );
    assert_problems(
        format!(
            "{WITH_CENTER}roles:\n  - {ARN}\n    groups: [identity-center/Platform]\n    identities: [iam-user, identity-center]\n"
        ),
        "
rolewatch.yaml:8:13: IAM users may enter, but `groups` names only groups of Identity Center: name a group such as `development/Developers`, or remove `iam-user` from `identities`
    8 |     groups: [identity-center/Platform]
      |             ^
",
    );
}

#[test]
fn without_groups_anybody_of_an_allowed_kind_may_enter() {
    for entry in [
        format!("{ARN}\n    groups: []\n    identities: [identity-center]\n    mfa: optional\n"),
        "permission_set: Admin\n    groups: []\n".to_owned(),
    ] {
        let policy = good_policy(&format!("{WITH_CENTER}roles:\n  - {entry}"));
        assert!(!policy.roles[0].asks_group(IdentityKind::IdentityCenter));
        assert_eq!(policy.warnings, []);
    }
    assert_problems(
        format!(
            "{WITH_CENTER}roles:\n  - {ARN}\n    groups: []\n    identities: [iam-user, identity-center]\n"
        ),
        "
rolewatch.yaml:8:13: `groups` is empty, so no IAM user could ever be allowed: name a group, or remove `iam-user` from `identities`
    8 |     groups: []
      |             ^
",
    );
}

#[test]
fn a_contradiction_with_defaults_is_told_in_the_entry() {
    assert_problems(
        format!(
            "{WITH_CENTER}defaults:\n  groups: [development/Developers]\nroles:\n  - {ARN}\n    identities: [identity-center]\n  - {ARN}B\n"
        ),
        "
rolewatch.yaml:10:17: people of Identity Center may enter, but `groups` names only groups of IAM: name a group such as `identity-center/Platform`, or `identity-center/*` for everybody; or remove `identity-center` from `identities`
   10 |     identities: [identity-center]
      |                 ^
",
    );
    let both = format!(
        "{WITH_CENTER}defaults:\n  groups: [development/Developers, identity-center/Platform]\nroles:\n  - {ARN}\n  - permission_set: Admin\n"
    );
    assert_eq!(good_policy(&both).warnings, []);
}

#[test]
fn an_entry_says_which_groups() {
    assert_problems(
        format!("{WITH_CENTER}roles:\n  - permission_set: Admin\n"),
        "
rolewatch.yaml:7:5: a role needs `groups`: the groups whose members may enter it, such as `[identity-center/Platform]`, or `[identity-center/*]` for everybody
    7 |   - permission_set: Admin
      |     ^^^^^^^^^^^^^^
",
    );
}
