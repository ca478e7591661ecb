//! What one IAM change costs, by how many switches are kept: messages to the guard itself, calls to
//! the tables, rows read.
//!
//! The real handler runs over the twins in memory, so calls and rows are exact, and times mean
//! nothing. `cargo bench -p rolewatch-simulation`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot go on has failed"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use rolewatch_edge::port::{Place, Trouble};
use rolewatch_edge::rulebook::POLICY_KEY;
use rolewatch_edge::testing::{Gate, Twin, Weather, keep_switches, run};
use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

/// Switches of each person.
const EACH: usize = 50;

/// Everything works, and is counted.
#[derive(Default)]
struct Counting(RefCell<BTreeMap<&'static str, usize>>);

impl Weather for Counting {
    fn at(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if gate == Gate::Before {
            *self.0.borrow_mut().entry(what).or_default() += 1;
        }
        Ok(())
    }
}

fn envelope(record: &Value) -> Value {
    json!({
        "version": "0", "id": record["eventID"], "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
        "account": record["recipientAccountId"], "time": record["eventTime"], "region": record["awsRegion"], "resources": [], "detail": record,
    })
}

/// The guard over an account with so many switches kept.
struct Measured {
    guard: Guard,
    twin: Twin<Counting>,
}

impl Measured {
    fn new(story: &Story, kept: usize) -> Self {
        let now = story.now().plus_seconds(60);
        let twin = Twin::new(Counting::default(), now);
        twin.objects.borrow_mut().insert(
            POLICY_KEY.to_owned(),
            (story.policy_text().as_bytes().to_vec(), now),
        );
        let role = format!("arn:aws:iam::{PRODUCTION}:role/UpdateApp");
        for person in 0..kept.saturating_sub(EACH) / EACH {
            let user = format!("AIDAEXAMPLE{person:09}");
            keep_switches(
                &twin,
                PEOPLE.parse().unwrap(),
                &user,
                &role,
                EACH,
                story.now(),
            )
            .unwrap();
        }
        let mut measured = Self {
            guard: Guard::default(),
            twin,
        };
        for record in story.records() {
            measured.handle(&envelope(record).to_string());
            measured.drain();
        }
        measured
    }

    fn handle(&mut self, body: &str) {
        let message =
            json!({"messageId": "1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}});
        let batch = to_raw_value(&json!({ "Records": [message] })).unwrap();
        let (response, _) = run(self.guard.handle(&self.twin, &batch, None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
    }

    /// Handles what the guard sent itself and is due. How many messages.
    fn drain(&mut self) -> usize {
        let now = self.twin.clock.get();
        let mut messages = 0;
        loop {
            let due = self
                .twin
                .queue
                .borrow()
                .iter()
                .position(|(visible, _)| *visible <= now);
            let Some(at) = due else { return messages };
            let (_, body) = self.twin.queue.borrow_mut().remove(at);
            self.handle(&body);
            messages += 1;
        }
    }

    /// Messages, calls to the tables and rows read for one change.
    fn change(&mut self, tell: impl FnOnce(&mut Story)) -> [usize; 3] {
        let mut story = Story::new();
        story.count_from(1_000_000);
        story.later(10 * 86_400);
        tell(&mut story);
        self.twin.weather.0.take();
        self.twin.rows_read.set(0);
        let body = envelope(&story.records()[0]).to_string();
        self.handle(&body);
        let messages = self.drain();
        let calls = self.twin.weather.0.borrow();
        let calls = ["query", "latest", "keep", "replace"]
            .iter()
            .filter_map(|what| calls.get(what))
            .sum();
        [messages, calls, self.twin.rows_read.get()]
    }

    fn rows(&self) -> usize {
        self.twin
            .rows
            .borrow()
            .iter()
            .filter(|((place, _), _)| *place == Place::Ledger)
            .map(|(_, rows)| rows.len())
            .sum()
    }
}

/// Somebody with so many switches.
fn story(switches: usize) -> Story {
    let mut story = Story::new().without_roster();
    story.iam(-60, "admin").adds("tom", "Developers");
    for _ in 0..switches {
        story.later(7_200);
        drop(story.switch("dora").with_mfa());
    }
    story
}

fn main() {
    println!(
        "| switches kept | rows kept | change | messages | calls | rows read |\n|---|---|---|---|---|---|"
    );
    for kept in [1_000, 100_000, 1_000_000] {
        for own in [10, EACH] {
            let mut measured = Measured::new(&story(own), kept);
            let rows = measured.rows();
            let [messages, calls, read] =
                measured.change(|story| story.iam(0, "admin").adds("dora", "Developers"));
            println!(
                "| {kept} | {rows} | AddUserToGroup, {own} switches of the user | {messages} | {calls} | {read} |"
            );
        }
    }
    for kept in [1_000, 100_000] {
        let mut measured = Measured::new(&story(EACH), kept);
        let rows = measured.rows();
        let [messages, calls, read] = measured.change(|story| {
            story
                .iam(0, "admin")
                .renames_group("Developers", "Everybody");
        });
        println!(
            "| {kept} | {rows} | UpdateGroup, of the group that the policy names | {messages} | {calls} | {read} |"
        );
    }
}
