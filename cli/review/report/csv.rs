//! One finding per line, for spreadsheets.

use std::io::{self, Write};

use rolewatch_guard::review::ReviewFinding;
use serde_json::Value;

use super::ReviewReport;
use crate::report::csv::write_inert;
use crate::report::format::ReportFormat;
use crate::report::json::visible;

/// `--format csv`
pub(super) struct ReviewCsv;

const HEADER: [&str; 14] = [
    "rule",
    "name",
    "verdict",
    "severity",
    "account",
    "subject",
    "place",
    "statement",
    "fix",
    "message",
    "undecided",
    "id",
    "policy",
    "near_misses",
];

impl ReportFormat<ReviewReport<'_>> for ReviewCsv {
    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let near_misses = report.review.near_misses.join("; ");
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(HEADER)?;
        for finding in &report.review.findings {
            // Every field is named, so that a new field of a finding can't be forgotten here.
            let ReviewFinding {
                rule,
                name,
                verdict,
                severity,
                account,
                subject,
                place,
                statement,
                fix,
                message,
                undecided,
                id,
                policy,
                wanting: _,
            } = finding;
            let cells: [&str; HEADER.len()] = [
                rule,
                name,
                verdict.as_str(),
                severity.as_str(),
                &account.to_string(),
                subject,
                place.as_deref().unwrap_or_default(),
                &json_cell(statement.as_ref()),
                &json_cell(fix.as_ref()),
                message,
                &undecided.join("; "),
                id,
                &policy.to_string(),
                &near_misses,
            ];
            write_inert(&mut lines, cells)?;
        }
        lines.flush()
    }
}

/// JSON in a cell; empty if there is none.
fn json_cell(value: Option<&Value>) -> String {
    match value {
        Some(value) => visible(&value.to_string()),
        None => String::new(),
    }
}
