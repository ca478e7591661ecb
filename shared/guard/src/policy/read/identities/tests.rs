use super::super::tests::{assert_problems, good_policy, role_with};
use super::*;

fn read_list(identities: &str) -> Vec<AllowedIdentity> {
    let lines = format!("    identities: {identities}\n    mfa: optional\n");
    good_policy(&role_with(&lines)).roles[0].identities.clone()
}

#[test]
fn a_type_can_be_narrowed() {
    let tag = |key: &str, value: &str| {
        Some(SessionTag {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    };
    let text = |text: &str| Some(text.to_owned());
    let read = read_list(
        "[iam-user, {saml: {provider: Okta, group_tag: team=platform, mfa_tag: 'mfa=true'}}, \
         {saml: {provider: Entra, group_tag: a=b=c}}, \
         {web-identity: {provider: accounts.google.com, subject: '12*'}}, \
         {service: lambda.amazonaws.com}]",
    );
    assert_eq!(
        read,
        [
            AllowedIdentity::All(IdentityKind::IamUser),
            AllowedIdentity::Saml(SamlUsers {
                provider: text("Okta"),
                group_tag: tag("team", "platform"),
                mfa_tag: tag("mfa", "true"),
            }),
            AllowedIdentity::Saml(SamlUsers {
                provider: text("Entra"),
                group_tag: tag("a", "b=c"),
                mfa_tag: None,
            }),
            AllowedIdentity::WebIdentity(WebIdentities {
                provider: text("accounts.google.com"),
                subject: text("12*"),
            }),
            AllowedIdentity::Service("lambda.amazonaws.com".to_owned()),
        ]
    );
}

/// What is written for `identities`, and what is said of it.
const WRONG: &[(&str, &str)] = &[
    (
        "[{sam: {provider: Okta}}]",
        "unknown key `sam`, did you mean `saml`?",
    ),
    (
        "[{iam-user: {}}]",
        "unknown key `iam-user`: an identity with conditions has `saml`, `web-identity` and `service`",
    ),
    (
        "[{saml: Okta}]",
        "`saml` has the keys `provider`, `group_tag` and `mfa_tag`; this is a single value",
    ),
    (
        "[{saml: {}}]",
        "`saml` has no conditions: write `- saml` to allow every identity of this type, or add `provider`, `group_tag` or `mfa_tag`",
    ),
    (
        "[{saml: }]",
        "`saml` has no conditions: write `- saml` to allow every identity of this type, or add `provider`, `group_tag` or `mfa_tag`",
    ),
    (
        "[{saml: {group_tag: platform}}]",
        "`group_tag` must be the key and the value of a session tag, such as `team=platform`",
    ),
    (
        "[{saml: {mfa_tag: mfa=}}]",
        "`mfa_tag` must be the key and the value of a session tag, such as `mfa=true`",
    ),
    (
        "[{saml: {provider: 'O*'}}]",
        "a provider can't have wildcards: write an entry for each, or leave `provider` out",
    ),
    (
        "[{saml: {provider: 'arn:aws:iam::444455556666:role/x'}}]",
        "`arn:aws:iam::444455556666:role/x` is not the ARN of such a provider: it would contain `:saml-provider/`",
    ),
    (
        "[{web-identity: {provider: 'https://token.actions.githubusercontent.com'}}]",
        "a provider's name in IAM has no `https://`: write `token.actions.githubusercontent.com`",
    ),
    (
        "[{web-identity: {subject: '*'}}]",
        "`subject` matches every subject, so it has no effect: leave it out",
    ),
    (
        "[{service: Lambda}]",
        "`Lambda` is not the name of a service: write one such as `lambda.amazonaws.com`",
    ),
    (
        "[{service: lambda.amazonaws.com, saml: {provider: Okta}}]",
        "write each identity as an entry of its own, beginning with `-`",
    ),
    (
        "[saml, {saml: {provider: Okta}}]",
        "`saml` is listed both with conditions and without, so the conditions would have no effect: remove one of the two",
    ),
    (
        "[{saml: {provider: Okta}}, saml]",
        "`saml` is listed both with conditions and without, so the conditions would have no effect: remove one of the two",
    ),
    (
        "[{service: lambda.amazonaws.com}, {service: lambda.amazonaws.com}]",
        "`service (lambda.amazonaws.com)` is listed twice",
    ),
];

#[test]
fn wrong_conditions_are_told_where_they_are() {
    for (identities, expected) in WRONG {
        let policy = role_with(&format!("    identities: {identities}\n"));
        let errors = crate::policy::Policy::read(policy.as_bytes(), "rolewatch.yaml").unwrap_err();
        let said = errors.to_string();
        assert!(said.contains(expected), "{identities}: {said}");
    }
}

#[test]
fn saml_users_need_a_tag_where_groups_are_required() {
    assert_problems(
        role_with("    identities: [iam-user, saml]\n"),
        "
rolewatch.yaml:7:13: SAML users may enter, but nothing says which group they need: name the session tag that shows it, such as `- saml: {group_tag: \"team=platform\"}`, or remove `saml` from `identities`
    7 |     groups: [development/Developers]
      |             ^
",
    );
    assert_problems(
        role_with("    identities: [{saml: {provider: Okta}}]\n"),
        "
rolewatch.yaml:7:13: SAML users may enter, but nothing says which group they need: name the session tag that shows it, such as `- saml: {group_tag: \"team=platform\"}`, or write `groups: []`
    7 |     groups: [development/Developers]
      |             ^
",
    );
}
