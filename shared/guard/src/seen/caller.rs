//! The caller, as far as one record shows it.

use std::sync::Arc;

use super::details::{Detail, UnreadDetails, shared};
use super::store_user::StoreUser;
use crate::arn::AssumedRoleArn;
use crate::id::{AccountId, NotAnAccountId};
use crate::moment::{Moment, NotAMoment};
use crate::record::{self, HIDDEN, Object, Record, Text, UserIdentity};

/// The identity type that signed a call (`userIdentity.type`).
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
    /// `AWSAccount`: in the role owner's copy, which shows only an account and an id.
    OtherAccount,
    /// `SAMLUser`.
    Saml,
    /// `WebIdentityUser`.
    WebIdentity,
    /// `FederatedUser`: a session of GetFederationToken.
    Federated,
    /// `IdentityCenterUser`.
    IdentityCenter,
    /// Any other value of the field.
    Other(Arc<str>),
}

/// The caller of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller {
    /// The identity type.
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
    /// What the record shows of the caller's temporary credentials.
    pub session: Option<CallerSession>,
    /// The console made the call (`invokedBy` or source address `AWS Internal`). AWS itself writes
    /// this; the caller can't choose it.
    pub from_console: bool,
    /// `onBehalfOf`: the person of Identity Center behind the call. AWS writes it for most calls of
    /// a permission set's session, not for all.
    pub on_behalf_of: Option<Box<StoreUser>>,
}

/// `sessionContext` of a caller with temporary credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerSession {
    /// `creationDate`: when the credentials were issued.
    pub created: Option<Moment>,
    /// Whether `creationDate` is present but can't be read.
    pub created_unread: bool,
    /// `mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// Whether `mfaAuthenticated` is present but can't be read.
    pub mfa_unread: bool,
    /// The role's (or user's) ARN, with its path.
    pub issuer_arn: Option<Arc<str>>,
    /// The role's (or user's) id.
    pub issuer_id: Option<Arc<str>>,
    /// Whether `ec2RoleDelivery` or `inScopeOf` is present: AWS gave the session to a workload.
    pub delivered_by_service: bool,
    /// The service of that workload, as far as the record shows it.
    pub service: Option<&'static str>,
}

fn parse_kind(text: &str) -> CallerKind {
    match text {
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
    }
}

fn session(identity: &UserIdentity<'_>, unread: &mut UnreadDetails) -> Option<CallerSession> {
    let unread_context = match identity.session_context.as_ref()? {
        Object::Empty => return None,
        context => context.is_odd(),
    };
    let context = identity.session_context.as_ref().and_then(Object::read);
    let attributes = context.and_then(|context| context.attributes.as_ref());
    let unread_attributes = unread_context || attributes.is_some_and(Object::is_odd);
    let attributes = attributes.and_then(Object::read);
    let created = attributes.and_then(|attributes| attributes.creation_date.as_ref());
    let mfa = attributes.and_then(|attributes| attributes.mfa_authenticated.as_ref());
    let created = created_at(created, unread).in_part(unread_attributes);
    let mfa = unread
        .read_flag(
            mfa,
            "userIdentity.sessionContext.attributes.mfaAuthenticated",
        )
        .in_part(unread_attributes);
    let issuer = context
        .and_then(|context| context.session_issuer.as_ref())
        .and_then(Object::read);
    let by_service = |context: &record::SessionContext<'_>| {
        context.ec2_role_delivery.is_some() || context.in_scope_of.is_some()
    };
    Some(CallerSession {
        created_unread: created.is_unread(),
        created: created.read(),
        mfa_unread: mfa.is_unread(),
        mfa: mfa.read(),
        issuer_arn: issuer.and_then(|issuer| shared(issuer.arn.as_ref())),
        issuer_id: issuer.and_then(|issuer| shared(issuer.principal_id.as_ref())),
        delivered_by_service: identity.in_scope_of.is_some() || context.is_some_and(by_service),
        service: service(identity, context),
    })
}

/// The service that a workload runs in.
fn service(
    identity: &UserIdentity<'_>,
    context: Option<&record::SessionContext<'_>>,
) -> Option<&'static str> {
    let scopes = [
        identity.in_scope_of.as_ref(),
        context.and_then(|context| context.in_scope_of.as_ref()),
    ];
    let mut scopes = scopes.into_iter().flatten().filter_map(Object::read);
    if scopes.any(|scope| scope.issuer_type.as_deref() == Some("AWS::Lambda::Function")) {
        return Some("lambda.amazonaws.com");
    }
    context?.ec2_role_delivery.map(|_| "ec2.amazonaws.com")
}

fn created_at(text: Option<&Text<'_>>, unread: &mut UnreadDetails) -> Detail<Moment> {
    let expected = NotAMoment.to_string();
    unread.detail(
        text,
        (
            "userIdentity.sessionContext.attributes.creationDate",
            &expected,
        ),
        |text| text.parse().ok(),
    )
}

/// What CloudTrail writes for calls that the console makes for the user.
const CONSOLE: &str = "AWS Internal";

impl Caller {
    /// The caller of a record, without reporting details that can't be read.
    pub(crate) fn from_record(record: &Record<'_>) -> Self {
        Self::read(record, &mut UnreadDetails::default())
    }

    pub(super) fn read(record: &Record<'_>, unread: &mut UnreadDetails) -> Self {
        let Some(identity) = record.identity() else {
            return Self::unknown();
        };
        let text = |value: &Option<Text<'_>>| shared(value.as_ref());
        let kind = parse_kind(identity.kind.as_deref().unwrap_or_default());
        let provider = match kind {
            CallerKind::Service => text(&identity.invoked_by),
            _ => text(&identity.identity_provider),
        };
        // The user agent may be "AWS Internal" too, but a caller can choose that one.
        let internal = |text: &Option<Text<'_>>| text.as_deref() == Some(CONSOLE);
        let from_console = kind != CallerKind::Service
            && (internal(&identity.invoked_by) || internal(&record.source_ip_address));
        let expected = NotAnAccountId.to_string();
        let account = unread.detail(
            identity.account_id.as_ref(),
            ("userIdentity.accountId", &expected),
            |id| id.parse().ok(),
        );
        Self {
            kind,
            principal_id: text(&identity.principal_id),
            arn: text(&identity.arn),
            account: account.read(),
            user_name: text(&identity.user_name).filter(|name| !is_hidden(name)),
            key: text(&identity.access_key_id),
            provider,
            session: session(identity, unread),
            from_console,
            on_behalf_of: None,
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
            on_behalf_of: None,
        }
    }

    /// `AROA…:session`, if the caller is a role session. Works for either account's copy.
    pub fn role_session(&self) -> Option<&Arc<str>> {
        let id = self.principal_id.as_ref()?;
        match self.kind {
            CallerKind::AssumedRole => Some(id),
            CallerKind::OtherAccount if id.starts_with("AROA") && id.contains(':') => Some(id),
            _ => None,
        }
    }

    /// The parts of the caller's ARN, if it's the ARN of a role session.
    pub fn assumed_role(&self) -> Option<AssumedRoleArn<'_>> {
        self.arn.as_deref().and_then(AssumedRoleArn::parse)
    }

    /// Whether a user's permanent access key signed the call.
    pub fn has_long_term_key(&self) -> bool {
        self.key
            .as_deref()
            .is_some_and(|key| key.starts_with("AKIA"))
    }
}

/// Whether CloudTrail wrote something in place of a name.
fn is_hidden(name: &str) -> bool {
    name.trim().is_empty() || name == HIDDEN
}
