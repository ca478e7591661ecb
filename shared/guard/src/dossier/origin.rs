//! Who stands at the start of a switch.

use std::sync::Arc;

use crate::dossier::proof::Proof;
use crate::id::{AccountId, RecordKey};
use crate::policy::IdentityKind;

/// Who a person is, for adding up what they did. Names are for people; this is for comparing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// An IAM user, by id.
    User(AccountId, Arc<str>),
    /// A user of Identity Center. AWS sets the session name to the user's name.
    IdentityCenter(Arc<str>),
    /// A subject that an identity provider asserted.
    Federated(Arc<str>, Arc<str>),
    /// The root of an account.
    Root(Arc<str>),
    /// An AWS service, by the role it was given.
    Service(Arc<str>),
    /// Nobody that could be established: a session, an ARN or an id is all there is.
    Unknown(Arc<str>),
}

impl Person {
    /// The parts that go into a finding's id.
    pub fn parts(&self) -> [String; 2] {
        match self {
            Self::User(account, id) => [account.to_string(), id.to_string()],
            Self::IdentityCenter(name) => ["identity-center".to_owned(), name.to_string()],
            Self::Federated(provider, subject) => [provider.to_string(), subject.to_string()],
            Self::Root(account) => ["root".to_owned(), account.to_string()],
            Self::Service(name) => ["service".to_owned(), name.to_string()],
            Self::Unknown(what) => ["unknown".to_owned(), what.to_string()],
        }
    }
}

/// The kind of identity at the start of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginKind {
    /// One that a policy can allow.
    Listed(IdentityKind),
    /// The root user.
    Root,
    /// A session of GetFederationToken.
    Federated,
    /// The records that would tell were not read.
    Unknown,
}

/// Who stands at the start of a switch.
#[derive(Debug, Clone)]
pub struct Origin {
    /// For comparing.
    pub person: Person,
    /// What kind of identity.
    pub kind: OriginKind,
    /// The ARN, where one is known.
    pub arn: Option<String>,
    /// The account the identity is in.
    pub account: Option<AccountId>,
    /// What to call them.
    pub name: String,
    /// MFA at the mint that the person made.
    pub proof: Proof,
    /// The mints between the person and this switch, oldest first.
    pub links: Vec<RecordKey>,
    /// Why no person can be established.
    pub broken: Option<String>,
    /// When the chain's records do not say it: the mint itself was not read.
    pub mint_missing: bool,
}
