//! Markers in the partitions of sessions. With them, one read shows whether anything was stored about
//! a session since it was judged.
//!
//! Most facts about a session are rows of its own partition. Others aren't: a group change, or how
//! the session's caller got its own session. So whoever judges a session because of such a fact
//! first leaves a marker in the session's partition.
//!
//! INVARIANT (marker): a marker is written after the fact was stored, and before the outbox is
//! compared. Suppose that A writes a finding that it judged without the fact. If B, who stored it,
//! compared the outbox before A wrote, then the marker was there before A wrote, and A finds it.
//! Otherwise B sees what A wrote. A marker counts even if A read it together with the session's
//! rows, because A may have read the place of the fact before that.
//!
//! A version of rolewatch that knows no markers leaves none. So in the minute in which a stack is
//! updated from such a version, a finding can stay as it is until the session is judged again.

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;

use super::gather::ReadRows;
use super::keys::{self, Kind, SessionAt};
use super::store::fact_row;
use crate::port::{Row, Table, TableKind, Trouble};

/// How long a marker is kept, in seconds. An invocation ends within minutes.
const KEPT: i64 = 86_400;

/// A record that no version of rolewatch takes for a fact.
const NO_FACT: &str = r#"{"eventSource":"rolewatch"}"#;

/// Leaves a marker for each session that was judged with these rows.
///
/// # Errors
/// Returns the table's error.
pub(crate) async fn mark_judged<T: Table>(
    table: &T,
    mut sessions: BTreeSet<SessionAt>,
    read: &ReadRows,
    now: Moment,
) -> Result<(), Trouble> {
    sessions.retain(|at| at.record().is_none());
    if sessions.is_empty() {
        return Ok(());
    }
    let mark = mark_of(read);
    let row = |at: &SessionAt| {
        let sk = Kind::Judged.sort_key(at.time, &mark);
        fact_row(at.question().0, sk, NO_FACT, now.plus_seconds(KEPT))
    };
    table
        .keep_all(TableKind::Ledger, sessions.iter().map(row).collect())
        .await
}

/// Whether the partitions of these sessions still hold what was read.
///
/// # Errors
/// Returns the table's error.
pub(crate) async fn is_unchanged<T: Table>(
    table: &T,
    sessions: &BTreeSet<SessionAt>,
    read: &ReadRows,
) -> Result<bool, Trouble> {
    let own = mark_of(read);
    for at in sessions {
        let question = at.question();
        // A switch without a session has no partition of its own.
        let known = read.get(&question).filter(|_| !at.session.contains(' '));
        let Some(known) = known else {
            return Ok(false);
        };
        let (pk, span) = &question;
        let rows = table.query(TableKind::Ledger, pk, span).await?;
        if !shows_the_same(known, &rows, &own) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the rows are the known ones, and nobody but this invocation left a marker.
fn shows_the_same(known: &[Row], rows: &[Row], own: &str) -> bool {
    let is_others = |row: &Row| is_marker(row) && !row.sk.ends_with(own);
    !rows.iter().any(is_others) && facts(known).eq(facts(rows))
}

/// What rows say of the session.
fn facts(rows: &[Row]) -> impl Iterator<Item = (&str, &str)> {
    let facts = rows.iter().filter(|row| !is_marker(row));
    facts.map(|row| (&*row.sk, &*row.body))
}

fn is_marker(row: &Row) -> bool {
    Kind::Judged.is_kind_of(&row.sk)
}

/// The same for the same rows, whoever read them.
fn mark_of(read: &ReadRows) -> String {
    let mut all = String::new();
    for row in read.values().flatten() {
        if !is_marker(row) {
            for part in [&row.pk, &row.sk, &row.body] {
                all.push_str(part);
                all.push('\n');
            }
        }
    }
    keys::hash(&all)
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::delivery::Delivery;
    use rolewatch_guard::said::Said;
    use rolewatch_guard::seen::Reading;

    use super::*;

    #[test]
    fn a_marker_says_nothing_to_a_version_that_reads_it_as_a_record() {
        let said = Said::open(NO_FACT.as_bytes()).unwrap();
        let read = said.read(Delivery::default(), &|_| true).unwrap();
        assert!(matches!(read, Reading::NotRelevant), "{read:?}");
    }

    #[test]
    fn only_ones_own_marker_counts_as_no_change() {
        let row = |sk: &str, body: &str| {
            fact_row(
                "session#s".to_owned(),
                sk.to_owned(),
                body,
                Moment::from_epoch_seconds(0),
            )
        };
        let known = [row("1#m#a", "mint")];
        let same = |rows: &[Row]| shows_the_same(&known, rows, "own");
        assert!(same(&[row("1#j#own", NO_FACT), row("1#m#a", "mint")]));
        assert!(!same(&[row("1#j#other", NO_FACT), row("1#m#a", "mint")]));
        assert!(!same(&[row("1#m#a", "mint"), row("1#m#b", "another half")]));
        assert!(!same(&[row("1#m#a", "a later use")]));
        // Whoever left it may know what was stored before the session's rows were read.
        let known = [row("1#j#other", NO_FACT), row("1#m#a", "mint")];
        assert!(!shows_the_same(&known, &known, "own"));
    }
}
