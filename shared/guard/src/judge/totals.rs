//! Everything accounted for, in numbers that add up.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Judgement, SwitchSummary};
use crate::finding::Verdict;
use crate::id::EventId;

/// What became of everything that was met.
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

/// Files: the sum of all but `met` is `met`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTotals {
    /// All of them.
    pub met: u64,
    /// To their end.
    pub read: u64,
    /// Digest and Insights files, policies and rosters.
    pub skipped: u64,
    /// Missing, refused or broken.
    pub unreadable: u64,
}

/// Records: `kept + not_relevant + not_evidence + unread` is `met`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTotals {
    /// All of them.
    pub met: u64,
    /// Of STS, sign-in, IAM or SSO, or by a session of an elevated role.
    pub kept: u64,
    /// Of those kept, the copies of others.
    pub duplicates: u64,
    /// Of the duplicates, those that contradict another copy.
    pub contradicting: u64,
    /// Of those kept, the ones with details that can't be read.
    #[serde(default)]
    pub partly_unread: u64,
    /// Nothing that the engine has a use for.
    pub not_relevant: u64,
    /// In events that AWS did not send, so that nothing in them counts.
    #[serde(default)]
    pub not_evidence: u64,
    /// Relevant or not, they could not be read.
    pub unread: u64,
}

/// Switches into elevated roles: the sum of all but `judged` is `judged`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchTotals {
    /// All of them.
    pub judged: u64,
    /// Nothing was found, and everything that the policy asks for was checked.
    pub clean: u64,
    /// Nothing was found, but the kind of identity was let in without a check of group or MFA.
    #[serde(default)]
    pub admitted_by_kind: u64,
    /// Part of a violation.
    pub violating: u64,
    /// Part of an unproven finding, and of no violation.
    pub unproven: u64,
    /// Part of suppressed findings only.
    pub suppressed: u64,
}

/// Findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingTotals {
    /// A rule was broken.
    pub violations: u64,
    /// It cannot be told.
    pub unproven: u64,
    /// The policy hides them.
    pub suppressed: u64,
}

/// What was found about a switch, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchStanding {
    /// Nothing.
    Clean,
    /// Nothing, but the policy asks for a group or MFA and this kind of identity has neither to
    /// show.
    AdmittedByKind,
    /// Only what the policy hides.
    Suppressed,
    /// It cannot be told.
    Unproven,
    /// A rule was broken.
    Violating,
}

impl Totals {
    /// Adds what judging came to.
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

/// The standing of every switch, in their order. A finding over several sessions speaks of each
/// switch that its events show.
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
