use proptest::prelude::*;

use super::super::tests::{HEAD, assert_problems, good_policy};
use crate::policy::{Mfa, MfaByKind, Policy, RolePolicy, Severity};

const ARN: &str = "arn: arn:aws:iam::444455556666:role/A";

#[test]
fn an_entry_has_what_defaults_say_and_its_own_key_wins() {
    let policy = good_policy(&format!(
        "{HEAD}defaults:\n  groups: [development/Developers]\n  max_session: 1h\n  mfa: optional\n  severity: low\n\
         roles:\n  - {ARN}\n  - {ARN}B\n    max_session: 2h\n    severity: critical\n    groups: [production/Ops]\n"
    ));
    let [first, second] = policy.roles.as_slice() else {
        panic!("two roles")
    };
    let shown = |role: &RolePolicy| {
        let groups: Vec<String> = role
            .groups
            .iter()
            .map(|group| group.written.clone())
            .collect();
        let session = role.max_session.unwrap().to_string();
        (groups.join(" "), session, role.mfa, role.severity)
    };
    assert_eq!(
        shown(first),
        (
            "development/Developers".to_owned(),
            "1h".to_owned(),
            MfaByKind::same_for_all(Mfa::Optional),
            Severity::Low
        )
    );
    assert_eq!(
        shown(second),
        (
            "production/Ops".to_owned(),
            "2h".to_owned(),
            MfaByKind::same_for_all(Mfa::Optional),
            Severity::Critical
        )
    );
    assert_eq!((first.line, first.groups_line), (11, 6));
    assert_eq!((second.line, second.groups_line), (12, 12));
}

#[test]
fn what_is_wrong_in_defaults_is_told_once_and_there() {
    assert_problems(
        format!(
            "{HEAD}defaults:\n  groups: [developement/Developers]\n  max_session: 60\n  severty: high\n  arn: x\n\
             roles:\n  - {ARN}\n  - {ARN}B\n    groups: [development/Developers]\n    max_session: 1h\n"
        ),
        "
rolewatch.yaml:6:12: unknown account `developement`, did you mean `development`?
    6 |   groups: [developement/Developers]
      |            ^^^^^^^^^^^^^^^^^^^^^^^
rolewatch.yaml:7:16: `60` has no unit: write `60s`, `60m` or `60h`
    7 |   max_session: 60
      |                ^^
rolewatch.yaml:8:3: unknown key `severty`, did you mean `severity`?
    8 |   severty: high
      |   ^^^^^^^
rolewatch.yaml:9:3: unknown key `arn`: `defaults` has `groups`, `mfa`, `max_session`, `max_stretch`, `max_per_day`, `min_membership`, `min_mfa_age`, `chaining`, `identities`, `severity` and `owner`
    9 |   arn: x
      |   ^^^
",
    );
}

#[test]
fn defaults_that_no_entry_takes_are_read_too() {
    assert_problems(
        format!(
            "{HEAD}defaults: {{mfa: no, identities: [sso], min_mfa_age: 0s, groups: [Developers]}}\nroles: []\n"
        ),
        "
rolewatch.yaml:5:17: `mfa` must be `required` or `optional`, not `no`
    5 | defaults: {mfa: no, identities: [sso], min_mfa_age: 0s, groups: [Developers]}
      |                 ^^
rolewatch.yaml:5:34: an entry of `identities` must be `iam-user`, `identity-center`, `saml`, `web-identity` or `service`, not `sso`
    5 | defaults: {mfa: no, identities: [sso], min_mfa_age: 0s, groups: [Developers]}
      |                                  ^^^
rolewatch.yaml:5:53: `min_mfa_age` of zero requires nothing: leave the key out
    5 | defaults: {mfa: no, identities: [sso], min_mfa_age: 0s, groups: [Developers]}
      |                                                     ^^
rolewatch.yaml:5:66: `Developers` has no account: write it like `development/Developers`
    5 | defaults: {mfa: no, identities: [sso], min_mfa_age: 0s, groups: [Developers]}
      |                                                                  ^^^^^^^^^^
",
    );
}

#[test]
fn a_slip_in_defaults_is_one_error() {
    assert_problems(
        format!("{HEAD}defaults:\n  group: [development/Developers]\nroles:\n  - {ARN}\n"),
        "
rolewatch.yaml:6:3: unknown key `group`, did you mean `groups`?
    6 |   group: [development/Developers]
      |   ^^^^^
",
    );
    assert_problems(
        format!("{HEAD}defaults: [groups]\nroles:\n  - {ARN}\n"),
        "
rolewatch.yaml:5:11: `defaults` has the keys `groups`, `mfa`, `max_session`, `max_stretch`, `max_per_day`, `min_membership`, `min_mfa_age`, `chaining`, `identities`, `severity` and `owner`; this is a list
    5 | defaults: [groups]
      |           ^
",
    );
}

#[test]
fn groups_may_be_empty_only_where_no_user_may_enter() {
    good_policy(&format!(
        "{HEAD}defaults: {{groups: []}}\nroles:\n  - {ARN}\n    identities: [service]\n    mfa: optional\n"
    ));
    assert_problems(
        format!("{HEAD}defaults: {{groups: []}}\nroles:\n  - {ARN}\n"),
        "
rolewatch.yaml:5:20: `groups` is empty, so no IAM user could ever be allowed: name a group, or remove `iam-user` from `identities`
    5 | defaults: {groups: []}
      |                    ^
",
    );
}

/// Keys of an entry, with two values each.
const VALUES: [(&str, [&str; 2]); 11] = [
    ("groups", ["[development/Developers]", "[production/Ops]"]),
    ("mfa", ["{service: optional}", "optional"]),
    ("max_session", ["1h", "2h"]),
    ("max_stretch", ["1h", "2h"]),
    ("max_per_day", ["1h", "2h"]),
    ("min_membership", ["1h", "2h"]),
    ("min_mfa_age", ["1h", "2h"]),
    ("chaining", ["allow", "deny"]),
    ("identities", ["[iam-user, service]", "[iam-user]"]),
    ("severity", ["low", "critical"]),
    ("owner", ["platform", "ops@example.com"]),
];

proptest! {
    #[test]
    fn defaults_are_as_if_each_entry_that_lacks_a_key_had_it(
        choices in prop::collection::vec((0_usize..3, 0_usize..3), VALUES.len())
    ) {
        let (mut defaults, mut own, mut whole) = (String::new(), String::new(), String::new());
        for ((key, values), (default, entry)) in VALUES.iter().zip(choices) {
            let (default, entry) = (values.get(default), values.get(entry));
            // One of the two always has `groups`, which an entry needs.
            let default = default.or_else(|| (*key == "groups").then(|| &values[0]));
            defaults.extend(default.map(|value| format!("  {key}: {value}\n")));
            own.extend(entry.map(|value| format!("    {key}: {value}\n")));
            whole.extend(entry.or(default).map(|value| format!("    {key}: {value}\n")));
        }
        let with_defaults = good_policy(&format!(
            "{HEAD}defaults:\n{defaults}roles:\n  - {ARN}\n{own}"
        ));
        let without = good_policy(&format!("{HEAD}roles:\n  - {ARN}\n{whole}"));
        let asked = |policy: &Policy| {
            let mut role = policy.roles[0].clone();
            (role.line, role.groups_line) = (0, 0);
            role
        };
        prop_assert_eq!(asked(&with_defaults), asked(&without));
    }
}
