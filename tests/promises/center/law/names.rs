//! Who bore which name.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use crate::center::company::{Change, Second, Shown};

enum Mark {
    /// A record or a roster shows the name.
    Bears(String),
    /// From here on this name; before it, another or none.
    Begins(String),
    /// The name before tells nothing of the name after.
    Breaks,
}

impl Evidence<'_> {
    fn name_marks(&self, user: usize) -> Vec<(Second, Mark)> {
        let mut marks = Vec::new();
        for (at, change) in &self.changes {
            let mark = match change {
                Change::Created {
                    user: of,
                    name: Some(name),
                    ..
                }
                | Change::Renamed {
                    user: of,
                    to: Some(name),
                } if *of == user => Mark::Begins(name.to_lowercase()),
                Change::Created { user: of, .. }
                | Change::Renamed { user: of, .. }
                | Change::Deleted { user: of, .. }
                | Change::UserPatched { user: of }
                    if *of == user =>
                {
                    Mark::Breaks
                }
                _ => continue,
            };
            marks.push((*at, mark));
        }
        let borne = self.borne.iter().filter(|(_, of, _)| *of == user);
        marks.extend(borne.map(|(at, _, name)| (*at, Mark::Bears(name.clone()))));
        for roster in &self.company.rosters {
            let listed = roster.users.iter().filter(|(of, _)| *of == user);
            marks.extend(listed.map(|(_, name)| (roster.taken, Mark::Bears(name.to_lowercase()))));
        }
        marks.sort_by_key(|(at, _)| *at);
        marks
    }

    /// The name that a user is known to have borne, in lower case.
    pub(crate) fn name_at(&self, user: usize, at: Second) -> Option<String> {
        let mut names = self.names_at(user, at).into_iter();
        let only = names.next()?;
        names.next().is_none().then_some(only)
    }

    fn names_at(&self, user: usize, at: Second) -> BTreeSet<String> {
        let known = self.asked.borrow().get(&(user, at)).cloned();
        known.unwrap_or_else(|| {
            let names = self.names_around(user, at);
            self.asked.borrow_mut().insert((user, at), names.clone());
            names
        })
    }

    /// The names that a user may have borne: those shown nearest before and after the moment.
    fn names_around(&self, user: usize, at: Second) -> BTreeSet<String> {
        let known = self.sights_around(user, at).into_iter();
        known.map(|(_, name)| name).collect()
    }

    /// The same, each with the second at which it is shown.
    fn sights_around(&self, user: usize, at: Second) -> Vec<(Second, String)> {
        let marks = self.name_marks(user);
        let seconds = |of: Second| marks.iter().filter(move |(second, _)| *second == of);
        let breaks = |of: Second| seconds(of).any(|(_, mark)| !matches!(mark, Mark::Bears(_)));
        if breaks(at) {
            return Vec::new();
        }
        let mut before: Vec<Second> = marks
            .iter()
            .map(|mark| mark.0)
            .filter(|s| *s <= at)
            .collect();
        before.dedup();
        let mut known = Vec::new();
        for second in before.into_iter().rev() {
            if breaks(second) {
                let begun: Vec<&String> = seconds(second)
                    .filter_map(|(_, mark)| begins(mark))
                    .collect();
                let changes = seconds(second).filter(|(_, mark)| !matches!(mark, Mark::Bears(_)));
                if let ([name], 1) = (&begun[..], changes.count()) {
                    known.push((second, (*name).clone()));
                }
                break;
            }
            known.extend(
                seconds(second)
                    .filter_map(|(_, mark)| bears(mark))
                    .map(|name| (second, name)),
            );
        }
        known.extend(shown_after(&marks, at));
        let crosses = |second: Second| self.gap(at.min(second), at.max(second));
        known.retain(|(second, _)| !crosses(*second));
        known.retain(|(second, name)| !self.went_to_another(user, name, (*second, at)));
        // On either side, what is nearest counts. Where another name follows that no record gives,
        // one is missing, and it needn't be before this.
        let seconds = known.iter().map(|one| one.0);
        let before = seconds.clone().filter(|second| *second <= at).max();
        let after = seconds.filter(|second| *second > at).min();
        known.retain(|(second, _)| [before, after].contains(&Some(*second)));
        // Who is shown with a name in this very second has it.
        if before == Some(at) {
            known.retain(|(second, _)| *second == at);
        }
        known
    }

    /// Without those who were shown with a name before somebody else was, or only after somebody
    /// else was: no two users bear one name.
    fn nearest_bearers(&self, may: Vec<usize>, name: &str, at: Second) -> Vec<usize> {
        let sides = |user: usize| {
            let sights = self.sights_around(user, at).into_iter();
            let own: Vec<Second> = sights
                .filter(|(_, shown)| shown == name)
                .map(|(second, _)| second)
                .collect();
            let before = own.iter().copied().filter(|second| *second <= at).max();
            (before, own.into_iter().filter(|second| *second > at).min())
        };
        let all: Vec<_> = may.into_iter().map(|user| (user, sides(user))).collect();
        let last = all.iter().filter_map(|(_, (before, _))| *before).max();
        let first = all.iter().filter_map(|(_, (_, after))| *after).min();
        let near = all.into_iter().filter(|(_, (before, after))| {
            (before.is_some() && after.is_some())
                || (before.is_some() && *before == last)
                || (after.is_some() && *after == first)
        });
        near.map(|(user, _)| user).collect()
    }

    /// Whether another user got the name between two moments. No two users of a store bear one name.
    fn went_to_another(&self, user: usize, name: &str, (a, b): (Second, Second)) -> bool {
        let (from, to) = (a.min(b), a.max(b));
        self.changes.iter().any(|(second, change)| {
            let got = match change {
                Change::Created {
                    user,
                    name: Some(name),
                    ..
                }
                | Change::Renamed {
                    user,
                    to: Some(name),
                } => Some((user, name)),
                _ => None,
            };
            got.is_some_and(|(of, got)| *of != user && got.to_lowercase() == name)
                && from <= *second
                && *second <= to
        })
    }

    /// Whether something shows that a user bore a name at some time.
    pub(crate) fn ever_bore(&self, user: usize, name: &str) -> bool {
        let marks = self.name_marks(user);
        marks.iter().any(|(_, mark)| match mark {
            Mark::Bears(shown) | Mark::Begins(shown) => shown == name,
            Mark::Breaks => false,
        })
    }

    /// The one user who bears a name. Where another may bear it as well, nobody is the one, unless
    /// a record of this very second shows them with it.
    pub(crate) fn bearer(&self, name: &str, at: Second) -> Option<usize> {
        let name = name.to_lowercase();
        let users = 0..self.company.users.len();
        let may: Vec<usize> = users
            .filter(|user| self.names_at(*user, at).contains(&name))
            .collect();
        let may = self.nearest_bearers(may, &name, at);
        let shown = |user: usize| {
            let mut marks = self.name_marks(user).into_iter();
            marks.any(|(second, mark)| second == at && bears(&mark).as_ref() == Some(&name))
        };
        let shown: Vec<usize> = may.iter().copied().filter(|user| shown(*user)).collect();
        match (&may[..], &shown[..]) {
            ([one], _) | (_, [one]) => Some(*one),
            _ => None,
        }
        .filter(|one| self.name_at(*one, at).as_ref() == Some(&name))
    }

    /// The user whom a record shows.
    pub(crate) fn user_of(&self, who: &Shown, at: Second) -> Option<crate::center::company::Id> {
        who.id.or_else(|| {
            let name = who.name.as_ref()?;
            self.bearer(name, at).map(crate::center::company::Id::own)
        })
    }
}

/// The names that are shown after a moment, up to the next break.
fn shown_after(marks: &[(Second, Mark)], at: Second) -> Vec<(Second, String)> {
    let later = marks.iter().filter(|(second, _)| *second > at);
    let until = later
        .clone()
        .filter(|(_, mark)| !matches!(mark, Mark::Bears(_)))
        .map(|(second, _)| *second)
        .min();
    let shown = later.filter(|(second, _)| until.is_none_or(|until| *second < until));
    shown
        .filter_map(|(second, mark)| Some((*second, bears(mark)?)))
        .collect()
}

fn begins(mark: &Mark) -> Option<&String> {
    match mark {
        Mark::Begins(name) => Some(name),
        _ => None,
    }
}

fn bears(mark: &Mark) -> Option<String> {
    match mark {
        Mark::Bears(name) => Some(name.clone()),
        _ => None,
    }
}
