//! Collects everything that the judgment of some sessions and records depends on.
//!
//! INVARIANT (closure): what is found raises new questions (the session's other half, the mint of
//! the caller's session, a user's other names). Every question is asked once, until none is left.
//! What a judgment asked about is gathered in addition ([`Gather::need`]), and it is judged again,
//! until it asks about nothing new. The findings about the sessions and records asked for are then
//! the same as if all facts had been read.

mod follow;
mod mentions;
mod related;
mod rows;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::try_join_all;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Asked, Entity, Handle, RosterIndex, Rosters};
use rolewatch_guard::seen::SeenRecord;
use rolewatch_guard::world::World;

use super::heard::Heard;
use super::keys::{self, SessionAt};
use super::observed::{GroupShown, Observed};
use super::observed_member::ObservedMember;
use super::old_rows::OldRows;
use crate::port::{KeyRange, Row, Table, TableKind, Trouble};
use crate::rulebook::Rulebook;
use mentions::{Mentions, UnlistedGroups};
use related::{RelatedEntities, accounts_of};

/// Rows that were read, by partition and range.
pub type ReadRows = BTreeMap<(String, KeyRange), Vec<Row>>;

/// The facts that were gathered.
#[derive(Debug)]
pub struct Facts {
    /// The facts in the engine's form.
    pub world: World,
    /// IAM's answers, used as snapshots in addition to those of the policy bucket.
    pub observed: BTreeSet<(AccountId, Observed)>,
    /// Groups that IAM showed, used in the same way.
    pub groups: BTreeSet<(AccountId, GroupShown)>,
    /// Identity Center's answers, used in the same way.
    pub members: BTreeSet<ObservedMember>,
    /// The users, groups and devices about which all facts have been read.
    pub about: BTreeSet<Entity>,
}

/// A search through the ledger that follows references until none is left.
#[derive(Debug)]
pub struct Gather<'a, T> {
    table: &'a T,
    policy: &'a Policy,
    rosters: &'a Rosters,
    index: &'a RosterIndex,
    /// With the time when the rulebook was checked.
    old_rows: Option<(&'a OldRows, Moment)>,
    /// Answers that were read before, but after the event's record was stored.
    read: ReadRows,
    /// Every answer, for a later search or a later comparison.
    answers: ReadRows,
    asked: BTreeSet<(String, KeyRange)>,
    open: Vec<(String, KeyRange)>,
    /// Facts by record and content.
    facts: BTreeMap<(RecordKey, Arc<str>), SeenRecord>,
    /// The content of every row that was parsed as a fact. One record is stored under many keys but
    /// parsed only once.
    known: HashMap<Arc<str>, Option<RecordKey>>,
    hints: BTreeMap<(String, String), SeenRecord>,
    related: RelatedEntities,
    unlisted: UnlistedGroups,
    /// Questions about users, groups and devices are postponed.
    held_back: bool,
    observed: BTreeSet<(AccountId, Observed)>,
    groups: BTreeSet<(AccountId, GroupShown)>,
    members: BTreeSet<ObservedMember>,
    heard: Heard,
}

impl<'a, T: Table> Gather<'a, T> {
    /// Creates a search without any questions.
    pub fn new(table: &'a T, book: &'a Rulebook) -> Self {
        Self {
            old_rows: Some((&book.old_rows, book.checked)),
            ..Self::with(table, &book.policy, (&book.rosters, &book.index))
        }
    }

    /// Creates a search without any questions, for these rosters with their index.
    pub fn with(
        table: &'a T,
        policy: &'a Policy,
        (rosters, index): (&'a Rosters, &'a RosterIndex),
    ) -> Self {
        Self {
            table,
            policy,
            rosters,
            index,
            old_rows: None,
            read: ReadRows::new(),
            answers: ReadRows::new(),
            asked: BTreeSet::new(),
            open: Vec::new(),
            facts: BTreeMap::new(),
            known: HashMap::new(),
            hints: BTreeMap::new(),
            related: RelatedEntities::default(),
            unlisted: UnlistedGroups::new(),
            held_back: false,
            observed: BTreeSet::new(),
            groups: BTreeSet::new(),
            members: BTreeSet::new(),
            heard: Heard::default(),
        }
    }

    /// Uses rows that were already read.
    pub fn with_read(mut self, read: ReadRows) -> Self {
        self.read = read;
        self
    }

    /// Asks for all facts of the sessions with this name around this second.
    pub fn session(&mut self, at: &SessionAt) {
        // The user's own copy of SwitchRole names no session. Its switch is found through the
        // record.
        if let Some(record) = at.record() {
            self.record(&record);
            return;
        }
        let (pk, span) = at.question();
        self.add_question(pk, span);
        if let Some((id, _)) = at.session.split_once(':') {
            self.add_question(keys::role(id), KeyRange::default());
        }
    }

    /// Asks for a record with all its versions and corrections.
    pub fn record(&mut self, record: &RecordKey) {
        self.add_question(keys::record(record), keys::versions());
    }

    /// Postpones questions about users, groups and devices until [`Gather::release`].
    pub fn hold_back(mut self) -> Self {
        self.held_back = true;
        self
    }

    /// Whether questions about users, groups and devices are still postponed.
    pub fn holds_back(&self) -> bool {
        self.held_back
    }

    /// Asks about the users, groups and devices found so far, and about those found later.
    pub fn release(&mut self) {
        self.held_back = false;
    }

    /// Asks about a user, a group or a device.
    pub fn entity(&mut self, entity: Entity) {
        self.related.want(entity);
    }

    /// Asks for what a judgment depends on.
    pub fn need(&mut self, asked: &Asked) {
        for entity in asked.entities.iter().chain(&asked.groups) {
            self.related.want(entity.clone());
        }
        for caller in &asked.callers {
            self.caller(caller);
        }
        for (account, from, to) in &asked.logs {
            self.heard.want(*account, *from, *to);
            self.add_question(keys::regions(*account), KeyRange::default());
            self.add_question(keys::IAM_REGIONS.to_owned(), KeyRange::default());
        }
        for log in &asked.center_logs {
            self.heard.want_center(log);
        }
        for (pk, span) in self.heard.questions() {
            self.add_question(pk, span);
        }
    }

    /// Whether something in one of these partitions of [`keys::asks`] was already asked about.
    pub(crate) fn has_asked_about(&self, partitions: &BTreeSet<String>) -> bool {
        let mut wanted = self.related.wanted().iter();
        !self.held_back && wanted.any(|entity| partitions.contains(&keys::asks(entity)))
    }

    /// Asks once more about all users, groups and devices, because something may have been stored
    /// since.
    pub fn again(&mut self) {
        self.asked.retain(|(pk, _)| !is_about_entities(pk));
        self.unlisted.clear();
        self.related.again();
    }

    /// Whether a question is still unanswered.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty() || (!self.held_back && self.related.has_fresh())
    }

    /// Asks until no question is left.
    ///
    /// # Errors
    /// Returns the table's error.
    pub async fn ask_until_closed(&mut self) -> Result<(), Trouble> {
        loop {
            self.ask_about_fresh();
            if self.open.is_empty() {
                if self.read_mentions().await? {
                    continue;
                }
                return Ok(());
            }
            // All open questions are asked at once. A wave costs one round trip, and a chain of
            // sessions costs as many as it has links.
            let wave = std::mem::take(&mut self.open);
            let (table, read) = (self.table, &mut self.read);
            let answers = wave.iter().map(|question| {
                let known = read.remove(question);
                async move {
                    match known {
                        Some(rows) => Ok(rows),
                        None => {
                            table
                                .query(TableKind::Ledger, &question.0, &question.1)
                                .await
                        }
                    }
                }
            });
            let answers = try_join_all(answers).await?;
            for ((pk, span), rows) in wave.iter().zip(answers) {
                if let Some((old, now)) = self.old_rows
                    && rows.is_empty()
                    && *span == keys::only_here()
                {
                    old.note_empty(pk, now);
                }
                for row in &rows {
                    self.take_row(pk, row.clone());
                }
                self.answers.insert((pk.clone(), span.clone()), rows);
            }
            for (pk, span) in self.heard.questions() {
                self.add_question(pk, span);
            }
        }
    }

    /// Opens the questions about users, groups and devices that weren't asked about yet.
    fn ask_about_fresh(&mut self) {
        while !self.held_back
            && let Some(entity) = self.related.take_fresh()
        {
            for tied in self.index.tied_to(self.rosters, &entity) {
                self.related.tie(&entity, &tied);
            }
            self.add_question(keys::facts_about(&entity), KeyRange::default());
            for account in accounts_of(&entity, self.policy) {
                for pk in [keys::iam, keys::names, keys::observed].map(|of| of(account)) {
                    if self.old_rows.is_none_or(|(old, _)| !old.is_empty(&pk)) {
                        self.add_question(pk, keys::only_here());
                    }
                }
            }
            if let Entity::Group(account, Handle::Name(name)) = &entity
                && !self.rosters.lists_group(*account, name)
            {
                let group = (*account, Arc::clone(name));
                self.unlisted.entry(group).or_default();
            }
        }
    }

    /// Reads more changes that name the groups that no roster lists. Returns `false` if those that
    /// were read are enough.
    async fn read_mentions(&mut self) -> Result<bool, Trouble> {
        let next = |mentions: &Mentions| mentions.next(&self.facts);
        let open: Vec<_> = self
            .unlisted
            .iter()
            .filter_map(|(group, mentions)| Some((group.clone(), next(mentions)?)))
            .collect();
        for (group, most) in &open {
            let pk = keys::mentions(group.0, &group.1);
            let all = KeyRange::default();
            let rows = self.table.latest(TableKind::Ledger, &pk, &all, *most);
            let rows = rows.await?;
            let count = rows.len();
            let records: Vec<RecordKey> = rows
                .into_iter()
                .filter_map(|row| self.take_fact(row))
                .collect();
            for record in &records {
                self.record(record);
            }
            self.unlisted
                .insert(group.clone(), Mentions::new(*most, count, records));
        }
        Ok(!open.is_empty())
    }

    /// What was read.
    pub fn into_answers(self) -> ReadRows {
        self.answers
    }

    /// All facts found so far.
    pub fn facts(&self) -> Facts {
        let mut world = World::default();
        for seen in self.facts.values().chain(self.hints.values()) {
            world.add(seen.clone());
        }
        self.heard.add_to_world(&mut world);
        let about = if self.held_back {
            BTreeSet::new()
        } else {
            self.related.wanted().clone()
        };
        Facts {
            world,
            observed: self.observed.clone(),
            groups: self.groups.clone(),
            members: self.members.clone(),
            about,
        }
    }

    fn add_question(&mut self, pk: String, span: KeyRange) {
        let question = (pk, span);
        if !self.asked.contains(&question) {
            self.asked.insert(question.clone());
            self.open.push(question);
        }
    }

    /// Whether all facts of the session were asked for, around this exact second.
    fn has_asked(&self, session: &str, time: Moment) -> bool {
        self.asked.contains(&keys::facts_of_session(session, time))
    }
}

/// Whether a partition is about a user, a group or a device.
pub(crate) fn is_about_entities(pk: &str) -> bool {
    let of = pk.split('#').next().unwrap_or_default();
    matches!(of, "about" | "iam" | "names" | "groups" | "role")
}

impl Facts {
    /// What the rosters of the bucket and IAM's answers show of whom the facts are about.
    pub fn rosters(&self, base: &Rosters, now: Moment) -> Rosters {
        self.with_answers(base.about(&self.about), now)
    }

    /// These rosters, with IAM's answers in addition.
    pub fn with_answers(&self, mut rosters: Rosters, now: Moment) -> Rosters {
        for (account, observed) in &self.observed {
            rosters.add(observed.snapshot(*account, now));
        }
        for (account, shown) in &self.groups {
            rosters.add(shown.snapshot(*account));
        }
        for member in &self.members {
            rosters.add_store(member.snapshot(now));
        }
        rosters
    }
}
