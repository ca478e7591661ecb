//! One finding per line, for spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::{EvidenceShown, FindingContext, UsesShown};

use super::FinishedAudit;
use super::format::ReportFormat;

/// `--format csv`
pub(super) struct AuditCsv;

const HEADER: [&str; 32] = [
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
    "owner",
    "source_ip",
    "user_agent",
    "region",
    "session_name",
    "session_key",
    "granted_until",
    "session_ended",
    "first_use",
    "last_use",
    "reads",
    "writes",
    "errors",
    "calls",
    "evidence",
    "first_in_role",
    "first_from_source_ip",
];

impl ReportFormat<FinishedAudit<'_>> for AuditCsv {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        let near_misses = report.near_misses().join("; ");
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(HEADER)?;
        for finding in report.findings() {
            // A cell holds one text, so lists are separated by spaces, which no event ID contains.
            let events: Vec<_> = finding.events.iter().map(ToString::to_string).collect();
            let mut cells: Vec<String> = vec![
                finding.rule.to_owned(),
                finding.name.to_owned(),
                finding.verdict.as_str().to_owned(),
                finding.severity.as_str().to_owned(),
                finding.time.to_string(),
                finding.role.clone(),
                finding.caller.arn.clone().unwrap_or_default(),
                finding.caller.account.clone().unwrap_or_default(),
                finding.caller.name.to_string(),
                finding.message.to_string(),
                events.join(" "),
                finding.id.clone(),
                finding.policy.to_string(),
                finding.supersedes.join(" "),
                near_misses.clone(),
                finding.owner.clone().unwrap_or_default(),
            ];
            cells.extend(context_cells(&finding.context));
            write_inert(&mut lines, cells.iter().map(String::as_str))?;
        }
        lines.flush()
    }
}

/// Where the call came from, and what the session did. What isn't known is empty.
fn context_cells(context: &FindingContext) -> [String; 16] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |time: Option<Moment>| time.map_or_else(String::new, |time| time.to_string());
    let session = context.session.as_ref();
    let uses = context.uses.as_ref();
    let count = |count: fn(&UsesShown) -> u64| {
        uses.map_or_else(String::new, |uses| count(uses).to_string())
    };
    let first = context.first_seen.as_ref();
    let from_source_ip = first.and_then(|first| first.from_source_ip);
    [
        text(&context.source_ip),
        text(&context.user_agent),
        text(&context.region),
        session.map_or_else(String::new, |session| text(&session.name)),
        session.map_or_else(String::new, |session| text(&session.key)),
        time(session.and_then(|session| session.granted_until)),
        time(session.and_then(|session| session.ended)),
        time(uses.map(|uses| uses.first)),
        time(uses.map(|uses| uses.last)),
        count(|uses| uses.reads),
        count(|uses| uses.writes),
        count(|uses| uses.errors),
        uses.map_or_else(String::new, calls_shown),
        evidence_shown(&context.evidence),
        first.map_or_else(String::new, |first| first.in_role.to_string()),
        from_source_ip.map_or_else(String::new, |first| first.to_string()),
    ]
}

/// `PutObject=3 ListBuckets=12`
fn calls_shown(uses: &UsesShown) -> String {
    let calls = uses.calls.iter();
    let calls = calls.map(|call| format!("{}={}", call.name, call.count));
    calls.collect::<Vec<_>>().join(" ")
}

/// One record after another: name, account, Region and time, separated by slashes.
fn evidence_shown(evidence: &[EvidenceShown]) -> String {
    let mut records = Vec::with_capacity(evidence.len());
    for record in evidence {
        let name = record.name.as_deref().unwrap_or_default();
        let region = record.region.as_deref().unwrap_or_default();
        let time = record
            .time
            .map_or_else(String::new, |time| time.to_string());
        records.push(format!("{name}/{}/{region}/{time}", record.account));
    }
    records.join(" ")
}

/// Writes a row in which no cell is a formula.
pub(crate) fn write_inert<'c>(
    rows: &mut csv::Writer<&mut dyn Write>,
    cells: impl IntoIterator<Item = &'c str>,
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
