//! A finding about the set-up as it goes over the wire.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::ReviewFinding;
use rolewatch_guard::untrusted::harmless;
use serde_json::Value;

use super::cause::Cause;
use crate::wire::{Account, Alert, Caller, MOST_EVENTS, Reviewed, Status};

/// The longest statement, and the longest correction, that goes over the wire, in bytes. A message
/// takes 256 KiB.
const LONGEST: usize = 40_000;

/// The first version, or one of a finding that had gone.
pub(super) fn first(finding: &ReviewFinding, policy: &Policy, cause: &Cause, now: Moment) -> Alert {
    let name_of = |id: &str| {
        id.parse()
            .ok()
            .and_then(|id| policy.account_name(id))
            .map(harmless)
    };
    let account = finding.account.to_string();
    let (arn, caller_account, name) = match &cause.by {
        Some(by) => (by.arn.clone(), by.account.clone(), by.name.clone()),
        None => (None, None, String::new()),
    };
    Alert {
        rule: finding.rule.to_owned(),
        name: finding.name.to_owned(),
        verdict: finding.verdict.as_str().to_owned(),
        severity: finding.severity.as_str().to_owned(),
        time: cause.time.unwrap_or(now).to_string(),
        role: finding.subject.clone(),
        caller_account_name: caller_account.as_deref().and_then(name_of),
        caller: Caller {
            arn,
            account: caller_account,
            name,
        },
        message: finding.message.clone(),
        events: cause.events.iter().take(MOST_EVENTS).cloned().collect(),
        id: finding.id.clone(),
        policy: finding.policy.to_string(),
        supersedes: Vec::new(),
        events_total: cause.events.len(),
        version: 1,
        status: Status::Open,
        role_account: Account {
            name: name_of(&account),
            id: account,
        },
        source_ip: cause.source_ip.clone(),
        region: cause.region.clone(),
        uses: None,
        reviewed: Some(quoted(finding)),
        noticed: now.to_string(),
    }
}

/// A further version: how it came about stays as it was told.
pub(super) fn again(finding: &ReviewFinding, known: &Alert) -> Alert {
    Alert {
        severity: finding.severity.as_str().to_owned(),
        message: finding.message.clone(),
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
                "{bytes} bytes, too long to be sent: run `rolewatch review`"
            )),
        })
    };
    Reviewed {
        account: finding.account.to_string(),
        subject: finding.subject.clone(),
        place: finding.place.clone(),
        statement: short(&finding.statement),
        fix: short(&finding.fix),
        undecided: finding.undecided.clone(),
    }
}
