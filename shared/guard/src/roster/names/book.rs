//! The names of one account, divided into tenures.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::moment::Moment;
use crate::roster::IamId;

/// The names of one account's users, or groups.
#[derive(Default)]
pub(in crate::roster) struct Names {
    /// Tenures of each lower-case name, oldest first.
    pub(super) tenures: BTreeMap<String, Vec<Tenure>>,
    pub(super) bearers: Vec<IdsSeen>,
    /// The bearers of each id.
    pub(super) by_id: HashMap<IamId, Vec<usize>>,
    /// The original spelling of each lower-case name. IAM doesn't distinguish names by case.
    pub(super) spelled: BTreeMap<String, Arc<str>>,
}

/// A period in which one user or group had a name, in seconds.
pub(super) struct Tenure {
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) bearer: usize,
    /// Whether the tenure began with a creation rather than a rename.
    pub(super) created: bool,
    /// Whether the tenure ended with a deletion rather than a rename.
    pub(super) deleted: bool,
}

/// Ids seen for what should be one user or group.
#[derive(Default)]
pub(super) struct IdsSeen {
    /// The ids with the times at which they were seen.
    pub(super) at: BTreeSet<(Moment, IamId)>,
    /// From snapshots of unknown time.
    pub(super) untimed: BTreeSet<IamId>,
    /// A name for display, and when it was last known.
    pub(super) name: Option<(Option<Moment>, Arc<str>)>,
    /// Its first tenure: the start and the name.
    pub(super) first: Option<(Option<Moment>, String)>,
    pub(super) created: Option<Moment>,
    pub(super) deleted: Option<Moment>,
}

impl IdsSeen {
    pub(super) fn ids(&self) -> BTreeSet<&IamId> {
        self.at
            .iter()
            .map(|(_, id)| id)
            .chain(&self.untimed)
            .collect()
    }

    /// A placeholder for an id that no record shows. It has a space, so it can't equal a real id.
    pub(super) fn stand_in(&self) -> IamId {
        match &self.first {
            Some((Some(since), name)) => {
                Arc::from(format!("bearer of the name {name} since {since}"))
            }
            Some((None, name)) => stand_in(name),
            None => Arc::from("bearer of no name"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    // Within one second, a name is freed before it is taken.
    Free { deleted: bool },
    Take { created: bool },
}

impl Names {
    /// Divides a name's history at its turns.
    pub(super) fn cut_at(&mut self, name: String, turns: &BTreeSet<(Moment, Turn)>) {
        let mut tenures: Vec<Tenure> = Vec::new();
        for (time, turn) in turns {
            let first = tenures.is_empty();
            let open = tenures.last_mut().filter(|tenure| tenure.to.is_none());
            match turn {
                Turn::Free { deleted } => {
                    if let Some(tenure) = open {
                        tenure.to = Some(*time);
                        tenure.deleted = *deleted;
                    } else {
                        // Its bearer took it before the logs began or at the last turn. If nobody
                        // was seen taking it before it was freed, its bearer is older than the
                        // logs.
                        let from = tenures.last().and_then(|tenure| tenure.to);
                        let bearer = self.new_bearer();
                        tenures.push(Tenure {
                            from,
                            to: Some(*time),
                            bearer,
                            created: false,
                            deleted: *deleted,
                        });
                    }
                }
                Turn::Take { created } => {
                    // A name must be free before it's taken, so an earlier bearer had lost it
                    // before this second.
                    let lost = Some(time.plus_seconds(-1));
                    match open {
                        Some(tenure) => tenure.to = lost,
                        // The name is taken without being seen freed. Somebody that only later
                        // records show may have had it before.
                        None if first => {
                            let bearer = self.new_bearer();
                            tenures.push(Tenure {
                                from: None,
                                to: lost,
                                bearer,
                                created: false,
                                deleted: false,
                            });
                        }
                        None => {}
                    }
                    let bearer = self.new_bearer();
                    tenures.push(Tenure {
                        from: Some(*time),
                        to: None,
                        bearer,
                        created: *created,
                        deleted: false,
                    });
                }
            }
        }
        self.tenures.insert(name, tenures);
    }

    pub(super) fn new_bearer(&mut self) -> usize {
        self.bearers.push(IdsSeen::default());
        self.bearers.len() - 1
    }

    /// A rename: the tenure that it ended and the one that it began have the same bearer.
    pub(super) fn tie(&self, from: &str, to: &str, at: Moment) -> Option<(usize, usize)> {
        // Tenures are sorted, so both can be found by search.
        let ended = around(self.tenures.get(from)?, at)
            .find(|tenure| tenure.to == Some(at) && !tenure.deleted)?
            .bearer;
        let begun = around(self.tenures.get(to)?, at)
            .find(|tenure| tenure.from == Some(at) && !tenure.created)?
            .bearer;
        Some((ended, begun))
    }

    /// Merges the bearers that renames tie together.
    pub(super) fn unite(&mut self, ties: &[(usize, usize)]) {
        let mut parent: Vec<usize> = (0..self.bearers.len()).collect();
        let root = |parent: &[usize], mut at: usize| {
            while let Some(up) = parent.get(at).copied().filter(|up| *up != at) {
                at = up;
            }
            at
        };
        for (a, b) in ties {
            let (a, b) = (root(&parent, *a), root(&parent, *b));
            if let Some(slot) = parent.get_mut(a.max(b)) {
                // The smallest index represents all of them, so the result doesn't depend on the
                // order of the ties.
                *slot = a.min(b);
            }
        }
        // Parents have smaller indices than their children, so one pass makes every entry a root.
        for at in 0..parent.len() {
            let up = parent.get(at).copied().unwrap_or(at);
            let top = parent.get(up).copied().unwrap_or(up);
            if let Some(slot) = parent.get_mut(at) {
                *slot = top;
            }
        }
        for tenure in self.tenures.values_mut().flatten() {
            tenure.bearer = parent.get(tenure.bearer).copied().unwrap_or(tenure.bearer);
        }
    }

    /// Builds the indices for frequent lookups: the bearers of an id, and placeholders for bearers
    /// without one.
    pub(super) fn finish(&mut self) {
        for (name, tenure) in self
            .tenures
            .iter()
            .flat_map(|(name, list)| list.iter().map(move |tenure| (name, tenure)))
        {
            let Some(seen) = self.bearers.get_mut(tenure.bearer) else {
                continue;
            };
            seen.created = seen.created.or(tenure.from.filter(|_| tenure.created));
            seen.deleted = seen.deleted.max(tenure.to.filter(|_| tenure.deleted));
            // The earliest tenure identifies its bearer, whatever else is in the logs.
            let first = (tenure.from, name.clone());
            if seen.first.as_ref().is_none_or(|known| first < *known) {
                seen.first = Some(first);
            }
        }
        for (bearer, seen) in self.bearers.iter().enumerate() {
            for id in seen.ids() {
                self.by_id.entry(Arc::clone(id)).or_default().push(bearer);
            }
        }
    }

    /// Keeps the spelling of a name, independent of the order in which spellings arrive.
    pub(super) fn keep_spelling(&mut self, name: &str) {
        let known = self
            .spelled
            .entry(name.to_lowercase())
            .or_insert_with(|| Arc::from(name));
        if *name < **known {
            *known = Arc::from(name);
        }
    }

    /// Records that name and id were seen together. `at_creation`: the id belongs to the tenure
    /// that begins in this second.
    pub(super) fn note_seen(&mut self, name: &str, id: &IamId, at: Moment, at_creation: bool) {
        self.keep_spelling(name);
        let holding: Vec<usize> = self.tenures_at(name, at, at_creation);
        // In the second of a turn, the id may belong to either bearer. The record doesn't show
        // which: in the second of a rename, both have the name.
        let [bearer] = holding[..] else {
            return;
        };
        let Some(seen) = self.bearers.get_mut(bearer) else {
            return;
        };
        seen.at.insert((at, Arc::clone(id)));
        if seen
            .name
            .as_ref()
            .is_none_or(|(known, _)| known.is_some_and(|known| known <= at))
        {
            seen.name = Some((Some(at), Arc::from(name)));
        }
    }

    /// Records a pair from a snapshot of unknown time: the id belongs to the name's latest bearer.
    pub(super) fn see_untimed(&mut self, name: &str, id: &IamId) {
        self.keep_spelling(name);
        let lower = name.to_lowercase();
        self.mention(&lower);
        let Some(bearer) = self
            .tenures
            .get(&lower)
            .and_then(|tenures| tenures.last())
            .map(|tenure| tenure.bearer)
        else {
            return;
        };
        if let Some(seen) = self.bearers.get_mut(bearer) {
            seen.untimed.insert(Arc::clone(id));
            // A snapshot without a time is assumed to be the present, so its name is the one to
            // show.
            seen.name = Some((None, Arc::from(name)));
        }
    }

    /// Adds a name without turns: one bearer had it all the time.
    pub(super) fn mention(&mut self, lower: &str) {
        if self.tenures.contains_key(lower) {
            return;
        }
        let bearer = self.new_bearer();
        self.tenures.insert(
            lower.to_owned(),
            vec![Tenure {
                from: None,
                to: None,
                bearer,
                created: false,
                deleted: false,
            }],
        );
    }

    pub(super) fn tenures_at(&mut self, name: &str, at: Moment, at_creation: bool) -> Vec<usize> {
        let lower = name.to_lowercase();
        self.mention(&lower);
        let tenures = self.tenures.get(&lower).map_or(&[][..], Vec::as_slice);
        if at_creation {
            return around(tenures, at)
                .filter(|t| t.from == Some(at) && t.created)
                .map(|t| t.bearer)
                .collect();
        }
        holding(tenures, at)
    }
}

/// The tenures that may include a second. They are sorted, and only neighbors share one.
pub(super) fn around(tenures: &[Tenure], at: Moment) -> impl Iterator<Item = &Tenure> {
    let next = tenures.partition_point(|tenure| tenure.from.is_none_or(|from| from <= at));
    tenures
        // At most three include one second: one that ends, one that begins and ends, and one that
        // begins.
        .get(next.saturating_sub(3)..next)
        .unwrap_or_default()
        .iter()
}

/// The bearers whose tenure includes a second; two in the second of a turn.
pub(super) fn holding(tenures: &[Tenure], at: Moment) -> Vec<usize> {
    let mut bearers: Vec<usize> = around(tenures, at)
        .filter(|tenure| {
            tenure.from.is_none_or(|from| from <= at) && tenure.to.is_none_or(|to| at <= to)
        })
        .map(|tenure| tenure.bearer)
        .collect();
    bearers.sort_unstable();
    bearers.dedup();
    bearers
}

pub(super) fn stand_in(lower: &str) -> IamId {
    Arc::from(format!("bearer of the name {lower}"))
}
