//! Switches that were judged long ago: their rows in the index.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Entity, Handle};

use super::twin::Twin;
use super::weather::{Weather, run};
use crate::ledger::SessionAt;
use crate::ledger::index::note_switch;
use crate::port::Trouble;

/// Adds switches of one user of an account into one role to the index, some minutes apart and up to
/// a moment, as judging them would. Their records aren't kept.
///
/// # Errors
/// Returns the weather's error.
pub fn keep_switches<W: Weather>(
    twin: &Twin<W>,
    account: AccountId,
    user: &str,
    role: &str,
    switches: usize,
    until: Moment,
) -> Result<(), Trouble> {
    let asked = BTreeSet::from([Entity::User(account, Handle::Id(user.into()))]);
    for number in 0..switches {
        let ago = i64::try_from(number)
            .unwrap_or(i64::MAX)
            .saturating_mul(600);
        let at = SessionAt {
            session: format!("AROAEXAMPLE:{user}"),
            time: until.plus_seconds(-ago),
        };
        run(note_switch(
            twin,
            at,
            (account, user),
            role,
            asked.clone(),
            until,
        ))?;
    }
    Ok(())
}
