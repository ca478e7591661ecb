//! What still has to be delivered: a small row for each version of a finding, under the UTC day on
//! which that version was stored.
//!
//! Tables are queried by partition and never scanned, so these rows are the only way to find a
//! finding that nobody has received. A row is written before the finding's own row. Once closed it
//! is never opened again, because another version gets its own row.

use futures_util::future::try_join_all;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FINDINGS_KEPT;

/// The partition that lists the days with such rows.
const DAYS: &str = "unsent";

/// The body of a day for which nothing is left to deliver.
const DONE: &str = "done";

/// One version of one finding, delivered or still to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The finding's ID.
    pub id: String,
    /// The finding's version.
    pub version: u64,
    /// The delivery state.
    pub note: Note,
    day: String,
    seen: u64,
}

/// The content of the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When this version was first stored.
    pub since: Moment,
    /// How often it was sent again.
    #[serde(default)]
    pub tries: u32,
    /// When it was last sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Moment>,
    /// Why nothing is left to do, if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// Why nothing is left to do for a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// This version or a later one was acknowledged.
    Acknowledged,
    /// The finding is reported without an alert, or was withdrawn before anybody was told, or was
    /// never stored.
    Nothing,
}

/// A day with such rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    name: String,
    seen: u64,
    done: bool,
}

/// Notes that versions of findings have to be delivered. Repeating it changes nothing.
pub(crate) async fn note_unsent<T: Table>(
    table: &T,
    versions: impl Iterator<Item = (&str, u64)>,
    now: Moment,
) -> Result<(), Trouble> {
    let day = day_of(now);
    let body = write(&Note {
        since: now,
        tries: 0,
        last: None,
        closed: None,
    })?;
    let mut rows: Vec<Row> = versions
        .map(|(id, version)| {
            let sk = format!("{id}#{version:012}");
            unsent_row(partition(&day), sk, body.clone(), now)
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    rows.push(unsent_row(DAYS.to_owned(), day, String::new(), now));
    // Uses `replace`, not `keep`, because these rows are later changed by version.
    let written = rows.into_iter();
    try_join_all(written.map(|row| table.replace(TableKind::Outbox, row, 0)))
        .await
        .map(drop)
}

/// The days for which something may still have to be delivered, oldest first.
///
/// # Errors
/// Returns the table's error.
pub async fn unsent_days<T: Table>(table: &T) -> Result<Vec<Day>, Trouble> {
    Ok(all_days(table, &KeyRange::default())
        .await?
        .into_iter()
        .filter(|day| !day.done)
        .collect())
}

async fn all_days<T: Table>(table: &T, span: &KeyRange) -> Result<Vec<Day>, Trouble> {
    let rows = table.query(TableKind::Outbox, DAYS, span).await?;
    Ok(rows
        .into_iter()
        .map(|row| Day {
            done: row.body == DONE,
            name: row.sk,
            seen: row.version,
        })
        .collect())
}

/// Every version of every finding that was stored on one of these days, delivered or not.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn of_days<T: Table>(table: &T, days: &[Day]) -> Result<Vec<Unsent>, Trouble> {
    let whole = &KeyRange::default();
    let rows = try_join_all(days.iter().map(|day| async move {
        table
            .query(TableKind::Outbox, &partition(&day.name), whole)
            .await
    }))
    .await?;
    let mut found = Vec::new();
    for (day, row) in days
        .iter()
        .zip(rows)
        .flat_map(|(day, rows)| rows.into_iter().map(move |row| (day, row)))
    {
        found.push(read(day, &row)?);
    }
    Ok(found)
}

/// The IDs of the findings that were stored or changed at or after `since`.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn stored_since<T: Table>(table: &T, since: Moment) -> Result<Vec<String>, Trouble> {
    let days = all_days(
        table,
        &KeyRange {
            from: day_of(since),
            to: String::new(),
        },
    )
    .await?;
    let mut ids: Vec<String> = of_days(table, &days)
        .await?
        .into_iter()
        .filter(|one| one.note.since >= since)
        .map(|one| one.id)
        .collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Notes that the version is being sent again now. Returns `false` if somebody else is doing so.
pub(crate) async fn try_again<T: Table>(
    table: &T,
    unsent: &Unsent,
    now: Moment,
) -> Result<bool, Trouble> {
    let note = Note {
        tries: unsent.note.tries.saturating_add(1),
        last: Some(now),
        ..unsent.note.clone()
    };
    change(table, unsent, &note, now).await
}

/// Notes that nothing is left to do. If somebody changed the row meanwhile, the next sweep closes
/// it.
pub(crate) async fn close_unsent<T: Table>(
    table: &T,
    unsent: &Unsent,
    why: Closed,
    now: Moment,
) -> Result<bool, Trouble> {
    change(
        table,
        unsent,
        &Note {
            closed: Some(why),
            ..unsent.note.clone()
        },
        now,
    )
    .await
}

async fn change<T: Table>(
    table: &T,
    unsent: &Unsent,
    note: &Note,
    now: Moment,
) -> Result<bool, Trouble> {
    let row = unsent_row(
        partition(&unsent.day),
        format!("{}#{:012}", unsent.id, unsent.version),
        write(note)?,
        now,
    );
    table.replace(TableKind::Outbox, row, unsent.seen).await
}

/// Notes that nothing is left to deliver for a day. Call it only when no more rows can be added to
/// that day.
pub(crate) async fn finish<T: Table>(table: &T, day: &Day, now: Moment) -> Result<bool, Trouble> {
    table
        .replace(
            TableKind::Outbox,
            unsent_row(DAYS.to_owned(), day.name.clone(), DONE.to_owned(), now),
            day.seen,
        )
        .await
}

impl Unsent {
    /// Whether the row belongs to this day.
    pub(crate) fn is_of_day(&self, day: &Day) -> bool {
        self.day == day.name
    }

    /// Whether no more rows can be added to the row's day.
    pub(crate) fn day_is_over(&self, now: Moment) -> bool {
        is_over(&self.day, now)
    }
}

impl Day {
    /// Whether no more rows can be added to the day. An invocation that began on one day has ended
    /// before the day after the next.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        is_over(&self.name, now)
    }
}

fn is_over(day: &str, now: Moment) -> bool {
    *day < *day_of(now.plus_seconds(-86_400))
}

/// Days since 1970, as text that sorts in order of time.
fn day_of(time: Moment) -> String {
    format!("{:06}", time.epoch_seconds().max(0) / 86_400)
}

fn partition(day: &str) -> String {
    format!("{DAYS}#{day}")
}

fn unsent_row(pk: String, sk: String, body: String, now: Moment) -> Row {
    Row {
        pk,
        sk,
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(FINDINGS_KEPT)),
    }
}

fn write(note: &Note) -> Result<String, Trouble> {
    serde_json::to_string(note)
        .map_err(|error| Trouble::refused("recording an unsent finding", &error))
}

fn read(day: &Day, row: &Row) -> Result<Unsent, Trouble> {
    let note =
        serde_json::from_str(&row.body).map_err(|error| Trouble::unreadable_row(row, &error))?;
    let (id, version) = row.sk.rsplit_once('#').unwrap_or((&row.sk, ""));
    let version = version.parse().map_err(|_| {
        Trouble::unreadable_row(row, "its key doesn't end with the version of a finding")
    })?;
    Ok(Unsent {
        id: id.to_owned(),
        version,
        note,
        day: day.name.clone(),
        seen: row.version,
    })
}
