//! What is noted of the touched switches, and what lies beside them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use rolewatch_guard::Judgement;
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;

use super::Entered;
use crate::ledger::{SessionAt, Touched};
use crate::port::{Table, Trouble};
use crate::settle::index;
use crate::time::SESSIONS_APART;

/// A person and a role.
pub(super) type Door = ([String; 2], String);

/// What was noted of the touched ones, and what else was found under their people and roles.
///
/// INVARIANT (held): ours are noted before the others are read: of two that are judged at once, at
/// least one sees both.
pub(super) struct Notes<'t, T> {
    table: &'t T,
    now: Moment,
    switches: BTreeSet<(SessionAt, Door, BTreeSet<String>)>,
    alone: BTreeSet<(RecordKey, BTreeSet<String>)>,
    doors: BTreeMap<Door, Vec<(SessionAt, BTreeSet<String>)>>,
    refused: BTreeMap<Door, Vec<(Moment, RecordKey)>>,
}

impl<'t, T: Table> Notes<'t, T> {
    pub(super) fn new(table: &'t T, now: Moment) -> Self {
        Self {
            table,
            now,
            switches: BTreeSet::new(),
            alone: BTreeSet::new(),
            doors: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Notes what is new, and reads what lies beside it. `true`: something rests on more than was
    /// noted before.
    pub(super) async fn take(
        &mut self,
        own: &[Entered],
        judgement: &Judgement,
        touched: &Touched,
    ) -> Result<bool, Trouble> {
        let doors: BTreeSet<Door> = own.iter().map(Entered::door).collect();
        let taken = try_join_all(doors.into_iter().map(|door| {
            let ours: Vec<&Entered> = own.iter().filter(|one| one.door() == door).collect();
            let known = self.doors.get(&door);
            let fresh: Vec<&Entered> = ours
                .into_iter()
                .filter(|one| !self.switches.contains(&one.noted()))
                .collect();
            behind(self.table, door, known, fresh, self.now)
        }));
        let mut more = false;
        for (door, known, written) in taken.await? {
            more |= written;
            self.switches.extend(
                own.iter()
                    .filter(|one| one.door() == door)
                    .map(Entered::noted),
            );
            self.doors.insert(door, known);
        }
        for alone in judgement
            .alone
            .iter()
            .filter(|alone| touched.records.contains(&alone.record))
        {
            if self
                .alone
                .insert((alone.record.clone(), index::asked(&alone.asked)))
            {
                index::note_alone(self.table, alone, self.now).await?;
                more = true;
            }
        }
        self.take_refusals(judgement, touched).await?;
        Ok(more)
    }

    /// The refused attempts of the same people at the same roles, once the touched ones are among
    /// them.
    async fn take_refusals(
        &mut self,
        judgement: &Judgement,
        touched: &Touched,
    ) -> Result<(), Trouble> {
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            let door: Door = (refused.person.parts(), refused.role.as_str().to_owned());
            let known = self
                .refused
                .get(&door)
                .is_some_and(|known| known.iter().any(|(_, record)| *record == refused.record));
            if !known {
                index::note_refusal(
                    self.table,
                    &door.0,
                    &door.1,
                    &refused.record,
                    refused.time,
                    self.now,
                )
                .await?;
                let all = index::refused(self.table, &door.0, &door.1).await?;
                self.refused.insert(door, all);
            }
        }
        Ok(())
    }

    /// The switches behind a door that can have to do with ours.
    pub(super) fn near(&self, door: &Door, own: &[Entered]) -> Vec<SessionAt> {
        let seconds: BTreeSet<Moment> = own
            .iter()
            .filter(|one| one.door() == *door)
            .map(|one| one.at.time)
            .collect();
        let known = self
            .doors
            .get(door)
            .into_iter()
            .flatten()
            .map(|(at, _)| at.clone())
            .collect();
        near(known, &seconds, |at| at.time)
    }

    /// The touched attempts, and those that can have to do with them.
    pub(super) fn tried(&self, judgement: &Judgement, touched: &Touched) -> BTreeSet<RecordKey> {
        let mut doors: BTreeMap<Door, BTreeSet<Moment>> = BTreeMap::new();
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            doors
                .entry((refused.person.parts(), refused.role.as_str().to_owned()))
                .or_default()
                .insert(refused.time);
        }
        let near = |(door, seconds): (Door, BTreeSet<Moment>)| {
            near(
                self.refused.get(&door).cloned().unwrap_or_default(),
                &seconds,
                |(time, _)| *time,
            )
        };
        doors
            .into_iter()
            .flat_map(near)
            .map(|(_, record)| record)
            .collect()
    }
}

/// The switches of one person in one role, once ours are among them, and whether one of ours was
/// not noted so before.
async fn behind<T: Table>(
    table: &T,
    door: Door,
    known: Option<&Vec<(SessionAt, BTreeSet<String>)>>,
    fresh: Vec<&Entered>,
    now: Moment,
) -> Result<(Door, Vec<(SessionAt, BTreeSet<String>)>, bool), Trouble> {
    let known = match known {
        Some(known) if fresh.is_empty() => return Ok((door, known.clone(), false)),
        Some(known) => known.clone(),
        None => index::held(table, &door.0, &door.1).await?,
    };
    let noted = |one: &Entered| {
        known
            .iter()
            .any(|(at, asked)| *at == one.at && index::asked(&one.asked).is_subset(asked))
    };
    let missing: Vec<&Entered> = fresh.into_iter().filter(|one| !noted(one)).collect();
    if missing.is_empty() {
        return Ok((door, known, false));
    }
    try_join_all(missing.iter().map(|one| index::note(table, one, now))).await?;
    let known = index::held(table, &door.0, &door.1).await?;
    Ok((door, known, true))
}

/// Those of `all` that lead, in steps of at most [`SESSIONS_APART`], to one of `seconds`. `all` is in order.
fn near<I>(all: Vec<I>, seconds: &BTreeSet<Moment>, time: impl Fn(&I) -> Moment) -> Vec<I> {
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
