//! Slack is down, and nobody receives e-mail. An alert that nobody could read isn't acknowledged,
//! and once somebody can read, everything is sent.
//!
//! In the world of a seed, nobody is subscribed, a subscription isn't confirmed, the last
//! subscriber leaves, or subscriptions can't be listed.

use std::collections::BTreeMap;

use rolewatch_live::port::TableKind;
use rolewatch_live::recipients::standing::RecipientsState;
use rolewatch_live::testing::Twin;
use rolewatch_live::wire::Status;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::delivery::{Recovery, deliver};
use crate::nothing_lost::{outbox, story};
use crate::same_findings::{forwarded, offline, prepare};
use crate::slack::Slack;
use crate::storm::{Ends, Mail, Outage, Storm};

/// The number of seeds: 16 outages with 24 stories each.
const SEEDS: u64 = 384;

/// The results of one type of outage.
#[derive(Debug, Default)]
struct Totals {
    violations: usize,
    /// Findings that were published and not acknowledged when the storm ended.
    waited: usize,
    /// How many of the acknowledged findings went by e-mail.
    mailed: usize,
    /// E-mails that nobody received.
    in_vain: usize,
    crashes: u64,
    /// How often Slack showed that nobody receives e-mail anymore.
    lost: u64,
}

/// What the sweeps know about who receives e-mail.
pub(crate) fn standing(twin: &Twin<Storm>) -> Option<RecipientsState> {
    let rows = twin.rows.borrow();
    let state = rows
        .get(&(TableKind::Outbox, "recipients".to_owned()))?
        .get("state")?;
    Some(serde_json::from_str(&state.body).unwrap())
}

/// How often Slack showed that nobody receives e-mail anymore. Each loss may be shown once.
fn told_of_recipients(
    seed: u64,
    outage: Outage,
    twin: &Twin<Storm>,
    slack: &Slack,
    crashes: u64,
) -> u64 {
    // If nothing ever waited, the loss was over before a sweep could notice it.
    let Some(standing) = standing(twin) else {
        return 0;
    };
    let revived = outage.ends == Ends::SlackRevives;
    assert!(
        standing.told == standing.version || !revived,
        "seed {seed}, {outage:?}: Slack was not told: {standing:?}"
    );
    let posted = |mark: &str| {
        slack
            .taken
            .borrow()
            .iter()
            .filter(|(_, body)| body.contains(mark))
            .count() as u64
    };
    let (lost, back) = (posted("📭"), posted("✅ RESOLVED"));
    let repeats = slack.lost.get() + crashes;
    assert!(
        lost <= standing.version.div_ceil(2) + repeats,
        "seed {seed}, {outage:?}: {lost} times, {standing:?}"
    );
    // Only if Slack may have shown the loss, it also shows that somebody is back.
    assert!(
        back <= lost + repeats,
        "seed {seed}, {outage:?}: {back} times, and {lost}"
    );
    assert!(
        lost > 0 || !revived || standing.version.is_multiple_of(2),
        "seed {seed}, {outage:?}: nobody knows that alarms reach nobody"
    );
    lost
}

/// How many findings are published and not acknowledged.
fn unacknowledged(twin: &Twin<Storm>) -> usize {
    let (states, acks) = outbox(twin);
    states
        .iter()
        .filter(|(id, state)| state.published > 0 && !acks.contains_key(*id))
        .count()
}

/// Except findings that only the digest reports, and findings that were withdrawn before anybody
/// was told.
fn the_last_version_of_each_is_acknowledged(twin: &Twin<Storm>, whose: &str) {
    let (states, acks) = outbox(twin);
    for (id, state) in &states {
        if state.quiet || (state.published == 0 && state.alert.status == Status::Withdrawn) {
            continue;
        }
        assert_eq!(
            acks.get(id),
            Some(&state.alert.version),
            "{whose}: {id} {:?}",
            state.alert
        );
    }
}

fn simulate(seed: u64, totals: &mut Totals) {
    let outage = Outage::of(seed);
    let story = story(seed);
    let records: Vec<&Value> = forwarded(&story).collect();
    let start = story.now().plus_seconds(3_600);
    let mut twin = Twin::new(Storm::new(seed), start);
    twin.weather.outage = Some(outage);
    let twin = twin;
    for record in story.records() {
        twin.history.borrow_mut().add(record);
    }
    let slack = Slack {
        bot: (seed / 16).is_multiple_of(2),
        ..Slack::default()
    };
    prepare(&twin, &story);
    outage.begin(&twin);
    let mut cloud = Cloud::new(&twin, &slack);
    deliver(
        &mut cloud,
        &records,
        (Recovery::Needless, true),
        &twin,
        start,
    );
    let storm = 600 + twin.weather.dice.below(2_400);
    cloud.run_and_look(storm, || {
        totals.waited += unacknowledged(&twin);
    });
    let unread = slack.unread.borrow();
    assert!(
        unread.is_empty(),
        "seed {seed}, {outage:?}: acknowledged, and nobody could have read it: {unread:#?}"
    );

    let whose = format!("seed {seed}, {outage:?}");
    let wanted = offline(&story, twin.clock.get());
    for (id, said) in wanted.iter().filter(|(_, said)| said.1 == "violation") {
        assert!(slack.shows(id), "{whose}: nobody was told of {id} {said:?}");
        totals.violations += 1;
    }
    the_last_version_of_each_is_acknowledged(&twin, &whose);
    totals.lost += told_of_recipients(seed, outage, &twin, &slack, cloud.sums.crashes);
    let mails = slack.mails.borrow();
    totals.mailed += mails.iter().filter(|(_, received)| *received).count();
    totals.in_vain += mails.iter().filter(|(_, received)| !received).count();
    totals.crashes += cloud.sums.crashes;
}

#[test]
fn nothing_that_nobody_could_read_is_acknowledged_and_all_is_told_once_somebody_can() {
    let mut by_kind: BTreeMap<(Mail, bool), Totals> = BTreeMap::new();
    for seed in 0..SEEDS {
        let outage = Outage::of(seed);
        simulate(
            seed,
            by_kind
                .entry((outage.mail, outage.ends == Ends::SlackRevives))
                .or_default(),
        );
    }
    println!("{SEEDS} seeds: {by_kind:#?}");
    assert_eq!(by_kind.len(), 8);
    for ((mail, slack_revives), totals) in &by_kind {
        // A storm in which nothing waits proves nothing.
        assert!(
            totals.violations > 20 && totals.waited > 10 && totals.crashes > 50,
            "{mail:?} {slack_revives}: {totals:?}"
        );
        // Slack shows the loss when it works again, unless the address is back by then.
        assert_eq!(
            totals.lost > 0,
            *mail == Mail::Leaves && *slack_revives,
            "{mail:?} {slack_revives}: {totals:?}"
        );
        if !slack_revives || *mail == Mail::Leaves {
            assert!(totals.mailed > 5, "{mail:?} {slack_revives}: {totals:?}");
        }
        // E-mails that only other kinds of subscribers got, at most one per version.
        assert!(
            totals.in_vain < totals.waited + totals.violations,
            "{mail:?} {slack_revives}: {totals:?}"
        );
    }
}
