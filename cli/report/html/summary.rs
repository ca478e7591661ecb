//! What decides whether to read on, and what the page says about the run.

use maud::{Markup, html};
use rolewatch_guard::policy::Severity;

use crate::language::{said, say};
use crate::report::AuditReport;
use crate::report::figures::{
    NAMED, Ranking, SeverityTable, people_ranked, roles_ranked, settling,
};
use crate::report::overview::{missing, notes, nothing_found, overview};
use crate::report::words::{length, number, severity_word, suppressed_by};

/// How many events that aren't evidence the page lists.
const NOT_EVIDENCE_LISTED: usize = 100;

/// The run, the figures, and who has the most severe findings.
pub(super) fn summary(report: &AuditReport<'_>) -> Markup {
    let findings = &report.judgement.findings;
    let policy = &report.inputs.policy;
    let settling = settling(findings);
    html! {
        section #summary aria-label=(say!("Summary")) {
            dl.overview {
                @for line in overview(report) {
                    dt { (line.label) }
                    dd { (line.text) }
                }
            }
            @if let Some(missing) = missing(report.unread, report.totals, report.inputs) {
                p.incomplete role="alert" { b { (say!("INCOMPLETE")) } " " (missing) }
            }
            @if report.totals.findings.violations == 0 {
                p.nothing { (nothing_found(report)) }
            }
            @if !findings.is_empty() || !report.judgement.suppressed.is_empty() {
                div.figures {
                    (severities(report))
                    (ranking(&say!("People with violations"), &people_ranked(findings, policy)))
                    (ranking(&say!("Roles with violations"), &roles_ranked(findings, policy)))
                    @if !settling.is_empty() {
                        div {
                            h2 { (say!("More input would settle")) }
                            ul { @for line in &settling { li { (line) } } }
                        }
                    }
                }
            }
        }
    }
}

fn severities(report: &AuditReport<'_>) -> Markup {
    let table = SeverityTable::new(report.judgement);
    html! {
        div {
            h2 { (say!("Findings")) }
            table {
                thead {
                    tr {
                        th scope="col" { (say!("Severity")) }
                        th scope="col" { (say!("Violations")) }
                        th scope="col" { (say!("Unproven")) }
                        th scope="col" { (say!("Suppressed")) }
                    }
                }
                tbody {
                    @for severity in Severity::ALL.into_iter().rev() {
                        tr {
                            th scope="row" {
                                span class=(format!("badge {}", severity.as_str())) { (severity_word(severity)) }
                            }
                            td { (number(table.violations.of_severity(severity))) }
                            td { (number(table.unproven.of_severity(severity))) }
                            td { (number(table.suppressed.of_severity(severity))) }
                        }
                    }
                }
            }
        }
    }
}

fn ranking(title: &str, ranking: &Ranking) -> Markup {
    let more = ranking.len().saturating_sub(NAMED);
    html! {
        @if !ranking.is_empty() {
            div {
                h2 { (title) }
                ul {
                    @for (name, counts) in ranking.iter().take(NAMED) {
                        li { b { (name) } (say!(": ")) (counts.shown()) }
                    }
                    @if more > 0 { li { (say!("and {more} more", more)) } }
                }
            }
        }
    }
}

/// Suppressed findings, events that aren't evidence, and notes.
pub(super) fn remarks(report: &AuditReport<'_>) -> Markup {
    let notes = notes(report);
    html! {
        (suppressed(report))
        (not_evidence(report))
        @if !notes.is_empty() {
            section {
                h2 { (say!("Notes")) }
                ul { @for note in &notes { li { (note) } } }
            }
        }
    }
}

fn suppressed(report: &AuditReport<'_>) -> Markup {
    let suppressed = &report.judgement.suppressed;
    html! {
        @if !suppressed.is_empty() {
            section {
                h2 { (say!("Suppressed by the policy: {count}", count = number(length(suppressed)))) }
                ul {
                    @for hidden in suppressed {
                        li {
                            (hidden.finding.time) " " (hidden.finding.rule) " "
                            (said(&hidden.finding.message))
                            p.note {
                                (suppressed_by(&hidden.by))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn not_evidence(report: &AuditReport<'_>) -> Markup {
    let events = report.not_evidence;
    let first = events.first(NOT_EVIDENCE_LISTED);
    let more = events.count().saturating_sub(length(first));
    html! {
        @if !events.is_empty() {
            section {
                h2 { (say!("Not evidence: {count}", count = number(events.count()))) }
                p.note {
                    (say!("AWS didn't send these events, so nothing in them counts. Anybody can put events like these on an event bus."))
                }
                ul {
                    @for event in first { li { (event) } }
                    @if more > 0 {
                        li { (say!("and {more} more; `--format json` lists them", more = number(more))) }
                    }
                }
            }
        }
    }
}
