//! Whom and what a finding is about, and the call that it's about.

use std::net::{IpAddr, Ipv4Addr};

use rolewatch_guard::arn::{account_of, partition_of};
use rolewatch_guard::{Finding, FindingContext};
use serde_json::{Value, json};

use super::SecurityHub;
use super::limits::{CALL, ID, REGION, clipped};
use crate::report::seen::resource_type;

/// The partitions that Security Hub's format can name.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// The role and the caller. If no record names them, the importing account, because the format
/// requires a resource.
pub(super) fn resources(finding: &Finding, hub: &SecurityHub) -> Value {
    let region = finding.context.region.as_deref();
    // A text that is too long isn't a Region, and half of it would be a different one.
    let region = region.filter(|text| !text.trim().is_empty() && text.len() <= REGION);
    let mut resources = Vec::new();
    for arn in [Some(&finding.role), finding.caller.arn.as_ref()]
        .into_iter()
        .flatten()
        .filter(|arn| !arn.trim().is_empty())
    {
        let kind = resource_type(arn).security_hub;
        let partition = partition_of(arn).filter(|name| PARTITIONS.contains(name));
        resources.push(json!({
            "Type": kind,
            "Id": resource_id(arn, kind),
            "Partition": partition,
            "Region": region,
        }));
    }
    if resources.is_empty() {
        let id = format!("AWS::::Account:{}", hub.account);
        resources.push(json!({"Type": "AwsAccount", "Id": id}));
    }
    Value::Array(resources)
}

/// The ARN, except for accounts, which Security Hub names in its own way.
fn resource_id(arn: &str, kind: &str) -> String {
    match account_of(arn) {
        Some(account) if kind == "AwsAccount" => format!("AWS::::Account:{account}"),
        _ => clipped(arn, ID),
    }
}

/// The first call and its address, or `null`. The format has no place for IPv6 addresses, which are
/// only among the product fields.
pub(super) fn action(finding: &Finding) -> Value {
    let context = &finding.context;
    let call = context.evidence.first().and_then(|call| call.name.as_ref());
    let (Some(call), Some(address)) = (call, ipv4(context)) else {
        return Value::Null;
    };
    json!({
        "ActionType": "AWS_API_CALL",
        "AwsApiCallAction": {
            "Api": clipped(call, CALL),
            "CallerType": "remoteIp",
            "RemoteIpDetails": {"IpAddressV4": address},
        },
    })
}

fn ipv4(context: &FindingContext) -> Option<Ipv4Addr> {
    match context.source_ip.as_deref()?.parse() {
        Ok(IpAddr::V4(address)) => Some(address),
        _ => None,
    }
}
