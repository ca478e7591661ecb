//! How far the records were dealt with.

use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;

use super::keys;
use super::store::row;
use crate::port::{Keep, KeepOutcome, KeyRange, Table, TableKind, Trouble};
use crate::time::FACTS_KEPT;

/// Under this key it is noted that a record did not arrive by itself.
const MISSED: &str = "missed";

/// What the ledger knows of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKnowledge {
    /// This very record was seen through.
    Done,
    /// The record is there in other words, or it was begun with.
    Otherwise,
    /// Nothing.
    Not,
}

/// What is known of a record, `body` being the record as [`rolewatch_guard::seen::reduced`] leaves
/// it.
///
/// # Errors
/// The table's own.
pub async fn known<T: Table>(
    table: &T,
    record: &RecordKey,
    body: &str,
) -> Result<RecordKnowledge, Trouble> {
    let rows = table
        .query(
            TableKind::Ledger,
            &keys::record(record),
            &KeyRange::default(),
        )
        .await?;
    let done = format!("done#{}", keys::hash(body));
    let mut rows = rows
        .iter()
        .map(|row| &*row.sk)
        .filter(|sk| *sk != MISSED)
        .peekable();
    Ok(if rows.peek().is_none() {
        RecordKnowledge::Not
    } else if rows.any(|sk| sk == done) {
        RecordKnowledge::Done
    } else {
        RecordKnowledge::Otherwise
    })
}

/// Notes that a record had to be recovered. `Written`: for the first time, whichever file it is in
/// and however often that is read.
///
/// # Errors
/// The table's own.
pub async fn note_missed<T: Table>(
    table: &T,
    record: &RecordKey,
    now: Moment,
) -> Result<KeepOutcome, Trouble> {
    table
        .keep(
            TableKind::Ledger,
            row(
                keys::record(record),
                MISSED.to_owned(),
                "",
                now.plus_seconds(FACTS_KEPT),
            ),
            Keep::First,
        )
        .await
}

/// Notes that a record was seen through: stored, judged and, where due, told.
///
/// # Errors
/// The table's own.
pub async fn mark_done<T: Table>(
    table: &T,
    record: &RecordKey,
    body: &str,
    now: Moment,
) -> Result<KeepOutcome, Trouble> {
    let sk = format!("done#{}", keys::hash(body));
    table
        .keep(
            TableKind::Ledger,
            row(keys::record(record), sk, "", now.plus_seconds(FACTS_KEPT)),
            Keep::First,
        )
        .await
}

/// Whether this very record was seen through.
///
/// # Errors
/// The table's own.
pub async fn is_done<T: Table>(table: &T, record: &RecordKey, body: &str) -> Result<bool, Trouble> {
    let sk = format!("done#{}", keys::hash(body));
    let rows = table
        .query(
            TableKind::Ledger,
            &keys::record(record),
            &KeyRange {
                from: sk.clone(),
                to: sk,
            },
        )
        .await?;
    Ok(!rows.is_empty())
}
