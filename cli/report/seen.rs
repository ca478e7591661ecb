//! Facts about findings that several formats for other tools need.

use rolewatch_guard::Finding;
use rolewatch_guard::moment::Moment;

/// When what a finding is about was first and last seen: the earliest and the latest of its time,
/// its records, and the calls of its sessions.
pub(super) fn seen_span(finding: &Finding) -> (Moment, Moment) {
    let context = &finding.context;
    let records = context.evidence.iter().filter_map(|record| record.time);
    let uses = context.uses.iter().flat_map(|uses| [uses.first, uses.last]);
    let (mut first, mut last) = (finding.time, finding.time);
    for moment in records.chain(uses) {
        first = first.min(moment);
        last = last.max(moment);
    }
    (first, last)
}

/// What other tools call the type of an ARN's resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResourceType {
    /// As in CloudFormation.
    pub(super) cloud_formation: &'static str,
    /// As in Security Hub.
    pub(super) security_hub: &'static str,
}

/// The type of the resource that an ARN names.
pub(super) fn resource_type(arn: &str) -> ResourceType {
    let path = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let (cloud_formation, security_hub) = if path.starts_with("role/") {
        ("AWS::IAM::Role", "AwsIamRole")
    } else if path.starts_with("user/") {
        ("AWS::IAM::User", "AwsIamUser")
    } else if path == "root" {
        ("AWS::::Account", "AwsAccount")
    } else {
        ("AWS::STS::Session", "Other")
    };
    ResourceType {
        cloud_formation,
        security_hub,
    }
}
