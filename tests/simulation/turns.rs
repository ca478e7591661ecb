//! Work that is too much for one message.
//!
//! The world: people with many switches. Changes of their names and groups arrive late, several in
//! a row, while the guard still judges the switches again because of earlier changes. Whatever is
//! stopped, repeated or lost, the outbox ends up with the audit's findings.

use rolewatch_guard::testing::Story;
use rolewatch_live::port::TableKind;
use rolewatch_live::testing::Twin;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::same_findings::{are_the_same, envelope, offline, prepare, standing};
use crate::slack::Slack;
use crate::storm::{Dice, Storm, seeds};

/// The number of seeds in the ordinary run.
const SEEDS: u64 = 16;

/// Two people who switch often and one who doesn't, and then what happens to them.
fn story(dice: &Dice) -> (Story, Vec<Value>) {
    let mut story = Story::new();
    if dice.permille(500) {
        story = story.without_roster();
    }
    let begin = story.records().len();
    for _ in 0..25 + dice.below(20) {
        // Mostly too far apart to affect each other.
        story.later(if dice.permille(200) { 1_200 } else { 175_000 });
        let who = ["dora", "dora", "dora", "tom", "dave"][dice.below(5)];
        let switch = story
            .switch_to(who, ["UpdateApp", "UpdateApp", "ReadOnly"][dice.below(3)])
            .lasting(900);
        drop(match dice.below(4) {
            0 => switch.by_console(),
            1 => switch.only_owner_half(),
            _ => switch.with_mfa(),
        });
    }
    let mut changes = Vec::new();
    for _ in 0..=dice.below(5) {
        // Before an earlier switch, so the event is late.
        let ago = -i64::try_from(dice.below(5_000_000)).unwrap();
        let from = story.records().len();
        let iam = story.iam(ago, "admin");
        let (who, group) = (
            ["dora", "dora", "tom"][dice.below(3)],
            ["Developers", "Testers"][dice.below(2)],
        );
        match dice.below(6) {
            0 | 1 => iam.removes(who, group),
            2 => iam.adds(who, group),
            3 => iam.renames_user(who, "nell"),
            4 => iam.creates_group(group, "another"),
            _ => iam.renames_group("Testers", "Developers"),
        }
        changes.extend(story.records()[from..].iter().cloned());
    }
    assert!(story.records().len() > begin + changes.len());
    (story, changes)
}

/// How many walks were requested, and how often.
fn walks(twin: &Twin<Storm>) -> (usize, u64) {
    let rows = twin.rows.borrow();
    let walks = rows
        .iter()
        .filter(|((place, pk), _)| *place == TableKind::Ledger && pk.starts_with("turns#1"));
    let bodies: Vec<Value> = walks
        .flat_map(|(_, rows)| rows.values())
        .map(|row| serde_json::from_str(&row.body).unwrap())
        .collect();
    assert!(
        bodies.iter().all(|walk| walk["since"].is_null()),
        "a walk is left open: {bodies:#?}"
    );
    (
        bodies.len(),
        bodies
            .iter()
            .map(|walk| walk["asked"].as_u64().unwrap())
            .sum(),
    )
}

fn simulate(seed: u64) -> (usize, u64, u64) {
    let dice = Dice::new(seed ^ 0x7475_726e);
    let (story, changes) = story(&dice);
    let start = story.now().plus_seconds(60);
    let twin = Twin::new(Storm::new(seed), start);
    let slack = Slack::default();
    prepare(&twin, &story);
    for record in story.records() {
        twin.history.borrow_mut().add(record);
    }
    let mut cloud = Cloud::new(&twin, &slack);
    let switches: Vec<&Value> = story
        .records()
        .iter()
        .filter(|record| !changes.contains(record))
        .collect();
    for record in switches {
        cloud.event(
            envelope(record).to_string(),
            start.plus_seconds(i64::try_from(dice.below(60)).unwrap()),
        );
    }
    for change in &changes {
        // Some arrive while other switches are judged again, some arrive twice.
        for _ in 0..=usize::from(dice.permille(200)) {
            cloud.event(
                envelope(change).to_string(),
                start.plus_seconds(600 + i64::try_from(dice.below(30)).unwrap()),
            );
        }
    }
    cloud.run(60_000);
    assert!(
        !cloud.sums.unaccounted && cloud.sums.received == cloud.sums.ended,
        "seed {seed}: {:?}",
        cloud.sums
    );
    let (wanted, stands) = (offline(&story, twin.clock.get()), standing(&twin));
    are_the_same(&wanted, &stands, &format!("seed {seed}"));
    let (walks, asked) = walks(&twin);
    (walks, asked, cloud.sums.crashes)
}

#[test]
fn what_is_judged_in_turns_ends_up_as_the_audit_has_it() {
    let seeds = seeds(SEEDS);
    let mut sum = (0, 0, 0);
    for seed in 0..seeds {
        let one = simulate(seed);
        sum = (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2);
    }
    println!(
        "{seeds} seeds: {} walks, asked for {} times, {} crashes",
        sum.0, sum.1, sum.2
    );
    if seeds >= SEEDS {
        assert!(
            sum.0 > 8 && sum.1 > 20 && sum.2 > 100,
            "a storm in which nothing happens proves nothing: {sum:?}"
        );
    }
}
