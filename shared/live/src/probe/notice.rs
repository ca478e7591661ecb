//! Notices about silent places, for those who run rolewatch.

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use super::Probed;
use super::place::{Silence, Spot};
use crate::operations::notify_once;
use crate::port::{Table, Topic, Trouble};

/// The most places that a notice names.
const NAMED: usize = 20;

/// Reports the silent places, once a day for each set of places.
pub(super) async fn silent<O: Table + Topic>(
    outside: &O,
    policy: &Policy,
    silent: &BTreeMap<Spot, Silence>,
    now: Moment,
) -> Result<(), Trouble> {
    let set: Vec<String> = silent
        .keys()
        .map(|(account, region)| format!("{account} {region}"))
        .collect();
    let what = format!("silent on day {}: {}", day_number(now), set.join(", "));
    let subject = match silent.len() {
        1 => "rolewatch: no events come from one account and Region".to_owned(),
        n => format!("rolewatch: no events come from {n} accounts and Regions"),
    };
    notify_once(outside, &what, &subject, text(policy, silent), now).await
}

fn text(policy: &Policy, silent: &BTreeMap<Spot, Silence>) -> String {
    let mut lines = vec![
        "Once an hour, rolewatch assumes the reader role of every account through every watched Region, and waits for the \
         event of that call to come back. It isn't coming back from:"
            .to_owned(),
    ];
    lines.extend(
        silent
            .iter()
            .take(NAMED)
            .map(|(spot, silence)| silence_line(policy, spot, silence)),
    );
    if let Some(more @ 1..) = silent.len().checked_sub(NAMED) {
        lines.push(format!("- and {more} more"));
    }
    lines.push(
        "Until these events come back, rolewatch may miss role switches there. Either the trail is stopped, a forwarding \
         rule is disabled or deleted, or the reader role is missing. For what to do, see SilentSpokesAlarm in docs/operations.md."
            .to_owned(),
    );
    lines.join("\n\n")
}

fn silence_line(policy: &Policy, (account, region): &Spot, silence: &Silence) -> String {
    let name = policy
        .account_name(*account)
        .map(harmless)
        .unwrap_or_default();
    let why = match &silence.why {
        Some(why) => format!("rolewatch can't assume its reader role: {}", harmless(why)),
        None => "rolewatch assumed its reader role, but no event arrived".to_owned(),
    };
    format!(
        "- account {account} ({name}), {}, since {}: {why}",
        harmless(region),
        silence.since
    )
}

/// Reports that one run isn't enough for all places, once a day.
pub(super) async fn report_unprobed<O: Table + Topic>(
    outside: &O,
    sums: &Probed,
    now: Moment,
) -> Result<(), Trouble> {
    let text = format!(
        "Time ran out: {} of {} accounts and Regions weren't probed. The next run begins with them, so it may \
         take longer than two hours to notice that one has fallen silent. The log of session-auditor shows which calls \
         were slow.",
        sums.left, sums.expected
    );
    let what = format!("probes left on day {}", day_number(now));
    notify_once(
        outside,
        &what,
        "rolewatch: couldn't probe every account and Region",
        text,
        now,
    )
    .await
}

fn day_number(now: Moment) -> i64 {
    now.epoch_seconds().div_euclid(86_400)
}
