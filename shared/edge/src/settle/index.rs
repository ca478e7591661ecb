//! Which switches a person made, found again by person and role, by account, by day.

use futures_util::future::try_join_all;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;

use super::judged::Entered;
use crate::ledger::SessionAt;
use crate::ledger::keys::{self, record_part, second};
use crate::port::{Keep, Place, Row, Span, Table, Trouble};

/// How long the index is kept, in seconds.
const KEPT: i64 = 90 * 86_400;

fn row<B: serde::Serialize>(pk: String, sk: String, body: &B, now: Moment) -> Result<Row, Trouble> {
    let body = serde_json::to_string(body).map_err(|error| Trouble::Refused { what: "indexing".to_owned(), why: error.to_string() })?;
    Ok(Row { pk, sk, body, rank: String::new(), version: 0, expires: Some(now.plus_seconds(KEPT)) })
}

/// Notes a switch under its person, account and day.
pub(super) async fn note<T: Table>(table: &T, entered: &Entered, now: Moment) -> Result<(), Trouble> {
    let at = &entered.at;
    let session = keys::hash(&at.session);
    let mut rows = vec![row(keys::day(at.time), format!("{}#{session}", second(at.time)), at, now)?];
    for account in [entered.account, entered.caller_account].into_iter().flatten() {
        rows.push(row(keys::people(account), format!("{}#{session}", second(at.time)), at, now)?);
    }
    try_join_all(rows.into_iter().map(|row| table.keep(Place::Ledger, row, Keep::First))).await?;
    // Last: whoever finds this one need not look for the others.
    let row = row(keys::held(&entered.person, &entered.role), format!("s#{}#{session}", second(at.time)), at, now)?;
    table.keep(Place::Ledger, row, Keep::First).await.map(|_| ())
}

/// Notes a refused attempt under its person and role.
pub(super) async fn note_refusal<T: Table>(
    table: &T,
    person: &[String; 2],
    role: &str,
    record: &RecordKey,
    time: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let body = (record.account.to_string(), record.event.to_string(), time);
    let row = row(keys::held(person, role), format!("d#{}#{}", second(time), record_part(record)), &body, now)?;
    table.keep(Place::Ledger, row, Keep::First).await.map(|_| ())
}

/// The switches of a person in a role, by second.
pub(super) async fn held<T: Table>(table: &T, person: &[String; 2], role: &str) -> Result<Vec<SessionAt>, Trouble> {
    let span = Span { from: "s#".into(), to: "s#".into() };
    sessions(table, &keys::held(person, role), &span).await
}

/// The refused attempts of a person at a role, by second.
pub(super) async fn refused<T: Table>(table: &T, person: &[String; 2], role: &str) -> Result<Vec<(Moment, RecordKey)>, Trouble> {
    let span = Span { from: "d#".into(), to: "d#".into() };
    let rows = table.query(Place::Ledger, &keys::held(person, role), &span).await?;
    let read = |row: Row| -> Option<(Moment, RecordKey)> {
        let (account, event, time): (String, String, Moment) = serde_json::from_str(&row.body).ok()?;
        Some((time, RecordKey { account: account.parse().ok()?, event: event.parse().ok()? }))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The switches of everybody in an account.
pub(super) async fn people<T: Table>(table: &T, account: AccountId) -> Result<Vec<SessionAt>, Trouble> {
    sessions(table, &keys::people(account), &Span::default()).await
}

/// The switches of some days.
pub(super) async fn days<T: Table>(table: &T, since: Moment, now: Moment) -> Result<Vec<SessionAt>, Trouble> {
    let mut found = Vec::new();
    let mut day = since;
    while day.epoch_seconds().div_euclid(86_400) <= now.epoch_seconds().div_euclid(86_400) {
        found.extend(sessions(table, &keys::day(day), &Span::default()).await?);
        day = day.plus_seconds(86_400);
    }
    Ok(found)
}

async fn sessions<T: Table>(table: &T, pk: &str, span: &Span) -> Result<Vec<SessionAt>, Trouble> {
    let rows = table.query(Place::Ledger, pk, span).await?;
    Ok(rows.iter().filter_map(|row| serde_json::from_str(&row.body).ok()).collect())
}
