//! Use of a session after the access that allowed it ended.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use super::membership::Member;
use super::verdicts::Verdict;
use crate::center::company::{Change, Id, Second};

/// Use this long after access ended is still allowed.
const GRACE: i64 = 5 * 60;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Given,
    Gone,
    Unclear,
}

impl Evidence<'_> {
    pub(crate) fn outlived(&self, session: usize, id: Id, groups: &[Option<usize>]) -> Verdict {
        if self.is_blurred(session) {
            return Verdict::Open;
        }
        let at = self.company.sessions[session].at;
        if self.access(id, groups, at) != Access::Given {
            return Verdict::Silent;
        }
        let uses = self.uses_of(session).map(|used| self.uses[used].at);
        let uses: Vec<Second> = uses.filter(|used| *used > at).collect();
        let verdicts = uses.iter().map(|used| self.use_of(id, groups, at, *used));
        let verdicts: Vec<Verdict> = verdicts.collect();
        [Verdict::Violation, Verdict::Unproven]
            .into_iter()
            .find(|verdict| verdicts.contains(verdict))
            .unwrap_or(Verdict::Silent)
    }

    /// What one use comes to.
    fn use_of(&self, id: Id, groups: &[Option<usize>], at: Second, used: Second) -> Verdict {
        let mut since: Option<(Second, Access)> = None;
        for second in self.seconds_of_changes(id, groups, at, used) {
            since = match (self.access(id, groups, second + 1), since) {
                (Access::Given, _) => None,
                (Access::Gone, Some((known, Access::Gone))) => Some((known, Access::Gone)),
                (Access::Gone, _) => Some((second, Access::Gone)),
                (Access::Unclear, Some((known, _))) => Some((known, Access::Unclear)),
                (Access::Unclear, None) => Some((second, Access::Unclear)),
            };
        }
        match since {
            Some((since, Access::Gone)) if used > since + GRACE => Verdict::Violation,
            Some((since, Access::Unclear)) if used > since + GRACE => Verdict::Unproven,
            _ => Verdict::Silent,
        }
    }

    /// The seconds before a use at which the user's access changed, or may have.
    fn seconds_of_changes(
        &self,
        id: Id,
        groups: &[Option<usize>],
        at: Second,
        used: Second,
    ) -> BTreeSet<Second> {
        let own = self.changes.iter().filter(|(_, change)| match change {
            Change::Active { user, .. }
            | Change::UserPatched { user }
            | Change::Created { user, .. }
            | Change::Deleted { user, .. } => *user == id.user,
            _ => false,
        });
        let mut all: BTreeSet<Second> = own.map(|(second, _)| *second).collect();
        for group in groups.iter().flatten() {
            let marks = self.marks(id.user, *group);
            all.extend(marks.into_iter().map(|(second, _)| second));
            let rosters = self.company.rosters.iter();
            let listed = rosters.flat_map(|roster| &roster.members);
            let own = listed.filter(|one| (one.user, one.group) == (id.user, *group));
            all.extend(own.filter_map(|one| one.created));
        }
        all.retain(|second| at < *second && *second < used);
        all
    }

    fn access(&self, id: Id, groups: &[Option<usize>], at: Second) -> Access {
        let members: Vec<Member> = groups
            .iter()
            .map(|group| self.member(id, *group, at))
            .collect();
        if members
            .iter()
            .any(|member| matches!(member, Member::Yes(_)))
        {
            Access::Given
        } else if members.contains(&Member::Unknown) {
            Access::Unclear
        } else {
            Access::Gone
        }
    }
}
