//! How far a session was watched: one row each, so that a run that stops goes on where it was.

use std::collections::BTreeMap;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::ledger::SessionAt;
use crate::ledger::keys::{self, second};
use crate::port::{KeyRange, Question, Row, Table, TableKind, Trouble};
use crate::time::WATCHED_KEPT;

/// A question under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenQuestion {
    pub(super) question: Question,
    /// Of the page that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

/// How far a session was watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WatchState {
    /// Not looked at before.
    pub(super) next: Moment,
    /// Whatever it did until then was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<Moment>,
    /// What `asked` is once nothing is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asking: Option<Moment>,
    /// The halves that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sought: Vec<(AccountId, String)>,
    /// It was judged again for having ended then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Moment>,
    /// The questions that have no answer yet, or only a part of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<OpenQuestion>,
    /// Nothing more is done about it.
    #[serde(default)]
    pub(super) closed: bool,
}

/// A state as it was read.
#[derive(Debug, Clone)]
pub(super) struct StoredWatch {
    pub(super) state: WatchState,
    /// For [`Table::replace`]; 0: there is no row yet.
    pub(super) version: u64,
}

impl WatchState {
    /// Of a session that was not looked at yet.
    pub(super) fn new(next: Moment) -> Self {
        Self {
            next,
            asked: None,
            asking: None,
            sought: Vec::new(),
            ended: None,
            open: Vec::new(),
            closed: false,
        }
    }
}

fn sk(at: &SessionAt) -> String {
    format!("{}#{}", second(at.time), keys::hash(&at.session))
}

/// How far the sessions of these days were watched, by the sort key of each.
pub(super) async fn load<T: Table>(
    table: &T,
    since: Moment,
    now: Moment,
) -> Result<BTreeMap<String, StoredWatch>, Trouble> {
    let mut found = BTreeMap::new();
    let mut day = since;
    while day.epoch_seconds().div_euclid(86_400) <= now.epoch_seconds().div_euclid(86_400) {
        for row in table
            .query(TableKind::Ledger, &keys::watch(day), &KeyRange::default())
            .await?
        {
            match serde_json::from_str(&row.body) {
                Ok(state) => {
                    found.insert(
                        row.sk,
                        StoredWatch {
                            state,
                            version: row.version,
                        },
                    );
                }
                Err(error) => {
                    return Err(Trouble::unreadable_row(&row, &error));
                }
            }
        }
        day = day.plus_seconds(86_400);
    }
    Ok(found)
}

/// The state of a session among those loaded.
pub(super) fn take(
    states: &mut BTreeMap<String, StoredWatch>,
    at: &SessionAt,
) -> Option<StoredWatch> {
    states.remove(&sk(at))
}

/// Stores a state, unless another run did since it was read. `false`: another one did, and knows as
/// much.
pub(super) async fn save<T: Table>(
    table: &T,
    at: &SessionAt,
    stored: &StoredWatch,
    now: Moment,
) -> Result<bool, Trouble> {
    let body = serde_json::to_string(&stored.state)
        .map_err(|error| Trouble::refused("recording how far a session was watched", &error))?;
    let expires = Some(now.plus_seconds(WATCHED_KEPT));
    let row = Row {
        pk: keys::watch(at.time),
        sk: sk(at),
        body,
        rank: String::new(),
        version: 0,
        expires,
    };
    table.replace(TableKind::Ledger, row, stored.version).await
}
