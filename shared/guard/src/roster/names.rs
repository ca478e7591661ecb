//! Which id bore a name, and when.
//!
//! IAM events name users and groups as they were called then. Each name's history is cut into tenures by creations, deletions and renames;
//! a rename ties two tenures to one bearer. Ids come from creations, from records that show name and id together, and from snapshots.
//! IAM names differ in more than case, so case is folded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Bearer, IamId, Rosters};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{Change, IamChange, Named};
use crate::world::World;

/// The names of one account's users, or groups.
#[derive(Default)]
pub(super) struct Names {
    /// Tenures of a lower-case name, oldest first.
    tenures: BTreeMap<String, Vec<Tenure>>,
    bearers: Vec<IdsSeen>,
}

/// A name borne by one user or group, from one second to another.
struct Tenure {
    from: Option<Moment>,
    to: Option<Moment>,
    bearer: usize,
    /// The tenure began with a creation, not a rename.
    created: bool,
    /// The tenure ended with a deletion, not a rename.
    deleted: bool,
}

/// Ids seen for what should be one user or group.
#[derive(Default)]
struct IdsSeen {
    /// When, and which.
    at: BTreeSet<(Moment, IamId)>,
    /// From snapshots of unknown time.
    untimed: BTreeSet<IamId>,
    /// A name for display, and when it was last known.
    name: Option<(Option<Moment>, Arc<str>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    // Within one second a name is freed before it is taken.
    Free { deleted: bool },
    Take { created: bool },
}

/// One book of names for each account that anything is known of.
pub(super) fn books(what: Named, iam: &[(&RecordKey, &IamChange)], world: &World, rosters: &Rosters) -> BTreeMap<AccountId, Names> {
    let mut books: BTreeMap<AccountId, Names> = BTreeMap::new();
    let mut turns: BTreeMap<(AccountId, String), BTreeSet<(Moment, Turn)>> = BTreeMap::new();
    let mut note = |account: AccountId, name: &str, time: Moment, turn: Turn| {
        turns.entry((account, name.to_lowercase())).or_default().insert((time, turn));
    };
    for (_, change) in iam {
        let (account, time) = (change.account, change.time);
        match &change.what {
            Change::Create { what: it, name, .. } if *it == what => note(account, name, time, Turn::Take { created: true }),
            Change::Delete { what: it, name } if *it == what => note(account, name, time, Turn::Free { deleted: true }),
            Change::Rename { what: it, from, to } if *it == what && from.to_lowercase() != to.to_lowercase() => {
                note(account, from, time, Turn::Free { deleted: false });
                note(account, to, time, Turn::Take { created: false });
            }
            _ => {}
        }
    }
    for ((account, name), turns) in turns {
        books.entry(account).or_default().cut(name, &turns);
    }
    for (_, change) in iam {
        if let Change::Rename { what: it, from, to } = &change.what
            && *it == what
            && let Some(names) = books.get_mut(&change.account)
        {
            names.tie(&from.to_lowercase(), &to.to_lowercase(), change.time);
        }
    }
    observe(what, iam, world, rosters, &mut books);
    books
}

fn observe(what: Named, iam: &[(&RecordKey, &IamChange)], world: &World, rosters: &Rosters, books: &mut BTreeMap<AccountId, Names>) {
    for (_, change) in iam {
        let names = books.entry(change.account).or_default();
        match (&change.what, what) {
            (Change::Create { what: it, name, id: Some(id) }, _) if *it == what => names.see(name, id, change.time, true),
            (Change::AddUserToGroup { user: name, .. } | Change::RemoveUserFromGroup { user: name, .. }, Named::User)
            | (Change::AddUserToGroup { group: name, .. } | Change::RemoveUserFromGroup { group: name, .. }, Named::Group) => {
                names.mention(&name.to_lowercase());
            }
            _ => {}
        }
    }
    if what == Named::User {
        for ((account, name, id), (first, last)) in &world.names {
            let names = books.entry(*account).or_default();
            names.see(name, id, *first, false);
            names.see(name, id, *last, false);
        }
    }
    for snapshot in rosters.iter() {
        let names = books.entry(snapshot.account).or_default();
        let pairs: Vec<(Arc<str>, IamId)> = match what {
            Named::User => snapshot.users.iter().map(|(id, user)| (Arc::clone(&user.name), Arc::clone(id))).collect(),
            Named::Group => snapshot.groups.iter().map(|(name, id)| (Arc::from(name.as_str()), Arc::clone(id))).collect(),
        };
        for (name, id) in pairs {
            match snapshot.taken {
                Some(taken) => names.see(&name, &id, taken, false),
                None => names.see_untimed(&name, &id),
            }
        }
    }
}

impl Names {
    /// Cuts a name's history at its turns.
    fn cut(&mut self, name: String, turns: &BTreeSet<(Moment, Turn)>) {
        let mut tenures: Vec<Tenure> = Vec::new();
        for (time, turn) in turns {
            let first = tenures.is_empty();
            let open = tenures.last_mut().filter(|tenure| tenure.to.is_none());
            match turn {
                Turn::Free { deleted } => {
                    if let Some(tenure) = open {
                        (tenure.to, tenure.deleted) = (Some(*time), *deleted);
                    } else {
                        // Whoever bore it before the logs began, or since the last turn.
                        let from = tenures.last().and_then(|tenure| tenure.to);
                        let bearer = self.new_bearer();
                        tenures.push(Tenure { from, to: Some(*time), bearer, created: false, deleted: *deleted });
                    }
                }
                Turn::Take { created } => {
                    // A name can be taken only when it is free, so an earlier bearer had lost it before this second.
                    let lost = Some(time.plus_seconds(-1));
                    match open {
                        Some(tenure) => tenure.to = lost,
                        None if first => {
                            let bearer = self.new_bearer();
                            tenures.push(Tenure { from: None, to: lost, bearer, created: false, deleted: false });
                        }
                        None => {}
                    }
                    let bearer = self.new_bearer();
                    tenures.push(Tenure { from: Some(*time), to: None, bearer, created: *created, deleted: false });
                }
            }
        }
        self.tenures.insert(name, tenures);
    }

    fn new_bearer(&mut self) -> usize {
        self.bearers.push(IdsSeen::default());
        self.bearers.len() - 1
    }

    /// A rename: the tenure that it ended and the one that it began have the same bearer.
    fn tie(&mut self, from: &str, to: &str, at: Moment) {
        let ended = self.tenures.get(from).and_then(|t| t.iter().find(|t| t.to == Some(at) && !t.deleted)).map(|t| t.bearer);
        let begun = self.tenures.get(to).and_then(|t| t.iter().find(|t| t.from == Some(at) && !t.created)).map(|t| t.bearer);
        let (Some(keep), Some(drop)) = (ended, begun) else {
            return;
        };
        for tenure in self.tenures.values_mut().flatten().filter(|tenure| tenure.bearer == drop) {
            tenure.bearer = keep;
        }
    }

    /// Name and id were seen together. `at_creation`: the id is that of the tenure that begins in this second.
    fn see(&mut self, name: &str, id: &IamId, at: Moment, at_creation: bool) {
        let holding: Vec<usize> = self.tenures_at(name, at, at_creation);
        // In the second of a turn it could be either bearer's.
        let [bearer] = holding[..] else {
            return;
        };
        let Some(seen) = self.bearers.get_mut(bearer) else {
            return;
        };
        seen.at.insert((at, Arc::clone(id)));
        if seen.name.as_ref().is_none_or(|(known, _)| known.is_some_and(|known| known <= at)) {
            seen.name = Some((Some(at), Arc::from(name)));
        }
    }

    /// A snapshot of unknown time shows the name's latest bearer.
    fn see_untimed(&mut self, name: &str, id: &IamId) {
        let lower = name.to_lowercase();
        self.mention(&lower);
        let Some(bearer) = self.tenures.get(&lower).and_then(|tenures| tenures.last()).map(|tenure| tenure.bearer) else {
            return;
        };
        if let Some(seen) = self.bearers.get_mut(bearer) {
            seen.untimed.insert(Arc::clone(id));
            seen.name = Some((None, Arc::from(name)));
        }
    }

    /// A name without turns was borne by one and the same throughout.
    fn mention(&mut self, lower: &str) {
        if self.tenures.contains_key(lower) {
            return;
        }
        let bearer = self.new_bearer();
        self.tenures.insert(lower.to_owned(), vec![Tenure { from: None, to: None, bearer, created: false, deleted: false }]);
    }

    fn tenures_at(&mut self, name: &str, at: Moment, at_creation: bool) -> Vec<usize> {
        let lower = name.to_lowercase();
        self.mention(&lower);
        let tenures = self.tenures.get(&lower).map_or(&[][..], Vec::as_slice);
        if at_creation {
            return tenures.iter().filter(|t| t.from == Some(at) && t.created).map(|t| t.bearer).collect();
        }
        holding(tenures, at)
    }

    /// Who bore `name` at `at`.
    pub(super) fn bearer(&self, name: &str, at: Moment) -> Bearer {
        let lower = name.to_lowercase();
        let Some(tenures) = self.tenures.get(&lower) else {
            return Bearer::One(stand_in(&lower, None));
        };
        let mut ids = BTreeSet::new();
        for bearer in holding(tenures, at) {
            ids.extend(self.ids(bearer, &lower, at));
        }
        one_of(ids)
    }

    /// Who bore `name` last.
    pub(super) fn last_bearer(&self, name: &str) -> Option<IamId> {
        let lower = name.to_lowercase();
        let last = self.tenures.get(&lower)?.last()?;
        let at = last.to.unwrap_or(Moment::from_epoch_seconds(i64::MAX));
        match one_of(self.ids(last.bearer, &lower, at)) {
            Bearer::One(id) => Some(id),
            Bearer::OneOf(_) | Bearer::Unknown => None,
        }
    }

    /// The ids that a bearer may have had at `at`: one, unless a creation is missing from the logs.
    fn ids(&self, bearer: usize, lower: &str, at: Moment) -> BTreeSet<IamId> {
        let Some(seen) = self.bearers.get(bearer) else {
            return BTreeSet::new();
        };
        let all: BTreeSet<_> = seen.at.iter().map(|(_, id)| id).chain(&seen.untimed).cloned().collect();
        match all.len() {
            0 => BTreeSet::from([stand_in(lower, Some(bearer))]),
            1 => all,
            _ => {
                let before = seen.at.iter().rev().find(|(time, _)| *time <= at).map(|(_, id)| id);
                let after = seen.at.iter().find(|(time, _)| *time >= at).map(|(_, id)| id).or(seen.untimed.first());
                before.into_iter().chain(after).cloned().collect()
            }
        }
    }

    /// The latest name of an id.
    pub(super) fn name_of(&self, id: &str) -> Option<Arc<str>> {
        self.bearers
            .iter()
            .filter(|seen| seen.untimed.contains(id) || seen.at.iter().any(|(_, known)| **known == *id))
            .filter_map(|seen| seen.name.as_ref())
            // A snapshot of unknown time is taken to be the latest.
            .max_by_key(|(at, name)| (at.is_none(), *at, Arc::clone(name)))
            .map(|(_, name)| Arc::clone(name))
    }

    /// When each id was created and deleted, as far as the logs show it.
    pub(super) fn lives(&self) -> impl Iterator<Item = (IamId, Option<Moment>, Option<Moment>)> + '_ {
        self.bearers.iter().enumerate().filter_map(|(bearer, seen)| {
            let ids: BTreeSet<_> = seen.at.iter().map(|(_, id)| id).chain(&seen.untimed).collect();
            let mut tenures = self.tenures.iter().flat_map(|(name, list)| list.iter().map(move |tenure| (name, tenure)));
            let id = match ids.len() {
                0 => stand_in(tenures.clone().find(|(_, tenure)| tenure.bearer == bearer)?.0, Some(bearer)),
                1 => (*ids.first()?).clone(),
                _ => return None,
            };
            let created = tenures.clone().find(|(_, t)| t.bearer == bearer && t.created).and_then(|(_, t)| t.from);
            let deleted = tenures.find(|(_, t)| t.bearer == bearer && t.deleted).and_then(|(_, t)| t.to);
            (created.is_some() || deleted.is_some()).then_some((id, created, deleted))
        })
    }
}

/// The bearers whose tenure covers a second; two in the second of a turn.
fn holding(tenures: &[Tenure], at: Moment) -> Vec<usize> {
    let mut bearers: Vec<usize> = tenures
        .iter()
        .filter(|tenure| tenure.from.is_none_or(|from| from <= at) && tenure.to.is_none_or(|to| at <= to))
        .map(|tenure| tenure.bearer)
        .collect();
    bearers.sort_unstable();
    bearers.dedup();
    bearers
}

fn one_of(ids: BTreeSet<IamId>) -> Bearer {
    let mut ids: Vec<IamId> = ids.into_iter().collect();
    match ids.len() {
        0 => Bearer::Unknown,
        1 => ids.pop().map_or(Bearer::Unknown, Bearer::One),
        _ => Bearer::OneOf(ids),
    }
}

/// What stands for an id that no record shows. It can equal no real id: those have no space.
fn stand_in(lower: &str, bearer: Option<usize>) -> IamId {
    match bearer {
        Some(bearer) => Arc::from(format!("bearer {bearer} of the name {lower}")),
        None => Arc::from(format!("bearer of the name {lower}")),
    }
}
