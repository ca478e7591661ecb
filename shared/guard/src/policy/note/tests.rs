use super::super::Policy;

const HEAD: &str = "version: 1\naccounts: {111122223333: development, 444455556666: production}\n";

fn notes(roles: &str) -> Vec<String> {
    let policy = Policy::read(format!("{HEAD}{roles}").as_bytes(), "p")
        .unwrap_or_else(|errors| panic!("{errors}"));
    policy.warnings.iter().map(ToString::to_string).collect()
}

fn notes_of_role(keys: &str) -> Vec<String> {
    notes(&format!(
        "roles:\n  - {{arn: 'arn:aws:iam::444455556666:role/A', groups: [development/Developers], {keys}}}\n"
    ))
}

fn notes_of_roles(names: &[&str]) -> Vec<String> {
    let entry = |name: &&str| {
        format!("  - {{arn: 'arn:aws:iam::{name}', groups: [development/Developers]}}\n")
    };
    notes(&format!(
        "roles:\n{}",
        names.iter().map(entry).collect::<String>()
    ))
}

#[test]
fn a_policy_without_roles_is_odd() {
    assert_eq!(
        notes("roles: []\n"),
        ["line 3: no role is listed: only AssumeRoot is checked"]
    );
}

#[test]
fn a_role_outside_the_zone_of_trust_is_odd() {
    assert_eq!(
        notes_of_roles(&["999988887777:role/A", "*:role/B", "444455556666:role/C"]),
        [
            "line 4: `arn:aws:iam::999988887777:role/A` is in account 999988887777, which is not in `accounts`"
        ]
    );
}

#[test]
fn a_limit_that_cannot_be_exceeded_is_odd() {
    assert_eq!(
        notes_of_role("max_session: 12h"),
        ["line 4: `max_session` of 12h is never exceeded: AWS grants at most 12h"]
    );
    assert_eq!(
        notes_of_role("max_per_day: 25h"),
        ["line 4: `max_per_day` of 1d 1h is never exceeded: it limits use within any 24h"]
    );
    assert_eq!(
        notes_of_role("max_session: 11h59m, max_per_day: 23h"),
        Vec::<String>::new()
    );
}

#[test]
fn a_stretch_shorter_than_one_session_is_odd() {
    let told = [
        "line 4: `max_stretch` of 1h is shorter than `max_session` (2h): one session can exceed it",
    ];
    assert_eq!(notes_of_role("max_session: 2h, max_stretch: 1h"), told);
    assert_eq!(
        notes_of_role("max_session: 1h, max_stretch: 1h"),
        Vec::<String>::new()
    );
}

#[test]
fn membership_is_odd_where_no_user_may_enter() {
    assert_eq!(
        notes_of_role("identities: [service], mfa: optional, min_membership: 1h"),
        [
            "line 4: `groups` has no effect: only IAM users and people of Identity Center are in groups, and `identities` includes neither",
            "line 4: `min_membership` has no effect: only IAM users and people of Identity Center are in groups, and `identities` includes neither",
        ]
    );
}

#[test]
fn a_role_that_an_earlier_entry_takes_is_odd() {
    let role = |name: &str| format!("444455556666:role/{name}");
    let names = ["A", "Team*", "Team?", "A", "Team*", "B?", "B*", "B1"].map(role);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let arn = "arn:aws:iam::444455556666:role";
    assert_eq!(
        notes_of_roles(&names),
        [
            format!(
                "line 6: `{arn}/Team?` is never reached: `{arn}/Team*` already matches it on line 5"
            ),
            format!("line 7: `{arn}/A` is never reached: it already appears on line 4"),
            format!("line 8: `{arn}/Team*` is never reached: it already appears on line 5"),
            format!(
                "line 11: `{arn}/B1` is never reached: `{arn}/B?` already matches it on line 9"
            ),
        ]
    );
}
#[test]
fn a_flood_of_patterns_is_not_compared_for_ever() {
    let names: Vec<String> = (0..310)
        .map(|number| format!("*:role/Team{number}-*"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(
        notes_of_roles(&names),
        [
            "line 304: only the first 300 patterns with wildcards are compared with later entries, so an entry that is never reached may go unnoticed"
        ]
    );
}

#[test]
fn what_defaults_say_is_odd_in_their_line_and_once() {
    assert_eq!(
        notes(
            "defaults:\n  max_session: 2h\n  max_stretch: 1h\n  max_per_day: 2d\nroles:\n  \
             - {arn: 'arn:aws:iam::444455556666:role/A', groups: [development/A]}\n  \
             - {arn: 'arn:aws:iam::444455556666:role/B', groups: [development/A]}\n  \
             - {arn: 'arn:aws:iam::444455556666:role/C', groups: [development/A], max_session: 3h}\n"
        ),
        [
            "line 5: `max_stretch` of 1h is shorter than `max_session` (2h): one session can exceed it",
            "line 6: `max_per_day` of 2d is never exceeded: it limits use within any 24h",
            "line 10: `max_stretch` of 1h is shorter than `max_session` (3h): one session can exceed it",
        ]
    );
}

#[test]
fn groups_of_defaults_are_odd_where_no_user_may_enter() {
    assert_eq!(
        notes(
            "defaults:\n  groups: [development/A]\n  min_membership: 1h\nroles:\n  \
             - {arn: 'arn:aws:iam::444455556666:role/A'}\n  \
             - {arn: 'arn:aws:iam::444455556666:role/B', identities: [service], mfa: optional, groups: []}\n  \
             - {arn: 'arn:aws:iam::444455556666:role/C', identities: [service], mfa: optional}\n"
        ),
        [
            "line 9: `groups` of `defaults` has no effect: only IAM users and people of Identity Center are in groups, and `identities` includes neither; \
             if no group counts, write `groups: []` here"
        ]
    );
}

#[test]
fn an_arn_of_a_list_is_odd_in_its_own_line() {
    assert_eq!(
        notes(
            "roles:\n  - arn:\n      - arn:aws:iam::444455556666:role/Team*\n      - arn:aws:iam::999988887777:role/A\n      \
             - arn:aws:iam::444455556666:role/TeamA\n    groups: [development/A]\n    max_per_day: 2d\n"
        ),
        [
            "line 4: `max_per_day` of 2d is never exceeded: it limits use within any 24h",
            "line 6: `arn:aws:iam::999988887777:role/A` is in account 999988887777, which is not in `accounts`",
            "line 7: `arn:aws:iam::444455556666:role/TeamA` is never reached: `arn:aws:iam::444455556666:role/Team*` \
             already matches it on line 5",
        ]
    );
}

#[test]
fn an_entry_is_reached_in_the_accounts_that_no_earlier_one_has() {
    let entry = |accounts: &str| {
        format!(
            "  - {{arn: 'arn:aws:iam::*:role/A', accounts: {accounts}, groups: [development/A]}}\n"
        )
    };
    let roles = |accounts: &[&str]| {
        let entries: String = accounts.iter().map(|accounts| entry(accounts)).collect();
        notes(&format!("roles:\n{entries}"))
    };
    assert_eq!(
        roles(&["[development]", "[production]"]),
        Vec::<String>::new()
    );
    assert_eq!(
        roles(&["[production]", "[development, production]"]),
        Vec::<String>::new()
    );
    assert_eq!(
        roles(&["[development, production]", "[production]"]),
        [
            "line 5: `arn:aws:iam::*:role/A` is never reached: `arn:aws:iam::*:role/A` already matches it on line 4"
        ]
    );
}

#[test]
fn mfa_that_nothing_can_prove_is_odd() {
    let told = "the logs don't show it, so their switches are reported as admitted by kind; \
                if that is intended, write";
    let unproven = told.replace("admitted by kind", "unproven");
    assert_eq!(
        notes_of_role("identities: [iam-user, service]"),
        [format!(
            "line 4: `mfa: required` can't be checked for `service`: {told} \
             `mfa: {{iam-user: required, service: optional}}`"
        )]
    );
    let saml = "{saml: {group_tag: a=b}}";
    let instead =
        "`mfa: {iam-user: required, saml: optional, web-identity: optional, service: optional}`";
    assert_eq!(
        notes_of_role(&format!(
            "identities: [iam-user, {saml}, web-identity, service]"
        )),
        [
            format!(
                "line 4: `mfa: required` can't be checked for `saml` and `web-identity`: {unproven} {instead}; \
                     if your identity provider sets a session tag after MFA, name it: `- saml: {{mfa_tag: \"mfa=true\"}}`"
            ),
            format!("line 4: `mfa: required` can't be checked for `service`: {told} {instead}"),
        ]
    );
    assert_eq!(
        notes(
            "roles:\n  - {arn: 'arn:aws:iam::444455556666:role/A', groups: [], identities: [identity-center], mfa: required}\n"
        ),
        [format!(
            "line 4: `mfa: required` can't be checked for `identity-center`: {told} `mfa: optional`; \
             to check it for `identity-center`, add `identity_center:` to the policy"
        )]
    );
    for fine in [
        "identities: [iam-user, {saml: {group_tag: a=b}}], mfa: {saml: optional}",
        "identities: [iam-user, {saml: {group_tag: a=b, mfa_tag: c=d}}]",
        "identities: [iam-user, service], mfa: optional",
        "mfa: required",
    ] {
        assert_eq!(notes_of_role(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn mfa_of_a_kind_that_may_not_enter_is_odd() {
    assert_eq!(
        notes_of_role("mfa: {saml: optional}"),
        ["line 4: `mfa` for `saml` has no effect: `identities` doesn't include it"]
    );
    let entry = "{arn: 'arn:aws:iam::444455556666:role/A', groups: [development/A]}";
    assert_eq!(
        notes(&format!(
            "defaults: {{mfa: {{saml: optional}}}}\nroles:\n  - {entry}\n"
        )),
        Vec::<String>::new()
    );
}

#[test]
fn mfa_of_defaults_is_odd_where_the_kinds_are_named() {
    let entry = |keys: &str| {
        format!("  - {{arn: 'arn:aws:iam::444455556666:role/A*', groups: [development/A]{keys}}}\n")
    };
    let lines = |text: &str| -> Vec<usize> {
        let policy = Policy::read(format!("{HEAD}{text}").as_bytes(), "p").unwrap();
        let odd = policy
            .warnings
            .iter()
            .filter(|note| note.text.contains("`mfa: required`"));
        odd.map(|note| note.line).collect()
    };
    let both = "defaults:\n  identities: [service, iam-user]\n  mfa: required\nroles:\n";
    assert_eq!(lines(&format!("{both}{}{}", entry(""), entry(""))), [5]);
    let one = "defaults:\n  mfa: required\nroles:\n";
    assert_eq!(
        lines(&format!(
            "{one}{}",
            entry(", identities: [service, iam-user]")
        )),
        [6]
    );
}

/// Warnings of a policy that says where Identity Center is; its roles begin in line 5.
fn notes_with_center(roles: &str) -> Vec<String> {
    notes(&format!(
        "identity_center: {{account: production, regions: [us-east-1], identity_store: d-1234567890}}\nroles:\n{roles}"
    ))
}

#[test]
fn mfa_of_identity_center_can_be_checked_where_the_policy_says_where_it_is() {
    for fine in [
        "  - {permission_set: Admin, groups: []}\n",
        "  - {permission_set: Admin, groups: [], mfa: {identity-center: required}}\n",
        "  - {arn: 'arn:aws:iam::444455556666:role/A', groups: [], identities: [identity-center]}\n",
    ] {
        assert_eq!(notes_with_center(fine), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(
        notes_with_center(
            "  - {arn: 'arn:aws:iam::444455556666:role/A', groups: [], identities: [identity-center, service]}\n"
        ),
        [
            "line 5: `mfa: required` can't be checked for `service`: the logs don't show it, so their switches are reported as admitted by kind; \
             if that is intended, write `mfa: {identity-center: required, service: optional}`"
        ]
    );
}

#[test]
fn groups_of_a_kind_that_may_not_enter_are_odd() {
    let entry = |keys: &str| format!("  - {{arn: 'arn:aws:iam::444455556666:role/A', {keys}}}\n");
    let both = "groups: [development/A, identity-center/B, identity-center/C]";
    assert_eq!(
        notes_with_center(&entry(both)),
        [
            "line 5: `identity-center/B` and `identity-center/C` in `groups` has no effect: `identities` doesn't include `identity-center`"
        ]
    );
    assert_eq!(
        notes_with_center(&entry(&format!("{both}, identities: [identity-center]"))),
        [
            "line 5: `development/A` in `groups` has no effect: `identities` doesn't include `iam-user`"
        ]
    );
    assert_eq!(
        notes_with_center(&entry(&format!(
            "{both}, min_membership: 1h, identities: [iam-user, identity-center]"
        ))),
        Vec::<String>::new()
    );
    assert_eq!(
        notes_with_center("  - {permission_set: Admin, groups: [], min_membership: 1h}\n"),
        ["line 5: `min_membership` has no effect: `groups` is empty"]
    );
    assert_eq!(
        notes_with_center(
            "  - {permission_set: Admin, groups: [identity-center/A, identity-center/*]}\n"
        ),
        [
            "line 5: `identity-center/A` in `groups` has no effect: `identity-center/*` already allows everybody in the directory"
        ]
    );
}

#[test]
fn a_permission_set_that_an_earlier_entry_has_is_odd() {
    let entries = [
        "  - {permission_set: Admin, accounts: [production], groups: []}\n",
        "  - {permission_set: Admin_ReadOnly, groups: []}\n",
        "  - {permission_set: Admin, groups: []}\n",
        "  - {permission_set: [Admin, Billing], groups: []}\n",
        "  - {permission_set: Billing, accounts: [development], groups: []}\n",
    ];
    assert_eq!(
        notes_with_center(&entries.concat()),
        [
            "line 8: permission set `Admin` is never reached: it already appears on line 7",
            "line 9: permission set `Billing` is never reached: permission set `Billing` already matches it on line 8"
        ]
    );
}
