//! Hints that a record contains besides its fact: the session that was used, a user's name and id,
//! and a role's id and ARN.

use std::sync::Arc;

use super::details::{UnreadDetails, shared};
use super::identity_center::{CenterKind, Outcome};
use super::parts::{RecordHead, Service};
use super::{Caller, CallerKind, Fact, LoginTrace, NameSeen, Use};
use crate::arn::{AssumedRoleArn, RoleArn};
use crate::moment::Moment;
use crate::record::{Object, Record, RecordProblem, Text};

/// The id and ARN of the role whose session signed the call.
///
/// INVARIANT (needle): the caller's ARN decides. It contains the role's name, which is the text
/// that archives are searched for.
pub(super) fn session_role<'a>(record: &'a Record<'_>) -> Option<(Option<&'a str>, RoleArn)> {
    let identity = record.identity()?;
    if identity.kind.as_deref() != Some("AssumedRole") {
        return None;
    }
    // The session's ARN lacks the role's path. `sessionIssuer` has the path, but it only counts if
    // it names the same role.
    let short = AssumedRoleArn::parse(identity.arn.as_deref()?)?;
    let context = identity.session_context.as_ref().and_then(Object::read);
    let issuer = context
        .and_then(|context| context.session_issuer.as_ref())
        .and_then(Object::read);
    let full = issuer
        .and_then(|issuer| RoleArn::parse(issuer.arn.as_deref()?).ok())
        .filter(|full| full.account() == short.account && full.name() == short.role_name);
    match full {
        Some(full) => Some((
            issuer.and_then(|issuer| issuer.principal_id.as_deref()),
            full,
        )),
        None => Some((None, short.role_without_path()?)),
    }
}

/// Why the record doesn't show which session signed the call, if a role session may have signed it.
pub(super) fn odd_session(record: &Record<'_>) -> Option<RecordProblem> {
    let unlike = |field| Some(RecordProblem::Unlike { field });
    let odd = |text: &Option<Text<'_>>| text.as_ref().is_some_and(Text::is_odd);
    match &record.user_identity {
        Some(Object::Odd) => unlike("userIdentity"),
        Some(Object::Read(identity)) if odd(&identity.kind) => unlike("userIdentity.type"),
        Some(Object::Read(identity))
            if identity.kind.as_deref() == Some("AssumedRole") && odd(&identity.arn) =>
        {
            unlike("userIdentity.arn")
        }
        _ => None,
    }
}

/// The use of a role session. The console's own steps aren't uses. A record without a key and a
/// creation time can't be matched to a session.
pub(super) fn read_use(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    role: RoleArn,
    fact: Option<&Fact>,
    unread: &mut UnreadDetails,
) -> Option<Use> {
    if matches!(fact, Some(Fact::Console(_))) {
        return None;
    }
    let caller = at.caller;
    let created = caller.session.as_ref().and_then(|session| session.created);
    // A SwitchRole record in the role's account has neither: it only shows a session.
    if created.is_none() && caller.key.is_none() {
        return None;
    }
    Some(Use {
        time: at.time,
        session: caller.principal_id.clone()?,
        created,
        key: caller.key.clone(),
        role,
        delivered_by_service: caller
            .session
            .as_ref()
            .is_some_and(|session| session.delivered_by_service),
        read_only: unread
            .read_flag(record.read_only.as_ref(), "readOnly")
            .read()
            == Some(true),
        failed: at.failed,
        by_console: unread
            .read_flag(
                record.session_credential_from_console.as_ref(),
                "sessionCredentialFromConsole",
            )
            .read()
            == Some(true),
        on_behalf_of: at.on_behalf_of.clone(),
        login: login_trace(record, fact),
    })
}

/// What the record shows of `aws login` or an agent. Neither the event type nor the name of a
/// client does: an agent may also have credentials of its own.
fn login_trace(record: &Record<'_>, fact: Option<&Fact>) -> Option<LoginTrace> {
    if let Some(Fact::IdentityCenter(event)) = fact
        && let CenterKind::Token(call) = &event.what
        && call.api.is_login()
        // A call whose outcome can't be read may have succeeded.
        && event.outcome != Outcome::Failure
    {
        return Some(LoginTrace::Issued);
    }
    let context = record.identity()?.session_context.as_ref()?.read()?;
    let session = context.sign_in_session.as_ref()?;
    // CloudTrail writes the member for these credentials only, so a value that can't be read shows
    // them too.
    let used = session.is_odd() || !session.is_empty();
    used.then(|| LoginTrace::Used(shared(Some(session))))
}

pub(super) fn name_seen(caller: &Caller, service: Service, time: Moment) -> Option<NameSeen> {
    // Millions of data events would repeat the same pair. The events of STS, sign-in and IAM are
    // enough.
    let shows_enough = matches!(
        service,
        Service::Sts | Service::SignIn | Service::Iam | Service::Sso
    );
    if caller.kind != CallerKind::IamUser || !shows_enough {
        return None;
    }
    let id = caller
        .principal_id
        .as_ref()
        .filter(|id| id.starts_with("AIDA"))?;
    Some(NameSeen {
        account: caller.account?,
        name: caller.user_name.clone()?,
        id: id.clone(),
        time,
    })
}

/// A role's id and full ARN, from the session that called or the session that was issued.
pub(super) fn role_id(record: &Record<'_>, fact: Option<&Fact>) -> Option<(Arc<str>, RoleArn)> {
    if let Some(Fact::Mint(mint)) = fact
        && let (Some(session), Some(role)) = (&mint.session, &mint.role)
        && let Some((id, _)) = session.split_once(':')
    {
        return Some((Arc::from(id), role.clone()));
    }
    let (id, role) = session_role(record)?;
    // A session's id is `AROA…:name`; only the part before the colon identifies the role.
    let id = id.filter(|id| id.starts_with("AROA") && !id.contains(':'))?;
    Some((Arc::from(id), role))
}
