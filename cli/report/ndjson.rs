//! One finding a line, and nothing else. The field names are those of [`Finding`], a contract.

use std::io::{self, Write};

use rolewatch_guard::Finding;
use rolewatch_guard::review::AllowedBy;
use serde::Serialize;

use crate::audit::allowed::SwitchAllowances;

/// A finding, and what allowed the switch where the files tell.
#[derive(Serialize)]
pub(super) struct FindingShown<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_by: Option<&'a AllowedBy>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    near_misses: &'a [String],
}

impl<'a> FindingShown<'a> {
    pub(super) fn of(finding: &'a Finding, allowed: &'a SwitchAllowances) -> Self {
        Self {
            finding,
            allowed_by: allowed.of(finding),
            near_misses: &[],
        }
    }
}

/// `near_misses`: what to know about the policy. No line is about the policy alone, so each finding
/// carries it.
pub(crate) fn write(
    findings: &[Finding],
    allowed: &SwitchAllowances,
    near_misses: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in findings {
        serde_json::to_writer(
            &mut *out,
            &FindingShown {
                near_misses,
                ..FindingShown::of(finding, allowed)
            },
        )?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
