//! Turns a finding about the setup into the alert that is published.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::text::Text;
use serde_json::Value;

use super::cause::Cause;
use crate::wire::{Alert, CallerShown, NewAlert, Reviewed, in_japanese};

/// The longest statement and the longest correction in a message, in bytes. A message holds 256
/// KiB.
const LONGEST: usize = 40_000;

/// The first version, or a version of a finding that had gone and came back.
pub(super) fn first_alert(
    finding: &ReviewFinding,
    policy: &Policy,
    cause: &Cause,
    now: Moment,
) -> Alert {
    let account = finding.account.to_string();
    let new = NewAlert {
        rule: finding.rule,
        name: finding.name,
        verdict: finding.verdict,
        severity: finding.severity,
        time: cause.time.unwrap_or(now),
        role: &finding.subject,
        role_account: &account,
        // Nobody was seen to change it, which the empty name says.
        caller: cause.by.clone().unwrap_or_else(|| CallerShown {
            arn: None,
            account: None,
            name: Text::default(),
        }),
        message: &finding.message,
        events: cause.events.clone(),
        id: &finding.id,
        policy: finding.policy,
    };
    Alert {
        source_ip: cause.source_ip.clone(),
        region: cause.region.clone(),
        reviewed: Some(quoted(finding)),
        ..Alert::first_version(new, policy, now)
    }
}

/// A further version. It keeps the cause that was published first.
pub(super) fn next_alert(finding: &ReviewFinding, known: &Alert) -> Alert {
    Alert {
        severity: finding.severity,
        message: finding.message.to_string(),
        message_ja: in_japanese(&finding.message),
        policy: finding.policy.to_string(),
        reviewed: Some(quoted(finding)),
        ..known.clone()
    }
}

fn quoted(finding: &ReviewFinding) -> Reviewed {
    let short = |value: &Option<Value>| {
        value.as_ref().map(|value| match value.to_string().len() {
            ..=LONGEST => value.clone(),
            bytes => Value::String(format!(
                "too long to send ({bytes} bytes): run `rolewatch review` to see it"
            )),
        })
    };
    Reviewed {
        account: finding.account.to_string(),
        subject: finding.subject.clone(),
        place: finding.place.as_ref().map(ToString::to_string),
        statement: short(&finding.statement),
        fix: short(&finding.fix),
        undecided: finding.undecided.iter().map(ToString::to_string).collect(),
    }
}
