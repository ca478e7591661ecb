//! Services enter roles all day. Of a service's mint of a role that nobody listed, only a stub is kept: enough to recognise the session when
//! it turns up as the start of a chain.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;

use super::read::{RecordProblem, part};
use crate::arn::RoleArn;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
use crate::record::{Record, Text};

/// 48 bytes for a session that AWS gave to a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceMint {
    session: u64,
    issued: u64,
    issued_more: u32,
    second: u32,
    account: AccountId,
    event: [u8; 16],
}

impl ServiceMint {
    /// The account of the record.
    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// The record that this is a stub of.
    pub(crate) fn record(&self) -> RecordKey {
        RecordKey { account: self.account, event: EventId::Uuid(self.event) }
    }

    pub(crate) fn issued(&self) -> (u64, u32) {
        (self.issued, self.issued_more)
    }

    pub(crate) fn session(&self) -> (u64, Moment) {
        (self.session, Moment::from_epoch_seconds(i64::from(self.second)))
    }
}

/// The stub of a service's mint. `None`: the record is of another kind, or does not fit into a stub and is kept whole.
pub(super) fn stub(
    record: &Record<'_>,
    key: &RecordKey,
    time: Moment,
    elevated: &dyn Fn(&RoleArn) -> bool,
) -> Result<Option<ServiceMint>, RecordProblem> {
    let by_service = record.user_identity.as_ref().is_some_and(|identity| identity.kind.as_deref() == Some("AWSService"));
    if !by_service || record.event_name.as_deref() != Some("AssumeRole") || record.error_code.is_some() || record.addendum.is_some() {
        return Ok(None);
    }
    let request: Asked<'_> = part(record.request_parameters, "requestParameters")?;
    if request.role_arn.and_then(|arn| RoleArn::parse(&arn).ok()).is_none_or(|role| elevated(&role)) {
        return Ok(None);
    }
    let response: Given<'_> = part(record.response_elements, "responseElements")?;
    let issued = response.credentials.and_then(|credentials| credentials.access_key_id);
    let session = response.assumed_role_user.and_then(|user| user.assumed_role_id);
    let (EventId::Uuid(event), Some(issued), Some(session)) = (&key.event, issued, session) else {
        return Ok(None);
    };
    let Ok(second) = u32::try_from(time.epoch_seconds()) else {
        return Ok(None);
    };
    let (low, high) = key_hash(&issued);
    Ok(Some(ServiceMint { session: session_hash(&session), issued: low, issued_more: high, second, account: key.account, event: *event }))
}

/// Of the parameters, only what the stub needs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    #[serde(borrow)]
    role_arn: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    #[serde(borrow)]
    credentials: Option<GivenKey<'a>>,
    #[serde(borrow)]
    assumed_role_user: Option<GivenSession<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenKey<'a> {
    #[serde(borrow)]
    access_key_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenSession<'a> {
    #[serde(borrow)]
    assumed_role_id: Option<Text<'a>>,
}

/// 96 bits of an access key id.
pub(crate) fn key_hash(key: &str) -> (u64, u32) {
    let [a, b, c, d, ..] = hash(&("more", key)).to_le_bytes();
    (hash(key), u32::from_le_bytes([a, b, c, d]))
}

/// 64 bits of `AROA…:session`.
pub(crate) fn session_hash(session: &str) -> u64 {
    hash(&("session", session))
}

fn hash(what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
