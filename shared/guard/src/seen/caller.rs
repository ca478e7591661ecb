//! Who called, as far as one record says.

use std::sync::Arc;

use crate::arn::AssumedRoleArn;
use crate::id::AccountId;
use crate::moment::Moment;
use crate::record::{Text, UserIdentity};

/// The kind of identity that signed a call (`userIdentity.type`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerKind {
    /// `IAMUser`.
    IamUser,
    /// `AssumedRole`: a role session.
    AssumedRole,
    /// `Root`.
    Root,
    /// `AWSService`.
    Service,
    /// `AWSAccount`: the role owner's copy, which says no more than an account and an id.
    OtherAccount,
    /// `SAMLUser`.
    Saml,
    /// `WebIdentityUser`.
    WebIdentity,
    /// `FederatedUser`: a session of GetFederationToken.
    Federated,
    /// `IdentityCenterUser`.
    IdentityCenter,
    /// Anything else, as written.
    Other(Arc<str>),
}

/// The caller of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller {
    /// What kind of identity.
    pub kind: CallerKind,
    /// `principalId`: `AIDA…`, `AROA…:session`, an account id, or what a provider asserted.
    pub principal_id: Option<Arc<str>>,
    /// `arn`.
    pub arn: Option<Arc<str>>,
    /// `accountId`.
    pub account: Option<AccountId>,
    /// `userName`.
    pub user_name: Option<Arc<str>>,
    /// `accessKeyId`: the key that signed.
    pub key: Option<Arc<str>>,
    /// The identity provider (SAML, web identity), or the service that called.
    pub provider: Option<Arc<str>>,
    /// What the temporary credentials carry.
    pub session: Option<SessionContext>,
    /// Written by AWS itself, not chosen by the caller: the console made the call (`invokedBy` or source address `AWS Internal`).
    pub from_console: bool,
}

/// `sessionContext` of a caller with temporary credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionContext {
    /// `creationDate`: when the credentials were issued.
    pub created: Option<Moment>,
    /// `mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// The role's (or user's) ARN, with its path.
    pub issuer_arn: Option<Arc<str>>,
    /// The role's (or user's) id.
    pub issuer_id: Option<Arc<str>>,
    /// `ec2RoleDelivery` or `inScopeOf` is there: AWS gave the session to a workload.
    pub delivered_by_service: bool,
}

/// `AWS Internal`: what CloudTrail writes for calls that the console makes on its own.
const CONSOLE: &str = "AWS Internal";

impl Caller {
    pub(crate) fn from_record(identity: Option<&UserIdentity<'_>>, source_ip: Option<&str>) -> Self {
        let text = |value: &Option<Text<'_>>| value.as_deref().filter(|text| !text.is_empty()).map(Arc::from);
        let Some(identity) = identity else {
            return Self::unknown();
        };
        let kind = match identity.kind.as_deref().unwrap_or_default() {
            "IAMUser" => CallerKind::IamUser,
            "AssumedRole" => CallerKind::AssumedRole,
            "Root" => CallerKind::Root,
            "AWSService" => CallerKind::Service,
            "AWSAccount" => CallerKind::OtherAccount,
            "SAMLUser" => CallerKind::Saml,
            "WebIdentityUser" => CallerKind::WebIdentity,
            "FederatedUser" => CallerKind::Federated,
            "IdentityCenterUser" => CallerKind::IdentityCenter,
            other => CallerKind::Other(Arc::from(other)),
        };
        let provider = match kind {
            CallerKind::Service => text(&identity.invoked_by),
            _ => text(&identity.identity_provider),
        };
        let session = identity.session_context.as_ref().map(|context| {
            let attributes = context.attributes.as_ref();
            let issuer = context.session_issuer.as_ref();
            SessionContext {
                created: attributes.and_then(|a| a.creation_date.as_deref()).and_then(|text| text.parse().ok()),
                mfa: attributes.and_then(|a| a.mfa_authenticated.as_deref()).and_then(|text| {
                    if text.eq_ignore_ascii_case("true") {
                        Some(true)
                    } else if text.eq_ignore_ascii_case("false") {
                        Some(false)
                    } else {
                        None
                    }
                }),
                issuer_arn: issuer.and_then(|i| text(&i.arn)),
                issuer_id: issuer.and_then(|i| text(&i.principal_id)),
                delivered_by_service: context.ec2_role_delivery.is_some()
                    || context.in_scope_of.is_some()
                    || identity.in_scope_of.is_some(),
            }
        });
        // The user agent says "AWS Internal" too, but a caller can choose that one.
        let from_console = kind != CallerKind::Service && (identity.invoked_by.as_deref() == Some(CONSOLE) || source_ip == Some(CONSOLE));
        Self {
            kind,
            principal_id: text(&identity.principal_id),
            arn: text(&identity.arn),
            account: identity.account_id.as_deref().and_then(|id| id.parse().ok()),
            user_name: text(&identity.user_name),
            key: text(&identity.access_key_id),
            provider,
            session,
            from_console,
        }
    }

    fn unknown() -> Self {
        Self {
            kind: CallerKind::Other(Arc::from("")),
            principal_id: None,
            arn: None,
            account: None,
            user_name: None,
            key: None,
            provider: None,
            session: None,
            from_console: false,
        }
    }

    /// `AROA…:session`, if the caller is a role session, in either account's copy.
    pub fn role_session(&self) -> Option<&Arc<str>> {
        let id = self.principal_id.as_ref()?;
        match self.kind {
            CallerKind::AssumedRole => Some(id),
            CallerKind::OtherAccount if id.starts_with("AROA") && id.contains(':') => Some(id),
            _ => None,
        }
    }

    /// The parts of the caller's ARN when it is that of a role session.
    pub fn assumed_role(&self) -> Option<AssumedRoleArn<'_>> {
        self.arn.as_deref().and_then(AssumedRoleArn::parse)
    }

    /// Whether the key that signed is a user's permanent one.
    pub fn has_long_term_key(&self) -> bool {
        self.key.as_deref().is_some_and(|key| key.starts_with("AKIA"))
    }
}
