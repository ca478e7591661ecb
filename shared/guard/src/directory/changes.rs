//! What the logs say about the directory, taken apart by what it is about.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::assignments::AssignmentChanges;
use super::names::{NameChanges, Turn};
use super::status::StatusChanges;
use super::workflow::Workflow;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::IdentityCenter;
use crate::roster::{GroupChange, Rosters, Second};
use crate::seen::identity_center::{CenterKind, DirectoryChangeKind};
use crate::seen::{CenterEvent, Fact, NamedKind};
use crate::world::{World, contradicted, facts_in_force};

/// A user and a group.
type Pair<'a> = (&'a Arc<str>, &'a Arc<str>);

/// A record of Identity Center.
#[derive(Clone, Copy)]
pub(super) struct CenterRecord<'w> {
    pub(super) record: &'w RecordKey,
    pub(super) event: &'w CenterEvent,
    /// No other copy of the record says otherwise.
    pub(super) sure: bool,
}

/// What can hide a change of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hiding {
    /// The group changed, and the record doesn't show how.
    Group,
    /// Some group changed, and the record shows neither which nor how.
    SomeGroup,
    /// A membership was deleted, and nothing shows whose it was.
    Deletion,
    /// A group was created with members who aren't shown.
    FirstMembers,
    /// The copies of a record contradict each other.
    Contradiction,
}

/// When a user or group began and ceased to exist.
#[derive(Debug, Clone, Default)]
pub(super) struct Existence {
    pub(super) created: Option<(Moment, RecordKey)>,
    pub(super) deleted: Option<(Moment, RecordKey)>,
    /// Records whose copies contradict each other may be a creation or a deletion.
    pub(super) unclear: Vec<Moment>,
}

/// All that the logs say about the directory.
#[derive(Default)]
pub(super) struct DirectoryChanges {
    /// By user and group, sorted by second.
    pub(super) memberships: HashMap<(Arc<str>, Arc<str>), Vec<Second>>,
    /// Seconds at which something about any membership of the store may be hidden, sorted.
    pub(super) hidden: Vec<(Moment, Hiding)>,
    /// Likewise, about the memberships of one group.
    pub(super) hidden_in_group: HashMap<Arc<str>, Vec<(Moment, Hiding)>>,
    pub(super) users: HashMap<Arc<str>, Existence>,
    pub(super) groups: HashMap<Arc<str>, Existence>,
    pub(super) names: NameChanges,
    pub(super) status: StatusChanges,
    /// The last group that got each name, in lower case. `None`: which one isn't known.
    pub(super) groups_by_name: HashMap<String, Option<Arc<str>>>,
    pub(super) sign_ins: HashMap<Arc<str>, Workflow>,
    pub(super) assignments: AssignmentChanges,
}

/// The records of Identity Center, oldest first. Records of the same second are sorted by their
/// id, which says nothing about their order.
fn in_order(world: &World) -> Vec<CenterRecord<'_>> {
    let contradicted = contradicted(world);
    let mut records: Vec<CenterRecord<'_>> = facts_in_force(world)
        .filter_map(|(record, fact)| match fact {
            Fact::IdentityCenter(event) => Some(CenterRecord {
                record,
                event,
                sure: !contradicted.contains_key(record),
            }),
            _ => None,
        })
        .collect();
    records.sort_by_key(|one| (one.event.time, one.record, one.event));
    records
}

impl DirectoryChanges {
    pub(super) fn read(world: &World, rosters: &Rosters, settings: &IdentityCenter) -> Self {
        let mut out = Self::default();
        let records = in_order(world);
        let mut deletions = Vec::new();
        let mut added: HashMap<&Arc<str>, BTreeSet<Pair<'_>>> = HashMap::new();
        for one in &records {
            out.person(one, settings);
            if settings.is_administered_in(one.event.account) {
                out.assignments.add(one);
            }
            let CenterKind::Directory(change) = &one.event.what else {
                continue;
            };
            let is_ours = change
                .store
                .as_ref()
                .is_none_or(|store| *store == settings.identity_store);
            if !is_ours || !settings.is_administered_in(one.event.account) {
                continue;
            }
            match &change.what {
                DirectoryChangeKind::MembershipDeleted { membership } => {
                    deletions.push((*one, membership));
                }
                DirectoryChangeKind::MemberAdded {
                    group,
                    user,
                    membership: Some(membership),
                } if one.sure => {
                    added.entry(membership).or_default().insert((user, group));
                }
                _ => {}
            }
            out.change(one, &change.what);
        }
        for (one, membership) in deletions {
            let mut whose = added.get(membership).cloned().unwrap_or_default();
            let listed = rosters.of_store(&settings.identity_store);
            whose.extend(listed.filter_map(|roster| roster.of_membership(membership)));
            let mut whose = whose.into_iter();
            match (whose.next(), whose.next()) {
                (Some((user, group)), None) => out.member(&one, user, group, false),
                _ => out.hidden.push((one.event.time, Hiding::Deletion)),
            }
        }
        out.finish();
        out
    }

    fn change(&mut self, one: &CenterRecord<'_>, what: &DirectoryChangeKind) {
        let (time, sure) = (one.event.time, one.sure);
        match what {
            DirectoryChangeKind::MemberAdded { group, user, .. } => {
                self.member(one, user, group, true);
            }
            DirectoryChangeKind::MemberRemoved { group, user } => {
                self.member(one, user, group, false);
            }
            DirectoryChangeKind::Created {
                what,
                id,
                name,
                with_members,
            } => {
                if let Some(id) = id {
                    self.exists(one, *what, id, |life| &mut life.created);
                    if *with_members {
                        self.hide_in(id, time, Hiding::FirstMembers);
                    }
                }
                self.named(one, *what, id.as_ref(), name.as_ref(), true);
            }
            DirectoryChangeKind::Deleted { what, id } => {
                self.exists(one, *what, id, |life| &mut life.deleted);
                if *what == NamedKind::User {
                    let turn = if sure {
                        Turn::Deleted
                    } else {
                        Turn::Renamed(None)
                    };
                    self.names.turn(id, time, turn);
                }
            }
            DirectoryChangeKind::Renamed { what, id, to } => {
                self.named(one, *what, Some(id), to.as_ref(), false);
            }
            DirectoryChangeKind::Active { user, active } => {
                self.status
                    .set(user, time, sure.then_some(*active), one.record);
            }
            DirectoryChangeKind::Unknown {
                what: NamedKind::User,
                id,
            } => {
                self.names.hide(id.as_ref(), time);
                self.status.hide(id.as_ref(), time);
            }
            DirectoryChangeKind::Unknown {
                what: NamedKind::Group,
                id,
            } => match id {
                Some(id) => self.hide_in(id, time, Hiding::Group),
                None => self.hidden.push((time, Hiding::SomeGroup)),
            },
            DirectoryChangeKind::MembershipDeleted { .. }
            | DirectoryChangeKind::MfaEnrolled { .. }
            | DirectoryChangeKind::MfaRemoved { .. } => {}
        }
    }

    fn member(&mut self, one: &CenterRecord<'_>, user: &Arc<str>, group: &Arc<str>, added: bool) {
        let key = (Arc::clone(user), Arc::clone(group));
        let change = GroupChange {
            time: one.event.time,
            record: one.record.clone(),
            by: Arc::clone(&one.event.by),
        };
        let seconds = self.memberships.entry(key).or_default();
        Second::note(seconds, one.sure.then_some(added), change);
    }

    fn hide_in(&mut self, group: &Arc<str>, time: Moment, why: Hiding) {
        self.hidden_in_group
            .entry(Arc::clone(group))
            .or_default()
            .push((time, why));
    }

    fn exists(
        &mut self,
        one: &CenterRecord<'_>,
        what: NamedKind,
        id: &Arc<str>,
        slot: impl Fn(&mut Existence) -> &mut Option<(Moment, RecordKey)>,
    ) {
        let lives = match what {
            NamedKind::User => &mut self.users,
            NamedKind::Group => &mut self.groups,
        };
        let life = lives.entry(Arc::clone(id)).or_default();
        if !one.sure {
            life.unclear.push(one.event.time);
            return;
        }
        // An id is never given twice. Records come oldest first.
        slot(life).get_or_insert_with(|| (one.event.time, one.record.clone()));
    }

    /// A user or group got a name.
    fn named(
        &mut self,
        one: &CenterRecord<'_>,
        what: NamedKind,
        id: Option<&Arc<str>>,
        name: Option<&Arc<str>>,
        created: bool,
    ) {
        let time = one.event.time;
        if what == NamedKind::Group {
            if let Some(name) = name {
                let bearer = id.filter(|_| one.sure).map(Arc::clone);
                self.groups_by_name.insert(name.to_lowercase(), bearer);
            }
            return;
        }
        if let Some(name) = name {
            self.names.cut(name, time);
        }
        let Some(id) = id else {
            return;
        };
        let name = name.filter(|_| one.sure).cloned();
        if created && one.sure {
            self.names.turn(id, time, Turn::Created(name));
            self.status.set(id, time, Some(true), one.record);
            return;
        }
        if !one.sure {
            // Another copy of the record may say that something else changed.
            self.status.hide(Some(id), time);
        }
        self.names.turn(id, time, Turn::Renamed(name));
    }

    /// The seconds at which the user or the group was created or deleted, or may have been.
    pub(super) fn lives(&self, user: &str, group: Option<&Arc<str>>) -> BTreeSet<Moment> {
        let group = group.and_then(|group| self.groups.get(group));
        let mut found = BTreeSet::new();
        for life in self.users.get(user).into_iter().chain(group) {
            let known = [&life.created, &life.deleted];
            found.extend(known.into_iter().flatten().map(|(time, _)| *time));
            found.extend(&life.unclear);
        }
        found
    }

    fn finish(&mut self) {
        self.hidden.sort_unstable();
        self.hidden.dedup();
        for hidden in self.hidden_in_group.values_mut() {
            hidden.sort_unstable();
            hidden.dedup();
        }
        for seconds in self.memberships.values_mut() {
            order(seconds);
        }
        self.teach_shared_names();
        self.names.finish();
        self.status.finish();
    }
}

/// Deletions are known by the id of the membership, and are found after everything else.
fn order(seconds: &mut Vec<Second>) {
    if seconds.is_sorted_by_key(|second| second.time) {
        return;
    }
    let mut changes: Vec<(Option<bool>, GroupChange)> = std::mem::take(seconds)
        .into_iter()
        .flat_map(|second| {
            let added = second.added;
            second
                .changes
                .into_iter()
                .map(move |change| (added, change))
        })
        .collect();
    changes.sort_by(|(_, a), (_, b)| (a.time, &a.record).cmp(&(b.time, &b.record)));
    for (added, change) in changes {
        Second::note(seconds, added, change);
    }
}
