//! Which log files of the trail were read, and until when the trail was swept.

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;

use super::keys::{hash, second};
use crate::port::{Keep, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FILES_KEPT;

/// The longest sort key, in bytes, with a safety margin.
const LONGEST: usize = 900;

fn folder_of(bucket: &str, folder: &str) -> String {
    format!("logs#{}", hash(&format!("{bucket}\n{folder}")))
}

fn trail_of(bucket: &str, prefix: &str) -> String {
    format!("swept#{}", hash(&format!("{bucket}\n{prefix}")))
}

/// The last part of a key, in a form that sorts like the original. A name that can't be part of a
/// row's key is replaced with its hash.
fn name_part(name: &str) -> String {
    if (1..=LONGEST).contains(&name.len()) {
        name.to_owned()
    } else {
        format!("sha256:{}", hash(name))
    }
}

fn note_row(pk: String, sk: String, rank: String, now: Moment) -> Row {
    Row {
        pk,
        sk,
        body: String::new(),
        rank,
        version: 0,
        expires: Some(now.plus_seconds(FILES_KEPT)),
    }
}

/// Notes that a log file was processed completely. `folder` ends in `/`, and `name` is the rest of
/// the key.
///
/// # Errors
/// Returns the table's error.
pub async fn mark_file<T: Table>(
    table: &T,
    bucket: &str,
    folder: &str,
    name: &str,
    now: Moment,
) -> Result<(), Trouble> {
    let row = note_row(
        folder_of(bucket, folder),
        name_part(name),
        String::new(),
        now,
    );
    table
        .keep(TableKind::Ledger, row, Keep::First)
        .await
        .map(|_| ())
}

/// Returns those of the names in a folder that were processed completely.
///
/// # Errors
/// Returns the table's error.
pub async fn read_files<T: Table>(
    table: &T,
    bucket: &str,
    folder: &str,
    names: &[&str],
) -> Result<BTreeSet<String>, Trouble> {
    let (Some(first), Some(last)) = (names.iter().min(), names.iter().max()) else {
        return Ok(BTreeSet::new());
    };
    // A hash doesn't sort like the name, so the whole partition has to be read.
    let plain = names.iter().all(|name| name_part(name) == *name);
    let span = if plain {
        KeyRange {
            from: (*first).to_owned(),
            to: (*last).to_owned(),
        }
    } else {
        KeyRange::default()
    };
    let rows = table
        .query(TableKind::Ledger, &folder_of(bucket, folder), &span)
        .await?;
    let done: BTreeSet<String> = rows.into_iter().map(|row| row.sk).collect();
    Ok(names
        .iter()
        .filter(|name| done.contains(&name_part(name)))
        .map(|name| (*name).to_owned())
        .collect())
}

/// Returns the time until which the trail was swept without a gap.
///
/// # Errors
/// Returns the table's error.
pub async fn swept_until<T: Table>(
    table: &T,
    bucket: &str,
    prefix: &str,
) -> Result<Option<Moment>, Trouble> {
    let rows = table
        .query(
            TableKind::Ledger,
            &trail_of(bucket, prefix),
            &KeyRange::default(),
        )
        .await?;
    let seconds = rows.first().and_then(|row| row.rank.parse().ok());
    Ok(seconds.map(Moment::from_epoch_seconds))
}

/// Notes the time until which the trail was swept. An earlier time changes nothing.
///
/// # Errors
/// Returns the table's error.
pub async fn mark_sweep<T: Table>(
    table: &T,
    bucket: &str,
    prefix: &str,
    at: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let row = note_row(
        trail_of(bucket, prefix),
        "until".to_owned(),
        second(at),
        now,
    );
    table
        .keep(TableKind::Ledger, row, Keep::Greatest)
        .await
        .map(|_| ())
}
