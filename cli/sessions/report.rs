//! The output of `rolewatch sessions`, one file per format.
//!
//! To add a format, add a file here, its variant in [`SessionsFormat`], and its line in
//! [`SessionsFormat::writer`].

mod csv;
mod json;
mod table;

use std::path::PathBuf;

use clap::ValueEnum;
use rolewatch_guard::{SessionRow, Verdict};

use super::list::SessionList;
use crate::args::PeriodArgs;
use crate::audit::JudgedLogs;
use crate::audit::inputs::AuditInputs;
use crate::report::format::ReportFormat;

/// How sessions are listed: `rolewatch sessions --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SessionsFormat {
    /// For people
    Table,
    /// One document with everything
    Json,
    /// One session per line, for spreadsheets
    Csv,
}

impl SessionsFormat {
    /// The writer for the format.
    pub(super) fn writer(self) -> &'static dyn for<'a> ReportFormat<SessionsReport<'a>> {
        match self {
            Self::Table => &table::SessionsTable,
            Self::Json => &json::SessionsJson,
            Self::Csv => &csv::SessionsCsv,
        }
    }
}

/// A finished list of sessions.
pub(super) struct SessionsReport<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) inputs: &'a AuditInputs,
    pub(super) period: PeriodArgs,
    pub(super) judged: &'a JudgedLogs,
    pub(super) list: &'a SessionList,
}

/// Whether the person used MFA, in a word.
fn mfa_word(row: &SessionRow) -> &'static str {
    match row.mfa {
        Verdict::Allow => "yes",
        Verdict::Violation => "no",
        Verdict::Unproven => "unproven",
        Verdict::NotApplicable if row.mfa_required => "not checked",
        Verdict::NotApplicable => "not required",
    }
}
