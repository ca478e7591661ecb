//! The rows that this process already wrote or found. Keeping such a row again would change nothing,
//! so the call is left out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{Keep, Row};

/// How many rows are remembered: about a megabyte.
const MOST: usize = 4_096;

/// How long a row is remembered, in seconds. It is far less than any row is stored.
const REMEMBERED: i64 = 86_400;

/// What is remembered of a row.
#[derive(Debug)]
struct KeptRow {
    rank: String,
    expires: Option<Moment>,
}

/// Rows of one table by partition key and sort key.
#[derive(Debug, Default)]
pub(super) struct KeptRows(Mutex<HashMap<(String, String), KeptRow>>);

impl KeptRows {
    /// Whether the table has this row, or one that wins.
    pub(super) fn has(&self, row: &Row, keep: Keep) -> bool {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = rows.get(&(row.pk.clone(), row.sk.clone())) else {
            return false;
        };
        let is_recent = match (row.expires, known.expires) {
            (Some(new), Some(old)) => new.seconds_since(old) < REMEMBERED,
            (new, old) => new == old,
        };
        let wins = match keep {
            Keep::First => true,
            Keep::Least => known.rank <= row.rank,
            Keep::Greatest => known.rank >= row.rank,
        };
        is_recent && wins
    }

    /// Notes that the table has this row, or one that wins.
    pub(super) fn note(&self, key: (String, String), rank: String, expires: Option<Moment>) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= MOST {
            rows.clear();
        }
        rows.insert(key, KeptRow { rank, expires });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rank: &str, day: i64) -> Row {
        Row {
            pk: "regions#111122223333".to_owned(),
            sk: "us-east-1".to_owned(),
            body: String::new(),
            rank: rank.to_owned(),
            version: 0,
            expires: Some(Moment::from_epoch_seconds(day * 86_400)),
        }
    }

    fn kept(one: &Row) -> KeptRows {
        let rows = KeptRows::default();
        rows.note(
            (one.pk.clone(), one.sk.clone()),
            one.rank.clone(),
            one.expires,
        );
        rows
    }

    #[test]
    fn a_row_that_would_change_something_is_not_left_out() {
        let rows = kept(&row("5", 100));
        assert!(rows.has(&row("5", 100), Keep::First) && rows.has(&row("6", 100), Keep::First));
        assert!(
            rows.has(&row("4", 100), Keep::Greatest) && rows.has(&row("5", 100), Keep::Greatest)
        );
        assert!(!rows.has(&row("6", 100), Keep::Greatest));
        assert!(rows.has(&row("6", 100), Keep::Least) && !rows.has(&row("4", 100), Keep::Least));
        let other = Row {
            sk: "eu-west-1".to_owned(),
            ..row("5", 100)
        };
        assert!(!rows.has(&other, Keep::First));
    }

    #[test]
    fn after_a_day_a_row_is_written_again() {
        let rows = kept(&row("5", 100));
        assert!(!rows.has(&row("5", 101), Keep::First));
    }

    #[test]
    fn only_so_many_rows_are_remembered() {
        let rows = KeptRows::default();
        for number in 0..=MOST {
            rows.note((number.to_string(), String::new()), String::new(), None);
        }
        assert!(rows.0.lock().unwrap().len() <= MOST);
    }
}
