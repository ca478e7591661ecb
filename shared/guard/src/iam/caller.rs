//! The caller of a request.

use crate::arn::{partition_of, session_arn};
use crate::id::AccountId;

/// The caller of a request, as policies see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// Their account.
    pub account: AccountId,
    /// The ARN; for a provider or service, its name. Empty for a caller that isn't named.
    pub arn: String,
    /// The stable id (`AIDA…`; for a session, the role's `AROA…`), if it's known.
    pub id: Option<String>,
    /// The kind of caller.
    pub kind: RequesterKind,
    /// Whether a permissions boundary is set.
    pub has_boundary: bool,
}

/// The kind of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequesterKind {
    /// An IAM user.
    User,
    /// A user or role of the account that no policy names.
    Somebody,
    /// A session of this role.
    Session {
        /// The role's ARN, with its path.
        role: String,
    },
    /// Somebody who signed in through an identity provider.
    Federated,
    /// An AWS service.
    Service,
}

impl Requester {
    /// A user.
    pub fn user(account: AccountId, arn: &str) -> Self {
        Self {
            account,
            arn: arn.to_owned(),
            id: None,
            kind: RequesterKind::User,
            has_boundary: false,
        }
    }

    /// A caller of an account that no policy names.
    pub fn somebody(account: AccountId) -> Self {
        Self {
            account,
            arn: String::new(),
            id: None,
            kind: RequesterKind::Somebody,
            has_boundary: false,
        }
    }

    /// A session of a role.
    pub fn session(account: AccountId, role: &str, session: &str) -> Self {
        let name = role.rsplit('/').next().unwrap_or(role);
        let arn = session_arn(partition_of(role), account, name, session);
        Self {
            account,
            arn,
            id: None,
            kind: RequesterKind::Session {
                role: role.to_owned(),
            },
            has_boundary: false,
        }
    }
}
