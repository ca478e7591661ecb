//! One record's JSON to what it says.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

use super::{Caller, CallerKind, Correction, Fact, NameSeen, ServiceMint, Use};
use crate::arn::{AssumedRoleArn, RoleArn};
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
use crate::record::{Record, Text};

/// What reading one record came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The record says something that the engine knows how to use.
    Seen(Box<Seen>),
    /// A service was given a role that nobody listed; no more than a stub is kept of it.
    Service(ServiceSeen),
    /// Neither STS, sign-in, IAM or SSO nor a session of an elevated role.
    NotRelevant,
}

/// What a relevant record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The record's identity.
    pub key: RecordKey,
    /// `eventTime`.
    pub time: Moment,
    /// `awsRegion`.
    pub region: Option<Arc<str>>,
    /// The service that logged it, without `.amazonaws.com`.
    pub service: Service,
    /// `eventName`.
    pub name: Arc<str>,
    /// Who called.
    pub caller: Arc<Caller>,
    /// `errorCode`, if the call failed.
    pub error: Option<Arc<str>>,
    /// The fact that is kept under the record's id.
    pub fact: Option<Fact>,
    /// The use of a role session.
    pub used: Option<Use>,
    /// A user's name and id.
    pub named: Option<NameSeen>,
    /// A role's id and its ARN with path.
    pub role: Option<(Arc<str>, RoleArn)>,
    /// The record corrects or repeats another.
    pub correction: Option<Correction>,
}

/// A service's mint of a role that nobody listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSeen {
    /// What is kept.
    pub stub: ServiceMint,
    /// `eventTime`.
    pub time: Moment,
    /// `awsRegion`.
    pub region: Option<Arc<str>>,
}

/// Which log a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `sts.amazonaws.com`.
    Sts,
    /// `signin.amazonaws.com`.
    SignIn,
    /// `iam.amazonaws.com`.
    Iam,
    /// `sso.amazonaws.com`.
    Sso,
    /// Any other, by a session of an elevated role.
    Other,
}

/// Why a record that matters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// Not JSON, or not of CloudTrail's shape.
    #[error("not a CloudTrail record: {0}")]
    Shape(String),
    /// A field that every record has is absent.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field holds something that CloudTrail never writes.
    #[error("`{field}` is `{found}`: {expected}")]
    Odd {
        /// Which field.
        field: &'static str,
        /// What it holds, made harmless.
        found: String,
        /// What belongs there.
        expected: String,
    },
}

/// Reads one record.
///
/// `elevated` tells whether the role with this ARN is elevated; uses of other roles' sessions are not kept.
///
/// # Errors
/// A record of STS, sign-in, IAM or SSO, or of an elevated session, that lacks its id, account or time, or whose parameters cannot be read.
pub fn read(json: &[u8], elevated: &dyn Fn(&RoleArn) -> bool) -> Result<Reading, RecordProblem> {
    let text = std::str::from_utf8(json).map_err(|_| RecordProblem::Shape("it is not UTF-8".to_owned()))?;
    if let Some(seen) = super::service::glance(text, elevated) {
        return Ok(Reading::Service(seen));
    }
    let record: Record<'_> = serde_json::from_str(text).map_err(|error| RecordProblem::Shape(error.to_string()))?;
    let service = match record.event_source.as_deref().and_then(|source| source.split('.').next()) {
        Some("sts") => Service::Sts,
        Some("signin") => Service::SignIn,
        Some("iam") => Service::Iam,
        Some("sso") => Service::Sso,
        _ => Service::Other,
    };
    let session_role = session_role(&record).filter(|(_, role)| elevated(role));
    if service == Service::Other && session_role.is_none() {
        return Ok(Reading::NotRelevant);
    }
    let key = RecordKey { account: recipient(&record)?, event: event_id(&record)? };
    let time = event_time(&record)?;
    let region = record.aws_region.as_deref().filter(|region| !region.is_empty()).map(Arc::from);
    if service == Service::Sts
        && let Some(stub) = super::service::stub(&record, &key, time, elevated)?
    {
        return Ok(Reading::Service(ServiceSeen { stub, time, region }));
    }
    let caller = Arc::new(Caller::from_record(record.user_identity.as_ref(), record.source_ip_address.as_deref()));
    let name: Arc<str> = Arc::from(record.event_name.as_deref().unwrap_or_default());
    let at = At { key: &key, time, caller: &caller, name: &name, failed: record.error().is_some() };
    let fact = match service {
        Service::Sts => super::sts::fact(&record, &at)?,
        Service::SignIn => super::sign_in::fact(&record, &at)?,
        Service::Iam => super::iam::fact(&record, &at)?,
        Service::Sso | Service::Other => None,
    };
    let correction = record.addendum.as_ref().map(|addendum| Correction {
        original: addendum
            .original_event_id
            .as_deref()
            .and_then(|id| id.parse().ok())
            .filter(|id: &EventId| *id != key.event)
            .map(|event| RecordKey { account: key.account, event }),
    });
    Ok(Reading::Seen(Box::new(Seen {
        role: role_id(&record, fact.as_ref())
            .filter(|(_, role)| elevated(role) || role.without_path().is_some_and(|short| elevated(&short))),
        used: session_role.and_then(|(_, role)| used(&record, &caller, time, role, fact.as_ref())),
        named: named(&caller, service, time),
        region,
        error: record.error().map(Arc::from),
        fact: fact.or_else(|| correction.is_some().then_some(Fact::Nothing)),
        correction,
        key,
        time,
        service,
        name,
        caller,
    })))
}

/// What the readers of one service's records have at hand.
pub(super) struct At<'a> {
    pub(super) key: &'a RecordKey,
    pub(super) time: Moment,
    pub(super) caller: &'a Arc<Caller>,
    pub(super) name: &'a str,
    pub(super) failed: bool,
}

impl At<'_> {
    /// A call that succeeded lacks what it cannot have worked without.
    pub(super) fn odd(field: &'static str, found: &str, expected: &str) -> RecordProblem {
        RecordProblem::Odd { field, found: crate::untrusted::harmless(found), expected: expected.to_owned() }
    }
}

pub(crate) fn recipient(record: &Record<'_>) -> Result<AccountId, RecordProblem> {
    let text = record.recipient_account_id.as_deref().ok_or(RecordProblem::Missing("recipientAccountId"))?;
    text.parse().map_err(|error: crate::id::NotAnAccountId| At::odd("recipientAccountId", text, &error.to_string()))
}

pub(crate) fn event_id(record: &Record<'_>) -> Result<EventId, RecordProblem> {
    let text = record.event_id.as_deref().ok_or(RecordProblem::Missing("eventID"))?;
    text.parse().map_err(|error: crate::id::NotAnEventId| At::odd("eventID", text, &error.to_string()))
}

pub(crate) fn event_time(record: &Record<'_>) -> Result<Moment, RecordProblem> {
    let text = record.event_time.as_deref().ok_or(RecordProblem::Missing("eventTime"))?;
    text.parse().map_err(|error: crate::moment::NotAMoment| At::odd("eventTime", text, &error.to_string()))
}

/// The id and ARN of the role whose session signed the call.
///
/// INVARIANT (needle): it is decided by the caller's ARN, which holds the role's name; that is what archives are searched for.
fn session_role<'a>(record: &'a Record<'_>) -> Option<(Option<&'a str>, RoleArn)> {
    let identity = record.user_identity.as_ref()?;
    if identity.kind.as_deref() != Some("AssumedRole") {
        return None;
    }
    let short = AssumedRoleArn::parse(identity.arn.as_deref()?)?;
    let issuer = identity.session_context.as_ref().and_then(|context| context.session_issuer.as_ref());
    let full = issuer
        .and_then(|issuer| RoleArn::parse(issuer.arn.as_deref()?).ok())
        .filter(|full| full.account() == short.account && full.name() == short.role_name);
    match full {
        Some(full) => Some((issuer.and_then(|issuer| issuer.principal_id.as_deref()), full)),
        None => Some((None, short.role_without_path()?)),
    }
}

/// The console's own steps are no use; a record without key and creation time cannot be tied to a session.
fn used(record: &Record<'_>, caller: &Caller, time: Moment, role: RoleArn, fact: Option<&Fact>) -> Option<Use> {
    if matches!(fact, Some(Fact::Console(_))) {
        return None;
    }
    let created = caller.session.as_ref().and_then(|session| session.created);
    if created.is_none() && caller.key.is_none() {
        return None;
    }
    Some(Use {
        time,
        session: caller.principal_id.clone()?,
        created,
        key: caller.key.clone(),
        role,
        delivered_by_service: caller.session.as_ref().is_some_and(|session| session.delivered_by_service),
        read_only: says_true(record.read_only.as_ref()),
        by_console: says_true(record.session_credential_from_console.as_ref()),
    })
}

fn says_true(text: Option<&Text<'_>>) -> bool {
    text.is_some_and(|text| &**text == "true")
}

fn named(caller: &Caller, service: Service, time: Moment) -> Option<NameSeen> {
    if caller.kind != CallerKind::IamUser || service == Service::Other {
        return None;
    }
    let id = caller.principal_id.as_ref().filter(|id| id.starts_with("AIDA"))?;
    Some(NameSeen { account: caller.account?, name: caller.user_name.clone()?, id: id.clone(), time })
}

/// A role's id and full ARN, from the session that called or the session that was issued.
fn role_id(record: &Record<'_>, fact: Option<&Fact>) -> Option<(Arc<str>, RoleArn)> {
    if let Some(Fact::Mint(mint)) = fact
        && let (Some(session), Some(role)) = (&mint.session, &mint.role)
        && let Some((id, _)) = session.split_once(':')
    {
        return Some((Arc::from(id), role.clone()));
    }
    let (id, role) = session_role(record)?;
    let id = id.filter(|id| id.starts_with("AROA") && !id.contains(':'))?;
    Some((Arc::from(id), role))
}

/// Parses one of the raw parts of a record; `null` and absence are the default.
pub(super) fn part<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>, field: &'static str) -> Result<T, RecordProblem> {
    match raw {
        None => Ok(T::default()),
        // A failed call may carry a bare text here.
        Some(raw) if !raw.get().starts_with('{') => Ok(T::default()),
        Some(raw) => serde_json::from_str(raw.get()).map_err(|error| RecordProblem::Shape(format!("in `{field}`: {error}"))),
    }
}

/// A parameter as shared text; empty is absent.
pub(super) fn shared(text: Option<&Text<'_>>) -> Option<Arc<str>> {
    text.map(|text| &**text).filter(|text| !text.is_empty()).map(Arc::from)
}
