//! The figures that decide whether to read on: how many findings of which severity, about whom, in
//! which roles, and what would settle the unproven ones.

use std::collections::BTreeMap;

use rolewatch_guard::policy::{Policy, Severity};
use rolewatch_guard::{Finding, Judgement, MissingSource, SettledBy, Verdict};

use super::words::{account_shown, number, role_in_account, severity_word};
use crate::language::{said, say};

/// How many people, roles and missing sources a summary names.
pub(crate) const NAMED: usize = 5;

/// The number of findings by severity, worst first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SeverityCounts([u64; 4]);

impl SeverityCounts {
    fn add(&mut self, severity: Severity) {
        let place = Severity::ALL
            .iter()
            .rev()
            .position(|known| *known == severity);
        if let Some(count) = place.and_then(|place| self.0.get_mut(place)) {
            *count += 1;
        }
    }

    pub(crate) fn of_severity(&self, severity: Severity) -> u64 {
        let place = Severity::ALL
            .iter()
            .rev()
            .position(|known| *known == severity);
        place
            .and_then(|place| self.0.get(place))
            .copied()
            .unwrap_or(0)
    }

    /// `1 critical, 2 high`
    pub(crate) fn shown(&self) -> String {
        let mut parts = Vec::new();
        for severity in Severity::ALL.into_iter().rev() {
            let count = self.of_severity(severity);
            if count > 0 {
                parts.push(say!(
                    "{count} {severity}",
                    count = number(count),
                    severity = severity_word(severity)
                ));
            }
        }
        parts.join(&say!(", "))
    }
}

/// The findings of a report by verdict and severity.
#[derive(Debug, Default)]
pub(crate) struct SeverityTable {
    pub(crate) violations: SeverityCounts,
    pub(crate) unproven: SeverityCounts,
    pub(crate) suppressed: SeverityCounts,
}

impl SeverityTable {
    pub(crate) fn new(judgement: &Judgement) -> Self {
        let mut table = Self::default();
        for finding in &judgement.findings {
            match finding.verdict {
                Verdict::Violation => table.violations.add(finding.severity),
                _ => table.unproven.add(finding.severity),
            }
        }
        for hidden in &judgement.suppressed {
            table.suppressed.add(hidden.finding.severity);
        }
        table
    }
}

/// Names with their violations.
pub(crate) type Ranking = Vec<(String, SeverityCounts)>;

/// People with their violations, those with the most severe ones first.
pub(crate) fn people_ranked(findings: &[Finding], policy: &Policy) -> Ranking {
    ranking(findings, |finding| person_shown(finding, policy))
}

/// Roles with the violations in them, those with the most severe ones first.
pub(crate) fn roles_ranked(findings: &[Finding], policy: &Policy) -> Ranking {
    ranking(findings, |finding| role_in_account(&finding.role, policy))
}

fn person_shown(finding: &Finding, policy: &Policy) -> String {
    let account = finding.caller.account.as_deref();
    let name = &finding.caller.name;
    match account.map(|account| account_shown(account, policy)) {
        Some(account) => say!("{name} in {account}", name, account),
        None => said(name),
    }
}

fn ranking(findings: &[Finding], name: impl Fn(&Finding) -> String) -> Ranking {
    let mut counts: BTreeMap<String, SeverityCounts> = BTreeMap::new();
    for finding in findings {
        if finding.verdict == Verdict::Violation {
            counts
                .entry(name(finding))
                .or_default()
                .add(finding.severity);
        }
    }
    let mut ranking: Vec<_> = counts.into_iter().collect();
    ranking.sort_by(|(_, one), (_, other)| other.cmp(one));
    ranking
}

/// What would settle most of the unproven findings.
pub(crate) fn settling(findings: &[Finding]) -> Vec<String> {
    let mut counts: BTreeMap<&SettledBy, u64> = BTreeMap::new();
    for finding in findings {
        if let Some(settled) = &finding.context.settled_by {
            *counts.entry(settled).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut parts = Vec::new();
    for (settled, count) in counts.iter().take(NAMED) {
        let whose = settled.name.as_ref().unwrap_or(&settled.of);
        let source = match settled.what {
            MissingSource::Logs => say!("logs of {whose}", whose),
            MissingSource::Roster => say!("a roster of {whose}", whose),
        };
        parts.push(say!("{source}: {count}", source, count = number(*count)));
    }
    parts
}
