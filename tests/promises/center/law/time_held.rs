//! How long somebody held a role.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::verdicts::{Verdict, is_admitted};
use crate::center::company::{DAY, Id, Second};

/// Two sessions that follow each other within this belong together.
const PAUSE: i64 = 15 * 60;

/// Person, account, and permission set or `None` for UpdateApp.
pub(crate) type Holder = (Id, usize, Option<usize>);

pub(crate) struct Held {
    pub(crate) stretch: Verdict,
    pub(crate) day: Verdict,
}

/// What RW004 and RW005 come to for everybody who is known.
pub(crate) fn held(evidence: &Evidence<'_>) -> BTreeMap<Holder, Held> {
    let company = evidence.company;
    let mut sessions: BTreeMap<Holder, Vec<usize>> = BTreeMap::new();
    for session in (0..company.sessions.len()).filter(|at| is_admitted(evidence, *at)) {
        if let Some(id) = evidence.person(session).id() {
            let role = &company.sessions[session].role;
            sessions
                .entry((id, role.account, role.set))
                .or_default()
                .push(session);
        }
    }
    let held = |(holder, sessions): (Holder, Vec<usize>)| (holder, of(evidence, &sessions));
    sessions.into_iter().map(held).collect()
}

fn of(evidence: &Evidence<'_>, sessions: &[usize]) -> Held {
    let company = evidence.company;
    if sessions.iter().any(|session| evidence.is_blurred(*session)) {
        return Held {
            stretch: Verdict::Open,
            day: Verdict::Open,
        };
    }
    let seen = |session: &usize| {
        let at = company.sessions[*session].at;
        let last = evidence
            .uses_of(*session)
            .map(|used| evidence.uses[used].at)
            .max();
        Some((at, last?.max(at)))
    };
    let granted = |session: &usize| {
        let session = &company.sessions[*session];
        (session.at, session.expires)
    };
    // Nobody was observed in a session that wasn't used.
    let seen: Vec<_> = sessions.iter().filter_map(seen).collect();
    let granted: Vec<_> = sessions.iter().map(granted).collect();
    let asked = company.plan.asked(&company.sessions[sessions[0]].role);
    let (max_stretch, max_per_day) =
        asked.map_or((None, None), |asked| (asked.max_stretch, asked.max_per_day));
    let judged = |limit: Option<i64>, longest: fn(&[(Second, Second)]) -> i64| match limit {
        Some(limit) if longest(&seen) > limit => Verdict::Violation,
        Some(limit) if longest(&granted) > limit => Verdict::Unproven,
        _ => Verdict::Silent,
    };
    Held {
        stretch: judged(max_stretch, longest_stretch),
        day: judged(max_per_day, fullest_day),
    }
}

fn merged(spans: &[(Second, Second)], pause: i64) -> Vec<(Second, Second)> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let mut merged: Vec<(Second, Second)> = Vec::new();
    for (begin, end) in spans {
        match merged.last_mut() {
            Some(last) if begin - last.1 <= pause => last.1 = last.1.max(end),
            _ => merged.push((begin, end)),
        }
    }
    merged
}

fn longest_stretch(spans: &[(Second, Second)]) -> i64 {
    merged(spans, PAUSE)
        .into_iter()
        .map(|(begin, end)| end - begin)
        .max()
        .unwrap_or(0)
}

/// The most within any 24 hours; a fullest window begins or ends with some span.
fn fullest_day(spans: &[(Second, Second)]) -> i64 {
    let merged = merged(spans, 0);
    let begins = merged.iter().flat_map(|(begin, end)| [*begin, end - DAY]);
    let within = |from: Second| -> i64 {
        merged
            .iter()
            .map(|(begin, end)| ((*end).min(from + DAY) - (*begin).max(from)).max(0))
            .sum()
    };
    begins.map(within).max().unwrap_or(0)
}
