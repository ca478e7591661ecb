//! The file as a whole, and helpers that the tests of its parts share.

use super::super::Policy;

/// The first lines of a policy; `roles` follows in line 5.
pub(super) const HEAD: &str =
    "version: 1\naccounts:\n  \"111122223333\": development\n  \"444455556666\": production\n";

/// The first lines of a policy with Identity Center; `roles` follows in line 6.
pub(super) const WITH_CENTER: &str = "version: 1\naccounts:\n  \"111122223333\": development\n  \"444455556666\": production\n\
    identity_center: {account: production, regions: [ap-northeast-1], identity_store: d-1234567890}\n";

/// A policy of one role; lines are added from line 8 on.
pub(super) fn role_with(lines: &str) -> String {
    format!(
        "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/Developers]\n{lines}"
    )
}

/// Reads a policy that must have no error.
pub(super) fn good_policy(text: &str) -> Policy {
    Policy::read(text.as_bytes(), "rolewatch.yaml").unwrap_or_else(|errors| panic!("{errors}"))
}

/// Compares the errors of a bad policy with the expected text.
#[track_caller]
pub(super) fn assert_problems(text: impl AsRef<[u8]>, expected: &str) {
    let errors = Policy::read(text.as_ref(), "rolewatch.yaml")
        .expect_err("it should be wrong")
        .to_string();
    let expected = expected.trim_matches('\n');
    assert!(errors == expected, "told:\n{errors}\nnot:\n{expected}");
}

#[test]
fn an_unknown_key_names_the_nearest_or_all() {
    assert_problems(
        role_with("    max_sesion: 1h\n"),
        "
rolewatch.yaml:8:5: unknown key `max_sesion`, did you mean `max_session`?
    8 |     max_sesion: 1h
      |     ^^^^^^^^^^
",
    );
    assert_problems(
        role_with("    teams: [a]\n"),
        "
rolewatch.yaml:8:5: unknown key `teams`: a role has `arn`, `permission_set`, `accounts`, `groups`, `mfa`, `max_session`, `max_stretch`, `max_per_day`, `min_membership`, `min_mfa_age`, `chaining`, `identities`, `severity` and `owner`
    8 |     teams: [a]
      |     ^^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nrole: []\n"),
        "
rolewatch.yaml:6:1: unknown key `role`, did you mean `roles`?
    6 | role: []
      | ^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nnotify: x\n"),
        "
rolewatch.yaml:6:1: unknown key `notify`: a policy has `version`, `accounts`, `regions`, `identity_center`, `assume_root`, `defaults`, `roles`, `rules` and `suppress`
    6 | notify: x
      | ^^^^^^
",
    );
    assert_problems(
        role_with("    maxSession: 1h\n    min_membershp: 1h\n"),
        "
rolewatch.yaml:8:5: unknown key `maxSession`, did you mean `max_session`?
    8 |     maxSession: 1h
      |     ^^^^^^^^^^
rolewatch.yaml:9:5: unknown key `min_membershp`, did you mean `min_membership`?
    9 |     min_membershp: 1h
      |     ^^^^^^^^^^^^^
",
    );
    assert_problems(
        "versoin: 1\naccounts: {111122223333: a}\nroles: []\n",
        "
rolewatch.yaml:1:1: unknown key `versoin`, did you mean `version`?
    1 | versoin: 1
      | ^^^^^^^
",
    );
}

#[test]
fn a_key_stands_once_and_has_a_value() {
    assert_problems(
        role_with("    mfa: required\n    mfa: optional\n"),
        "
rolewatch.yaml:9:5: `mfa` appears twice: first on line 8
    9 |     mfa: optional
      |     ^^^
",
    );
    assert_problems(
        role_with("    mfa:\n"),
        "
rolewatch.yaml:8:5: `mfa` has no value: write one such as `required`
    8 |     mfa:
      |     ^^^
",
    );
}

#[test]
fn a_policy_has_keys_and_lacks_none_that_it_needs() {
    assert_problems(
        "- a\n",
        "
rolewatch.yaml:1:1: a policy has the keys `version`, `accounts`, `regions`, `identity_center`, `assume_root`, `defaults`, `roles`, `rules` and `suppress`; this is a list
    1 | - a
      | ^
",
    );
    assert_problems(
        "version: 1\n",
        r#"
rolewatch.yaml:1:1: a policy needs `accounts`: the trusted accounts, such as `"111122223333": development`
    1 | version: 1
      | ^^^^^^^
rolewatch.yaml:1:1: a policy needs `roles`: the elevated roles; no other role is checked
    1 | version: 1
      | ^^^^^^^
"#,
    );
    assert_problems(
        "just text\n",
        "
rolewatch.yaml:1:1: a policy has the keys `version`, `accounts`, `regions`, `identity_center`, `assume_root`, `defaults`, `roles`, `rules` and `suppress`; this is a single value
    1 | just text
      | ^^^^^^^^^
",
    );
}

#[test]
fn roles_and_suppress_are_lists() {
    assert_problems(
        format!("{HEAD}roles: x\n"),
        "
rolewatch.yaml:5:8: `roles` must be a list: each entry begins with `- arn:`
    5 | roles: x
      |        ^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n"),
        "
rolewatch.yaml:5:1: `roles` has no value: write an entry that begins with `- arn:`, or `[]`
    5 | roles:
      | ^^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles: {{a: b}}\n"),
        "
rolewatch.yaml:5:8: `roles` must be a list: each entry begins with `- arn:`
    5 | roles: {a: b}
      |        ^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nsuppress:\n"),
        "
rolewatch.yaml:6:1: `suppress` has no value: write an entry that begins with `- rule:`, or `[]`
    6 | suppress:
      | ^^^^^^^^
",
    );
}

#[test]
fn a_value_of_a_role_has_its_shape() {
    assert_problems(
        role_with("    mfa: [required]\n"),
        "
rolewatch.yaml:8:10: `mfa` must be one value such as `required`; this is a list
    8 |     mfa: [required]
      |          ^
",
    );
    assert_problems(
        role_with("    max_session: {a: b}\n"),
        "
rolewatch.yaml:8:18: `max_session` must be one value such as `1h`; this is a mapping
    8 |     max_session: {a: b}
      |                  ^
",
    );
    assert_problems(
        role_with("    identities: iam-user\n"),
        "
rolewatch.yaml:8:17: `identities` must be a list: write `[iam-user]`
    8 |     identities: iam-user
      |                 ^^^^^^^^
",
    );
}

#[test]
fn an_entry_of_roles_has_keys() {
    assert_problems(
        format!("{HEAD}roles: [a]\n"),
        "
rolewatch.yaml:5:9: a role has the keys `arn`, `permission_set`, `accounts`, `groups`, `mfa`, `max_session`, `max_stretch`, `max_per_day`, `min_membership`, `min_mfa_age`, `chaining`, `identities`, `severity` and `owner`; this is a single value
    5 | roles: [a]
      |         ^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n  -\n"),
        "
rolewatch.yaml:6:4: a role has the keys `arn`, `permission_set`, `accounts`, `groups`, `mfa`, `max_session`, `max_stretch`, `max_per_day`, `min_membership`, `min_mfa_age`, `chaining`, `identities`, `severity` and `owner`; this is nothing
    6 |   -
      |    ^
",
    );
}

#[test]
fn the_version_is_told_apart_before_anything_else() {
    assert_problems(
        "accounts: {\"111122223333\": dev}\nroles: []\n",
        r#"
rolewatch.yaml:1:1: a policy needs `version`: write `version: 1`
    1 | accounts: {"111122223333": dev}
      | ^^^^^^^^
"#,
    );
    assert_problems(
        "version: 2\nnew_key: 1\n",
        "
rolewatch.yaml:1:10: unknown version `2`: this program reads `version: 1`
    1 | version: 2
      |          ^
",
    );
    assert_problems(
        "version:\naccounts: {\"111122223333\": dev}\nroles: []\n",
        "
rolewatch.yaml:1:1: `version` has no value: write one such as `1`
    1 | version:
      | ^^^^^^^
",
    );
    assert_problems(
        "version: [1]\naccounts: {\"111122223333\": dev}\nroles: []\n",
        "
rolewatch.yaml:1:10: `version` must be one value such as `1`; this is a list
    1 | version: [1]
      |          ^
",
    );
    assert_problems(
        "version: 1.0\n",
        "
rolewatch.yaml:1:10: unknown version `1.0`: this program reads `version: 1`
    1 | version: 1.0
      |          ^^^
",
    );
}

#[test]
fn regions_are_written_as_aws_writes_them() {
    assert_problems(
        format!("{HEAD}roles: []\nregions: us-east-1\n"),
        "
rolewatch.yaml:6:10: `regions` must be a list: write `[us-east-1]`
    6 | regions: us-east-1
      |          ^^^^^^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nregions: []\n"),
        "
rolewatch.yaml:6:10: `regions` is empty: leave the key out to accept events from every Region
    6 | regions: []
      |          ^
",
    );
    assert_problems(
        format!(
            "{HEAD}roles: []\nregions: [us-east-1, us-east, US-EAST-1, us-east-1, us-east-1a]\n"
        ),
        "
rolewatch.yaml:6:22: `us-east` is not a Region: write it like `us-east-1`
    6 | regions: [us-east-1, us-east, US-EAST-1, us-east-1, us-east-1a]
      |                      ^^^^^^^
rolewatch.yaml:6:31: `US-EAST-1` is not a Region: write it like `us-east-1`
    6 | regions: [us-east-1, us-east, US-EAST-1, us-east-1, us-east-1a]
      |                               ^^^^^^^^^
rolewatch.yaml:6:42: `us-east-1` is listed twice
    6 | regions: [us-east-1, us-east, US-EAST-1, us-east-1, us-east-1a]
      |                                          ^^^^^^^^^
rolewatch.yaml:6:53: `us-east-1a` is not a Region: write it like `us-east-1`
    6 | regions: [us-east-1, us-east, US-EAST-1, us-east-1, us-east-1a]
      |                                                     ^^^^^^^^^^
",
    );
}

#[test]
fn assume_root_is_a_word() {
    assert_problems(
        format!("{HEAD}roles: []\nassume_root: no\n"),
        "
rolewatch.yaml:6:14: `assume_root` must be `deny` or `allow`, not `no`
    6 | assume_root: no
      |              ^^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nassume_root: denied\n"),
        "
rolewatch.yaml:6:14: `assume_root` must be `deny` or `allow`, not `denied`
    6 | assume_root: denied
      |              ^^^^^^
",
    );
}

#[test]
fn all_errors_are_told_at_once_by_line() {
    assert_problems(
        role_with("    max_sesion: 1h\n    severity: urgent\n  - arn: UpdateApp\n    groups: [Developers, staging/A]\n    mfa: no\nregions: []\nsuppress:\n  - {rule: RW008}\n"),
        "
rolewatch.yaml:8:5: unknown key `max_sesion`, did you mean `max_session`?
    8 |     max_sesion: 1h
      |     ^^^^^^^^^^
rolewatch.yaml:9:15: `severity` must be `low`, `medium`, `high` or `critical`, not `urgent`
    9 |     severity: urgent
      |               ^^^^^^
rolewatch.yaml:10:10: `UpdateApp` is not a role ARN: write it like `arn:aws:iam::444455556666:role/UpdateApp`, with `*` and `?` as wildcards if you need them
   10 |   - arn: UpdateApp
      |          ^^^^^^^^^
rolewatch.yaml:11:14: `Developers` has no account: write it like `development/Developers`
   11 |     groups: [Developers, staging/A]
      |              ^^^^^^^^^^
rolewatch.yaml:11:26: unknown account `staging`: `accounts` has `development` and `production`
   11 |     groups: [Developers, staging/A]
      |                          ^^^^^^^^^
rolewatch.yaml:12:10: `mfa` must be `required` or `optional`, not `no`
   12 |     mfa: no
      |          ^^
rolewatch.yaml:13:10: `regions` is empty: leave the key out to accept events from every Region
   13 | regions: []
      |          ^
rolewatch.yaml:15:5: an entry of `suppress` needs `caller`: who made the switches, as an ARN or a pattern of ARNs
   15 |   - {rule: RW008}
      |     ^
rolewatch.yaml:15:5: an entry of `suppress` needs `owner`: who is responsible for it
   15 |   - {rule: RW008}
      |     ^
rolewatch.yaml:15:5: an entry of `suppress` needs `reason`: why the findings are hidden
   15 |   - {rule: RW008}
      |     ^
rolewatch.yaml:15:5: an entry of `suppress` needs `until`: the last day on which the findings are hidden, such as `2026-12-31`
   15 |   - {rule: RW008}
      |     ^
rolewatch.yaml:15:12: RW008 can't be suppressed: its findings are always reported
   15 |   - {rule: RW008}
      |            ^^^^^
",
    );
}

#[test]
fn an_error_behind_an_alias_is_told_once() {
    assert_problems(
        format!(
            "{HEAD}roles:\n  - {{arn: \"arn:aws:iam::444455556666:role/A\", groups: &g [Developers]}}\n  - {{arn: \"arn:aws:iam::444455556666:role/B\", groups: *g}}\n"
        ),
        r#"
rolewatch.yaml:6:59: `Developers` has no account: write it like `development/Developers`
    6 |   - {arn: "arn:aws:iam::444455556666:role/A", groups: &g [Developers]}
      |                                                           ^^^^^^^^^^
"#,
    );
}

#[test]
fn a_policy_without_options_has_the_strict_ones() {
    let policy = good_policy(&format!("{HEAD}roles: []\n"));
    assert_eq!(
        (
            policy.assume_root.as_str(),
            policy.regions.len(),
            policy.suppress.len()
        ),
        ("deny", 0, 0)
    );
}

#[test]
fn anchors_spare_repetition() {
    let policy = good_policy(&format!(
        "{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/A\n    groups: &people [development/Developers]\n    max_session: &short 1h\n  \
         - arn: arn:aws:iam::444455556666:role/B\n    groups: *people\n    max_session: *short\n"
    ));
    let [a, b] = policy.roles.as_slice() else {
        panic!("two roles")
    };
    assert_eq!((&a.groups, a.max_session), (&b.groups, b.max_session));
    assert_eq!((a.line, b.line), (6, 9));
}
