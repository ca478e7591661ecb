//! What taking a permission set costs, by the number of other people: calls to the tables, and
//! rows read.

use rolewatch_guard::policy::Policy;
use rolewatch_guard::testing::{Story, group_id, user_id};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::Twin;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::bounded::{Counting, handle, next};
use crate::same_findings::envelope;
use crate::sizes::{CALLS, Cost, keep};

fn other(number: usize) -> String {
    format!("{number:06}")
}

/// The roster of the stories, with others in Support.
fn roster(story: &Story, others: usize) -> String {
    let mut roster: Value = serde_json::from_str(&story.store_text().unwrap()).unwrap();
    for number in 0..others {
        let name = other(number);
        let user = json!({"UserId": user_id(&name), "UserName": name});
        roster["Users"].as_array_mut().unwrap().push(user);
        let member = json!({
            "MembershipId": format!("m-{name}"),
            "GroupId": group_id("Support"),
            "MemberId": {"UserId": user_id(&name)},
        });
        roster["GroupMemberships"]
            .as_array_mut()
            .unwrap()
            .push(member);
    }
    roster.to_string()
}

/// What others did: each signed in, took a permission set, and joined a group.
fn keep_others(twin: &Twin<Counting>, policy: &Policy, others: usize) {
    for number in 0..others {
        let mut story = Story::of_center();
        story.count_from(1_000_000 + 100 * u64::try_from(number).unwrap());
        story.later(i64::try_from(number % 5_000).unwrap());
        let name = other(number);
        story.signs_in(&name, "PASSWORD,TOTP");
        story.joins(0, "nora", &name, "Support");
        story.later(1);
        drop(story.takes(&name, "Admin").used_after(30));
        for record in story.records() {
            keep(twin, policy, record, story.now());
        }
    }
}

/// What each record costs of a sign-in and of a permission set that is taken and used.
fn costs(others: usize) -> Vec<(String, Cost)> {
    let mut story = Story::of_center();
    let begin = story.now();
    let twin = Twin::new(Counting::default(), begin);
    let mut guard = Guard::default();
    let mut objects = twin.objects.borrow_mut();
    let text = story.policy_text().as_bytes().to_vec();
    objects.insert(POLICY_KEY.to_owned(), (text, begin));
    let key = format!("roster/d-1234567890@{begin}.json").replace(':', "");
    objects.insert(key, (roster(&story, others).into_bytes(), begin));
    drop(objects);
    keep_others(&twin, &story.policy(), others);
    story.later(7_200);
    // The first events also cause the setup to be read.
    story.signs_in("nora", "PASSWORD,TOTP");
    drop(story.takes("nora", "Admin").used_after(30));
    let mut measured = Vec::new();
    let mut from = 0;
    let mut play = |story: &Story, measured: &mut Vec<(String, Cost)>| {
        twin.clock.set(story.now().plus_seconds(60));
        for record in &story.records()[from..] {
            measured.push((what(record), cost(&mut guard, &twin, record)));
        }
        from = story.records().len();
    };
    play(&story, &mut Vec::new());
    story.later(3_600);
    // What the first events left to do later costs those events.
    story.signs_in("nora", "PASSWORD,TOTP");
    play(&story, &mut Vec::new());
    story.later(3_600);
    story.signs_in("nell", "PASSWORD,TOTP");
    story.later(60);
    drop(story.takes("nell", "Admin").used_after(30));
    play(&story, &mut measured);
    measured
}

fn what(record: &Value) -> String {
    record["eventName"].as_str().unwrap().to_owned()
}

fn cost(guard: &mut Guard, twin: &Twin<Counting>, record: &Value) -> Cost {
    twin.weather.take();
    twin.rows_read.set(0);
    twin.rows_written.set(0);
    handle(guard, twin, &[envelope(record).to_string()]);
    while next(guard, twin) {}
    let calls = twin.weather.take();
    let [query, latest, keep, keep_all, replace] =
        CALLS.map(|call| calls.get(call).copied().unwrap_or_default());
    Cost {
        reads: query + latest,
        rows_read: twin.rows_read.get(),
        writes: keep + keep_all + replace,
        rows_written: twin.rows_written.get(),
    }
}

#[test]
fn what_a_permission_set_costs_does_not_depend_on_the_number_of_people() {
    assert_eq!(costs(10), costs(600));
}

/// Prints a table for the documentation (`make bench-switch`).
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stdout, reason = "a measurement")]
fn a_table_of_what_a_switch_costs_with_identity_center() {
    println!("| people | event | reads | rows read | writes | rows written |");
    println!("|---|---|---|---|---|---|");
    for others in [10, 1_000, 10_000] {
        for (what, cost) in costs(others) {
            println!(
                "| {others} | {what} | {} | {} | {} | {} |",
                cost.reads, cost.rows_read, cost.writes, cost.rows_written
            );
        }
    }
}
