//! The index of switches: by person and role, by account, by day, and by the users, groups and
//! devices that the judgment depends on.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::AskedAlone;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Entity;
use serde::{Deserialize, Serialize};

use super::keys::{self, record_part, second};
use super::{SessionAt, TouchedEvidence};
use crate::port::{Keep, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FACTS_KEPT;

/// A switch with all keys of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexedSwitch<'a> {
    pub(crate) at: &'a SessionAt,
    pub(crate) person: &'a [String; 2],
    /// The role's ARN.
    pub(crate) role: &'a str,
    /// The role under which time is added up.
    pub(crate) counted_as: &'a str,
    /// The address from which it was entered.
    pub(crate) source_ip: Option<&'a str>,
    /// The person's account and, if different, the immediate caller's account.
    pub(crate) accounts: [Option<AccountId>; 2],
    pub(crate) records: &'a BTreeSet<RecordKey>,
    /// Users and devices that the judgment depends on.
    pub(crate) rests_on: &'a BTreeSet<Entity>,
}

/// The index row of a switch, or of a record that is judged on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct IndexEntry {
    /// The switch. For a single record, an empty session.
    #[serde(flatten)]
    pub(crate) at: SessionAt,
    /// Account and event ID of records that no session leads to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    records: Vec<(String, String)>,
    /// The role's ARN, in rows that are looked up by role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    /// For a switch under its person and role: the other partitions of [`keys::asks`] that hold it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    asked: BTreeSet<String>,
    /// For a switch under its person and role: the address, if it was known when the row was
    /// written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_ip: Option<String>,
}

impl IndexEntry {
    fn from_switch(switch: &IndexedSwitch<'_>) -> Self {
        // The user's own copy of SwitchRole names no session, so the switch is found through its
        // records.
        let named = !switch.at.session.contains(' ');
        let records = if named {
            Vec::new()
        } else {
            switch.records.iter().map(name).collect()
        };
        Self {
            at: switch.at.clone(),
            records,
            role: None,
            asked: BTreeSet::new(),
            source_ip: None,
        }
    }

    fn of_record(alone: &AskedAlone) -> Self {
        let at = SessionAt {
            session: String::new(),
            time: alone.time,
        };
        Self {
            at,
            records: vec![name(&alone.record)],
            role: None,
            asked: BTreeSet::new(),
            source_ip: None,
        }
    }

    /// Adds the entry to what has to be judged.
    pub(crate) fn add_to(&self, touched: &mut TouchedEvidence) {
        if self.records.is_empty() {
            touched.sessions.insert(self.at.clone());
        }
        let read = |(account, event): &(String, String)| {
            Some(RecordKey {
                account: account.parse().ok()?,
                event: event.parse().ok()?,
            })
        };
        touched.records.extend(self.records.iter().filter_map(read));
    }

    fn to_row(&self, pk: String, now: Moment) -> Result<Row, Trouble> {
        let what = if self.at.session.is_empty() {
            keys::hash(&format!("{:?}", self.records))
        } else {
            keys::hash(&self.at.session)
        };
        index_row(pk, format!("{}#{what}", second(self.at.time)), self, now)
    }
}

fn name(record: &RecordKey) -> (String, String) {
    (record.account.to_string(), record.event.to_string())
}

fn index_row<B: Serialize>(pk: String, sk: String, body: &B, now: Moment) -> Result<Row, Trouble> {
    let body = serde_json::to_string(body).map_err(|error| Trouble::refused("indexing", &error))?;
    Ok(Row {
        pk,
        sk,
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(FACTS_KEPT)),
    })
}

/// The partitions that list a switch because its judgment depends on these entities.
pub(crate) fn partitions_of_entities(entities: &BTreeSet<Entity>) -> BTreeSet<String> {
    entities.iter().map(keys::asks).collect()
}

/// Adds a switch to the index: under its person, account and day, and under what its judgment
/// depends on.
pub(crate) async fn index_switch<T: Table>(
    table: &T,
    switch: &IndexedSwitch<'_>,
    now: Moment,
) -> Result<(), Trouble> {
    let entry = IndexEntry::from_switch(switch);
    let asked = partitions_of_entities(switch.rests_on);
    let mut rows = vec![entry.to_row(keys::day(switch.at.time), now)?];
    for pk in &asked {
        rows.push(entry.to_row(pk.clone(), now)?);
    }
    let with_role = IndexEntry {
        role: Some(switch.role.to_owned()),
        ..entry.clone()
    };
    for account in switch.accounts.into_iter().flatten() {
        rows.push(with_role.to_row(keys::people(account), now)?);
    }
    table.keep_all(TableKind::Ledger, rows).await?;
    // This row is written last. Anyone who finds it can rely on the others.
    let session = keys::hash(&switch.at.session);
    let sk = format!(
        "s#{}#{session}#{}",
        second(switch.at.time),
        keys::hash(&format!("{asked:?}"))
    );
    let row = index_row(
        keys::held(switch.person, switch.counted_as),
        sk,
        &IndexEntry {
            asked,
            source_ip: switch.source_ip.map(ToOwned::to_owned),
            ..entry
        },
        now,
    )?;
    table
        .keep(TableKind::Ledger, row, Keep::First)
        .await
        .map(|_| ())
}

/// Adds a record that is judged on its own, under what its judgment depends on.
pub(crate) async fn note_alone<T: Table>(
    table: &T,
    alone: &AskedAlone,
    now: Moment,
) -> Result<(), Trouble> {
    let entry = IndexEntry::of_record(alone);
    let rows: Vec<Row> = partitions_of_entities(&alone.asked)
        .into_iter()
        .map(|pk| entry.to_row(pk, now))
        .collect::<Result<_, _>>()?;
    table.keep_all(TableKind::Ledger, rows).await
}

/// Adds a denied attempt, under its person and role.
pub(crate) async fn note_refusal<T: Table>(
    table: &T,
    person: &[String; 2],
    role: &str,
    record: &RecordKey,
    time: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let body = (record.account.to_string(), record.event.to_string(), time);
    let row = index_row(
        keys::held(person, role),
        format!("d#{}#{}", second(time), record_part(record)),
        &body,
        now,
    )?;
    table
        .keep(TableKind::Ledger, row, Keep::First)
        .await
        .map(|_| ())
}

/// The switches of a person in a role, by second, with the other partitions that list each of them.
pub(crate) async fn sessions_held<T: Table>(
    table: &T,
    person: &[String; 2],
    role: &str,
) -> Result<Vec<(SessionAt, BTreeSet<String>)>, Trouble> {
    let span = KeyRange {
        from: "s#".into(),
        to: "s#".into(),
    };
    let mut found: BTreeMap<(Moment, String), BTreeSet<String>> = BTreeMap::new();
    for entry in entries(
        table
            .query(TableKind::Ledger, &keys::held(person, role), &span)
            .await?,
    ) {
        found
            .entry((entry.at.time, entry.at.session))
            .or_default()
            .extend(entry.asked);
    }
    Ok(found
        .into_iter()
        .map(|((time, session), asked)| (SessionAt { session, time }, asked))
        .collect())
}

/// How many earlier switches are looked at for an address.
const EARLIER: usize = 20;

/// What is known about the switches of one person in one role that began before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldBefore {
    /// There are some.
    pub(crate) any: bool,
    /// One of the latest came from the address. `None` if that can't be told.
    pub(crate) from_there: Option<bool>,
}

/// What is known about the switches of a person in a role that began before `moment`, and whether
/// one of the latest came from `address`.
///
/// # Errors
/// Returns the table's error.
pub(crate) async fn held_before<T: Table>(
    table: &T,
    (person, role): (&[String; 2], &str),
    moment: Moment,
    address: Option<&str>,
) -> Result<HeldBefore, Trouble> {
    let before = KeyRange {
        from: "s#".into(),
        to: format!("s#{}", second(moment.plus_seconds(-1))),
    };
    let pk = keys::held(person, role);
    let rows = table.latest(TableKind::Ledger, &pk, &before, EARLIER);
    let earlier: Vec<IndexEntry> = entries(rows.await?).collect();
    let known = |entry: &IndexEntry| entry.source_ip.is_some();
    let same = |entry: &IndexEntry| entry.source_ip.as_deref() == address;
    let from_there = match address {
        None => None,
        Some(_) if earlier.iter().any(same) => Some(true),
        Some(_) => earlier.iter().all(known).then_some(false),
    };
    Ok(HeldBefore {
        any: !earlier.is_empty(),
        from_there,
    })
}

/// The denied attempts of a person at a role, by second.
pub(crate) async fn refused<T: Table>(
    table: &T,
    person: &[String; 2],
    role: &str,
) -> Result<Vec<(Moment, RecordKey)>, Trouble> {
    let span = KeyRange {
        from: "d#".into(),
        to: "d#".into(),
    };
    let rows = table
        .query(TableKind::Ledger, &keys::held(person, role), &span)
        .await?;
    let read = |row: Row| -> Option<(Moment, RecordKey)> {
        let (account, event, time): (String, String, Moment) =
            serde_json::from_str(&row.body).ok()?;
        Some((
            time,
            RecordKey {
                account: account.parse().ok()?,
                event: event.parse().ok()?,
            },
        ))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Every elevated switch since the start of the day (UTC) of `since`.
///
/// # Errors
/// Returns the table's error.
pub async fn switches_since<T: Table>(
    table: &T,
    since: Moment,
    now: Moment,
) -> Result<Vec<SessionAt>, Trouble> {
    let mut found = Vec::new();
    for day in partitions_of_days(since, now) {
        let rows = table
            .query(TableKind::Ledger, &day, &KeyRange::default())
            .await?;
        found.extend(entries(rows).map(|entry| entry.at));
    }
    Ok(found)
}

/// The partitions of the days from `since` to `now`, oldest first.
pub(crate) fn partitions_of_days(since: Moment, now: Moment) -> Vec<String> {
    let (first, last) = (
        since.epoch_seconds().div_euclid(86_400),
        now.epoch_seconds().div_euclid(86_400),
    );
    (first..=last)
        .map(|day| keys::day(Moment::from_epoch_seconds(day.saturating_mul(86_400))))
        .collect()
}

/// The latest entries of a partition with their sort keys. If there are fewer than `most`, the
/// partition has no others.
pub(crate) async fn latest<T: Table>(
    table: &T,
    pk: &str,
    span: &KeyRange,
    most: usize,
) -> Result<Vec<(String, Option<IndexEntry>)>, Trouble> {
    let rows = table.latest(TableKind::Ledger, pk, span, most).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.sk, serde_json::from_str(&row.body).ok()))
        .collect())
}

fn entries(rows: Vec<Row>) -> impl Iterator<Item = IndexEntry> {
    rows.into_iter()
        .filter_map(|row| serde_json::from_str(&row.body).ok())
}

/// Adds a switch to the index, as judging it does.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn note_switch<T: Table>(
    table: &T,
    at: SessionAt,
    (account, user): (AccountId, &str),
    role: &str,
    rests_on: BTreeSet<Entity>,
    now: Moment,
) -> Result<(), Trouble> {
    let switch = IndexedSwitch {
        at: &at,
        person: &[account.to_string(), user.to_owned()],
        role,
        counted_as: role,
        source_ip: None,
        accounts: [Some(account), None],
        records: &BTreeSet::new(),
        rests_on: &rests_on,
    };
    index_switch(table, &switch, now).await
}
