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
use crate::seen::CenterSubject;
use crate::seen::identity_center::{CenterKind, GrantChange, Outcome, Principal};
use crate::text;
use crate::text::Text;

/// What the logs say about permission sets and their assignments.
#[derive(Default)]
pub(super) struct AssignmentChanges {
    /// ARNs of permission sets by name.
    sets: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// By account and ARN of the permission set. The changes of a principal are sorted by second.
    of_set: HashMap<(AccountId, Arc<str>), BTreeMap<Principal, Vec<Second>>>,
    /// Changes of which the records don't show everything, by account. `None`: of any account.
    hidden: BTreeMap<Option<AccountId>, BTreeSet<Moment>>,
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
            GrantChange::Assignment { account, .. } => {
                let hidden = self.hidden.entry(*account).or_default();
                hidden.insert(one.event.time);
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
            let group = match &assignment.principal {
                Principal::Group(group) => Some(group),
                Principal::User(_) => None,
            };
            found.extend(self.access_changes(user, group, (after, until)));
        }
        found.extend(self.hidden_assignments(of.account));
        found.retain(|time| after < *time && *time <= until);
        found
    }

    /// Seconds at which an assignment in the account changed, and the record doesn't show which.
    fn hidden_assignments(&self, account: AccountId) -> BTreeSet<Moment> {
        self.asked_about(CenterSubject::HiddenAssignments(account));
        self.asked_about(CenterSubject::Anybody);
        let hidden = &self.changes.assignments.hidden;
        let found = [Some(account), None].map(|key| hidden.get(&key));
        found.into_iter().flatten().flatten().copied().collect()
    }

    /// Whether rosters or logs show which assignments the set has.
    fn knows_assignments(&self, of: SetInAccount<'_>) -> bool {
        self.asked_about(CenterSubject::PermissionSet(Arc::from(of.set)));
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
            self.asked_about(CenterSubject::Assignments(of.account, Arc::clone(&arn)));
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
        let person = match &assignment.principal {
            Principal::Group(group) => self.membership(user, group, at),
            Principal::User(_) => self.in_directory(user, at),
        };
        match (self.is_assigned(assignment, at), person) {
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
        let hidden = self.hidden_assignments(assignment.of.account);
        // What is shown last before the moment, by a change or by a roster.
        let changed = seconds.iter().map(|second| second.time);
        let listed = self.store_rosters().filter_map(|roster| {
            let taken = roster.taken?;
            lists(roster, assignment).map(|_| taken)
        });
        let shown = changed.chain(listed).filter(|time| *time < at).max();
        let since = |time: &&Moment| **time <= at && shown.is_none_or(|shown| shown <= **time);
        if let Some(hidden) = hidden.iter().find(since) {
            return unproven(text!(
                "an assignment changed at {hidden}, and the record doesn't show which one",
                hidden
            ));
        }
        let (before, rest) = seconds.split_at(seconds.partition_point(|second| second.time < at));
        let next = rest.first();
        if next.is_some_and(|next| next.time == at) {
            return unproven(text!(
                "an assignment of the permission set changed in the same second"
            ));
        }
        if let Some(last) = before.last() {
            return match last.added {
                Some(true) => member(last),
                Some(false) => self.after_deletion(assignment, last, next),
                None => unclear(last.time),
            };
        }
        match next.map(|next| (next.added, next)) {
            // A roster from before the change that shows its result already: the change changed
            // nothing, so it says nothing about what was before it.
            Some((Some(result), next)) if self.is_shown_before(assignment, result, next.time) => {
                self.assigned_by_rosters(assignment, at, Some(next.time))
            }
            Some((Some(true), next)) => Membership::NotMember {
                evidence: next.records(),
            },
            Some((Some(false), next)) => member(next),
            Some((None, next)) => unclear(next.time),
            None => self.assigned_by_rosters(assignment, at, None),
        }
    }

    fn is_shown_before(&self, assignment: &Assignment<'_>, result: bool, change: Moment) -> bool {
        let mut earlier = self
            .store_rosters()
            .filter(|roster| roster.taken.is_some_and(|taken| taken < change));
        earlier.any(|roster| lists(roster, assignment) == Some(result))
    }

    /// A deletion counts if the last roster between it and the next change shows its result.
    fn after_deletion(
        &self,
        assignment: &Assignment<'_>,
        deletion: &Second,
        next: Option<&Second>,
    ) -> Membership {
        let is_between = |roster: &&StoreSnapshot| {
            roster.taken.is_some_and(|taken| {
                deletion.time < taken && next.is_none_or(|next| taken < next.time)
            })
        };
        let later = self.store_rosters().filter(is_between);
        if later
            .filter_map(|roster| lists(roster, assignment))
            .next_back()
            == Some(false)
        {
            return Membership::NotMember {
                evidence: deletion.records(),
            };
        }
        unproven(text!(
            "an assignment of the permission set was deleted at {time}, and no later roster shows that it is gone",
            time = deletion.time
        ))
    }

    /// By the rosters, or only by those from before a moment.
    fn assigned_by_rosters(
        &self,
        assignment: &Assignment<'_>,
        at: Moment,
        before: Option<Moment>,
    ) -> Membership {
        let reached = self.store_rosters().filter(|roster| match roster.taken {
            Some(taken) => {
                before.is_none_or(|before| taken < before)
                    && self.directory_silence(at, taken).is_none()
            }
            None => before.is_none(),
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
            (true, true) => unproven(text!(
                "rosters contradict each other about the assignments of the permission set, and \
                 the logs don't show the change"
            )),
            (false, false) => unproven(text!(
                "nothing shows the assignments of the permission set then"
            )),
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

fn unproven(missing: Text) -> Membership {
    Membership::Unproven { missing }
}
