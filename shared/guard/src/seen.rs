//! Reads what a record says into the engine's own types: who did what, and with which proof.
//!
//! A record yields at most one [`Fact`], which is kept under the record's id. It may also yield
//! hints, which are merged with others of the same kind: the use of a session, the pair of a user's
//! name and id, a role's id and ARN.

mod about;
pub(crate) mod caller;
mod details;
mod error_message;
mod hints;
mod iam;
pub mod identity_center;
pub(crate) mod parts;
pub(crate) mod read;
pub(crate) mod reduced;
pub(crate) mod service;
mod sign_in;
mod store_user;
mod sts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use about::RecordAbout;
pub use caller::{Caller, CallerKind, CallerSession};
pub use identity_center::{CenterEvent, CenterKind, CenterLink, CenterSubject, StoreUser};
pub use parts::Service;
pub use read::{Reading, SeenRecord, read, read_from};
pub use reduced::{reduced, reduced_from};
pub use service::{ServiceMint, ServiceSeen};

use crate::arn::RoleArn;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
pub use crate::record::RecordProblem;

/// One fact, kept under the id of the record that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Credentials were issued: by one of the AssumeRole calls, AssumeRoot, GetSessionToken or
    /// GetFederationToken.
    Mint(Box<Mint>),
    /// The console entered, renewed or left a role.
    Console(Box<ConsoleStep>),
    /// STS refused to issue credentials.
    Denial(Box<Denial>),
    /// IAM changed users, groups, memberships or MFA devices.
    IamChange(Box<IamChange>),
    /// An event of IAM Identity Center: a sign-in, a permission set taken, a change.
    IdentityCenter(Box<CenterEvent>),
    /// Nothing, in a record that corrects another one.
    Nothing,
}

impl Fact {
    /// `eventTime`.
    pub(crate) fn time(&self) -> Option<Moment> {
        match self {
            Self::Mint(mint) => Some(mint.time),
            Self::Console(step) => Some(step.time),
            Self::Denial(denial) => Some(denial.time),
            Self::IamChange(change) => Some(change.time),
            Self::IdentityCenter(event) => Some(event.time),
            Self::Nothing => None,
        }
    }
}

/// The call that issued credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MintApi {
    /// `sts:AssumeRole`.
    AssumeRole,
    /// `sts:AssumeRoleWithSAML`.
    AssumeRoleWithSaml,
    /// `sts:AssumeRoleWithWebIdentity`.
    AssumeRoleWithWebIdentity,
    /// `sts:AssumeRoot`: root credentials of a member account.
    AssumeRoot,
    /// `sts:GetSessionToken`: the user's own permissions, with MFA if a device was named.
    GetSessionToken,
    /// `sts:GetFederationToken`.
    GetFederationToken,
}

impl MintApi {
    /// The name of the call in CloudTrail.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithSaml => "AssumeRoleWithSAML",
            Self::AssumeRoleWithWebIdentity => "AssumeRoleWithWebIdentity",
            Self::AssumeRoot => "AssumeRoot",
            Self::GetSessionToken => "GetSessionToken",
            Self::GetFederationToken => "GetFederationToken",
        }
    }

    pub(crate) fn from_event_name(name: &str) -> Option<Self> {
        [
            Self::AssumeRole,
            Self::AssumeRoleWithSaml,
            Self::AssumeRoleWithWebIdentity,
            Self::AssumeRoot,
            Self::GetSessionToken,
            Self::GetFederationToken,
        ]
        .into_iter()
        .find(|api| api.name() == name)
    }
}

/// One account's copy (half) of a successful call that issued credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mint {
    /// `eventTime`.
    pub time: Moment,
    /// The call.
    pub api: MintApi,
    /// The caller, as far as this half shows.
    pub caller: Arc<Caller>,
    /// The role entered, with its path if the record has it.
    pub role: Option<RoleArn>,
    /// `assumedRoleId`: `AROA…:session`.
    pub session: Option<Arc<str>>,
    /// The access key that was issued.
    pub issued: Option<Arc<str>>,
    /// `sharedEventID`, which both halves of a cross-account call have.
    pub shared: Option<EventId>,
    /// The details of the request and its result.
    pub grant: Option<Box<Grant>>,
    /// Whether CloudTrail left out the parameters because they were too large.
    pub omitted: bool,
    /// `AssumeRoleWithSAML` by Identity Center: the account that it is in, by `issuer`.
    pub center_account: Option<AccountId>,
}

/// Details of a mint.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// When the credentials expire.
    pub expiration: Option<Moment>,
    /// `durationSeconds`, if the caller sent it.
    pub duration_seconds: Option<i64>,
    /// The MFA device named in the call. STS verified the code; otherwise the call would have
    /// failed.
    pub mfa_serial: Option<Arc<str>>,
    /// The source address. `AWS Internal` means that the console made the call.
    pub source_ip: Option<Arc<str>>,
    /// `AssumeRoot`: the account whose root was assumed.
    pub target: Option<Arc<str>>,
    /// `AssumeRoleWithSAML`: the session tags that the identity provider set.
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
    /// Which details are in the record but can't be read.
    pub unread: UnreadGrant,
}

/// Details of a mint that are in the record but can't be read. A detail that is missing isn't one
/// of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadGrant {
    /// `expiration`.
    pub expiration: bool,
    /// `durationSeconds`.
    pub duration: bool,
    /// `serialNumber`: the call may have named an MFA device.
    pub serial: bool,
}

/// The step that the console took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsoleAct {
    /// `SwitchRole`.
    Enter,
    /// `RenewRole`.
    Renew,
    /// `ExitRole`.
    Exit,
}

/// A successful `SwitchRole`, `RenewRole` or `ExitRole` of the console.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConsoleStep {
    /// `eventTime`.
    pub time: Moment,
    /// The step.
    pub act: ConsoleAct,
    /// `AROA…:session`, in the role account's copy.
    pub session: Option<Arc<str>>,
    /// The role. The role account's copy shows it without its path; the user's copy as `SwitchTo`.
    pub role: Option<RoleArn>,
    /// The person's ARN: `SwitchFrom`, or the identity in the user's own copy.
    pub from: Option<Arc<str>>,
    /// The person's id, in the user's own copy.
    pub from_id: Option<Arc<str>>,
    /// The browser's address.
    pub source_ip: Option<Arc<str>>,
}

/// An attempt to enter a role that STS denied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// `eventTime`.
    pub time: Moment,
    /// The call.
    pub api: MintApi,
    /// The caller.
    pub caller: Arc<Caller>,
    /// The role, if the message names it. With AccessDenied, CloudTrail shows it nowhere else.
    pub role: Option<RoleArn>,
    /// `AssumeRoot`: the root user that was requested, if the message names it.
    pub root: Option<Arc<str>>,
    /// Whether the error was `AccessDenied` rather than another one.
    pub access_denied: bool,
}

/// A successful change in IAM.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IamChange {
    /// `eventTime`.
    pub time: Moment,
    /// The account that was changed.
    pub account: AccountId,
    /// The caller who made the change.
    pub by: Arc<Caller>,
    /// The change. Names are the ones at that second.
    pub what: IamChangeKind,
}

/// What an IAM call changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IamChangeKind {
    /// `AddUserToGroup`.
    AddUserToGroup {
        /// The user's name at that time.
        user: Arc<str>,
        /// The group's name at that time.
        group: Arc<str>,
    },
    /// `RemoveUserFromGroup`.
    RemoveUserFromGroup {
        /// The user's name at that time.
        user: Arc<str>,
        /// The group's name at that time.
        group: Arc<str>,
    },
    /// `CreateUser` or `CreateGroup`.
    Create {
        /// User or group.
        what: NamedKind,
        /// The new name.
        name: Arc<str>,
        /// The new id, if the response has it.
        id: Option<Arc<str>>,
    },
    /// `DeleteUser` or `DeleteGroup`.
    Delete {
        /// User or group.
        what: NamedKind,
        /// The name, which is free from then on.
        name: Arc<str>,
    },
    /// `UpdateUser` or `UpdateGroup` with a new name.
    Rename {
        /// User or group.
        what: NamedKind,
        /// The old name.
        from: Arc<str>,
        /// The new name.
        to: Arc<str>,
    },
    /// `EnableMFADevice`.
    EnableMfa {
        /// The user's name at that time.
        user: Arc<str>,
        /// The device.
        serial: Arc<str>,
    },
    /// `DeactivateMFADevice`.
    DeactivateMfa {
        /// The user's name at that time.
        user: Arc<str>,
        /// The device.
        serial: Arc<str>,
    },
}

/// The kinds of IAM entities with a name and an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedKind {
    /// `AIDA…`.
    User,
    /// `AGPA…`.
    Group,
}

/// One use of a role session.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a detail of its own in the record"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// `eventTime`.
    pub time: Moment,
    /// `AROA…:session`.
    pub session: Arc<str>,
    /// `creationDate`: the second in which the session's credentials were issued.
    pub created: Option<Moment>,
    /// The access key that signed.
    pub key: Option<Arc<str>>,
    /// The role, with its path.
    pub role: RoleArn,
    /// Whether AWS gave the session to a workload (instance profile, Lambda and so on).
    pub delivered_by_service: bool,
    /// Whether the record says that the call only reads. Without that, it may have written.
    pub read_only: bool,
    /// Whether the call failed.
    pub failed: bool,
    /// Whether the call was made in the console.
    pub by_console: bool,
    /// The person in Identity Center who owns the session. Most calls of an `AWSReservedSSO_`
    /// session show it, but not all.
    pub on_behalf_of: Option<StoreUser>,
    /// What shows that `aws login` or an agent works with the session.
    pub login: Option<LoginTrace>,
}

/// What a record shows of credentials that `aws login` or an agent got from a console session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginTrace {
    /// `signInSessionArn`: such credentials signed the call. `None`: its value can't be read.
    Used(Option<Arc<str>>),
    /// `AuthorizeOAuth2Access` or `CreateOAuth2Token`: somebody got such credentials, or may have.
    Issued,
}

/// `userName` and `principalId` of a user, in one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSeen {
    /// The account of the user.
    pub account: AccountId,
    /// The name at that time.
    pub name: Arc<str>,
    /// `AIDA…`.
    pub id: Arc<str>,
    /// `eventTime`.
    pub time: Moment,
}

/// A record's note that it corrects or repeats an earlier record (`addendum`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Correction {
    /// The record that no longer counts, if it has a different id.
    pub original: Option<RecordKey>,
}
