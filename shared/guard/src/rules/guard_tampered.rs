//! RW201 guard-tampered
//!
//! ## What it does
//! Fires when somebody makes a call that could blind rolewatch. Such a call affects one of these:
//!
//! - rolewatch's own rules, bus, queues, functions, tables, topics, key, bucket, logs, alarms,
//!   heartbeat, secret, stack, roles, or spokes (its stacks in other accounts and Regions);
//! - the trails that the events come from, with their bucket and key;
//! - the organization: its policies, its accounts, and the services that it trusts.
//!
//! The finding is critical. It is medium if the call failed, or if CloudFormation made it during a
//! deployment. It can't be suppressed. Only the live guard (the deployed rolewatch) checks this
//! rule, as each record arrives, because an archive doesn't show the names of the guard's
//! resources. `docs/operations.md` lists the calls.
//!
//! ## Why it matters
//! An attacker who knows that a role is monitored starts by disabling the monitoring. The call that
//! disables it is the last one that rolewatch sees.
//!
//! ## Blind spots
//! - rolewatch recognizes its resources by their names, which begin with the stack's name, and its
//!   key and secret by its configuration. If the stack's name is long, AWS may have shortened some
//!   of these names, and rolewatch doesn't recognize them.
//! - A forwarding rule might not forward the record of the call that disables it, so a second rule,
//!   with its own role, bus and queue, forwards that record too. If somebody disables both rules
//!   within seconds, or deletes a whole spoke fast enough, rolewatch doesn't see the call live. It
//!   still sees other accounts, and an alarm reports that the events stopped. The trail in S3 still
//!   has the record. If the stack knows the trail's bucket, rolewatch reads the record from there
//!   later.
//! - rolewatch doesn't see changes to the objects in its bucket and the items in its tables,
//!   because those are data events. The bucket keeps every version of an object, and each finding
//!   has the hash of the policy that it was checked against.
//! - During a deployment, the call on the stack is critical, and each call that CloudFormation
//!   makes is medium. An attacker could hide behind a deployment, so rolewatch reports each of
//!   these calls.
//! - A failed call whose record doesn't name the resource isn't reported. The exception: if you
//!   configured no trail names, failed calls on trails are reported.
//! - The text of a service control policy or resource control policy is only in the record of the
//!   call that creates or changes it. The finding is critical if that text or the policy's name
//!   mentions the stack. Any other successful call on the organization that may affect the guard,
//!   such as one that attaches a policy or moves an account, is unproven (medium). rolewatch can't
//!   protect itself from whoever controls the management account.
//! - A successful call whose record doesn't name the resource is unproven: critical if the caller
//!   padded the request until CloudTrail omitted its parameters, medium otherwise.
//!
//! ## What to do
//! 1. Revoke the caller's sessions and deactivate their keys, unless you know of a planned change
//!    that matches the time, the caller and the resource.
//! 2. Undo the call: deploy the stack again, and check that events arrive.
//! 3. Ask the person, on another channel, whether it was a planned change. If it wasn't, it is an
//!    incident.
//! 4. Audit the time in between from the trail in S3 with `rolewatch audit`: live alerts may be
//!    missing.
//!
//! If the finding is unproven:
//! 1. Ask the person, on another channel, whether it was a planned change.
//! 2. Check the stack for drift, and deploy it again.
//! 3. Audit the time in between from the trail in S3 with `rolewatch audit`.

use super::view::RuleAnswer;
use crate::catalogue;
use crate::finding::{Finding, FindingContext, Subject};
use crate::policy::{PolicyHash, Severity};
use crate::tamper::{TamperTarget, Tampering};
use crate::text;
use crate::text::Text;

impl Tampering {
    /// The finding (RW201) for this call.
    pub fn finding(&self, policy: PolicyHash) -> Finding {
        let rule = &catalogue::GUARD_TAMPERED;
        let answer = check(self);
        Finding {
            rule: rule.code,
            name: rule.name,
            verdict: answer.verdict,
            severity: answer.severity.unwrap_or(Severity::Critical),
            time: self.time,
            role: self.resource().to_owned(),
            caller: self.caller.clone(),
            message: answer.because,
            events: vec![self.key.event.clone()],
            id: self.finding_id(),
            policy,
            supersedes: Vec::new(),
            self_granted: false,
            denied: false,
            owner: None,
            context: FindingContext::default(),
            subject: Subject {
                switches: Vec::new(),
                records: vec![self.key.clone()],
            },
        }
    }
}

/// Judges one call. It's already known that the call is on the list and may concern the guard.
fn check(tampering: &Tampering) -> RuleAnswer {
    let Tampering {
        call, caller, key, ..
    } = tampering;
    let does = Text::fixed(call.does);
    let who = &caller.name;
    let call = format!("{}:{}", call.source, call.name);
    let call = if tampering.by_cloudformation {
        text!("{call} through CloudFormation", call)
    } else {
        call.into()
    };
    let account = key.account;
    match (&tampering.target, &tampering.failed) {
        (TamperTarget::Named(resource), None) => {
            let severity = if tampering.by_cloudformation { Severity::Medium } else { Severity::Critical };
            RuleAnswer::violation(text!("{who} called {call} on {resource} in account {account}; the call {does}", who, call, resource, account, does)).with_severity(severity)
        }
        (TamperTarget::Named(resource), Some(error)) => {
            RuleAnswer::violation(text!("{who} called {call} on {resource} in account {account}, which failed ({error}); the call {does}", who, call, resource, account, error, does))
                .with_severity(Severity::Medium)
        }
        (TamperTarget::Unnamed, Some(error)) => {
            RuleAnswer::violation(text!("{who} called {call} in account {account}, which failed ({error}); the call {does}", who, call, account, error, does)).with_severity(Severity::Medium)
        }
        // Only calls that succeeded get here.
        (TamperTarget::MayReach(resource), _) => {
            let answer = if resource.is_empty() {
                text!("{who} called {call} in account {account}, and the record doesn't show whether this affects rolewatch; the call {does}", who, call, account, does)
            } else {
                text!("{who} called {call} on {resource} in account {account}, and the record doesn't show whether this affects rolewatch; the call {does}", who, call, resource, account, does)
            };
            RuleAnswer::unproven(answer).with_severity(Severity::Medium)
        }
        (TamperTarget::LeftOut, _) => RuleAnswer::unproven(text!("{who} called {call} in account {account} with parameters so large that CloudTrail omitted them, so its target isn't known; the call {does}", who, call, account, does))
        .with_severity(Severity::Critical),
        (TamperTarget::Unnamed, None) => {
            RuleAnswer::unproven(text!("{who} called {call} in account {account}, and the record doesn't name its target; the call {does}", who, call, account, does))
                .with_severity(Severity::Medium)
        }
    }
}

#[cfg(test)]
mod cases {
    use crate::delivery::Delivery;
    use crate::finding::{Finding, Verdict};
    use crate::policy::{EXAMPLE, Policy, Severity};
    use crate::tamper::{GuardedResources, tampering};
    use serde_json::{Value, json};

    /// The finding for a call on an EventBridge rule. Cases for every watched call are in
    /// `tamper/tests.rs`.
    fn finding(request: &Value, more: &Value) -> Option<Finding> {
        let mut record = json!({
            "eventTime": "2026-03-05T02:30:00Z", "eventSource": "events.amazonaws.com", "eventName": "DisableRule",
            "eventID": "EXAMPLE-1", "recipientAccountId": "444455556666", "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "userName": "mia", "arn": "arn:aws:iam::444455556666:user/mia", "accountId": "444455556666"},
        });
        record
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let guarded = GuardedResources {
            stack: "rolewatch".to_owned(),
            ..GuardedResources::default()
        };
        let policy = Policy::read(EXAMPLE.as_bytes(), "example.yaml").unwrap();
        Some(
            tampering(record.to_string().as_bytes(), Delivery::default(), &guarded)
                .unwrap()?
                .finding(policy.version_hash),
        )
    }

    #[test]
    fn fires_when_a_rule_of_the_guard_is_stopped() {
        let finding = finding(&json!({"name": "rolewatch-forward"}), &json!({})).unwrap();
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Critical)
        );
        assert_eq!(
            (finding.caller.name.as_str(), finding.role.as_str()),
            ("mia", "rolewatch-forward")
        );
    }

    #[test]
    fn fires_with_less_weight_when_the_call_failed() {
        let failed = json!({"errorCode": "ResourceNotFoundException"});
        let finding = finding(&json!({"name": "rolewatch-forward"}), &failed).unwrap();
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Medium)
        );
    }

    #[test]
    fn silent_on_somebody_elses_rule_and_on_other_calls() {
        assert_eq!(finding(&json!({"name": "shop-orders"}), &json!({})), None);
        assert_eq!(
            finding(
                &json!({"name": "rolewatch-forward"}),
                &json!({"eventName": "EnableRule"})
            ),
            None
        );
    }

    #[test]
    fn unproven_when_the_parameters_were_blown_up_until_they_were_left_out() {
        let finding = finding(&json!({"omitted": true}), &json!({})).unwrap();
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Unproven, Severity::Critical)
        );
    }
}
