//! What a record says: who did what, with which proof, in the words of this engine.
//!
//! A record yields at most one fact that is kept under its own id ([`Fact`]) and, beside it, hints
//! that are folded together with others of their kind: the use of a session, the pair of a user's
//! name and id, a role's id and ARN.

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
mod sts;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use caller::{Caller, CallerKind, CallerSession};
pub use identity_center::{CenterEvent, CenterKind, StoreUser};
pub use parts::Service;
pub use read::{Reading, SeenRecord, read, read_from};
pub use reduced::{reduced, reduced_from};
pub use service::{ServiceMint, ServiceSeen};

use crate::arn::RoleArn;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
pub use crate::record::RecordProblem;

/// One fact, kept under the id of the record that said it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Credentials were issued: AssumeRole and its kin, AssumeRoot, GetSessionToken,
    /// GetFederationToken.
    Mint(Box<Mint>),
    /// The console entered, renewed or left a role.
    Console(Box<ConsoleStep>),
    /// STS refused to issue credentials.
    Denial(Box<Denial>),
    /// IAM changed who is who, who is in which group, or who has which MFA device.
    IamChange(Box<IamChange>),
    /// Something of IAM Identity Center: a sign-in, a permission set taken, a change. No rule looks
    /// at it yet.
    IdentityCenter(Box<CenterEvent>),
    /// Nothing that is kept, in a record that corrects another one.
    Nothing,
}

/// Which call issued credentials.
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
    /// `sts:GetSessionToken`: the user's own rights, with MFA if a device was given.
    GetSessionToken,
    /// `sts:GetFederationToken`.
    GetFederationToken,
}

impl MintApi {
    /// The name of the call, as CloudTrail writes it.
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
    /// When, by `eventTime`.
    pub time: Moment,
    /// Which call.
    pub api: MintApi,
    /// Who called, as far as this half says.
    pub caller: Arc<Caller>,
    /// The role entered, with its path where the record has it.
    pub role: Option<RoleArn>,
    /// `assumedRoleId`: `AROA…:session`.
    pub session: Option<Arc<str>>,
    /// The access key that was issued.
    pub issued: Option<Arc<str>>,
    /// `sharedEventID`, which the two halves of a cross-account call have in common.
    pub shared: Option<EventId>,
    /// What was asked for and granted.
    pub grant: Option<Box<Grant>>,
    /// The parameters were too large for CloudTrail and left out.
    pub omitted: bool,
}

/// The particulars of a mint.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Until when the credentials work.
    pub expiration: Option<Moment>,
    /// `durationSeconds`, if the caller sent it.
    pub duration_seconds: Option<i64>,
    /// The MFA device named in the call. STS verified the code, or the call would have failed.
    pub mfa_serial: Option<Arc<str>>,
    /// Where the call came from. `AWS Internal` means that the console made it.
    pub source_ip: Option<Arc<str>>,
    /// `AssumeRoot`: the account whose root was assumed.
    pub target: Option<Arc<str>>,
    /// What of it is in the record and can't be read.
    pub unread: UnreadGrant,
}

/// Particulars of a mint that are in the record and can't be read. What is absent is not among
/// them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadGrant {
    /// `expiration`.
    pub expiration: bool,
    /// `durationSeconds`.
    pub duration: bool,
    /// `serialNumber`: an MFA device may be named.
    pub serial: bool,
}

/// What a console step did.
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
    /// When.
    pub time: Moment,
    /// What was done.
    pub act: ConsoleAct,
    /// `AROA…:session`, in the role account's copy.
    pub session: Option<Arc<str>>,
    /// The role: without its path in the role account's copy, as `SwitchTo` has it in the user's.
    pub role: Option<RoleArn>,
    /// The ARN of the person: `SwitchFrom`, or the identity of the user's own copy.
    pub from: Option<Arc<str>>,
    /// The person's id, in the user's own copy.
    pub from_id: Option<Arc<str>>,
    /// The browser's address.
    pub source_ip: Option<Arc<str>>,
}

/// A refused attempt to enter a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// When.
    pub time: Moment,
    /// Which call.
    pub api: MintApi,
    /// Who called.
    pub caller: Arc<Caller>,
    /// The role, where the message names one. With AccessDenied, CloudTrail has it nowhere else.
    pub role: Option<RoleArn>,
    /// `AssumeRoot`: the root user that was asked for, where the message names it.
    pub root: Option<Arc<str>>,
    /// Whether IAM refused (`AccessDenied`), rather than some other error.
    pub access_denied: bool,
}

/// A successful change in IAM.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IamChange {
    /// When.
    pub time: Moment,
    /// In which account.
    pub account: AccountId,
    /// Who made the change.
    pub by: Arc<Caller>,
    /// What changed. Names are those of that second.
    pub what: IamChangeKind,
}

/// What an IAM call changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IamChangeKind {
    /// `AddUserToGroup`.
    AddUserToGroup {
        /// User name then.
        user: Arc<str>,
        /// Group name then.
        group: Arc<str>,
    },
    /// `RemoveUserFromGroup`.
    RemoveUserFromGroup {
        /// User name then.
        user: Arc<str>,
        /// Group name then.
        group: Arc<str>,
    },
    /// `CreateUser` or `CreateGroup`.
    Create {
        /// User or group.
        what: NamedKind,
        /// The new name.
        name: Arc<str>,
        /// The new id, where the response has it.
        id: Option<Arc<str>>,
    },
    /// `DeleteUser` or `DeleteGroup`.
    Delete {
        /// User or group.
        what: NamedKind,
        /// The name that became free.
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
        /// User name then.
        user: Arc<str>,
        /// The device.
        serial: Arc<str>,
    },
    /// `DeactivateMFADevice`.
    DeactivateMfa {
        /// User name then.
        user: Arc<str>,
        /// The device.
        serial: Arc<str>,
    },
}

/// What bears a name and an id in IAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedKind {
    /// `AIDA…`.
    User,
    /// `AGPA…`.
    Group,
}

/// One use of a role session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub time: Moment,
    /// `AROA…:session`.
    pub session: Arc<str>,
    /// `creationDate`: the second of the mint.
    pub created: Option<Moment>,
    /// The access key that signed.
    pub key: Option<Arc<str>>,
    /// The role, with its path.
    pub role: RoleArn,
    /// The session was given to a workload by AWS (instance profile, Lambda and the like).
    pub delivered_by_service: bool,
    /// The call is one that only reads. What does not say so may have written.
    pub read_only: bool,
    /// The call was made in the console.
    pub by_console: bool,
    /// The person of Identity Center whose session it is: most calls of an `AWSReservedSSO_`
    /// session show it, not all.
    pub on_behalf_of: Option<StoreUser>,
}

/// `userName` and `principalId` of a user, in one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSeen {
    /// The account of the user.
    pub account: AccountId,
    /// The name then.
    pub name: Arc<str>,
    /// `AIDA…`.
    pub id: Arc<str>,
    /// When.
    pub time: Moment,
}

/// That a record corrects or repeats an earlier one (`addendum`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Correction {
    /// The record that no longer counts, when its id is another one.
    pub original: Option<RecordKey>,
}
