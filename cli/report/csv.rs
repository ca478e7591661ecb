//! One finding a line, for spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use rolewatch_guard::Finding;

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

pub(crate) fn write(
    findings: &[Finding],
    near_misses: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = csv::Writer::from_writer(out);
    lines.write_record(HEADER)?;
    for finding in findings {
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
            &near_misses.join("; "),
        ];
        lines.write_record(cells.map(inert).iter().map(|cell| cell.as_bytes()))?;
    }
    lines.flush()
}

/// A spreadsheet takes a cell that begins like this for a formula; an apostrophe in front makes it
/// text. Full-width signs are read as their narrow forms in East Asian editions.
pub(crate) fn inert(cell: &str) -> Cow<'_, str> {
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
            assert_eq!(inert(formula), format!("'{formula}"));
        }
        for text in ["", "dora", "1-2", "'=1", "a=b"] {
            assert_eq!(inert(text), text);
        }
    }
}
