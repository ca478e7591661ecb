//! The names of one account, cut into tenures.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::moment::Moment;
use crate::roster::IamId;

/// The names of one account's users, or groups.
#[derive(Default)]
pub(in crate::roster) struct Names {
    /// Tenures of a lower-case name, oldest first.
    pub(super) tenures: BTreeMap<String, Vec<Tenure>>,
    pub(super) bearers: Vec<IdsSeen>,
    /// Bearers of each id.
    pub(super) by_id: HashMap<IamId, Vec<usize>>,
    /// How a lower-case name is written. IAM tells no two names apart by case.
    pub(super) spelled: BTreeMap<String, Arc<str>>,
}

/// A name borne by one user or group, from one second to another.
pub(super) struct Tenure {
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) bearer: usize,
    /// The tenure began with a creation, not a rename.
    pub(super) created: bool,
    /// The tenure ended with a deletion, not a rename.
    pub(super) deleted: bool,
}

/// Ids seen for what should be one user or group.
#[derive(Default)]
pub(super) struct IdsSeen {
    /// When, and which.
    pub(super) at: BTreeSet<(Moment, IamId)>,
    /// From snapshots of unknown time.
    pub(super) untimed: BTreeSet<IamId>,
    /// A name for display, and when it was last known.
    pub(super) name: Option<(Option<Moment>, Arc<str>)>,
    /// Its first tenure: since when, and the name.
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

    /// What stands for an id that no record shows. It can equal no real id: those have no space.
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
    // Within one second a name is freed before it is taken.
    Free { deleted: bool },
    Take { created: bool },
}

impl Names {
    /// Cuts a name's history at its turns.
    pub(super) fn cut(&mut self, name: String, turns: &BTreeSet<(Moment, Turn)>) {
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
                        // Whoever bore it before the logs began, or since the last turn.
                        // A name is freed that nobody was seen to take: its bearer is older than
                        // the logs.
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
                    // A name can be taken only when it is free, so an earlier bearer had lost it
                    // before this second.
                    let lost = Some(time.plus_seconds(-1));
                    match open {
                        Some(tenure) => tenure.to = lost,
                        // A name is taken that was not seen freed. Somebody may have borne it
                        // before, of whom only later records tell.
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
        // Tenures are in order, so both ends can be found by search.
        let ended = around(self.tenures.get(from)?, at)
            .find(|tenure| tenure.to == Some(at) && !tenure.deleted)?
            .bearer;
        let begun = around(self.tenures.get(to)?, at)
            .find(|tenure| tenure.from == Some(at) && !tenure.created)?
            .bearer;
        Some((ended, begun))
    }

    /// Makes one bearer of those that renames tie together.
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
                // The least stands for all of them, so the outcome does not depend on the order of
                // the ties.
                *slot = a.min(b);
            }
        }
        // Parents come before their children, so one pass makes every entry a root.
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

    /// What is looked up often: the bearers of an id, and what stands for a bearer without one.
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
            // The earliest tenure stands for its bearer, whatever else is in the logs.
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

    /// Keeps how a name is written, whatever order it came in.
    pub(super) fn spell(&mut self, name: &str) {
        let known = self
            .spelled
            .entry(name.to_lowercase())
            .or_insert_with(|| Arc::from(name));
        if *name < **known {
            *known = Arc::from(name);
        }
    }

    /// Name and id were seen together. `at_creation`: the id is that of the tenure that begins in
    /// this second.
    pub(super) fn see(&mut self, name: &str, id: &IamId, at: Moment, at_creation: bool) {
        self.spell(name);
        let holding: Vec<usize> = self.tenures_at(name, at, at_creation);
        // In the second of a turn it could be either bearer's.
        // Neither can be told from the record: in the second of a rename both bear the name.
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

    /// A snapshot of unknown time shows the name's latest bearer.
    pub(super) fn see_untimed(&mut self, name: &str, id: &IamId) {
        self.spell(name);
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
            // A snapshot without a time is what somebody gave as the present, so its name is the
            // one to show.
            seen.name = Some((None, Arc::from(name)));
        }
    }

    /// A name without turns was borne by one and the same throughout.
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

/// The tenures that can touch a second: they are in order, and only neighbours share one.
pub(super) fn around(tenures: &[Tenure], at: Moment) -> impl Iterator<Item = &Tenure> {
    let next = tenures.partition_point(|tenure| tenure.from.is_none_or(|from| from <= at));
    tenures
        // At most three touch a second: one that ends, one that begins and ends in it, one that
        // begins.
        .get(next.saturating_sub(3)..next)
        .unwrap_or_default()
        .iter()
}

/// The bearers whose tenure covers a second; two in the second of a turn.
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
