//! One run of SARIF 2.1.0 with every finding, for code scanning and IDEs.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::rule::Rule;
use rolewatch_guard::untrusted::harmless;
use serde_json::{Value, json};

use super::ReviewReport;
use crate::exit::shown_path;
use crate::report::circumstances::{review_circumstances, steps};
use crate::report::format::ReportFormat;
use crate::report::json::visible;
use crate::report::pruned::without_nulls;

/// `--format sarif`
pub(super) struct ReviewSarif;

impl ReportFormat<ReviewReport<'_>> for ReviewSarif {
    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut rules = Vec::new();
        for rule in setup_rules() {
            rules.push(rule_shown(rule));
        }
        let mut results = Vec::new();
        for finding in &report.review.findings {
            results.push(result(finding, report));
        }
        let document = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/\
                        sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "rolewatch",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "invocations": [invocation(report)],
                "artifacts": artifacts(report),
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        });
        let text = serde_json::to_string_pretty(&document)?;
        // It quotes IAM policies, which may contain anybody's text.
        writeln!(out, "{}", visible(&text))
    }
}

/// All rules, so that one without findings shows as checked.
fn setup_rules() -> impl Iterator<Item = &'static Rule> {
    catalogue::listed().filter(|rule| rule.is_of_the_set_up())
}

fn rule_shown(rule: &Rule) -> Value {
    let what = plain(&rule.section("What it does"));
    let first = what.split_once(". ").map_or(&*what, |(first, _)| first);
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": format!("{}.", first.trim_end_matches('.'))},
        "fullDescription": {"text": what},
        "help": {
            "text": plain(&rule.section("What to do")),
            "markdown": rule.documentation(),
        },
        // The severity is that of the role, so the level of a result may differ.
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security", "iam"]},
    })
}

/// A text of several lines as paragraphs on one line each.
fn plain(text: &str) -> String {
    let mut paragraphs = Vec::new();
    for paragraph in text.split("\n\n") {
        paragraphs.push(paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    paragraphs.join("\n")
}

/// The level of a result. An unproven finding is never an error.
const fn level(finding: &ReviewFinding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (_, Severity::Low) => "note",
        (Verdict::Unproven, _) | (_, Severity::Medium) => "warning",
        _ => "error",
    }
}

/// The severity on the scale that code scanning shows.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "3.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}

fn result(finding: &ReviewFinding, report: &ReviewReport<'_>) -> Value {
    let index = setup_rules().position(|rule| rule.code == finding.rule);
    let unproven = match finding.verdict {
        Verdict::Unproven => "Unproven: ",
        _ => "",
    };
    let mut properties = json!({
        "verdict": finding.verdict,
        "severity": finding.severity,
        "security-severity": score(finding.severity),
        "account": finding.account,
        "policy": finding.policy,
        "undecided": finding.undecided,
        "steps": steps(finding.rule, &review_circumstances(finding)),
    });
    if let Some(members) = properties.as_object_mut() {
        // A statement may contain `null`, and an empty fix means to delete the statement.
        for (name, value) in [("statement", &finding.statement), ("fix", &finding.fix)] {
            members.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
    }
    let mut result = without_nulls(json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": level(finding),
        "message": {"text": format!("{unproven}{}", finding.message)},
        "locations": locations(finding, report),
        "partialFingerprints": {"rolewatchFinding/v1": finding.id},
    }));
    if let Some(members) = result.as_object_mut() {
        members.insert("properties".to_owned(), properties);
    }
    result
}

/// The file that the account came from, or the policy if no file is about the account, and the ARN
/// that was judged. A statement's line in the file isn't known.
fn locations(finding: &ReviewFinding, report: &ReviewReport<'_>) -> Value {
    let files = report.inputs.files_of(finding.account);
    let file = match files.into_iter().next() {
        Some(file) => file,
        None => shown_path(report.policy_file),
    };
    json!([{
        "physicalLocation": {"artifactLocation": {"uri": uri(&file)}},
        "logicalLocations": [{
            "fullyQualifiedName": finding.subject,
            "name": finding.subject.rsplit(['/', ':']).next(),
            "kind": "resource",
        }],
        "message": finding.place.as_ref().map(|place| json!({"text": place})),
    }])
}

/// Every file that a result may be in.
fn artifacts(report: &ReviewReport<'_>) -> Value {
    let mut files = BTreeSet::from([shown_path(report.policy_file)]);
    let accounts: Vec<AccountId> = report.inputs.setup.accounts().map(|one| one.id).collect();
    for account in accounts {
        files.extend(report.inputs.files_of(account));
    }
    let mut artifacts = Vec::new();
    for file in &files {
        artifacts.push(json!({"location": {"uri": uri(file)}}));
    }
    Value::Array(artifacts)
}

/// What couldn't be read, what the policy narrowly misses, and other notes.
fn invocation(report: &ReviewReport<'_>) -> Value {
    let mut notes = Vec::new();
    let review = report.review;
    for (texts, level) in [
        (&report.inputs.faults, "error"),
        (&review.near_misses, "warning"),
        (&review.notices, "note"),
    ] {
        for text in texts {
            notes.push(json!({"level": level, "message": {"text": harmless_note(text)}}));
        }
    }
    for (finding, by) in &review.suppressed {
        let text = format!(
            "suppressed until {}: {}: {} ({}, {})",
            by.until,
            finding.rule,
            finding.message,
            harmless(&by.reason),
            harmless(&by.owner)
        );
        notes.push(json!({"level": "note", "message": {"text": text}}));
    }
    json!({
        "executionSuccessful": report.inputs.faults.is_empty(),
        "toolExecutionNotifications": notes,
    })
}

/// A text that is never empty, which the format requires.
fn harmless_note(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// A path as a URI reference: relative paths stay relative, so that they are found in a repository.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        match byte {
            _ if is_plain => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    // Otherwise the beginning of an absolute path could look like a host.
    match uri.strip_prefix('/') {
        Some(rest) => format!("file:///{}", rest.trim_start_matches('/')),
        None => uri,
    }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        assert_eq!(uri("setup/development.json"), "setup/development.json");
        assert_eq!(uri("/a b/開.json"), "file:///a%20b/%E9%96%8B.json");
        assert_eq!(uri("//evil/x"), "file:///evil/x");
        assert_eq!(uri("javascript:x?#"), "javascript%3Ax%3F%23");
    }
}
