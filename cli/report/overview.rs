//! What a report says about the run as a whole, in every format for people.

use rolewatch_guard::Totals;
use rolewatch_guard::untrusted::harmless;

use super::AuditReport;
use super::words::{counted, number};
use crate::audit::inputs::{AuditInputs, RosterOwner};
use crate::audit::unread::UnreadList;
use crate::exit::shown_path;

/// A line about the run. The label is empty where the one before goes on.
pub(crate) struct OverviewLine {
    pub(crate) label: &'static str,
    pub(crate) text: String,
}

/// What was read and judged, and the result.
pub(crate) fn overview(report: &AuditReport<'_>) -> Vec<OverviewLine> {
    let inputs = report.inputs;
    let line = |label, text| OverviewLine { label, text };
    let policy = format!(
        "{}, version {}",
        shown_path(&inputs.policy_file),
        inputs.policy.version_hash
    );
    let mut lines = vec![line("read", what_was_read(report)), line("policy", policy)];
    for (place, roster) in rosters(inputs).into_iter().enumerate() {
        // Only the first roster gets the label.
        lines.push(line(if place == 0 { "roster" } else { "" }, roster));
    }
    lines.extend(checked(report).map(|text| line("checked", text)));
    let as_of = report.judgement.as_of;
    lines.extend(as_of.map(|as_of| line("as of", as_of.to_string())));
    lines.push(line("found", what_was_found(report.totals)));
    lines
}

/// The paths that were read.
pub(crate) fn paths_shown(report: &AuditReport<'_>) -> String {
    let mut paths = Vec::new();
    for path in report.paths {
        // In a sentence, `-` would look like a dash.
        paths.push(if path.as_os_str() == "-" {
            "stdin".to_owned()
        } else {
            shown_path(path)
        });
    }
    paths.join(", ")
}

fn what_was_read(report: &AuditReport<'_>) -> String {
    let range = match report.range {
        Some((first, last)) => format!("relevant records from {first} to {last}"),
        None => "none of them relevant".to_owned(),
    };
    let files = counted(report.totals.files.read, "file", "files");
    let records = counted(report.totals.records.met, "record", "records");
    format!("{files}, {records}, {range}")
}

fn rosters(inputs: &AuditInputs) -> Vec<String> {
    let mut lines = Vec::new();
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
        lines.push(text);
    }
    if inputs.roster_files.is_empty() {
        lines.push(
            "none, so group membership is known only from changes in the logs. \
             Give one with --roster FILE@TIME"
                .to_owned(),
        );
    }
    lines
}

/// Which switches were judged, if not all.
fn checked(report: &AuditReport<'_>) -> Option<String> {
    match (report.since, report.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("switches from {since} on")),
        (None, Some(until)) => Some(format!("switches before {until}")),
        (Some(since), Some(until)) => Some(format!("switches from {since} on and before {until}")),
    }
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

/// Says that the report is incomplete, so that nobody takes it for a complete one. `None` if
/// everything could be read.
pub(crate) fn missing(
    unread: &UnreadList,
    totals: &Totals,
    inputs: &AuditInputs,
) -> Option<String> {
    let mut parts = Vec::new();
    if !unread.is_empty() {
        parts.push(incomplete(totals));
    }
    if !inputs.roster_faults.is_empty() {
        parts.push("a roster has no list of users".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
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

/// Why there is no violation. "None" means nothing if nothing was judged.
pub(crate) fn nothing_found(report: &AuditReport<'_>) -> String {
    let switches = &report.totals.switches;
    let unproven = report.totals.findings.unproven;
    match switches.judged {
        0 if report.totals.records.met == 0 => {
            "No record was read, so nothing was checked.".to_owned()
        }
        0 if report.since.is_some() || report.until.is_some() => {
            "The logs show no switch into an elevated role in the requested period.".to_owned()
        }
        0 => "The logs show no switch into an elevated role.".to_owned(),
        judged => {
            let judged = counted(
                judged,
                "switch into an elevated role was checked",
                "switches into elevated roles were checked",
            );
            let and = match unproven {
                0 => "no rule was broken",
                _ => "no violation is proven; see the unproven findings below",
            };
            format!("{judged}; {and}.")
        }
    }
}

/// Notes for the reader in addition to the findings.
pub(crate) fn notes(report: &AuditReport<'_>) -> Vec<String> {
    let judgement = report.judgement;
    let mut notes: Vec<String> = judgement.notices.clone();
    if judgement.other_refusals > 0 {
        let refusals = counted(
            judgement.other_refusals,
            "failed attempt wasn't checked: it names no elevated role, \
             or failed for a reason other than denied access",
            "failed attempts weren't checked: they name no elevated role, \
             or failed for a reason other than denied access",
        );
        notes.push(refusals);
    }
    if judgement.root_allowed > 0 {
        let calls = counted(
            judgement.root_allowed,
            "AssumeRoot call",
            "AssumeRoot calls",
        );
        notes.push(format!(
            "{calls} not checked: the policy has `assume_root: allow`"
        ));
    }
    // Valid, but almost certainly not what was meant.
    if report.inputs.policy.roles.is_empty() {
        notes.push("the policy lists no roles, so no switch was checked".to_owned());
    }
    notes
}
