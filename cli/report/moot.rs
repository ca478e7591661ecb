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

#[cfg(test)]
mod tests {
    use rolewatch_guard::testing::Story;

    use super::*;

    /// The rules of the findings that stay, each with those folded under it.
    fn folded(findings: &[Finding]) -> Vec<(&str, Vec<&str>)> {
        let findings: Vec<&Finding> = findings.iter().collect();
        fold(&findings)
            .into_iter()
            .map(|one| {
                let moot = one.moot.iter().map(|finding| finding.rule).collect();
                (one.finding.rule, moot)
            })
            .collect()
    }

    #[test]
    fn what_an_outsider_makes_moot_is_folded_under_them_and_nothing_is_lost() {
        let mut story = Story::new();
        story
            .switch("mallory")
            .from_account("999988887777")
            .only_owner_half();
        story.later(7_200);
        story.switch("dora").only_owner_half();
        let findings = story.findings();
        let folded = folded(&findings);
        let outsider = folded.iter().find(|(rule, _)| *rule == "RW007").unwrap();
        assert!(outsider.1.contains(&"RW002"), "{folded:?}");
        // Nobody knows that about dora either, who isn't an outsider.
        assert!(folded.contains(&("RW002", Vec::new())), "{folded:?}");
        let all: usize = folded.iter().map(|(_, moot)| 1 + moot.len()).sum();
        assert_eq!(all, findings.len());
    }
}
