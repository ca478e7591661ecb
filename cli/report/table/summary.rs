//! What decides whether to read on, under the head.

use std::io;

use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;

use super::paint::{self, BOLD, DIM};
use super::{TextPage, label_columns};
use crate::language::say;
use crate::report::AuditReport;
use crate::report::figures::{
    NAMED, Ranking, SeverityTable, people_ranked, roles_ranked, settling,
};
use crate::report::words::{at_right, number, padded, severity_shown, shortened, width};

/// The maximum width of a person or a role.
const CELL: usize = 40;

pub(super) fn write_summary(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let findings = &report.judgement.findings;
    if findings.is_empty() && report.judgement.suppressed.is_empty() {
        return Ok(());
    }
    writeln!(page.out)?;
    write_severities(report, page)?;
    let policy = &report.inputs.policy;
    write_ranking(&say!("people"), &people_ranked(findings, policy), page)?;
    write_ranking(&say!("roles"), &roles_ranked(findings, policy), page)?;
    let settling = settling(findings);
    if settling.is_empty() {
        return Ok(());
    }
    // Input that would settle unproven findings.
    page.labelled(&say!("missing"), &settling.join(&say!(", ")))
}

fn write_severities(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let table = SeverityTable::new(report.judgement);
    writeln!(
        page.out,
        "{DIM}{:<10}{}{}{}{DIM:#}",
        "",
        at_right(&say!("violations"), 10),
        at_right(&say!("unproven"), 10),
        at_right(&say!("suppressed"), 12)
    )?;
    for severity in Severity::ALL.into_iter().rev() {
        let style = paint::severity(Verdict::Violation, severity);
        let name = severity_shown(severity);
        writeln!(
            page.out,
            "{style}{name}{style:#}{}{:>10}{:>10}{:>12}",
            " ".repeat(10_usize.saturating_sub(width(&name))),
            number(table.violations.of_severity(severity)),
            number(table.unproven.of_severity(severity)),
            number(table.suppressed.of_severity(severity)),
        )?;
    }
    Ok(())
}

/// One line each for the first few, under a common label.
fn write_ranking(label: &str, ranking: &Ranking, page: &mut TextPage<'_>) -> io::Result<()> {
    let first = ranking.get(..NAMED).unwrap_or(ranking);
    let cell = CELL.min(page.columns / 2);
    let widest = first.iter().map(|(name, _)| width(name).min(cell)).max();
    let mut label = label;
    for (name, counts) in first {
        let name = padded(&shortened(name, cell), widest.unwrap_or(0));
        let counts = counts.shown();
        // Not wrapped: wrapping would not keep the columns.
        writeln!(
            page.out,
            "{DIM}{}{DIM:#}{BOLD}{name}{BOLD:#}  {counts}",
            padded(label, label_columns())
        )?;
        label = "";
    }
    match ranking.len().saturating_sub(first.len()) {
        0 => Ok(()),
        more => page.labelled("", &say!("and {more} more", more)),
    }
}
