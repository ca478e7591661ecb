//! The output of a review, one file per format.
//!
//! To add a format, add a file here, its variant in [`ReviewFormat`], and its line in
//! [`ReviewFormat::writer`].

mod csv;
mod json;
mod ndjson;
mod sarif;
mod table;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::Review;

use super::inputs::ReviewInputs;
use crate::report::format::ReportFormat;
use crate::report::words::{amount, counted, length, listed, number};

/// How a review reports: `rolewatch review --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// For people
    Table,
    /// One document with everything
    Json,
    /// One finding per line
    Ndjson,
    /// One finding per line, for spreadsheets
    Csv,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl ReviewFormat {
    /// The writer for the format.
    pub(super) fn writer(self) -> &'static dyn for<'a> ReportFormat<ReviewReport<'a>> {
        match self {
            Self::Table => &table::ReviewTable,
            Self::Json => &json::ReviewJson,
            Self::Ndjson => &ndjson::ReviewNdjson,
            Self::Csv => &csv::ReviewCsv,
            Self::Sarif => &sarif::ReviewSarif,
        }
    }
}

/// A finished review.
pub(super) struct ReviewReport<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) inputs: &'a ReviewInputs,
    pub(super) policy: &'a Policy,
    pub(super) policy_file: &'a Path,
    pub(super) as_of: Moment,
    pub(super) review: &'a Review,
}

/// How many accounts, users, groups and roles the files contain.
#[derive(Default)]
struct SetupCounts {
    accounts: u64,
    users: u64,
    groups: u64,
    roles: u64,
}

impl ReviewReport<'_> {
    fn count(&self, verdict: Verdict) -> u64 {
        let mut count = 0;
        for finding in &self.review.findings {
            count += u64::from(finding.verdict == verdict);
        }
        count
    }

    /// Accounts for everything on one line.
    pub(super) fn account(&self) -> String {
        let inputs = self.inputs;
        let files = counted(inputs.read + inputs.unreadable, "file", "files");
        let read = (inputs.read, format!("{} read", number(inputs.read)));
        let unreadable = (
            inputs.unreadable,
            format!("{} unreadable", number(inputs.unreadable)),
        );
        let counts = self.setup_counts();
        let things = format!(
            "{}: {}, {}, {}, {} of them elevated",
            counted(counts.accounts, "account", "accounts"),
            counted(counts.users, "user", "users"),
            counted(counts.groups, "group", "groups"),
            counted(counts.roles, "role", "roles"),
            self.review.elevated
        );
        let found = format!(
            "{}, {} unproven, {} suppressed",
            counted(self.count(Verdict::Violation), "violation", "violations"),
            number(self.count(Verdict::Unproven)),
            number(length(&self.review.suppressed))
        );
        format!("{files}: {}; {things}; {found}", listed([read, unreadable]))
    }

    fn setup_counts(&self) -> SetupCounts {
        let mut all = SetupCounts::default();
        // Missing lists count as empty. The head of the table says which lists are missing.
        for account in self.inputs.setup.accounts() {
            let (users, groups, roles) = account.counts();
            all.accounts += 1;
            all.users += amount(users);
            all.groups += amount(groups);
            all.roles += amount(roles);
        }
        all
    }
}
