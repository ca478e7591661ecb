//! Answers from a book of names: who had a name, the name of an id, and how long each existed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::book::{Names, holding, stand_in};
use crate::moment::Moment;
use crate::roster::{Bearer, IamId};

impl Names {
    /// Who had `name` at `at`.
    pub(in crate::roster) fn bearer(&self, name: &str, at: Moment) -> Bearer {
        let lower = name.to_lowercase();
        let Some(tenures) = self.tenures.get(&lower) else {
            return Bearer::One(stand_in(&lower));
        };
        let mut ids = BTreeSet::new();
        for bearer in holding(tenures, at) {
            ids.extend(self.ids_at(bearer, at));
        }
        one_of(ids)
    }

    /// Who had `name` last.
    pub(in crate::roster) fn last_bearer(&self, name: &str) -> Option<IamId> {
        let lower = name.to_lowercase();
        let last = self.tenures.get(&lower)?.last()?;
        let at = last.to.unwrap_or(Moment::from_epoch_seconds(i64::MAX));
        match one_of(self.ids_at(last.bearer, at)) {
            Bearer::One(id) => Some(id),
            Bearer::OneOf(_) | Bearer::Unknown => None,
        }
    }

    /// The ids that a bearer may have had at `at`: one, unless a creation is missing from the logs.
    fn ids_at(&self, bearer: usize, at: Moment) -> BTreeSet<IamId> {
        let Some(seen) = self.bearers.get(bearer) else {
            return BTreeSet::new();
        };
        let all: BTreeSet<IamId> = seen.ids().into_iter().cloned().collect();
        match all.len() {
            0 => BTreeSet::from([seen.stand_in()]),
            1 => all,
            _ => {
                let before = seen
                    .at
                    .iter()
                    .rev()
                    .find(|(time, _)| *time <= at)
                    .map(|(_, id)| id);
                let after = seen
                    .at
                    .iter()
                    .find(|(time, _)| *time >= at)
                    .map(|(_, id)| id)
                    .or(seen.untimed.first());
                before.into_iter().chain(after).cloned().collect()
            }
        }
    }

    /// The latest name of an id.
    pub(in crate::roster) fn name_of(&self, id: &str) -> Option<Arc<str>> {
        let bearers = self.by_id.get(id)?;
        bearers
            .iter()
            .filter_map(|bearer| self.bearers.get(*bearer)?.name.as_ref())
            // A snapshot of unknown time is assumed to be the latest.
            .max_by_key(|(at, name)| (at.is_none(), *at, Arc::clone(name)))
            .map(|(_, name)| Arc::clone(name))
    }

    /// The name of an id at `at`. `None`: no name is known, or another id may have had the same
    /// name.
    pub(in crate::roster) fn name_at(&self, id: &str, at: Moment) -> Option<Arc<str>> {
        let bearers = self.by_id.get(id)?;
        let borne = self
            .tenures
            .iter()
            .filter(|(_, tenures)| match holding(tenures, at)[..] {
                [bearer] => {
                    bearers.contains(&bearer)
                        && self.ids_at(bearer, at).iter().all(|borne| **borne == *id)
                }
                _ => false,
            });
        let mut spelled = borne.map(|(lower, _)| {
            self.spelled
                .get(lower)
                .cloned()
                .unwrap_or_else(|| Arc::from(lower.as_str()))
        });
        spelled.next().filter(|_| spelled.next().is_none())
    }

    /// When each id was created and deleted, if the logs show it.
    pub(in crate::roster) fn lifetimes(
        &self,
    ) -> impl Iterator<Item = (IamId, Option<Moment>, Option<Moment>)> + '_ {
        self.bearers
            .iter()
            .filter(|seen| seen.created.is_some() || seen.deleted.is_some())
            .filter_map(|seen| {
                let ids = seen.ids();
                let id = match ids.len() {
                    0 => seen.stand_in(),
                    1 => (*ids.first()?).clone(),
                    _ => return None,
                };
                Some((id, seen.created, seen.deleted))
            })
    }
}

fn one_of(ids: BTreeSet<IamId>) -> Bearer {
    let mut ids: Vec<IamId> = ids.into_iter().collect();
    match ids.len() {
        0 => Bearer::Unknown,
        1 => ids.pop().map_or(Bearer::Unknown, Bearer::One),
        _ => Bearer::OneOf(ids),
    }
}
