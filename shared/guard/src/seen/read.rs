//! Reads one record, from its JSON to what it says.

use std::sync::Arc;

use super::details::UnreadDetails;
use super::hints::{name_seen, odd_session, read_use, role_id, session_role};
use super::parts::{RecordHead, Service, event_id, event_time};
use super::service::ServiceSeen;
use super::{Caller, Correction, Fact, NameSeen, RecordAbout, Use};
use crate::arn::RoleArn;
use crate::delivery::Delivery;
use crate::id::{EventId, RecordKey};
use crate::moment::Moment;
use crate::record::{self, Addendum, Object, Record, RecordProblem, ResponseElements, Text};

/// The result of reading one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The record says something that the engine uses.
    Seen(Box<SeenRecord>),
    /// A service entered a role that isn't elevated. Only a stub is kept.
    Service(ServiceSeen),
    /// The record comes neither from STS, sign-in, IAM or Identity Center nor from a session
    /// whose calls count.
    NotRelevant,
}

/// What a relevant record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRecord {
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
    /// The call's name, and where it came from.
    pub about: Arc<RecordAbout>,
    /// The caller.
    pub caller: Arc<Caller>,
    /// `errorCode`, if the call failed.
    pub error: Option<Arc<str>>,
    /// The fact that is kept under the record's id.
    pub fact: Option<Fact>,
    /// A use of a role session.
    pub used: Option<Use>,
    /// A user's name and id.
    pub named: Option<NameSeen>,
    /// A role's id and its ARN with path.
    pub role: Option<(Arc<str>, RoleArn)>,
    /// Present if the record corrects or repeats another one.
    pub correction: Option<Correction>,
    /// The details that can't be read. What depends on them is unproven; the rest counts.
    pub unread: Vec<RecordProblem>,
}

/// Reads one record without information about its delivery.
///
/// # Errors
/// The same as for [`read_from`].
pub fn read(json: &[u8], elevated: &dyn Fn(&RoleArn) -> bool) -> Result<Reading, RecordProblem> {
    read_from(json, Delivery::default(), elevated)
}

/// Reads one record as it was delivered.
///
/// `elevated` returns whether calls by sessions of the role with this ARN have to be kept: the role
/// may be elevated, or such calls may show a person of Identity Center.
///
/// A detail that can't be read is listed in [`SeenRecord::unread`].
///
/// # Errors
/// If a record of STS, sign-in, IAM or Identity Center, or of an elevated session, lacks its id,
/// account or time, or an essential detail: the call, whether it failed, the role that was entered,
/// the user who was added to a group, or the group.
pub fn read_from(
    json: &[u8],
    delivery: Delivery<'_>,
    elevated: &dyn Fn(&RoleArn) -> bool,
) -> Result<Reading, RecordProblem> {
    let text = record::text(json)?;
    if let Some(seen) = super::service::glance(text, elevated) {
        return Ok(Reading::Service(seen));
    }
    read_record(&record::of_text(text)?, delivery, elevated)
}

/// Like [`read_from`], for a record that is already parsed.
pub(crate) fn read_record(
    record: &Record<'_>,
    delivery: Delivery<'_>,
    elevated: &dyn Fn(&RoleArn) -> bool,
) -> Result<Reading, RecordProblem> {
    let service = service(record)?;
    // A record is relevant because of the service that wrote it or because of the session that made
    // the call.
    let session_role = session_role(record).filter(|(_, role)| elevated(role));
    if service == Service::Other && session_role.is_none() {
        return match odd_session(record) {
            None => Ok(Reading::NotRelevant),
            Some(problem) => Err(problem),
        };
    }
    relevant(record, delivery, service, session_role, elevated)
}

/// A record of a watched service or of an elevated session.
fn relevant(
    record: &Record<'_>,
    delivery: Delivery<'_>,
    service: Service,
    session_role: Option<(Option<&str>, RoleArn)>,
    elevated: &dyn Fn(&RoleArn) -> bool,
) -> Result<Reading, RecordProblem> {
    let key = RecordKey {
        account: delivery.recipient(record)?,
        event: event_id(record)?,
    };
    let time = event_time(record)?;
    let region: Option<Arc<str>> = record
        .aws_region
        .as_deref()
        .filter(|region| !region.is_empty())
        .map(Arc::from);
    let mut unread = UnreadDetails::default();
    // This is read first: a failed call changed nothing, whatever its parameters say.
    let failed = failed(record, service, &mut unread)?;
    if service == Service::Sts
        && let Some(stub) = super::service::service_mint(record, &key, time, elevated)
    {
        return Ok(Reading::Service(ServiceSeen { stub, time, region }));
    }
    unread.members(record);
    let on_behalf_of = super::identity_center::on_behalf_of(record, &mut unread);
    let caller = Arc::new(Caller {
        on_behalf_of: on_behalf_of.clone().map(Box::new),
        ..Caller::read(record, &mut unread)
    });
    let name: Arc<str> = Arc::from(event_name(record, service, &mut unread)?);
    let at = RecordHead {
        key: &key,
        time,
        caller: &caller,
        name: &name,
        failed,
        on_behalf_of,
    };
    let fact = read_fact(record, service, &at, &mut unread)?;
    let correction = correction(record, &key, &mut unread);
    Ok(Reading::Seen(Box::new(SeenRecord {
        role: role_id(record, fact.as_ref()).filter(|(_, role)| {
            // Ids are kept for roles that the policy may mean, even if the policy has another path:
            // the id can show that it's the same role.
            elevated(role) || role.without_path().is_some_and(|short| elevated(&short))
        }),
        used: session_role
            .and_then(|(_, role)| read_use(record, &at, role, fact.as_ref(), &mut unread)),
        named: name_seen(&caller, service, time),
        about: Arc::new(RecordAbout::read(record, Arc::clone(&name), region.clone())),
        region,
        error: record.error().map(Arc::from),
        // A correction without a fact of its own still invalidates the original's fact, so it's
        // kept under its id.
        fact: fact.or_else(|| correction.is_some().then_some(Fact::Nothing)),
        correction,
        key,
        time,
        service,
        name,
        caller,
        unread: unread.into_problems(),
    })))
}

/// The fact in the service's own fields.
fn read_fact(
    record: &Record<'_>,
    service: Service,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    match service {
        Service::Sts => super::sts::read_fact(record, at, unread),
        Service::SignIn => match super::sign_in::read_fact(record, at, unread)? {
            None => super::identity_center::read_fact(record, service, at, unread),
            step => Ok(step),
        },
        Service::Iam => super::iam::read_fact(record, at, unread),
        Service::Sso | Service::Directory | Service::SsoOauth => {
            super::identity_center::read_fact(record, service, at, unread)
        }
        Service::Other => Ok(None),
    }
}

/// The `eventType` of CloudTrail Insights events. They don't describe a single call, and have the
/// service in another field.
const INSIGHT: &str = "AwsCloudTrailInsight";

pub(super) fn service(record: &Record<'_>) -> Result<Service, RecordProblem> {
    let field = "eventSource";
    if record.event_source.is_none() && record.event_type.as_deref() == Some(INSIGHT) {
        return Ok(Service::Other);
    }
    let source = record
        .event_source
        .as_ref()
        .ok_or(RecordProblem::Missing(field))?;
    if source.is_odd() {
        return Err(RecordProblem::Unlike { field });
    }
    if source.trim().is_empty() {
        return Err(RecordProblem::Missing(field));
    }
    Ok(Service::from_source(source))
}

/// The name of the call. For a use, it isn't needed.
fn event_name<'r>(
    record: &'r Record<'_>,
    service: Service,
    unread: &mut UnreadDetails,
) -> Result<&'r str, RecordProblem> {
    let field = "eventName";
    let name = record
        .event_name
        .as_ref()
        .filter(|name| !name.is_empty() || name.is_odd());
    match name {
        Some(name) if service != Service::Other && name.is_odd() => {
            return Err(RecordProblem::Unlike { field });
        }
        Some(name) if name.is_odd() => unread.unlike(field),
        None if service != Service::Other => return Err(RecordProblem::Missing(field)),
        _ => {}
    }
    Ok(name.map_or("", |name| name))
}

/// Whether the call failed. If `errorCode` can't be read, credentials in the response show that it
/// succeeded.
fn failed(
    record: &Record<'_>,
    service: Service,
    unread: &mut UnreadDetails,
) -> Result<bool, RecordProblem> {
    if !record.error_code.as_ref().is_some_and(Text::is_odd) {
        return Ok(record.error().is_some());
    }
    // A malformed `errorCode` isn't a reason to drop a mint, because STS issues credentials only
    // when the call succeeds.
    let issued = || {
        let answer: ResponseElements<'_> =
            serde_json::from_str(record.response_elements?.get()).ok()?;
        answer
            .credentials?
            .read()?
            .access_key_id
            .as_deref()
            .map(|key| !key.is_empty())
    };
    match service {
        // For relevant calls, the reader of Identity Center's records reports this.
        Service::Sso | Service::Directory | Service::SsoOauth | Service::Other => {}
        Service::Sts if issued() == Some(true) => {}
        Service::Sts | Service::SignIn | Service::Iam => {
            return Err(RecordProblem::Unlike { field: "errorCode" });
        }
    }
    unread.unlike("errorCode");
    Ok(false)
}

/// The record that this one corrects. An addendum that can't be read replaces nothing.
fn correction(
    record: &Record<'_>,
    key: &RecordKey,
    unread: &mut UnreadDetails,
) -> Option<Correction> {
    let addendum: &Addendum<'_> = record.addendum.as_ref().and_then(Object::read)?;
    let expected = crate::id::NotAnEventId.to_string();
    let id = unread.detail(
        addendum.original_event_id.as_ref(),
        ("addendum.originalEventID", &expected),
        |id| id.parse::<EventId>().ok(),
    );
    let original = id
        .read()
        // An addendum with the id of its own record is a later version of that record. The world
        // recognizes that by the id.
        .filter(|id| *id != key.event)
        .map(|event| RecordKey {
            account: key.account,
            event,
        });
    Some(Correction { original })
}
