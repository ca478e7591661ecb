//! Who was in which group, and could act.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use crate::center::company::{Change, Id, Listed, Second, Snapshot};

/// Whether somebody was a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    /// Since a moment, where that was seen.
    Yes(Option<Second>),
    No,
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Begins,
    Ends,
    /// It ended with the user, or the user was made: neither says anything of the time before.
    EndsOnly,
    /// Nothing proves anything across it.
    Wall,
}

impl Evidence<'_> {
    /// A disabled or deleted user is no member of anything.
    pub(crate) fn member(&self, id: Id, group: Option<usize>, at: Second) -> Member {
        if id.store != 0 {
            return Member::No;
        }
        let lives = self.lives(id.user, at);
        let able = self.able(id.user, at);
        let within = match group {
            Some(group) => self.within(id.user, group, at),
            None => Member::Yes(None),
        };
        if [lives, able].contains(&Some(false)) || within == Member::No {
            Member::No
        } else if lives.is_none() || able.is_none() {
            Member::Unknown
        } else {
            within
        }
    }

    fn lives(&self, user: usize, at: Second) -> Option<bool> {
        let mut lives = Some(true);
        for (second, change) in &self.changes {
            match change {
                Change::Created { user: of, .. } | Change::Deleted { user: of, .. }
                    if *of == user && *second == at =>
                {
                    return None;
                }
                Change::Deleted { user: of, .. } if *of == user && *second < at => {
                    lives = Some(false);
                }
                _ => {}
            }
        }
        lives
    }

    /// Whether the user was not disabled. Who signs in isn't, and nothing but a sign-in on the same
    /// side says what a hidden change made of them.
    fn able(&self, user: usize, at: Second) -> Option<bool> {
        let active = |change: &Change| match change {
            Change::Active { user: of, active } if *of == user => Some(Some(*active)),
            Change::UserPatched { user: of } if *of == user => Some(None),
            Change::Created { user: of, .. } if *of == user => Some(Some(true)),
            _ => None,
        };
        let mut marks: BTreeMap<Second, Option<bool>> = BTreeMap::new();
        for (second, change) in &self.changes {
            if let Some(active) = active(change) {
                let known = marks.entry(*second).or_insert(active);
                *known = known.filter(|known| active == Some(*known));
            }
        }
        if marks.contains_key(&at) {
            return None;
        }
        let before = marks.range(..at).next_back();
        if let Some((_, Some(active))) = before {
            return Some(*active);
        }
        let after = marks.range(at..).next();
        let from = before.map_or(Second::MIN, |(second, _)| *second);
        let to = after.map_or(Second::MAX, |(second, _)| *second);
        let mut sign_ins = self.sign_ins.iter().filter(|one| one.has_id);
        let signed_in =
            sign_ins.any(|one| one.who.id == Some(Id::own(user)) && from < one.at && one.at < to);
        match after {
            _ if signed_in => Some(true),
            Some((_, Some(false))) => Some(true),
            // Who is enabled needn't have been disabled.
            Some((_, Some(true))) => None,
            _ => before.is_none().then_some(true),
        }
    }

    pub(super) fn marks(&self, user: usize, group: usize) -> Vec<(Second, Mark)> {
        let mut marks = Vec::new();
        for (at, change) in &self.changes {
            let mark = match change {
                Change::Added {
                    user: u, group: g, ..
                } if (*u, *g) == (user, group) => Mark::Begins,
                Change::Removed { user: u, group: g } if (*u, *g) == (user, group) => Mark::Ends,
                Change::MembershipDeleted { membership } => match self.whose(*membership) {
                    Some(of) if of == (user, group) => Mark::Ends,
                    Some(_) => continue,
                    None => Mark::Wall,
                },
                Change::GroupPatched { group: g } if *g == group => Mark::Wall,
                Change::Created { user: u, .. } | Change::Deleted { user: u, .. } if *u == user => {
                    Mark::EndsOnly
                }
                _ => continue,
            };
            marks.push((*at, mark));
        }
        marks
    }

    /// Whose a membership is, by its creation or a roster.
    fn whose(&self, membership: u64) -> Option<(usize, usize)> {
        let listed = self
            .company
            .rosters
            .iter()
            .flat_map(|roster| &roster.members);
        let mut listed = listed.filter(|listed| listed.membership == membership);
        let created = self.changes.iter().find_map(|(_, change)| match change {
            Change::Added {
                user,
                group,
                membership: Some(id),
                ..
            } if *id == membership => Some((*user, *group)),
            _ => None,
        });
        created.or_else(|| listed.next().map(|listed| (listed.user, listed.group)))
    }

    fn within(&self, user: usize, group: usize, at: Second) -> Member {
        let marks = self.marks(user, group);
        if marks
            .iter()
            .any(|(second, mark)| *second == at && *mark != Mark::Wall)
        {
            return Member::Unknown;
        }
        let dated = |roster: &&Snapshot| {
            listed(roster, user, group)
                .and_then(|listed| listed.created)
                .is_some_and(|created| created < at)
        };
        if let Some(roster) = self
            .company
            .rosters
            .iter()
            .filter(|r| r.taken >= at)
            .find(dated)
        {
            return Member::Yes(listed(roster, user, group).and_then(|listed| listed.created));
        }
        // A roster may show that the membership began in this very second.
        let begins = |roster: &Snapshot| {
            listed(roster, user, group).is_some_and(|listed| listed.created == Some(at))
        };
        if marks.iter().any(|(second, _)| *second == at) || self.company.rosters.iter().any(begins)
        {
            return Member::Unknown;
        }
        self.by_changes(user, group, at, &marks)
    }

    fn by_changes(
        &self,
        user: usize,
        group: usize,
        at: Second,
        marks: &[(Second, Mark)],
    ) -> Member {
        let (before, after) = (last(marks, at), first(marks, at));
        let from = before.map(|(second, _)| second);
        let range = (from, after.map(|(second, _)| second));
        match before {
            Some((second, Mark::Begins)) => return Member::Yes(Some(second)),
            Some((_, Mark::Ends)) => return Member::No,
            Some((_, Mark::EndsOnly)) => {
                // A roster that lists the membership all the same shows that an addition is missing.
                let answers = self.roster_answers(user, group, at, range);
                let is_listed = answers.iter().any(|answer| *answer != Member::No);
                return if is_listed {
                    Member::Unknown
                } else {
                    Member::No
                };
            }
            _ => {}
        }
        match after {
            // Whom a roster lists before that was in already, and the addition changed nothing.
            Some((second, Mark::Begins)) if !self.is_listed_before(user, group, second, from) => {
                Member::No
            }
            // Whom a roster before that doesn't list was added in between, and no record shows when.
            Some((second, Mark::Ends)) if self.is_absent_before(user, group, second, from) => {
                match self.by_rosters(user, group, at, range) {
                    member @ Member::Yes(_) => member,
                    _ => Member::Unknown,
                }
            }
            Some((_, Mark::Ends)) => Member::Yes(self.shown_since(user, group, (from, at))),
            _ => self.by_rosters(user, group, at, range),
        }
    }

    fn is_listed_before(
        &self,
        user: usize,
        group: usize,
        at: Second,
        from: Option<Second>,
    ) -> bool {
        let mut rosters = self.company.rosters.iter();
        rosters.any(|roster| {
            roster.taken < at
                && from.is_none_or(|from| from < roster.taken)
                && listed(roster, user, group).is_some()
        })
    }

    fn is_absent_before(
        &self,
        user: usize,
        group: usize,
        at: Second,
        from: Option<Second>,
    ) -> bool {
        let mut rosters = self.company.rosters.iter();
        rosters.any(|roster| {
            roster.taken < at
                && from.is_none_or(|from| from < roster.taken)
                && !roster.truncated
                && roster.users.iter().any(|(of, _)| *of == user)
                && listed(roster, user, group).is_none()
        })
    }

    /// `CreatedAt` of a roster before the moment, with nothing in between.
    fn shown_since(
        &self,
        user: usize,
        group: usize,
        (from, at): (Option<Second>, Second),
    ) -> Option<Second> {
        let rosters = self.company.rosters.iter();
        rosters
            .filter(|roster| roster.taken <= at && from.is_none_or(|from| roster.taken > from))
            .filter(|roster| !self.gap(roster.taken, at))
            .find_map(|roster| listed(roster, user, group)?.created)
    }

    /// When the membership began that a roster of this time lists, by any roster that says it.
    fn began(&self, user: usize, group: usize, taken: Second) -> Option<Second> {
        let rosters = self.company.rosters.iter();
        let mut began = rosters.filter_map(|roster| listed(roster, user, group)?.created);
        began.find(|created| *created <= taken)
    }

    /// What the nearest rosters on either side say, of those that nothing parts from the moment.
    fn roster_answers(
        &self,
        user: usize,
        group: usize,
        at: Second,
        (from, to): (Option<Second>, Option<Second>),
    ) -> Vec<Member> {
        let mut answers = Vec::new();
        for roster in &self.company.rosters {
            let taken = roster.taken;
            let reaches = from.is_none_or(|from| taken > from) && to.is_none_or(|to| taken < to);
            if !reaches || self.gap(at.min(taken), at.max(taken)) {
                continue;
            }
            // Of a user who isn't listed at all, a creation or a deletion is missing.
            let exists = roster.users.iter().any(|(of, _)| *of == user);
            match listed(roster, user, group) {
                Some(_)
                    if self
                        .began(user, group, taken)
                        .is_some_and(|began| began >= at) => {}
                Some(listed) => answers.push((taken, Member::Yes(listed.created))),
                None if roster.truncated || !exists => {}
                None => answers.push((taken, Member::No)),
            }
        }
        let seconds = answers.iter().map(|(taken, _)| *taken);
        let before = seconds.clone().filter(|taken| *taken <= at).max();
        let after = seconds.filter(|taken| *taken > at).min();
        answers.retain(|(taken, _)| [before, after].contains(&Some(*taken)));
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    fn by_rosters(
        &self,
        user: usize,
        group: usize,
        at: Second,
        range: (Option<Second>, Option<Second>),
    ) -> Member {
        let answers = self.roster_answers(user, group, at, range);
        let is_member = |answer: &Member| matches!(answer, Member::Yes(_));
        if answers.is_empty() || answers.iter().any(is_member) != answers.iter().all(is_member) {
            return Member::Unknown;
        }
        let since = answers.iter().find_map(|answer| match answer {
            Member::Yes(since) => *since,
            _ => None,
        });
        if is_member(&answers[0]) {
            Member::Yes(since)
        } else {
            Member::No
        }
    }
}

/// Opposite changes in one second, or a change and a wall, leave it unknown.
fn at_once(marks: &[(Second, Mark)], second: Second) -> Mark {
    let mut of_second = marks
        .iter()
        .filter(|(other, _)| *other == second)
        .map(|(_, mark)| *mark);
    let first = of_second.next().unwrap_or(Mark::Wall);
    if of_second.all(|mark| mark == first) {
        first
    } else {
        Mark::Wall
    }
}

fn last(marks: &[(Second, Mark)], at: Second) -> Option<(Second, Mark)> {
    let second = marks
        .iter()
        .map(|mark| mark.0)
        .filter(|second| *second < at)
        .max()?;
    Some((second, at_once(marks, second)))
}

fn first(marks: &[(Second, Mark)], at: Second) -> Option<(Second, Mark)> {
    let second = marks
        .iter()
        .map(|mark| mark.0)
        .filter(|second| *second > at)
        .min()?;
    Some((second, at_once(marks, second)))
}

/// The membership, if a roster lists it.
fn listed(roster: &Snapshot, user: usize, group: usize) -> Option<&Listed> {
    let mut members = roster.members.iter();
    members.find(|listed| (listed.user, listed.group) == (user, group))
}
