//! One finding per line, and nothing else. The field names are those of [`Finding`], a contract.

use std::io::{self, Write};

use rolewatch_guard::Finding;
use rolewatch_guard::review::AllowedBy;
use rolewatch_guard::text::Text;
use serde::Serialize;

use super::FinishedAudit;
use super::format::ReportFormat;

/// `--format ndjson`
pub(super) struct AuditNdjson;

/// A finding, and what allowed the switch if the files show it.
#[derive(Serialize)]
pub(super) struct FindingShown<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_by: Option<&'a AllowedBy>,
    #[serde(skip_serializing_if = "<[Text]>::is_empty")]
    near_misses: &'a [Text],
}

impl<'a> FindingShown<'a> {
    pub(super) fn new(finding: &'a Finding, allowed_by: Option<&'a AllowedBy>) -> Self {
        Self {
            finding,
            allowed_by,
            near_misses: &[],
        }
    }

    /// As a line of its own. No line is about the policy alone, so each finding carries the notes
    /// about the policy.
    pub(super) fn line(finding: &'a Finding, report: &'a FinishedAudit<'_>) -> Self {
        Self {
            near_misses: report.near_misses(),
            ..Self::new(finding, report.allowed_by(finding))
        }
    }
}

impl ReportFormat<FinishedAudit<'_>> for AuditNdjson {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in report.findings() {
            serde_json::to_writer(&mut *out, &FindingShown::line(finding, report))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
