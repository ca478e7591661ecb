//! The origin of a switch.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dossier::proof::Proof;
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::{IdentityKind, RolePolicy};
use crate::seen::StoreUser;
use crate::text::Text;

/// Identifies a person, for adding up what they did. Not for display; names are shown to people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// An IAM user, by id.
    User(AccountId, Arc<str>),
    /// A user of an identity store, by id.
    StoreUser(StoreUser),
    /// Somebody of Identity Center of whom only the name is known. AWS names the session after the
    /// user.
    IdentityCenter(Arc<str>),
    /// A subject asserted by an identity provider.
    Federated(Arc<str>, Arc<str>),
    /// The root of an account.
    Root(Arc<str>),
    /// An AWS service, by the role that it entered.
    Service(Arc<str>),
    /// Not identified: only a session, an ARN or an id is known.
    Unknown(Arc<str>),
}

impl Person {
    /// The parts that a finding's id is made from.
    pub fn id_parts(&self) -> [String; 2] {
        match self {
            Self::User(account, id) => [account.to_string(), id.to_string()],
            Self::StoreUser(StoreUser { store, user }) => [store.to_string(), user.to_string()],
            Self::IdentityCenter(name) => ["identity-center".to_owned(), name.to_string()],
            Self::Federated(provider, subject) => [provider.to_string(), subject.to_string()],
            Self::Root(account) => ["root".to_owned(), account.to_string()],
            Self::Service(name) => ["service".to_owned(), name.to_string()],
            Self::Unknown(what) => ["unknown".to_owned(), what.to_string()],
        }
    }
}

/// The identity type at the start of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginKind {
    /// A kind that a policy can allow.
    Listed(IdentityKind),
    /// The root user.
    Root,
    /// A session of GetFederationToken.
    Federated,
    /// Unknown: the records that would show it weren't read.
    Unknown,
}

/// The origin of a switch.
#[derive(Debug, Clone)]
pub struct Origin {
    /// For comparison.
    pub person: Person,
    /// The identity type.
    pub kind: OriginKind,
    /// The ARN, if known.
    pub arn: Option<String>,
    /// The identity's account.
    pub account: Option<AccountId>,
    /// The name to show.
    pub name: Text,
    /// MFA at the mint that the person made.
    pub proof: Proof,
    /// The mints between the person and this switch, oldest first.
    pub links: Vec<RecordKey>,
    /// Why no person can be identified.
    pub broken: Option<Text>,
    /// The mint itself wasn't read, which is why the records of the chain don't show the person.
    pub mint_missing: bool,
    /// What Identity Center's own logs show, if the policy says where it is and the person is one
    /// of its users.
    pub(crate) center: Option<Box<CenterEvidence>>,
    /// What tells identities of one type apart: for SAML, web identities and services.
    pub(crate) own_call: Option<Box<OwnCall>>,
}

impl Origin {
    /// Whether a role requires MFA of this type of identity. Of an unknown type, it requires what
    /// it requires of any.
    pub(crate) fn must_use_mfa(&self, role: &RolePolicy) -> bool {
        match self.kind {
            OriginKind::Listed(kind) => role.mfa.requires(kind),
            _ => role.may_require_mfa(),
        }
    }
}

/// What the origin's own call shows of an identity that isn't a user of IAM or Identity Center.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnCall {
    /// The provider of a SAML user or a web identity: its ARN in IAM, or the name of one that AWS
    /// knows by itself.
    pub(crate) provider: Option<Arc<str>>,
    /// The subject of a web identity's token.
    pub(crate) subject: Option<Arc<str>>,
    /// The session tags that a SAML provider set.
    pub(crate) tags: BTreeMap<Arc<str>, Arc<str>>,
    /// CloudTrail left out the parameters of the call, and the tags with them.
    pub(crate) omitted: bool,
    /// The service, by the hash of its name.
    pub(crate) service: Option<u64>,
}

impl OwnCall {
    pub(crate) fn of_service(service: Option<u64>) -> Self {
        Self {
            service,
            ..Self::default()
        }
    }

    /// Whether the session has a tag of this key.
    pub(crate) fn has_tag(&self, key: &str) -> bool {
        self.tags.keys().any(|name| name.eq_ignore_ascii_case(key))
    }

    /// The value of a session tag. `None`: the tag is absent, or it has two values.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        let mut values = self
            .tags
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| &**value);
        let value = values.next()?;
        values.all(|other| other == value).then_some(value)
    }
}

/// What the logs of Identity Center show about the origin of a switch.
#[derive(Debug, Clone, Default)]
pub(crate) struct CenterEvidence {
    /// The record of the call that issued the session names the Identity Center of the policy.
    pub(crate) issued_here: bool,
    /// The calls of the access portal that belong to the session.
    pub(crate) portal: Vec<RecordKey>,
    /// The sign-ins that the session can have come from.
    pub(crate) sign_ins: Vec<RecordKey>,
    /// When those were that prove MFA.
    pub(crate) proving: Vec<Moment>,
}

impl CenterEvidence {
    /// Its records: sign-ins, then calls of the access portal.
    pub(crate) fn records(&self) -> impl Iterator<Item = &RecordKey> {
        self.sign_ins.iter().chain(&self.portal)
    }
}
