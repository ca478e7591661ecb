//! Which version of a finding was acknowledged.

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use super::partition;
use crate::port::{Keep, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FINDINGS_KEPT;

/// The sort key of the row that says which version was acknowledged. slack-notifier has it written
/// as its last step.
pub const ACK: &str = "ack";

/// The body of the row [`ACK`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The highest acknowledged version.
    pub version: u64,
    /// `slack`, `mail`, `folded`, or `withdrawn` for a finding that was withdrawn before anybody
    /// was told.
    pub how: String,
}

/// The highest acknowledged version of a finding; 0 if none was acknowledged.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn acknowledged<T: Table>(table: &T, id: &str) -> Result<u64, Trouble> {
    let pk = partition(id);
    let span = KeyRange {
        from: ACK.to_owned(),
        to: ACK.to_owned(),
    };
    let rows = table.query(TableKind::Outbox, &pk, &span).await?;
    let Some(row) = rows.iter().find(|row| row.sk == ACK) else {
        return Ok(0);
    };
    let body: Acknowledged = serde_json::from_str(&row.body).map_err(|why| {
        Trouble::refused(format!("reading {pk}"), &format!("not a valid row: {why}"))
    })?;
    Ok(body.version)
}

/// Notes that a version of a finding was delivered, and how. Repeating it changes nothing, and a
/// lower version doesn't replace a higher one.
///
/// # Errors
/// Returns the table's error.
pub async fn acknowledge<T: Table>(
    table: &T,
    id: &str,
    version: u64,
    how: &str,
    now: Moment,
) -> Result<(), Trouble> {
    let pk = partition(id);
    let body = Acknowledged {
        version,
        how: how.to_owned(),
    };
    let body = serde_json::to_string(&body)
        .map_err(|why| Trouble::refused(format!("writing {pk}"), &why))?;
    let row = Row {
        pk,
        sk: ACK.to_owned(),
        body,
        // Padded with zeros, so that it compares as a number.
        rank: format!("{version:012}"),
        version: 0,
        expires: Some(now.plus_seconds(FINDINGS_KEPT)),
    };
    table
        .keep(TableKind::Outbox, row, Keep::Greatest)
        .await
        .map(drop)
}
