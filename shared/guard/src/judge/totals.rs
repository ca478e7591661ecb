//! Counts that account for all input, and add up.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Judgement, SwitchSummary};
use crate::finding::Verdict;
use crate::id::EventId;

/// What happened to everything in the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files.
    pub files: FileTotals,
    /// Records.
    pub records: RecordTotals,
    /// Switches into elevated roles.
    pub switches: SwitchTotals,
    /// Findings.
    pub findings: FindingTotals,
}

/// Files: `met` is the sum of all other counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTotals {
    /// All files.
    pub met: u64,
    /// Files that were read to their end.
    pub read: u64,
    /// Digest and Insights files, policies and rosters.
    pub skipped: u64,
    /// Files that were missing, that access was denied to, or that were damaged.
    pub unreadable: u64,
}

/// Records: `kept + not_relevant + not_evidence + unread` is `met`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTotals {
    /// All records.
    pub met: u64,
    /// Records of STS, sign-in, IAM or Identity Center, or by a session whose calls count.
    pub kept: u64,
    /// The kept records that are copies of others.
    pub duplicates: u64,
    /// The duplicates that contradict another copy.
    pub contradicting: u64,
    /// The kept records with details that can't be read.
    #[serde(default)]
    pub partly_unread: u64,
    /// Records that the engine doesn't use.
    pub not_relevant: u64,
    /// Records in events that AWS didn't send, so they don't count.
    #[serde(default)]
    pub not_evidence: u64,
    /// Records that couldn't be read. They may or may not be relevant.
    pub unread: u64,
}

/// Switches into elevated roles: `judged` is the sum of all other counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchTotals {
    /// All switches.
    pub judged: u64,
    /// Switches without findings for which everything that the policy requires was checked.
    pub clean: u64,
    /// Switches without findings whose group or MFA wasn't checked: their identity type is allowed
    /// without, or the policy turns the rule off.
    #[serde(default)]
    pub admitted_by_kind: u64,
    /// Switches in a violation.
    pub violating: u64,
    /// Switches in an unproven finding and in no violation.
    pub unproven: u64,
    /// Switches in suppressed findings only.
    pub suppressed: u64,
}

/// Findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingTotals {
    /// A rule was broken.
    pub violations: u64,
    /// The evidence isn't enough to decide.
    pub unproven: u64,
    /// Findings that the policy hides.
    pub suppressed: u64,
}

/// The result for a switch, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchStanding {
    /// No finding.
    Clean,
    /// No finding, but the policy requires a group or MFA that nobody checked: this identity type
    /// can't have it, or the rule is off.
    AdmittedByKind,
    /// Only findings that the policy hides.
    Suppressed,
    /// The evidence isn't enough to decide.
    Unproven,
    /// A rule was broken.
    Violating,
}

impl Totals {
    /// Adds the result of judging.
    pub fn add_judgement(&mut self, judgement: &Judgement) {
        for standing in standings(judgement) {
            self.switches.judged += 1;
            *match standing {
                SwitchStanding::Clean => &mut self.switches.clean,
                SwitchStanding::AdmittedByKind => &mut self.switches.admitted_by_kind,
                SwitchStanding::Suppressed => &mut self.switches.suppressed,
                SwitchStanding::Unproven => &mut self.switches.unproven,
                SwitchStanding::Violating => &mut self.switches.violating,
            } += 1;
        }
        for finding in &judgement.findings {
            *match finding.verdict {
                Verdict::Violation => &mut self.findings.violations,
                _ => &mut self.findings.unproven,
            } += 1;
        }
        self.findings.suppressed = u64::try_from(judgement.suppressed.len()).unwrap_or(u64::MAX);
    }
}

/// The standing of every switch, in the judgment's order. A finding about several sessions counts
/// for each switch whose records are in its events.
pub fn standings(judgement: &Judgement) -> Vec<SwitchStanding> {
    let mut worst: HashMap<(&EventId, &str), SwitchStanding> = HashMap::new();
    let found = judgement.findings.iter().map(|finding| {
        (
            finding,
            if finding.verdict == Verdict::Violation {
                SwitchStanding::Violating
            } else {
                SwitchStanding::Unproven
            },
        )
    });
    let hidden = judgement
        .suppressed
        .iter()
        .map(|suppressed| (&suppressed.finding, SwitchStanding::Suppressed));
    for (finding, standing) in found.chain(hidden) {
        for event in &finding.events {
            let known = worst.entry((event, &finding.role)).or_insert(standing);
            *known = standing.max(*known);
        }
    }
    let of = |switch: &SwitchSummary| {
        let shown = switch
            .event
            .as_ref()
            .and_then(|event| worst.get(&(event, &*switch.role)));
        shown
            .copied()
            .unwrap_or(match (switch.violations, switch.unproven) {
                (0, 0) if switch.admitted_by_kind => SwitchStanding::AdmittedByKind,
                (0, 0) => SwitchStanding::Clean,
                (0, _) => SwitchStanding::Unproven,
                _ => SwitchStanding::Violating,
            })
    };
    judgement.switches.iter().map(of).collect()
}
