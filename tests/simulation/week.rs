//! The synthetic week of `events/archive` through the live guard, file by file and backward: the
//! findings are those of the plain audit.

use std::io::Read;
use std::path::{Path, PathBuf};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::testing::Elsewhere;
use rolewatch_guard::world::World;
use rolewatch_guard::{Elevated, Scope, judge};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::Value;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::same_findings::{are_the_same, drain, envelope, said, standing};

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_str().unwrap().ends_with(ending)
            && !path.to_str().unwrap().contains("Digest")
        {
            found.push(path);
        }
    }
    found.sort();
}

fn records() -> Vec<Value> {
    let mut found = Vec::new();
    files(&events().join("archive"), ".json.gz", &mut found);
    let of = |path: &PathBuf| {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let mut log: Value = serde_json::from_str(&text).unwrap();
        log["Records"]
            .as_array_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    };
    found.iter().flat_map(of).collect()
}

/// The records as they would be in another partition.
fn moved(elsewhere: &Elsewhere, records: &[Value]) -> Vec<Value> {
    records
        .iter()
        .map(|record| serde_json::from_str(&elsewhere.moved_text(&record.to_string())).unwrap())
        .collect()
}

fn live_and_offline(records: &[Value]) {
    live_and_offline_in(records, &str::to_owned);
}

/// `moved`: translates from the partition of the files to that of the records.
fn live_and_offline_in(records: &[Value], moved: &dyn Fn(&str) -> String) {
    let text =
        moved(&std::fs::read_to_string(events().join("rolewatch.yaml")).unwrap()).into_bytes();
    let policy = Policy::read(&text, "rolewatch.yaml").unwrap();
    let now: Moment = "2026-03-20T00:00:00Z".parse().unwrap();
    let twin = Twin::new(Calm, now);
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (text, now));
    let rosters = put_rosters(&twin, moved);
    let world = hear(&twin, &policy, records);
    let scope = Scope {
        as_of: Some(now),
        ..Scope::default()
    };
    let judgement = judge(&world, &policy, &rosters, scope, &mut |_| ());
    assert!(
        judgement.findings.len() > 20,
        "too few findings to compare: {}",
        judgement.findings.len()
    );
    let offline: std::collections::BTreeMap<_, _> = judgement.findings.iter().map(said).collect();
    let mut stands = standing(&twin);
    // Only the live guard reports tampering with rolewatch.
    stands.retain(|_, said| said.0 != "RW201");
    are_the_same(&offline, &stands, "the week");
}

/// Reads the rosters of the week, and puts them where the guard looks for them.
fn put_rosters(twin: &Twin<Calm>, moved: &dyn Fn(&str) -> String) -> Rosters {
    let mut rosters = Rosters::default();
    let mut found = Vec::new();
    files(&events().join("roster"), ".json", &mut found);
    let now = twin.clock.get();
    for path in found {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = moved(&std::fs::read_to_string(&path).unwrap()).into_bytes();
        let key = format!("roster/{name}");
        rosters.add(Snapshot::read(&bytes, rolewatch_live::rulebook::taken_at(&key)).unwrap());
        twin.objects.borrow_mut().insert(key, (bytes, now));
    }
    rosters
}

/// Sends the guard the records one after another. Returns what an audit would know about them.
fn hear(twin: &Twin<Calm>, policy: &Policy, records: &[Value]) -> World {
    let mut world = World::default();
    let mut guard = Guard::default();
    let elevated = |role: &rolewatch_guard::arn::RoleArn| Elevated::by_policy(policy).may_be(role);
    for record in records {
        let text = record.to_string();
        match read(text.as_bytes(), &elevated).unwrap() {
            Reading::Seen(seen) => {
                world.add(*seen);
            }
            // The rules don't forward these to the live guard.
            Reading::Service(_) => continue,
            Reading::NotRelevant => {}
        }
        let event = to_raw_value(&envelope(record)).unwrap();
        run(guard.handle(twin, &event, None)).unwrap();
        drain(&mut guard, twin);
    }
    world
}

#[test]
fn the_week_live_comes_to_the_findings_of_the_audit() {
    live_and_offline(&records());
}

#[test]
fn the_week_backwards_comes_to_the_findings_of_the_audit() {
    let mut records = records();
    records.reverse();
    live_and_offline(&records);
}

#[test]
fn the_week_live_in_another_partition_comes_to_the_findings_of_the_audit() {
    let elsewhere = Elsewhere::MADE_UP;
    live_and_offline_in(&moved(&elsewhere, &records()), &|text| {
        elsewhere.moved_text(text)
    });
}

#[test]
fn the_week_backwards_in_another_partition_comes_to_the_findings_of_the_audit() {
    let elsewhere = Elsewhere::MADE_UP;
    let mut records = moved(&elsewhere, &records());
    records.reverse();
    live_and_offline_in(&records, &|text| elsewhere.moved_text(text));
}
