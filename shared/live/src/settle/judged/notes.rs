//! Adds the touched switches to the index and reads the index entries near them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{Either, try_join_all};
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::{Judgement, RefusedSummary};

use crate::ledger::index::{self, partitions_of_entities};
use crate::ledger::{SessionAt, TouchedEvidence};
use crate::port::{Table, Trouble};
use crate::settle::entered::{EnteredSwitch, Holder};
use crate::time::SESSIONS_APART;

/// What was added to the index for the touched switches, and what else was found under their people
/// and roles.
///
/// INVARIANT (held): our switches are added before the others are read. If two are judged at once,
/// at least one sees both.
pub(in crate::settle) struct Notes<'t, T> {
    table: &'t T,
    now: Moment,
    /// The event's record was stored by this invocation.
    just_stored: bool,
    switches: BTreeSet<(SessionAt, Holder, BTreeSet<String>)>,
    alone: BTreeSet<(RecordKey, BTreeSet<String>)>,
    holders: BTreeMap<Holder, Vec<(SessionAt, BTreeSet<String>)>>,
    refused: BTreeMap<Holder, Vec<(Moment, RecordKey)>>,
}

impl<'t, T: Table> Notes<'t, T> {
    pub(in crate::settle) fn new(table: &'t T, now: Moment, just_stored: bool) -> Self {
        Self {
            table,
            now,
            just_stored,
            switches: BTreeSet::new(),
            alone: BTreeSet::new(),
            holders: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Adds new entries and reads the ones near them. Returns the partitions of the index to which
    /// something was added.
    pub(super) async fn take_note(
        &mut self,
        own: &[EnteredSwitch],
        judgement: &Judgement,
        touched: &TouchedEvidence,
    ) -> Result<BTreeSet<String>, Trouble> {
        let holders: BTreeSet<Holder> = own.iter().map(EnteredSwitch::holder).collect();
        let taken = try_join_all(holders.into_iter().map(|holder| {
            let ours: Vec<&EnteredSwitch> =
                own.iter().filter(|one| one.holder() == holder).collect();
            let known = self.holders.get(&holder);
            let fresh: Vec<&EnteredSwitch> = ours
                .into_iter()
                .filter(|one| !self.switches.contains(&one.to_note()))
                .collect();
            let is_new = |one: &&EnteredSwitch| self.just_stored && one.records.len() == 1;
            if known.is_none() && fresh.iter().all(is_new) {
                // Nobody noted a switch of which nothing was known before. Without looking first, a
                // read is saved.
                return Either::Left(add(self.table, holder, fresh, BTreeMap::new(), self.now));
            }
            Either::Right(behind(self.table, holder, known, fresh, self.now))
        }));
        let mut added = BTreeSet::new();
        for (holder, known, written) in taken.await? {
            added.extend(written);
            self.switches.extend(
                own.iter()
                    .filter(|one| one.holder() == holder)
                    .map(EnteredSwitch::to_note),
            );
            self.holders.insert(holder, known);
        }
        for alone in judgement
            .alone
            .iter()
            .filter(|alone| touched.records.contains(&alone.record))
        {
            let partitions = partitions_of_entities(&alone.asked);
            if self
                .alone
                .insert((alone.record.clone(), partitions.clone()))
            {
                index::note_alone(self.table, alone, self.now).await?;
                added.extend(partitions);
            }
        }
        self.take_refusals(judgement, touched).await?;
        Ok(added)
    }

    /// Reads the denied attempts of the same people at the same roles, after adding the touched
    /// ones.
    async fn take_refusals(
        &mut self,
        judgement: &Judgement,
        touched: &TouchedEvidence,
    ) -> Result<(), Trouble> {
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            let holder = holder_of(refused);
            let known = self
                .refused
                .get(&holder)
                .is_some_and(|known| known.iter().any(|(_, record)| *record == refused.record));
            if !known {
                index::note_refusal(
                    self.table,
                    &holder.0,
                    &holder.1,
                    &refused.record,
                    refused.time,
                    self.now,
                )
                .await?;
                let all = index::refused(self.table, &holder.0, &holder.1).await?;
                self.refused.insert(holder, all);
            }
        }
        Ok(())
    }

    /// The switches of a person in a role that can share a finding with ours.
    pub(super) fn sessions_near(&self, holder: &Holder, own: &[EnteredSwitch]) -> Vec<SessionAt> {
        let seconds: BTreeSet<Moment> = own
            .iter()
            .filter(|one| one.holder() == *holder)
            .map(|one| one.at.time)
            .collect();
        let known = self
            .holders
            .get(holder)
            .into_iter()
            .flatten()
            .map(|(at, _)| at.clone())
            .collect();
        linked_to(known, &seconds, |at| at.time)
    }

    /// The touched attempts, and those that can share a finding with them.
    pub(super) fn attempts_near(
        &self,
        judgement: &Judgement,
        touched: &TouchedEvidence,
    ) -> BTreeSet<RecordKey> {
        let mut holders: BTreeMap<Holder, BTreeSet<Moment>> = BTreeMap::new();
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            holders
                .entry(holder_of(refused))
                .or_default()
                .insert(refused.time);
        }
        let near = |(holder, seconds): (Holder, BTreeSet<Moment>)| {
            linked_to(
                self.refused.get(&holder).cloned().unwrap_or_default(),
                &seconds,
                |(time, _)| *time,
            )
        };
        holders
            .into_iter()
            .flat_map(near)
            .map(|(_, record)| record)
            .collect()
    }
}

/// The person and the role of a denied attempt. If the record doesn't show the role, it is empty.
fn holder_of(refused: &RefusedSummary) -> Holder {
    let role = refused.role.as_ref();
    let role = role.map_or_else(String::new, |role| role.as_str().to_owned());
    (refused.person.id_parts(), role)
}

/// A person and a role, their switches, and the partitions to which some were added.
type Behind = (Holder, Vec<(SessionAt, BTreeSet<String>)>, BTreeSet<String>);

/// The switches of one person in one role, after adding ours, and the partitions to which ours were
/// added.
async fn behind<T: Table>(
    table: &T,
    holder: Holder,
    known: Option<&Vec<(SessionAt, BTreeSet<String>)>>,
    fresh: Vec<&EnteredSwitch>,
    now: Moment,
) -> Result<Behind, Trouble> {
    let known = match known {
        Some(known) if fresh.is_empty() => return Ok((holder, known.clone(), BTreeSet::new())),
        Some(known) => known.clone(),
        None => index::sessions_held(table, &holder.0, &holder.1).await?,
    };
    let partitions = |one: &EnteredSwitch| partitions_of_entities(&one.asked.entities);
    let noted = |one: &EnteredSwitch| {
        known
            .iter()
            .any(|(at, asked)| *at == one.at && partitions(one).is_subset(asked))
    };
    let missing: Vec<&EnteredSwitch> = fresh.into_iter().filter(|one| !noted(one)).collect();
    if missing.is_empty() {
        return Ok((holder, known, BTreeSet::new()));
    }
    // An earlier row of the same switch may list some of them already.
    let before = known.iter().map(|(at, asked)| (at, asked)).collect();
    add(table, holder, missing, before, now).await
}

/// Adds switches of one person in one role. `before`: where some of them are already.
async fn add<T: Table>(
    table: &T,
    holder: Holder,
    missing: Vec<&EnteredSwitch>,
    before: BTreeMap<&SessionAt, &BTreeSet<String>>,
    now: Moment,
) -> Result<Behind, Trouble> {
    let added: BTreeSet<String> = missing
        .iter()
        .flat_map(|one| {
            let listed = before.get(&one.at);
            let mut partitions = partitions_of_entities(&one.asked.entities);
            partitions.retain(|pk| !listed.is_some_and(|listed| listed.contains(pk)));
            partitions
        })
        .collect();
    let indexed: Vec<_> = missing.iter().map(|one| one.indexed()).collect();
    try_join_all(
        indexed
            .iter()
            .map(|one| index::index_switch(table, one, now)),
    )
    .await?;
    // Read again after writing: a switch that was added in between is seen here, or sees ours.
    let known = index::sessions_held(table, &holder.0, &holder.1).await?;
    Ok((holder, known, added))
}

/// The items of `all` that are connected to one of `seconds` by steps of at most
/// [`SESSIONS_APART`]. `all` must be in order of time.
fn linked_to<I>(all: Vec<I>, seconds: &BTreeSet<Moment>, time: impl Fn(&I) -> Moment) -> Vec<I> {
    let mut runs: Vec<Vec<I>> = Vec::new();
    for item in all {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    time(&item).seconds_since(time(last)) <= SESSIONS_APART
                }) =>
            {
                run.push(item);
            }
            _ => runs.push(vec![item]),
        }
    }
    let reaches = |run: &Vec<I>| {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return false;
        };
        seconds.iter().any(|second| {
            second.seconds_since(time(last)) <= SESSIONS_APART
                && time(first).seconds_since(*second) <= SESSIONS_APART
        })
    };
    runs.into_iter().filter(reaches).flatten().collect()
}
