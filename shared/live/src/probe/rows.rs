//! Probes in the ledger, all in one partition. For each place: the last probe, the last answer, and
//! whether it was silent at the last run. Also, when the last run was due.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::probe::Probe;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::AT_ONCE;
use super::place::{ProbeKnowledge, SentProbes, Silence, Spot};
use crate::ledger::{keys, note_log_heard};
use crate::port::{Keep, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::PROBE_FORGOTTEN;

/// The partition key.
const PK: &str = "probes";
const ANSWER: &str = "answer";
const ASKED: &str = "asked";
const SILENT: &str = "silent";
const RUN: &str = "run";

/// Notes that a probe came back through EventBridge, if the record is the role owner's copy. Also
/// notes that a record arrived from the log of that account and Region.
///
/// # Errors
/// Returns the table's error. The answer then has to be noted again.
pub async fn answered<T: Table>(table: &T, probe: &Probe, now: Moment) -> Result<(), Trouble> {
    let Some(region) = &probe.answers else {
        return Ok(());
    };
    note_log_heard(table, &probe.seen, now).await?;
    let sk = key(ANSWER, probe.role.account(), region);
    put_row(table, probe_row(sk, String::new(), probe.seen.time)).await
}

/// The places that were silent at the last run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SilentPlaces {
    /// When that run was due. `None`: there was no run.
    pub run: Option<Moment>,
    /// Account and Region.
    pub silent: BTreeMap<(AccountId, String), Silence>,
}

/// Loads the places that were silent at the last run.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn standing<T: Table>(table: &T) -> Result<SilentPlaces, Trouble> {
    let rows = table
        .query(
            TableKind::Ledger,
            PK,
            &KeyRange {
                from: RUN.to_owned(),
                to: SILENT.to_owned(),
            },
        )
        .await?;
    let Some(run) = rows.iter().find(|row| row.sk == RUN) else {
        return Ok(SilentPlaces::default());
    };
    let of_run = rows
        .iter()
        .filter(|row| row.sk != RUN && row.rank == run.rank);
    let silent = of_run
        .map(|row| Ok((spot_of(row)?, read(row)?)))
        .collect::<Result<_, Trouble>>()?;
    Ok(SilentPlaces {
        run: keys::second_of(&run.rank),
        silent,
    })
}

/// Loads what is known about every place that was probed recently.
pub(super) async fn known_places<T: Table>(
    table: &T,
    now: Moment,
) -> Result<ProbeKnowledge, Trouble> {
    let span = KeyRange {
        from: ANSWER.to_owned(),
        to: ASKED.to_owned(),
    };
    let mut known = ProbeKnowledge::default();
    for row in table.query(TableKind::Ledger, PK, &span).await? {
        if row.sk.starts_with(ANSWER) {
            let time = keys::second_of(&row.rank)
                .ok_or_else(|| unreadable(&row, "it has no valid time"))?;
            known.answered.insert(spot_of(&row)?, time);
            continue;
        }
        let asked: SentProbes = read(&row)?;
        if now.seconds_since(asked.last) < PROBE_FORGOTTEN {
            known.asked.insert(spot_of(&row)?, asked);
        }
    }
    Ok(known)
}

/// Notes a probe that was sent.
pub(super) async fn keep_asked<T: Table>(
    table: &T,
    spot: &Spot,
    asked: &SentProbes,
) -> Result<(), Trouble> {
    let (account, region) = spot;
    put_row(
        table,
        probe_row(key(ASKED, *account, region), to_json(asked)?, asked.last),
    )
    .await
}

/// Writes the result of a run: each silent place first, then the run.
pub(super) async fn keep_result<T: Table>(
    table: &T,
    silent: &BTreeMap<Spot, Silence>,
    now: Moment,
) -> Result<(), Trouble> {
    let rows = silent.iter().map(|((account, region), silence)| {
        Ok(probe_row(
            key(SILENT, *account, region),
            to_json(silence)?,
            now,
        ))
    });
    let rows: Vec<Row> = rows.collect::<Result<_, Trouble>>()?;
    let kept = stream::iter(rows)
        .map(|row| put_row(table, row))
        .buffer_unordered(AT_ONCE);
    kept.try_collect::<Vec<()>>().await?;
    put_row(table, probe_row(RUN.to_owned(), String::new(), now)).await
}

async fn put_row<T: Table>(table: &T, row: Row) -> Result<(), Trouble> {
    table
        .keep(TableKind::Ledger, row, Keep::Greatest)
        .await
        .map(drop)
}

fn probe_row(sk: String, body: String, time: Moment) -> Row {
    let expires = Some(time.plus_seconds(PROBE_FORGOTTEN));
    Row {
        pk: PK.to_owned(),
        sk,
        body,
        rank: keys::second(time),
        version: 0,
        expires,
    }
}

fn key(kind: &str, account: AccountId, region: &str) -> String {
    format!("{kind}#{account}#{}", keys::region_part(region))
}

/// The place in a row's key.
fn spot_of(row: &Row) -> Result<Spot, Trouble> {
    let mut parts = row.sk.splitn(3, '#').skip(1);
    let account = parts.next().and_then(|account| account.parse().ok());
    account
        .zip(parts.next().map(str::to_owned))
        .ok_or_else(|| unreadable(row, "its key doesn't name an account and Region"))
}

fn to_json(what: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(what).map_err(|error| Trouble::refused("recording a probe", &error))
}

fn read<D: DeserializeOwned>(row: &Row) -> Result<D, Trouble> {
    serde_json::from_str(&row.body).map_err(|error| unreadable(row, &error.to_string()))
}

fn unreadable(row: &Row, why: &str) -> Trouble {
    Trouble::refused(format!("reading row `{PK}` `{}`", row.sk), why)
}
