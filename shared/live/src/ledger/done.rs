//! How far each record was processed.

use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;

use super::keys;
use super::store::fact_row;
use crate::port::{Keep, KeepOutcome, KeyRange, Table, TableKind, Trouble};
use crate::time::FACTS_KEPT;

/// The key under which a record is noted as not delivered by EventBridge.
const MISSED: &str = "missed";

/// What the ledger knows about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKnowledge {
    /// This exact record was processed completely.
    Done,
    /// Another version of the record is stored, or processing of it has begun.
    Otherwise,
    /// Nothing is stored.
    Not,
}

/// Looks up what is known about a record. `body` is the record as
/// [`rolewatch_guard::seen::reduced`] leaves it.
///
/// # Errors
/// Returns the table's error.
pub async fn known_record<T: Table>(
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

/// Notes that a record had to be recovered. Returns `Written` only the first time, no matter which
/// files contain the record and how often they are read.
///
/// # Errors
/// Returns the table's error.
pub async fn note_missed<T: Table>(
    table: &T,
    record: &RecordKey,
    now: Moment,
) -> Result<KeepOutcome, Trouble> {
    table
        .keep(
            TableKind::Ledger,
            fact_row(
                keys::record(record),
                MISSED.to_owned(),
                "",
                now.plus_seconds(FACTS_KEPT),
            ),
            Keep::First,
        )
        .await
}

/// Notes that a record was processed completely: stored, judged and, where due, published.
///
/// # Errors
/// Returns the table's error.
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
            fact_row(keys::record(record), sk, "", now.plus_seconds(FACTS_KEPT)),
            Keep::First,
        )
        .await
}

/// Whether this exact record was processed completely.
///
/// # Errors
/// Returns the table's error.
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
