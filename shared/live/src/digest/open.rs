//! What was found, and which findings are still open.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;

use crate::outbox::{self, FindingState, unsent};
use crate::port::{Table, Trouble};
use crate::resend;
use crate::time::UNPROVEN_TOLD;
use crate::wire::{Alert, AlertState, Broken, Open, Status};

/// How many findings are read at a time.
const CHUNK: usize = 50;

/// The open findings among those that were stored or changed in the last days.
pub(super) async fn findings<T: Table>(
    table: &T,
    now: Moment,
) -> Result<Vec<FindingState>, Trouble> {
    let mut found = Vec::new();
    for ids in unsent::stored_since(table, now.plus_seconds(-UNPROVEN_TOLD))
        .await?
        .chunks(CHUNK)
    {
        let states = outbox::load_findings(table, ids.iter().cloned()).await?;
        found.extend(
            states
                .into_values()
                .map(|stored| stored.state)
                .filter(|state| state.alert.status != Status::Withdrawn),
        );
    }
    Ok(found)
}

/// How often each rule was broken, counting findings first noticed at or after `since`. Worst
/// severity first.
pub(super) fn broken(findings: &[FindingState], since: Moment) -> Vec<Broken> {
    let mut rules: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
    for alert in findings.iter().map(|state| &state.alert) {
        if alert.verdict == Verdict::Violation && alert.noticed >= since {
            rules.entry(&alert.rule).or_default().push(alert);
        }
    }
    let mut broken: Vec<((bool, Severity), Broken)> = Vec::new();
    for (rule, alerts) in rules {
        let Some(worst) = alerts.iter().max_by_key(|alert| weight(alert)) else {
            continue;
        };
        broken.push((
            weight(worst),
            Broken {
                rule: rule.to_owned(),
                severity: worst.severity,
                count: alerts.len(),
            },
        ));
    }
    broken.sort_by_key(|(weight, broken)| {
        (Reverse(*weight), Reverse(broken.count), broken.rule.clone())
    });
    broken.into_iter().map(|(_, broken)| broken).collect()
}

/// Unproven findings that have waited for their evidence: alerted ones before quiet ones, then by
/// severity, then the latest first.
pub(super) fn unproven(findings: &[FindingState], now: Moment) -> Vec<Open> {
    let mut open: Vec<&FindingState> = findings
        .iter()
        .filter(|state| state.alert.verdict == Verdict::Unproven && !state.is_waiting(now))
        .collect();
    open.sort_by_key(|state| {
        (
            state.quiet,
            Reverse(weight(&state.alert)),
            Reverse(state.alert.time),
            &state.alert.id,
        )
    });
    open.into_iter()
        .map(|state| open_finding(&state.alert, state.alert.time))
        .collect()
}

/// Findings that are due and that nobody acknowledged, oldest first.
pub(super) async fn unacknowledged<T: Table>(table: &T, now: Moment) -> Result<Vec<Open>, Trouble> {
    let mut owed = resend::unacknowledged(table, now).await?;
    owed.retain(|one| one.is_late(now));
    owed.sort_by(|a, b| {
        (a.since, &a.stored.state.alert.id).cmp(&(b.since, &b.stored.state.alert.id))
    });
    Ok(owed
        .iter()
        .map(|one| open_finding(&one.stored.state.alert, one.since))
        .collect())
}

fn weight(alert: &Alert) -> (bool, Severity) {
    AlertState::from_alert(alert).weight()
}

fn open_finding(alert: &Alert, time: Moment) -> Open {
    Open {
        id: alert.id.clone(),
        rule: alert.rule.clone(),
        verdict: alert.verdict,
        who: alert.caller.name.to_string(),
        role: alert.role.clone(),
        time,
        // The display shortens it further.
        message: alert.message.chars().take(400).collect(),
        message_ja: alert
            .message_ja
            .as_ref()
            .map(|text| text.chars().take(400).collect()),
    }
}
