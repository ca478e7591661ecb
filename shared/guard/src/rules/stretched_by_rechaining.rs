//! RW014 stretched-by-rechaining
//!
//! ## What it does
//! Fires when somebody enters an elevated role once and keeps the access alive beyond the role's
//! `max_session`. The time runs from the call that issued the first session. It includes everything
//! that came from that session without another entry by the person:
//! - sessions of the same role that were entered from it, directly or through other roles;
//! - the console's renewals (`RenewRole`);
//! - consoles opened with the session's credentials (`GetSigninToken`) and still used after those
//!   credentials expired;
//! - credentials that `aws login` or an agent got from the console session, used after that session
//!   expired.
//!
//! Use beyond `max_session` is a violation. Use of the first credentials while they are valid
//! doesn't count: RW003 reports credentials that last too long. If only the granted time exceeds
//! `max_session`, the finding is unproven.
//!
//! ## Why it matters
//! A limit on one set of credentials is worth nothing if that set can get the next one. Each new
//! session starts without MFA and without the person, so stolen credentials live as long as
//! somebody keeps renewing them.
//!
//! ## Blind spots
//! - If a person enters the role twice with their own credentials, rolewatch treats that as two
//!   entries, no matter how close they are. RW004 and RW005 add them up.
//! - If the `RenewRole` record of a renewal is missing, the renewal looks like a new entry.
//! - CloudTrail doesn't log how long a console opened with `GetSigninToken` may last, so rolewatch
//!   sees it only while it is used.
//! - rolewatch doesn't follow a chain across missing records.
//! - Services aren't checked, because they get new credentials all day.
//!
//! ## What to do
//! 1. Unless you know what the session is for, end all sessions of the role: `rolewatch revoke-plan
//!    ID` prints the commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Ask the person, on another channel, what has been running for so long.
//! 3. Remove the role from its own trust policy and from those of the roles in between, and deny it
//!    `sts:AssumeRole`.
//! 4. If the console kept renewing an open tab, have people leave the role when their work is done.
//!
//! If the finding is unproven:
//! 1. Can wait until morning: only the granted time exceeds the limit, not observed use.
//! 2. Find out what enters the role from its own session, or keeps its console open.

use std::collections::{BTreeMap, HashMap};

use super::held_sessions::{FindingDraft, HeldSessions, HeldTime, OverLimit};
use crate::dossier::{DisjointSets, Person, Switch};
use crate::moment::{Moment, Span};
use crate::time::{
    aws::LONGEST_SESSION,
    chosen::{CLOCKS_DIFFER, LONGEST_LIFE},
};

pub(super) fn check(held: &HeldSessions<'_, '_>) -> Vec<FindingDraft> {
    let Some(limit) = held.rules.max_session else {
        return Vec::new();
    };
    // A workload renews its credentials continuously by design, and no person stays in the role
    // that way.
    if matches!(held.person, Person::Service(_)) {
        return Vec::new();
    }
    lineages(held)
        .iter()
        .filter_map(|members| lineage(held, members, limit))
        .collect()
}

/// The sessions of each lineage, sorted by mint. Lineages are sorted by their first mint.
fn lineages<'w>(held: &HeldSessions<'_, 'w>) -> Vec<Vec<usize>> {
    let at: HashMap<*const Switch<'w>, usize> = held
        .sessions
        .iter()
        .enumerate()
        .map(|(at, switch)| (std::ptr::from_ref(*switch), at))
        .collect();
    let mut known: HashMap<*const Switch<'w>, Option<usize>> = HashMap::new();
    let mut groups = DisjointSets::new(held.sessions.len());
    for (child, switch) in held.sessions.iter().enumerate() {
        // A renewal's record doesn't show which session it renews; an entry's caller does.
        let before = if switch.is_renewal() {
            renewed(held, child)
        } else {
            entered_from(held, switch, &at, &mut known)
        };
        let apart = |before: &usize| {
            held.sessions
                .get(*before)
                .map(|before| switch.key.second.seconds_since(before.key.second))
        };
        if let Some(before) =
            // Credentials can't live longer than this. So a switch that is farther away wasn't made
            // from that session, even if the names match.
            before.filter(|before| apart(before).is_some_and(|apart| apart <= LONGEST_LIFE))
        {
            groups.unite(before, child);
        }
    }
    let mut lineages: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for member in 0..held.sessions.len() {
        lineages
            .entry(groups.find(member))
            .or_default()
            .push(member);
    }
    lineages.into_values().collect()
}

/// The session of this role and person that the switch was made from, directly or through other
/// roles.
fn entered_from<'w>(
    held: &HeldSessions<'_, 'w>,
    switch: &Switch<'w>,
    at: &HashMap<*const Switch<'w>, usize>,
    known: &mut HashMap<*const Switch<'w>, Option<usize>>,
) -> Option<usize> {
    let mut passed: Vec<*const Switch<'w>> = Vec::new();
    let mut link = switch;
    let found = loop {
        let Some(parent) = held.tracer.entered_from(link) else {
            break None;
        };
        let place = std::ptr::from_ref(parent);
        // The search stops at a session of this role and continues through other roles. So leaving
        // the role and returning through another one counts as staying in it.
        if let Some(found) = at.get(&place) {
            break Some(*found);
        }
        if let Some(found) = known.get(&place) {
            break *found;
        }
        // In a circle, no entry by the person can be found.
        if passed.contains(&place) {
            break None;
        }
        passed.push(place);
        link = parent;
    };
    known.extend(passed.into_iter().map(|place| (place, found)));
    found
}

/// The session that the console renewed: the latest possible one.
fn renewed(held: &HeldSessions<'_, '_>, renewal: usize) -> Option<usize> {
    let own = held.sessions.get(renewal)?;
    let before = held.sessions.iter().enumerate().take(renewal).rev();
    before
        .take_while(|(_, before)| {
            own.key.second.seconds_since(before.key.second) <= LONGEST_SESSION
        })
        .find(|(_, before)| own.may_renew(before))
        .map(|(at, _)| at)
}

/// What kept a lineage valid, and until when.
struct LineageEnd {
    until: Moment,
    by: [usize; 3],
}

/// The finding about one lineage, if it was kept valid beyond the limit.
fn lineage(held: &HeldSessions<'_, '_>, members: &[usize], limit: Span) -> Option<FindingDraft> {
    let begin = held.sessions.get(*members.first()?)?.key.second;
    let crossing = begin.plus_seconds(limit.seconds());
    let sessions = || {
        members
            .iter()
            .filter_map(|at| Some((*at, *held.sessions.get(*at)?)))
    };
    let kept = |time: HeldTime| {
        let until = sessions()
            .enumerate()
            .filter_map(|(place, (_, switch))| kept_until(switch, place == 0, time))
            .max()?;
        (until > crossing).then(|| LineageEnd {
            until,
            by: count_by_means(sessions().map(|(_, switch)| switch)),
        })
    };
    // Observed use is a violation, which includes granted time.
    let (kept, time) = match kept(HeldTime::Observed) {
        Some(kept) => (kept, HeldTime::Observed),
        None => (kept(HeldTime::Granted)?, HeldTime::Granted),
    };
    let reached = Span::from_seconds(kept.until.seconds_since(begin));
    let over = OverLimit {
        from: begin,
        to: kept.until,
        crossing,
        reached,
        sessions: members.to_vec(),
    };
    let (who, place, to, how) = (
        held.person_shown(&over),
        held.role_in_account(),
        kept.until,
        means_sentence(kept.by),
    );
    let sentence = match time {
        HeldTime::Observed => format!(
            "{who} was still using {place} {reached} after entering it, from {begin} to {to}, though one set of credentials may last at most \
             {limit}: {how}"
        ),
        HeldTime::Granted => format!(
            "{who} could use {place} for {reached} after entering it, from {begin} to {to}, though one set of credentials may last at most \
             {limit}: {how}; the recorded use doesn't show whether they did{}",
            held.at_most(&over)
        ),
    };
    Some(held.draft(&over, time, sentence))
}

/// When a session's use, or its validity, ended; `None` if that isn't beyond what the first
/// credentials allowed without renewal.
fn kept_until(switch: &Switch<'_>, first: bool, time: HeldTime) -> Option<Moment> {
    let last = || switch.used.as_ref().map(|used| used.last.0);
    match time {
        // The first session is what the person was granted. It only extends the lineage through use
        // after its own end, or through a renewal.
        HeldTime::Observed if first => last().filter(|_| outlived(switch)),
        HeldTime::Observed => last(),
        HeldTime::Granted if first => switch
            .may_be_held_until()
            .filter(|_| switch.renewed.is_some()),
        HeldTime::Granted => switch.may_be_held_until(),
    }
}

/// Whether the session was used after its own credentials had expired: because it was renewed, or
/// in a console opened with them.
fn outlived(switch: &Switch<'_>) -> bool {
    let Some(used) = &switch.used else {
        return false;
    };
    match (switch.expires(), switch.renewed) {
        (Some(expires), Some(_)) => used.last.0 > expires,
        // AWS's clocks differ slightly, so a use a few seconds after the end doesn't indicate a
        // console.
        (Some(expires), None) => used.last.0.seconds_since(expires) > CLOCKS_DIFFER,
        (None, Some(renewed)) => used.last.0 > renewed,
        (None, None) => false,
    }
}

/// The number of sessions entered from others, the number of renewed ones, and the number of
/// sessions used after they had expired without a renewal.
fn count_by_means<'s, 'w: 's>(sessions: impl Iterator<Item = &'s Switch<'w>>) -> [usize; 3] {
    let mut by = [0; 3];
    let [entered, renewed, outlasted] = &mut by;
    for (place, switch) in sessions.enumerate() {
        *entered += usize::from(place > 0 && !switch.is_renewal());
        *renewed += usize::from((place > 0 && switch.is_renewal()) || switch.renewed.is_some());
        *outlasted += usize::from(switch.renewed.is_none() && outlived(switch));
    }
    by
}

fn means_sentence([entered, renewed, outlasted]: [usize; 3]) -> String {
    let times = |count: usize| {
        if count == 1 {
            "once".to_owned()
        } else {
            format!("{count} times")
        }
    };
    let mut how = Vec::new();
    if entered > 0 {
        how.push(format!(
            "the role was entered again from its own session {}",
            times(entered)
        ));
    }
    if renewed > 0 {
        how.push(format!("the console renewed it {}", times(renewed)));
    }
    if outlasted > 0 {
        how.push(
            "it was used after its credentials had expired, for example in a console that was opened with them"
                .to_owned(),
        );
    }
    how.join(", and ")
}

#[cfg(test)]
mod cases;
