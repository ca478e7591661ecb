//! What a record says about Identity Center, and from which switch on that matters.
//!
//! A switch is in the index under everything that its judgment depends on. Most records of Identity
//! Center only show that somebody was there, and people sign in every day. Such a record can change
//! nothing about switches from before the last record that showed the same: of what a user was
//! seen as, only the last time before a moment counts, and the first time after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Entity, Rosters};
use rolewatch_guard::seen::identity_center::{
    CenterKind, DirectoryChangeKind, GrantChange, Outcome, SignInStep,
};
use rolewatch_guard::seen::{CenterEvent, CenterSubject, Fact, NamedKind, SeenRecord};
use rolewatch_guard::time::chosen::LAST_RECORD;

use crate::ledger::keys;
use crate::ledger::store::{Arrival, reread};
use crate::port::{KeyRange, Table, TableKind, Trouble};

/// How many earlier records of a user or group are looked at.
const EARLIER: usize = 8;

/// What became known about Identity Center, with the second of the first switch that it can
/// matter to. `None`: it can matter to any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CenterNews(BTreeMap<CenterSubject, Option<Moment>>);

impl CenterNews {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Entity, Option<Moment>)> + '_ {
        let entity = |subject: &CenterSubject| Entity::Center(subject.clone());
        self.0
            .iter()
            .map(move |(subject, since)| (entity(subject), *since))
    }

    fn add(&mut self, subject: CenterSubject, since: Option<Moment>) {
        let known = self.0.entry(subject).or_insert(since);
        *known = (*known).min(since);
    }

    /// It became known who made a change. That matters where the change does.
    pub(super) fn changer(&mut self, event: &CenterEvent) {
        for subject in event.subjects() {
            self.add(subject, None);
        }
    }

    /// What a stored record says.
    ///
    /// # Errors
    /// Returns the table's error.
    pub(super) async fn read<T: Table>(
        table: &T,
        (policy, rosters): (&Policy, &Rosters),
        arrival: &Arrival,
    ) -> Result<Self, Trouble> {
        let mut news = Self::default();
        for subject in &arrival.shows {
            news.add(subject.clone(), None);
        }
        let own = std::iter::once(&arrival.seen);
        let others = arrival.family.iter().chain(&arrival.linked);
        let records: Vec<&SeenRecord> = own.chain(others.map(|(seen, _)| seen)).collect();
        let events: Vec<&CenterEvent> = records.iter().filter_map(|seen| event_of(seen)).collect();
        let contested = !arrival.family.is_empty();
        let store = policy
            .identity_center
            .as_ref()
            .map(|center| &*center.identity_store);
        let listed: Vec<&StoreSnapshot> = store
            .into_iter()
            .flat_map(|store| rosters.of_store(store))
            .collect();
        let subjects: BTreeSet<CenterSubject> =
            events.iter().flat_map(|event| event.subjects()).collect();
        for subject in subjects {
            let members =
                explained(&subject, (&arrival.seen, &events), &listed).filter(|_| !contested);
            if let Some(users) = members {
                for user in users {
                    news.add(user, None);
                }
                continue;
            }
            let since = if contested {
                None
            } else {
                since(table, policy, &subject, &events).await?
            };
            news.add(subject, since);
        }
        Ok(news)
    }
}

fn event_of(seen: &SeenRecord) -> Option<&CenterEvent> {
    match &seen.fact {
        Some(Fact::IdentityCenter(event)) => Some(event),
        _ => None,
    }
}

/// The members whose memberships were deleted, if rosters or the creations show them all. Then the
/// deletions hide nothing about anybody else.
fn explained(
    subject: &CenterSubject,
    (own, events): (&SeenRecord, &[&CenterEvent]),
    listed: &[&StoreSnapshot],
) -> Option<BTreeSet<CenterSubject>> {
    if *subject != CenterSubject::Anybody {
        return None;
    }
    let change = event_of(own).and_then(directory);
    let is_creation = matches!(change, Some(DirectoryChangeKind::MemberAdded { .. }));
    let mut users = BTreeSet::new();
    for event in events {
        let Some(DirectoryChangeKind::MembershipDeleted { membership }) = directory(event) else {
            continue;
        };
        let mut members: BTreeSet<(&Arc<str>, &Arc<str>)> = listed
            .iter()
            .filter_map(|roster| roster.of_membership(membership))
            .collect();
        let by_rosters = members.len();
        members.extend(events.iter().filter_map(|event| match directory(event) {
            Some(DirectoryChangeKind::MemberAdded {
                user,
                group,
                membership: Some(of),
            }) if of == membership => Some((user, group)),
            _ => None,
        }));
        // Without the creation, which may have come just now, the deletion may have hidden more.
        if members.len() != 1 || (is_creation && by_rosters != 1) {
            return None;
        }
        users.extend(
            members
                .iter()
                .map(|(user, _)| CenterSubject::User(Arc::clone(user))),
        );
    }
    (!users.is_empty()).then_some(users)
}

fn directory(event: &CenterEvent) -> Option<&DirectoryChangeKind> {
    match &event.what {
        CenterKind::Directory(change) => Some(&change.what),
        _ => None,
    }
}

/// The second of the first switch to which these records can matter, as far as they are about one
/// subject.
async fn since<T: Table>(
    table: &T,
    policy: &Policy,
    subject: &CenterSubject,
    events: &[&CenterEvent],
) -> Result<Option<Moment>, Trouble> {
    let Some(first) = events.iter().map(|event| event.time).min() else {
        return Ok(None);
    };
    match subject {
        CenterSubject::SignInLength => {
            let all = events
                .iter()
                .all(|event| matches!(event.what, CenterKind::Grant(GrantChange::SignInLasts(_))));
            Ok(all.then_some(first))
        }
        CenterSubject::User(_) | CenterSubject::UserName(_)
            if events.iter().all(|event| event.is_sight()) =>
        {
            sights(table, policy, events, first).await
        }
        CenterSubject::Group(_) if events.iter().all(|event| is_hidden_change(event)) => {
            let earlier = earlier(table, policy, subject, first).await?;
            let hidden = earlier.iter().filter(|event| is_hidden_change(event));
            // Membership is also looked at while the session lasts.
            Ok(hidden
                .map(|event| event.time.plus_seconds(-LAST_RECORD))
                .max())
        }
        _ => Ok(None),
    }
}

/// A change of a group whose record doesn't show what it changed.
fn is_hidden_change(event: &CenterEvent) -> bool {
    let change = directory(event);
    matches!(
        change,
        Some(DirectoryChangeKind::Unknown {
            what: NamedKind::Group,
            id: Some(_)
        })
    )
}

/// The last time before `first` at which the user was seen in the same way.
async fn sights<T: Table>(
    table: &T,
    policy: &Policy,
    events: &[&CenterEvent],
    first: Moment,
) -> Result<Option<Moment>, Trouble> {
    let ids: BTreeSet<_> = events
        .iter()
        .filter_map(|event| event.on_behalf_of.as_ref())
        .collect();
    let names: BTreeSet<&Arc<str>> = events
        .iter()
        .filter_map(|event| event.shown_name())
        .collect();
    let mut ids = ids.into_iter();
    let id = match (ids.next(), ids.next()) {
        // A name alone says how somebody signed in, and nothing about who bore it.
        (None, None) => return Ok(Some(first)),
        (Some(id), None) => id,
        _ => return Ok(None),
    };
    let user = CenterSubject::User(Arc::clone(&id.user));
    let before = earlier(table, policy, &user, first).await?;
    let before: Vec<&CenterEvent> = before
        .iter()
        .filter(|event| event.on_behalf_of.as_ref() == Some(id))
        .collect();
    let mut since = first;
    if !names.is_empty() {
        let shown = |event: &&&CenterEvent| event.shown_name().is_some_and(|name| !name.is_empty());
        let sights: Vec<&&CenterEvent> = before.iter().filter(shown).collect();
        let same = sights
            .iter()
            .all(|event| names.iter().all(|name| event.shown_name() == Some(name)));
        let Some(last) = sights.iter().map(|event| event.time).max().filter(|_| same) else {
            return Ok(None);
        };
        since = since.min(last);
    }
    if events.iter().any(|event| is_sign_in(event)) {
        let signed_in = before.iter().filter(|event| is_sign_in(event));
        let Some(last) = signed_in.map(|event| event.time).max() else {
            return Ok(None);
        };
        since = since.min(last);
    }
    Ok(Some(since))
}

/// A successful sign-in, which shows that the user wasn't disabled.
fn is_sign_in(event: &CenterEvent) -> bool {
    let CenterKind::SignIn(sign_in) = &event.what else {
        return false;
    };
    sign_in.step == SignInStep::Authentication && event.outcome == Outcome::Success
}

/// The latest records about a subject from before a moment. Records that were corrected or that
/// contradict each other show nothing.
async fn earlier<T: Table>(
    table: &T,
    policy: &Policy,
    subject: &CenterSubject,
    before: Moment,
) -> Result<Vec<CenterEvent>, Trouble> {
    let pk = keys::about(&Entity::Center(subject.clone()));
    let span = KeyRange {
        from: String::new(),
        to: keys::about_at(before.plus_seconds(-1)),
    };
    let rows = table.latest(TableKind::Ledger, &pk, &span, EARLIER).await?;
    let seen: Vec<SeenRecord> = rows
        .iter()
        .filter_map(|row| reread(&row.body, policy))
        .collect();
    let is_alone = |one: &&SeenRecord| {
        let same = |other: &&SeenRecord| other.key == one.key;
        one.correction.is_none() && seen.iter().filter(same).count() == 1
    };
    let alone = seen.iter().filter(is_alone);
    Ok(alone.filter_map(|seen| event_of(seen).cloned()).collect())
}
