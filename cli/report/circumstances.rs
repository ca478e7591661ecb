//! What decides which steps of a rule a finding shows.

use rolewatch_guard::Finding;
use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::steps::Circumstances;

/// The circumstances of a finding. `policy` tells which accounts are foreign. It is `None` for
/// findings of the stack, whose policy isn't available here: then no account counts as foreign.
pub(crate) fn circumstances<'f>(
    finding: &'f Finding,
    policy: Option<&Policy>,
) -> Circumstances<'f> {
    Circumstances {
        verdict: finding.verdict,
        id: &finding.id,
        stack: None,
        role: &finding.role,
        self_granted: finding.self_granted,
        foreign_account: policy.is_some_and(|policy| is_foreign(finding, policy)),
        denied: finding.denied,
    }
}

/// The circumstances of a finding of a review.
pub(crate) fn review_circumstances(finding: &ReviewFinding) -> Circumstances<'_> {
    Circumstances {
        verdict: finding.verdict,
        id: &finding.id,
        stack: None,
        role: &finding.subject,
        self_granted: false,
        foreign_account: false,
        denied: false,
    }
}

/// The steps of a rule, in order. None for a rule that this build doesn't know.
pub(crate) fn steps(rule: &str, of: &Circumstances<'_>) -> Vec<String> {
    catalogue::find(rule).map_or_else(Vec::new, |rule| rule.steps(of))
}

/// Whether the caller's account is known and isn't one of the policy's.
fn is_foreign(finding: &Finding, policy: &Policy) -> bool {
    let account = finding.caller.account.as_deref();
    account
        .and_then(|account| account.parse().ok())
        .is_some_and(|account| !policy.trusts(account))
}
