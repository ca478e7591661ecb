//! Keeps unreadable input for people to look at, so that it doesn't block the queue.

use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::RecordProblem;

use crate::ledger::keys::hash;
use crate::operations::notify_once;
use crate::port::{Bucket, Table, Topic, Trouble};

/// The prefix of all quarantine keys.
pub const PREFIX: &str = "quarantine/";

/// Stores a message in the bucket under its hash. Publishes a notice once an hour, however many
/// messages there are.
///
/// # Errors
/// Returns the first error of a port. The message then has to be stored again.
pub async fn put<O: Bucket + Table + Topic>(
    outside: &O,
    body: &str,
    why: &str,
    now: Moment,
) -> Result<(), Trouble> {
    let time = now.to_string();
    let day = time.get(..10).unwrap_or_default();
    let key = format!("{PREFIX}{day}/{}.json", hash(body));
    outside.put(&key, body.as_bytes().to_vec()).await?;
    tracing::warn!(key, why, "can't read a message; it is in quarantine");
    let hour = time.get(..13).unwrap_or_default();
    let text = format!(
        "rolewatch can't read a message and put it in quarantine as `{key}`: {why}.\n\nIts content is not judged. Any other messages of this \
         hour are in the same folder, and the metric Quarantined counts them. For what to do, see QuarantineAlarm in docs/operations.md."
    );
    notify_once(
        outside,
        &format!("quarantine {hour}"),
        "rolewatch: events in quarantine",
        text,
        now,
    )
    .await
}

/// Stores a copy of a message whose record was judged without some of its details. Publishes a
/// notice once an hour, however many messages there are.
///
/// The copy is stored under the record's own name, so there is one copy per record however often it
/// arrives in a day.
///
/// # Errors
/// Returns the first error of a port. The message then has to be stored again.
pub async fn put_partly<O: Bucket + Table + Topic>(
    outside: &O,
    body: &str,
    record: &RecordKey,
    unread: &[RecordProblem],
    now: Moment,
) -> Result<(), Trouble> {
    let time = now.to_string();
    let day = time.get(..10).unwrap_or_default();
    let key = format!(
        "{PREFIX}{day}/details-{}.json",
        hash(&format!("{}~{}", record.account, record.event))
    );
    outside.put(&key, body.as_bytes().to_vec()).await?;
    let why = unread
        .iter()
        .map(RecordProblem::to_string)
        .collect::<Vec<_>>()
        .join("; ");
    tracing::warn!(
        key,
        why,
        "can't read some details of a record; the rest of it is judged"
    );
    let hour = time.get(..13).unwrap_or_default();
    let text = format!(
        "rolewatch can't read all of a record: {why}.\n\nThe record is judged without these details, and what depends on them is unproven. A copy is in \
         `{key}`. Copies of other such records of this hour are in the same folder, and the metric PartlyUnread counts them. For what to do, \
         see Quarantine in docs/operations.md."
    );
    notify_once(
        outside,
        &format!("unread details {hour}"),
        "rolewatch: records that can't be read in full",
        text,
        now,
    )
    .await
}

/// Stores a note about the unreadable parts of a log file. The file itself stays where it is.
/// Publishes a notice once an hour, however many files there are.
///
/// # Errors
/// Returns the first error of a port. The note then has to be stored again.
pub async fn note_unread_file<O: Bucket + Table + Topic>(
    outside: &O,
    file: &str,
    faults: &[String],
    now: Moment,
) -> Result<(), Trouble> {
    let time = now.to_string();
    let day = time.get(..10).unwrap_or_default();
    let key = format!("{PREFIX}{day}/log-{}.json", hash(file));
    let body = serde_json::json!({ "file": file, "unread": faults });
    outside.put(&key, body.to_string().into_bytes()).await?;
    let first = faults.first().map_or("unreadable", String::as_str);
    tracing::warn!(key, why = first, "can't read a log file, or part of it");
    let hour = time.get(..13).unwrap_or_default();
    let text = format!(
        "rolewatch can't read a log file of the trail, or part of it: {first}.\n\nThe rest of the file was recovered. `{key}` lists everything that \
         wasn't. Notes on other log files of this hour are in the same folder, and the metrics LogFilesUnread, RecordsUnread and Quarantined \
         count them. For what to do, see \"Log files that cannot be read\" in docs/operations.md."
    );
    notify_once(
        outside,
        &format!("unread logs {hour}"),
        "rolewatch: log files that can't be read",
        text,
        now,
    )
    .await
}
