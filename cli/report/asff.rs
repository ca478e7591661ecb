//! The input of Security Hub's `BatchImportFindings`: one request per line.

mod limits;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;

use rolewatch_guard::arn::{account_of, partition_of};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::partition;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::{Finding, Verdict};
use serde_json::{Value, json};

use super::FinishedAudit;
use super::format::ReportFormat;
use super::pruned::without_nulls;
use super::seen::{resource_type, seen_span};
use limits::{BATCH_BYTES, BATCH_FINDINGS, FIELDS, clipped};

/// `--format asff`
pub(super) struct AuditAsff;

/// The Security Hub that the findings are for.
#[derive(Debug, Clone)]
pub(crate) struct SecurityHub {
    pub(crate) account: AccountId,
    pub(crate) region: String,
}

impl SecurityHub {
    /// The product for findings of one's own. Every account has it.
    fn product(&self) -> String {
        let Self { account, region } = self;
        // A Region that nobody knows yet is most likely in the partition of all new ones.
        let partition = partition::of_region(region).map_or("aws", |known| known.partition);
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
    }
}

impl ReportFormat<FinishedAudit<'_>> for AuditAsff {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Some(hub) = report.security_hub() else {
            // The command line requires it for this format.
            return Err(io::Error::other("the account of Security Hub isn't known"));
        };
        let mut texts = Vec::new();
        for finding in report.findings() {
            let steps = report.steps(finding);
            let shown = security_finding(finding, &steps, hub, report.as_of());
            texts.push(serde_json::to_string(&shown)?);
        }
        for batch in batches(&texts) {
            writeln!(out, "{{\"Findings\":[{}]}}", batch.join(","))?;
        }
        Ok(())
    }
}

/// As few requests as the limits on their length and size allow.
fn batches(findings: &[String]) -> Vec<Vec<&str>> {
    let mut batches: Vec<Vec<&str>> = Vec::new();
    let mut bytes = 0;
    for finding in findings {
        let fits = bytes + finding.len() < BATCH_BYTES;
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_FINDINGS && fits => {
                bytes += finding.len() + 1;
                batch.push(finding);
            }
            _ => {
                bytes = finding.len() + 1;
                batches.push(vec![finding]);
            }
        }
    }
    batches
}

fn security_finding(
    finding: &Finding,
    steps: &[String],
    hub: &SecurityHub,
    as_of: Option<Moment>,
) -> Value {
    let (first, last) = seen_span(finding);
    let unproven = match finding.verdict {
        Verdict::Unproven => " (unproven)",
        _ => "",
    };
    without_nulls(json!({
        "SchemaVersion": "2018-10-08",
        "Id": clipped(&format!("rolewatch/{}", finding.id), 512),
        "ProductArn": hub.product(),
        "ProductName": "rolewatch",
        "CompanyName": "rolewatch",
        "Region": hub.region,
        "GeneratorId": format!("rolewatch/{}", finding.rule),
        "AwsAccountId": hub.account,
        "Types": [format!("Unusual Behaviors/User/{}", finding.name)],
        "FirstObservedAt": first,
        "LastObservedAt": last,
        "CreatedAt": finding.time,
        // The newest that was read, and not the clock: the same logs give the same output.
        "UpdatedAt": as_of.map_or(last, |as_of| as_of.max(last)),
        "Severity": {"Label": label(finding.severity), "Original": finding.severity},
        "FindingProviderFields": {
            "Severity": {"Label": label(finding.severity), "Original": finding.severity},
            "Types": [format!("Unusual Behaviors/User/{}", finding.name)],
        },
        "Title": clipped(&format!("{} {}{unproven}", finding.rule, finding.name), 256),
        "Description": clipped(&finding.message, 1_024),
        "Remediation": recommendation(finding, steps),
        "ProductFields": product_fields(finding),
        "Resources": resources(finding, hub),
        "Action": action(finding),
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
    }))
}

const fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// The steps that fit, whole: half a step can be misleading.
fn recommendation(finding: &Finding, steps: &[String]) -> Value {
    const MOST: usize = 512;
    let rest = format!("More: rolewatch explain {}", finding.rule);
    let mut text = String::new();
    for (place, step) in steps.iter().enumerate() {
        let line = format!("{}. {step}\n", place + 1);
        if text.len() + line.len() + rest.len() > MOST {
            text.push_str(&rest);
            break;
        }
        text.push_str(&line);
    }
    let text = text.trim_end();
    json!({"Recommendation": (!text.is_empty()).then(|| json!({"Text": text}))})
}

/// What has no place in the format, as text.
fn product_fields(finding: &Finding) -> BTreeMap<String, String> {
    let context = &finding.context;
    let session = context.session.as_ref();
    let events: Vec<String> = finding.events.iter().map(ToString::to_string).collect();
    let uses = context.uses.as_ref().map(|uses| {
        let about = if uses.estimated { "about " } else { "" };
        format!(
            "{about}{} reads, {} other calls, {} errors",
            uses.reads, uses.writes, uses.errors
        )
    });
    let moment = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    let fields = [
        ("Verdict", Some(finding.verdict.as_str().to_owned())),
        ("Rule", Some(finding.rule.to_owned())),
        ("FindingId", Some(finding.id.clone())),
        ("Policy", Some(finding.policy.to_string())),
        ("Role", Some(finding.role.clone())),
        (
            "RoleAccount",
            account_of(&finding.role).map(|account| account.to_string()),
        ),
        ("CallerName", Some(finding.caller.name.clone())),
        ("CallerArn", finding.caller.arn.clone()),
        ("CallerAccount", finding.caller.account.clone()),
        ("Events", Some(events.join(" "))),
        ("SourceIp", context.source_ip.clone()),
        ("UserAgent", context.user_agent.clone()),
        ("Region", context.region.clone()),
        (
            "SessionName",
            session.and_then(|session| session.name.clone()),
        ),
        (
            "SessionKeyEnd",
            session.and_then(|session| session.key.clone()),
        ),
        (
            "SessionValidUntil",
            moment(session.and_then(|session| session.granted_until)),
        ),
        (
            "SessionLeftAt",
            moment(session.and_then(|session| session.ended)),
        ),
        ("Uses", uses),
        ("Owner", finding.owner.clone()),
        (
            "SelfGranted",
            finding.self_granted.then(|| "true".to_owned()),
        ),
        ("Denied", finding.denied.then(|| "true".to_owned())),
        ("Supersedes", Some(finding.supersedes.join(" "))),
    ];
    let mut shown = BTreeMap::new();
    for (name, value) in fields {
        // Security Hub refuses blank texts.
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            shown.insert(format!("rolewatch/{name}"), clipped(&value, FIELDS));
        }
    }
    shown
}

/// The role and the caller.
fn resources(finding: &Finding, hub: &SecurityHub) -> Value {
    let mut resources = Vec::new();
    let region = finding
        .context
        .region
        .as_deref()
        .filter(|region| region.len() <= 16);
    let caller = finding.caller.arn.as_deref();
    for arn in [Some(finding.role.as_str()), caller].into_iter().flatten() {
        if arn.trim().is_empty() {
            continue;
        }
        let kind = resource_type(arn).security_hub;
        let id = match account_of(arn) {
            Some(account) if kind == "AwsAccount" => format!("AWS::::Account:{account}"),
            _ => clipped(arn, 512),
        };
        // Security Hub knows only these.
        let partition =
            partition_of(arn).filter(|name| ["aws", "aws-cn", "aws-us-gov"].contains(name));
        resources.push(json!({"Type": kind, "Id": id, "Partition": partition, "Region": region}));
    }
    if resources.is_empty() {
        // A finding must have a resource.
        resources.push(json!({
            "Type": "AwsAccount",
            "Id": format!("AWS::::Account:{}", hub.account),
        }));
    }
    Value::Array(resources)
}

/// The first call, and its address. The format has no place for a call from an IPv6 address; that
/// one is only among the product fields.
fn action(finding: &Finding) -> Value {
    let call = finding.context.evidence.first();
    let (Some(name), Some(Ok(IpAddr::V4(address)))) = (
        call.and_then(|call| call.name.as_deref()),
        finding
            .context
            .source_ip
            .as_deref()
            .map(str::parse::<IpAddr>),
    ) else {
        return Value::Null;
    };
    if name.trim().is_empty() {
        return Value::Null;
    }
    json!({
        "ActionType": "AWS_API_CALL",
        "AwsApiCallAction": {
            "Api": clipped(name, 128),
            "CallerType": "remoteIp",
            "RemoteIpDetails": {"IpAddressV4": address},
        },
    })
}

#[cfg(test)]
mod tests;
