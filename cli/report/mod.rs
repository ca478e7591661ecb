//! The output of an audit, one file per format.
//!
//! To add a format, add a file here, its variant in [`AuditFormat`], and its line in
//! [`AuditFormat::writer`]. Nothing else lists the formats: the flag, the help, the man page and
//! the completions are made from the variants.

mod advice;
pub(crate) mod asff;
pub(crate) mod circumstances;
pub(crate) mod csv;
mod figures;
pub(crate) mod format;
pub(crate) mod history;
mod html;
pub(crate) mod json;
pub(crate) mod moot;
mod ndjson;
mod ocsf;
mod overview;
pub(crate) mod people;
pub(crate) mod pruned;
mod seen;
pub(crate) mod session_line;
pub(crate) mod shown;
pub(crate) mod table;
pub(crate) mod words;

use std::path::PathBuf;

use clap::ValueEnum;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::review::AllowedBy;
use rolewatch_guard::text::Text;
use rolewatch_guard::{Finding, Judgement, Totals};

use crate::audit::allowed::SwitchAllowances;
use crate::audit::inputs::AuditInputs;
use crate::audit::unread::UnreadList;
use crate::sessions::list::SessionList;
use asff::SecurityHub;
use circumstances::circumstances;
use format::ReportFormat;
use history::HistoryReport;
use shown::ShownFindings;

/// How an audit reports: `rolewatch audit --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    Table,
    /// One document with everything
    Json,
    /// One finding per line
    Ndjson,
    /// One finding per line, for spreadsheets
    Csv,
    /// One OCSF Detection Finding per line, for SIEMs and data lakes
    Ocsf,
    /// Requests for Security Hub's `BatchImportFindings`, one per line; needs --asff-account and
    /// --asff-region
    Asff,
    /// One page for browsers, with a timeline
    Html,
}

impl AuditFormat {
    /// Whether the format shows every session, not only findings.
    pub(crate) fn shows_sessions(self) -> bool {
        matches!(self, Self::Html)
    }

    /// The writer for the format.
    pub(crate) fn writer(self) -> &'static dyn for<'a> ReportFormat<FinishedAudit<'a>> {
        match self {
            Self::Table => &table::AuditTable,
            Self::Json => &json::AuditJson,
            Self::Ndjson => &ndjson::AuditNdjson,
            Self::Csv => &csv::AuditCsv,
            Self::Ocsf => &ocsf::AuditOcsf,
            Self::Asff => &asff::AuditAsff,
            Self::Html => &html::AuditHtml,
        }
    }
}

/// A finished audit, no matter where its logs were read.
pub(crate) enum FinishedAudit<'a> {
    /// Of logs that this machine read.
    Local(AuditReport<'a>),
    /// Of logs that the stack read directly from S3.
    InStack(
        &'a HistoryReport,
        &'a ShownFindings<'a>,
        Option<&'a SecurityHub>,
    ),
}

/// An audit of logs that this machine read.
pub(crate) struct AuditReport<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) inputs: &'a AuditInputs,
    pub(crate) since: Option<Moment>,
    pub(crate) until: Option<Moment>,
    /// The first and the last relevant record.
    pub(crate) range: Option<(Moment, Moment)>,
    pub(crate) judgement: &'a Judgement,
    /// Whether the table also lists event ids, all repeated findings and the switches without findings.
    pub(crate) verbose: bool,
    /// The findings to show.
    pub(crate) shown: &'a ShownFindings<'a>,
    /// The Security Hub that the findings are for, if one was given.
    pub(crate) security_hub: Option<&'a SecurityHub>,
    /// All sessions, if the format shows them.
    pub(crate) sessions: Option<&'a SessionList>,
    /// What AWS allowed, and by which statements.
    pub(crate) allowed: &'a SwitchAllowances,
    pub(crate) totals: &'a Totals,
    pub(crate) unread: &'a UnreadList,
    /// Events that AWS didn't send. They don't count, and nothing is missing because of them.
    pub(crate) not_evidence: &'a UnreadList,
}

impl FinishedAudit<'_> {
    /// The findings to show.
    fn findings(&self) -> Vec<&Finding> {
        match self {
            Self::Local(report) => report.shown.select(&report.judgement.findings),
            Self::InStack(report, shown, _) => shown.select(&report.findings),
        }
    }

    /// The Security Hub that the findings are for, if one was given.
    fn security_hub(&self) -> Option<&SecurityHub> {
        match self {
            Self::Local(report) => report.security_hub,
            Self::InStack(_, _, hub) => *hub,
        }
    }

    /// The latest relevant record, or the end of the period. The stack doesn't say it.
    fn as_of(&self) -> Option<Moment> {
        match self {
            Self::Local(report) => report.judgement.as_of,
            Self::InStack(..) => None,
        }
    }

    /// The steps to take about a finding, in order.
    fn steps(&self, finding: &Finding) -> Vec<String> {
        let policy = match self {
            Self::Local(report) => Some(&report.inputs.policy),
            Self::InStack(..) => None,
        };
        circumstances::steps(finding.rule, &circumstances(finding, policy))
    }

    /// Policy entries that narrowly miss a role.
    fn near_misses(&self) -> &[Text] {
        match self {
            Self::Local(report) => &report.judgement.near_misses,
            Self::InStack(report, ..) => &report.summary.near_misses,
        }
    }

    /// What allowed the switch that a finding is about. `None` for the stack, which doesn't read
    /// IAM policies.
    fn allowed_by(&self, finding: &Finding) -> Option<&AllowedBy> {
        match self {
            Self::Local(report) => report.allowed.for_finding(finding),
            Self::InStack(..) => None,
        }
    }
}
