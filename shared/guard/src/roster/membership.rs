//! Decides whether a user was in a group at a given second.
//!
//! The last change before the second decides. Without one, the first change after it, inverted;
//! without any change, the snapshots. Otherwise the membership is unproven.
//!
//! Adding a user who is already a member succeeds, is logged, and changes nothing. So if a snapshot
//! from before the first later change already shows its result, that change must not be inverted:
//! the result would be the opposite of the truth.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::changes::{Existence, Second};
use super::{Began, IamId, Membership, Roster, Snapshot};
use super::{before_change, created_without_addition, unclear};
use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::text;
use crate::text::Text;

/// A membership that is proven by a snapshot needs the account's IAM log up to that snapshot. A
/// longer silence than this counts as a gap in the log.
pub(crate) const GAP: Span = Span::from_seconds(24 * 3_600);

impl Roster<'_> {
    /// Whether the user was in the group at `at`.
    pub fn membership(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
    ) -> Membership {
        self.asked_about_user(account, user);
        let key = (account, Arc::from(user), Arc::from(group));
        let seconds = self
            .changes
            .memberships
            .get(&key)
            .map_or(&[][..], Vec::as_slice);
        // Event times have whole seconds. If a change and a switch happen in the same second, the
        // records don't show their order, so neither is assumed to be first.
        let (before, rest) = seconds.split_at(seconds.partition_point(|second| second.time < at));
        if rest.first().is_some_and(|second| second.time == at) {
            return Membership::Unproven {
                missing: text!("the membership changed in the same second as the switch"),
            };
        }
        let user_life = existence_of(&self.changes.users, account, &key.1);
        let group_life = existence_of(&self.changes.groups, account, &key.2);
        // A group that doesn't exist has no members. The user's own dates aren't checked here,
        // because a user who switched existed.
        if group_life.created.is_some_and(|created| at < created)
            || group_life.deleted.is_some_and(|deleted| deleted < at)
        {
            return Membership::NotMember {
                evidence: Vec::new(),
            };
        }
        // A change shows what happened; a snapshot shows what was read, possibly while memberships
        // changed. So the last change before the switch decides alone, and a gap before it doesn't
        // matter.
        if let Some(last) = before.last() {
            return self.after_change(account, user, group, at, before, last);
        }
        // A user or group that was created before the switch started without memberships, so
        // everything between the creation and the switch must be in the logs.
        let born = user_life
            .created
            .max(group_life.created)
            .filter(|born| *born <= at);
        match rest.first() {
            Some(next) => self
                .shown_before(account, user, group, at, next, born)
                .unwrap_or_else(|| match born {
                    Some(born) if next.added == Some(false) => created_without_addition(born),
                    _ => before_change(next),
                }),
            // No change at all: a snapshot's membership applies to the whole time before and after
            // it, if the logs between are complete.
            None => self.by_snapshots(account, user, group, at, born, &|_| true),
        }
    }

    /// The seconds after one moment, up to another, at which the membership changed, or may have.
    pub(crate) fn membership_changes(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        (after, until): (Moment, Moment),
    ) -> BTreeSet<Moment> {
        let key = (account, Arc::from(user), Arc::from(group));
        let seconds = self.changes.memberships.get(&key).into_iter().flatten();
        let lives = [
            existence_of(&self.changes.users, account, &key.1).deleted,
            existence_of(&self.changes.groups, account, &key.2).deleted,
        ];
        let mut found: BTreeSet<Moment> = seconds.map(|second| second.time).collect();
        found.extend(lives.into_iter().flatten());
        found.retain(|time| after < *time && *time <= until);
        found
    }

    /// The result of the last change. `before` holds all changes up to it.
    fn after_change(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        before: &[Second],
        last: &Second,
    ) -> Membership {
        let evidence = last.records();
        match last.added {
            Some(true) => Membership::Member {
                began: self.first_lasting_addition(account, user, group, at, before),
                evidence,
            },
            Some(false) => Membership::NotMember { evidence },
            None => unclear(last.time),
        }
    }

    /// Whether the evidence for the membership at `at` reaches that far. Either the logs have no
    /// gap since `last`, when it was last shown; or a roster taken after `at` shows the same
    /// membership, and the logs have no gap up to that roster.
    pub fn is_covered(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        member: bool,
        last: Option<Moment>,
        at: Moment,
    ) -> bool {
        // A later roster with the same membership shows that nothing changed in between, if the
        // logs up to it are complete.
        let says_so = |snapshot: &Snapshot| snapshot.is_member(user, group) == Some(member);
        let mut later = self
            .rosters
            .snapshots_of(account)
            .filter(|snapshot| says_so(snapshot))
            .filter_map(|snapshot| snapshot.taken);
        last.is_some_and(|last| self.log_gap(account, last, at).is_none())
            || later.any(|taken| taken >= at && self.log_gap(account, at, taken).is_none())
    }

    /// The latest moment up to `until` at which something shows the membership, with its value at
    /// that moment. `begin` is also a candidate, and the earliest one.
    pub fn membership_last_known(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        begin: Moment,
        until: Moment,
    ) -> Option<(Moment, bool)> {
        let taken = self
            .rosters
            .snapshots_of(account)
            .filter_map(|snapshot| snapshot.taken);
        let key = (account, Arc::from(user), Arc::from(group));
        let ended = self
            .changes
            .groups
            .get(&(account, Arc::clone(&key.2)))
            .and_then(|life| life.deleted);
        let changed = self
            .changes
            .memberships
            .get(&key)
            .into_iter()
            .flatten()
            .map(|second| second.time);
        // During the second of a change the membership is undecided. One second later it has the
        // result of the change.
        let changes = changed.chain(ended).map(|time| time.plus_seconds(1));
        let mut moments: Vec<Moment> = taken
            .chain(changes)
            .chain([begin])
            .filter(|at| (begin..=until).contains(at))
            .collect();
        moments.sort_unstable();
        moments
            .into_iter()
            .rev()
            .find_map(|at| match self.membership(account, user, group, at) {
                Membership::Member { .. } => Some((at, true)),
                Membership::NotMember { .. } => Some((at, false)),
                Membership::Unproven { .. } => None,
            })
    }

    /// The membership by snapshots from before `next`, the first change after `at`, if one of them
    /// already shows the result of that change. `None`: no snapshot shows it.
    fn shown_before(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        next: &Second,
        born: Option<Moment>,
    ) -> Option<Membership> {
        // Normally the first later change shows the opposite of its result: a user who is added
        // wasn't a member. But if an earlier snapshot already shows the result, an earlier change
        // is missing from the logs, and `next` shows nothing about the time before it.
        let added = next.added?;
        let earlier = |snapshot: &Snapshot| snapshot.taken.is_some_and(|taken| taken < next.time);
        let mut shown = self
            .rosters
            .snapshots_of(account)
            .filter(|snapshot| earlier(snapshot))
            .filter_map(|snapshot| snapshot.is_member(user, group));
        if !shown.any(|member| member == added) {
            return None;
        }
        let evidence = next.records();
        Some(
            match self.by_snapshots(account, user, group, at, born, &earlier) {
                Membership::Member { .. } => Membership::Member {
                    began: None,
                    evidence,
                },
                Membership::NotMember { .. } if added => Membership::NotMember { evidence },
                Membership::NotMember { .. } => Membership::Unproven {
                    missing: text!(
                        "the user left the group at {time}, but a roster of account {account} doesn't list them in it, and the logs don't show \
                         who added them",
                        time = next.time,
                        account
                    ),
                },
                unproven @ Membership::Unproven { .. } => unproven,
            },
        )
    }

    /// The first of the additions that weren't undone before the switch.
    fn first_lasting_addition(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        before: &[Second],
    ) -> Option<Began> {
        let shown = self.rosters.snapshots_of(account);
        let left = shown.filter(|snapshot| snapshot.is_member(user, group) == Some(false));
        let left = left
            .filter_map(|snapshot| snapshot.taken)
            .filter(|taken| *taken < at);
        let run = Second::last_lasting(before, left.max())?;
        let change = run.first.changes.first()?;
        // Whoever a snapshot shows as a member before the first addition was one all along, and the
        // addition changed nothing, unless they were out in between.
        let earlier_member = self.rosters.snapshots_of(account).any(|snapshot| {
            let taken = snapshot.taken.filter(|taken| *taken < run.first.time);
            taken.is_some_and(|taken| run.out.is_none_or(|out| out < taken))
                && snapshot.is_member(user, group) == Some(true)
        });
        if earlier_member {
            return None;
        }
        Some(Began::with(change))
    }

    /// The membership by the snapshots that `counts` accepts.
    fn by_snapshots(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        born: Option<Moment>,
        counts: &dyn Fn(&Snapshot) -> bool,
    ) -> Membership {
        let unproven = |missing: Text| Membership::Unproven { missing };
        let (around, gap) = self.reached_snapshots(account, user, group, at, counts);
        let Some((_, member)) = around.first() else {
            return match (born, gap) {
                // A new user is in no group, a new group has no members, and nobody was added since.
                (Some(_), _) => Membership::NotMember {
                    evidence: Vec::new(),
                },
                (None, Some(gap)) => unproven(gap.in_words(account)),
                (None, None) => unproven(self.why_not_shown(account, user)),
            };
        };
        // The nearest one on each side is enough: without a change in the logs, all of them should
        // agree.
        if around.iter().any(|(_, other)| other != member) {
            return unproven(text!(
                "the rosters of account {account} contradict each other, and the logs don't show the change",
                account
            ));
        }
        // The logs go back to the creation and contain no addition, so either the logs or the
        // snapshot is incomplete.
        if *member && let Some(born) = born {
            return created_without_addition(born);
        }
        if *member {
            Membership::Member {
                began: None,
                evidence: Vec::new(),
            }
        } else {
            Membership::NotMember {
                evidence: Vec::new(),
            }
        }
    }

    /// The nearest snapshots up to which the logs are complete, each with the membership that it
    /// shows; and the first gap before any other. A snapshot beyond a gap proves nothing, so it
    /// contradicts nothing either.
    fn reached_snapshots(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        counts: &dyn Fn(&Snapshot) -> bool,
    ) -> (Vec<(&Snapshot, bool)>, Option<LogGap>) {
        let mut first_gap = None;
        let mut around = self.nearest_snapshots(account, user, group, at, counts);
        around.retain(|(snapshot, _)| {
            let gap = snapshot
                .taken
                .and_then(|taken| self.log_gap(account, at, taken));
            let is_whole = gap.is_none();
            first_gap = first_gap.take().or(gap);
            is_whole
        });
        (around, first_gap)
    }

    /// The snapshots that count and show the membership: the last one before `at`, the first one
    /// after it, and all without a time; each with the membership that it shows.
    fn nearest_snapshots(
        &self,
        account: AccountId,
        user: &str,
        group: &str,
        at: Moment,
        counts: &dyn Fn(&Snapshot) -> bool,
    ) -> Vec<(&Snapshot, bool)> {
        let mut before = None;
        let mut after = None;
        let mut untimed = Vec::new();
        for snapshot in self.rosters.snapshots_of(account).filter(|one| counts(one)) {
            let Some(member) = snapshot.is_member(user, group) else {
                continue;
            };
            let answer = (snapshot, member);
            match snapshot.taken {
                None => untimed.push(answer),
                // Snapshots are sorted oldest first, so the last one to reach this line is the
                // nearest.
                Some(taken) if taken <= at => before = Some(answer),
                Some(_) => after = after.or(Some(answer)),
            }
        }
        before.into_iter().chain(after).chain(untimed).collect()
    }

    /// The reason why no snapshot shows the membership.
    fn why_not_shown(&self, account: AccountId, user: &str) -> Text {
        let snapshots = self.rosters.snapshots_of(account);
        // What IAM said about somebody else says nothing about this user.
        let mut snapshots = snapshots
            .filter(|snapshot| !snapshot.partial || snapshot.users.contains_key(user))
            .peekable();
        if snapshots.peek().is_none() {
            text!(
                "there is no roster of account {account}, and the logs don't show any change to this membership",
                account
            )
        } else if snapshots.all(|snapshot| !snapshot.users.contains_key(user)) {
            text!(
                "the roster of account {account} doesn't list user id {user}",
                account,
                user = crate::untrusted::harmless(user)
            )
        } else {
            text!(
                "the roster of account {account} is truncated, so a user's absence from the group proves nothing",
                account
            )
        }
    }

    /// The first silence of more than a day in the account's IAM events between two moments.
    fn log_gap(&self, account: AccountId, a: Moment, b: Moment) -> Option<LogGap> {
        let heard = &self.world.heard;
        let (from, to) = (a.min(b), a.max(b));
        if to.seconds_since(from) <= GAP.seconds() {
            return None;
        }
        self.asked_about_log(account, from, to);
        let regions = heard.iam_regions(account, self.rosters.partition(account));
        // Nothing shows in which Region this account's IAM events are recorded, so a missing change
        // wouldn't be noticed either. Only a period of at most a day is short enough to trust.
        if regions.is_empty() {
            return Some(LogGap::Anywhere);
        }
        let mut silences = regions
            .iter()
            .filter_map(|region| heard.silence(account, region, (from, to), GAP));
        silences.next().map(|(from, to)| LogGap::Silence(from, to))
    }
}

/// What may be missing from the logs between a switch and a snapshot.
enum LogGap {
    /// Everything between these two moments.
    Silence(Moment, Moment),
    /// Nothing shows where IAM events are recorded, so all of them may be missing.
    Anywhere,
}

impl LogGap {
    fn in_words(&self, account: AccountId) -> Text {
        match self {
            Self::Silence(from, to) => {
                text!(
                    "the logs of account {account} have a gap from {from} to {to}, between the switch and its roster",
                    account,
                    from,
                    to
                )
            }
            Self::Anywhere => text!(
                "the logs don't show which Region records the IAM events of account {account}, so changes between the switch and its roster \
                 may be missing; logs with any IAM event would show it",
                account
            ),
        }
    }
}

/// When the user or group was created and deleted, if the logs show it.
fn existence_of(
    lives: &HashMap<(AccountId, IamId), Existence>,
    account: AccountId,
    id: &IamId,
) -> Existence {
    lives
        .get(&(account, Arc::clone(id)))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
