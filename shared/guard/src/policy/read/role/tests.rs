use super::super::tests::{HEAD, WITH_CENTER, assert_problems, good_policy, role_with};
use super::*;
use crate::policy::{AllowedIdentity, Mfa};

#[test]
fn what_is_left_out_is_strict_and_a_limit_left_out_is_not_checked() {
    let policy = good_policy(&role_with(""));
    let role = policy.roles.first().unwrap();
    assert_eq!(
        (role.mfa, role.chaining, role.severity),
        (
            MfaByKind::same_for_all(Mfa::Required),
            AllowOrDeny::Deny,
            Severity::High
        )
    );
    assert_eq!(
        role.identities,
        [AllowedIdentity::All(IdentityKind::IamUser)]
    );
    let limits = [
        role.max_session,
        role.max_stretch,
        role.max_per_day,
        role.min_membership,
        role.min_mfa_age,
    ];
    assert_eq!(limits, [None; 5]);
    assert_eq!(role.line, 6);
}

#[test]
fn everything_that_can_be_said_is_read() {
    let policy = good_policy(&format!(
        "{WITH_CENTER}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/Developers, identity-center/Platform]\n    \
         mfa: optional\n    max_session: 45m\n    max_stretch: \"1h 30m\"\n    max_per_day: 4h\n    min_membership: 2d\n    \
         min_mfa_age: 90s\n    chaining: allow\n    identities: [iam-user, identity-center, {{saml: {{group_tag: team=platform}}}}, web-identity, service]\n    severity: critical\n",
    ));
    let role = policy.roles.first().unwrap();
    assert_eq!(
        (role.mfa, role.chaining, role.severity),
        (
            MfaByKind::same_for_all(Mfa::Optional),
            AllowOrDeny::Allow,
            Severity::Critical
        )
    );
    let kinds: Vec<IdentityKind> = role.identities.iter().map(AllowedIdentity::kind).collect();
    assert_eq!(kinds, IdentityKind::ALL);
    assert!(role.allows(IdentityKind::Saml));
    let limits = [
        role.max_session,
        role.max_stretch,
        role.max_per_day,
        role.min_membership,
        role.min_mfa_age,
    ];
    assert_eq!(
        limits.map(|limit| limit.unwrap().seconds()),
        [2_700, 5_400, 14_400, 172_800, 90]
    );
}

#[test]
fn a_role_for_services_names_no_group() {
    let policy = good_policy(&format!(
        "{HEAD}roles:\n  - {{arn: 'arn:aws:iam::444455556666:role/A', groups: [], identities: [service], mfa: optional}}\n"
    ));
    assert_eq!(policy.roles.first().unwrap().groups, []);
    assert_eq!(policy.warnings, []);
}

#[test]
fn an_owner_is_a_team_or_an_address_in_one_line() {
    let owner = |lines: &str| good_policy(&role_with(lines)).roles[0].owner.clone();
    assert_eq!(owner(""), None);
    assert_eq!(
        owner("    owner: \" platform@example.com \"\n").as_deref(),
        Some("platform@example.com")
    );
    let long = owner(&format!("    owner: {}\n", "x".repeat(1_000))).unwrap();
    assert_eq!(long, format!("{}…", "x".repeat(200)));
    assert_problems(
        role_with("    owner: \" \"\n"),
        r#"
rolewatch.yaml:8:12: `owner` is empty: write one such as `platform`
    8 |     owner: " "
      |            ^^^
"#,
    );
    assert_problems(
        role_with("    owner: [platform]\n"),
        "
rolewatch.yaml:8:12: `owner` must be one value such as `platform`; this is a list
    8 |     owner: [platform]
      |            ^
",
    );
    assert_problems(
        role_with("    owner: \"a\\u202eb\"\n"),
        r#"
rolewatch.yaml:8:12: `owner` contains invisible characters: remove them
    8 |     owner: "a\u202eb"
      |            ^^^^^^^^^^
"#,
    );
    assert_problems(
        role_with("    owner: \"a\\nb\"\n"),
        r#"
rolewatch.yaml:8:12: `owner` must be one line: a team or an address, such as `platform`
    8 |     owner: "a\nb"
      |            ^^^^^^
"#,
    );
}

#[test]
fn the_groups_are_named_or_no_user_may_enter() {
    assert_problems(
        format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: []\n"),
        "
rolewatch.yaml:7:13: `groups` is empty, so no IAM user could ever be allowed: name a group, or remove `iam-user` from `identities`
    7 |     groups: []
      |             ^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n"),
        "
rolewatch.yaml:6:5: a role needs `groups`: the groups whose members may enter it, such as `[development/Developers]`
    6 |   - arn: arn:aws:iam::444455556666:role/UpdateApp
      |     ^^^
",
    );
    assert_problems(
        format!("{HEAD}roles:\n  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    identities: [service]\n"),
        "
rolewatch.yaml:6:5: a role needs `groups`: write `groups: []`, because no IAM user may enter the role
    6 |   - arn: arn:aws:iam::444455556666:role/UpdateApp
      |     ^^^
",
    );
}

#[test]
fn a_word_is_one_of_a_few() {
    assert_problems(
        role_with("    mfa: requird\n"),
        "
rolewatch.yaml:8:10: `mfa` must be `required` or `optional`, not `requird`, did you mean `required`?
    8 |     mfa: requird
      |          ^^^^^^^
",
    );
    assert_problems(
        role_with("    mfa: yes\n"),
        "
rolewatch.yaml:8:10: `mfa` must be `required` or `optional`, not `yes`
    8 |     mfa: yes
      |          ^^^
",
    );
    assert_problems(
        role_with("    chaining: true\n"),
        "
rolewatch.yaml:8:15: `chaining` must be `deny` or `allow`, not `true`
    8 |     chaining: true
      |               ^^^^
",
    );
    assert_problems(
        role_with("    severity: High\n"),
        "
rolewatch.yaml:8:15: `severity` must be `low`, `medium`, `high` or `critical`, not `High`, did you mean `high`?
    8 |     severity: High
      |               ^^^^
",
    );
    assert_problems(
        role_with("    severity: urgent\n"),
        "
rolewatch.yaml:8:15: `severity` must be `low`, `medium`, `high` or `critical`, not `urgent`
    8 |     severity: urgent
      |               ^^^^^^
",
    );
}

#[test]
fn identities_are_kinds_each_once() {
    assert_problems(
        role_with("    identities: [iam-user, sso, IAMUser, iam-user]\n"),
        "
rolewatch.yaml:8:28: an entry of `identities` must be `iam-user`, `identity-center`, `saml`, `web-identity` or `service`, not `sso`
    8 |     identities: [iam-user, sso, IAMUser, iam-user]
      |                            ^^^
rolewatch.yaml:8:33: an entry of `identities` must be `iam-user`, `identity-center`, `saml`, `web-identity` or `service`, not `IAMUser`, did you mean `iam-user`?
    8 |     identities: [iam-user, sso, IAMUser, iam-user]
      |                                 ^^^^^^^
rolewatch.yaml:8:42: `iam-user` is listed twice
    8 |     identities: [iam-user, sso, IAMUser, iam-user]
      |                                          ^^^^^^^^
",
    );
    assert_problems(
        role_with("    identities: []\n"),
        "
rolewatch.yaml:8:17: `identities` is empty, so nobody could ever be allowed: name a type such as `iam-user`
    8 |     identities: []
      |                 ^
",
    );
}

#[test]
fn a_duration_has_a_number_and_a_unit() {
    assert_problems(
        role_with("    max_session: 60\n"),
        "
rolewatch.yaml:8:18: `60` has no unit: write `60s`, `60m` or `60h`
    8 |     max_session: 60
      |                  ^^
",
    );
    assert_problems(
        role_with("    max_session: 1 hour\n"),
        "
rolewatch.yaml:8:18: `1 hour` is not a duration: a duration is written like `45s`, `15m`, `1h`, `1h30m` or `2d`
    8 |     max_session: 1 hour
      |                  ^^^^^^
",
    );
    assert_problems(
        role_with("    min_mfa_age: -1h\n"),
        "
rolewatch.yaml:8:18: `-1h` is not a duration: a duration is written like `45s`, `15m`, `1h`, `1h30m` or `2d`
    8 |     min_mfa_age: -1h
      |                  ^^^
",
    );
    assert_problems(
        role_with("    max_per_day: \"\"\n"),
        r#"
rolewatch.yaml:8:18: `max_per_day` is empty: write one such as `1h`
    8 |     max_per_day: ""
      |                  ^^
"#,
    );
    assert_problems(
        role_with("    max_per_day: 99999999999999999999d\n"),
        "
rolewatch.yaml:8:18: `99999999999999999999d` is not a duration: a duration is written like `45s`, `15m`, `1h`, `1h30m` or `2d`
    8 |     max_per_day: 99999999999999999999d
      |                  ^^^^^^^^^^^^^^^^^^^^^
",
    );
    assert_problems(
        role_with("    max_per_day: 1H\n"),
        "
rolewatch.yaml:8:18: `1H` is not a duration: a duration is written like `45s`, `15m`, `1h`, `1h30m` or `2d`
    8 |     max_per_day: 1H
      |                  ^^
",
    );
}

#[test]
fn a_limit_of_zero_is_told() {
    assert_problems(
        role_with("    max_stretch: 0s\n"),
        "
rolewatch.yaml:8:18: `max_stretch` of zero would be exceeded by every use: write the longest time allowed, or leave the key out
    8 |     max_stretch: 0s
      |                  ^^
",
    );
    assert_problems(
        role_with("    min_membership: 0h\n"),
        "
rolewatch.yaml:8:21: `min_membership` of zero requires nothing: leave the key out
    8 |     min_membership: 0h
      |                     ^^
",
    );
}
