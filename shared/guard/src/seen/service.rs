//! AWS services enter roles continuously. If the role isn't elevated, only a stub of the record is
//! kept: enough to recognize the session if a chain starts from it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::Deserialize;

use crate::arn::RoleArn;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
use crate::record::{Present, Record, RequestParameters, ResponseElements, Text};

/// A session that AWS issued to a service, in 56 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceMint {
    session: u64,
    issued: u64,
    issued_more: u32,
    second: u32,
    account: AccountId,
    event: [u8; 16],
    service: u64,
}

impl ServiceMint {
    /// The hash of the service's name, if the record shows it.
    pub(crate) fn service(&self) -> Option<u64> {
        (self.service != service_hash("")).then_some(self.service)
    }

    /// The account of the record.
    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// The key of the original record.
    pub(crate) fn record(&self) -> RecordKey {
        RecordKey {
            account: self.account,
            event: EventId::Uuid(self.event),
        }
    }

    pub(crate) fn issued(&self) -> (u64, u32) {
        (self.issued, self.issued_more)
    }

    pub(crate) fn session(&self) -> (u64, Moment) {
        (
            self.session,
            Moment::from_epoch_seconds(i64::from(self.second)),
        )
    }
}

/// The stub of a mint for a service. `None`: the record is of another kind, or doesn't fit into a
/// stub and is kept whole.
pub(super) fn service_mint(
    record: &Record<'_>,
    key: &RecordKey,
    time: Moment,
    elevated: &dyn Fn(&RoleArn) -> bool,
) -> Option<ServiceMint> {
    let service = record
        .identity()
        .filter(|identity| identity.kind.as_deref() == Some("AWSService"));
    // Details that can't be read have to be reported, which a stub can't do.
    if record.aws_region.as_ref().is_some_and(Text::is_odd) {
        return None;
    }
    if service.is_none()
        || record.event_name.as_deref() != Some("AssumeRole")
        || record.error().is_some()
        || record.addendum.is_some()
    {
        return None;
    }
    let request: RequestParameters<'_> =
        serde_json::from_str(record.request_parameters?.get()).ok()?;
    if elevated(&RoleArn::parse(&request.role_arn?).ok()?) {
        return None;
    }
    let response: ResponseElements<'_> =
        serde_json::from_str(record.response_elements?.get()).ok()?;
    let issued = response
        .credentials
        .as_ref()?
        .read()?
        .access_key_id
        .as_deref()?;
    let session = response
        .assumed_role_user
        .as_ref()?
        .read()?
        .assumed_role_id
        .as_deref()?;
    // A stub has 16 bytes for the id. AWS's ids fit; a record with any other id is kept whole.
    let EventId::Uuid(event) = key.event else {
        return None;
    };
    // Enough until 2106.
    let second = u32::try_from(time.epoch_seconds()).ok()?;
    let service = service?.invoked_by.as_ref();
    if service.is_some_and(Text::is_odd) {
        return None;
    }
    let service = service.map_or("", |service| service);
    minted((issued, session, service), second, key.account, event)
}

/// `None`: something that identifies the session is missing.
fn minted(
    (issued, session, service): (&str, &str, &str),
    second: u32,
    account: AccountId,
    event: [u8; 16],
) -> Option<ServiceMint> {
    if issued.is_empty() || session.is_empty() {
        return None;
    }
    let (low, high) = key_hash(issued);
    Some(ServiceMint {
        session: session_hash(session),
        issued: low,
        issued_more: high,
        second,
        account,
        event,
        service: service_hash(service),
    })
}

/// The same without reading the record completely, for the usual spelling. These records are so
/// frequent that the normal way would be too slow.
///
/// `None`: the record has to be read completely to decide.
pub(crate) fn glance(text: &str, elevated: &dyn Fn(&RoleArn) -> bool) -> Option<ServiceSeen> {
    // The cheapest test comes first. If a caller put these words into a parameter, the record is
    // parsed in vain, and reading decides.
    memchr::memmem::find(text.as_bytes(), b"\"AWSService\"")?;
    let record: Glance<'_> = crate::json::parse(text).ok()?;
    let plain = !record.aws_region.is_odd()
        && !record
            .user_identity
            .invoked_by
            .as_ref()
            .is_some_and(Text::is_odd)
        && &*record.event_source == "sts.amazonaws.com"
        && &*record.event_name == "AssumeRole"
        && &*record.user_identity.kind == "AWSService"
        && record
            .error_code
            .as_ref()
            .is_none_or(|code| code.is_empty() && !code.is_odd())
        && record.addendum.is_none();
    if !plain || elevated(&RoleArn::parse(&record.request_parameters.role_arn).ok()?) {
        return None;
    }
    let time: Moment = record.event_time.parse().ok()?;
    let EventId::Uuid(event) = record.event_id.parse().ok()? else {
        return None;
    };
    let response = &record.response_elements;
    let stub = minted(
        (
            &response.credentials.access_key_id,
            &response.assumed_role_user.assumed_role_id,
            record
                .user_identity
                .invoked_by
                .as_deref()
                .unwrap_or_default(),
        ),
        u32::try_from(time.epoch_seconds()).ok()?,
        record.recipient_account_id.parse().ok()?,
        event,
    )?;
    let region = Some(record.aws_region)
        .filter(|region| !region.is_empty())
        .map(|region| Arc::from(&*region));
    Some(ServiceSeen { stub, time, region })
}

/// Only the fields that the stub needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Glance<'a> {
    #[serde(borrow)]
    event_source: Text<'a>,
    #[serde(borrow)]
    event_name: Text<'a>,
    #[serde(borrow)]
    event_time: Text<'a>,
    #[serde(borrow, rename = "eventID")]
    event_id: Text<'a>,
    #[serde(borrow)]
    aws_region: Text<'a>,
    #[serde(borrow)]
    recipient_account_id: Text<'a>,
    #[serde(borrow)]
    user_identity: GlanceIdentity<'a>,
    #[serde(borrow)]
    request_parameters: GlanceRequest<'a>,
    #[serde(borrow)]
    response_elements: GlanceResponse<'a>,
    #[serde(borrow)]
    error_code: Option<Text<'a>>,
    addendum: Option<Present>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlanceIdentity<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    invoked_by: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlanceRequest<'a> {
    #[serde(borrow)]
    role_arn: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlanceResponse<'a> {
    #[serde(borrow)]
    credentials: GlanceKey<'a>,
    #[serde(borrow)]
    assumed_role_user: GlanceSession<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlanceKey<'a> {
    #[serde(borrow)]
    access_key_id: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlanceSession<'a> {
    #[serde(borrow)]
    assumed_role_id: Text<'a>,
}

/// A 96-bit hash of an access key id.
pub(crate) fn key_hash(key: &str) -> (u64, u32) {
    // Two hashes of different texts, because 64 bits are too few for the keys of years. A session's
    // hash is always compared together with the second of its mint.
    let [a, b, c, d, ..] = hash(&("more", key)).to_le_bytes();
    (hash(key), u32::from_le_bytes([a, b, c, d]))
}

/// A 64-bit hash of `AROA…:session`.
pub(crate) fn session_hash(session: &str) -> u64 {
    hash(&("session", session))
}

/// A 64-bit hash of a service's name.
pub(crate) fn service_hash(service: &str) -> u64 {
    hash(&("service", service))
}

fn hash(what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A service entered a role that isn't elevated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSeen {
    /// The stub that is kept.
    pub stub: ServiceMint,
    /// `eventTime`.
    pub time: Moment,
    /// `awsRegion`.
    pub region: Option<Arc<str>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Reading, read};

    #[test]
    fn a_glance_sees_what_reading_in_full_sees() {
        let record = json!({
            "eventVersion": "1.08",
            "userIdentity": {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
            "eventTime": "2026-03-02T09:00:00Z",
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "awsRegion": "us-east-1",
            "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/worker", "roleSessionName": "x"},
            "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLEKEY000001"}, "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLEWORKER001:x"}},
            "eventID": "00000000-0000-4000-8000-000000000001",
            "recipientAccountId": "111122223333",
        })
        .to_string();
        let spelled = record.replace("AWSService", "AWS\\u0053ervice");
        let readings = [&record, &spelled].map(|text| read(text.as_bytes(), &|_| false).unwrap());
        assert!(matches!(readings[0], Reading::Service(_)), "{readings:?}");
        assert_eq!(readings[0], readings[1]);
        assert!(
            matches!(read(record.as_bytes(), &|_| true), Ok(Reading::Seen(_))),
            "a listed role's mint is kept whole"
        );
    }
}
