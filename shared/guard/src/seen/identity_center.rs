//! IAM Identity Center's records: who signed in and how, who took which permission set, what
//! changed in the directory and in the assignments, and who received tokens.
//!
//! AWS describes these records at
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html> and
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html>.
//! If neither these pages nor a captured record shows the shape of a record, it's read as far as
//! possible, and what it changed counts as unknown.

mod directory;
mod grant;
mod portal;
mod sign_in;
mod subject;
mod text;
mod token;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use grant::lasting;
pub use subject::{CenterLink, CenterSubject};
pub(super) use text::on_behalf_of;

use super::NamedKind;
use super::caller::Caller;
use super::details::shared;
use super::parts::{RecordHead, Service};
pub use super::store_user::StoreUser;
use super::{Fact, details::UnreadDetails};
use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::record::{Record, RecordProblem, Text};
use text::credential;

/// One event of Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CenterEvent {
    /// `eventTime`.
    pub time: Moment,
    /// The account of the record.
    pub account: AccountId,
    /// The caller. A name in it doesn't identify anybody: it can change and be reused.
    pub by: Arc<Caller>,
    /// `onBehalfOf`: the person who made the call. Records from before 2025 don't have it.
    pub on_behalf_of: Option<StoreUser>,
    /// `credentialId`: the portal session or token that made the call.
    pub credential: Option<Arc<str>>,
    /// The source address.
    pub source_ip: Option<Arc<str>>,
    /// Whether it succeeded. Failed changes aren't kept.
    pub outcome: Outcome,
    /// The event itself.
    pub what: CenterKind,
}

/// The outcome of an event, as far as its record shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// The record doesn't show it, or the value can't be read.
    Unknown,
}

/// The kinds of Identity Center events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CenterKind {
    /// A step of a sign-in.
    SignIn(SignIn),
    /// A request to the access portal for the credentials of a permission set.
    Portal(PortalCall),
    /// The directory changed.
    Directory(DirectoryChange),
    /// A change of who may take which permission set, or of how long a sign-in is valid.
    Grant(GrantChange),
    /// A request for a token.
    Token(TokenCall),
}

/// A step of a sign-in at Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignIn {
    /// The step.
    pub step: SignInStep,
    /// `AuthWorkflowID`, which is the same for all steps of one sign-in.
    pub workflow: Option<Arc<str>>,
    /// The name that the person entered. The sign-in method decides which step has it.
    pub name: Option<Arc<str>>,
    /// `CredentialType`: the factors that were requested or verified. Empty: the record doesn't
    /// show them, or the value can't be read. That neither proves nor disproves MFA.
    pub factors: BTreeSet<Factor>,
}

impl SignIn {
    /// Whether a password was enough, or a device that was remembered.
    pub fn is_without_mfa(&self) -> bool {
        let second = [Factor::Totp, Factor::ResyncTotp, Factor::WebAuthn];
        let has_other = self.factors.iter().any(|factor| match factor {
            // AWS doesn't show how an external provider checked the person.
            Factor::ExternalIdp | Factor::Other(_) => true,
            factor => second.contains(factor),
        });
        // A code by e-mail alone may be what AWS asks for in place of a password, so it disproves
        // nothing.
        self.factors.contains(&Factor::Password) && !has_other
    }
}

/// The step of a sign-in that a record shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignInStep {
    /// `CredentialChallenge`: a factor was requested.
    Challenge,
    /// `CredentialVerification`: a factor was verified, or the verification failed.
    Verification,
    /// `UserAuthentication`: the complete sign-in, with all factors.
    Authentication,
}

/// A factor that a person signed in with.
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
    /// `EXTERNAL_IDP`: another identity provider authenticated the person. AWS doesn't show how.
    ExternalIdp,
    /// A value that AWS hadn't documented when this was written.
    Other(Arc<str>),
}

/// A request for a permission set in the access portal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortalCall {
    /// The call.
    pub api: PortalApi,
    /// The account. Some records of successful calls don't show it.
    pub account: Option<AccountId>,
    /// The name of the permission set. Some records of successful calls don't show it.
    pub permission_set: Option<Arc<str>>,
}

/// How somebody took a permission set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortalApi {
    /// `GetRoleCredentials`: with the CLI.
    GetRoleCredentials,
    /// `Federate`: in the console.
    Federate,
}

/// A change in the directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryChange {
    /// The identity store. Records of SCIM don't name it.
    pub store: Option<Arc<str>>,
    /// The change.
    pub what: DirectoryChangeKind,
}

/// The kinds of changes in the directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirectoryChangeKind {
    /// `AddMemberToGroup`, `CreateGroupMembership`.
    MemberAdded {
        /// The group's id.
        group: Arc<str>,
        /// The user's id.
        user: Arc<str>,
        /// The id of the membership, if the response has it.
        membership: Option<Arc<str>>,
    },
    /// `RemoveMemberFromGroup`, or `DeleteGroupMembership` if it names both user and group.
    MemberRemoved {
        /// The group's id.
        group: Arc<str>,
        /// The user's id.
        user: Arc<str>,
    },
    /// `DeleteGroupMembership`. The membership's creation or a roster shows the user and the group.
    MembershipDeleted {
        /// The id of the membership.
        membership: Arc<str>,
    },
    /// `CreateUser`, `CreateGroup`.
    Created {
        /// User or group.
        what: NamedKind,
        /// The new id, if the response has it.
        id: Option<Arc<str>>,
        /// The name, unless hidden.
        name: Option<Arc<str>>,
        /// Whether SCIM created the group with members. The record hides who they are.
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
        /// Whether the user can sign in afterward.
        active: bool,
    },
    /// `CompleteVirtualMfaDeviceRegistration`, `CompleteWebAuthnDeviceRegistration`.
    MfaEnrolled {
        /// The user's id.
        user: Arc<str>,
        /// The device, if the record names it.
        device: Option<Arc<str>>,
    },
    /// `DeleteMfaDeviceForUser`.
    MfaRemoved {
        /// The user's id.
        user: Arc<str>,
        /// The device, if the record names it.
        device: Option<Arc<str>>,
    },
    /// An unknown change: most changes by SCIM (`PatchGroup`, `PutUser` and so on), and any change
    /// whose details are hidden or can't be read.
    Unknown {
        /// A user or a group.
        what: NamedKind,
        /// The id of the user or group. `None`: it can be any of them.
        id: Option<Arc<str>>,
    },
}

/// A change of who may take which permission set, or of how long a sign-in is valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantChange {
    /// `CreateAccountAssignment`, `DeleteAccountAssignment`. AWS applies it a moment later.
    Assignment {
        /// Whether it was created rather than deleted.
        created: bool,
        /// The permission set's ARN.
        permission_set: Option<Arc<str>>,
        /// The account.
        account: Option<AccountId>,
        /// The group or user that it's for.
        principal: Option<Principal>,
    },
    /// `CreatePermissionSet`.
    PermissionSet {
        /// Its ARN, which assignments refer to.
        arn: Option<Arc<str>>,
        /// Its name, which the portal uses.
        name: Option<Arc<str>>,
    },
    /// `UpdateSsoConfiguration`: how long a sign-in is valid. `None`: the value can't be read.
    SignInLasts(Option<Span>),
}

/// The group or user that a permission set is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A group, by its id.
    Group(Arc<str>),
    /// A user, by their id.
    User(Arc<str>),
}

/// A request for a token by `aws sso login`, `aws login`, an agent or an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenCall {
    /// The call.
    pub api: TokenApi,
    /// The type of grant in the request: a device code, a refresh token and so on.
    pub grant: Option<Arc<str>>,
    /// The client that asked.
    pub client: Option<Arc<str>>,
    /// What the token is for.
    pub resource: Option<Arc<str>>,
    /// `signInSessionArn`, which later calls also have.
    pub sign_in_session: Option<Arc<str>>,
    /// `CreateTokenWithIAM`: the person whose portal session the application received.
    pub person: Option<StoreUser>,
    /// `CreateTokenWithIAM`: the `credentialId` of the portal calls that follow.
    pub issued: Option<Arc<str>>,
}

/// A call that issues tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenApi {
    /// `signin:AuthorizeOAuth2Access`: the first step of `aws login`.
    AuthorizeOAuth2Access,
    /// `signin:CreateOAuth2Token`: the second step, and each refresh.
    CreateOAuth2Token,
    /// `sso-oauth:CreateToken`: `aws sso login`.
    CreateToken,
    /// `sso-oauth:CreateTokenWithIAM`: an application acts for a person, without a sign-in.
    CreateTokenWithIam,
}

impl TokenApi {
    /// The name of the call in CloudTrail.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizeOAuth2Access => "AuthorizeOAuth2Access",
            Self::CreateOAuth2Token => "CreateOAuth2Token",
            Self::CreateToken => "CreateToken",
            Self::CreateTokenWithIam => "CreateTokenWithIAM",
        }
    }

    /// Whether the call is a step of `aws login`, also of an agent's: it gets credentials of a
    /// console session.
    pub const fn is_login(self) -> bool {
        matches!(self, Self::AuthorizeOAuth2Access | Self::CreateOAuth2Token)
    }
}

/// Reads a record of Identity Center. `None`: it contains nothing to keep.
///
/// The event type isn't checked: the same call is `AwsServiceEvent` in one captured record and
/// `AwsApiCall` in another, and AWS also spells the former `AWSServiceEvent`.
pub(super) fn read_fact(
    record: &Record<'_>,
    service: Service,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    if !is_watched(service, at.name) {
        return Ok(None);
    }
    if record.error_code.as_ref().is_some_and(Text::is_odd) {
        // No other field shows whether the call failed.
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

/// Whether a call can say something of Identity Center, by the service that logged it and by its
/// name. The rules of the templates forward these calls.
pub fn is_watched(service: Service, name: &str) -> bool {
    match service {
        Service::SignIn => {
            sign_in::sign_in_step(name).is_some() || token::of_sign_in(name).is_some()
        }
        Service::SsoOauth => token::of_center(name).is_some(),
        Service::Sso => {
            portal::portal_api(name).is_some()
                || token::of_center(name).is_some()
                || grant::is_watched(name)
        }
        Service::Directory => directory::is_watched(name),
        Service::Sts | Service::Iam | Service::Other => false,
    }
}

/// The outcome of a call that only its error shows.
fn by_error(at: &RecordHead<'_>) -> Outcome {
    if at.failed {
        Outcome::Failure
    } else {
        Outcome::Success
    }
}

#[cfg(test)]
mod tests;
