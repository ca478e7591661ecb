//! Which user bore a name, and when.
//!
//! Records of the directory name users by id, so each user's history is cut at what may have
//! changed their name. Between two cuts the name is the one that was seen there. A name that
//! somebody gets was free just before: whoever bore it earlier had lost it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Directory;
use crate::moment::Moment;
use crate::roster::Bearer;

/// What may have changed a user's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// The user was created. `None`: the name is hidden.
    Created(Option<Arc<str>>),
    /// The user may have got another name. `None`: which one is hidden.
    Renamed(Option<Arc<str>>),
    /// The user was deleted.
    Deleted,
}

/// What the logs say about names.
#[derive(Default)]
pub(super) struct NameChanges {
    of_users: HashMap<Arc<str>, OfUser>,
    /// By name, in lower case.
    by_name: HashMap<String, OfName>,
    /// Seconds at which anybody may have got another name, sorted.
    hidden: Vec<Moment>,
}

#[derive(Default)]
struct OfUser {
    turns: BTreeMap<Moment, BTreeSet<Turn>>,
    /// Name and id together.
    seen: BTreeSet<(Moment, Arc<str>)>,
}

#[derive(Default)]
struct OfName {
    /// Who was seen with it.
    users: BTreeSet<Arc<str>>,
    /// Seconds at which somebody got it.
    taken: BTreeSet<Moment>,
}

impl NameChanges {
    pub(super) fn turn(&mut self, user: &Arc<str>, time: Moment, turn: Turn) {
        if let Turn::Created(Some(name)) | Turn::Renamed(Some(name)) = &turn {
            self.mention(user, name);
        }
        let of_user = self.of_users.entry(Arc::clone(user)).or_default();
        of_user.turns.entry(time).or_default().insert(turn);
    }

    /// Somebody got a name.
    pub(super) fn cut(&mut self, name: &str, time: Moment) {
        let of_name = self.by_name.entry(name.to_lowercase()).or_default();
        of_name.taken.insert(time);
    }

    /// A user may have got another name; without an id, anybody.
    pub(super) fn hide(&mut self, user: Option<&Arc<str>>, time: Moment) {
        match user {
            Some(user) => self.turn(user, time, Turn::Renamed(None)),
            None => self.hidden.push(time),
        }
    }

    /// A record shows a user's id and name.
    pub(super) fn see(&mut self, user: &Arc<str>, name: &Arc<str>, time: Moment) {
        self.mention(user, name);
        let of_user = self.of_users.entry(Arc::clone(user)).or_default();
        of_user.seen.insert((time, Arc::clone(name)));
    }

    fn mention(&mut self, user: &Arc<str>, name: &str) {
        let of_name = self.by_name.entry(name.to_lowercase()).or_default();
        of_name.users.insert(Arc::clone(user));
    }

    pub(super) fn finish(&mut self) {
        self.hidden.sort_unstable();
        self.hidden.dedup();
    }
}

/// A name that a user was seen with.
#[derive(Debug, Clone)]
struct Sight {
    time: Moment,
    name: Arc<str>,
    /// They got it at this very second.
    got: bool,
}

impl Sight {
    fn shows(&self, lower: &str) -> bool {
        self.name.to_lowercase() == lower
    }
}

/// What is known of a user's name at a moment.
enum NameThen {
    /// It may have changed in this very second.
    Changing,
    /// The user didn't exist, or was deleted.
    Nobody,
    /// The nearest sights with no change between them and the moment.
    Between {
        before: Option<Sight>,
        after: Option<Sight>,
    },
}

/// Later than anything: the time of a roster that nobody dated, which is taken for the present.
const UNDATED: Moment = Moment::from_epoch_seconds(i64::MAX);

impl Directory<'_> {
    /// Who bore a name, which is given in lower case.
    pub(super) fn bearer(&self, lower: &str, at: Moment) -> Bearer {
        self.asked_about_name(lower);
        let of_name = self.changes.names.by_name.get(lower);
        let taken = of_name.map(|of_name| &of_name.taken);
        if taken.is_some_and(|taken| taken.contains(&at)) {
            return Bearer::Unknown;
        }
        let since = taken.and_then(|taken| taken.range(..at).next_back().copied());
        let until = taken.and_then(|taken| taken.range(at..).next().copied());
        let mut sights = Sights::default();
        for user in self.users_ever_named(lower) {
            match self.name_then(&user, at) {
                NameThen::Changing if self.may_have_had(&user, lower, at) => {
                    return Bearer::Unknown;
                }
                NameThen::Nobody | NameThen::Changing => {}
                NameThen::Between { before, after } => {
                    let before = before.map(|sight| {
                        // Who got it at the last second at which somebody did had it after that.
                        // Who else was seen with it then may have lost it in that second.
                        let holds = since.is_none_or(|since| {
                            sight.time > since || sight.time == since && sight.got
                        });
                        (sight.time, holds && sight.shows(lower))
                    });
                    let after = after.map(|sight| {
                        let holds = until.is_none_or(|until| sight.time < until);
                        (sight.time, holds && sight.shows(lower))
                    });
                    sights.add(&user, before, after);
                }
            }
        }
        sights.bearer(at)
    }

    /// Whoever was seen with a name, which is given in lower case.
    pub(super) fn users_ever_named(&self, lower: &str) -> BTreeSet<Arc<str>> {
        let of_name = self.changes.names.by_name.get(lower);
        let in_logs = of_name.into_iter().flat_map(|of_name| &of_name.users);
        let in_rosters = self
            .store_rosters()
            .flat_map(|roster| roster.users_named(lower));
        in_logs.chain(in_rosters).map(Arc::clone).collect()
    }

    /// Whether the user may have borne the name just before a second at which they may have lost
    /// it.
    fn may_have_had(&self, user: &str, lower: &str, at: Moment) -> bool {
        match self.name_then(user, at.plus_seconds(-1)) {
            NameThen::Changing => true,
            NameThen::Nobody => false,
            NameThen::Between { before, .. } => before.is_none_or(|sight| sight.shows(lower)),
        }
    }

    fn name_then(&self, user: &str, at: Moment) -> NameThen {
        self.asked_about_user(user);
        let names = &self.changes.names;
        let of_user = names.of_users.get(user);
        let turns = of_user.map(|of_user| &of_user.turns);
        let hidden = names.hidden.partition_point(|hidden| *hidden < at);
        let next_hidden = names.hidden.get(hidden).copied();
        if next_hidden == Some(at) || turns.is_some_and(|turns| turns.contains_key(&at)) {
            return NameThen::Changing;
        }
        let last_hidden = hidden
            .checked_sub(1)
            .and_then(|last| names.hidden.get(last));
        let last = turns.and_then(|turns| turns.range(..at).next_back());
        let next = turns.and_then(|turns| turns.range(at..).next());
        let is_deleted = last.is_some_and(|(_, turns)| turns.contains(&Turn::Deleted));
        let is_created =
            |turns: &BTreeSet<Turn>| turns.iter().any(|turn| matches!(turn, Turn::Created(_)));
        if is_deleted || next.is_some_and(|(_, turns)| is_created(turns)) {
            return NameThen::Nobody;
        }
        let since = last.map(|(time, _)| *time).max(last_hidden.copied());
        let until = next
            .map(|(time, _)| *time)
            .into_iter()
            .chain(next_hidden)
            .min();
        let got = last
            .filter(|(time, _)| since == Some(**time) && last_hidden != Some(*time))
            .and_then(|(time, turns)| new_name(*time, turns));
        let mut before = got;
        let mut after: Option<Sight> = None;
        for (time, name) in self.sights(
            user,
            next.is_some_and(|(_, turns)| turns.contains(&Turn::Deleted)),
            until,
        ) {
            if since.is_some_and(|since| time <= since) || until.is_some_and(|until| time >= until)
            {
                continue;
            }
            let sight = Sight {
                time,
                name,
                got: false,
            };
            if time <= at {
                before = Some(sight);
            } else if after.is_none() && self.is_reached(at, &sight) {
                after = Some(sight);
            }
        }
        NameThen::Between {
            before: before.filter(|sight| self.is_reached(at, sight)),
            after,
        }
    }

    /// Whether the logs are whole from a moment to a sight, so that nobody can have got another name
    /// in between. Nobody says when an undated roster was taken; it counts as one of the moment.
    fn is_reached(&self, at: Moment, sight: &Sight) -> bool {
        sight.time == UNDATED || self.directory_silence(at, sight.time).is_none()
    }

    /// When a user was seen with which name, oldest first.
    fn sights(
        &self,
        user: &str,
        deleted_next: bool,
        until: Option<Moment>,
    ) -> Vec<(Moment, Arc<str>)> {
        let of_user = self.changes.names.of_users.get(user);
        let in_logs = of_user
            .into_iter()
            .flat_map(|of_user| of_user.seen.iter().cloned());
        // Nobody says when an undated roster was taken. One that lists a user who was deleted was
        // taken before that.
        let undated = match until {
            Some(until) if deleted_next => until.plus_seconds(-1),
            _ => UNDATED,
        };
        let in_rosters = self.store_rosters().filter_map(|roster| {
            let listed = roster.users.get(user)?;
            (!listed.name.is_empty())
                .then(|| (roster.taken.unwrap_or(undated), Arc::clone(&listed.name)))
        });
        let mut sights: Vec<_> = in_logs.chain(in_rosters).collect();
        sights.sort_unstable();
        sights
    }

    /// The name of a user at a moment, if it is known.
    pub(super) fn known_name(&self, user: &str, at: Moment) -> Option<Arc<str>> {
        let NameThen::Between { before, after } = self.name_then(user, at) else {
            return None;
        };
        let name = before.or(after)?.name;
        // The same question the other way round also shows whether another user has the name.
        match self.bearer(&name.to_lowercase(), at) {
            Bearer::One(bearer) if *bearer == *user => Some(name),
            _ => None,
        }
    }

    /// Every name that a user was seen with, in lower case.
    pub(super) fn all_names(&self, user: &str) -> BTreeSet<String> {
        self.asked_about_user(user);
        let of_user = self.changes.names.of_users.get(user);
        let given = of_user.into_iter().flat_map(|of_user| {
            let turns = of_user.turns.values().flatten();
            turns.filter_map(|turn| match turn {
                Turn::Created(name) | Turn::Renamed(name) => name.as_ref(),
                Turn::Deleted => None,
            })
        });
        let seen = self.sights(user, false, None).into_iter();
        let seen = seen.map(|(_, name)| name.to_lowercase());
        given.map(|name| name.to_lowercase()).chain(seen).collect()
    }

    /// The latest name of a user.
    pub(super) fn latest_name(&self, user: &str) -> Option<Arc<str>> {
        self.asked_about_user(user);
        let of_user = self.changes.names.of_users.get(user);
        let given = of_user.into_iter().flat_map(|of_user| {
            let turns = of_user.turns.iter();
            turns.filter_map(|(time, turns)| new_name(*time, turns))
        });
        let given = given.map(|sight| (sight.time, sight.name));
        let latest = given.chain(self.sights(user, false, None)).max();
        latest.map(|(_, name)| name)
    }
}

/// The name after all changes of one second.
fn new_name(time: Moment, turns: &BTreeSet<Turn>) -> Option<Sight> {
    let mut last = None;
    // A creation comes before everything else, and a deletion after it.
    for turn in turns {
        last = match turn {
            Turn::Created(name) => name.as_ref(),
            // Which of two names came last isn't in the records.
            Turn::Renamed(name) => name.as_ref().filter(|_| renames(turns) == 1),
            Turn::Deleted => None,
        };
    }
    last.map(|name| Sight {
        time,
        name: Arc::clone(name),
        got: true,
    })
}

fn renames(turns: &BTreeSet<Turn>) -> usize {
    let renames = turns.iter().filter(|turn| matches!(turn, Turn::Renamed(_)));
    renames.count()
}

/// Sights of one name around a moment.
#[derive(Default)]
struct Sights {
    before: Option<(Moment, BTreeSet<Arc<str>>)>,
    after: Option<(Moment, BTreeSet<Arc<str>>)>,
    /// Users who were seen with it on both sides.
    throughout: BTreeSet<Arc<str>>,
    /// Users of whom nothing says otherwise.
    sure: BTreeSet<Arc<str>>,
}

impl Sights {
    /// The nearest sights of a user, and whether each shows them with the name.
    fn add(
        &mut self,
        user: &Arc<str>,
        before: Option<(Moment, bool)>,
        after: Option<(Moment, bool)>,
    ) {
        let shows = |sight: Option<(Moment, bool)>| sight.filter(|(_, shows)| *shows);
        let (had, has) = (shows(before), shows(after));
        if had.is_none() && has.is_none() {
            return;
        }
        if had.is_some() && has.is_some() {
            self.throughout.insert(Arc::clone(user));
        }
        if (before.is_none() || had.is_some()) && (after.is_none() || has.is_some()) {
            self.sure.insert(Arc::clone(user));
        }
        nearest(&mut self.before, had, user, |new, known| new > known);
        nearest(&mut self.after, has, user, |new, known| new < known);
    }

    fn bearer(self, at: Moment) -> Bearer {
        // Who is seen with it in this very second has it, whoever else has it later.
        let before = match self.before {
            Some((time, users)) if time == at && users.len() == 1 => {
                return users
                    .into_iter()
                    .next()
                    .map_or(Bearer::Unknown, Bearer::One);
            }
            before => before,
        };
        let mut users = self.throughout;
        let nearest = before.into_iter().chain(self.after);
        users.extend(nearest.flat_map(|(_, users)| users));
        let mut users: Vec<Arc<str>> = users.into_iter().collect();
        match users.len() {
            1 => match users.pop().filter(|user| self.sure.contains(user)) {
                Some(user) => Bearer::One(user),
                None => Bearer::Unknown,
            },
            0 => Bearer::Unknown,
            _ => Bearer::OneOf(users),
        }
    }
}

fn nearest(
    known: &mut Option<(Moment, BTreeSet<Arc<str>>)>,
    sight: Option<(Moment, bool)>,
    user: &Arc<str>,
    is_nearer: impl Fn(Moment, Moment) -> bool,
) {
    let Some((time, _)) = sight else {
        return;
    };
    match known {
        Some((at, users)) if *at == time => {
            users.insert(Arc::clone(user));
        }
        Some((at, _)) if !is_nearer(time, *at) => {}
        _ => *known = Some((time, BTreeSet::from([Arc::clone(user)]))),
    }
}
