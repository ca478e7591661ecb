//! Who could take a permission set in an account, by its assignments.
//!
//! The rules are those of memberships: the last change before a moment decides, else the first one
//! after it, inverted, else the rosters that list assignments. One thing is different: AWS applies
//! a deletion a moment later and doesn't log that. So a deletion counts from its second on if a
//! later roster no longer lists the assignment, and otherwise shows nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Directory;
use super::changes::CenterRecord;
use super::snapshot::StoreSnapshot;
use crate::id::AccountId;
use crate::moment::Moment;
use crate::roster::{GroupChange, Membership, Second, unclear};
use crate::seen::identity_center::{CenterKind, GrantChange, Outcome, Principal};

/// What the logs say about permission sets and their assignments.
#[derive(Default)]
pub(super) struct AssignmentChanges {
    /// ARNs of permission sets by name.
    sets: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// By account and ARN of the permission set. The changes of a principal are sorted by second.
    of_set: HashMap<(AccountId, Arc<str>), BTreeMap<Principal, Vec<Second>>>,
}

impl AssignmentChanges {
    /// Records come oldest first.
    pub(super) fn add(&mut self, one: &CenterRecord<'_>) {
        let CenterKind::Grant(grant) = &one.event.what else {
            return;
        };
        if one.event.outcome == Outcome::Failure {
            return;
        }
        match grant {
            GrantChange::PermissionSet {
                arn: Some(arn),
                name: Some(name),
            } if one.sure => {
                let arns = self.sets.entry(Arc::clone(name)).or_default();
                arns.insert(Arc::clone(arn));
            }
            GrantChange::Assignment {
                created,
                permission_set: Some(set),
                account: Some(account),
                principal: Some(principal),
            } => {
                let of_set = self.of_set.entry((*account, Arc::clone(set))).or_default();
                let seconds = of_set.entry(principal.clone()).or_default();
                let change = GroupChange {
                    time: one.event.time,
                    record: one.record.clone(),
                    by: Arc::clone(&one.event.by),
                };
                Second::note(seconds, one.sure.then_some(*created), change);
            }
            _ => {}
        }
    }
}

/// A permission set in an account.
#[derive(Clone, Copy)]
pub(crate) struct SetInAccount<'a> {
    pub(crate) account: AccountId,
    /// The name, as in the role's name.
    pub(crate) set: &'a str,
}

/// An assignment of one of the set's ARNs.
struct Assignment<'a> {
    arn: Arc<str>,
    principal: Principal,
    of: SetInAccount<'a>,
}

impl Directory<'_> {
    /// Whether the user could take a permission set at a moment, by any of its assignments. `None`:
    /// nothing shows the assignments of this set.
    pub(crate) fn may_take(
        &self,
        user: &str,
        of: SetInAccount<'_>,
        at: Moment,
    ) -> Option<Membership> {
        if !self.knows_assignments(of) {
            return None;
        }
        let mut against = Vec::new();
        let mut missing = None;
        for assignment in self.assignments(user, of) {
            match self.may_take_by(user, &assignment, at) {
                member @ Membership::Member { .. } => return Some(member),
                Membership::NotMember { evidence } => against.extend(evidence),
                Membership::Unproven { missing: why } => missing = missing.or(Some(why)),
            }
        }
        Some(match missing {
            Some(missing) => Membership::Unproven { missing },
            None => Membership::NotMember { evidence: against },
        })
    }

    /// The seconds after one moment, up to another, at which somebody may have lost or got the
    /// right to take the set.
    pub(crate) fn assignment_changes(
        &self,
        user: &str,
        of: SetInAccount<'_>,
        (after, until): (Moment, Moment),
    ) -> BTreeSet<Moment> {
        let mut found = BTreeSet::new();
        for assignment in self.assignments(user, of) {
            let seconds = self.seconds_of(&assignment).iter();
            found.extend(seconds.map(|second| second.time));
            if let Principal::Group(group) = &assignment.principal {
                found.extend(self.access_changes(user, Some(group), (after, until)));
            }
        }
        found.retain(|time| after < *time && *time <= until);
        found
    }

    /// Whether rosters or logs show which assignments the set has.
    fn knows_assignments(&self, of: SetInAccount<'_>) -> bool {
        let changes = &self.changes.assignments;
        let created = changes.sets.contains_key(of.set);
        let mut rosters = self.store_rosters();
        created || rosters.any(|roster| roster.assignments.is_some() && lists_set(roster, of.set))
    }

    /// The assignments of the set that are for this user or for a group.
    fn assignments<'a>(&self, user: &str, of: SetInAccount<'a>) -> Vec<Assignment<'a>> {
        let changes = &self.changes.assignments;
        let mut arns = changes.sets.get(of.set).cloned().unwrap_or_default();
        for roster in self.store_rosters() {
            let listed = roster.permission_sets.iter().flatten();
            let named = listed.filter(|listed| *listed.name == *of.set);
            arns.extend(named.map(|listed| Arc::clone(&listed.arn)));
        }
        let mut found = Vec::new();
        for arn in arns {
            let key = (of.account, Arc::clone(&arn));
            let changed = changes
                .of_set
                .get(&key)
                .into_iter()
                .flat_map(BTreeMap::keys);
            let listed = self
                .store_rosters()
                .flat_map(|roster| roster.assignments.iter().flatten())
                .filter(|listed| listed.account == of.account && listed.permission_set == arn)
                .map(|listed| &listed.principal);
            let principals: BTreeSet<&Principal> = changed
                .chain(listed)
                .filter(|principal| match principal {
                    Principal::User(other) => **other == *user,
                    Principal::Group(_) => true,
                })
                .collect();
            found.extend(principals.into_iter().map(|principal| Assignment {
                arn: Arc::clone(&arn),
                principal: principal.clone(),
                of,
            }));
        }
        found
    }

    fn may_take_by(&self, user: &str, assignment: &Assignment<'_>, at: Moment) -> Membership {
        let assigned = self.is_assigned(assignment, at);
        let Principal::Group(group) = &assignment.principal else {
            return self.unless_disabled(user, at, assigned);
        };
        match (assigned, self.membership(user, group, at)) {
            (gone @ Membership::NotMember { .. }, _) | (_, gone @ Membership::NotMember { .. }) => {
                gone
            }
            (unproven @ Membership::Unproven { .. }, _) => unproven,
            (Membership::Member { .. }, member) => member,
        }
    }

    /// Whether the assignment existed.
    fn is_assigned(&self, assignment: &Assignment<'_>, at: Moment) -> Membership {
        let seconds = self.seconds_of(assignment);
        let (before, rest) = seconds.split_at(seconds.partition_point(|second| second.time < at));
        let next = rest.first();
        if next.is_some_and(|next| next.time == at) {
            return unproven("an assignment of the permission set changed in the same second");
        }
        if let Some(last) = before.last() {
            return match last.added {
                Some(true) => member(last),
                Some(false) => self.after_deletion(assignment, last, next),
                None => unclear(last.time),
            };
        }
        match next.map(|next| (next.added, next)) {
            Some((Some(true), next)) => Membership::NotMember {
                evidence: next.records(),
            },
            Some((Some(false), next)) => member(next),
            Some((None, next)) => unclear(next.time),
            None => self.assigned_by_rosters(assignment, at),
        }
    }

    /// A deletion counts if a roster between it and the next change shows its result.
    fn after_deletion(
        &self,
        assignment: &Assignment<'_>,
        deletion: &Second,
        next: Option<&Second>,
    ) -> Membership {
        let is_between = |roster: &&StoreSnapshot| match roster.taken {
            Some(taken) => deletion.time < taken && next.is_none_or(|next| taken < next.time),
            None => next.is_none(),
        };
        let shown = self.store_rosters().filter(is_between);
        let shown: BTreeSet<bool> = shown
            .filter_map(|roster| lists(roster, assignment))
            .collect();
        if shown == BTreeSet::from([false]) {
            return Membership::NotMember {
                evidence: deletion.records(),
            };
        }
        unproven(&format!(
            "an assignment of the permission set was deleted at {}, and no later roster shows that it is gone",
            deletion.time
        ))
    }

    fn assigned_by_rosters(&self, assignment: &Assignment<'_>, at: Moment) -> Membership {
        let reached = self.store_rosters().filter(|roster| {
            let taken = roster.taken;
            taken.is_none_or(|taken| self.directory_silence(at, taken).is_none())
        });
        let shown: BTreeSet<bool> = reached
            .filter_map(|roster| lists(roster, assignment))
            .collect();
        match (shown.contains(&true), shown.contains(&false)) {
            (true, false) => Membership::Member {
                began: None,
                evidence: Vec::new(),
            },
            (false, true) => Membership::NotMember {
                evidence: Vec::new(),
            },
            (true, true) => unproven(
                "rosters contradict each other about the assignments of the permission set, and \
                 the logs don't show the change",
            ),
            (false, false) => unproven("nothing shows the assignments of the permission set then"),
        }
    }

    fn seconds_of(&self, assignment: &Assignment<'_>) -> &[Second] {
        let key = (assignment.of.account, Arc::clone(&assignment.arn));
        let of_set = self.changes.assignments.of_set.get(&key);
        let seconds = of_set.and_then(|of_set| of_set.get(&assignment.principal));
        seconds.map_or(&[], Vec::as_slice)
    }
}

fn lists_set(roster: &StoreSnapshot, set: &str) -> bool {
    let mut listed = roster.permission_sets.iter().flatten();
    listed.any(|listed| *listed.name == *set)
}

/// Whether a roster lists the assignment. `None`: it can't tell.
fn lists(roster: &StoreSnapshot, assignment: &Assignment<'_>) -> Option<bool> {
    let listed = roster.assignments.as_ref()?;
    let is_listed = listed.iter().any(|listed| {
        listed.account == assignment.of.account
            && listed.permission_set == assignment.arn
            && listed.principal == assignment.principal
    });
    (is_listed || !roster.incomplete).then_some(is_listed)
}

fn member(second: &Second) -> Membership {
    Membership::Member {
        began: None,
        evidence: second.records(),
    }
}

fn unproven(missing: &str) -> Membership {
    Membership::Unproven {
        missing: missing.to_owned(),
    }
}
