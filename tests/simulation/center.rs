//! Live equals offline for a company whose people are in Identity Center: whatever the order in
//! which the records arrive, the outbox ends up with the findings of the audit of all of them.

mod alone;
mod costs;

use std::collections::BTreeMap;

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::world::World;
use rolewatch_guard::{Elevated, Scope, judge};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::Value;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::made_up_company::company::{Company, DAY, DELEGATE, Id, MANAGEMENT, WARDEN, user_id};
use crate::made_up_company::dice::Dice;
use crate::made_up_company::{records, telling};
use crate::same_findings::{Said, are_the_same, drain, envelope, said, standing};

/// How many companies are made up: one for sixty of the simulations' seeds, because a company takes
/// that much longer. `ROLEWATCH_SEEDS` asks for another number of seeds.
fn companies() -> u64 {
    let seeds = std::env::var_os("ROLEWATCH_SEEDS");
    let seeds = seeds.map_or(1_000, |text| text.to_str().unwrap().parse().unwrap());
    (seeds / 60_u64).max(1)
}

fn world(policy: &Policy, records: &[Value]) -> World {
    let elevated = Elevated::by_policy(policy);
    let mut world = World::default();
    for record in records {
        if let Reading::Seen(seen) =
            read(record.to_string().as_bytes(), &|role| elevated.may_be(role)).unwrap()
        {
            world.add(*seen);
        }
    }
    world
}

/// Whether a record only shows that logs were kept.
fn is_chatter(record: &Value) -> bool {
    let warden = user_id(Id::own(WARDEN));
    record.to_string().contains(&warden)
}

/// A sign-in of no consequence beside a record: in the same log and hour.
fn beside(record: &Value, number: usize, chatter: &Value) -> Option<Value> {
    let account = record["recipientAccountId"].as_str()?;
    if ![MANAGEMENT, DELEGATE].contains(&account) {
        return None;
    }
    let mut sign_in = chatter.clone();
    for field in ["eventTime", "awsRegion", "recipientAccountId"] {
        sign_in[field] = record[field].clone();
    }
    sign_in["eventID"] = format!("00000000-0000-4000-9000-{number:012x}").into();
    Some(sign_in)
}

fn roster_key(taken: Moment) -> String {
    format!("roster/d-1234567890@{taken}.json")
}

/// The findings of the audit, by ID.
fn offline(company: &Company, records: &[Value], now: Moment) -> BTreeMap<String, Said> {
    let text = company.plan.text();
    let policy = Policy::read(text.as_bytes(), "company").unwrap();
    let mut rosters = Rosters::default();
    for roster in &company.rosters {
        let taken = records::moment(roster.taken);
        let snapshot = StoreSnapshot::read(roster.text().as_bytes(), Some(taken));
        rosters.add_store(snapshot.unwrap());
    }
    let world = world(&policy, records);
    let scope = Scope {
        as_of: Some(now),
        ..Scope::default()
    };
    let judgement = judge(&world, &policy, &rosters, scope, &mut |_| ());
    judgement.findings.iter().map(said).collect()
}

fn prepare(twin: &Twin<Calm>, company: &Company) {
    let now = twin.clock.get();
    let mut objects = twin.objects.borrow_mut();
    let policy = company.plan.text().into_bytes();
    objects.insert(POLICY_KEY.to_owned(), (policy, now));
    for roster in &company.rosters {
        let key = roster_key(records::moment(roster.taken));
        objects.insert(key, (roster.text().into_bytes(), now));
    }
}

fn play(twin: &Twin<Calm>, guard: &mut Guard, record: &Value) {
    let event = to_raw_value(&envelope(record)).unwrap();
    run(guard.handle(twin, &event, None)).unwrap();
    drain(guard, twin);
}

#[test]
fn the_outbox_ends_up_with_what_the_audit_finds_about_people_of_identity_center() {
    for seed in 0..companies() {
        let company = telling::tell(seed);
        let (chatter, mut records): (Vec<Value>, Vec<Value>) =
            company.records().into_iter().partition(is_chatter);
        let now = records::moment(telling::END + 3 * DAY);
        let mut dice = Dice::new(seed + 1);
        // Some companies' records arrive nearly in order, and some in any order.
        if !seed.is_multiple_of(3) {
            for at in (1..records.len()).rev() {
                records.swap(at, dice.below(at + 1));
            }
        }
        let twin = Twin::new(Calm, now);
        prepare(&twin, &company);
        let mut guard = Guard::default();
        // First what shows that the logs were kept: a switch isn't judged again when a silence ends.
        let heard = records.iter().enumerate();
        let heard: Vec<Value> = heard
            .filter_map(|(at, record)| beside(record, at, chatter.first()?))
            .collect();
        let all: Vec<Value> = chatter.into_iter().chain(heard).chain(records).collect();
        for record in &all {
            play(&twin, &mut guard, record);
        }
        let wanted = offline(&company, &all, now);
        are_the_same(&wanted, &standing(&twin), &format!("company {seed}"));
    }
}
