//! Judges what was touched and updates the outbox accordingly.
//!
//! A message touches sessions and records, which `rounds.rs` judges. `spread.rs` finds everything
//! that depends on what a record says about users, groups and devices. What is too much for one
//! message is judged in `turns.rs`.

pub(crate) mod alert;
pub(crate) mod diff;
mod entered;
mod first_seen;
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

/// Judges what was touched, stores what changed, and sends what is due.
///
/// # Errors
/// Returns the first error of a port other than IAM (without IAM's answer, findings stay unproven).
/// All of it then has to be repeated, which is safe.
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

/// Stores and sends a finding that needs no other facts: somebody tampers with the guard.
///
/// # Errors
/// Returns the first error of a port. The call can then be repeated.
pub async fn report_tampering<O: Table + Topic>(
    outside: &O,
    policy: &Policy,
    tampering: &Tampering,
    now: Moment,
) -> Result<SettleCounts, Trouble> {
    let finding = tampering.finding(policy.version_hash);
    let mut settled = SettleCounts::default();
    let id = finding.id.clone();
    let mut states = outbox::load_findings(outside, [id.clone()]).await?;
    let fresh = || {
        let (switches, records) = outbox::subject(&finding);
        let mut alert = alert::alert_of_finding(&finding, policy, now);
        alert.region.clone_from(&tampering.region);
        alert.source_ip.clone_from(&tampering.source_ip);
        // No further evidence is expected, so the finding is published at once, proven or not.
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
        // Read it even if the row already existed: a reply can get lost and the client repeat the
        // call, so our own row may be the existing one.
        states = outbox::load_findings(outside, [id]).await?;
        settled.found = 1;
    }
    settled.published += publish::send_due(outside, &mut states, now).await?;
    Ok(settled)
}
