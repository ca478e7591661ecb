//! Calls on the organization, which affect every account in it. Their records name a policy or an
//! account, but rarely what they mean for the guard: a service control policy may prevent its rules
//! from forwarding, or may no longer prevent people from stopping them.

use serde_json::Value;

use super::calls::{GuardedKind, WatchedCall};
use super::guarded::GuardedResources;
use super::target::TamperTarget;
use crate::record::{Parameters, Record};
use crate::untrusted::harmless;

/// The types of policies that allow and deny. Others (tags, backups, …) can't stop a rule.
const AUTHORIZING: [&str; 2] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];

/// Services whose access to the organization provides the trail and the spokes: CloudTrail, and the
/// StackSets of CloudFormation.
const SERVICES: [&str; 2] = [
    "cloudtrail.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
];

/// The parameters whose text may mention the guard.
const TEXTS: [&str; 3] = ["content", "name", "description"];

/// The target of the call, if the call affects the guard or may affect it.
pub(super) fn target(
    record: &Record<'_>,
    call: &WatchedCall,
    guarded: &GuardedResources,
) -> Option<TamperTarget> {
    let request = Parameters::read(record.request_parameters);
    let failed = record.error().is_some();
    if request.omitted && !failed {
        return Some(TamperTarget::LeftOut);
    }
    if !concerns_rights(record, &request) {
        return None;
    }
    let shown = request
        .texts_named(call.names)
        .next()
        .map(harmless)
        .unwrap_or_default();
    if request
        .texts_named(&TEXTS)
        .any(|text| guarded.includes(GuardedKind::Role, text))
    {
        return Some(TamperTarget::Named(shown));
    }
    // A failed call changed nothing, and anybody in any account can try.
    (!failed).then_some(TamperTarget::MayReach(shown))
}

/// False if the record shows that the call isn't about permissions in the accounts.
fn concerns_rights(record: &Record<'_>, request: &Parameters) -> bool {
    let answered = record
        .response_elements
        .and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
    let answered = answered
        .as_ref()
        .and_then(|answer| answer.pointer("/policy/policySummary/type")?.as_str());
    let kinds = request.texts_named(&["type", "policyType"]).chain(answered);
    let mut services = request.texts_named(&["servicePrincipal"]);
    kinds.into_iter().all(|kind| AUTHORIZING.contains(&kind))
        && services.all(|service| SERVICES.contains(&service))
}
