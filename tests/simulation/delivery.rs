//! Decides which events EventBridge delivers, and when. Delivery is best effort, so some never
//! arrive. The seed decides what recovers those.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rolewatch_guard::moment::Moment;
use rolewatch_live::testing::{Twin, unnamed};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::invocation::BUCKET;
use crate::same_findings::envelope;
use crate::storm::{Dice, Storm};

/// What recovers events that never arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Nothing. All events arrive.
    Needless,
    /// Only the event history. Events that rolewatch doesn't look up all arrive.
    Lookup,
    /// The log files of the trail. The event history of one account may be closed.
    Trail,
    /// Whichever comes first.
    Both,
}

impl Recovery {
    pub(crate) fn of(seed: u64) -> Self {
        match seed % 8 {
            0 => Self::Needless,
            1..=4 => Self::Lookup,
            5 => Self::Trail,
            _ => Self::Both,
        }
    }

    /// Whether there is an S3 trail.
    pub(crate) fn has_trail(self) -> bool {
        matches!(self, Self::Trail | Self::Both)
    }
}

/// Sends the records. Returns how many never arrive. Without `whose`, no record names the account
/// that received it.
pub(crate) fn deliver(
    cloud: &mut Cloud<'_>,
    records: &[&Value],
    (recovery, whose): (Recovery, bool),
    twin: &Twin<Storm>,
    start: Moment,
) -> u64 {
    let dice = &twin.weather.dice;
    let found: Vec<bool> = match recovery {
        Recovery::Needless => vec![false; records.len()],
        Recovery::Lookup => found_by_lookup(records, dice),
        Recovery::Trail | Recovery::Both => vec![true; records.len()],
    };
    let mut withheld = 0;
    for (record, found) in records.iter().zip(found) {
        let happened = time(record).max(start);
        let after = |most: usize| happened.plus_seconds(i64::try_from(dice.below(most)).unwrap());
        if recovery.has_trail() {
            // A log file is written after minutes. S3 reports it at least once, perhaps hours
            // later.
            let created = created(&log_file(twin, record, whose));
            for _ in 0..=usize::from(dice.permille(150)) {
                cloud.file(
                    created.clone(),
                    after(if dice.permille(100) { 40_000 } else { 900 }),
                );
            }
        }
        if found && dice.permille(600) {
            withheld += 1;
            continue;
        }
        let mut event = envelope(record);
        if !whose {
            event["detail"] = unnamed(record);
        }
        let event = event.to_string();
        for _ in 0..=usize::from(dice.permille(150)) {
            // Some events arrive immediately, some half an hour late.
            cloud.event(
                event.clone(),
                after(if dice.permille(200) { 1_800 } else { 60 }),
            );
        }
    }
    withheld
}

/// Puts a record into a log file of its own. Returns the key.
fn log_file(twin: &Twin<Storm>, record: &Value, whose: bool) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = if whose {
        record.clone()
    } else {
        unnamed(record)
    };
    encoder
        .write_all(json!({ "Records": [written] }).to_string().as_bytes())
        .unwrap();
    let (account, region) = (
        record["recipientAccountId"].as_str().unwrap(),
        record["awsRegion"].as_str().unwrap_or("us-east-1"),
    );
    let day = time(record).to_string()[..10].replace('-', "/");
    let mut logs = twin.logs.borrow_mut();
    let key = format!(
        "AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_EXAMPLE{}.json.gz",
        logs.len()
    );
    logs.insert((BUCKET.to_owned(), key.clone()), encoder.finish().unwrap());
    key
}

/// The event that S3 sends when an object is written.
fn created(key: &str) -> String {
    let detail = json!({"bucket": {"name": BUCKET}, "object": {"key": key}});
    json!({"source": "aws.s3", "detail-type": "Object Created", "detail": detail}).to_string()
}

pub(crate) fn time(record: &Value) -> Moment {
    record["eventTime"].as_str().unwrap().parse().unwrap()
}

fn issued(record: &Value) -> Option<&str> {
    record
        .pointer("/responseElements/credentials/accessKeyId")
        .and_then(Value::as_str)
}

/// Whether the half that arrives names the account of the missing one. A spoiled half may not, and
/// then nobody knows where to look.
fn says_where(there: &Value, missing: &Value) -> bool {
    let Some(account) = missing["recipientAccountId"].as_str() else {
        return false;
    };
    let role = there.pointer("/requestParameters/roleArn");
    let of_role = role
        .and_then(Value::as_str)
        .is_some_and(|arn| arn.split(':').nth(4) == Some(account));
    of_role || there["userIdentity"]["accountId"] == account
}

/// The number of records that have, or correct, each event id.
fn copies<'r>(records: &[&'r Value]) -> BTreeMap<&'r str, usize> {
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        for id in [&record["eventID"], &record["addendum"]["originalEventID"]] {
            *copies.entry(id.as_str().unwrap_or_default()).or_default() += 1;
        }
    }
    copies
}

/// The records that rolewatch looks up in the event history: one half of an elevated switch whose
/// other half arrives, and what the session did before it expired. If records contradict each
/// other, nobody can say which of them finds the rest, so they all arrive.
fn found_by_lookup(records: &[&Value], dice: &Dice) -> Vec<bool> {
    let copies = copies(records);
    let alone = |record: &Value| {
        record["addendum"].is_null() && copies[record["eventID"].as_str().unwrap()] == 1
    };
    let mut halves: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut spoilt: Vec<&str> = Vec::new();
    for (at, record) in records
        .iter()
        .enumerate()
        .filter(|(_, record)| record["eventName"] == "AssumeRole")
    {
        let role = record
            .pointer("/requestParameters/roleArn")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(issued) = issued(record) else {
            continue;
        };
        if !alone(record) {
            spoilt.push(issued);
            spoilt.extend(
                records
                    .iter()
                    .filter(|other| other["sharedEventID"] == record["sharedEventID"])
                    .filter_map(|other| self::issued(other)),
            );
        } else if role.starts_with("arn:aws:iam::444455556666:role/")
            && !role.ends_with("/ReadOnly")
        {
            halves.entry(issued).or_default().push(at);
        }
    }
    let mut found = vec![false; records.len()];
    for (issued, halves) in halves.iter().filter(|(issued, _)| !spoilt.contains(issued)) {
        if let [one, other] = halves[..] {
            let (missing, there) = if dice.permille(500) {
                (one, other)
            } else {
                (other, one)
            };
            found[missing] = says_where(records[there], records[missing]);
        }
        let mint = records[halves[0]];
        let lasts = mint["requestParameters"]["durationSeconds"]
            .as_i64()
            .unwrap_or(900);
        let ends = time(mint).plus_seconds(lasts);
        for (at, used) in records.iter().enumerate() {
            let own = used["userIdentity"]["accessKeyId"].as_str() == Some(issued);
            if own && alone(used) && time(used) <= ends && used["eventName"] == "DescribeInstances"
            {
                found[at] = true;
            }
        }
    }
    found
}
