//! Nothing is lost: over many seeds, with events that never come, duplicates, reordering, delays,
//! throttling, ambiguous writes and a crash at any call, every violation that the plain audit of
//! all events finds is told, and repeats happen only where a reply was lost.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rolewatch_guard::Elevated;
use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::{PEOPLE, Story};
use rolewatch_live::ledger::is_done;
use rolewatch_live::outbox::State;
use rolewatch_live::port::{Notice, Place};
use rolewatch_live::testing::{Twin, run};
use rolewatch_live::wire::Status;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::delivery::{Recovery, deliver, time};
use crate::organisation::{step, tell};
use crate::same_findings::{offline, prepare, standing};
use crate::slack::Slack;
use crate::spoiled::{put_aside, spoil};
use crate::storm::Storm;
use crate::sums::Swept;
use crate::tampering;

/// So many seeds in the ordinary run; `ROLEWATCH_SEEDS` asks for another number.
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

/// What one seed came to.
#[derive(Debug, Default)]
struct Totals {
    violations: usize,
    posts: usize,
    lost: u64,
    crashes: u64,
    /// Records that never arrived.
    withheld: u64,
    /// Of those with a trail, as archive-auditor counts them.
    missed: u64,
    recovered: u64,
    /// Calls that would blind the guard.
    tampered: usize,
    /// Alerts that the notifier was never given, or not to the end.
    alerts_lost: usize,
    /// Records that nobody can read in full.
    partly_unread: usize,
    swept: Swept,
    failed: BTreeMap<(&'static str, bool), u64>,
}

fn simulate(seed: u64) -> Totals {
    let story = spoil(story(seed), seed);
    // Services' sessions in roles that nobody listed are not forwarded to the live guard.
    let mut records: Vec<&Value> = story
        .records()
        .iter()
        .filter(|record| record["userIdentity"]["type"] != "AWSService")
        .collect();
    let recovery = Recovery::of(seed);
    // Some watch it as it happens, some hear of all of it afterwards.
    let first = records.iter().map(|record| time(record)).min();
    let begins = first.filter(|_| (seed / 8).is_multiple_of(2));
    let start = begins.unwrap_or(story.now().plus_seconds(3_600));
    let mut twin = Twin::new(Storm::new(seed), start);
    twin.weather.shut = (recovery == Recovery::Trail && (seed / 16).is_multiple_of(2))
        .then(|| PEOPLE.parse().unwrap());
    let twin = twin;
    let slack = Slack {
        bot: seed.is_multiple_of(2),
        ..Slack::default()
    };
    prepare(&twin, &story);
    let mut cloud = Cloud::new(&twin, &slack);
    let dice = &twin.weather.dice;
    twin.history.borrow_mut().delay = [0, 300, 900][dice.below(3)];
    for record in story.records() {
        twin.history.borrow_mut().add(record);
    }
    twin.history.borrow_mut().page = 1;
    let calls = tampering::calls(dice, first.unwrap_or(story.now()), story.now());
    records.extend(&calls);
    // CloudTrail may leave out whose a record is: then what stands around it says so, wherever it
    // goes.
    let whose = (seed / 32).is_multiple_of(2);
    twin.history.borrow_mut().unnamed = !whose;
    let withheld = deliver(&mut cloud, &records, (recovery, whose), &twin, start);
    let rubbish = dice.permille(200);
    if rubbish {
        cloud.event(
            "{\"source\": \"aws.sts\", \"account\"".to_owned(),
            start.plus_seconds(5),
        );
    }
    // What the event history is asked for, it is asked for late.
    cloud.run(if recovery == Recovery::Lookup {
        600 + dice.below(3_500)
    } else {
        200 + dice.below(2_000)
    });
    assert!(
        !cloud.sums.unaccounted && cloud.sums.received == cloud.sums.ended,
        "seed {seed}: {:?}",
        cloud.sums
    );
    assert!(
        !rubbish
            || twin
                .objects
                .borrow()
                .keys()
                .any(|key| key.starts_with("quarantine/")),
        "seed {seed}: the rubbish is gone"
    );
    assert_eq!(
        cloud.sums.unread, 0,
        "seed {seed}: of the trail, something was not read"
    );
    twin.weather.calm_down(&twin);
    for record in &records {
        assert!(
            is_seen_through(&twin, &story, record),
            "seed {seed}, {recovery:?}: nobody has seen {record}"
        );
    }
    let partly_unread = put_aside(&twin, &story, &records);

    let mut wanted = offline(&story, twin.clock.get());
    wanted.extend(tampering::findings(&calls, &story.policy()));
    let stands = standing(&twin);
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(id, said)| stands.get(*id) != Some(said))
        .collect();
    let wrong: Vec<_> = stands
        .iter()
        .filter(|(id, said)| wanted.get(*id) != Some(said))
        .collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "seed {seed}, {recovery:?}: the audit finds {missing:#?}, in the outbox stands {wrong:#?}"
    );
    let (states, acks) = outbox(&twin);
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
    let posted = slack.taken.borrow();
    let mailed: Vec<String> = twin.topics.borrow().iter().filter_map(mail).collect();
    let shown = |id: &str| {
        posted.iter().any(|(_, body)| body.contains(id))
            || mailed.iter().any(|body| body.contains(id))
    };
    for (id, said) in wanted.iter().filter(|(_, said)| said.1 == "violation") {
        assert!(shown(id), "seed {seed}: no message shows {id} {said:?}");
    }
    // A message about a version of a finding is posted once, unless the reply was lost or whoever
    // posted it was stopped; also if it was sent again.
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, body) in posted.iter().filter(|(update, _)| !update) {
        *told.entry(body.as_str()).or_default() += 1;
    }
    let repeats: u64 = told.values().map(|count| count - 1).sum();
    assert!(
        repeats <= slack.lost.get() + cloud.sums.crashes,
        "seed {seed}: {repeats} repeats, {} lost replies",
        slack.lost.get()
    );
    Totals {
        violations: wanted.values().filter(|said| said.1 == "violation").count(),
        posts: posted.len(),
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

/// Whether the ledger has it, and what it says was judged.
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

pub(crate) fn outbox(twin: &Twin<Storm>) -> (BTreeMap<String, State>, BTreeMap<String, u64>) {
    let rows = twin.rows.borrow();
    let mut states = BTreeMap::new();
    let mut acks = BTreeMap::new();
    for ((place, pk), rows) in rows.iter() {
        let Some(id) = pk
            .strip_prefix("finding#")
            .filter(|_| *place == Place::Outbox)
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

#[test]
fn every_violation_is_told_whatever_goes_wrong() {
    let seeds = std::env::var_os("ROLEWATCH_SEEDS").map_or(SEEDS, |text| {
        text.to_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    });
    let mut sum = Totals::default();
    for seed in 0..seeds {
        let one = simulate(seed);
        sum.violations += one.violations;
        sum.posts += one.posts;
        sum.lost += one.lost;
        sum.crashes += one.crashes;
        sum.withheld += one.withheld;
        sum.missed += one.missed;
        sum.tampered += one.tampered;
        sum.swept += one.swept;
        sum.alerts_lost += one.alerts_lost;
        sum.partly_unread += one.partly_unread;
        sum.recovered += one.recovered;
        for (what, count) in one.failed {
            *sum.failed.entry(what).or_default() += count;
        }
    }
    println!("{seeds} seeds: {sum:?}");
    if seeds < SEEDS {
        return;
    }
    // A storm in which nothing happens proves nothing.
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
