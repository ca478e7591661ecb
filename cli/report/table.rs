//! The report for people: by person, most severe first, in words, with what to do.

mod findings;
mod head;
pub(crate) mod paint;
mod summary;
mod switches;

use std::io::{self, Write};

use rolewatch_guard::catalogue;
use rolewatch_guard::language::Language;
use rolewatch_guard::rule::Rule;
use rolewatch_guard::{Finding, Judgement, Verdict};

use super::format::ReportFormat;
use super::history::HistoryReport;
use super::overview::{notes, nothing_found};
use super::shown::ShownFindings;
use super::words::{at_right, length, number, padded, suppressed_by, wrap};
use super::{AuditReport, FinishedAudit};
use crate::language::{self, said, say};
use crate::limits::NOT_EVIDENCE_TOLD;
use crate::stdout;
use findings::FindingList;
pub(crate) use findings::write_steps;
use head::write_head;
pub(crate) use head::write_missing;
use paint::{DIM, HEADING, UNSURE};

/// The note above the violations.
fn one_whole() -> String {
    say!("`rolewatch explain ID PATH` shows everything about one finding, with all steps.")
}

/// The note above the unproven findings.
fn unproven_means() -> String {
    say!(
        "The evidence isn't enough to tell whether these broke a rule. Each line says what is missing."
    )
}

/// The column at which the text after a label begins. Labels in Japanese are wider.
pub(super) fn label_columns() -> usize {
    match language::chosen() {
        Language::English => 10,
        Language::Japanese => 12,
    }
}

/// `--format table`
pub(super) struct AuditTable;

impl ReportFormat<FinishedAudit<'_>> for AuditTable {
    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        match report {
            FinishedAudit::Local(report) => {
                let columns = stdout::columns();
                write_whole(report, &mut TextPage { out, columns })
            }
            FinishedAudit::InStack(report, shown, _) => write_brief(report, shown, out),
        }
    }
}

/// Two lines per finding: the stack writes neither the switches nor the rosters that the full
/// report shows.
fn write_brief(
    report: &HistoryReport,
    shown: &ShownFindings<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in shown.select(&report.findings) {
        writeln!(
            out,
            "{}  {}  {} ({})  {} -> {}",
            finding.time,
            finding.rule,
            finding.verdict.as_str(),
            finding.severity.as_str(),
            said(&finding.caller.name),
            finding.role
        )?;
        writeln!(out, "    {}", said(&finding.message))?;
    }
    Ok(())
}

fn write_whole(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    write_head(report, page)?;
    summary::write_summary(report, page)?;
    let mut list = FindingList::new(report);
    write_violations(report, &mut list, page)?;
    write_unproven(report, &mut list, page)?;
    suppressed(report, page)?;
    if report.verbose {
        switches::write_admitted(report, page)?;
        switches::write_clean(report, page)?;
    }
    not_evidence(report, page)?;
    write_notes(report, page)?;
    if report.verbose {
        by_rule(report, page)?;
    }
    Ok(())
}

fn write_violations<'r>(
    report: &'r AuditReport<'r>,
    list: &mut FindingList<'r>,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let violations = with_verdict(report, Verdict::Violation);
    let all = report.totals.findings.violations;
    if all > 0 {
        page.heading(&say!(
            "Violations: {shown_of}",
            shown_of = shown_of(&violations, all)
        ))?;
        page.text(2, &one_whole())?;
        return list.write(&violations, page);
    }
    // Printed even if there is none, because silence could be an error of the report.
    page.heading(&say!("Violations: none"))?;
    page.text(2, &nothing_found(report))
}

fn write_unproven<'r>(
    report: &'r AuditReport<'r>,
    list: &mut FindingList<'r>,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let unproven = with_verdict(report, Verdict::Unproven);
    let all = report.totals.findings.unproven;
    if all == 0 {
        return Ok(());
    }
    page.heading(&say!(
        "Unproven: {shown_of}",
        shown_of = shown_of(&unproven, all)
    ))?;
    page.text(2, &unproven_means())?;
    list.write(&unproven, page)
}

/// How many findings follow, and how many there are in all if the filters hide some.
fn shown_of(shown: &[&Finding], all: u64) -> String {
    let count = length(shown);
    if count == all {
        number(all)
    } else {
        say!(
            "{count} shown of {all}",
            count = number(count),
            all = number(all)
        )
    }
}

fn with_verdict<'r>(report: &'r AuditReport<'r>, verdict: Verdict) -> Vec<&'r Finding> {
    let mut findings = Vec::new();
    for finding in &report.judgement.findings {
        if finding.verdict == verdict && report.shown.shows(finding) {
            findings.push(finding);
        }
    }
    findings
}

/// Where lines are written, and how wide they may be.
pub(crate) struct TextPage<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) columns: usize,
}

impl TextPage<'_> {
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{HEADING}{text}{HEADING:#}")
    }

    /// Wrapped text with every line indented.
    pub(crate) fn text(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hanging(&" ".repeat(indent), indent, text)
    }

    /// Wrapped text after `first`, which is `indent` columns wide.
    pub(crate) fn hanging(&mut self, first: &str, indent: usize, text: &str) -> io::Result<()> {
        let lines = wrap(text, self.columns.saturating_sub(indent));
        let mut before = first.to_owned();
        for line in lines {
            writeln!(self.out, "{before}{line}")?;
            before = " ".repeat(indent);
        }
        Ok(())
    }

    pub(crate) fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let columns = label_columns();
        let label = padded(label, columns);
        self.hanging(&format!("{DIM}{label}{DIM:#}"), columns, text)
    }
}

fn suppressed(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let suppressed = &report.judgement.suppressed;
    if suppressed.is_empty() {
        return Ok(());
    }
    page.heading(&say!(
        "Suppressed by the policy: {count}",
        count = number(length(suppressed))
    ))?;
    for hidden in suppressed {
        let finding = &hidden.finding;
        let (first, indent) = findings::time_and_rule(finding);
        page.hanging(&first, indent, &said(&finding.message))?;
        let by = suppressed_by(&hidden.by);
        page.text(indent, &by)?;
    }
    Ok(())
}

/// Events that AWS didn't send.
fn not_evidence(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let events = report.not_evidence;
    if events.is_empty() {
        return Ok(());
    }
    page.heading(&say!(
        "Not evidence: {count}",
        count = number(events.count())
    ))?;
    page.text(
        2,
        &say!("AWS didn't send these events, so nothing in them counts. Anybody can put events like these on an event bus."),
    )?;
    let first = events.first(NOT_EVIDENCE_TOLD);
    for event in first {
        page.hanging(&format!("{UNSURE}- {UNSURE:#}"), 2, &event.to_string())?;
    }
    match events.count() - length(first) {
        0 => Ok(()),
        more => page.text(
            2,
            &say!(
                "… and {count} more; `--format json` lists them",
                count = number(more)
            ),
        ),
    }
}

fn write_notes(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let notes = notes(report);
    if notes.is_empty() {
        return Ok(());
    }
    page.heading(&say!("Notes"))?;
    for note in &notes {
        page.hanging(&format!("{UNSURE}- {UNSURE:#}"), 2, note)?;
    }
    Ok(())
}

/// What one rule found.
struct RuleCounts {
    rule: &'static Rule,
    violations: u64,
    unproven: u64,
    suppressed: u64,
}

impl RuleCounts {
    fn of_rule(rule: &'static Rule, judgement: &Judgement) -> Self {
        let mut counts = Self {
            rule,
            violations: 0,
            unproven: 0,
            suppressed: 0,
        };
        for finding in &judgement.findings {
            if finding.rule == rule.code {
                counts.violations += u64::from(finding.verdict == Verdict::Violation);
                counts.unproven += u64::from(finding.verdict == Verdict::Unproven);
            }
        }
        for hidden in &judgement.suppressed {
            counts.suppressed += u64::from(hidden.finding.rule == rule.code);
        }
        counts
    }

    fn is_empty(&self) -> bool {
        self.violations + self.unproven + self.suppressed == 0
    }
}

/// One line for each rule that found something.
fn by_rule(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let mut lines = Vec::new();
    let mut widest = 0;
    for rule in catalogue::of_records() {
        let counts = RuleCounts::of_rule(rule, report.judgement);
        if !counts.is_empty() {
            widest = widest.max(rule.name.len());
            lines.push(counts);
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    page.heading(&say!("By rule"))?;
    writeln!(
        page.out,
        "  {DIM}{} {} {} {}{DIM:#}",
        " ".repeat(6 + widest),
        at_right(&say!("violations"), 10),
        at_right(&say!("unproven"), 10),
        at_right(&say!("suppressed"), 10)
    )?;
    for line in lines {
        writeln!(
            page.out,
            "  {} {} {:>10} {:>10} {:>10}",
            line.rule.code,
            padded(line.rule.name, widest),
            number(line.violations),
            number(line.unproven),
            number(line.suppressed)
        )?;
    }
    Ok(())
}
