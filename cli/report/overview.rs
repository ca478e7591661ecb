//! What a report says about the run as a whole, in every format for people.

use rolewatch_guard::Totals;
use rolewatch_guard::untrusted::harmless;

use super::AuditReport;
use super::words::number;
use crate::audit::inputs::{AuditInputs, RosterOwner};
use crate::audit::unread::UnreadList;
use crate::exit::shown_path;
use crate::language::{counted, said, say};

/// A line about the run. The label is empty where the one before goes on.
pub(crate) struct OverviewLine {
    pub(crate) label: String,
    pub(crate) text: String,
}

/// What was read and judged, and the result.
pub(crate) fn overview(report: &AuditReport<'_>) -> Vec<OverviewLine> {
    let inputs = report.inputs;
    let line = |label: String, text| OverviewLine { label, text };
    let policy = say!(
        "{file}, version {version}",
        file = shown_path(&inputs.policy_file),
        version = inputs.policy.version_hash.to_string()
    );
    let mut lines = vec![
        line(say!("read"), what_was_read(report)),
        line(say!("policy"), policy),
    ];
    for (place, roster) in rosters(inputs).into_iter().enumerate() {
        // Only the first roster gets the label.
        let label = if place == 0 {
            say!("roster")
        } else {
            String::new()
        };
        lines.push(line(label, roster));
    }
    lines.extend(checked(report).map(|text| line(say!("checked"), text)));
    let as_of = report.judgement.as_of;
    lines.extend(as_of.map(|as_of| line(say!("as of"), as_of.to_string())));
    lines.push(line(say!("found"), what_was_found(report.totals)));
    lines
}

/// The paths that were read.
pub(crate) fn paths_shown(report: &AuditReport<'_>) -> String {
    let mut paths = Vec::new();
    for path in report.paths {
        // In a sentence, `-` would look like a dash.
        paths.push(if path.as_os_str() == "-" {
            say!("stdin")
        } else {
            shown_path(path)
        });
    }
    paths.join(", ")
}

fn what_was_read(report: &AuditReport<'_>) -> String {
    let range = match report.range {
        Some((first, last)) => say!("relevant records from {first} to {last}", first, last),
        None => say!("none of them relevant"),
    };
    let files = counted!("{n} file", "{n} files", report.totals.files.read);
    let records = counted!("{n} record", "{n} records", report.totals.records.met);
    say!("{files}, {records}, {range}", files, records, range)
}

fn rosters(inputs: &AuditInputs) -> Vec<String> {
    let mut lines = Vec::new();
    for roster in &inputs.roster_files {
        let whose = match &roster.whose {
            RosterOwner::Account(account) => match inputs.policy.account_name(*account) {
                Some(name) => say!("account {account} ({name})", account, name = harmless(name)),
                None => say!("account {account}", account),
            },
            RosterOwner::Store(store) => say!("identity store {store}", store = harmless(store)),
        };
        let taken = match roster.taken {
            Some(taken) => say!("taken {taken}", taken),
            None => say!("time unknown"),
        };
        let truncated = match &roster.whose {
            _ if !roster.truncated => String::new(),
            RosterOwner::Account(_) => say!(", truncated"),
            RosterOwner::Store(_) => say!(", incomplete"),
        };
        lines.push(say!(
            "{file}: {whose}, {taken}{truncated}",
            file = shown_path(&roster.file),
            whose,
            taken,
            truncated
        ));
    }
    if inputs.roster_files.is_empty() {
        lines.push(
            say!("none, so group membership is known only from changes in the logs. Give one with --roster FILE@TIME"),
        );
    }
    lines
}

/// Which switches were judged, if not all.
fn checked(report: &AuditReport<'_>) -> Option<String> {
    match (report.since, report.until) {
        (None, None) => None,
        (Some(since), None) => Some(say!("switches from {since} on", since)),
        (None, Some(until)) => Some(say!("switches before {until}", until)),
        (Some(since), Some(until)) => Some(say!(
            "switches from {since} on and before {until}",
            since,
            until
        )),
    }
}

fn what_was_found(totals: &Totals) -> String {
    let judged = counted!(
        "{n} switch into an elevated role",
        "{n} switches into elevated roles",
        totals.switches.judged
    );
    let clean = number(totals.switches.clean);
    let by_kind = match totals.switches.admitted_by_kind {
        0 => String::new(),
        admitted => say!(", {count} admitted by kind", count = number(admitted)),
    };
    let violations = counted!(
        "{n} violation",
        "{n} violations",
        totals.findings.violations
    );
    let unproven = number(totals.findings.unproven);
    let suppressed = number(totals.findings.suppressed);
    say!(
        "{judged}, {clean} clean{by_kind}; {violations}, {unproven} unproven, {suppressed} \
         suppressed",
        judged,
        clean,
        by_kind,
        violations,
        unproven,
        suppressed
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
        parts.push(say!("a roster has no list of users"));
    }
    (!parts.is_empty()).then(|| parts.join(&say!("; ")))
}

/// What couldn't be read, and what that means.
fn incomplete(totals: &Totals) -> String {
    let files = totals.files.unreadable;
    let records = totals.records.unread;
    let details = totals.records.partly_unread;
    let mut whole = Vec::new();
    if files > 0 {
        whole.push(counted!("{n} file", "{n} files", files));
    }
    if records > 0 {
        whole.push(counted!("{n} record", "{n} records", records));
    }
    let mut parts = Vec::new();
    if !whole.is_empty() {
        parts.push(say!(
            "{what} couldn't be read, so switches may be missing below",
            what = whole.join(&say!(" and "))
        ));
    } else if details == 0 {
        parts.push(say!(
            "{what}, so switches may be missing below",
            what = no_logs(totals.files.met)
        ));
    }
    // A switch with an unreadable detail is judged, so it isn't missing.
    if details > 0 {
        parts.push(say!(
            "details of {records} couldn't be read, so whatever depends on them is unproven",
            records = counted!("{n} record", "{n} records", details)
        ));
    }
    parts.join(&say!("; "))
}

/// What is missing if no file is unreadable.
fn no_logs(files_met: u64) -> String {
    if files_met == 0 {
        say!("there are no logs to read")
    } else {
        say!("some of the given paths contain no logs")
    }
}

/// Why there is no violation. "None" means nothing if nothing was judged.
pub(crate) fn nothing_found(report: &AuditReport<'_>) -> String {
    let switches = &report.totals.switches;
    let unproven = report.totals.findings.unproven;
    match switches.judged {
        0 if report.totals.records.met == 0 => {
            say!("No record was read, so nothing was checked.")
        }
        0 if report.since.is_some() || report.until.is_some() => {
            say!("The logs show no switch into an elevated role in the requested period.")
        }
        0 => say!("The logs show no switch into an elevated role."),
        judged => {
            let judged = counted!(
                "{n} switch into an elevated role was checked",
                "{n} switches into elevated roles were checked",
                judged
            );
            let and = match unproven {
                0 => say!("no rule was broken"),
                _ => say!("no violation is proven; see the unproven findings below"),
            };
            say!("{judged}; {and}.", judged, and)
        }
    }
}

/// Notes for the reader in addition to the findings.
pub(crate) fn notes(report: &AuditReport<'_>) -> Vec<String> {
    let judgement = report.judgement;
    let mut notes: Vec<String> = judgement.notices.iter().map(said).collect();
    if judgement.other_refusals > 0 {
        let refusals = counted!(
            "{n} failed attempt wasn't checked: it names no elevated role, or failed for a reason other than denied access",
            "{n} failed attempts weren't checked: they name no elevated role, or failed for a reason other than denied access",
            judgement.other_refusals
        );
        notes.push(refusals);
    }
    if judgement.root_allowed > 0 {
        let calls = counted!(
            "{n} AssumeRoot call",
            "{n} AssumeRoot calls",
            judgement.root_allowed
        );
        notes.push(say!(
            "{calls} not checked: the policy has `assume_root: allow`",
            calls
        ));
    }
    // Valid, but almost certainly not what was meant.
    if report.inputs.policy.roles.is_empty() {
        notes.push(say!("the policy lists no roles, so no switch was checked"));
    }
    notes
}
