//! Whether a person was in the role before: found with one read, and never news on its own.

use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Calm, Twin, run};
use rolewatch_live::wire::Alert;
use serde_json::Value;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::same_findings::{drain, envelope, one_by_one, prepare};

/// The alerts about switches without MFA, in order of time.
fn alerts(twin: &Twin<Calm>) -> Vec<Alert> {
    let rows = twin.rows.borrow();
    let states = rows
        .iter()
        .filter(|((_, pk), _)| pk.starts_with("finding#"));
    let bodies = states.filter_map(|(_, rows)| rows.get("state"));
    let mut alerts: Vec<Alert> = bodies
        .map(|row| serde_json::from_str::<Value>(&row.body).unwrap())
        .map(|mut state| serde_json::from_value(state["alert"].take()).unwrap())
        .filter(|alert: &Alert| alert.rule == "RW002")
        .collect();
    alerts.sort_by_key(|alert| alert.time);
    alerts
}

fn told(records: &[Value], story: &Story) -> Twin<Calm> {
    let twin = Twin::new(Calm, story.now().plus_seconds(3_600));
    prepare(&twin, story);
    let mut guard = Guard::default();
    for record in records {
        let event = to_raw_value(&envelope(record)).unwrap();
        run(guard.handle(&twin, &event, None)).unwrap();
        drain(&mut guard, &twin);
    }
    twin
}

#[test]
fn only_the_first_switch_into_a_role_is_the_first() {
    let mut story = Story::new();
    story.switch("dora").without_mfa();
    story.later(86_400);
    story.switch("dora").without_mfa();
    let records = story.records().to_vec();
    let twin = told(&records, &story);
    let before = alerts(&twin);
    let first: Vec<_> = before
        .iter()
        .map(|alert| alert.first_seen.clone().unwrap())
        .map(|first| (first.in_role, first.from_source_ip, first.days))
        .collect();
    assert_eq!(first, [(true, Some(true), 90), (false, Some(false), 90)]);
    // Judged again, nothing is new.
    let mut guard = Guard::default();
    for batch in one_by_one(&twin, &records) {
        run(guard.handle(&twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
    }
    assert_eq!(alerts(&twin), before);
}

#[test]
fn what_was_known_at_first_stays_although_an_earlier_switch_arrives_later() {
    let mut story = Story::new();
    story.switch("dora").without_mfa();
    story.later(86_400);
    story.switch("dora").without_mfa();
    let in_order = story.records().to_vec();
    let [first, second, third, fourth] = &in_order[..] else {
        panic!("{in_order:#?}");
    };
    // The last record makes another version, when the earlier switch is known.
    let late = [third, first, second, fourth].map(Clone::clone);
    let (in_order, late) = (told(&in_order, &story), told(&late, &story));
    let versions = |twin| -> Vec<u64> { alerts(twin).iter().map(|alert| alert.version).collect() };
    assert_eq!(versions(&late), versions(&in_order));
    let first = |alert: Alert| alert.first_seen.unwrap().in_role;
    assert!(alerts(&late).into_iter().all(first));
}
