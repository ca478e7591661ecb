//! `identity_center`: where IAM Identity Center is, and the groups of its identity store.

use std::sync::Arc;

use crate::id::AccountId;
use crate::moment::Span;

/// Where IAM Identity Center is, and what a sign-in there proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityCenter {
    /// The account whose logs hold the sign-ins and the calls of the access portal.
    pub account: AccountId,
    /// The account that administers the directory: a delegated administrator, else the same one.
    /// Changes may come from both.
    pub directory_account: AccountId,
    /// Every Region that Identity Center is replicated to, the home Region first; never empty.
    pub regions: Vec<String>,
    /// The identity store: `d-1234567890`.
    pub identity_store: Arc<str>,
    /// How long a sign-in at the access portal lasts, unless the logs show another setting.
    pub sign_in_lasts: Span,
    /// Whether a sign-in by an external identity provider counts as MFA.
    pub external_idp: ExternalIdp,
    /// The address of the access portal, for links.
    pub start_url: Option<String>,
}

impl IdentityCenter {
    /// The home Region: the only one in which the directory is written.
    pub fn home(&self) -> &str {
        self.regions.first().map_or("", String::as_str)
    }

    /// Whether changes of the directory or of assignments can be in this account's logs.
    pub fn is_administered_in(&self, account: AccountId) -> bool {
        account == self.account || account == self.directory_account
    }
}

/// What a sign-in by an external identity provider proves of MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExternalIdp {
    /// Nothing: Identity Center only records that the provider vouched for the person.
    Unproven,
    /// The provider asks everybody for MFA.
    Trusted,
}

impl ExternalIdp {
    /// Every value, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Unproven, Self::Trusted];

    /// As written in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::Trusted => "trusted",
        }
    }
}

/// A group of the identity store as the policy names it: `identity-center/Platform`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreGroup {
    /// Which group.
    pub group: StoreGroupName,
    /// The whole reference as written, for messages.
    pub written: String,
}

/// How a group of the identity store is told from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreGroupName {
    /// `identity-center/*`: everybody in the directory.
    Everybody,
    /// By its display name, without regard to letter case.
    ByName(String),
    /// By its id.
    ById(String),
}
