//! Rules that the policy turns off: they answer nothing, and that is never a silent pass.

use crate::finding::Verdict;
use crate::policy::Policy;
use crate::rule::{IfOff, Rule};
use crate::rules::RuleAnswer;
use crate::text;
use crate::untrusted::harmless;

/// Replaces the answers of rules that are off. Returns whether nobody judged the group or MFA
/// because of them, so that the switch isn't clean even without findings.
pub(super) fn silence(answers: &mut [(&'static Rule, RuleAnswer)], policy: &Policy) -> bool {
    let mut is_unjudged = false;
    for (rule, answer) in answers {
        let Some(setting) = policy.off(rule) else {
            continue;
        };
        is_unjudged |= match rule.if_off {
            IfOff::Clean => false,
            IfOff::NotCleanIfAsked => answer.verdict != Verdict::NotApplicable,
            IfOff::NotCleanIfFound => {
                matches!(answer.verdict, Verdict::Violation | Verdict::Unproven)
            }
        };
        let reason = harmless(&setting.reason);
        *answer =
            RuleAnswer::not_applicable(text!("the policy turns this rule off: {reason}", reason));
    }
    is_unjudged
}

#[cfg(test)]
mod tests;
