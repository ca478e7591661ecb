//! Group membership: what the audit says about a membership is true, and the live guard comes to
//! the same result.
//!
//! The world of a seed is a random story ([`telling`]). People join, leave, are renamed, deleted
//! and created again, while snapshots are taken and switches happen. The guard receives the changes
//! in any order, some of them twice.

mod telling;

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::{Finding, Scope, Verdict, judge};
use rolewatch_live::rulebook::{POLICY_KEY, taken_at};
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::same_findings::{drain, envelope, said, standing};
use crate::storm::{Dice, seeds};
use telling::{Entered, Objects, Telling};

/// The number of seeds in the ordinary run.
const SEEDS: u64 = 200;

/// The results of all seeds.
#[derive(Debug, Default)]
struct Totals {
    outside: u64,
    inside: u64,
    unproven: u64,
    just_joined: u64,
    snapshots: usize,
    unsure: usize,
}

/// What happened. Printed if a seed fails.
fn timeline(records: &[Value], rosters: &Rosters) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    for record in records {
        let what = format!(
            "{} {} {}",
            record["eventName"], record["userIdentity"]["userName"], record["requestParameters"]
        );
        lines.push((
            record["eventTime"].as_str().unwrap_or_default().to_owned(),
            what,
        ));
    }
    for snapshot in rosters.iter() {
        let users: Vec<String> = snapshot
            .users
            .iter()
            .map(|(id, user)| format!("{} {id} {:?}", user.name, user.groups))
            .collect();
        lines.push((
            snapshot
                .taken
                .map(|taken| taken.to_string())
                .unwrap_or_default(),
            format!("snapshot: {users:?}"),
        ));
    }
    lines.sort();
    lines
        .iter()
        .map(|(time, what)| format!("{time} {what}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn simulate(seed: u64, totals: &mut Totals) {
    let dice = Dice::new(seed);
    let told = Telling::new(&dice).tell();
    let rosters = at_last(&told.buckets);
    totals.snapshots += rosters.iter().count();
    totals.unsure += told.unsure;
    let now = told.story.now().plus_seconds(3_600);
    let scope = Scope {
        as_of: Some(now),
        ..Scope::default()
    };
    let judgement = judge(
        &told.story.world_of(&told.records),
        &told.story.policy(),
        &rosters,
        scope,
        &mut |_| (),
    );
    for ((session, time), truth) in &told.entered {
        let found = of_switch(&judgement.findings, session, *time);
        if let Err(why) = agrees(&found, *time, *truth, totals) {
            panic!(
                "seed {seed}: {session} at {time} {why}\n{}",
                timeline(&told.records, &rosters)
            );
        }
    }
    let offline: BTreeMap<_, _> = judgement.findings.iter().map(said).collect();
    let twin = live(&dice, now, &told);
    assert_eq!(offline, standing(&twin), "seed {seed}");
}

/// The rosters that are in the bucket at the end.
fn at_last(buckets: &[Objects]) -> Rosters {
    let mut rosters = Rosters::default();
    let last = buckets.last().into_iter().flatten();
    for (key, (bytes, _)) in last.filter(|(key, _)| key.starts_with("roster/")) {
        rosters.add(Snapshot::read(bytes, taken_at(key)).unwrap());
    }
    rosters
}

/// The findings about a switch, by rule.
fn of_switch(findings: &[Finding], session: &str, time: Moment) -> BTreeMap<&'static str, Verdict> {
    let is_of = |finding: &&Finding| {
        let mut switches = finding.subject.switches.iter();
        switches.any(|key| *key.session == *session && key.second == time)
    };
    let found = findings.iter().filter(is_of);
    found
        .map(|finding| (finding.rule, finding.verdict))
        .collect()
}

/// Whether the findings about a switch agree with what really was. If not, says how they differ.
fn agrees(
    found: &BTreeMap<&'static str, Verdict>,
    time: Moment,
    truth: Entered,
    totals: &mut Totals,
) -> Result<(), String> {
    match found.get("RW001") {
        None if !truth.member => return Err("is allowed, and was no member".to_owned()),
        None => {
            totals.inside += 1;
            let just_joined = truth
                .since
                .is_some_and(|since| time.seconds_since(since) < 3_600);
            totals.just_joined += u64::from(just_joined);
            if just_joined && !found.contains_key("RW010") {
                return Err(format!("had joined at {:?}", truth.since));
            }
        }
        Some(Verdict::Violation) if truth.member => {
            return Err("is a violation, and was a member".to_owned());
        }
        Some(Verdict::Violation) => totals.outside += 1,
        Some(_) => totals.unproven += 1,
    }
    Ok(())
}

/// The live guard. It receives the records in any order, some twice, and each snapshot at some time
/// in between.
fn live(dice: &Dice, now: Moment, told: &Telling<'_>) -> Twin<Calm> {
    let (records, buckets) = (&told.records, &told.buckets);
    let twin = Twin::new(Calm, now);
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (told.story.policy_text().as_bytes().to_vec(), now),
    );
    let order = shuffled(dice, records.len());
    let mut points: Vec<usize> = buckets
        .iter()
        .map(|_| dice.below(order.len() + 1))
        .collect();
    points.sort_unstable();
    let mut coming = points.into_iter().zip(buckets).peekable();
    let mut guard = Guard::default();
    for step in 0..=order.len() {
        while let Some((_, bucket)) = coming.next_if(|(point, _)| *point == step) {
            twin.objects.borrow_mut().clone_from(bucket);
            // A new process, which reads the bucket immediately.
            guard = Guard::default();
            let nothing = json!({"rejudge": {}}).to_string();
            let batch = json!({"Records": [{"messageId": "1", "body": nothing}]});
            handle(&mut guard, &twin, &batch);
        }
        if let Some(at) = order.get(step) {
            handle(&mut guard, &twin, &envelope(&records[*at]));
        }
    }
    twin
}

/// The numbers below `count`, in any order, some twice.
fn shuffled(dice: &Dice, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in 0..count {
        order.swap(at, dice.below(count));
        if dice.permille(150) {
            order.push(dice.below(count));
        }
    }
    order
}

/// Invokes the guard, and again until its queue is empty.
fn handle(guard: &mut Guard, twin: &Twin<Calm>, payload: &Value) {
    run(guard.handle(twin, &to_raw_value(payload).unwrap(), None)).unwrap();
    drain(guard, twin);
}

#[test]
fn who_was_in_the_group_is_answered_live_as_by_the_audit_and_as_it_was() {
    let seeds = seeds(SEEDS);
    let mut totals = Totals::default();
    for seed in 0..seeds {
        simulate(seed, &mut totals);
    }
    println!("{seeds} seeds: {totals:?}");
    if seeds >= SEEDS {
        // If nothing is decided, the test shows nothing.
        assert!(
            totals.outside > 100
                && totals.inside > 100
                && totals.just_joined > 10
                && totals.unsure > 10,
            "{totals:?}"
        );
    }
}
