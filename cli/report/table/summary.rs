//! What decides whether to read on: how many findings of which severity, about whom, in which roles,
//! and what would settle the unproven ones.

use std::collections::BTreeMap;
use std::io;

use rolewatch_guard::policy::{Policy, Severity};
use rolewatch_guard::{Finding, MissingSource, SettledBy, Verdict};

use super::paint::{self, BOLD, DIM};
use super::{LABEL, TextPage};
use crate::report::AuditReport;
use crate::report::words::{account_shown, number, padded, role_in_account, shortened, width};

/// How many people, roles and missing sources the summary names.
const NAMED: usize = 5;

/// The maximum width of a person or a role.
const CELL: usize = 40;

/// The number of findings by severity, worst first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct SeverityCounts([u64; 4]);

impl SeverityCounts {
    fn add(&mut self, severity: Severity) {
        let place = Severity::ALL
            .iter()
            .rev()
            .position(|known| *known == severity);
        if let Some(count) = place.and_then(|place| self.0.get_mut(place)) {
            *count += 1;
        }
    }

    fn of_severity(&self, severity: Severity) -> u64 {
        let place = Severity::ALL
            .iter()
            .rev()
            .position(|known| *known == severity);
        place
            .and_then(|place| self.0.get(place))
            .copied()
            .unwrap_or(0)
    }

    /// `1 critical, 2 high`
    fn shown(&self) -> String {
        let mut parts = Vec::new();
        for severity in Severity::ALL.into_iter().rev() {
            let count = self.of_severity(severity);
            if count > 0 {
                parts.push(format!("{} {}", number(count), severity.as_str()));
            }
        }
        parts.join(", ")
    }
}

pub(super) fn write_summary(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let findings = &report.judgement.findings;
    if findings.is_empty() && report.judgement.suppressed.is_empty() {
        return Ok(());
    }
    writeln!(page.out)?;
    write_severities(report, page)?;
    let policy = &report.inputs.policy;
    let person = |finding: &Finding| person_shown(finding, policy);
    let role = |finding: &Finding| role_in_account(&finding.role, policy);
    write_ranking("people", &ranking(findings, person), page)?;
    write_ranking("roles", &ranking(findings, role), page)?;
    write_settling(findings, page)
}

fn write_severities(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let mut counts = BTreeMap::<Verdict, SeverityCounts>::new();
    for finding in &report.judgement.findings {
        counts
            .entry(finding.verdict)
            .or_default()
            .add(finding.severity);
    }
    let mut suppressed = SeverityCounts::default();
    for hidden in &report.judgement.suppressed {
        suppressed.add(hidden.finding.severity);
    }
    let of = |verdict| counts.get(&verdict).copied().unwrap_or_default();
    let (violations, unproven) = (of(Verdict::Violation), of(Verdict::Unproven));
    writeln!(
        page.out,
        "{DIM}{:<10}{:>10}{:>10}{:>12}{DIM:#}",
        "", "violations", "unproven", "suppressed"
    )?;
    for severity in Severity::ALL.into_iter().rev() {
        let style = paint::severity(Verdict::Violation, severity);
        let name = severity.as_str().to_uppercase();
        writeln!(
            page.out,
            "{style}{name}{style:#}{}{:>10}{:>10}{:>12}",
            " ".repeat(10_usize.saturating_sub(name.len())),
            number(violations.of_severity(severity)),
            number(unproven.of_severity(severity)),
            number(suppressed.of_severity(severity)),
        )?;
    }
    Ok(())
}

fn person_shown(finding: &Finding, policy: &Policy) -> String {
    let account = finding.caller.account.as_deref();
    let account = account.map(|account| format!(" in {}", account_shown(account, policy)));
    format!("{}{}", finding.caller.name, account.unwrap_or_default())
}

/// Names with their violations, those with the most severe ones first.
fn ranking(
    findings: &[Finding],
    name: impl Fn(&Finding) -> String,
) -> Vec<(String, SeverityCounts)> {
    let mut counts: BTreeMap<String, SeverityCounts> = BTreeMap::new();
    for finding in findings {
        if finding.verdict == Verdict::Violation {
            counts
                .entry(name(finding))
                .or_default()
                .add(finding.severity);
        }
    }
    let mut ranking: Vec<_> = counts.into_iter().collect();
    ranking.sort_by(|(_, one), (_, other)| other.cmp(one));
    ranking
}

/// One line each for the first few, under a common label.
fn write_ranking(
    label: &str,
    ranking: &[(String, SeverityCounts)],
    page: &mut TextPage<'_>,
) -> io::Result<()> {
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
            padded(label, LABEL)
        )?;
        label = "";
    }
    match ranking.len().saturating_sub(first.len()) {
        0 => Ok(()),
        more => page.labelled("", &format!("and {more} more")),
    }
}

/// What would settle most of the unproven findings.
fn write_settling(findings: &[Finding], page: &mut TextPage<'_>) -> io::Result<()> {
    let mut counts: BTreeMap<&SettledBy, u64> = BTreeMap::new();
    for finding in findings {
        if let Some(settled) = &finding.context.settled_by {
            *counts.entry(settled).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut parts = Vec::new();
    for (settled, count) in counts.iter().take(NAMED) {
        let whose = settled.name.as_ref().unwrap_or(&settled.of);
        let source = match settled.what {
            MissingSource::Logs => format!("logs of {whose}"),
            MissingSource::Roster => format!("a roster of {whose}"),
        };
        parts.push(format!("{source}: {}", number(*count)));
    }
    if parts.is_empty() {
        return Ok(());
    }
    page.labelled(
        "settle",
        &format!(
            "unproven findings that more input would settle: {}",
            parts.join(", ")
        ),
    )
}
