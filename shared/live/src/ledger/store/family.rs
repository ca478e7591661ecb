//! The versions of a record, what it corrects and what corrects it.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::SeenRecord;

use super::{Arrival, fact_row, reread};
use crate::ledger::gather::ReadRows;
use crate::ledger::keys;
use crate::port::{Keep, KeepOutcome, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::{AT_WORK, FACTS_KEPT};

/// Stores the record under its own ID, and reads what is known about it: whether it was processed,
/// its other versions and its corrections.
pub(super) async fn store_version<T: Table>(
    table: &T,
    policy: &Policy,
    seen: SeenRecord,
    body: String,
    now: Moment,
) -> Result<Arrival, Trouble> {
    let version = keys::hash(&body);
    let own = keys::record(&seen.key);
    let sk = format!("v#{}~{version}", keys::record_part(&seen.key));
    let has_fact = seen.fact.is_some();
    let partitions = partitions_of(&seen);
    let is_known = has_fact && put_version(table, &partitions, &sk, &body, now).await?;
    let known = table
        .query(TableKind::Ledger, &own, &KeyRange::default())
        .await?;
    let begun = known.iter().find(|row| is_known && row.sk == sk);
    let begun = begun.and_then(|row| keys::second_of(&row.rank));
    let mut arrival = Arrival {
        done: known.iter().any(|row| row.sk == format!("done#{version}")),
        under_way: begun.is_some_and(|begun| now.seconds_since(begun) < AT_WORK),
        seen,
        body,
        family: Vec::new(),
        linked: Vec::new(),
        shows: Vec::new(),
        sighting: None,
        use_stored: false,
        learned: None,
        read: ReadRows::new(),
    };
    if has_fact {
        let mut versions = known;
        versions.retain(|row| row.sk.starts_with("v#"));
        let others = partitions.into_iter().filter(|pk| *pk != own).collect();
        let first = (own.clone(), versions.clone());
        arrival.family = family(table, policy, &arrival.body, first, others).await?;
        arrival.read.insert((own, keys::versions()), versions);
    }
    Ok(arrival)
}

/// The other versions of a record, what it corrects and what corrects it.
async fn family<T: Table>(
    table: &T,
    policy: &Policy,
    body: &str,
    (own, mut rows): (String, Vec<Row>),
    mut partitions: Vec<String>,
) -> Result<Vec<(SeenRecord, String)>, Trouble> {
    let mut found: Vec<(SeenRecord, String)> = Vec::new();
    let mut asked = vec![own];
    loop {
        for row in rows {
            if row.body == body || found.iter().any(|(_, known)| *known == row.body) {
                continue;
            }
            if let Some(other) = reread(&row.body, policy) {
                partitions.extend(partitions_of(&other));
                found.push((other, row.body));
            }
        }
        partitions.retain(|pk| !asked.contains(pk));
        let Some(pk) = partitions.pop() else {
            return Ok(found);
        };
        rows = table
            .query(TableKind::Ledger, &pk, &keys::versions())
            .await?;
        asked.push(pk);
    }
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
