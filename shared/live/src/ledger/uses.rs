//! How often a session was used, counted so that no event counts twice.
//!
//! Every use is kept as a row in one of 4,096 slots, chosen by a hash of the event's ID. A copy of
//! the event falls into the same slot, in any order of arrival, and the number of rows per session
//! stays small. The number of occupied slots is therefore a *lower bound* for the number of events:
//! of a hundred events, one or two share a slot with another; of many thousands, most do.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::SeenRecord;
use rolewatch_guard::untrusted::harmless;
use serde::{Deserialize, Serialize};

use super::keys::{self, Kind, SessionAt, shard_of};
use crate::port::{KeyRange, Table, TableKind, Trouble};

/// The uses of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The first use.
    pub first: Moment,
    /// The last use.
    pub last: Moment,
    /// Lower bound for the number of read calls, in the console and by API.
    pub reads: [u64; 2],
    /// Lower bound for the number of other calls, in the console and by API.
    pub writes: [u64; 2],
    /// Lower bound for the number of calls that failed.
    pub errors: u64,
    /// Lower bounds for the number of calls, by whether they write and by name.
    pub by_name: BTreeMap<(bool, String), u64>,
}

/// The content of a row that counts a use. Rows of older versions are empty.
#[derive(Debug, Default, Serialize, Deserialize)]
struct UseRow {
    /// `eventName`.
    name: String,
    /// Whether the call failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
}

/// Partition, sort key and content of the row that counts a record's use. `None`: the record doesn't
/// show which session was used.
pub(super) fn use_row(seen: &SeenRecord) -> Option<(String, String, String)> {
    let used = seen.used.as_ref()?;
    // A correction counts as the event that it corrects.
    let event = seen
        .correction
        .as_ref()
        .and_then(|correction| correction.original.as_ref())
        .unwrap_or(&seen.key);
    let what = if used.read_only { 'r' } else { 'w' };
    let by = if used.by_console { 'c' } else { 'a' };
    let called = UseRow {
        name: harmless(&seen.name),
        failed: used.failed,
    };
    Some((
        keys::uses(&used.session, used.created?),
        format!("{what}{by}#{}", shard_of(&keys::record_part(event))),
        serde_json::to_string(&called).unwrap_or_default(),
    ))
}

/// The known uses of a session. `None`: no use is known.
///
/// # Errors
/// Returns the table's error.
pub async fn read_uses<T: Table>(table: &T, at: &SessionAt) -> Result<Option<Counted>, Trouble> {
    let folded = table
        .query(
            TableKind::Ledger,
            &keys::session(&at.session),
            &keys::around(at.time, 0, 0),
        )
        .await?;
    let seconds = folded
        .iter()
        .filter(|row| Kind::Use.is_kind_of(&row.sk))
        .filter_map(|row| row.rank.split('#').next()?.parse::<i64>().ok());
    let seconds: BTreeSet<i64> = seconds.collect();
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else {
        return Ok(None);
    };
    let slots = table
        .query(
            TableKind::Ledger,
            &keys::uses(&at.session, at.time),
            &KeyRange::default(),
        )
        .await?;
    let count = |begin: &str| {
        slots
            .iter()
            .filter(|row| row.sk.starts_with(begin))
            .map(|_| 1)
            .sum()
    };
    let mut errors = 0;
    let mut by_name: BTreeMap<(bool, String), u64> = BTreeMap::new();
    for row in &slots {
        let Ok(called) = serde_json::from_str::<UseRow>(&row.body) else {
            continue;
        };
        errors += u64::from(called.failed);
        let write = row.sk.starts_with('w');
        *by_name.entry((write, called.name)).or_default() += 1;
    }
    Ok(Some(Counted {
        first: Moment::from_epoch_seconds(*first),
        last: Moment::from_epoch_seconds(*last),
        reads: [count("rc#"), count("ra#")],
        writes: [count("wc#"), count("wa#")],
        errors,
        by_name,
    }))
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::policy::Policy;
    use rolewatch_guard::seen::{Reading, read, reduced};
    use serde_json::{Value, json};

    use super::*;
    use crate::ledger::store::{self, store_record as put_in};
    use crate::testing::{Calm, Twin, run};

    const POLICY: &[u8] = b"\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
roles:
  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}
";

    const SESSION: &str = "AROAUPDATEAPPEXAMPLE:dora";

    fn entered() -> Moment {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    fn use_record(number: u64, read_only: bool, console: bool) -> Value {
        let mut record = json!({
            "eventVersion": "1.08",
            "userIdentity": {
                "type": "AssumedRole", "principalId": SESSION, "arn": "arn:aws:sts::444455556666:assumed-role/UpdateApp/dora",
                "accountId": "444455556666", "accessKeyId": "ASIADORAEXAMPLE",
                "sessionContext": {"attributes": {"creationDate": entered(), "mfaAuthenticated": "false"}},
            },
            "eventTime": entered().plus_seconds(60 + i64::try_from(number).unwrap()),
            "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeInstances",
            "awsRegion": "us-east-1",
            "eventID": format!("00000000-0000-4000-8000-{number:012x}"),
            "readOnly": read_only,
            "recipientAccountId": "444455556666",
        });
        if console {
            record["sessionCredentialFromConsole"] = json!("true");
        }
        record
    }

    fn put(twin: &Twin<Calm>, record: &Value) {
        let policy = Policy::read(POLICY, "policy").unwrap();
        let text = record.to_string();
        let Reading::Seen(seen) = read(text.as_bytes(), &store::elevated(&policy)).unwrap() else {
            panic!("{record}")
        };
        let body = reduced(text.as_bytes()).unwrap();
        run(put_in(twin, &policy, *seen, body, true, twin.clock.get())).unwrap();
    }

    fn counted(records: &[Value]) -> (Option<Counted>, usize) {
        let twin = Twin::new(Calm, entered().plus_seconds(3_600));
        for record in records {
            put(&twin, record);
        }
        let rows = twin
            .rows
            .borrow()
            .iter()
            .filter(|((_, pk), _)| pk.starts_with("uses#"))
            .map(|(_, rows)| rows.len())
            .sum();
        (
            run(read_uses(
                &twin,
                &SessionAt {
                    session: SESSION.to_owned(),
                    time: entered(),
                },
            ))
            .unwrap(),
            rows,
        )
    }

    fn some_uses() -> Vec<Value> {
        let reads = (0..8).map(|number| use_record(number, true, false));
        reads
            .chain((8..11).map(|number| use_record(number, false, true)))
            .chain([use_record(11, false, false), use_record(12, true, true)])
            .collect()
    }

    #[test]
    fn reads_and_writes_are_counted_apart_and_so_are_console_and_api() {
        let (counted, _) = counted(&some_uses());
        let wanted = Counted {
            first: entered().plus_seconds(60),
            last: entered().plus_seconds(72),
            reads: [1, 8],
            writes: [3, 1],
            errors: 0,
            by_name: BTreeMap::from([
                ((false, "DescribeInstances".to_owned()), 9),
                ((true, "DescribeInstances".to_owned()), 4),
            ]),
        };
        assert_eq!(counted, Some(wanted));
    }

    #[test]
    fn copies_and_corrections_count_once_in_whatever_order_they_come() {
        let mut records = some_uses();
        let once = counted(&records);
        records.extend(some_uses());
        let mut corrected = use_record(3, true, false);
        corrected["addendum"] =
            json!({"reason": "UPDATED_DATA", "originalEventID": corrected["eventID"]});
        corrected["eventID"] = json!("00000000-0000-4000-8000-00000000ffff");
        records.push(corrected);
        assert_eq!(counted(&records), once);
        records.reverse();
        assert_eq!(counted(&records), once);
        records.rotate_left(7);
        assert_eq!(counted(&records), once);
    }

    #[test]
    fn rows_stay_few_and_the_count_a_least() {
        let many: Vec<Value> = (0..9_000)
            .map(|number| use_record(number, true, false))
            .collect();
        let (hundred, rows) = counted(&many[..100]);
        let reads = hundred.unwrap().reads[1];
        assert!((90..=100).contains(&reads) && rows <= 100, "{reads}");
        let (all, rows) = counted(&many);
        assert!(rows <= 4_096 && all.unwrap().reads[1] <= 4_096, "{rows}");
    }

    #[test]
    fn a_session_that_was_not_used_has_no_count() {
        assert_eq!(counted(&[]).0, None);
    }
}
