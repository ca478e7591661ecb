//! Log files that S3 reports: records that never reached the guard are sent to it.
//!
//! The world: one switch with a use of its session, in the log files of both accounts, and a ledger
//! that may have some of the records.

mod forms;
mod missed;
mod stopped;
mod unread;

use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::Story;
use rolewatch_live::ledger::mark_done;
use rolewatch_live::port::Notice;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::Value;

use crate::trail::{deliver, prepare};

/// A story in one file, an hour later.
fn story_in_one_file() -> (Story, Twin<Calm>, Vec<String>) {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    let twin = Twin::new(Calm, story.now().plus_seconds(3_600));
    prepare(&twin, &story);
    let keys = deliver(&twin, &story);
    (story, twin, keys)
}

fn event_ids(records: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = records
        .iter()
        .map(|record| format!("{}{}", record["recipientAccountId"], record["eventID"]))
        .collect();
    ids.sort();
    ids
}

/// Stores a record as the guard does.
fn store_record(twin: &Twin<Calm>, record: &Value) {
    let text = record.to_string();
    let Ok(Reading::Seen(seen)) = read(text.as_bytes(), &|_| true) else {
        panic!("not relevant: {text}")
    };
    run(mark_done(
        twin,
        &seen.key,
        &reduced(text.as_bytes()).unwrap(),
        twin.clock.get(),
    ))
    .unwrap();
}

fn notes(twin: &Twin<Calm>) -> Vec<Value> {
    let objects = twin.objects.borrow();
    let notes = objects
        .iter()
        .filter(|(key, _)| key.starts_with("quarantine/"));
    notes
        .map(|(_, (bytes, _))| serde_json::from_slice(bytes).unwrap())
        .collect()
}

fn alerts(twin: &Twin<Calm>) -> usize {
    twin.topics
        .borrow()
        .iter()
        .filter(|notice| matches!(notice, Notice::Operations { .. }))
        .count()
}
