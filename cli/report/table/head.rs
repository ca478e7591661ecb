//! The top of the report: what was read, which policy and rosters were used, and how much was
//! found.

use std::io;

use rolewatch_guard::Totals;
use rolewatch_guard::untrusted::harmless;

use super::paint::{BAD, BOLD};
use super::{LABEL, TextPage};
use crate::audit::inputs::{AuditInputs, RosterOwner};
use crate::audit::unread::UnreadList;
use crate::exit::shown_path;
use crate::report::AuditReport;
use crate::report::words::{counted, number, padded};

/// What was read and judged, and the result.
pub(super) fn write_head(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    what_was_read(report, page)?;
    let inputs = report.inputs;
    page.labelled(
        "policy",
        &format!(
            "{}, version {}",
            shown_path(&inputs.policy_file),
            inputs.policy.version_hash
        ),
    )?;
    write_rosters(inputs, page)?;
    write_span(report, page)?;
    if let Some(as_of) = report.judgement.as_of {
        page.labelled("as of", &as_of.to_string())?;
    }
    page.labelled("found", &what_was_found(report.totals))?;
    write_missing(report.unread, report.totals, inputs, page)
}

fn what_was_read(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let mut paths = Vec::new();
    for path in report.paths {
        // In a sentence, `-` would look like a dash.
        paths.push(if path.as_os_str() == "-" {
            "stdin".to_owned()
        } else {
            shown_path(path)
        });
    }
    page.hanging(
        &format!("{BOLD}rolewatch audit{BOLD:#} of "),
        "rolewatch audit of ".len(),
        &paths.join(", "),
    )?;
    let range = match report.range {
        Some((first, last)) => format!("relevant records from {first} to {last}"),
        None => "none of them relevant".to_owned(),
    };
    let files = counted(report.totals.files.read, "file", "files");
    let records = counted(report.totals.records.met, "record", "records");
    page.labelled("read", &format!("{files}, {records}, {range}"))
}

fn write_rosters(inputs: &AuditInputs, page: &mut TextPage<'_>) -> io::Result<()> {
    // Only the first roster gets the label.
    let mut label = "roster";
    for roster in &inputs.roster_files {
        let name = match &roster.whose {
            RosterOwner::Account(account) => inputs.policy.account_name(*account),
            RosterOwner::Store(_) => None,
        };
        let name = name
            .map(|name| format!(" ({})", harmless(name)))
            .unwrap_or_default();
        let taken = match roster.taken {
            Some(taken) => format!("taken {taken}"),
            None => "time unknown".to_owned(),
        };
        let truncated = match &roster.whose {
            _ if !roster.truncated => "",
            RosterOwner::Account(_) => ", truncated",
            RosterOwner::Store(_) => ", incomplete",
        };
        let text = format!(
            "{}: {}{name}, {taken}{truncated}",
            shown_path(&roster.file),
            roster.whose.words()
        );
        page.labelled(label, &text)?;
        label = "";
    }
    if inputs.roster_files.is_empty() {
        page.labelled(
            "roster",
            "none, so group membership is known only from changes in the logs. \
             Give one with --roster FILE@TIME",
        )?;
    }
    Ok(())
}

/// Which switches were judged, if not all.
fn write_span(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let text = match (report.since, report.until) {
        (None, None) => return Ok(()),
        (Some(since), None) => format!("switches from {since} on"),
        (None, Some(until)) => format!("switches before {until}"),
        (Some(since), Some(until)) => format!("switches from {since} on and before {until}"),
    };
    page.labelled("checked", &text)
}

fn what_was_found(totals: &Totals) -> String {
    let judged = counted(
        totals.switches.judged,
        "switch into an elevated role",
        "switches into elevated roles",
    );
    let clean = number(totals.switches.clean);
    let by_kind = match totals.switches.admitted_by_kind {
        0 => String::new(),
        admitted => format!(", {} admitted by kind", number(admitted)),
    };
    let violations = counted(totals.findings.violations, "violation", "violations");
    let unproven = number(totals.findings.unproven);
    let suppressed = number(totals.findings.suppressed);
    format!(
        "{judged}, {clean} clean{by_kind}; {violations}, {unproven} unproven, {suppressed} \
         suppressed"
    )
}

/// Says that the report is incomplete, so that nobody takes it for a complete one.
pub(crate) fn write_missing(
    unread: &UnreadList,
    totals: &Totals,
    inputs: &AuditInputs,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let mut parts = Vec::new();
    if !unread.is_empty() {
        parts.push(incomplete(totals));
    }
    if !inputs.roster_faults.is_empty() {
        parts.push("a roster has no list of users".to_owned());
    }
    if parts.is_empty() {
        return Ok(());
    }
    page.hanging(
        &format!("{BAD}{}{BAD:#}", padded("INCOMPLETE", LABEL + 1)),
        LABEL + 1,
        &format!("{}; stderr lists each with its reason", parts.join("; ")),
    )
}

/// What couldn't be read, and what that means.
fn incomplete(totals: &Totals) -> String {
    let files = totals.files.unreadable;
    let records = totals.records.unread;
    let details = totals.records.partly_unread;
    let mut whole = Vec::new();
    if files > 0 {
        whole.push(counted(files, "file", "files"));
    }
    if records > 0 {
        whole.push(counted(records, "record", "records"));
    }
    let mut parts = Vec::new();
    if !whole.is_empty() {
        parts.push(format!(
            "{} couldn't be read, so switches may be missing below",
            whole.join(" and ")
        ));
    } else if details == 0 {
        parts.push(format!(
            "{}, so switches may be missing below",
            no_logs(totals.files.met)
        ));
    }
    // A switch with an unreadable detail is judged, so it isn't missing.
    if details > 0 {
        parts.push(format!(
            "details of {} couldn't be read, so whatever depends on them is unproven",
            counted(details, "record", "records")
        ));
    }
    parts.join("; ")
}

/// What is missing if no file is unreadable.
fn no_logs(files_met: u64) -> &'static str {
    if files_met == 0 {
        "there are no logs to read"
    } else {
        "some of the given paths contain no logs"
    }
}
