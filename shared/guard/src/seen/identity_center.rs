//! IAM Identity Center: who signed in and how, who took which permission set, what changed in the
//! directory and in the assignments, and who got tokens.
//!
//! AWS describes these records at
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html> and
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html>.
//! Where neither that nor a captured record shows a shape, it is read as far as it goes, and what
//! it changed counts as unknown.

mod directory;
mod grant;
mod portal;
mod sign_in;
mod text;
mod token;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) use text::on_behalf_of;

use super::NamedKind;
use super::caller::Caller;
use super::details::shared;
use super::parts::{RecordHead, Service};
use super::{Fact, details::UnreadDetails};
use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::record::{Record, RecordProblem, Text};
use text::credential;

/// A user of an identity store. An id counts only together with its store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreUser {
    /// The identity store: `d-…`.
    pub store: Arc<str>,
    /// The user's id in it.
    pub user: Arc<str>,
}

/// One event of Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CenterEvent {
    /// When.
    pub time: Moment,
    /// Whose record it is.
    pub account: AccountId,
    /// Who called. A name in it is no identity: it can change and be given to somebody else.
    pub by: Arc<Caller>,
    /// `onBehalfOf`: the person behind the call. Records from before 2025 don't have it.
    pub on_behalf_of: Option<StoreUser>,
    /// `credentialId`: the portal session or token that made the call.
    pub credential: Option<Arc<str>>,
    /// Where the call came from.
    pub source_ip: Option<Arc<str>>,
    /// Whether it succeeded. Changes that failed are not kept.
    pub outcome: Outcome,
    /// What it is.
    pub what: CenterKind,
}

/// How something ended, as far as its record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// The record doesn't say, or what it says can't be read.
    Unknown,
}

/// What an event of Identity Center is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CenterKind {
    /// A step of a sign-in.
    SignIn(SignIn),
    /// The access portal was asked for the credentials of a permission set.
    Portal(PortalCall),
    /// The directory changed.
    Directory(DirectoryChange),
    /// Who may take which permission set changed, or how long a sign-in lasts.
    Grant(GrantChange),
    /// A token was asked for.
    Token(TokenCall),
}

/// A step of a sign-in at Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignIn {
    /// Which step.
    pub step: SignInStep,
    /// `AuthWorkflowID`, which the steps of one sign-in have in common.
    pub workflow: Option<Arc<str>>,
    /// The name that the person gave. Which step has it depends on how they sign in.
    pub name: Option<Arc<str>>,
    /// `CredentialType`: what was asked for or verified. Empty: the record doesn't say, or what it
    /// says can't be read. Neither proves nor disproves anything.
    pub factors: BTreeSet<Factor>,
}

/// Which step of a sign-in a record shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignInStep {
    /// `CredentialChallenge`: a factor was asked for.
    Challenge,
    /// `CredentialVerification`: a factor was verified, or not.
    Verification,
    /// `UserAuthentication`: the whole sign-in, with all factors.
    Authentication,
}

/// What a person proved themselves with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// `PASSWORD`.
    Password,
    /// `TOTP`: an authenticator app.
    Totp,
    /// `RESYNC_TOTP`: an authenticator app whose clock had drifted.
    ResyncTotp,
    /// `WEBAUTHN`: a security key or passkey.
    WebAuthn,
    /// `EMAIL_OTP`: a code sent by e-mail.
    EmailOtp,
    /// `EXTERNAL_IDP`: another identity provider vouched for them, and says no more.
    ExternalIdp,
    /// A word that AWS didn't document when this was written.
    Other(Arc<str>),
}

/// A permission set asked for in the access portal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortalCall {
    /// Which call.
    pub api: PortalApi,
    /// In which account. Some records of successful calls don't say.
    pub account: Option<AccountId>,
    /// The name of the permission set, under the same restriction.
    pub permission_set: Option<Arc<str>>,
}

/// How a permission set was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortalApi {
    /// `GetRoleCredentials`: by CLI.
    GetRoleCredentials,
    /// `Federate`: in the console.
    Federate,
}

/// A change in the directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryChange {
    /// The identity store. SCIM's records don't name it.
    pub store: Option<Arc<str>>,
    /// What changed.
    pub what: DirectoryChangeKind,
}

/// What changed in the directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirectoryChangeKind {
    /// `AddMemberToGroup`, `CreateGroupMembership`.
    MemberAdded {
        /// The group's id.
        group: Arc<str>,
        /// The user's id.
        user: Arc<str>,
        /// The id of the membership, where the response has it.
        membership: Option<Arc<str>>,
    },
    /// `RemoveMemberFromGroup`, and `DeleteGroupMembership` where it names both.
    MemberRemoved {
        /// The group's id.
        group: Arc<str>,
        /// The user's id.
        user: Arc<str>,
    },
    /// `DeleteGroupMembership`: whose it was, its creation or a roster says.
    MembershipDeleted {
        /// The id of the membership.
        membership: Arc<str>,
    },
    /// `CreateUser`, `CreateGroup`.
    Created {
        /// User or group.
        what: NamedKind,
        /// The new id, where the response has it.
        id: Option<Arc<str>>,
        /// The name, unless hidden.
        name: Option<Arc<str>>,
        /// A group that SCIM made with members. Who they are is hidden.
        with_members: bool,
    },
    /// `DeleteUser`, `DeleteGroup`.
    Deleted {
        /// User or group.
        what: NamedKind,
        /// Its id.
        id: Arc<str>,
    },
    /// A new name.
    Renamed {
        /// User or group.
        what: NamedKind,
        /// Its id.
        id: Arc<str>,
        /// The new name, unless hidden.
        to: Option<Arc<str>>,
    },
    /// `DisableUser`, `EnableUser`.
    Active {
        /// The user's id.
        user: Arc<str>,
        /// Whether the user can sign in from now on.
        active: bool,
    },
    /// `CompleteVirtualMfaDeviceRegistration`, `CompleteWebAuthnDeviceRegistration`.
    MfaEnrolled {
        /// The user's id.
        user: Arc<str>,
        /// The device, where the record names it.
        device: Option<Arc<str>>,
    },
    /// `DeleteMfaDeviceForUser`.
    MfaRemoved {
        /// The user's id.
        user: Arc<str>,
        /// The device, where the record names it.
        device: Option<Arc<str>>,
    },
    /// Something changed, and the record doesn't show what: most changes by SCIM (`PatchGroup`,
    /// `PutUser` and the like), and any change of which the rest is hidden or can't be read.
    Unknown {
        /// A user or a group.
        what: NamedKind,
        /// Which one. `None`: any.
        id: Option<Arc<str>>,
    },
}

/// A change of who may take what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantChange {
    /// `CreateAccountAssignment`, `DeleteAccountAssignment`. AWS carries it out a moment later.
    Assignment {
        /// It was created, not deleted.
        created: bool,
        /// The permission set's ARN.
        permission_set: Option<Arc<str>>,
        /// The account.
        account: Option<AccountId>,
        /// To whom.
        principal: Option<Principal>,
    },
    /// `CreatePermissionSet`.
    PermissionSet {
        /// Its ARN, by which assignments name it.
        arn: Option<Arc<str>>,
        /// Its name, by which the portal names it.
        name: Option<Arc<str>>,
    },
    /// `UpdateSsoConfiguration`: how long a sign-in lasts. `None`: that can't be read.
    SignInLasts(Option<Span>),
}

/// To whom a permission set is assigned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A group, by its id.
    Group(Arc<str>),
    /// A user, by their id.
    User(Arc<str>),
}

/// A token asked for: by `aws sso login`, by `aws login`, by an agent or an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenCall {
    /// Which call.
    pub api: TokenApi,
    /// What it was asked for with: a device code, a refresh token and so on.
    pub grant: Option<Arc<str>>,
    /// Which client asked.
    pub client: Option<Arc<str>>,
    /// What the token is for.
    pub resource: Option<Arc<str>>,
    /// `signInSessionArn`, which later calls carry too.
    pub sign_in_session: Option<Arc<str>>,
    /// `CreateTokenWithIAM`: whose portal session the application got.
    pub person: Option<StoreUser>,
    /// `CreateTokenWithIAM`: the `credentialId` of the portal calls that follow.
    pub issued: Option<Arc<str>>,
}

/// A call that yields tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenApi {
    /// `signin:AuthorizeOAuth2Access`: the first step of `aws login`.
    AuthorizeOAuth2Access,
    /// `signin:CreateOAuth2Token`: the second, and each refresh.
    CreateOAuth2Token,
    /// `sso-oauth:CreateToken`: `aws sso login`.
    CreateToken,
    /// `sso-oauth:CreateTokenWithIAM`: an application acts for a person, without any sign-in.
    CreateTokenWithIam,
}

impl TokenApi {
    /// The name of the call, as CloudTrail writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizeOAuth2Access => "AuthorizeOAuth2Access",
            Self::CreateOAuth2Token => "CreateOAuth2Token",
            Self::CreateToken => "CreateToken",
            Self::CreateTokenWithIam => "CreateTokenWithIAM",
        }
    }
}

/// What a record of Identity Center says. `None`: nothing that is kept.
///
/// The event's type isn't looked at: the same call is `AwsServiceEvent` in one captured record and
/// `AwsApiCall` in another, and AWS spells the former `AWSServiceEvent` too.
pub(super) fn fact(
    record: &Record<'_>,
    service: Service,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    if !is_watched(service, at.name) {
        return Ok(None);
    }
    if record.error_code.as_ref().is_some_and(Text::is_odd) {
        // Whether it failed stands nowhere else.
        return Err(RecordProblem::Unlike { field: "errorCode" });
    }
    let read = match service {
        Service::SignIn | Service::SsoOauth => {
            sign_in::read(record, at, unread).or_else(|| token::read(record, at, unread))
        }
        Service::Sso => portal::read(record, at, unread)
            .or_else(|| token::read(record, at, unread))
            .or_else(|| grant::read(record, at, unread)),
        _ => directory::read(record, at, unread),
    };
    Ok(read.map(|(outcome, what)| {
        Fact::IdentityCenter(Box::new(CenterEvent {
            time: at.time,
            account: at.key.account,
            by: Arc::clone(at.caller),
            on_behalf_of: at.on_behalf_of.clone(),
            credential: credential(record, unread),
            source_ip: shared(record.source_ip_address.as_ref()),
            outcome,
            what,
        }))
    }))
}

fn is_watched(service: Service, name: &str) -> bool {
    match service {
        Service::SignIn => sign_in::step(name).is_some() || token::of_sign_in(name).is_some(),
        Service::SsoOauth => token::of_center(name).is_some(),
        Service::Sso => {
            portal::api(name).is_some()
                || token::of_center(name).is_some()
                || grant::is_watched(name)
        }
        Service::Directory => directory::is_watched(name),
        Service::Sts | Service::Iam | Service::Other => false,
    }
}

/// How a call ended that says so by its error alone.
fn by_error(at: &RecordHead<'_>) -> Outcome {
    if at.failed {
        Outcome::Failure
    } else {
        Outcome::Success
    }
}

#[cfg(test)]
mod tests;
