//! The identity types that can be the origin of a switch.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The identity type that entered a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// An IAM user, who can be a member of groups.
    IamUser,
    /// A person through IAM Identity Center (`saml-provider/AWSSSO_*`).
    IdentityCenter,
    /// A person or machine through any other SAML provider.
    Saml,
    /// A person or machine through OpenID Connect or another web identity.
    WebIdentity,
    /// An AWS service, or a workload that runs in one (EC2, Lambda and so on).
    Service,
}

impl IdentityKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::IamUser,
        Self::IdentityCenter,
        Self::Saml,
        Self::WebIdentity,
        Self::Service,
    ];

    /// The word in the policy file and in findings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IamUser => "iam-user",
            Self::IdentityCenter => "identity-center",
            Self::Saml => "saml",
            Self::WebIdentity => "web-identity",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text is not an identity type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identity type is `iam-user`, `identity-center`, `saml`, `web-identity` or `service`")]
pub struct NotAnIdentityKind;

impl FromStr for IdentityKind {
    type Err = NotAnIdentityKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(NotAnIdentityKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_print_as_they_are_read() {
        for kind in IdentityKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!("IAMUser".parse::<IdentityKind>(), Err(NotAnIdentityKind));
    }
}
