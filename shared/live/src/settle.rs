//! Judging what was touched, and bringing the outbox in line with it.
//!
//! INVARIANT (settled): a round that finds nothing to change ends it. A round that wrote gathers
//! and judges once more, so a fact that came in between is not lost: whoever stores a fact gathers
//! after that, and whoever wrote from older facts looks again. Only then is anything sent.

pub(crate) mod alert;
pub(crate) mod diff;
mod index;
mod judged;
mod lookup;
pub(crate) mod send;
mod spread;
mod turns;
mod uses;

use std::collections::BTreeSet;

pub use turns::{revive, take_turn};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::tamper::Tampering;

use crate::ledger::{Facts, SessionAt, Told, Touched};
use crate::outbox::{self, State};
use crate::port::{Directory, Queue, Table, Topic, Trouble};
use crate::rulebook::Rulebook;

/// So many rounds without coming to rest mean that something is wrong.
const MOST_ROUNDS: usize = 30;

/// What settling came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Findings that are new.
    pub found: u64,
    /// Findings that changed, withdrawn ones among them.
    pub changed: u64,
    /// Messages that the topic took.
    pub published: u64,
    /// Questions to IAM that were not answered.
    pub unanswered: u64,
}

impl Settled {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.found += other.found;
        self.changed += other.changed;
        self.published += other.published;
        self.unanswered += other.unanswered;
    }
}

/// In place of an account, where switches of all of them are judged again.
const EVERYWHERE: &str = "everywhere";

/// Judges what was touched, stores what changed, sends what is due.
///
/// # Errors
/// Of any port but IAM, whose silence makes unproven findings; then all of it has to be done again,
/// and can be.
pub async fn settle<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &Touched,
    now: Moment,
) -> Result<Settled, Trouble> {
    let mut settled = Settled::default();
    let mut facts = None;
    if !touched.sessions.is_empty() || !touched.records.is_empty() {
        facts = Some(rounds(outside, book, touched, &mut settled, now).await?);
    }
    if !touched.told.is_empty() {
        spread::spread(outside, book, touched, facts, &mut settled, now).await?;
    }
    Ok(settled)
}

/// Judges sessions and records until nothing changes any more. Gives back what they were judged by.
async fn rounds<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &Touched,
    settled: &mut Settled,
    now: Moment,
) -> Result<Facts, Trouble> {
    let mut asked: BTreeSet<(AccountId, String)> = BTreeSet::new();
    let mut touched = Touched {
        told: Told::default(),
        ..touched.clone()
    };
    for _ in 0..MOST_ROUNDS {
        let judged = judged::judge_touched(outside, book, &touched, now).await?;
        let lookups = lookup::ask(outside, book, &judged, &mut asked, now).await?;
        settled.unanswered += lookups.unanswered;
        if lookups.answered {
            continue;
        }
        let mut changes = diff::compare(outside, &judged, &touched, now).await?;
        if !changes.more.is_empty() {
            touched.sessions.append(&mut changes.more);
            continue;
        }
        if changes.write(outside, now, settled).await? {
            continue;
        }
        settled.published += send::send_due(outside, &mut changes.states, now).await?;
        if lookups.unanswered > 0
            || changes
                .states
                .values()
                .any(|stored| stored.state.waits(now))
        {
            send::later(outside, &touched).await?;
        }
        return Ok(judged.facts);
    }
    Err(Trouble::Unreachable {
        what: "settling".to_owned(),
        why: format!("the outbox still changed after {MOST_ROUNDS} rounds"),
    })
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
) -> Result<Settled, Trouble> {
    let finding = tampering.finding(policy.version_hash);
    let mut settled = Settled::default();
    let id = finding.id.clone();
    let mut states = outbox::load(outside, [id.clone()]).await?;
    let fresh = || {
        let (switches, records) = outbox::subject(&finding);
        let mut alert = alert::plain(&finding, policy, now);
        alert.region.clone_from(&tampering.region);
        alert.source_ip.clone_from(&tampering.source_ip);
        // Nothing that would prove it is on its way, so it is told at once, proven or not.
        State {
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
    settled.published += send::send_due(outside, &mut states, now).await?;
    Ok(settled)
}

/// Every elevated switch that began since, from the start of that day (UTC) on.
///
/// # Errors
/// The table's own.
pub async fn switches_since<T: Table>(
    table: &T,
    since: Moment,
    now: Moment,
) -> Result<Vec<SessionAt>, Trouble> {
    index::days(table, since, now).await
}

/// Has every elevated switch judged again that began since `since`, in turns: another policy or
/// roster is in force.
///
/// # Errors
/// Of the table or the queue; then it can be asked for again.
pub async fn open_dossiers<O: Table + Queue>(
    outside: &O,
    since: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let days = index::partitions_of_days(since, now)
        .into_iter()
        .map(turns::Walk::whole)
        .collect();
    turns::ask(outside, EVERYWHERE, days, now).await
}

/// Notes a switch where others look for theirs, as judging it does.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn note_switch<T: Table>(
    table: &T,
    at: SessionAt,
    (account, user): (AccountId, &str),
    role: &str,
    asked: BTreeSet<rolewatch_guard::roster::Entity>,
    now: Moment,
) -> Result<(), Trouble> {
    let until = at.time.plus_seconds(3_600);
    let entered = judged::Entered {
        at,
        person: [account.to_string(), user.to_owned()],
        account: Some(account),
        caller_account: None,
        user: None,
        role: role.to_owned(),
        limited: false,
        records: BTreeSet::new(),
        asked,
        until,
        source_ip: None,
        region: None,
    };
    index::note(table, &entered, now).await
}
