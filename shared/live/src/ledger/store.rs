//! Stores one record in the ledger.

mod center;
mod family;
mod names;
mod places;

use futures_util::future::{try_join, try_join_all};
use rolewatch_guard::Elevated;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::said::Said;
use rolewatch_guard::seen::{CenterSubject, Fact, NameSeen, Reading, SeenRecord};
use rolewatch_guard::world::{Log, quarter_of_hour};

use super::gather::ReadRows;
use super::keys::{self, Kind};
use crate::port::{Keep, KeepOutcome, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::{FACTS_KEPT, LINKS_KEPT};
pub(crate) use center::SignedIn;
use names::KnownName;
use places::places;
pub(super) use places::session_partitions;

/// A record as it arrived.
#[derive(Debug)]
pub struct Arrival {
    /// The parsed record.
    pub seen: SeenRecord,
    /// The reduced record, as text.
    pub body: String,
    /// This exact record was already processed completely.
    pub done: bool,
    /// Another invocation began to process this exact record a moment ago and may still be working
    /// on it.
    pub under_way: bool,
    /// Other versions of the record, what it corrects and what corrects it. Nearly always empty.
    pub family: Vec<(SeenRecord, String)>,
    /// Records of Identity Center that belong together with it: the steps of a sign-in, the
    /// creation and the deletion of a membership.
    pub linked: Vec<(SeenRecord, String)>,
    /// What the record may be the first to show: that a role is one of a permission set, or that a
    /// person acts in a session.
    pub shows: Vec<CenterSubject>,
    /// A user's name and ID that the record shows together, if the ledger didn't know this yet.
    pub sighting: Option<Sighting>,
    /// The record is now the first or the last use of its session in a quarter of an hour.
    pub use_stored: bool,
    /// Set if this record is the first to show that its Region records IAM's events.
    pub learned: Option<Learned>,
    /// The record's versions, as read after it was stored.
    pub read: ReadRows,
}

/// For whom the ledger didn't know yet that the Region records IAM events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// For the record's account.
    OfAccount,
    /// For any account.
    OfAll,
}

/// A user's name and ID, seen together earlier or later than known so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The user.
    pub named: NameSeen,
    /// The end of the span that was known before. `None`: the pair is new, or it's no longer
    /// possible to tell what was known before.
    pub known: Option<Moment>,
}

/// Whether a role may be elevated, as far as a record shows.
pub(crate) fn elevated(policy: &Policy) -> impl Fn(&RoleArn) -> bool + '_ {
    |role| Elevated::by_policy(policy).may_be(role)
}

/// Stores what a record says under every key by which it may be looked up. Repeating it changes
/// nothing.
///
/// `first_try`: no earlier invocation can have stopped halfway through this message. A record that
/// was already processed completely then needs no second pass.
///
/// # Errors
/// Returns the table's error. The record then has to be stored again.
pub async fn store_record<T: Table>(
    table: &T,
    policy: &Policy,
    seen: SeenRecord,
    body: String,
    first_try: bool,
    now: Moment,
) -> Result<Arrival, Trouble> {
    let mut arrival = family::store_version(table, policy, seen, body, now).await?;
    if (arrival.done || arrival.under_way) && first_try {
        return Ok(arrival);
    }
    arrival.linked = center::store_links(table, policy, &arrival, now).await?;
    arrival.shows = center::store_signs(table, &arrival, first_try, now).await?;
    let mut rows = hint_rows(&arrival.seen, &arrival.body, now);
    if let Some(named) = arrival.seen.named.clone() {
        let known = KnownName::read(table, &named).await?;
        let rank = rank_of(&arrival.seen);
        arrival.sighting = known.sighting(&named, &rank);
        let expires = now.plus_seconds(FACTS_KEPT);
        // INVARIANT (pointer): whoever finds when a name was seen with an ID can rely on the row by
        // which the ID leads to the name. So that row is written first.
        if let Some(pointer) = known.pointer_row(&named, &rank, expires) {
            table
                .keep(TableKind::Ledger, pointer, Keep::Greatest)
                .await?;
        }
        rows.kept
            .extend(known.rows(&named, &rank, &arrival.body, expires));
    }
    rows.plain.extend(fact_rows(&arrival, policy, now));
    rows.plain.extend(center::rows(&arrival, now));
    rows.plain
        .extend(center::without_mfa(&arrival.seen, policy, now));
    arrival.use_stored = rows.write(table).await?;
    arrival.learned = learned(table, &arrival.seen).await?;
    Ok(arrival)
}

/// Rows to write.
#[derive(Debug, Default)]
struct NewRows {
    /// The content follows from the key.
    plain: Vec<Row>,
    /// It matters which row stays.
    kept: Vec<(Row, Keep)>,
}

impl NewRows {
    /// Returns whether a use is now the first or the last in its session's partition.
    async fn write<T: Table>(self, table: &T) -> Result<bool, Trouble> {
        let kept = self.kept.into_iter().map(|(row, keep)| async move {
            let is_use = row.pk.starts_with(keys::SESSION) && Kind::Use.is_kind_of(&row.sk);
            let outcome = table.keep(TableKind::Ledger, row, keep).await?;
            Ok(is_use && outcome == KeepOutcome::Written)
        });
        let plain = table.keep_all(TableKind::Ledger, self.plain);
        let ((), written) = try_join(plain, try_join_all(kept)).await?;
        Ok(written.contains(&true))
    }
}

/// The rows for the facts of a record and its family, under every key.
fn fact_rows(arrival: &Arrival, policy: &Policy, now: Moment) -> Vec<Row> {
    let mut rows = Vec::new();
    let members = std::iter::once((&arrival.seen, &arrival.body))
        .chain(arrival.family.iter().map(|(seen, body)| (seen, body)));
    let members: Vec<(&SeenRecord, &String)> =
        members.filter(|(seen, _)| seen.fact.is_some()).collect();
    // INVARIANT (family): versions and corrections of one record are stored under the keys of all
    // of them, so whoever finds one finds all.
    let places: Vec<(String, String)> = members
        .iter()
        .flat_map(|(seen, _)| places(seen, policy))
        .collect();
    for (seen, body) in members {
        let kept = if is_link(seen, policy) {
            LINKS_KEPT
        } else {
            FACTS_KEPT
        };
        let tail = format!("{}~{}", keys::record_part(&seen.key), keys::hash(body));
        for (pk, sk) in &places {
            rows.push(fact_row(
                pk.clone(),
                format!("{sk}{tail}"),
                body,
                now.plus_seconds(kept),
            ));
        }
    }
    rows
}

pub(super) fn fact_row(pk: String, sk: String, body: &str, expires: Moment) -> Row {
    Row {
        pk,
        sk,
        body: body.to_owned(),
        rank: String::new(),
        version: 0,
        expires: Some(expires),
    }
}

/// A row of the ledger, parsed by the engine. `None`: the record was relevant only under another
/// policy.
pub(crate) fn reread(body: &str, policy: &Policy) -> Option<SeenRecord> {
    let read = Said::open(body.as_bytes())
        .and_then(|said| said.read(Delivery::default(), &elevated(policy)));
    match read {
        Ok(Reading::Seen(seen)) => Some(*seen),
        Ok(Reading::Service(_) | Reading::NotRelevant) => None,
        Err(problem) => {
            tracing::error!(%problem, "can't read a row of the ledger; ignoring it");
            None
        }
    }
}

fn is_link(seen: &SeenRecord, policy: &Policy) -> bool {
    match &seen.fact {
        Some(Fact::Mint(mint)) => !mint.role.as_ref().is_some_and(elevated(policy)),
        _ => false,
    }
}

/// The text by which the first and the last of several records are determined.
fn rank_of(seen: &SeenRecord) -> String {
    format!(
        "{}#{}",
        keys::second(seen.time),
        keys::record_part(&seen.key)
    )
}

/// The rows that say something about more than one record.
fn hint_rows(seen: &SeenRecord, body: &str, now: Moment) -> NewRows {
    let mut kept = Vec::new();
    let rank = rank_of(seen);
    let expires = now.plus_seconds(FACTS_KEPT);
    if let Some(used) = &seen.used {
        let created = used.created.unwrap_or(used.time);
        // Only the first and the last row under a key are kept, so the key contains everything that
        // one use shows of its session, and the quarter of an hour, as the engine keeps uses.
        let login = if used.login.is_some() { " login" } else { "" };
        let what = format!(
            "{:?} {:?} {} {}{login} {}",
            used.created,
            used.key,
            used.role,
            used.delivered_by_service,
            quarter_of_hour(used.time)
        );
        let pk = keys::session(&used.session);
        let sk = Kind::Use.sort_key(created, &keys::hash(&what));
        for (end, keep) in [("first", Keep::Least), ("last", Keep::Greatest)] {
            let mut row = fact_row(pk.clone(), format!("{sk}#{end}"), body, expires);
            row.rank.clone_from(&rank);
            kept.push((row, keep));
        }
    }
    // The first row stays: a later call must not take the place of an earlier one.
    let counted = super::uses::use_row(seen)
        .map(|(pk, sk, body)| (fact_row(pk, sk, &body, expires), Keep::First));
    kept.extend(counted);
    let mut rows = log_rows(seen, &rank, expires);
    rows.kept.append(&mut kept);
    // Every record that shows both says the same about the role.
    rows.plain.extend(
        seen.role
            .iter()
            .map(|(id, role)| fact_row(keys::role(id), keys::hash(role.as_str()), body, expires)),
    );
    rows
}

/// Notes that a record arrived from the log of its account and Region. Stores nothing else about
/// the record.
///
/// # Errors
/// Returns the table's error.
pub(crate) async fn note_log_heard<T: Table>(
    table: &T,
    seen: &SeenRecord,
    now: Moment,
) -> Result<(), Trouble> {
    let rows = log_rows(seen, &rank_of(seen), now.plus_seconds(FACTS_KEPT));
    rows.write(table).await.map(drop)
}

/// The rows that say that a Region's log had a record about an account in this hour, and whether
/// IAM's events are recorded there.
fn log_rows(seen: &SeenRecord, rank: &str, expires: Moment) -> NewRows {
    let mut rows = NewRows::default();
    let Some(region) = &seen.region else {
        return rows;
    };
    let account = seen.key.account;
    let hour = keys::hour(seen.time);
    // The row changes once an hour. Within the hour, the stored value is at least as great.
    let latest = fact_row(
        keys::regions(account),
        keys::region_part(region),
        "",
        expires,
    );
    let rank_by_hour = hour.clone();
    let latest = Row {
        rank: rank_by_hour,
        ..latest
    };
    rows.kept.push((latest, Keep::Greatest));
    let log = Log::for_service(seen.service, region);
    if log != Log::Use {
        let heard = fact_row(keys::heard(account, region), hour.clone(), "", expires);
        rows.plain.push(heard);
    }
    if log == Log::Iam {
        for pk in [keys::regions(account), keys::IAM_REGIONS.to_owned()] {
            for (end, keep, rank) in [
                ("first", Keep::Least, rank),
                ("last", Keep::Greatest, &hour),
            ] {
                let row = fact_row(pk.clone(), keys::iam_region_part(region, end), "", expires);
                let rank = rank.to_owned();
                rows.kept.push((Row { rank, ..row }, keep));
            }
        }
    }
    rows
}

/// Whether this record is the first to show that its Region records IAM's events.
async fn learned<T: Table>(table: &T, seen: &SeenRecord) -> Result<Option<Learned>, Trouble> {
    let Some(region) = seen
        .region
        .as_deref()
        .filter(|region| Log::for_service(seen.service, region) == Log::Iam)
    else {
        return Ok(None);
    };
    let sk = keys::iam_region_part(region, "first");
    let only = KeyRange {
        from: sk.clone(),
        to: sk,
    };
    let record = keys::record_part(&seen.key);
    let is_first = |rows: &Vec<Row>| rows.iter().any(|row| row.rank.ends_with(&record));
    let own = keys::regions(seen.key.account);
    if !is_first(&table.query(TableKind::Ledger, &own, &only).await?) {
        return Ok(None);
    }
    let of_all = is_first(
        &table
            .query(TableKind::Ledger, keys::IAM_REGIONS, &only)
            .await?,
    );
    Ok(Some(if of_all {
        Learned::OfAll
    } else {
        Learned::OfAccount
    }))
}
