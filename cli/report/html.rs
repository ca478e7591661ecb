//! `--format html`: one page that contains everything it needs. It loads nothing and runs no
//! scripts.
//!
//! Texts from records are written by whoever made the calls. `maud` escapes every text, and the
//! page's Content Security Policy allows nothing but its own style sheet.

mod findings;
mod summary;
mod timeline;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rolewatch_guard::Finding;
use rolewatch_guard::untrusted::harmless;
use sha2::{Digest, Sha256};

use super::format::ReportFormat;
use super::history::HistoryReport;
use super::overview::paths_shown;
use super::shown::ShownFindings;
use super::{AuditReport, FinishedAudit};
use crate::language::{self, said, say};

/// The style sheet.
const STYLE: &str = include_str!("html/style.css");

/// `--format html`
pub(super) struct AuditHtml;

impl ReportFormat<FinishedAudit<'_>> for AuditHtml {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        let page = match report {
            FinishedAudit::Local(report) => whole_page(report),
            FinishedAudit::InStack(report, shown, _) => brief_page(report, shown),
        };
        out.write_all(page.into_string().as_bytes())?;
        writeln!(out)
    }
}

/// The name of a finding's place in the page.
fn anchor(id: &str) -> String {
    format!("finding-{id}")
}

fn whole_page(report: &AuditReport<'_>) -> Markup {
    let title = format!(
        "rolewatch audit {}",
        say!("of {paths}", paths = paths_shown(report))
    );
    let content = html! {
        (summary::summary(report))
        @if let Some(list) = report.sessions { (timeline::timeline(report, list)) }
        (findings::findings(report))
        (summary::remarks(report))
    };
    document(&title, &content)
}

/// The findings alone: the stack writes neither the switches nor the rosters that the whole page
/// shows.
fn brief_page(report: &HistoryReport, shown: &ShownFindings<'_>) -> Markup {
    let selected: Vec<&Finding> = shown.select(&report.findings);
    let content = html! {
        (findings::brief_findings(&selected))
        @if !report.summary.notices.is_empty() {
            section {
                h2 { (say!("Notes")) }
                ul { @for notice in &report.summary.notices { li { (harmless(&said(notice))) } } }
            }
        }
    };
    document(&say!("rolewatch audit in the stack"), &content)
}

fn document(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language::chosen().as_str()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(security_policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (timeline::patterns())
                main {
                    h1 { (title) }
                    (content)
                }
                footer {
                    (say!("Written by rolewatch {version}. All times are in UTC.", version = env!("CARGO_PKG_VERSION")))
                }
            }
        }
    }
}

/// Allows the style sheet by its hash, and nothing else.
fn security_policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}
