//! One Detection Finding of the Open Cybersecurity Schema Framework per line.
//!
//! What has no place in that class is in `unmapped`, under the names that it has in `ndjson`.

use std::io::{self, Write};
use std::net::IpAddr;

use rolewatch_guard::arn::{account_of, partition_of};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::{Finding, FindingContext, Verdict};
use serde_json::{Value, json};

use super::FinishedAudit;
use super::format::ReportFormat;
use super::ndjson::FindingShown;
use super::pruned::without_nulls;
use super::seen::{resource_type, seen_span};

/// The version of the schema. Later ones keep what is used here.
const SCHEMA: &str = "1.5.0";

/// The fields of `ndjson` that have a place in the class. All others are in `unmapped`, also those
/// that are added later.
const MAPPED: [&str; 10] = [
    "rule",
    "name",
    "severity",
    "time",
    "message",
    "id",
    "source_ip",
    "user_agent",
    "region",
    "evidence",
];

/// `--format ocsf`
pub(super) struct AuditOcsf;

impl ReportFormat<FinishedAudit<'_>> for AuditOcsf {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in report.findings() {
            let mut event = without_nulls(detection(finding, &report.steps(finding)));
            // A `null` in here means something, so it isn't left out.
            if let Some(members) = event.as_object_mut() {
                let unmapped = unmapped(&FindingShown::line(finding, report))?;
                members.insert("unmapped".to_owned(), unmapped);
            }
            serde_json::to_writer(&mut *out, &event)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// The finding as a Detection Finding, with `null` for what isn't known.
fn detection(finding: &Finding, steps: &[String]) -> Value {
    let (severity_id, severity) = severity(finding.severity);
    let answer = Answer::of(finding.verdict);
    json!({
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": milliseconds(finding.time),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "status_detail": answer.detail,
        "confidence_id": answer.confidence.0,
        "confidence": answer.confidence.1,
        "verdict_id": answer.verdict.map(|verdict| verdict.0),
        "verdict": answer.verdict.map(|verdict| verdict.1),
        "message": finding.message,
        "metadata": metadata(finding),
        "cloud": cloud(finding),
        "finding_info": finding_info(finding),
        "resources": resources(finding),
        "evidences": evidences(finding),
        "remediation": remediation(steps),
    })
}

/// How the schema says whether a finding is proven.
struct Answer {
    detail: &'static str,
    confidence: (u8, &'static str),
    /// An analyst's verdict. Only missing evidence is one that rolewatch can give.
    verdict: Option<(u8, &'static str)>,
}

impl Answer {
    const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Unproven => Self {
                detail: "unproven: the evidence isn't enough to tell whether this broke the rule",
                confidence: (1, "Low"),
                verdict: Some((7, "Insufficient Data")),
            },
            _ => Self {
                detail: "violation: the evidence shows that this broke the rule",
                confidence: (3, "High"),
                verdict: None,
            },
        }
    }
}

const fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

const fn milliseconds(moment: Moment) -> i64 {
    moment.epoch_seconds().saturating_mul(1_000)
}

fn metadata(finding: &Finding) -> Value {
    json!({
        "version": SCHEMA,
        "profiles": ["cloud", "incident"],
        "uid": finding.id,
        "event_code": finding.rule,
        "log_name": "CloudTrail",
        "log_provider": "AWS",
        "product": {
            "name": "rolewatch",
            "vendor_name": "rolewatch",
            "version": env!("CARGO_PKG_VERSION"),
        },
    })
}

/// The account of the role, or of the first record if no record names the role.
fn cloud(finding: &Finding) -> Value {
    let first = finding.context.evidence.first();
    let account = account_of(&finding.role)
        .map(|account| account.to_string())
        .or_else(|| first.map(|record| record.account.clone()));
    json!({
        "provider": "AWS",
        "account": {"uid": account, "type": account.as_ref().map(|_| "AWS Account"),
            "type_id": account.as_ref().map(|_| 10)},
        "region": finding.context.region,
        "cloud_partition": partition_of(&finding.role),
    })
}

fn finding_info(finding: &Finding) -> Value {
    let (first, last) = seen_span(finding);
    json!({
        "uid": finding.id,
        "title": format!("{} {}", finding.rule, finding.name),
        "desc": finding.message,
        "types": [finding.name],
        "analytic": {
            "type_id": 1,
            "type": "Rule",
            "uid": finding.rule,
            "name": finding.name,
        },
        "created_time": milliseconds(finding.time),
        "first_seen_time": milliseconds(first),
        "last_seen_time": milliseconds(last),
        "data_sources": ["CloudTrail"],
    })
}

/// The role.
fn resources(finding: &Finding) -> Value {
    if finding.role.is_empty() {
        return Value::Null;
    }
    json!([{
        "uid": finding.role,
        "name": finding.role.rsplit(['/', ':']).next(),
        "type": resource_type(&finding.role).cloud_formation,
        "cloud_partition": partition_of(&finding.role),
        "owner": finding.owner.as_ref().map(|owner| json!({"name": owner})),
    }])
}

/// The records. Only the first one has who made the call, and from where: the others may be calls
/// of somebody else, such as the change of a group.
fn evidences(finding: &Finding) -> Value {
    let mut evidences = Vec::new();
    for record in &finding.context.evidence {
        evidences.push(json!({
            "uid": record.event,
            "name": record.name,
            "api": {"operation": record.name},
            "data": record,
        }));
    }
    if evidences.is_empty() {
        evidences.push(json!({}));
    }
    if let Some(first) = evidences.first_mut().and_then(Value::as_object_mut) {
        let context = &finding.context;
        first.insert("actor".to_owned(), actor(finding));
        first.insert("src_endpoint".to_owned(), source(context));
        let request = json!({"user_agent": context.user_agent});
        first.insert("http_request".to_owned(), request);
    }
    Value::Array(evidences)
}

/// The person at the start of the role chain, and the session that they got.
fn actor(finding: &Finding) -> Value {
    let session = finding.context.session.as_ref();
    json!({
        "user": {
            "name": finding.caller.name,
            "uid": finding.caller.arn,
            "account": {"uid": finding.caller.account},
        },
        "session": session.map(|session| json!({
            "uid_alt": session.name,
            "issuer": (!finding.role.is_empty()).then_some(&finding.role),
            "expiration_time": session.granted_until.map(milliseconds),
        })),
    })
}

/// Where the call came from: an address, or the service that CloudTrail names instead of one.
fn source(context: &FindingContext) -> Value {
    let Some(text) = &context.source_ip else {
        return Value::Null;
    };
    match text.parse::<IpAddr>() {
        // In its shortest form, because the schema limits its length.
        Ok(address) => json!({"ip": address}),
        Err(_) => json!({"svc_name": text}),
    }
}

fn remediation(steps: &[String]) -> Value {
    if steps.is_empty() {
        return Value::Null;
    }
    let mut numbered = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        numbered.push(format!("{}. {step}", place + 1));
    }
    json!({"desc": numbered.join("\n")})
}

/// What has no place in the class.
fn unmapped(line: &FindingShown<'_>) -> serde_json::Result<Value> {
    let mut fields = serde_json::to_value(line)?;
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|name, _| !MAPPED.contains(&name.as_str()));
    }
    Ok(fields)
}
