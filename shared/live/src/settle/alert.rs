//! A finding as it goes over the wire.

use rolewatch_guard::Finding;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use super::judged::Judged;
use crate::wire::{Account, Alert, Caller, MOST_EVENTS, Status};

/// The first version of a finding.
pub(super) fn of(finding: &Finding, judged: &Judged, now: Moment) -> Alert {
    let entered = judged.entered_of(finding).next();
    // Of a stretch, all sessions.
    let mut sessions = judged.entered_of(finding).peekable();
    let ended = sessions.peek().is_some() && sessions.all(|one| one.until <= now);
    Alert {
        status: if ended { Status::Ended } else { Status::Open },
        source_ip: entered.and_then(|one| one.source_ip.clone()),
        region: entered
            .and_then(|one| one.region.clone())
            .or_else(|| region(finding, judged)),
        ..plain(finding, &judged.policy, now)
    }
}

/// What the finding alone gives.
pub(super) fn plain(finding: &Finding, policy: &Policy, now: Moment) -> Alert {
    let name_of = |id: &str| {
        id.parse()
            .ok()
            .and_then(|id| policy.account_name(id))
            .map(harmless)
    };
    let role_account = finding.role.split(':').nth(4).unwrap_or_default();
    Alert {
        rule: finding.rule.to_owned(),
        name: finding.name.to_owned(),
        verdict: finding.verdict.as_str().to_owned(),
        severity: finding.severity.as_str().to_owned(),
        time: finding.time.to_string(),
        role: finding.role.clone(),
        caller: Caller {
            arn: finding.caller.arn.clone(),
            account: finding.caller.account.clone(),
            name: finding.caller.name.clone(),
        },
        message: finding.message.clone(),
        events: finding
            .events
            .iter()
            .take(MOST_EVENTS)
            .map(ToString::to_string)
            .collect(),
        id: finding.id.clone(),
        policy: finding.policy.to_string(),
        supersedes: finding.supersedes.clone(),
        events_total: finding.events.len(),
        version: 1,
        status: Status::Open,
        role_account: Account {
            id: role_account.to_owned(),
            name: name_of(role_account),
        },
        caller_account_name: finding.caller.account.as_deref().and_then(name_of),
        source_ip: None,
        region: None,
        uses: None,
        reviewed: None,
        noticed: now.to_string(),
    }
}

fn region(finding: &Finding, judged: &Judged) -> Option<String> {
    let record = finding.subject.records.first()?;
    judged
        .facts
        .regions
        .get(record)
        .map(|region| harmless(region))
}

/// Whether two versions say the same to a reader. Another policy version alone is no news, nor is
/// one more use.
pub(crate) fn says_the_same(known: &Alert, new: &Alert) -> bool {
    let plain = |alert: &Alert| Alert {
        version: 0,
        noticed: String::new(),
        policy: String::new(),
        supersedes: Vec::new(),
        uses: None,
        ..alert.clone()
    };
    plain(known) == plain(new)
}
