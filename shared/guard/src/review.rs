//! Judges the IAM setup itself against the policy: what IAM allows but the policy forbids.
//!
//! Users, groups, roles and policies come from `aws iam get-account-authorization-details` of each
//! account ([`Input`], [`Setup`]). For each elevated role, the rules check who could enter it,
//! whether they would need MFA, and who could widen the access. If the answer depends on a
//! condition that no file can decide (an address, a tag of the request), it's *unproven*, and the
//! finding names the condition.

mod account;
mod allowed;
mod attempt;
mod center;
mod change;
mod draft;
mod empty;
mod finding;
mod fix;
mod gap;
mod input;
mod joining;
mod link;
mod outsider;
pub mod rules;
mod session;
mod setup;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod view;

pub use account::Account;
pub use allowed::{AllowedBy, Allowing, DetailFiles, FileTime, StatementChange, allowed_by};
pub(crate) use change::change_of;
pub use change::{CHANGES, ChangeDetails, SetupChange, change};
pub use draft::draft_policy;
pub use finding::ReviewFinding;
pub use gap::{DetailList, Gap, Wanting};
pub use input::{Input, InputError, Outsider};
pub use setup::{CredentialReportLine, Setup};

pub(crate) use finding::ReviewDraft;
pub(crate) use view::SetupView;

use crate::moment::Moment;
use crate::policy::{Policy, RuleOff, Suppression};
use crate::rule::Rule;
use crate::text;
use crate::text::Text;

/// The result of a review.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// Violations and unproven findings; the worst first, then by rule and subject.
    pub findings: Vec<ReviewFinding>,
    /// The findings that the policy hides at the time of the review.
    pub suppressed: Vec<(ReviewFinding, Suppression)>,
    /// The rules about the setup that the policy turns off.
    pub rules_off: Vec<RuleOff>,
    /// Other information: rules that weren't judged, and names in the policy that don't exist.
    pub notices: Vec<Text>,
    /// The notices about entries of the policy that narrowly miss a role.
    pub near_misses: Vec<Text>,
    /// The notices about lists that are empty and probably shouldn't be.
    pub empty_lists: Vec<Text>,
    /// The number of elevated roles that were found.
    pub elevated: usize,
}

/// Judges a setup. `as_of` decides which suppressions have expired.
pub fn review(setup: &Setup, policy: &Policy, as_of: Moment) -> Review {
    let view = SetupView::new(setup, policy);
    let (near_misses, empty_lists) = (view.near_misses(), empty::empty_list_notes(&view));
    let off = policy.rules_off();
    let off = off.filter(|(rule, _)| rule.is_of_the_set_up());
    let rules_off: Vec<RuleOff> = off.map(|(_, off)| off).collect();
    let notices = near_misses
        .iter()
        .chain(&empty_lists)
        .cloned()
        .chain(rules_off.iter().map(RuleOff::notice))
        .chain(view.notices())
        .collect();
    let mut review = Review {
        rules_off,
        notices,
        near_misses,
        empty_lists,
        elevated: view.elevated.len(),
        ..Review::default()
    };
    let checks = rules::CHECKS.iter();
    for (rule, check) in checks.filter(|(rule, _)| policy.off(rule).is_none()) {
        for draft in check(&view) {
            let severity = draft.of_role;
            let finding = finished(rule, draft, policy);
            match policy.suppression(rule.code, &finding.subject, severity, as_of) {
                Some(entry) => review.suppressed.push((finding, entry.clone())),
                None => review.findings.push(finding),
            }
        }
    }
    review.findings = merged(review.findings);
    let order = |a: &ReviewFinding, b: &ReviewFinding| {
        let key = |finding: &ReviewFinding| {
            (
                std::cmp::Reverse(finding.severity),
                finding.rule,
                finding.subject.clone(),
                finding.id.clone(),
            )
        };
        key(a).cmp(&key(b))
    };
    review.findings.sort_by(order);
    review.suppressed.sort_by(|(a, _), (b, _)| order(a, b));
    review
}

/// Merges findings with the same id: a rule may report one statement several times. The finding
/// with a correction comes first.
fn merged(findings: Vec<ReviewFinding>) -> Vec<ReviewFinding> {
    let mut merged: Vec<ReviewFinding> = Vec::new();
    for finding in findings {
        let Some(known) = merged.iter_mut().find(|known| known.id == finding.id) else {
            merged.push(finding);
            continue;
        };
        known.severity = known.severity.max(finding.severity);
        known.fix = known.fix.take().or(finding.fix);
        if known.message != finding.message {
            let both = [known.message.clone(), finding.message];
            known.message = Text::list(both, text!("; "));
        }
        let undecided = finding
            .undecided
            .into_iter()
            .filter(|reason| !known.undecided.contains(reason))
            .collect::<Vec<_>>();
        known.undecided.extend(undecided);
        known.wanting = std::mem::take(&mut known.wanting).merged_with(finding.wanting);
    }
    merged
}

fn finished(rule: &Rule, draft: ReviewDraft, policy: &Policy) -> ReviewFinding {
    let mut finding = draft.finished(rule.code, rule.name, policy.version_hash);
    finding.severity = policy.severity_of(rule, finding.severity, false);
    finding
}
