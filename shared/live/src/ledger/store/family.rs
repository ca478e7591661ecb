//! The versions of a record, what it corrects and what corrects it.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::SeenRecord;

use super::{Arrival, fact_row, reread};
use crate::ledger::keys;
use crate::port::{Keep, KeepOutcome, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::{AT_WORK, FACTS_KEPT};

/// Stores the record under its own ID, and reads the other versions and corrections.
pub(super) async fn family<T: Table>(
    table: &T,
    policy: &Policy,
    arrival: &mut Arrival,
    version: &str,
    now: Moment,
) -> Result<(), Trouble> {
    let own = keys::record(&arrival.seen.key);
    let mut partitions = partitions_of(&arrival.seen);
    let sk = format!("v#{}~{version}", keys::record_part(&arrival.seen.key));
    let is_known = put_version(table, &partitions, &sk, &arrival.body, now).await?;
    let mut found: Vec<(SeenRecord, String)> = Vec::new();
    let mut asked: Vec<String> = Vec::new();
    while let Some(pk) = partitions.pop() {
        if asked.contains(&pk) {
            continue;
        }
        let versions = KeyRange {
            from: "v#".into(),
            to: "v#".into(),
        };
        for row in table.query(TableKind::Ledger, &pk, &versions).await? {
            if is_known && pk == own && row.sk == sk {
                let begun = keys::second_of(&row.rank);
                arrival.under_way = begun.is_some_and(|begun| now.seconds_since(begun) < AT_WORK);
            }
            if row.body == arrival.body || found.iter().any(|(_, known)| *known == row.body) {
                continue;
            }
            if let Some(other) = reread(&row.body, policy) {
                partitions.extend(partitions_of(&other));
                found.push((other, row.body));
            }
        }
        asked.push(pk);
    }
    arrival.family = found;
    Ok(())
}

/// The partitions that hold the versions of a record: its own ID first, then the ID of the record
/// that it corrects.
fn partitions_of(seen: &SeenRecord) -> Vec<String> {
    let mut partitions = vec![keys::record(&seen.key)];
    if let Some(correction) = &seen.correction {
        partitions.extend(correction.original.as_ref().map(keys::record));
    }
    partitions
}

/// Stores one version of a record and returns whether it was already known.
async fn put_version<T: Table>(
    table: &T,
    partitions: &[String],
    sk: &str,
    body: &str,
    now: Moment,
) -> Result<bool, Trouble> {
    let expires = now.plus_seconds(FACTS_KEPT);
    let mut kept = Vec::new();
    for pk in partitions {
        // Write the row first, then read: if two versions arrive at once, at least one of them sees
        // both.
        let row = Row {
            rank: keys::second(now),
            ..fact_row(pk.clone(), sk.to_owned(), body, expires)
        };
        kept.push(table.keep(TableKind::Ledger, row, Keep::First).await?);
    }
    // INVARIANT (once): the first row is stored under the record's own key, and of all copies only
    // one writes it.
    Ok(kept.first() == Some(&KeepOutcome::Known))
}
