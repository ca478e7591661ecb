//! One run of SARIF 2.1.0 with every finding, for code scanning and IDEs.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
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
        let findings = &report.review.findings;
        let rules: Vec<Value> = setup_rules()
            .map(|rule| rule_shown(rule, findings))
            .collect();
        let results: Vec<Value> = findings
            .iter()
            .map(|finding| result(finding, report))
            .collect();
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

fn rule_shown(rule: &Rule, findings: &[ReviewFinding]) -> Value {
    let found = findings.iter().filter(|finding| finding.rule == rule.code);
    let worst = found.map(|finding| finding.severity).max();
    let what = plain(&rule.section("What it does"));
    let first = what.split_once(". ").map_or(&*what, |(first, _)| first);
    without_nulls(json!({
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
        // Code scanning reads the severity only here: one for all results of a rule.
        "properties": {"tags": ["security", "iam"], "security-severity": worst.map(score)},
    }))
}

/// A text without the line breaks that only wrap it. Each paragraph and each item of a list is on
/// one line.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || begins || is_item(line) {
            begins = line.is_empty();
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        } else {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// Whether a line begins an item of a list.
fn is_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || (number.len() < line.len() && number.starts_with(". "))
}

/// A message. Names in IAM policies are anybody's text, and SARIF makes a link of `[text](target)`.
fn message(text: &str) -> Value {
    json!({"text": text.replace("](", "] (")})
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
        "message": message(&format!("{unproven}{}", finding.message)),
        "locations": locations(finding, report),
        // Code scanning follows a result by the first name only. If it's missing, the upload makes
        // one from the text of the line, which is the same for all findings in a file.
        "partialFingerprints": {
            "primaryLocationLineHash": finding.id,
            "rolewatchFinding/v1": finding.id,
        },
    }));
    if let Some(members) = result.as_object_mut() {
        members.insert("properties".to_owned(), properties);
    }
    result
}

/// The file that the account came from, or the policy if no file is about the account, and the ARN
/// that was judged. A statement's line in the file isn't known, but code scanning requires one.
fn locations(finding: &ReviewFinding, report: &ReviewReport<'_>) -> Value {
    let files = report.inputs.files_of(finding.account);
    let file = match files.into_iter().next() {
        Some(file) => file,
        None => shown_path(report.policy_file),
    };
    json!([{
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&file)},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{
            "fullyQualifiedName": finding.subject,
            "name": finding.subject.rsplit(['/', ':']).next(),
            "kind": "resource",
        }],
        "message": finding.place.as_deref().map(message),
    }])
}

/// Every file that a result may be in.
fn artifacts(report: &ReviewReport<'_>) -> Value {
    let mut files = BTreeSet::from([shown_path(report.policy_file)]);
    for account in report.inputs.setup.accounts() {
        files.extend(report.inputs.files_of(account.id));
    }
    files
        .iter()
        .map(|file| json!({"location": {"uri": uri(file)}}))
        .collect()
}

/// What couldn't be read, what the policy narrowly misses, and other notes.
fn invocation(report: &ReviewReport<'_>) -> Value {
    let mut notes = Vec::new();
    let review = report.review;
    for text in &report.inputs.faults {
        notes.push(json!({"level": "error", "message": message(text)}));
    }
    for (texts, level) in [(&review.near_misses, "warning"), (&review.notices, "note")] {
        for text in texts {
            notes.push(json!({"level": level, "message": message(text)}));
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
        notes.push(json!({"level": "note", "message": message(&text)}));
    }
    json!({
        "executionSuccessful": report.inputs.faults.is_empty(),
        "toolExecutionNotifications": notes,
    })
}

/// A path as a URI reference: relative paths stay relative, so that they are found in a repository.
fn uri(path: &str) -> String {
    let uri: String = path.bytes().map(escaped).collect();
    // Otherwise the beginning of an absolute path could look like a host.
    match uri.strip_prefix('/') {
        Some(rest) => format!("file:///{}", rest.trim_start_matches('/')),
        None => uri,
    }
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
        char::from(byte).to_string()
    } else if cfg!(windows) && byte == b'\\' {
        "/".to_owned()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::{message, plain, uri};

    #[test]
    fn only_paragraphs_and_items_begin_a_line() {
        assert_eq!(
            plain(
                "This\nwraps:\n\n- one\n  item\n- 2 more\n\n1. First.\n12. Last, in\n    3 lines."
            ),
            "This wraps:\n- one item\n- 2 more\n1. First.\n12. Last, in 3 lines."
        );
    }

    #[test]
    fn no_name_becomes_a_link() {
        assert_eq!(message("[a](https://b)")["text"], "[a] (https://b)");
    }

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        assert_eq!(uri("setup/development.json"), "setup/development.json");
        assert_eq!(uri("/a b/開.json"), "file:///a%20b/%E9%96%8B.json");
        assert_eq!(uri("//evil/x"), "file:///evil/x");
        assert_eq!(uri("javascript:x?#"), "javascript%3Ax%3F%23");
    }
}
