//! What those who run rolewatch are told.

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use super::Probed;
use super::place::{Silence, Spot};
use crate::operations::once;
use crate::port::{Table, Topic, Trouble};

/// The most places that a notice names.
const NAMED: usize = 20;

/// Names the silent places, once a day for each set of them.
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
    let what = format!("silent on day {}: {}", day(now), set.join(", "));
    let subject = match silent.len() {
        1 => "rolewatch: no events come from one account and Region".to_owned(),
        n => format!("rolewatch: no events come from {n} accounts and Regions"),
    };
    once(outside, &what, &subject, text(policy, silent), now).await
}

fn text(policy: &Policy, silent: &BTreeMap<Spot, Silence>) -> String {
    let mut lines = vec![
        "Once an hour rolewatch enters the reader role of every account, through every Region that is watched, and \
         waits for the event of that call. From these places it doesn't come:"
            .to_owned(),
    ];
    lines.extend(
        silent
            .iter()
            .take(NAMED)
            .map(|(spot, silence)| line(policy, spot, silence)),
    );
    if let Some(more @ 1..) = silent.len().checked_sub(NAMED) {
        lines.push(format!("- and {more} more"));
    }
    lines.push(
        "Until it does, rolewatch may not learn of role switches there. The trail may be stopped, a forwarding rule off \
         or deleted, or the reader role missing. SilentSpokesAlarm in docs/operations.md says what to do."
            .to_owned(),
    );
    lines.join("\n\n")
}

fn line(policy: &Policy, (account, region): &Spot, silence: &Silence) -> String {
    let name = policy
        .account_name(*account)
        .map(harmless)
        .unwrap_or_default();
    let why = match &silence.why {
        Some(why) => format!("the reader role can't be entered: {}", harmless(why)),
        None => "the role was entered, and no event arrived".to_owned(),
    };
    format!(
        "- account {account} ({name}), {}, since {}: {why}",
        harmless(region),
        silence.since
    )
}

/// Says that one run isn't enough for all places, once a day.
pub(super) async fn left<O: Table + Topic>(
    outside: &O,
    sums: &Probed,
    now: Moment,
) -> Result<(), Trouble> {
    let text = format!(
        "Time ran out before {} of {} places were probed. The next run begins with them, so a place that falls silent is \
         noticed later than within two hours. The log of session-auditor says which calls were slow.",
        sums.left, sums.expected
    );
    let what = format!("probes left on day {}", day(now));
    once(
        outside,
        &what,
        "rolewatch: not every account and Region could be probed",
        text,
        now,
    )
    .await
}

fn day(now: Moment) -> i64 {
    now.epoch_seconds().div_euclid(86_400)
}
