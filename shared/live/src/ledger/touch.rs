//! What a new record can change: its own session, the sessions made with it, and those that depend
//! on what it says about users, groups and devices.

mod center;

use std::collections::BTreeSet;
use std::fmt::Display;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{GroupRef, Policy};
use rolewatch_guard::roster::{Entity, Handle, Rosters, first_to_name_group, related, stirred};
use rolewatch_guard::seen::identity_center::{CenterKind, Outcome};
use rolewatch_guard::seen::{CenterEvent, Fact, IamChange, Mint, SeenRecord};
use rolewatch_guard::time::chosen::SAME_CALL;
use rolewatch_guard::world::World;

use super::gather::ReadRows;
use super::keys::{self, Kind, SessionAt};
use super::store::{Arrival, Learned, Sighting, reread, session_partitions};
use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use center::CenterNews;

/// What has to be judged again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TouchedEvidence {
    /// Sessions, each with all its facts.
    pub sessions: BTreeSet<SessionAt>,
    /// Records without a session: denied attempts, root sessions, console steps without a session.
    pub records: BTreeSet<RecordKey>,
    /// Changes to users, groups and devices. The ledger's index finds what depends on them.
    pub told: IdentityChanges,
    /// The partitions under which the record is stored. Whoever reads one of them again sees it.
    pub stored_under: BTreeSet<String>,
    /// Rows of these sessions and records that were read after the record was stored.
    pub read: ReadRows,
}

/// What a record says about users, groups and devices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityChanges {
    /// The changed entities, by the names and IDs in the records.
    changed: BTreeSet<Entity>,
    /// Groups that somebody joined or left, by account and name, with the record that says so.
    groups: BTreeSet<(AccountId, String, RecordKey)>,
    /// The record has other versions, or corrects or is corrected. More may then be new than the
    /// record itself says.
    contested: bool,
    sighting: Option<Sighting>,
    accounts: BTreeSet<AccountId>,
    /// Accounts for which it changed whether their logs have a gap. This affects everyone in them.
    everybody: BTreeSet<AccountId>,
    /// What became known about Identity Center.
    center: CenterNews,
}

impl IdentityChanges {
    fn change(&mut self, change: &IamChange, record: &RecordKey) {
        self.accounts.insert(change.account);
        self.changed.extend(change.entities());
        let group = change
            .group_joined_or_left()
            .map(|group| (change.account, group.to_string(), record.clone()));
        self.groups.extend(group);
    }

    /// It became known who made a change. That matters for the people who were added to a group or
    /// removed from one, and for nobody else.
    fn changer(&mut self, change: &IamChange) {
        if change.group_joined_or_left().is_some() {
            self.accounts.insert(change.account);
            self.changed.extend(change.entities());
        }
    }

    /// Whether there are no changes.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
            && self.sighting.is_none()
            && self.everybody.is_empty()
            && self.center.is_empty()
    }

    /// What became known about Identity Center: the switches that depend on it are affected, from
    /// this one on.
    pub(crate) fn center(&self) -> impl Iterator<Item = (Entity, Option<Moment>)> + '_ {
        self.center.iter()
    }

    /// The accounts in which everyone is affected.
    pub fn everybody(&self) -> &BTreeSet<AccountId> {
        &self.everybody
    }

    /// The users, groups and devices that [`IdentityChanges::entities`] has to know all facts about.
    pub(crate) fn seeds(&self, policy: &Policy) -> BTreeSet<Entity> {
        let mut seeds = self.changed.clone();
        let sighting = self.sighting.iter();
        seeds.extend(sighting.flat_map(|sighting| sighting.named.entities()));
        // Nobody asks about other groups.
        let named: BTreeSet<Entity> = policy
            .roles
            .iter()
            .flat_map(|role| &role.groups)
            .map(GroupRef::entity)
            .collect();
        let joined = self.groups.iter();
        let joined = joined.map(|(account, name, _)| Entity::Group(*account, Handle::name(name)));
        seeds.extend(joined.filter(|group| named.contains(group)));
        seeds
    }

    /// The accounts of what changed.
    pub fn accounts(&self) -> &BTreeSet<AccountId> {
        &self.accounts
    }

    /// All users, groups and devices about which something new may be known, by every name and ID.
    /// `world` must hold all facts about the [`seeds`](Self::seeds), read after the record was
    /// stored.
    pub fn entities(&self, world: &World, rosters: &Rosters) -> BTreeSet<Entity> {
        let mut changed = self.changed.clone();
        for (account, name, record) in &self.groups {
            // If several are stored at once, all of them agree that the first is the one with the
            // earliest time.
            if self.contested || first_to_name_group(world, rosters, *account, name) == Some(record)
            {
                changed.insert(Entity::Group(*account, Handle::name(name)));
            }
        }
        let mut found = related(world, rosters, changed);
        if let Some(Sighting { named, known }) = &self.sighting {
            let user = related(world, rosters, named.entities().into());
            match known {
                Some(known) => {
                    found.extend(stirred(world, rosters, named, (*known, named.time), &user));
                }
                None => found.extend(user),
            }
        }
        found
    }
}

impl TouchedEvidence {
    /// Whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.records.is_empty() && self.told.is_empty()
    }

    fn session(&mut self, session: &impl Display, time: Moment) {
        self.sessions.insert(SessionAt {
            session: session.to_string(),
            time,
        });
    }
}

/// Finds what a stored record touches.
///
/// # Errors
/// Returns the table's error.
pub async fn find_touched<T: Table>(
    table: &T,
    (policy, rosters): (&Policy, &Rosters),
    arrival: &Arrival,
) -> Result<TouchedEvidence, Trouble> {
    let mut touched = at_first(policy, arrival);
    touched.told.center = CenterNews::read(table, (policy, rosters), arrival).await?;
    let family = arrival.family.iter();
    let mut open: Vec<SeenRecord> = family.map(|(seen, _)| seen.clone()).collect();
    let own: BTreeSet<RecordKey> = open
        .iter()
        .chain([&arrival.seen])
        .map(|seen| seen.key.clone())
        .collect();
    open.push(arrival.seen.clone());
    let mut followed: BTreeSet<(RecordKey, Fact)> = BTreeSet::new();
    while let Some(seen) = open.pop() {
        let Some(fact) = &seen.fact else { continue };
        if !followed.insert((seen.key.clone(), fact.clone())) {
            continue;
        }
        match fact {
            Fact::Mint(mint) => {
                touched.records.insert(seen.key.clone());
                if let Some(session) = &mint.session {
                    touched.session(session, mint.time);
                }
                open.extend(children(table, policy, mint, &mut touched.read).await?);
            }
            Fact::Console(step) => {
                touched.records.insert(seen.key.clone());
                if let Some(session) = &step.session {
                    touched.session(session, step.time);
                    // The record is part of the proof for everything that the session led to.
                    open.extend(
                        of_session(
                            table,
                            policy,
                            (session, step.time),
                            &[Kind::Mint, Kind::Child],
                            &mut touched.read,
                        )
                        .await?,
                    );
                }
            }
            Fact::Denial(_) => {
                touched.records.insert(seen.key.clone());
            }
            Fact::IamChange(change) if own.contains(&seen.key) => {
                touched.told.change(change, &seen.key);
            }
            Fact::IamChange(change) => touched.told.changer(change),
            Fact::IdentityCenter(event) if own.contains(&seen.key) => {
                if is_refused(event) {
                    touched.records.insert(seen.key.clone());
                }
            }
            Fact::IdentityCenter(event) => touched.told.center.changer(event),
            Fact::Nothing => {}
        }
    }
    Ok(touched)
}

/// A permission set that the access portal refused, which is judged on its own.
fn is_refused(event: &CenterEvent) -> bool {
    event.outcome == Outcome::Failure && matches!(event.what, CenterKind::Portal(_))
}

/// What a record touches directly, before the ledger is searched for what is connected to it.
fn at_first(policy: &Policy, arrival: &Arrival) -> TouchedEvidence {
    let mut touched = TouchedEvidence {
        stored_under: session_partitions(arrival, policy),
        read: arrival.read.clone(),
        ..TouchedEvidence::default()
    };
    if let Some(used) = &arrival.seen.used {
        touched.session(&used.session, used.created.unwrap_or(used.time));
    }
    let told = &mut touched.told;
    told.contested = !arrival.family.is_empty();
    told.sighting.clone_from(&arrival.sighting);
    if let Some(sighting) = &arrival.sighting {
        told.accounts.insert(sighting.named.account);
    }
    // From now on, a missing record in this Region counts as a gap in the logs.
    if arrival.learned.is_some() {
        told.everybody.insert(arrival.seen.key.account);
    }
    if arrival.learned == Some(Learned::OfAll) {
        for role in &policy.roles {
            told.everybody
                .extend(role.groups.iter().map(|group| group.account));
        }
    }
    touched
}

/// What was done with the session that a mint yielded, and waited for the mint.
async fn children<T: Table>(
    table: &T,
    policy: &Policy,
    mint: &Mint,
    read: &mut ReadRows,
) -> Result<Vec<SeenRecord>, Trouble> {
    let mut found = Vec::new();
    if let Some(issued) = &mint.issued {
        let question = (keys::issued(issued), KeyRange::default());
        let rows = read_once(table, question, read).await?;
        found.extend(
            rows.iter()
                .filter(|row| Kind::Child.is_kind_of(&row.sk))
                .filter_map(|row| reread(&row.body, policy)),
        );
    }
    if let Some(session) = &mint.session {
        let began = (&**session, mint.time);
        found.extend(of_session(table, policy, began, &[Kind::Child], read).await?);
    }
    Ok(found)
}

/// The rows of some kinds under a session that began within five seconds of a moment.
async fn of_session<T: Table>(
    table: &T,
    policy: &Policy,
    (session, began): (&str, Moment),
    wanted: &[Kind],
    read: &mut ReadRows,
) -> Result<Vec<SeenRecord>, Trouble> {
    // The range that judging the session needs, so that it is read only once.
    let question = keys::facts_of_session(session, began);
    let rows = read_once(table, question, read).await?;
    let is_near = |sk: &str| {
        keys::second_of(sk).is_some_and(|second| second.seconds_since(began).abs() <= SAME_CALL)
    };
    Ok(rows
        .iter()
        .filter(|row| is_near(&row.sk) && wanted.iter().any(|kind| kind.is_kind_of(&row.sk)))
        .filter_map(|row| reread(&row.body, policy))
        .collect())
}

/// The rows of a range, and notes them as read.
async fn read_once<'r, T: Table>(
    table: &T,
    question: (String, KeyRange),
    read: &'r mut ReadRows,
) -> Result<&'r [Row], Trouble> {
    let rows = match read.remove(&question) {
        Some(rows) => rows,
        None => {
            table
                .query(TableKind::Ledger, &question.0, &question.1)
                .await?
        }
    };
    Ok(read.entry(question).or_insert(rows))
}
