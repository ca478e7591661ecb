//! Who held which role, and for how long.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Asked;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{ExaminedSwitch, Scope, SwitchKey, judge};

use crate::ledger::{Gather, SessionAt, switches_since};
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;
use crate::wire::{Held, Stretch};
use rolewatch_guard::time::chosen::STRETCH_PAUSE;

/// How many sessions are read at a time.
const CHUNK: usize = 50;

/// One switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) person: [String; 2],
    pub(super) who: String,
    pub(super) role: String,
    pub(super) began: Moment,
    pub(super) last_use: Option<Moment>,
    pub(super) until: Option<Moment>,
}

/// The switches that began at or after `since`, in order of time.
pub(super) async fn sessions<T: Table>(
    table: &T,
    book: &Rulebook,
    since: Moment,
    now: Moment,
) -> Result<Vec<Session>, Trouble> {
    let mut found: BTreeMap<SwitchKey, Session> = BTreeMap::new();
    // The index returns whole days, so drop what began before `since`.
    let mut entered = switches_since(table, since, now).await?;
    entered.retain(|at| at.time >= since && at.time < now);
    for chunk in entered.chunks(CHUNK) {
        let mut gather = Gather::new(table, book);
        for at in chunk {
            gather.session(at);
        }
        loop {
            gather.ask_until_closed().await?;
            let asked = take_sessions(&gather, book, chunk, (since, now), &mut found);
            // A user of IAM is in the records of the session. Who it was in Identity Center is in
            // other records.
            gather.need(&asked.of_center());
            if !gather.is_open() {
                break;
            }
        }
    }
    let mut sessions: Vec<Session> = found.into_values().collect();
    sessions.sort_by(|a, b| (a.began, &a.person, &a.role).cmp(&(b.began, &b.person, &b.role)));
    Ok(sessions)
}

/// Takes what was gathered about these switches, and returns what it depends on.
fn take_sessions<T: Table>(
    gather: &Gather<'_, T>,
    book: &Rulebook,
    chunk: &[SessionAt],
    (since, now): (Moment, Moment),
    found: &mut BTreeMap<SwitchKey, Session>,
) -> Asked {
    let facts = gather.facts();
    let rosters = facts.rosters(&book.rosters, now);
    let scope = Scope {
        as_of: Some(now),
        since: Some(since),
        until: Some(now),
    };
    let mut asked = Asked::default();
    let mut take = |examined: &ExaminedSwitch<'_>| {
        let at = SessionAt {
            session: examined.switch.key.session.to_string(),
            time: examined.switch.key.second,
        };
        // The facts about other switches were read only as far as these switches lead to them.
        if chunk.contains(&at) {
            asked.join(examined.asked);
            found.insert(examined.switch.key.clone(), session(examined));
        }
    };
    judge(&facts.world, &book.policy, &rosters, scope, &mut take);
    asked
}

fn session(examined: &ExaminedSwitch<'_>) -> Session {
    let switch = examined.switch;
    Session {
        person: examined.origin.person.id_parts(),
        who: harmless(&examined.origin.name),
        role: switch
            .role
            .as_ref()
            .map(|role| harmless(role.as_str()))
            .unwrap_or_default(),
        began: switch.key.second,
        last_use: switch.last_used(),
        until: switch.granted_until(),
    }
}

/// The number of distinct people.
pub(super) fn people(sessions: &[Session]) -> usize {
    sessions
        .iter()
        .map(|session| &session.person)
        .collect::<BTreeSet<_>>()
        .len()
}

/// The total time in seconds that people held roles, with each role counted separately.
pub(super) fn elevated(sessions: &[Session]) -> i64 {
    by_person_and_role(sessions)
        .iter()
        .map(|held| held.seconds)
        .sum()
}

/// Held time by person and role, longest first.
pub(super) fn by_person_and_role(sessions: &[Session]) -> Vec<Held> {
    let mut held: Vec<Held> = by_holder(sessions)
        .into_values()
        .filter_map(|of| {
            let first = of.first()?;
            let seconds = spans_of_use(&of, 0)
                .iter()
                .map(|(from, to)| to.seconds_since(*from))
                .sum();
            Some(Held {
                who: first.who.clone(),
                role: first.role.clone(),
                switches: of.len(),
                seconds,
            })
        })
        .collect();
    held.sort_by(|a, b| {
        (b.seconds, b.switches, &a.who, &a.role).cmp(&(a.seconds, a.switches, &b.who, &b.role))
    });
    held
}

/// The longest observed stretch.
pub(super) fn longest(sessions: &[Session]) -> Option<Stretch> {
    let stretches = by_holder(sessions).into_values().flat_map(|of| {
        let spans = spans_of_use(&of, STRETCH_PAUSE);
        let first = of.first().copied();
        spans
            .into_iter()
            .filter_map(move |(from, to)| Some(stretch(first?, from, to.seconds_since(from))))
    });
    stretches
        .filter(|stretch| stretch.seconds > 0)
        .max_by(|a, b| (a.seconds, &b.began, &b.who).cmp(&(b.seconds, &a.began, &a.who)))
}

/// Sessions that are over and were never seen used, latest first.
pub(super) fn unused(sessions: &[Session], now: Moment) -> Vec<Stretch> {
    let over = sessions.iter().rev().filter(|session| {
        session.last_use.is_none() && session.until.is_some_and(|until| until <= now)
    });
    over.map(|session| stretch(session, session.began, 0))
        .collect()
}

fn stretch(session: &Session, began: Moment, seconds: i64) -> Stretch {
    Stretch {
        who: session.who.clone(),
        role: session.role.clone(),
        began,
        seconds,
    }
}

type Holder<'s> = (&'s [String; 2], &'s str);

fn by_holder(sessions: &[Session]) -> BTreeMap<Holder<'_>, Vec<&Session>> {
    let mut by_holder: BTreeMap<Holder<'_>, Vec<&Session>> = BTreeMap::new();
    for session in sessions {
        by_holder
            .entry((&session.person, &session.role))
            .or_default()
            .push(session);
    }
    by_holder
}

/// The spans in which these sessions were seen used. `sessions` must be in order of time. Spans at
/// most `apart` seconds apart are merged.
fn spans_of_use(sessions: &[&Session], apart: i64) -> Vec<(Moment, Moment)> {
    let mut spans: Vec<(Moment, Moment)> = Vec::new();
    for session in sessions {
        let Some(last) = session.last_use.filter(|last| *last >= session.began) else {
            continue;
        };
        match spans.last_mut() {
            Some((_, to)) if session.began.seconds_since(*to) <= apart => *to = (*to).max(last),
            _ => spans.push((session.began, last)),
        }
    }
    spans
}
