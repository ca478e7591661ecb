//! The rows in which slack-notifier notes the state of a message, as far as others need them.

use serde::Deserialize;

use crate::port::{KeyRange, Table, TableKind, Trouble};

/// The sort key of the row about a finding's own message.
pub const MESSAGE: &str = "message";

/// The partition of the rows about the messages of a finding.
pub fn message_partition(finding: &str) -> String {
    format!("slack#{finding}")
}

/// The part of such a row that is read here. slack-notifier writes more into it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct MessageRow {
    settled: u64,
}

/// The settled revision of a finding's own message; 0 if none.
///
/// # Errors
/// Returns the table's error, or an error for a row that isn't what slack-notifier writes.
pub async fn settled<A: Table>(table: &A, finding: &str) -> Result<u64, Trouble> {
    let pk = message_partition(finding);
    let span = KeyRange {
        from: MESSAGE.to_owned(),
        to: MESSAGE.to_owned(),
    };
    let rows = table.query(TableKind::Outbox, &pk, &span).await?;
    let Some(row) = rows.into_iter().find(|row| row.sk == MESSAGE) else {
        return Ok(0);
    };
    let read: MessageRow = serde_json::from_str(&row.body).map_err(|why| {
        Trouble::refused(
            format!("reading {pk} {MESSAGE}"),
            &format!("not a valid row: {why}"),
        )
    })?;
    Ok(read.settled)
}
