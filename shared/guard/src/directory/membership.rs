//! Decides whether a user was in a group of the identity store at a given second.
//!
//! The rules are those of IAM's groups, on a stretch of time on which nothing is hidden: the last
//! change before the second decides, else the first change after it, inverted, else the rosters.
//! The stretch ends at every second at which a record hides what it changed, or at which the copies
//! of a record contradict each other. It also ends where a roster shows that the membership began:
//! what was before that, neither the roster nor anything later shows.
//!
//! Only the time at which a listed membership began reaches across: the membership held from then
//! to the roster.

mod stretch;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Directory;
use super::changes::Existence;
use super::snapshot::StoreSnapshot;
use super::status::Status;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::roster::{Began, Membership, Second, before_change, created_without_addition};
use crate::text;
use crate::text::Text;
use stretch::Stretch;

/// A question about one membership.
#[derive(Clone, Copy)]
struct Asked<'q> {
    user: &'q str,
    group: &'q str,
    at: Moment,
}

impl Directory<'_> {
    /// Whether the user was a listed member of the group, whether or not they could act.
    pub(super) fn listed_member(&self, user: &str, group: &str, at: Moment) -> Membership {
        let asked = Asked { user, group, at };
        self.asked_about_membership(user, group);
        let lives = [self.changes.users.get(user), self.changes.groups.get(group)];
        if let Some(gone) = lives.into_iter().flatten().find_map(|life| gone(life, at)) {
            return gone;
        }
        let key = (Arc::from(user), Arc::from(group));
        let seconds = self.changes.memberships.get(&key);
        let seconds = seconds.map_or(&[][..], Vec::as_slice);
        let stretch = match self.stretch(asked, seconds) {
            Ok(stretch) => stretch,
            Err(missing) => return self.across(asked).unwrap_or(unproven(missing)),
        };
        let by_stretch = self.on_stretch(asked, &stretch, lives);
        match (self.across(asked), by_stretch) {
            (None, answer) => answer,
            // Where a record shows the beginning, it also shows who did it.
            (Some(_), member @ Membership::Member { began: Some(_), .. })
            | (Some(member), Membership::Member { .. } | Membership::Unproven { .. }) => member,
            (Some(_), Membership::NotMember { .. }) => unproven(text!(
                "a roster lists a membership that began before the switch, but the logs show that \
                 the user wasn't in the group"
            )),
        }
    }

    /// A user who is disabled can't act as a member of anything.
    pub(super) fn unless_disabled(&self, user: &str, at: Moment, member: Membership) -> Membership {
        if matches!(member, Membership::NotMember { .. }) {
            return member;
        }
        match self.status(user, at) {
            Status::Enabled => member,
            Status::Disabled(evidence) => Membership::NotMember { evidence },
            Status::Unknown(missing) => match member {
                unproven @ Membership::Unproven { .. } => unproven,
                _ => unproven(missing),
            },
        }
    }

    /// Whether the user was in the directory at all, and could act.
    pub(super) fn in_directory(&self, user: &str, at: Moment) -> Membership {
        let member = Membership::Member {
            began: None,
            evidence: Vec::new(),
        };
        self.asked_about_user(user);
        let life = self.changes.users.get(user);
        match life.and_then(|life| gone(life, at)) {
            Some(gone) => gone,
            None => self.unless_disabled(user, at, member),
        }
    }

    /// The seconds at which the membership changed, or may have.
    pub(super) fn membership_seconds(&self, user: &str, group: &Arc<str>) -> BTreeSet<Moment> {
        let changes = &self.changes;
        let key = (Arc::from(user), Arc::clone(group));
        let seconds = changes.memberships.get(&key).into_iter().flatten();
        let in_group = changes.hidden_in_group.get(group).into_iter().flatten();
        let hidden = in_group.chain(&changes.hidden).map(|(time, _)| *time);
        let began = self
            .store_rosters()
            .filter_map(|roster| roster.listed(user, group)?.created);
        let changed = seconds.map(|second| second.time);
        changed.chain(hidden).chain(began).collect()
    }

    /// A membership in a later roster that began before the moment.
    fn across(&self, asked: Asked<'_>) -> Option<Membership> {
        let rosters = self.store_rosters();
        let mut began = rosters.filter_map(|roster| {
            let created = roster.listed(asked.user, asked.group)?.created?;
            (created < asked.at && asked.at < roster.taken?).then_some(created)
        });
        let time = began.next()?;
        Some(Membership::Member {
            began: Some(Began {
                time,
                addition: None,
            }),
            evidence: Vec::new(),
        })
    }

    fn on_stretch(
        &self,
        asked: Asked<'_>,
        stretch: &Stretch<'_>,
        lives: [Option<&Existence>; 2],
    ) -> Membership {
        if let Some(last) = stretch.before.last() {
            let evidence = last.records();
            return match last.added {
                Some(true) => Membership::Member {
                    began: self.began(asked, stretch),
                    evidence,
                },
                _ => Membership::NotMember { evidence },
            };
        }
        // Whoever was created on this stretch was in no group, and what was created had no
        // members; who came since is in the logs.
        let born = lives
            .into_iter()
            .filter_map(|life| Some(life?.created.as_ref()?.0))
            .max()
            .filter(|born| *born <= asked.at && stretch.since.is_none_or(|since| since < *born));
        match stretch.after.first() {
            Some(next) => self.before_next(asked, stretch, next, born),
            None => self.by_rosters(asked, stretch, born, None),
        }
    }

    /// What was before the first change after the moment.
    fn before_next(
        &self,
        asked: Asked<'_>,
        stretch: &Stretch<'_>,
        next: &Second,
        born: Option<Moment>,
    ) -> Membership {
        let added = next.added == Some(true);
        let shown = self.rosters_of(stretch, Some(next.time));
        let mut shown = shown.filter_map(|roster| roster.is_member(asked.user, asked.group));
        // A roster that shows what the change made before it was made: an earlier change is
        // missing in the logs, so this one says nothing about what was before it.
        if !shown.any(|member| member == added) {
            return match (born, before_change(next)) {
                (Some(born), _) if !added => created_without_addition(born),
                (_, Membership::Member { evidence, .. }) => Membership::Member {
                    began: self.listed_since(asked, stretch),
                    evidence,
                },
                (_, other) => other,
            };
        }
        let evidence = next.records();
        match self.by_rosters(asked, stretch, born, Some(next.time)) {
            Membership::Member { began, .. } => Membership::Member { began, evidence },
            Membership::NotMember { .. } if added => Membership::NotMember { evidence },
            Membership::NotMember { .. } => unproven(text!(
                "the user left the group at {time}, but a roster of {store} doesn't list them in it, and \
                 the logs don't show who added them",
                time = next.time,
                store = self.store()
            )),
            unproven @ Membership::Unproven { .. } => unproven,
        }
    }

    /// What the rosters of a stretch show, of those from before `next`.
    fn by_rosters(
        &self,
        asked: Asked<'_>,
        stretch: &Stretch<'_>,
        born: Option<Moment>,
        next: Option<Moment>,
    ) -> Membership {
        let (around, gap) = self.reached(asked, stretch, next);
        let member = around.first().map(|(_, member)| *member);
        // Between the nearest on each side is no change, so they should say the same.
        if around.iter().any(|(_, other)| Some(*other) != member) {
            return unproven(text!(
                "the rosters of {store} contradict each other, and the logs don't show the change",
                store = self.store()
            ));
        }
        match (around.first(), born) {
            (Some((_, true)), Some(born)) => created_without_addition(born),
            (Some((roster, true)), None) => {
                let listed = roster.listed(asked.user, asked.group);
                let time = listed.and_then(|listed| listed.created);
                Membership::Member {
                    began: time.map(|time| Began {
                        time,
                        addition: None,
                    }),
                    evidence: Vec::new(),
                }
            }
            // The creation shows it, and needs no roster.
            (Some((_, false)), _) | (None, Some(_)) => Membership::NotMember {
                evidence: Vec::new(),
            },
            (None, None) => unproven(gap.unwrap_or_else(|| self.why_not_shown(asked, stretch))),
        }
    }

    /// The nearest rosters up to which the logs are whole, each with what it shows; and the first
    /// gap before any other. A roster beyond a gap proves nothing, so it contradicts nothing either.
    fn reached(
        &self,
        asked: Asked<'_>,
        stretch: &Stretch<'_>,
        next: Option<Moment>,
    ) -> (Vec<(&StoreSnapshot, bool)>, Option<Text>) {
        let mut first_gap = None;
        let mut around = self.nearest(asked, stretch, next);
        around.retain(|(roster, _)| {
            let gap = roster
                .taken
                .and_then(|taken| self.directory_silence(asked.at, taken));
            let is_whole = gap.is_none();
            first_gap = first_gap.take().or(gap);
            is_whole
        });
        (around, first_gap)
    }

    /// Of the rosters of a stretch that show the membership: the last up to the moment, the first
    /// after it, and all without a time; each with what it shows.
    fn nearest(
        &self,
        asked: Asked<'_>,
        stretch: &Stretch<'_>,
        next: Option<Moment>,
    ) -> Vec<(&StoreSnapshot, bool)> {
        let (mut before, mut after, mut undated) = (None, None, Vec::new());
        for roster in self.rosters_of(stretch, next) {
            let Some(member) = roster.is_member(asked.user, asked.group) else {
                continue;
            };
            match roster.taken {
                None => undated.push((roster, member)),
                Some(taken) if taken <= asked.at => before = Some((roster, member)),
                Some(_) => after = after.or(Some((roster, member))),
            }
        }
        before.into_iter().chain(after).chain(undated).collect()
    }

    /// The rosters on a stretch, and before `next`. One without a time is on it if nothing ends
    /// it.
    fn rosters_of<'s>(
        &'s self,
        stretch: &Stretch<'_>,
        next: Option<Moment>,
    ) -> impl DoubleEndedIterator<Item = &'s StoreSnapshot> {
        let (since, until) = (stretch.since, stretch.until);
        self.store_rosters()
            .filter(move |roster| match roster.taken {
                Some(taken) => {
                    since.is_none_or(|since| since < taken)
                        && until.is_none_or(|until| taken < until)
                        && next.is_none_or(|next| taken < next)
                }
                None => since.is_none() && until.is_none() && next.is_none(),
            })
    }

    fn why_not_shown(&self, asked: Asked<'_>, stretch: &Stretch<'_>) -> Text {
        let store = self.store();
        let mut on_stretch = self.rosters_of(stretch, None).peekable();
        if on_stretch.peek().is_none() {
            return stretch.why.clone().unwrap_or_else(|| {
                text!(
                    "there is no roster of {store}, and the logs don't show any change to this \
                     membership",
                    store
                )
            });
        }
        if on_stretch.all(|roster| !roster.users.contains_key(asked.user)) {
            text!(
                "the roster of {store} doesn't list user id {user}",
                store,
                user = crate::untrusted::harmless(asked.user)
            )
        } else {
            text!(
                "the roster of {store} is incomplete, so a user's absence from the group proves \
                 nothing",
                store
            )
        }
    }

    /// The first of the additions that weren't undone before the moment.
    fn began(&self, asked: Asked<'_>, stretch: &Stretch<'_>) -> Option<Began> {
        let shown = self.rosters_of(stretch, Some(asked.at));
        let left = shown.filter(|roster| roster.is_member(asked.user, asked.group) == Some(false));
        let left = left.filter_map(|roster| roster.taken).max();
        let run = Second::last_lasting(stretch.before, left)?;
        let change = run.first.changes.first()?;
        // Who is listed between then and the addition was in already, and it added nothing.
        let mut listed = self
            .rosters_of(stretch, Some(run.first.time))
            .filter(|roster| {
                run.out
                    .is_none_or(|out| roster.taken.is_some_and(|taken| out < taken))
            })
            .filter_map(|roster| roster.listed(asked.user, asked.group));
        match listed.next_back() {
            Some(listed) => listed.created.map(|time| Began {
                time,
                addition: None,
            }),
            None => Some(Began::with(change)),
        }
    }

    /// When a membership began that a roster up to the moment lists.
    fn listed_since(&self, asked: Asked<'_>, stretch: &Stretch<'_>) -> Option<Began> {
        let mut listed = self.rosters_of(stretch, None).filter_map(|roster| {
            let taken = roster.taken.filter(|taken| *taken <= asked.at)?;
            let is_whole = self.directory_silence(asked.at, taken).is_none();
            let created = roster.listed(asked.user, asked.group)?.created?;
            is_whole.then_some(created)
        });
        listed.next_back().map(|time| Began {
            time,
            addition: None,
        })
    }

    fn store(&self) -> Text {
        let store = crate::untrusted::harmless(&self.settings.identity_store);
        text!("identity store {store}", store)
    }
}

/// Who doesn't exist, or is deleted, is in no group.
fn gone(life: &Existence, at: Moment) -> Option<Membership> {
    let not_yet = life.created.as_ref().filter(|(created, _)| at < *created);
    let no_more = life.deleted.as_ref().filter(|(deleted, _)| *deleted < at);
    if life
        .deleted
        .as_ref()
        .is_some_and(|(deleted, _)| *deleted == at)
    {
        return Some(unproven(text!(
            "the user or the group was deleted in the same second as the switch"
        )));
    }
    let record: &RecordKey = &not_yet.or(no_more)?.1;
    Some(Membership::NotMember {
        evidence: vec![record.clone()],
    })
}

fn unproven(missing: Text) -> Membership {
    Membership::Unproven { missing }
}
