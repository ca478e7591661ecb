//! How far each session was watched: one row per session, so that the next run continues where a
//! stopped one left off.

use std::collections::BTreeMap;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::ledger::SessionAt;
use crate::ledger::keys::{self, second};
use crate::port::{KeyRange, Question, Row, Table, TableKind, Trouble};
use crate::time::WATCHED_KEPT;

/// A question without a complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenQuestion {
    pub(super) question: Question,
    /// The token for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

/// How far a session was watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WatchState {
    /// The next time to check the session.
    pub(super) next: Moment,
    /// All use up to this time was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<Moment>,
    /// The value that `asked` gets when no question is open any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asking: Option<Moment>,
    /// The halves that were searched for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sought: Vec<(AccountId, String)>,
    /// The end for which the session was judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Moment>,
    /// The questions without a complete answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<OpenQuestion>,
    /// The session needs no more work.
    #[serde(default)]
    pub(super) closed: bool,
}

/// A state as it was read.
#[derive(Debug, Clone)]
pub(super) struct StoredWatch {
    pub(super) state: WatchState,
    /// The row's version for [`Table::replace`]; 0 if there is no row yet.
    pub(super) version: u64,
}

impl WatchState {
    /// The state of a session that wasn't checked yet.
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

fn sort_key(at: &SessionAt) -> String {
    format!("{}#{}", second(at.time), keys::hash(&at.session))
}

/// Loads how far the sessions of these days were watched, by the sort key of each.
pub(super) async fn load_states<T: Table>(
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

/// Takes the state of a session out of those loaded.
pub(super) fn take_state(
    states: &mut BTreeMap<String, StoredWatch>,
    at: &SessionAt,
) -> Option<StoredWatch> {
    states.remove(&sort_key(at))
}

/// Stores a state unless another run has stored it since it was read. Returns `false` if another
/// run has, which then knows as much.
pub(super) async fn save_state<T: Table>(
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
        sk: sort_key(at),
        body,
        rank: String::new(),
        version: 0,
        expires,
    };
    table.replace(TableKind::Ledger, row, stored.version).await
}
