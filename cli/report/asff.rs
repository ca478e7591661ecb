//! The input of Security Hub's `BatchImportFindings`: one request per line.

mod fields;
mod limits;
mod resources;

use std::io::{self, Write};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::partition;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::{Finding, Verdict};
use serde_json::{Value, json};

use super::FinishedAudit;
use super::format::ReportFormat;
use super::pruned::without_nulls;
use super::seen::seen_span;
use fields::product_fields;
use limits::{BATCH_BYTES, BATCH_FINDINGS, DESCRIPTION, ID, STEPS, TITLE, clipped, escaped_bytes};
use resources::{action, resources};

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
        // With the comma between two findings.
        let more = escaped_bytes(finding) + 1;
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_FINDINGS && bytes + more <= BATCH_BYTES => {
                batch.push(finding);
                bytes += more;
            }
            _ => {
                batches.push(vec![finding]);
                bytes = more;
            }
        }
    }
    batches
}

/// One finding. Its id is that of the finding, so a second import updates it.
fn security_finding(
    finding: &Finding,
    steps: &[String],
    hub: &SecurityHub,
    as_of: Option<Moment>,
) -> Value {
    let (first, last) = seen_span(finding);
    let types = json!([format!("Unusual Behaviors/User/{}", finding.name)]);
    let severity = json!({"Label": label(finding.severity), "Original": finding.severity});
    let unproven = match finding.verdict {
        Verdict::Unproven => " (unproven)",
        _ => "",
    };
    without_nulls(json!({
        "SchemaVersion": "2018-10-08",
        "Id": clipped(&format!("rolewatch/{}", finding.id), ID),
        "ProductArn": hub.product(),
        "ProductName": "rolewatch",
        "CompanyName": "rolewatch",
        "Region": hub.region,
        "GeneratorId": format!("rolewatch/{}", finding.rule),
        "AwsAccountId": hub.account,
        "FirstObservedAt": first,
        "LastObservedAt": last,
        "CreatedAt": finding.time,
        // The newest record that was read, and not the clock: the same logs give the same output.
        "UpdatedAt": as_of.map_or(last, |as_of| as_of.max(last)),
        // The hub derives its own severity and types from these, which analysts may change.
        "FindingProviderFields": {"Severity": severity, "Types": types},
        "Severity": severity,
        "Types": types,
        "Title": clipped(&format!("{} {}{unproven}", finding.rule, finding.name), TITLE),
        "Description": clipped(&finding.message, DESCRIPTION),
        "Remediation": recommendation(finding, steps),
        "ProductFields": product_fields(finding),
        "Resources": resources(finding, hub),
        "Action": action(finding),
        "RecordState": "ACTIVE",
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
    let rest = format!("More: rolewatch explain {}", finding.rule);
    let mut text = String::new();
    for (place, step) in steps.iter().enumerate() {
        let line = format!("{}. {step}\n", place + 1);
        if text.len() + line.len() + rest.len() > STEPS {
            text.push_str(&rest);
            break;
        }
        text.push_str(&line);
    }
    let text = text.trim_end();
    json!({"Recommendation": (!text.is_empty()).then(|| json!({"Text": text}))})
}

#[cfg(test)]
mod tests;
