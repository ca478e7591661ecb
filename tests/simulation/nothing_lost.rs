//! Nothing is lost: every violation that the plain audit of all events finds is reported, and a
//! message repeats only if a reply was lost.
//!
//! The world of a seed is a random story, all functions over twins of everything outside, and a
//! storm. In the storm, events never arrive, arrive twice, late or in another order. Calls are
//! throttled, or take effect without a reply. Processes are stopped at any call.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rolewatch_guard::Elevated;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::{PEOPLE, Story};
use rolewatch_live::ledger::is_done;
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::{Notice, TableKind};
use rolewatch_live::testing::{Twin, run};
use rolewatch_live::wire::Status;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::delivery::{Recovery, deliver, time};
use crate::organisation::{step, tell};
use crate::same_findings::{Said, are_the_same, forwarded, offline, prepare, standing};
use crate::slack::Slack;
use crate::spoiled::{put_aside, spoil};
use crate::storm::{Dice, Storm, seeds};
use crate::sums::{Failed, Sums, Swept, add_failed};
use crate::tampering;

/// The number of seeds in the ordinary run.
const SEEDS: u64 = 1_000;

pub(crate) fn story(seed: u64) -> Story {
    let mut bytes = [0_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
    );
    let steps = proptest::collection::vec(step(), 1..10)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    tell(&steps, !seed.is_multiple_of(3))
}

/// The result of one seed.
#[derive(Debug, Default)]
struct Totals {
    violations: usize,
    posts: usize,
    lost: u64,
    crashes: u64,
    /// Records that never arrived.
    withheld: u64,
    /// How many of those archive-auditor counts, with a trail.
    missed: u64,
    recovered: u64,
    /// Calls that would blind the guard.
    tampered: usize,
    /// Alerts that the notifier never received, or didn't finish.
    alerts_lost: usize,
    /// Records that can't be read in full.
    partly_unread: usize,
    swept: Swept,
    failed: Failed,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, one: Self) {
        self.violations += one.violations;
        self.posts += one.posts;
        self.lost += one.lost;
        self.crashes += one.crashes;
        self.withheld += one.withheld;
        self.missed += one.missed;
        self.tampered += one.tampered;
        self.swept += one.swept;
        self.alerts_lost += one.alerts_lost;
        self.partly_unread += one.partly_unread;
        self.recovered += one.recovered;
        add_failed(&mut self.failed, one.failed);
    }
}

/// What the seed decides before anything happens.
struct Case {
    seed: u64,
    story: Story,
    recovery: Recovery,
    /// Whether records name the account that received them. Where CloudTrail omits it, the event,
    /// path or lookup around the record has it.
    whose: bool,
    /// The time of the first record.
    first: Option<Moment>,
    /// When the guard starts. In some seeds it watches events as they happen, in others all of them
    /// arrive afterward.
    start: Moment,
}

impl Case {
    fn of(seed: u64) -> Self {
        let story = spoil(story(seed), seed);
        let first = forwarded(&story).map(time).min();
        let begins = first.filter(|_| (seed / 8).is_multiple_of(2));
        let start = begins.unwrap_or(story.now().plus_seconds(3_600));
        Self {
            seed,
            story,
            recovery: Recovery::of(seed),
            whose: (seed / 32).is_multiple_of(2),
            first,
            start,
        }
    }

    /// Everything outside, in its initial state. The event history has all records.
    fn twin(&self) -> Twin<Storm> {
        let mut twin = Twin::new(Storm::new(self.seed), self.start);
        let shuts = self.recovery == Recovery::Trail && (self.seed / 16).is_multiple_of(2);
        twin.weather.shut = shuts.then(|| PEOPLE.parse().unwrap());
        prepare(&twin, &self.story);
        let delay = [0, 300, 900][twin.weather.dice.below(3)];
        let mut history = twin.history.borrow_mut();
        history.delay = delay;
        history.page = 1;
        history.unnamed = !self.whose;
        for record in self.story.records() {
            history.add(record);
        }
        drop(history);
        twin
    }

    /// Calls that would blind the guard, during the story.
    fn tampering(&self, dice: &Dice) -> Vec<Value> {
        let from = self.first.unwrap_or(self.story.now());
        tampering::calls(dice, from, self.story.now())
    }

    /// How long the storm lasts. rolewatch asks the event history late, so this takes longer.
    fn storm(&self, dice: &Dice) -> usize {
        if self.recovery == Recovery::Lookup {
            600 + dice.below(3_500)
        } else {
            200 + dice.below(2_000)
        }
    }

    /// The findings of the audit of all events, plus those of the guard alone: the calls against
    /// it.
    fn wanted(&self, twin: &Twin<Storm>, calls: &[Value]) -> BTreeMap<String, Said> {
        let mut wanted = offline(&self.story, twin.clock.get());
        wanted.extend(tampering::findings(calls, &self.story.policy()));
        wanted
    }
}

fn simulate(seed: u64) -> Totals {
    let case = Case::of(seed);
    let twin = case.twin();
    let dice = &twin.weather.dice;
    let slack = Slack {
        bot: seed.is_multiple_of(2),
        ..Slack::default()
    };
    let mut cloud = Cloud::new(&twin, &slack);
    let calls = case.tampering(dice);
    let records: Vec<&Value> = forwarded(&case.story).chain(&calls).collect();
    let how = (case.recovery, case.whose);
    let withheld = deliver(&mut cloud, &records, how, &twin, case.start);
    let rubbish = dice.permille(200);
    if rubbish {
        let at = case.start.plus_seconds(5);
        cloud.event("{\"source\": \"aws.sts\", \"account\"".to_owned(), at);
    }
    cloud.run(case.storm(dice));

    every_message_ended(seed, &cloud.sums);
    assert!(
        !rubbish || has_quarantined(&twin),
        "seed {seed}: the rubbish is gone"
    );
    twin.weather.calm_down(&twin);
    for record in &records {
        assert!(
            is_seen_through(&twin, &case.story, record),
            "seed {seed}, {:?}: nobody has seen {record}",
            case.recovery
        );
    }
    let partly_unread = put_aside(&twin, &case.story, &records);
    let wanted = case.wanted(&twin, &calls);
    let whose = format!("seed {seed}, {:?}", case.recovery);
    are_the_same(&wanted, &standing(&twin), &whose);
    the_last_version_of_each_was_told(seed, &twin);
    every_violation_was_shown(seed, &twin, &slack, &wanted);
    repeats_are_rare(seed, &slack, cloud.sums.crashes);
    Totals {
        violations: wanted.values().filter(|said| said.1 == "violation").count(),
        posts: slack.taken.borrow().len(),
        lost: slack.lost.get(),
        crashes: cloud.sums.crashes,
        withheld,
        tampered: calls.len(),
        missed: cloud.sums.missed,
        recovered: cloud.sums.recovered,
        alerts_lost: cloud.sums.lost,
        partly_unread,
        swept: cloud.sums.swept,
        failed: twin.weather.failed.take(),
    }
}

fn every_message_ended(seed: u64, sums: &Sums) {
    assert!(
        !sums.unaccounted && sums.received == sums.ended,
        "seed {seed}: {sums:?}"
    );
    assert_eq!(
        sums.unread, 0,
        "seed {seed}: of the trail, something was not read"
    );
}

fn has_quarantined(twin: &Twin<Storm>) -> bool {
    twin.objects
        .borrow()
        .keys()
        .any(|key| key.starts_with("quarantine/"))
}

/// Except findings that only the digest reports, and findings that were withdrawn before anybody
/// was told.
fn the_last_version_of_each_was_told(seed: u64, twin: &Twin<Storm>) {
    let (states, acks) = outbox(twin);
    for (id, state) in &states {
        if state.quiet || (state.published == 0 && state.alert.status == Status::Withdrawn) {
            continue;
        }
        let ack = acks
            .get(id)
            .unwrap_or_else(|| panic!("seed {seed}: nobody was told of {id} {:?}", state.alert));
        assert_eq!(
            *ack, state.alert.version,
            "seed {seed}: the last version of {id} was not told"
        );
        assert_eq!(state.published, state.alert.version, "seed {seed}: {id}");
    }
}

/// A webhook can't change its follow-up, which comes with the 1st, 2nd, 4th … repeat, so a message
/// shows the others only if more follow.
fn every_violation_was_shown(
    seed: u64,
    twin: &Twin<Storm>,
    slack: &Slack,
    wanted: &BTreeMap<String, Said>,
) {
    let posted = slack.taken.borrow();
    let mailed: Vec<String> = twin.topics.borrow().iter().filter_map(mail).collect();
    let counted = if slack.bot {
        BTreeSet::new()
    } else {
        later_repeats(twin)
    };
    let shown = |id: &str| {
        posted.iter().any(|(_, body)| body.contains(id))
            || mailed.iter().any(|body| body.contains(id))
            || counted.contains(id)
    };
    for (id, said) in wanted.iter().filter(|(_, said)| said.1 == "violation") {
        assert!(shown(id), "seed {seed}: no message shows {id} {said:?}");
    }
}

/// The repeats of findings that have at least three, but not those of findings with fewer.
fn later_repeats(twin: &Twin<Storm>) -> BTreeSet<String> {
    let mut by_anchor: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for ((_, pk), rows) in twin.rows.borrow().iter() {
        for key in rows.keys().filter_map(|sk| sk.strip_prefix("repeat#")) {
            if let Some((anchor, id)) = key.split_once('#') {
                by_anchor
                    .entry((pk.clone(), anchor.to_owned()))
                    .or_default()
                    .insert(id.to_owned());
            }
        }
    }
    by_anchor
        .into_values()
        .filter(|ids| ids.len() > 2)
        .flatten()
        .collect()
}

/// A message about a version of a finding is posted once, even if the alert was sent again. The
/// exceptions are lost replies and stopped invocations.
fn repeats_are_rare(seed: u64, slack: &Slack, crashes: u64) {
    let posted = slack.taken.borrow();
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, body) in posted.iter().filter(|(update, _)| !update) {
        *told.entry(body.as_str()).or_default() += 1;
    }
    let repeats: u64 = told.values().map(|count| count - 1).sum();
    assert!(
        repeats <= slack.lost.get() + crashes,
        "seed {seed}: {repeats} repeats, {} lost replies",
        slack.lost.get()
    );
}

/// Whether the ledger has the record, and has marked it as judged.
fn is_seen_through(twin: &Twin<Storm>, story: &Story, record: &Value) -> bool {
    let (text, policy) = (record.to_string(), story.policy());
    match read(text.as_bytes(), &|role| {
        Elevated::by_policy(&policy).may_be(role)
    })
    .unwrap()
    {
        Reading::Seen(seen) => {
            run(is_done(twin, &seen.key, &reduced(text.as_bytes()).unwrap())).unwrap()
        }
        Reading::Service(_) | Reading::NotRelevant => true,
    }
}

fn mail(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Operations { body, .. } => Some(body.clone()),
        Notice::Finding { .. } => None,
    }
}

pub(crate) fn outbox(
    twin: &Twin<Storm>,
) -> (BTreeMap<String, FindingState>, BTreeMap<String, u64>) {
    let rows = twin.rows.borrow();
    let mut states = BTreeMap::new();
    let mut acks = BTreeMap::new();
    for ((place, pk), rows) in rows.iter() {
        let Some(id) = pk
            .strip_prefix("finding#")
            .filter(|_| *place == TableKind::Outbox)
        else {
            continue;
        };
        if let Some(row) = rows.get("state") {
            states.insert(id.to_owned(), serde_json::from_str(&row.body).unwrap());
        }
        if let Some(row) = rows.get("ack") {
            let body: Value = serde_json::from_str(&row.body).unwrap();
            acks.insert(id.to_owned(), body["version"].as_u64().unwrap());
        }
    }
    (states, acks)
}

/// A storm in which nothing happens proves nothing.
fn it_did_storm(sum: &Totals) {
    assert!(
        sum.violations > 1_000 && sum.posts > 1_000 && sum.lost > 10 && sum.crashes > 100,
        "{sum:?}"
    );
    assert!(
        sum.withheld > 500 && sum.missed > 300 && sum.tampered > 300,
        "{sum:?}"
    );
    assert!(sum.partly_unread > 300, "{sum:?}");
    let swept = sum.swept;
    let rare = [
        swept.overlaps,
        swept.failed,
        swept.throttled,
        swept.refused,
        swept.stopped,
        swept.resent,
    ];
    assert!(
        swept.recovered > 300
            && swept.closed > 300
            && swept.unanswered > 5
            && rare.into_iter().all(|count| count > 10),
        "{sum:?}"
    );
    every_call_failed(sum);
}

fn every_call_failed(sum: &Totals) {
    for call in [
        "keep",
        "replace",
        "query",
        "send",
        "publish",
        "get",
        "list",
        "groups_of",
        "lookup",
        "read",
    ] {
        for after in [false, true] {
            assert!(
                sum.failed.contains_key(&(call, after)),
                "`{call}` never failed {}",
                if after { "after" } else { "before" }
            );
        }
    }
}

#[test]
fn every_violation_is_told_whatever_goes_wrong() {
    let seeds = seeds(SEEDS);
    let mut sum = Totals::default();
    for seed in 0..seeds {
        sum += simulate(seed);
    }
    println!("{seeds} seeds: {sum:?}");
    if seeds >= SEEDS {
        it_did_storm(&sum);
    }
}
