//! The outbox: every finding that was ever made, what it is about, and how far it was delivered.
//!
//! A finding is stored before it is sent. Its row is found by its ID and by the sessions and
//! records that it is about, so a later judgment can find the findings that no longer hold. Until a
//! version is acknowledged, it is also found by the day on which it was stored ([`unsent`]).

mod acknowledged;
pub(crate) mod publish;
pub mod told;
pub mod unsent;

pub use acknowledged::{ACK, Acknowledged, acknowledge, acknowledged};

use std::collections::BTreeMap;

use futures_util::future::{try_join, try_join_all};
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::{Finding, Verdict};
use serde::{Deserialize, Serialize};

use crate::ledger::SessionAt;
use crate::ledger::keys::{hash, record_part, second};
use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FINDINGS_KEPT;
use crate::wire::Alert;

/// The most keys by which one finding can be found. A stretch is found by its first sessions, and
/// the later sessions lead to these.
const MOST_POINTERS: usize = 40;

/// A finding and how far it was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingState {
    /// The alert, as it is or was last published.
    pub alert: Alert,
    /// The switches that the finding is about.
    pub switches: Vec<SessionAt>,
    /// The records that the finding is about, as the ledger writes them.
    pub records: Vec<String>,
    /// The finding is about several sessions or attempts.
    pub several: bool,
    /// Reported but not alerted: the finding is unproven by nature, because most trails lack the
    /// events that would prove it, or another alert counts it.
    pub quiet: bool,
    /// For an unproven finding: the earliest time at which it is published.
    pub due: Option<Moment>,
    /// The last version that the topic accepted; 0 if none.
    pub published: u64,
    /// An invocation is publishing a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending: Option<SendClaim>,
}

/// A claim, written before publishing, so that only one of several invocations publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendClaim {
    /// The version being published.
    pub version: u64,
    /// When the claim ends. The invocation has ended by then, whether or not it succeeded.
    pub until: Moment,
}

/// A finding as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The content of the row.
    pub state: FindingState,
    /// The row's version for [`Table::replace`]; 0 if there is no row yet.
    pub version: u64,
}

impl FindingState {
    /// Whether the finding has to be published now.
    pub fn is_due(&self, now: Moment) -> bool {
        let unpublished = self.published < self.alert.version;
        let first = self.published == 0;
        let proven = self.alert.verdict == Verdict::Violation;
        let waited = self.due.is_some_and(|due| due <= now);
        unpublished
            && if first {
                !self.quiet
                    && self.alert.status != crate::wire::Status::Withdrawn
                    && (proven || waited)
            } else {
                true
            }
    }

    /// Whether another invocation is publishing this version.
    pub fn is_being_sent(&self, now: Moment) -> bool {
        self.sending
            .is_some_and(|sending| sending.version == self.alert.version && now < sending.until)
    }

    /// Whether the finding waits for evidence or for its time.
    pub fn is_waiting(&self, now: Moment) -> bool {
        self.published == 0
            && !self.quiet
            && self.alert.status != crate::wire::Status::Withdrawn
            && self.alert.verdict != Verdict::Violation
            && self.due.is_some_and(|due| due > now)
    }
}

/// The partition of a finding.
pub fn partition(id: &str) -> String {
    format!("finding#{id}")
}

/// The id of the finding that a partition is about.
pub fn id_of_partition(pk: &str) -> Option<&str> {
    pk.strip_prefix("finding#")
}

/// The sort key of a finding's state.
pub const STATE: &str = "state";

/// Loads the states of these findings. Findings without a row are left out.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn load_findings<T: Table>(
    table: &T,
    ids: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, StoredFinding>, Trouble> {
    let ids: Vec<String> = ids.into_iter().collect();
    let span = KeyRange {
        from: STATE.into(),
        to: STATE.into(),
    };
    let span = &span;
    let rows = try_join_all(
        ids.iter()
            .map(|id| async move { table.query(TableKind::Outbox, &partition(id), span).await }),
    )
    .await?;
    let mut states = BTreeMap::new();
    for (id, row) in ids
        .into_iter()
        .zip(rows)
        .filter_map(|(id, rows)| Some((id, rows.into_iter().next()?)))
    {
        let state = serde_json::from_str(&row.body)
            .map_err(|error| Trouble::unreadable_row(&row, &error))?;
        states.insert(
            id,
            StoredFinding {
                state,
                version: row.version,
            },
        );
    }
    Ok(states)
}

/// Loads a finding with the last version that was acknowledged; 0 if none was.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn load_acknowledged<T: Table>(
    table: &T,
    id: &str,
) -> Result<(Option<StoredFinding>, u64), Trouble> {
    let (mut stored, mut acknowledged) = (None, 0);
    for row in table
        .query(TableKind::Outbox, &partition(id), &KeyRange::default())
        .await?
    {
        match row.sk.as_str() {
            STATE => {
                let state = serde_json::from_str(&row.body)
                    .map_err(|error| Trouble::unreadable_row(&row, &error))?;
                stored = Some(StoredFinding {
                    state,
                    version: row.version,
                });
            }
            ACK => {
                let ack: Acknowledged = serde_json::from_str(&row.body)
                    .map_err(|error| Trouble::unreadable_row(&row, &error))?;
                acknowledged = ack.version;
            }
            _ => {}
        }
    }
    Ok((stored, acknowledged))
}

/// The IDs of findings about these sessions, or about sessions of the same name that began at most
/// `around` seconds before or after.
///
/// # Errors
/// Returns the table's error.
pub async fn about_sessions<T: Table>(
    table: &T,
    sessions: impl IntoIterator<Item = &SessionAt>,
    around: i64,
) -> Result<Vec<String>, Trouble> {
    let asked: Vec<(String, KeyRange)> = sessions
        .into_iter()
        .map(|at| {
            let edge = |off: i64| second(at.time.plus_seconds(off));
            (
                session_pointer(&at.session),
                KeyRange {
                    from: edge(-around),
                    to: edge(around),
                },
            )
        })
        .collect();
    ids_in(table, &asked).await
}

/// The IDs of findings about these records.
///
/// # Errors
/// Returns the table's error.
pub async fn about_records<T: Table>(
    table: &T,
    records: impl IntoIterator<Item = String>,
) -> Result<Vec<String>, Trouble> {
    let asked: Vec<(String, KeyRange)> = records
        .into_iter()
        .map(|record| (record_pointer(&record), KeyRange::default()))
        .collect();
    ids_in(table, &asked).await
}

async fn ids_in<T: Table>(table: &T, asked: &[(String, KeyRange)]) -> Result<Vec<String>, Trouble> {
    let rows = try_join_all(
        asked
            .iter()
            .map(|(pk, span)| async move { table.query(TableKind::Outbox, pk, span).await }),
    )
    .await?;
    let mut ids: Vec<String> = rows.into_iter().flatten().map(|row| row.body).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Writes a state unless somebody else has written it since version `seen` was read. Returns
/// `false` if somebody has.
///
/// # Errors
/// Returns the table's error.
pub async fn write<T: Table>(
    table: &T,
    state: &FindingState,
    seen: u64,
    now: Moment,
) -> Result<bool, Trouble> {
    let written = write_all(table, &[(state, seen)], now).await?;
    Ok(written.iter().all(|written| *written))
}

/// Like [`write()`], for several states, each with the version that was read.
///
/// The pointers are written first: a finding that can't be found could be neither withdrawn nor
/// sent again.
///
/// # Errors
/// Returns the table's error. Some of the states may be written.
pub(crate) async fn write_all<T: Table>(
    table: &T,
    states: &[(&FindingState, u64)],
    now: Moment,
) -> Result<Vec<bool>, Trouble> {
    // What a pointer says follows from its key. It lives as long as the finding that it points to,
    // but for the seconds by which two invocations differ.
    let pointers = states.iter().flat_map(|(state, _)| pointers(state, now));
    let pointers = table.keep_all(TableKind::Outbox, pointers.collect());
    // Like the pointers, these rows go first. If the state's own write then fails, the sweep finds
    // a row without a finding and closes it later.
    let unsent = states
        .iter()
        .filter(|(state, _)| state.published < state.alert.version)
        .map(|(state, _)| (&*state.alert.id, state.alert.version));
    try_join(pointers, unsent::note_unsent(table, unsent, now)).await?;
    let states = states.iter();
    try_join_all(states.map(|(state, seen)| write_again(table, state, *seen, now))).await
}

/// The rows by which a finding is found: under its sessions and records.
fn pointers(state: &FindingState, now: Moment) -> impl Iterator<Item = Row> {
    let id = &state.alert.id;
    let pointer = move |pk: String, sk: String| Row {
        pk,
        sk,
        body: id.clone(),
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(FINDINGS_KEPT)),
    };
    let by_session = state.switches.iter().map(move |at| {
        pointer(
            session_pointer(&at.session),
            format!("{}#{id}", second(at.time)),
        )
    });
    let by_record = state
        .records
        .iter()
        .map(move |record| pointer(record_pointer(record), id.clone()));
    by_session
        .take(MOST_POINTERS)
        .chain(by_record.take(MOST_POINTERS))
}

/// Like [`write()`], for a finding that is stored, if only what is known about its delivery changes:
/// its pointers are there. They may be deleted days before the finding is. By then, nothing has been
/// judged for months.
pub(crate) async fn write_again<T: Table>(
    table: &T,
    state: &FindingState,
    seen: u64,
    now: Moment,
) -> Result<bool, Trouble> {
    let id = &state.alert.id;
    let body = serde_json::to_string(state)
        .map_err(|error| Trouble::refused(format!("writing finding `{id}`"), &error))?;
    let row = Row {
        pk: partition(id),
        sk: STATE.to_owned(),
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(FINDINGS_KEPT)),
    };
    table.replace(TableKind::Outbox, row, seen).await
}

fn session_pointer(session: &str) -> String {
    format!("about#s{}", hash(session))
}

fn record_pointer(record: &str) -> String {
    format!("about#r{record}")
}

/// The switches and records that a finding is about, as the outbox stores them.
pub(crate) fn subject(finding: &Finding) -> (Vec<SessionAt>, Vec<String>) {
    let switches = finding.subject.switches.iter().map(|key| SessionAt {
        session: key.session.to_string(),
        time: key.second,
    });
    (
        switches.collect(),
        finding.subject.records.iter().map(record_name).collect(),
    )
}

/// A record as the outbox names it.
pub(crate) fn record_name(record: &RecordKey) -> String {
    record_part(record)
}
