//! Calls that would disable the guard itself: calls on its rules, queues, functions, tables,
//! topics, key, bucket, alarms, trails, stack and roles, and on the permissions of its accounts.
//!
//! One record is enough to decide, so nothing is joined: [`tampering`] checks a record as it
//! arrives. The guard's own resources are only known where it is deployed, so this is for the live
//! guard. An archive alone can't show them.

mod calls;
mod guarded;
mod organization;
mod target;
#[cfg(test)]
mod tests;

use calls::GuardedKind;
pub use calls::{CALLS, WatchedCall, markdown};
pub use guarded::GuardedResources;
pub use target::TamperTarget;

use crate::catalogue;
use crate::delivery::Delivery;
use crate::finding::{CallerShown, finding_id};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::record::{self, Parameters, Record, RecordProblem, Resource};
use crate::seen::Caller;
use crate::seen::parts::{event_id, event_time};
use crate::untrusted::harmless;

/// CloudFormation makes calls on behalf of the person who deploys.
const CLOUDFORMATION: &str = "cloudformation";

/// A call that would disable the guard. Every text in it is safe to print, but not escaped yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tampering {
    /// The record.
    pub key: RecordKey,
    /// `eventTime`.
    pub time: Moment,
    /// The call, with a description of its effect.
    pub call: &'static WatchedCall,
    /// The caller, as the record shows it. The last part of a role session's ARN is chosen by the
    /// person who opened it.
    pub caller: CallerShown,
    /// What the call worked on.
    pub target: TamperTarget,
    /// Why the call failed (`errorCode`); `None`: it succeeded.
    pub failed: Option<String>,
    /// Whether CloudFormation made the call for the caller: in a deployment, or in something made
    /// to look like one.
    pub by_cloudformation: bool,
    /// `awsRegion`.
    pub region: Option<String>,
    /// The source address.
    pub source_ip: Option<String>,
}

/// Texts for searching records without parsing them: the names of the watched calls, each as a
/// whole string. Every record of a watched call contains one.
pub fn needles() -> Vec<String> {
    let mut needles: Vec<String> = CALLS
        .iter()
        .map(|call| format!("\"{}\"", call.name))
        .collect();
    needles.sort();
    needles.dedup();
    needles
}

/// Returns the tampering that a record shows, if any.
///
/// # Errors
/// If the text isn't a record, or a record of a watched call lacks its id, account or time.
pub fn tampering(
    record_json: &[u8],
    delivery: Delivery<'_>,
    guarded: &GuardedResources,
) -> Result<Option<Tampering>, RecordProblem> {
    tampering_of(&record::open(record_json)?, delivery, guarded)
}

/// Like [`tampering`], for a record that is already parsed.
pub(crate) fn tampering_of(
    record: &Record<'_>,
    delivery: Delivery<'_>,
    guarded: &GuardedResources,
) -> Result<Option<Tampering>, RecordProblem> {
    let Some(call) = called(record) else {
        return Ok(None);
    };
    let target = if call.of == GuardedKind::Organization {
        organization::target(record, call, guarded)
    } else {
        target(record, call, guarded)
    };
    let Some(target) = target else {
        return Ok(None);
    };
    let identity = record.identity();
    let caller = Caller::from_record(record);
    Ok(Some(Tampering {
        key: RecordKey {
            account: delivery.recipient(record)?,
            event: event_id(record)?,
        },
        time: event_time(record)?,
        call,
        caller: CallerShown::of_caller(&caller),
        target,
        failed: record.error().map(harmless),
        by_cloudformation: identity
            .and_then(|identity| identity.invoked_by.as_deref()?.split('.').next())
            == Some(CLOUDFORMATION),
        region: record.aws_region.as_deref().map(harmless),
        source_ip: record.source_ip_address.as_deref().map(harmless),
    }))
}

impl Tampering {
    /// The id of the finding (RW201) for this call, which doesn't depend on the policy.
    pub fn finding_id(&self) -> String {
        finding_id(
            catalogue::GUARD_TAMPERED.code,
            &[&self.key.event.to_string()],
        )
    }

    /// The resource of the call; empty if the record doesn't name it.
    pub fn resource(&self) -> &str {
        match &self.target {
            TamperTarget::Named(resource) | TamperTarget::MayReach(resource) => resource,
            TamperTarget::LeftOut | TamperTarget::Unnamed => "",
        }
    }
}

fn called(record: &Record<'_>) -> Option<&'static WatchedCall> {
    let source = record.event_source.as_deref()?.split('.').next()?;
    let name = record.event_name.as_deref()?;
    CALLS
        .iter()
        .find(|call| call.source == source && call.name == name)
}

/// The resource of the call, if it is or may be one of the guard's own.
fn target(
    record: &Record<'_>,
    call: &WatchedCall,
    guarded: &GuardedResources,
) -> Option<TamperTarget> {
    let request = Parameters::read(record.request_parameters);
    let response = Parameters::read(record.response_elements);
    let resources: Vec<Resource<'_>> = record
        .resources
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    let listed = resources
        .iter()
        .filter_map(|resource| resource.arn.as_deref());
    let refused = record.error_message.as_deref().and_then(refused_resource);
    // A call may name its resource in the request, in the response, in `resources` or, if it was
    // denied, only in the message.
    let named: Vec<&str> = request
        .texts_named(call.names)
        .chain(response.texts_named(call.names))
        .chain(listed)
        .chain(refused)
        .collect();

    let own = || {
        named
            .iter()
            .copied()
            .filter(|text| guarded.includes(call.of, text))
    };
    // An ARN also shows the account and the Region.
    if let Some(text) = own()
        .find(|text| text.starts_with("arn:"))
        .or_else(|| own().next())
    {
        return Some(TamperTarget::Named(harmless(text)));
    }
    if !named.is_empty() {
        return None;
    }
    // The guard's trails aren't configured, so every trail is watched.
    if guarded.watches_all(call.of) {
        return Some(TamperTarget::Unnamed);
    }
    // A call that failed and names nothing changed nothing. Reporting denied calls of the whole
    // company would hide the others.
    match (record.error().is_some(), request.omitted) {
        (true, _) => None,
        (false, true) => Some(TamperTarget::LeftOut),
        (false, false) => Some(TamperTarget::Unnamed),
    }
}

/// The resource in the message of a denied call. With `AccessDenied`, only the message has it:
/// `… on resource: ARN because …`, or for IAM `… on resource: role NAME because …`.
fn refused_resource(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" is not authorized to perform: ")?;
    let (_action, rest) = rest.split_once(" on resource: ")?;
    let end = [" because ", " with an explicit deny"]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .min();
    end.map_or(Some(rest), |end| rest.get(..end))
        .map(str::trim)
        .filter(|text| !text.is_empty())
}
