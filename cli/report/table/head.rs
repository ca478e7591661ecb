//! The top of the report: what was read, which policy and rosters were used, and how much was
//! found.

use std::io;

use rolewatch_guard::Totals;

use super::paint::{BAD, BOLD};
use super::{TextPage, label_columns};
use crate::audit::inputs::AuditInputs;
use crate::audit::unread::UnreadList;
use crate::language::say;
use crate::report::AuditReport;
use crate::report::overview::{missing, overview, paths_shown};
use crate::report::words::padded;

/// What was read and judged, and the result.
pub(super) fn write_head(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    page.hanging(
        &format!("{BOLD}rolewatch audit{BOLD:#} "),
        "rolewatch audit ".len(),
        &say!("of {paths}", paths = paths_shown(report)),
    )?;
    for line in overview(report) {
        page.labelled(&line.label, &line.text)?;
    }
    write_missing(report.unread, report.totals, report.inputs, page)
}

/// Says that the report is incomplete, if it is.
pub(crate) fn write_missing(
    unread: &UnreadList,
    totals: &Totals,
    inputs: &AuditInputs,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let Some(missing) = missing(unread, totals, inputs) else {
        return Ok(());
    };
    page.hanging(
        &format!(
            "{BAD}{}{BAD:#}",
            padded(&say!("INCOMPLETE"), label_columns() + 1)
        ),
        label_columns() + 1,
        &say!("{missing}; stderr lists each with its reason", missing),
    )
}
