//! One JSON document with everything.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rolewatch_guard::id::EventId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{PolicyHash, RuleOff};
use rolewatch_guard::review::DetailList;
use rolewatch_guard::text::Text;
use rolewatch_guard::untrusted::{harmless, shows_as_itself};
use rolewatch_guard::{
    CallerShown, Finding, SuppressedFinding, SwitchStanding, SwitchSummary, Tally, Totals,
    standings,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::format::ReportFormat;
use super::history::HistoryReport;
use super::ndjson::FindingShown;
use super::shown::ShownFindings;
use super::words::amount;
use super::{AuditReport, FinishedAudit};
use crate::audit::allowed::SwitchAllowances;
use crate::audit::inputs::{AuditInputs, RosterFile, RosterOwner};
use crate::audit::unread::FaultShown;
use crate::exit::shown_path;

#[derive(Serialize)]
struct AuditDocument<'a> {
    policy: PolicyShown,
    rosters: Vec<RosterShown>,
    paths: Vec<String>,
    since: Option<Moment>,
    until: Option<Moment>,
    as_of: Option<Moment>,
    findings: Vec<FindingShown<'a>>,
    /// The number of findings that the filters leave out. They still count everywhere else.
    #[serde(skip_serializing_if = "is_zero")]
    hidden_by_filters: u64,
    suppressed: Vec<SuppressedShown<'a>>,
    switches: Vec<SwitchShown<'a>>,
    /// The first of them. `unread_count` counts all.
    unread: Vec<FaultShown<'a>>,
    unread_count: u64,
    /// The first events that AWS didn't send. `not_evidence_count` counts all.
    not_evidence: Vec<FaultShown<'a>>,
    not_evidence_count: u64,
    counts: &'a Totals,
    not_judged: UnjudgedCounts,
    /// The rules that the policy turns off.
    rules_off: &'a [RuleOff],
    notices: &'a [Text],
    tallies: BTreeMap<&'static str, TallyShown>,
}

#[derive(Serialize)]
pub(crate) struct PolicyShown {
    file: String,
    version: PolicyHash,
}

impl PolicyShown {
    pub(crate) fn new(inputs: &AuditInputs) -> Self {
        Self {
            file: shown_path(&inputs.policy_file),
            version: inputs.policy.version_hash,
        }
    }
}

#[derive(Serialize)]
struct RosterShown {
    file: String,
    /// `None` for a roster of Identity Center, which is of an identity store.
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_store: Option<String>,
    taken: Option<Moment>,
    truncated: bool,
    /// The keys of required lists that are missing.
    missing: Vec<&'static str>,
}

impl RosterShown {
    fn new(roster: &RosterFile) -> Self {
        let mut missing = Vec::new();
        if roster.lacks_users.is_some() {
            missing.push(DetailList::Users.key());
        }
        let (account, identity_store) = match &roster.whose {
            RosterOwner::Account(account) => (Some(account.to_string()), None),
            RosterOwner::Store(store) => (None, Some(harmless(store))),
        };
        Self {
            file: shown_path(&roster.file),
            account,
            identity_store,
            taken: roster.taken,
            truncated: roster.truncated,
            missing,
        }
    }
}

#[derive(Serialize)]
struct SuppressedShown<'a> {
    finding: FindingShown<'a>,
    reason: String,
    owner: String,
    until: String,
    line: usize,
}

impl<'a> SuppressedShown<'a> {
    fn new(suppressed: &'a SuppressedFinding, allowed: &'a SwitchAllowances) -> Self {
        Self {
            finding: FindingShown::new(
                &suppressed.finding,
                allowed.for_finding(&suppressed.finding),
            ),
            reason: harmless(&suppressed.by.reason),
            owner: harmless(&suppressed.by.owner),
            until: suppressed.by.until.to_string(),
            line: suppressed.by.line,
        }
    }
}

#[derive(Serialize)]
struct SwitchShown<'a> {
    time: Moment,
    role: &'a str,
    caller: &'a CallerShown,
    console: bool,
    last_use: Option<Moment>,
    granted_until: Option<Moment>,
    event: Option<&'a EventId>,
    violations: u16,
    unproven: u16,
    /// Findings over several sessions count here too.
    standing: SwitchStanding,
}

impl<'a> SwitchShown<'a> {
    fn new(switch: &'a SwitchSummary, standing: SwitchStanding) -> Self {
        Self {
            time: switch.time,
            role: &switch.role,
            caller: &switch.caller,
            console: switch.console,
            last_use: switch.last_use,
            granted_until: switch.granted_until,
            event: switch.event.as_ref(),
            violations: switch.violations,
            unproven: switch.unproven,
            standing,
        }
    }
}

/// Calls that are neither a switch into an elevated role nor a finding.
#[derive(Serialize)]
struct UnjudgedCounts {
    other_refusals: u64,
    assume_root_allowed: u64,
}

#[derive(Serialize)]
struct TallyShown {
    allow: u64,
    violation: u64,
    unproven: u64,
    not_applicable: u64,
}

impl From<&Tally> for TallyShown {
    fn from(tally: &Tally) -> Self {
        let Tally {
            allow,
            violation,
            unproven,
            not_applicable,
        } = *tally;
        Self {
            allow,
            violation,
            unproven,
            not_applicable,
        }
    }
}

/// `--format json`
pub(super) struct AuditJson;

impl ReportFormat<FinishedAudit<'_>> for AuditJson {
    fn write(&self, report: &FinishedAudit<'_>, out: &mut dyn Write) -> io::Result<()> {
        match report {
            FinishedAudit::Local(report) => write_pretty(&audit_document(report), out),
            FinishedAudit::InStack(report, shown, _) => {
                write_pretty(&HistoryDocument::new(report, shown), out)
            }
        }
    }
}

/// The stack's findings, and its summary as it was written.
#[derive(Serialize)]
struct HistoryDocument<'a> {
    findings: Vec<&'a Finding>,
    #[serde(skip_serializing_if = "is_zero")]
    hidden_by_filters: u64,
    summary: &'a RawValue,
}

impl<'a> HistoryDocument<'a> {
    fn new(report: &'a HistoryReport, shown: &ShownFindings<'_>) -> Self {
        let findings = shown.select(&report.findings);
        Self {
            hidden_by_filters: amount(report.findings.len() - findings.len()),
            findings,
            summary: &report.written,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

pub(crate) fn write_pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

fn audit_document<'a>(report: &'a AuditReport<'_>) -> AuditDocument<'a> {
    let AuditReport {
        paths,
        inputs,
        since,
        until,
        judgement,
        shown,
        allowed,
        totals,
        unread,
        not_evidence,
        ..
    } = report;
    let findings = shown.select(&judgement.findings);
    AuditDocument {
        policy: PolicyShown::new(inputs),
        rosters: inputs.roster_files.iter().map(RosterShown::new).collect(),
        paths: paths.iter().map(|path| shown_path(path)).collect(),
        since: *since,
        until: *until,
        as_of: judgement.as_of,
        hidden_by_filters: amount(judgement.findings.len() - findings.len()),
        findings: findings
            .into_iter()
            .map(|finding| FindingShown::new(finding, allowed.for_finding(finding)))
            .collect(),
        suppressed: judgement
            .suppressed
            .iter()
            .map(|suppressed| SuppressedShown::new(suppressed, allowed))
            .collect(),
        switches: judgement
            .switches
            .iter()
            .zip(standings(judgement))
            .map(|(switch, standing)| SwitchShown::new(switch, standing))
            .collect(),
        unread: unread.faults_shown().collect(),
        unread_count: unread.count(),
        not_evidence: not_evidence.faults_shown().collect(),
        not_evidence_count: not_evidence.count(),
        counts: totals,
        not_judged: UnjudgedCounts {
            other_refusals: judgement.other_refusals,
            assume_root_allowed: judgement.root_allowed,
        },
        rules_off: &judgement.rules_off,
        notices: &judgement.notices,
        tallies: judgement
            .tallies
            .iter()
            .map(|(code, tally)| (*code, tally.into()))
            .collect(),
    }
}

/// JSON text in which every character shows as what it is: the same values, with escapes for
/// characters that are invisible or change the text direction.
pub(crate) fn visible(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // Line breaks belong to the document, because inside a string they are already escaped.
        if c == '\n' || shows_as_itself(c) {
            text.push(c);
        } else {
            // Outside of strings, JSON can't contain such a character. Inside, it never follows an
            // unescaped backslash.
            text.extend(
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}")),
            );
        }
    }
    text
}
