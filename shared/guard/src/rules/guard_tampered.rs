//! RW201 guard-tampered
//!
//! ## What it does
//! Fires when somebody calls what would blind the guard itself: its rules, bus, queues, functions, tables, topics, key, bucket, logs,
//! alarms, heartbeat, secret, stack, spokes and roles, the trails that the events come from with their bucket and key, and the organization's
//! policies. It is critical; medium where the call failed, or
//! where CloudFormation made it in the course of a deployment. It cannot be suppressed. The live guard alone judges it, as each record
//! arrives: an archive does not tell what the guard's own resources are called. The calls are listed in `docs/operations.md`.
//!
//! ## Why it matters
//! Whoever means to misuse a role and knows that it is watched begins with the watch. The call that blinds it is the last one it sees.
//!
//! ## Blind spots
//! - The guard knows its own by their names, which begin with the stack's, and its key and secret as it was told. A stack that was given a
//!   long name may have resources whose names AWS cut short.
//! - A rule that is stopped may not forward the record of being stopped; a rule of another role, bus and queue forwards it too. Whoever
//!   stops both within the seconds that CloudTrail takes is not seen live, nor is who deletes a spoke's whole stack fast enough. Other
//!   accounts and the alarm on silence remain; the trail in S3 has the record, and where the stack knows the trail's bucket, it is
//!   recovered from there and found late.
//! - Objects in the bucket and items in the tables are data events, which are not watched; versions and the hash in each finding remain.
//! - A deployment is told as such: the call on the stack, critical, and each call that CloudFormation made, medium. Someone may hide
//!   behind a deployment, so none of them is left out.
//! - A refused call is told only where its record names the resource.
//! - What a service control policy says is only in the record that creates or changes it. Unproven (medium): any other change of such
//!   policies, and an account that is moved or leaves, because any of them may reach the guard. Where the policy's text or name speaks of
//!   the stack, it is critical. Whoever controls the management account can still do without the guard.
//! - Unproven: the record of a call that succeeded does not name the resource, because the caller blew the parameters up until CloudTrail
//!   left them out (critical), or for another reason (medium).
//!
//! ## What to do
//! 1. If somebody deploys or rotates the secret just now, compare who, when and which resource with what they say they did.
//! 2. Otherwise take it for an attack: cut the caller's sessions off, undo the call (deploy the stack again), see that events arrive again.
//! 3. Audit the time in between from the trail in S3 with `rolewatch audit`: what the guard missed is there.

use super::view::RuleAnswer;
use crate::catalogue;
use crate::finding::{Finding, Subject};
use crate::policy::{PolicyHash, Severity};
use crate::tamper::{TamperTarget, Tampering};

impl Tampering {
    /// The finding (RW201) that this is.
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
            message: answer.because.into_owned(),
            events: vec![self.key.event.clone()],
            id: self.finding_id(),
            policy,
            supersedes: Vec::new(),
            subject: Subject {
                switches: Vec::new(),
                records: vec![self.key.clone()],
            },
        }
    }
}

/// Judges one call. That it is on the list and may concern the guard's own is settled already.
fn check(tampering: &Tampering) -> RuleAnswer {
    let Tampering {
        call, caller, key, ..
    } = tampering;
    let does = call.does;
    let what = format!("{}:{}", call.source, call.name);
    let way = if tampering.by_cloudformation {
        " by way of CloudFormation"
    } else {
        ""
    };
    let who = format!("{} called {what}{way}", caller.name);
    let place = format!("in account {}", key.account);
    match (&tampering.target, &tampering.failed) {
        (TamperTarget::Named(resource), None) => {
            let severity = if tampering.by_cloudformation { Severity::Medium } else { Severity::Critical };
            RuleAnswer::violation(format!("{who} on {resource} {place}; the call {does}")).with_severity(severity)
        }
        (TamperTarget::Named(resource), Some(error)) => {
            RuleAnswer::violation(format!("{who} on {resource} {place}, which failed ({error}); the call {does}"))
                .with_severity(Severity::Medium)
        }
        (TamperTarget::Unnamed, Some(error)) => {
            RuleAnswer::violation(format!("{who} {place}, which failed ({error}); the call {does}")).with_severity(Severity::Medium)
        }
        // Only calls that succeeded come to this.
        (TamperTarget::MayReach(resource), _) => {
            let on = if resource.is_empty() { String::new() } else { format!(" on {resource}") };
            RuleAnswer::unproven(format!("{who}{on} {place}, and its record does not tell whether that reaches the guard; the call {does}"))
                .with_severity(Severity::Medium)
        }
        (TamperTarget::LeftOut, _) => RuleAnswer::unproven(format!(
            "{who} {place} with parameters so large that CloudTrail left them out, so what it worked on is not known; the call {does}"
        ))
        .with_severity(Severity::Critical),
        (TamperTarget::Unnamed, None) => {
            RuleAnswer::unproven(format!("{who} {place}, and its record does not name what it worked on; the call {does}"))
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

    /// What a call to a rule of EventBridge comes to. Every call that is watched has its cases in
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
