//! Which identities may start a switch: all of a type, or only some of them.

use std::fmt;

use super::IdentityKind;
use crate::arn::glob_matches;
use crate::untrusted::harmless;

/// An entry of `identities`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AllowedIdentity {
    /// Every identity of the type.
    All(IdentityKind),
    /// Some users of SAML providers.
    Saml(SamlUsers),
    /// Some web identities.
    WebIdentity(WebIdentities),
    /// One AWS service, such as `lambda.amazonaws.com`.
    Service(String),
}

/// Some users of SAML providers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SamlUsers {
    /// The provider's name in IAM, or its ARN. `None`: any provider.
    pub provider: Option<String>,
    /// The session tag that a member of the allowed group has.
    pub group_tag: Option<SessionTag>,
    /// The session tag that shows MFA.
    pub mfa_tag: Option<SessionTag>,
}

/// Some web identities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WebIdentities {
    /// The provider's name, such as `token.actions.githubusercontent.com`, or its ARN. `None`: any
    /// provider.
    pub provider: Option<String>,
    /// A glob for the subject of the token. `None`: any subject.
    pub subject: Option<String>,
}

/// A session tag with its value, written `team=platform`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionTag {
    /// The key. Letter case doesn't count, as in IAM.
    pub key: String,
    /// The value.
    pub value: String,
}

impl AllowedIdentity {
    /// The type.
    pub fn kind(&self) -> IdentityKind {
        match self {
            Self::All(kind) => *kind,
            Self::Saml(_) => IdentityKind::Saml,
            Self::WebIdentity(_) => IdentityKind::WebIdentity,
            Self::Service(_) => IdentityKind::Service,
        }
    }

    /// The session tag that shows MFA, if the entry names one.
    pub fn mfa_tag(&self) -> Option<&SessionTag> {
        match self {
            Self::Saml(users) => users.mfa_tag.as_ref(),
            _ => None,
        }
    }

    /// The session tag that shows the group, if the entry names one.
    pub fn group_tag(&self) -> Option<&SessionTag> {
        match self {
            Self::Saml(users) => users.group_tag.as_ref(),
            _ => None,
        }
    }
}

impl WebIdentities {
    /// Whether the subject of a token matches.
    pub(crate) fn has_subject(&self, subject: &str) -> bool {
        let glob = self.subject.as_deref();
        glob.is_none_or(|glob| glob_matches(glob, subject))
    }
}

/// Whether the policy means this provider. `provider` is as the record has it: an ARN in IAM, or
/// the bare name of a provider that AWS knows by itself.
pub(crate) fn is_provider(written: &str, provider: &str) -> bool {
    written == provider || written == provider_name(provider)
}

/// The name of a provider: what follows `saml-provider/` or `oidc-provider/` in its ARN.
pub(crate) fn provider_name(provider: &str) -> &str {
    ["saml-provider/", "oidc-provider/"]
        .into_iter()
        .find_map(|kind| provider.split_once(kind))
        .map_or(provider, |(_, name)| name)
}

/// For messages; safe to print.
impl fmt::Display for AllowedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())?;
        let parts = match self {
            Self::All(_) => Vec::new(),
            Self::Saml(users) => vec![("provider ", users.provider.as_deref())],
            Self::WebIdentity(web) => vec![
                ("provider ", web.provider.as_deref()),
                ("subject ", web.subject.as_deref()),
            ],
            Self::Service(name) => vec![("", Some(name.as_str()))],
        };
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|(what, value)| Some(format!("{what}{}", harmless(value?))))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", parts.join(", "))
    }
}

/// As in the policy file; safe to print.
impl fmt::Display for SessionTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", harmless(&self.key), harmless(&self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_named_or_given_by_its_arn() {
        let okta = "arn:aws:iam::444455556666:saml-provider/Okta";
        let github = "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com";
        assert!(is_provider("Okta", okta) && is_provider(okta, okta));
        assert!(is_provider("token.actions.githubusercontent.com", github));
        assert!(is_provider("accounts.google.com", "accounts.google.com"));
        for other in ["okta", "Okt", "Okta/x", "saml-provider/Okta", ""] {
            assert!(!is_provider(other, okta), "{other}");
        }
        assert!(!is_provider(
            "arn:aws:iam::111122223333:saml-provider/Okta",
            okta
        ));
    }

    #[test]
    fn a_subject_may_have_wildcards() {
        let allowed = |subject: &str| WebIdentities {
            subject: Some(subject.to_owned()),
            ..WebIdentities::default()
        };
        let main = "repo:example/app:ref:refs/heads/main";
        assert!(allowed(main).has_subject(main));
        assert!(allowed("repo:example/*:ref:refs/heads/main").has_subject(main));
        assert!(!allowed("repo:example/app").has_subject(main));
        assert!(!allowed("repo:other/*").has_subject(main));
        assert!(WebIdentities::default().has_subject(main));
    }
}
