//! Judging what was touched, and bringing the outbox in line with it.
//!
//! A message touches sessions and records. They are judged in `rounds.rs`; what rests on what a
//! record tells of users, groups and devices is found by `spread.rs`, and what is too much for
//! one message is judged in `turns.rs`.

pub(crate) mod alert;
pub(crate) mod diff;
mod entered;
mod judged;
mod lookup;
mod rounds;
mod settled;
mod spread;
mod turns;
mod uses;

pub use settled::SettleCounts;
pub use turns::take_turn;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::tamper::Tampering;

use crate::ledger::TouchedEvidence;
use crate::outbox::{self, FindingState, publish};
use crate::port::{Directory, Queue, Table, Topic, Trouble};
use crate::rulebook::Rulebook;
use rounds::rounds;

/// Judges what was touched, stores what changed, sends what is due.
///
/// # Errors
/// Of any port but IAM, whose silence makes unproven findings; then all of it has to be done again,
/// and can be.
pub async fn settle<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &TouchedEvidence,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let mut settled = SettleCounts::default();
    let mut facts = None;
    if !touched.sessions.is_empty() || !touched.records.is_empty() {
        facts = Some(rounds(outside, book, touched, &mut settled, now).await?);
    }
    if !touched.told.is_empty() {
        spread::spread(outside, book, touched, facts, &mut settled, now).await?;
    }
    Ok(settled)
}

/// Stores and sends a finding that needs no joining: somebody tampers with the guard.
///
/// # Errors
/// The ports' own; then it can be told again.
pub async fn tell<O: Table + Topic>(
    outside: &O,
    policy: &Policy,
    tampering: &Tampering,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let finding = tampering.finding(policy.version_hash);
    let mut settled = SettleCounts::default();
    let id = finding.id.clone();
    let mut states = outbox::load(outside, [id.clone()]).await?;
    let fresh = || {
        let (switches, records) = outbox::subject(&finding);
        let mut alert = alert::plain(&finding, policy, now);
        alert.region.clone_from(&tampering.region);
        alert.source_ip.clone_from(&tampering.source_ip);
        // Nothing that would prove it is on its way, so it is told at once, proven or not.
        FindingState {
            alert,
            switches,
            records,
            several: false,
            quiet: false,
            due: Some(now),
            published: 0,
            sending: None,
        }
    };
    if states.is_empty() {
        outbox::write(outside, &fresh(), 0, now).await?;
        // Read again also if the row was there: a reply can be lost and the call repeated below us.
        states = outbox::load(outside, [id]).await?;
        settled.found = 1;
    }
    settled.published += publish::send_due(outside, &mut states, now).await?;
    Ok(settled)
}
