//! What has still to be told: a small row for each version of a finding, under the UTC day on which
//! it was stored.
//!
//! A table is asked for partitions and never searched, so these rows are how a finding is found of
//! which nobody has heard. A row is put before the finding's own, and is never put again once it is
//! closed: another version has a row of its own.

use futures_util::future::{try_join, try_join_all};
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FINDINGS_KEPT;

/// The days that have such rows.
const DAYS: &str = "unsent";

/// In place of a day's body, when there is nothing left to tell of it.
const DONE: &str = "done";

/// One version of one finding, still to be told or told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The finding.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// What is known of it.
    pub note: Note,
    day: String,
    seen: u64,
}

/// What the row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When this version was first stored.
    pub since: Moment,
    /// How often it was sent again.
    #[serde(default)]
    pub tries: u32,
    /// When it was sent again last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Moment>,
    /// Why nothing has to be done any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// Why nothing has to be done about a version any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// It, or a later one, was acknowledged.
    Acknowledged,
    /// It is reported and not alerted, or was withdrawn before anybody was told, or was never
    /// stored.
    Nothing,
}

/// A day with such rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    name: String,
    seen: u64,
    done: bool,
}

/// Notes that a version of a finding has to be told. Repeating it changes nothing.
pub(crate) async fn note<T: Table>(
    table: &T,
    id: &str,
    version: u64,
    now: Moment,
) -> Result<(), Trouble> {
    let day = day_of(now);
    let body = write(&Note {
        since: now,
        tries: 0,
        last: None,
        closed: None,
    })?;
    let pointer = row(partition(&day), format!("{id}#{version:012}"), body, now);
    // Replaced and not kept: these rows are changed later, by version.
    let of_day = table.replace(
        TableKind::Outbox,
        row(DAYS.to_owned(), day, String::new(), now),
        0,
    );
    try_join(of_day, table.replace(TableKind::Outbox, pointer, 0))
        .await
        .map(|_| ())
}

/// The days of which something may still have to be told, oldest first.
///
/// # Errors
/// The table's own.
pub async fn days<T: Table>(table: &T) -> Result<Vec<Day>, Trouble> {
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

/// Every version of every finding that was stored on one of these days, told or not.
///
/// # Errors
/// The table's own, or a row that is none of ours.
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

/// Ids of the findings that were stored, or changed, since a moment.
///
/// # Errors
/// The table's own, or a row that is none of ours.
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

/// Notes that it is sent again now. `false`: somebody else does.
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

/// Notes that nothing has to be done any more. If somebody changed the row meanwhile, it is closed
/// by whoever looks next.
pub(crate) async fn close<T: Table>(
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
    let row = row(
        partition(&unsent.day),
        format!("{}#{:012}", unsent.id, unsent.version),
        write(note)?,
        now,
    );
    table.replace(TableKind::Outbox, row, unsent.seen).await
}

/// Notes that nothing is left to tell of a day. Only once no row can be added to it any more.
pub(crate) async fn finish<T: Table>(table: &T, day: &Day, now: Moment) -> Result<bool, Trouble> {
    table
        .replace(
            TableKind::Outbox,
            row(DAYS.to_owned(), day.name.clone(), DONE.to_owned(), now),
            day.seen,
        )
        .await
}

impl Unsent {
    /// Whether it is of this day.
    pub(crate) fn is_of(&self, day: &Day) -> bool {
        self.day == day.name
    }

    /// Whether no row can be added to its day any more.
    pub(crate) fn day_is_over(&self, now: Moment) -> bool {
        is_over(&self.day, now)
    }
}

impl Day {
    /// Whether no row can be added to it any more: no invocation lasts from one day to the next but
    /// one.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        is_over(&self.name, now)
    }
}

fn is_over(day: &str, now: Moment) -> bool {
    *day < *day_of(now.plus_seconds(-86_400))
}

/// Days since 1970, as text that sorts as they do.
fn day_of(time: Moment) -> String {
    format!("{:06}", time.epoch_seconds().max(0) / 86_400)
}

fn partition(day: &str) -> String {
    format!("{DAYS}#{day}")
}

fn row(pk: String, sk: String, body: String, now: Moment) -> Row {
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
        .map_err(|error| Trouble::refused("recording what is unsent", &error))
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
