//! Measures what one IAM change costs, by the number of stored switches: messages that the guard
//! sends itself, calls to the tables, and rows read.
//!
//! The real handler runs over twins in memory, so the numbers of calls and rows are exact. Times
//! mean nothing. Run it with `cargo bench -p rolewatch-simulation`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that can't continue has failed"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use rolewatch_live::port::{TableKind, Trouble};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Gate, Twin, Weather, keep_switches, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

/// The switches of most people.
const EACH: usize = 50;

/// The switches of a person who doesn't switch often.
const FEW: usize = 10;

/// Every call succeeds and is counted.
#[derive(Default)]
struct Counting(RefCell<BTreeMap<&'static str, usize>>);

impl Weather for Counting {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if gate == Gate::Before {
            *self.0.borrow_mut().entry(what).or_default() += 1;
        }
        Ok(())
    }
}

fn envelope(record: &Value) -> Value {
    let service = record["eventSource"]
        .as_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap();
    json!({
        "version": "0",
        "id": record["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": format!("aws.{service}"),
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    })
}

/// The cost of a change.
struct Cost {
    messages: usize,
    calls: usize,
    rows_read: usize,
}

/// The guard of an account with this many stored switches.
struct Measured {
    guard: Guard,
    twin: Twin<Counting>,
    told: u64,
}

impl Measured {
    fn new(kept: usize) -> Self {
        let story = story();
        let now = story.now().plus_seconds(60);
        let twin = Twin::new(Counting::default(), now);
        twin.objects.borrow_mut().insert(
            POLICY_KEY.to_owned(),
            (story.policy_text().as_bytes().to_vec(), now),
        );
        let mut measured = Self {
            guard: Guard::default(),
            twin,
            told: 0,
        };
        for record in story.records() {
            measured.handle(&envelope(record).to_string());
            measured.drain();
        }
        // Sent last, because the work that the first events cause for everybody isn't part of any
        // result.
        let role = format!("arn:aws:iam::{PRODUCTION}:role/UpdateApp");
        for person in 0..kept.saturating_sub(FEW + 2 * EACH) / EACH {
            let user = format!("AIDAEXAMPLE{person:09}");
            keep_switches(
                &measured.twin,
                PEOPLE.parse().unwrap(),
                &user,
                &role,
                EACH,
                story.now(),
            )
            .unwrap();
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

    /// Handles the due messages that the guard sent itself. Returns how many.
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

    /// The cost of the one record that `tell` adds, with everything that the guard sends itself.
    fn cost(&mut self, tell: impl FnOnce(&mut Story)) -> Cost {
        let mut story = Story::new();
        self.told += 1;
        story.count_from(self.told * 1_000_000);
        story.later(10 * 86_400);
        tell(&mut story);
        self.twin.weather.0.take();
        self.twin.rows_read.set(0);
        let [record] = story.records() else {
            panic!("one record, not {}", story.records().len())
        };
        let body = envelope(record).to_string();
        self.handle(&body);
        let messages = self.drain();
        let calls = self.twin.weather.0.borrow();
        let calls = ["query", "latest", "keep", "replace"]
            .iter()
            .filter_map(|what| calls.get(what))
            .sum();
        Cost {
            messages,
            calls,
            rows_read: self.twin.rows_read.get(),
        }
    }

    fn rows(&self) -> usize {
        self.twin
            .rows
            .borrow()
            .iter()
            .filter(|((place, _), _)| *place == TableKind::Ledger)
            .map(|(_, rows)| rows.len())
            .sum()
    }
}

/// Three people who switch. Of tess, only the owner's half arrives, which has her ID but not her
/// name.
fn story() -> Story {
    let mut story = Story::new().without_roster();
    story.iam(-60, "admin").adds("tom", "Developers");
    for number in 0..EACH {
        story.later(7_200);
        if number < FEW {
            drop(story.switch("dave").with_mfa());
        }
        drop(story.switch("dora").with_mfa());
        drop(story.switch("tess").with_mfa().only_owner_half());
    }
    story
}

/// A change of a group's permissions, which concerns the setup and no switch.
fn puts_a_group_policy(story: &mut Story) {
    let mut other = story.clone();
    other.iam(0, "admin").adds("tess", "Developers");
    let mut record = other.records()[0].clone();
    record["eventName"] = json!("PutGroupPolicy");
    record["requestParameters"] =
        json!({"groupName": "Developers", "policyName": "More", "policyDocument": "{}"});
    story.add_record(record);
}

type Tell = fn(&mut Story);

/// The changes. Only the last one concerns everybody.
const CHANGES: [(&str, Tell); 6] = [
    ("AddUserToGroup, 10 switches of the user", |story| {
        story.iam(0, "admin").adds("dave", "Developers");
    }),
    ("AddUserToGroup, 50 switches of the user", |story| {
        story.iam(0, "admin").adds("dora", "Developers");
    }),
    ("First sight of a user, no switch of theirs", |story| {
        drop(story.switch("tom").with_mfa().only_caller_half());
    }),
    ("First sight of a user, 50 switches of theirs", |story| {
        drop(story.switch("tess").with_mfa().only_caller_half());
    }),
    (
        "PutGroupPolicy of a group that the policy names",
        puts_a_group_policy,
    ),
    ("UpdateGroup of a group that the policy names", |story| {
        story
            .iam(0, "admin")
            .renames_group("Developers", "Everybody");
    }),
];

fn main() {
    let mut before: Option<Vec<[usize; 3]>> = None;
    println!(
        "| switches kept | rows kept | change | messages | calls | rows read |\n\
         |---|---|---|---|---|---|"
    );
    for kept in [1_000, 100_000, 1_000_000] {
        let mut measured = Measured::new(kept);
        let mut own = Vec::new();
        for (at, (what, tell)) in CHANGES.into_iter().enumerate() {
            let rows = measured.rows();
            let Cost {
                messages,
                calls,
                rows_read,
            } = measured.cost(tell);
            println!("| {kept} | {rows} | {what} | {messages} | {calls} | {rows_read} |");
            if at + 1 < CHANGES.len() {
                own.push([messages, calls, rows_read]);
            }
        }
        assert!(
            before.is_none_or(|before| before == own),
            "what others did is paid for"
        );
        before = Some(own);
    }
}
