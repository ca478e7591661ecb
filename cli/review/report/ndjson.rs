//! One finding per line, and nothing else. The field names are those of [`ReviewFinding`], a
//! contract.

use std::io::{self, Write};

use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::text::Text;
use serde::Serialize;

use super::ReviewReport;
use crate::report::format::ReportFormat;
use crate::report::json::visible;

/// `--format ndjson`
pub(super) struct ReviewNdjson;

/// A finding with the notes about the policy. No line is about the policy alone, so each finding
/// carries them.
#[derive(Serialize)]
struct ReviewFindingShown<'a> {
    #[serde(flatten)]
    finding: &'a ReviewFinding,
    #[serde(skip_serializing_if = "<[Text]>::is_empty")]
    near_misses: &'a [Text],
}

impl ReportFormat<ReviewReport<'_>> for ReviewNdjson {
    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.review.findings {
            let line = ReviewFindingShown {
                finding,
                near_misses: &report.review.near_misses,
            };
            writeln!(out, "{}", visible(&serde_json::to_string(&line)?))?;
        }
        Ok(())
    }
}
