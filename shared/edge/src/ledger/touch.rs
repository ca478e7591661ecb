//! What a record that arrived can change: its own session, those made with it, those of the people that it is about.

use std::collections::BTreeSet;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{Fact, Mint, Seen};

use super::keys::{self, Kind, SessionAt};
use super::store::{Arrival, Learned, reread};
use crate::port::{Place, Span, Table, Trouble};

/// What has to be judged anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Sessions, whole.
    pub sessions: BTreeSet<SessionAt>,
    /// Records that are no session: refused attempts, root sessions, console steps without a session.
    pub records: BTreeSet<RecordKey>,
    /// Everybody in these accounts: found in the ledger and judged later, in turns.
    pub people: BTreeSet<AccountId>,
}

impl Touched {
    /// Whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.records.is_empty() && self.people.is_empty()
    }
}

/// Finds what a stored record touches.
///
/// # Errors
/// The table's own.
pub async fn touch<T: Table>(table: &T, policy: &Policy, arrival: &Arrival) -> Result<Touched, Trouble> {
    let mut touched = Touched::default();
    let mut open: Vec<Seen> = arrival.family.iter().map(|(seen, _)| seen.clone()).collect();
    if let Some(used) = &arrival.seen.used {
        let time = used.created.unwrap_or(used.time);
        touched.sessions.insert(SessionAt { session: used.session.to_string(), time });
    }
    if let (true, Some(named)) = (arrival.new_name, &arrival.seen.named) {
        touched.people.insert(named.account);
    }
    // Whether the logs have a gap is another question from now on.
    if arrival.learned.is_some() {
        touched.people.insert(arrival.seen.key.account);
    }
    if arrival.learned == Some(Learned::OfAll) {
        let groups = policy.roles.iter().flat_map(|role| &role.groups);
        touched.people.extend(groups.map(|group| group.account));
    }
    open.push(arrival.seen.clone());
    let mut followed: BTreeSet<(RecordKey, Fact)> = BTreeSet::new();
    while let Some(seen) = open.pop() {
        let Some(fact) = &seen.fact else { continue };
        if !followed.insert((seen.key.clone(), fact.clone())) {
            continue;
        }
        match fact {
            Fact::Mint(mint) => {
                touched.records.insert(seen.key.clone());
                if let Some(session) = &mint.session {
                    touched.sessions.insert(SessionAt { session: session.to_string(), time: mint.time });
                }
                open.extend(children(table, policy, mint).await?);
            }
            Fact::Console(step) => {
                touched.records.insert(seen.key.clone());
                if let Some(session) = &step.session {
                    touched.sessions.insert(SessionAt { session: session.to_string(), time: step.time });
                    // It is part of the proof of whatever the session led to.
                    open.extend(of_session(table, policy, session, step.time, |sk| Kind::Mint.is(sk) || Kind::Child.is(sk)).await?);
                }
            }
            Fact::Denial(_) => {
                touched.records.insert(seen.key.clone());
            }
            Fact::IamChange(change) => {
                // Who bore which name, which group is which, whose device it was: any change may tell of others too.
                touched.people.insert(change.account);
            }
            Fact::Nothing => {}
        }
    }
    Ok(touched)
}

/// What was done with the session that a mint yielded, and waited for it.
async fn children<T: Table>(table: &T, policy: &Policy, mint: &Mint) -> Result<Vec<Seen>, Trouble> {
    let mut found = Vec::new();
    if let Some(issued) = &mint.issued {
        let rows = table.query(Place::Ledger, &keys::issued(issued), &Span::default()).await?;
        found.extend(rows.iter().filter(|row| Kind::Child.is(&row.sk)).filter_map(|row| reread(&row.body, policy)));
    }
    if let Some(session) = &mint.session {
        found.extend(of_session(table, policy, session, mint.time, |sk| Kind::Child.is(sk)).await?);
    }
    Ok(found)
}

/// What lies under a session that began within five seconds of a moment, of the kinds that are asked for by their sort keys.
async fn of_session<T: Table>(
    table: &T,
    policy: &Policy,
    session: &str,
    began: Moment,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Seen>, Trouble> {
    let rows = table.query(Place::Ledger, &keys::session(session), &keys::around(began, 5, 5)).await?;
    Ok(rows.iter().filter(|row| wanted(&row.sk)).filter_map(|row| reread(&row.body, policy)).collect())
}
