//! Judging what was touched, and bringing the outbox in line with it.
//!
//! INVARIANT (settled): a round that finds nothing to change ends it. A round that wrote gathers and judges once more, so a fact that came in
//! between is not lost: whoever stores a fact gathers after that, and whoever wrote from older facts looks again. Only then is anything sent.

pub(crate) mod alert;
pub(crate) mod diff;
mod index;
mod judged;
mod lookup;
pub(crate) mod send;
mod uses;

use std::collections::BTreeSet;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::tamper::Tampering;
use serde::{Deserialize, Serialize};

use crate::ledger::{SessionAt, Touched};
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

/// A message of switch-guard to itself: judge these again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejudge {
    /// Sessions.
    #[serde(default)]
    pub sessions: Vec<SessionAt>,
    /// Records: account and event id.
    #[serde(default)]
    pub records: Vec<(String, String)>,
}

impl Rejudge {
    pub(crate) fn of(touched: &Touched) -> Self {
        Self {
            sessions: touched.sessions.iter().cloned().collect(),
            records: touched.records.iter().map(|record| (record.account.to_string(), record.event.to_string())).collect(),
        }
    }

    /// Everything that a finding is about.
    pub(crate) fn of_finding(state: &State) -> Self {
        let record = |name: &String| name.split_once('~').map(|(account, event)| (account.to_owned(), event.to_owned()));
        Self { sessions: state.switches.clone(), records: state.records.iter().filter_map(record).collect() }
    }

    /// What it asks for. Whatever is no account or event id is not one of ours and is left out.
    pub fn touched(&self) -> Touched {
        let record = |(account, event): &(String, String)| Some(RecordKey { account: account.parse().ok()?, event: event.parse().ok()? });
        Touched {
            sessions: self.sessions.iter().cloned().collect(),
            records: self.records.iter().filter_map(record).collect(),
            people: BTreeSet::new(),
        }
    }
}

/// Judges what was touched, stores what changed, sends what is due.
///
/// # Errors
/// Of any port but IAM, whose silence makes unproven findings; then all of it has to be done again, and can be.
pub async fn settle<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &Touched,
    now: Moment,
) -> Result<Settled, Trouble> {
    let mut settled = Settled::default();
    for account in &touched.people {
        everybody(outside, *account).await?;
    }
    if touched.sessions.is_empty() && touched.records.is_empty() {
        return Ok(settled);
    }
    let mut asked: BTreeSet<(AccountId, String)> = BTreeSet::new();
    let mut touched = touched.clone();
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
        if changes.write(outside, now, &mut settled).await? {
            continue;
        }
        settled.published += send::send_due(outside, &mut changes.states, now).await?;
        if lookups.unanswered > 0 || changes.states.values().any(|stored| stored.state.waits(now)) {
            send::later(outside, &touched).await?;
        }
        return Ok(settled);
    }
    Err(Trouble::Unreachable { what: "settling".to_owned(), why: format!("the outbox still changed after {MOST_ROUNDS} rounds") })
}

/// Stores and sends a finding that needs no joining: somebody tampers with the guard.
///
/// # Errors
/// The ports' own; then it can be told again.
pub async fn tell<O: Table + Topic>(outside: &O, policy: &Policy, tampering: &Tampering, now: Moment) -> Result<Settled, Trouble> {
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
        State { alert, switches, records, several: false, quiet: false, due: Some(now), published: 0 }
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

/// So many sessions are judged again by one message.
const CHUNK: usize = 20;

/// Everybody in an account has to be judged again: that is too much for one go, so it is queued.
async fn everybody<O: Table + Queue>(outside: &O, account: AccountId) -> Result<(), Trouble> {
    let sessions = index::people(outside, account).await?;
    for chunk in sessions.chunks(CHUNK) {
        send::rejudge(outside, &Rejudge { sessions: chunk.to_vec(), records: Vec::new() }, 0).await?;
    }
    Ok(())
}

/// Has sessions or records judged again, after so many seconds, at most 900.
///
/// # Errors
/// The queue's own.
pub async fn again<O: Queue>(outside: &O, what: &Rejudge, delay: u32) -> Result<(), Trouble> {
    send::rejudge(outside, what, delay).await
}

/// Every elevated switch that began since, from the start of that day (UTC) on.
///
/// # Errors
/// The table's own.
pub async fn switches_since<T: Table>(table: &T, since: Moment, now: Moment) -> Result<Vec<SessionAt>, Trouble> {
    index::days(table, since, now).await
}

/// Every elevated switch that began since `since`, queued to be judged again: another policy or roster is in force.
///
/// # Errors
/// Of the table or the queue.
pub async fn open_dossiers<O: Table + Queue>(outside: &O, since: Moment, now: Moment) -> Result<usize, Trouble> {
    let sessions = index::days(outside, since, now).await?;
    for chunk in sessions.chunks(CHUNK) {
        send::rejudge(outside, &Rejudge { sessions: chunk.to_vec(), records: Vec::new() }, 0).await?;
    }
    Ok(sessions.len())
}
