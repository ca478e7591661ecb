//! What an audit came to, as it is shown: one file a format.
//!
//! A new format is a file beside these, with its variant in [`AuditFormat`] and its line in
//! [`AuditFormat::writer`]. Nothing else lists formats: the flag, the help, the man page and the
//! completions are made from the variants.

pub(crate) mod csv;
pub(crate) mod format;
pub(crate) mod history;
pub(crate) mod json;
mod ndjson;
pub(crate) mod shown;
pub(crate) mod table;
pub(crate) mod words;

use std::path::PathBuf;

use clap::ValueEnum;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::review::AllowedBy;
use rolewatch_guard::{Finding, Judgement, Totals};

use crate::audit::allowed::SwitchAllowances;
use crate::audit::inputs::AuditInputs;
use crate::audit::unread::UnreadList;
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
}

impl AuditFormat {
    /// What writes it.
    pub(crate) fn writer(self) -> &'static dyn for<'a> ReportFormat<FinishedAudit<'a>> {
        match self {
            Self::Table => &table::AuditTable,
            Self::Json => &json::AuditJson,
            Self::Ndjson => &ndjson::AuditNdjson,
            Self::Csv => &csv::AuditCsv,
        }
    }
}

/// An audit that is done, wherever its logs were read.
pub(crate) enum FinishedAudit<'a> {
    /// Of logs that this machine read.
    Local(AuditReport<'a>),
    /// Of logs that the stack read where they lie.
    InStack(&'a HistoryReport, &'a ShownFindings<'a>),
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
    /// Which of its findings are shown.
    pub(crate) shown: &'a ShownFindings<'a>,
    /// What of it AWS allowed, and by what.
    pub(crate) allowed: &'a SwitchAllowances,
    pub(crate) totals: &'a Totals,
    pub(crate) unread: &'a UnreadList,
    /// Events that AWS didn't send: they count for nothing, and nothing is missing for it.
    pub(crate) not_evidence: &'a UnreadList,
}

impl FinishedAudit<'_> {
    /// The findings that are shown.
    fn findings(&self) -> Vec<&Finding> {
        match self {
            Self::Local(report) => report.shown.of(&report.judgement.findings),
            Self::InStack(report, shown) => shown.of(&report.findings),
        }
    }

    /// Entries of the policy that only just miss a role.
    fn near_misses(&self) -> &[String] {
        match self {
            Self::Local(report) => &report.judgement.near_misses,
            Self::InStack(report, _) => &report.summary.near_misses,
        }
    }

    /// What allowed the switch that a finding is about. The stack reads no policies of IAM, so it
    /// can't tell.
    fn allowed_by(&self, finding: &Finding) -> Option<&AllowedBy> {
        match self {
            Self::Local(report) => report.allowed.of(finding),
            Self::InStack(..) => None,
        }
    }
}
