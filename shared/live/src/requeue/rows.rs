//! The rows of walks and chains, which are read with their versions and written only if nobody else
//! has written them.

use rolewatch_guard::moment::Moment;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::port::{KeyRange, Row, Table, TableKind, Trouble};

/// How long the rows are kept, in seconds.
const KEPT: i64 = 90 * 86_400;

/// A row and its version.
pub(crate) struct Versioned<B> {
    pub(crate) body: B,
    pub(crate) version: u64,
}

pub(super) async fn read<T: Table, B: DeserializeOwned>(
    table: &T,
    pk: &str,
    sk: &str,
) -> Result<Vec<Versioned<B>>, Trouble> {
    let rows = table
        .query(
            TableKind::Ledger,
            pk,
            &KeyRange {
                from: sk.to_owned(),
                to: sk.to_owned(),
            },
        )
        .await?;
    rows.into_iter()
        .filter(|row| sk.is_empty() || row.sk == sk)
        .map(|row| {
            Ok(Versioned {
                body: serde_json::from_str(&row.body)
                    .map_err(|error| Trouble::unreadable_row(&row, &error))?,
                version: row.version,
            })
        })
        .collect()
}

/// Returns `false` if somebody else has written the row since it was read.
pub(super) async fn write<T: Table, B: Serialize>(
    table: &T,
    pk: String,
    sk: &str,
    body: &B,
    seen: u64,
    now: Moment,
) -> Result<bool, Trouble> {
    let body = serde_json::to_string(body)
        .map_err(|error| Trouble::refused("recording which switches to judge again", &error))?;
    let expires = Some(now.plus_seconds(KEPT));
    table
        .replace(
            TableKind::Ledger,
            Row {
                pk,
                sk: sk.to_owned(),
                body,
                rank: String::new(),
                version: 0,
                expires,
            },
            seen,
        )
        .await
}
