//! Which findings another one makes moot. Formats for people fold them; formats for machines keep
//! every finding.

use std::collections::HashMap;

use rolewatch_guard::rule::Outsiders;
use rolewatch_guard::{Finding, Verdict, catalogue};

/// Findings, each with those that it makes moot.
pub(crate) struct FoldedFinding<'f> {
    pub(crate) finding: &'f Finding,
    /// In the order of the findings.
    pub(crate) moot: Vec<&'f Finding>,
}

/// Folds what a caller from outside the trusted accounts makes moot: whether they used MFA, who
/// they are, and whether they used the role. The order stays.
pub(crate) fn fold<'f>(findings: &[&'f Finding]) -> Vec<FoldedFinding<'f>> {
    let mut folded: Vec<FoldedFinding<'f>> = Vec::with_capacity(findings.len());
    let mut outside = HashMap::new();
    for finding in findings {
        if is_outside_trust(finding)
            && let [switch] = &*finding.subject.switches
        {
            outside.insert(switch, finding.id.as_str());
        }
    }
    let mut moot: HashMap<&str, Vec<&'f Finding>> = HashMap::new();
    for finding in findings {
        let under = match &*finding.subject.switches {
            [switch] if is_moot_outside(finding) => outside.get(switch),
            _ => None,
        };
        match under {
            Some(id) => moot.entry(id).or_default().push(finding),
            None => folded.push(FoldedFinding {
                finding,
                moot: Vec::new(),
            }),
        }
    }
    for one in &mut folded {
        one.moot = moot.remove(one.finding.id.as_str()).unwrap_or_default();
    }
    folded
}

fn is_outside_trust(finding: &Finding) -> bool {
    outsiders(finding) == Some(Outsiders::Reports) && finding.verdict == Verdict::Violation
}

fn is_moot_outside(finding: &Finding) -> bool {
    outsiders(finding) == Some(Outsiders::Moot)
}

fn outsiders(finding: &Finding) -> Option<Outsiders> {
    catalogue::find(finding.rule).map(|rule| rule.outsiders)
}
