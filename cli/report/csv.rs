//! One finding per line, for spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use super::FinishedAudit;
use super::format::ReportFormat;

/// `--format csv`
pub(super) struct AuditCsv;

const HEADER: [&str; 15] = [
    "rule",
    "name",
    "verdict",
    "severity",
    "time",
    "role",
    "caller_arn",
    "caller_account",
    "caller_name",
    "message",
    "events",
    "id",
    "policy",
    "supersedes",
    "near_misses",
];

impl ReportFormat<FinishedAudit<'_>> for AuditCsv {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        let near_misses = report.near_misses().join("; ");
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(HEADER)?;
        for finding in report.findings() {
            // A cell holds one text, so lists are separated by spaces, which no event ID contains.
            let events: Vec<_> = finding.events.iter().map(ToString::to_string).collect();
            let cells: [&str; HEADER.len()] = [
                finding.rule,
                finding.name,
                finding.verdict.as_str(),
                finding.severity.as_str(),
                &finding.time.to_string(),
                &finding.role,
                finding.caller.arn.as_deref().unwrap_or_default(),
                finding.caller.account.as_deref().unwrap_or_default(),
                &finding.caller.name,
                &finding.message,
                &events.join(" "),
                &finding.id,
                &finding.policy.to_string(),
                &finding.supersedes.join(" "),
                &near_misses,
            ];
            write_inert(&mut lines, cells)?;
        }
        lines.flush()
    }
}

/// Writes a row in which no cell is a formula.
pub(crate) fn write_inert<const N: usize>(
    rows: &mut csv::Writer<&mut dyn Write>,
    cells: [&str; N],
) -> io::Result<()> {
    for cell in cells {
        rows.write_field(make_inert(cell).as_bytes())?;
    }
    // In this crate, an empty record ends the row.
    rows.write_record(None::<&[u8]>)?;
    Ok(())
}

/// Spreadsheets treat a cell that begins with one of these as a formula; an apostrophe in front
/// makes it text. East Asian editions also read full-width signs as their narrow forms.
fn make_inert(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(make_inert(formula), format!("'{formula}"));
        }
        for text in ["", "dora", "1-2", "'=1", "a=b"] {
            assert_eq!(make_inert(text), text);
        }
    }
}
