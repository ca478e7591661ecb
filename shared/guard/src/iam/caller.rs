//! Who makes a request.

use crate::arn::{partition_of, session_arn};
use crate::id::AccountId;

/// Who makes a request, as policies see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// Their account.
    pub account: AccountId,
    /// Their ARN; the provider's or service's name for those. Empty for somebody who is not named.
    pub arn: String,
    /// The stable id (`AIDA…`; of a session the role's `AROA…`), where it is known.
    pub id: Option<String>,
    /// What they are.
    pub kind: RequesterKind,
    /// Whether a permission boundary is set.
    pub has_boundary: bool,
}

/// What a caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequesterKind {
    /// A user of IAM.
    User,
    /// Some user or role of the account, whom no policy names.
    Somebody,
    /// A session of this role.
    Session {
        /// The role's ARN, with its path.
        role: String,
    },
    /// Somebody through an identity provider.
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

    /// Somebody of an account, whom no policy names.
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
