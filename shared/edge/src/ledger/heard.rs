//! When something was last heard of an account, region by region.

use std::collections::BTreeMap;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use super::keys;
use crate::port::{Place, Span, Table, Trouble};

/// The hour of the latest record of each region of an account. What nothing was ever heard of is not in it.
///
/// # Errors
/// The table's own.
pub async fn heard_of<T: Table>(table: &T, account: AccountId) -> Result<BTreeMap<String, Moment>, Trouble> {
    let rows = table.query(Place::Ledger, &keys::regions(account), &Span::default()).await?;
    let read = |hour: &str| hour.parse::<i64>().ok().map(|hour| Moment::from_epoch_seconds(hour.saturating_mul(3_600)));
    Ok(rows.into_iter().filter_map(|row| Some((row.sk, read(&row.rank)?))).collect())
}
