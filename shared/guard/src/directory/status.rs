//! Whether a user was disabled at a moment.
//!
//! The last `DisableUser` or `EnableUser` before the moment decides. Without one the user was
//! enabled, as everybody is at first. A change that a record hides is like a gap at its second:
//! after it only what shows the user enabled, on this side of it, counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Directory;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::text;
use crate::text::Text;

/// What the logs say about users being disabled.
#[derive(Default)]
pub(super) struct StatusChanges {
    of_users: HashMap<Arc<str>, OfUser>,
    /// Seconds at which anybody may have been disabled or enabled, sorted.
    hidden: Vec<Moment>,
}

#[derive(Default)]
struct OfUser {
    changes: BTreeMap<Moment, Change>,
    /// Successful sign-ins: who is disabled can't sign in.
    signed_in: BTreeSet<Moment>,
}

/// All changes of one second.
struct Change {
    /// `None`: the outcome isn't known.
    active: Option<bool>,
    records: Vec<RecordKey>,
}

/// Whether a user could act at a moment.
pub(super) enum Status {
    Enabled,
    /// Disabled, and the records that show it.
    Disabled(Vec<RecordKey>),
    /// Why it isn't known.
    Unknown(Text),
}

impl StatusChanges {
    /// A user was disabled or enabled. `None`: one of the two.
    pub(super) fn set(
        &mut self,
        user: &Arc<str>,
        time: Moment,
        active: Option<bool>,
        record: &RecordKey,
    ) {
        let changes = &mut self.of_users.entry(Arc::clone(user)).or_default().changes;
        if let Some(change) = changes.get_mut(&time) {
            change.active = change.active.filter(|known| active == Some(*known));
            change.records.push(record.clone());
        } else {
            let records = vec![record.clone()];
            changes.insert(time, Change { active, records });
        }
    }

    /// A user may have been disabled or enabled; without an id, anybody.
    pub(super) fn hide(&mut self, user: Option<&Arc<str>>, time: Moment) {
        let Some(user) = user else {
            self.hidden.push(time);
            return;
        };
        let changes = &mut self.of_users.entry(Arc::clone(user)).or_default().changes;
        let change = changes.entry(time).or_insert_with(|| Change {
            active: None,
            records: Vec::new(),
        });
        change.active = None;
    }

    pub(super) fn see_enabled(&mut self, user: &Arc<str>, time: Moment) {
        let of_user = self.of_users.entry(Arc::clone(user)).or_default();
        of_user.signed_in.insert(time);
    }

    /// The seconds at which the user was disabled or enabled, or may have been.
    pub(super) fn seconds(&self, user: &str) -> BTreeSet<Moment> {
        let of_user = self.of_users.get(user).into_iter();
        let own = of_user.flat_map(|of_user| of_user.changes.keys());
        own.chain(&self.hidden).copied().collect()
    }

    pub(super) fn finish(&mut self) {
        self.hidden.sort_unstable();
        self.hidden.dedup();
    }
}

impl Directory<'_> {
    pub(super) fn status(&self, user: &str, at: Moment) -> Status {
        self.asked_about_user(user);
        let status = &self.changes.status;
        let of_user = status.of_users.get(user);
        let changes = of_user.map(|of_user| &of_user.changes);
        let hidden = status.hidden.partition_point(|hidden| *hidden < at);
        let next_hidden = status.hidden.get(hidden).copied();
        if next_hidden == Some(at) || changes.is_some_and(|changes| changes.contains_key(&at)) {
            return Status::Unknown(text!(
                "the user changed in the same second as the switch, and may have been disabled"
            ));
        }
        let last_hidden = hidden
            .checked_sub(1)
            .and_then(|last| status.hidden.get(last).copied());
        let last = changes.and_then(|changes| changes.range(..at).next_back());
        let next = changes.and_then(|changes| changes.range(at..).next());
        let decides = last.filter(|(time, _)| last_hidden.is_none_or(|hidden| hidden < **time));
        let since = last.map(|(time, _)| *time).max(last_hidden);
        match decides.map(|(_, change)| (change.active, change)) {
            Some((Some(true), _)) => return Status::Enabled,
            Some((Some(false), change)) => return Status::Disabled(change.records.clone()),
            Some((None, _)) | None => {}
        }
        let next_time = next.map(|(time, _)| *time);
        let until = next_time.into_iter().chain(next_hidden).min();
        let next = next.filter(|(time, _)| until == Some(**time) && next_hidden != until);
        self.undecided(
            user,
            at,
            (since, until),
            next.and_then(|(_, change)| change.active),
        )
    }

    /// Between two moments of which the first hid something, or nothing is known before them.
    /// `next`: what the change at the second one made.
    fn undecided(
        &self,
        user: &str,
        at: Moment,
        (since, until): (Option<Moment>, Option<Moment>),
        next: Option<bool>,
    ) -> Status {
        let (before, after) = self.status_shown(user, at, (since, until));
        match (before, after) {
            (Some(true), Some(true) | None) | (None, Some(true)) => return Status::Enabled,
            (Some(false), Some(false)) => return Status::Disabled(Vec::new()),
            (None, None) => {}
            _ => {
                return Status::Unknown(text!(
                    "a roster lists the user as disabled, and the logs don't show when that was"
                ));
            }
        }
        match (since, next) {
            // Whoever is disabled later was enabled before that.
            (_, Some(false)) | (None, None) => Status::Enabled,
            (None, Some(true)) => Status::Unknown(text!(
                "the user was enabled later, and the logs don't show when they were disabled"
            )),
            (Some(since), _) => Status::Unknown(text!(
                "the user was changed at {since}, and the record doesn't show whether that disabled them",
                since
            )),
        }
    }

    /// What the nearest sights before and after show, of those between two moments.
    fn status_shown(
        &self,
        user: &str,
        at: Moment,
        (since, until): (Option<Moment>, Option<Moment>),
    ) -> (Option<bool>, Option<bool>) {
        let of_user = self.changes.status.of_users.get(user);
        let signed_in = of_user.into_iter().flat_map(|of_user| &of_user.signed_in);
        let listed = self.store_rosters().filter_map(|roster| {
            let listed = roster.users.get(user)?;
            Some((roster.taken?, listed.enabled?))
        });
        let mut sights: Vec<(Moment, bool)> =
            signed_in.map(|time| (*time, true)).chain(listed).collect();
        sights.sort_unstable();
        sights.retain(|(time, _)| {
            since.is_none_or(|since| since < *time) && until.is_none_or(|until| *time < until)
        });
        let (before, after) = sights.split_at(sights.partition_point(|(time, _)| *time <= at));
        let shown = |sight: Option<&(Moment, bool)>| sight.map(|(_, enabled)| *enabled);
        (shown(before.last()), shown(after.first()))
    }
}
