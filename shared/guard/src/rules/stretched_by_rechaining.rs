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
//!   expired or the person left the role.
//!
//! Use beyond `max_session` is a violation. Use of the first credentials while they are valid
//! doesn't count: RW003 reports credentials that last too long. The finding is unproven if only the
//! granted time exceeds `max_session`, or if `aws login` or an agent worked with a console session
//! and no record shows when that session ended.
//!
//! rolewatch recognizes `aws login` and agents by `AuthorizeOAuth2Access` and `CreateOAuth2Token`
//! of the session, and by `signInSessionArn` in the records of its calls.
//!
//! ## Why it matters
//! A limit on one set of credentials has no effect if these credentials can get new ones. Each new
//! session starts without MFA and without the person, so stolen credentials stay useful as long as
//! somebody keeps renewing them.
//!
//! ## Blind spots
//! - If a person enters the role twice with their own credentials, rolewatch treats that as two
//!   entries, no matter how close they are. RW004 and RW005 add them up.
//! - If the `RenewRole` record of a renewal is missing, the renewal looks like a new entry.
//! - CloudTrail doesn't log how long a console opened with `GetSigninToken` may last, so rolewatch
//!   sees it only while it is used.
//! - `aws login` can refresh its credentials for up to 12 hours. rolewatch counts only use that it
//!   sees.
//! - rolewatch doesn't follow a chain across missing records.
//! - Services aren't checked, because they get new credentials all day.
//!
//! ## What to do
//! 1. Unless you know what the session is for, end all sessions of the role: `rolewatch revoke-plan
//!    ID` prints the commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Ask the person, on another channel, what has been running for so long.
//! 3. Remove the role from its own trust policy and from those of the roles in between, and deny it
//!    `sts:AssumeRole`.
//! 4. If the console kept renewing an open tab, or `aws login` or an agent kept the access, have
//!    people leave the role and sign out when their work is done.
//!
//! If the finding is unproven:
//! 1. Can wait until morning: no record proves that somebody kept the access beyond the limit.
//! 2. Find out what enters the role from its own session, keeps its console open, or signed in with
//!    `aws login`.

use std::collections::{BTreeMap, HashMap};

use super::held_sessions::{FindingDraft, HeldSessions, HeldTime, OverLimit};
use crate::dossier::{DisjointSets, Person, Switch};
use crate::moment::{Moment, Span};
use crate::text;
use crate::text::Text;
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
    by: Means,
}

/// How long the members of a lineage are taken to have been held.
#[derive(Clone, Copy)]
enum Kept {
    /// To the last use beyond what the first credentials allowed.
    Used,
    /// To the end of what was granted by renewals.
    Granted,
    /// To the last use through `aws login` or an agent, of a console session whose end is unknown.
    UsedByLogin,
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
    let kept = |how: Kept| {
        let until = sessions()
            .enumerate()
            .filter_map(|(place, (_, switch))| kept_until(switch, place == 0, how))
            .max()?;
        (until > crossing).then(|| LineageEnd {
            until,
            by: Means::count(sessions().map(|(_, switch)| switch)),
        })
    };
    // Observed use is a violation, which includes granted time.
    let (kept, how) = [Kept::Used, Kept::Granted, Kept::UsedByLogin]
        .into_iter()
        .find_map(|how| Some((kept(how)?, how)))?;
    let reached = Span::from_seconds(kept.until.seconds_since(begin));
    let over = OverLimit {
        from: begin,
        to: kept.until,
        crossing,
        reached,
        sessions: members.to_vec(),
    };
    Some(match how {
        Kept::Used => held.draft(
            &over,
            HeldTime::Observed,
            used_sentence(held, &over, limit, &kept.by.sentence()),
        ),
        Kept::Granted => {
            let sentence = granted_sentence(held, &over, limit, &kept.by.sentence());
            held.draft(&over, HeldTime::Granted, sentence)
        }
        Kept::UsedByLogin => {
            let sentence = used_sentence(held, &over, limit, &open_login());
            held.draft(&over, HeldTime::Granted, sentence)
        }
    })
}

/// Why use through `aws login` may have been after the end of the console session.
fn open_login() -> Text {
    text!(
        "aws login or an agent worked with the session, and no record shows when the session itself ended"
    )
}

fn used_sentence(held: &HeldSessions<'_, '_>, over: &OverLimit, limit: Span, means: &Text) -> Text {
    text!(
        "{who} was still using {place} {reached} after entering it, from {from} to {to}, though one set of credentials may last at most {limit}: {means}",
        who = held.person_shown(over),
        place = held.role_in_account(),
        reached = over.reached,
        from = over.from,
        to = over.to,
        limit,
        means
    )
}

fn granted_sentence(
    held: &HeldSessions<'_, '_>,
    over: &OverLimit,
    limit: Span,
    means: &Text,
) -> Text {
    text!(
        "{who} could use {place} for {reached} after entering it, from {from} to {to}, though one set of credentials may last at most {limit}: {means}; the \
         recorded use doesn't show whether they did{at_most}",
        who = held.person_shown(over),
        place = held.role_in_account(),
        reached = over.reached,
        from = over.from,
        to = over.to,
        limit,
        means,
        at_most = held.at_most(over)
    )
}

/// When a session's use, or its validity, ended; `None` if that isn't beyond what the first
/// credentials allowed without renewal.
fn kept_until(switch: &Switch<'_>, first: bool, how: Kept) -> Option<Moment> {
    let last = || switch.used.as_ref().map(|used| used.last.time);
    match how {
        // The first session is what the person was granted. It only extends the lineage through use
        // after its own end, or through a renewal.
        Kept::Used if first => last().filter(|_| outlived(switch)),
        Kept::Used => last(),
        Kept::Granted if first => switch
            .may_be_held_until()
            .filter(|_| switch.renewed.is_some()),
        Kept::Granted => switch.may_be_held_until(),
        Kept::UsedByLogin => last().filter(|_| first && has_open_login(switch)),
    }
}

/// Whether the session was used after its own end: because it was renewed, in a console opened with
/// its credentials, or through `aws login` or an agent.
fn outlived(switch: &Switch<'_>) -> bool {
    let Some(used) = &switch.used else {
        return false;
    };
    // AWS's clocks differ slightly, so a use a few seconds after the end may have been before it.
    let well_after = |end: Moment| used.last.time.seconds_since(end) > CLOCKS_DIFFER;
    // Leaving a role ends what the console does with it, and nothing that `aws login` got from it.
    if used.by_login && switch.exited.is_some_and(well_after) {
        return true;
    }
    match (switch.expires(), switch.renewed) {
        (Some(expires), Some(_)) => used.last.time > expires,
        (Some(expires), None) => well_after(expires),
        (None, Some(renewed)) => used.last.time > renewed,
        (None, None) => used.by_login && well_after(longest_end(switch)),
    }
}

/// When the session ended at the latest, where no record shows its end.
fn longest_end(switch: &Switch<'_>) -> Moment {
    switch.key.second.plus_seconds(LONGEST_SESSION)
}

/// Whether `aws login` or an agent worked with the session, and no record shows when it ended. Its
/// last use may then have been after that.
fn has_open_login(switch: &Switch<'_>) -> bool {
    switch.used.as_ref().is_some_and(|used| used.by_login) && switch.granted_until().is_none()
}

/// How often each way of keeping a lineage alive was used.
#[derive(Default)]
struct Means {
    /// Sessions entered from others.
    entered: usize,
    /// Sessions renewed by the console.
    renewed: usize,
    /// Sessions used after they had expired without a renewal.
    outlasted: usize,
    /// Sessions that `aws login` or an agent worked with, used after they had ended.
    by_login: usize,
}

impl Means {
    fn count<'s, 'w: 's>(sessions: impl Iterator<Item = &'s Switch<'w>>) -> Self {
        let mut by = Self::default();
        for (place, switch) in sessions.enumerate() {
            let logged_in = switch.used.as_ref().is_some_and(|used| used.by_login);
            let outlived = outlived(switch);
            by.entered += usize::from(place > 0 && !switch.is_renewal());
            by.renewed +=
                usize::from((place > 0 && switch.is_renewal()) || switch.renewed.is_some());
            by.outlasted += usize::from(outlived && !logged_in && switch.renewed.is_none());
            by.by_login += usize::from(outlived && logged_in);
        }
        by
    }

    fn sentence(&self) -> Text {
        let times = |count: usize| {
            if count == 1 {
                text!("once")
            } else {
                text!("{count} times", count)
            }
        };
        let mut how = Vec::new();
        if self.entered > 0 {
            how.push(text!(
                "the role was entered again from its own session {times}",
                times = times(self.entered)
            ));
        }
        if self.renewed > 0 {
            how.push(text!(
                "the console renewed it {times}",
                times = times(self.renewed)
            ));
        }
        if self.outlasted > 0 {
            how.push(
                text!("it was used after its credentials had expired, for example in a console that was opened with them"),
            );
        }
        if self.by_login > 0 {
            how.push(
                text!("aws login or an agent worked with it, and it was used after the console session had ended"),
            );
        }
        Text::list(how, text!(", and "))
    }
}

#[cfg(test)]
mod cases;
