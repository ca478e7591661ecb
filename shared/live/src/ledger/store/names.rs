//! When a user's name and ID were seen together: the first and the last time, under the name.

use std::sync::Arc;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Entity, Handle};
use rolewatch_guard::seen::NameSeen;

use super::{Sighting, fact_row};
use crate::ledger::keys;
use crate::ledger::observed::pointer_row;
use crate::port::{Keep, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::DAY;

/// The first and the last time, as the ranks of their records.
#[derive(Debug, Default)]
struct Ends {
    first: Option<String>,
    last: Option<String>,
}

/// What the ledger knows of a name with an ID.
#[derive(Debug, Default)]
pub(super) struct KnownName {
    here: Ends,
    /// In the rows of the previous version, if there are no others.
    before: Ends,
}

impl KnownName {
    /// Must run before the record is stored.
    pub(super) async fn read<T: Table>(table: &T, named: &NameSeen) -> Result<Self, Trouble> {
        let pair = keys::name_part(&named.name, &named.id);
        let here = ends(table, by_name(named), format!("n#{pair}#")).await?;
        // Later records are compared with the rows written here. They show less of the past, so at
        // worst more is judged again.
        let before = if here.first.is_some() {
            Ends::default()
        } else {
            ends(table, keys::names(named.account), format!("{pair}#")).await?
        };
        Ok(Self { here, before })
    }

    /// What a record adds.
    ///
    /// If the record is already stored, the invocation that stored it may have stopped before it
    /// acted on the result. What was known before the record can't be told in that case.
    pub(super) fn sighting(&self, named: &NameSeen, rank: &str) -> Option<Sighting> {
        let least = |a: &Option<String>, b: &Option<String>| a.iter().chain(b).min().cloned();
        let first = least(&self.here.first, &self.before.first);
        let last = self.here.last.clone().max(self.before.last.clone());
        let known = match (first, last) {
            (Some(first), Some(last)) if first == rank || last == rank => None,
            (Some(first), Some(_)) if rank < &*first => keys::second_of(&first),
            (Some(_), Some(last)) if rank > &*last => keys::second_of(&last),
            (Some(_), Some(_)) => return None,
            _ => None,
        };
        Some(Sighting {
            named: named.clone(),
            known,
        })
    }

    /// The row by which the ID leads to the name. It is written anew every day, so that it doesn't
    /// expire before the others.
    pub(super) fn pointer_row(&self, named: &NameSeen, rank: &str, expires: Moment) -> Option<Row> {
        let is_known = match (&self.here.first, &self.here.last) {
            (Some(first), Some(last)) => first != rank && day(rank) <= day(last) && last != rank,
            _ => false,
        };
        let id = Entity::User(named.account, Handle::Id(Arc::clone(&named.id)));
        (!is_known).then(|| pointer_row(&id, &named.name, rank.to_owned(), expires))
    }

    /// The rows with the first and the last time, as far as the record changes them.
    pub(super) fn rows(
        &self,
        named: &NameSeen,
        rank: &str,
        body: &str,
        expires: Moment,
    ) -> Vec<(Row, Keep)> {
        let pair = keys::name_part(&named.name, &named.id);
        let Ends { first, last } = &self.here;
        let is_first = first.as_deref().is_none_or(|first| rank <= first);
        let is_last = last.as_deref().is_none_or(|last| last <= rank);
        let ends = [
            ("first", Keep::Least, is_first),
            ("last", Keep::Greatest, is_last),
        ];
        let is_other_day = |end: &str| {
            let known = if end == "last" { last } else { first };
            known.as_deref().is_none_or(|known| day(known) != day(rank))
        };
        let mut rows = Vec::new();
        for (end, keep, _) in ends.into_iter().filter(|(_, _, changes)| *changes) {
            let mut add = |pk: String, sk: String| {
                let row = fact_row(pk, sk, body, expires);
                let rank = rank.to_owned();
                rows.push((Row { rank, ..row }, keep));
            };
            add(by_name(named), format!("n#{pair}#{end}"));
            // The previous version of rolewatch looks there. Once a day is enough: a shorter span
            // makes it judge more.
            if is_other_day(end) {
                let sk = format!("{}{pair}#{end}", keys::ALSO_HERE);
                add(keys::names(named.account), sk);
            }
        }
        rows
    }
}

fn by_name(named: &NameSeen) -> String {
    keys::about(&Entity::User(named.account, Handle::name(&named.name)))
}

/// The day (UTC) of a rank.
fn day(rank: &str) -> Option<i64> {
    Some(keys::second_of(rank)?.epoch_seconds().div_euclid(DAY))
}

async fn ends<T: Table>(table: &T, pk: String, begin: String) -> Result<Ends, Trouble> {
    let span = KeyRange {
        from: begin.clone(),
        to: begin.clone(),
    };
    let rows = table.query(TableKind::Ledger, &pk, &span).await?;
    let end = |which: &str| {
        let mut rows = rows.iter();
        let found = rows.find(|row| row.sk.strip_prefix(&*begin) == Some(which));
        found.map(|row| row.rank.clone())
    };
    Ok(Ends {
        first: end("first"),
        last: end("last"),
    })
}
