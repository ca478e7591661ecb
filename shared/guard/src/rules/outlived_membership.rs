//! RW016 outlived-membership
//!
//! ## What it does
//! Fires when somebody was allowed to enter an elevated role, lost that access during the session,
//! and used the session more than five minutes after that. Access is membership in one of the
//! role's groups. For a permission set, it is also an assignment of the set in that account, to the
//! person or to a group of theirs, if rosters or logs show the assignments. Access ends with the
//! last group or the last assignment, whichever ends first, or when the user is disabled or
//! deleted. If somebody gets access back, use after that doesn't count.
//!
//! A deleted assignment counts as ended only if a later roster no longer lists it. Without such a
//! roster, the finding is unproven. It is also unproven if a record hides what it changed.
//!
//! ## Why it matters
//! Removing somebody from a group, deleting an assignment or disabling a user doesn't end existing
//! sessions. The person can continue until the credentials expire, for up to twelve hours.
//!
//! ## Blind spots
//! - Object reads and writes are data events, which most trails don't log. rolewatch can't see
//!   calls that aren't logged.
//! - rolewatch keeps only the first and the last use of each quarter of an hour. If somebody got
//!   access back within a quarter of an hour, use just before that may go unnoticed.
//! - If access wasn't proven when the session began, the rule doesn't run. RW001 reports that.
//! - Sessions of other roles that were entered from this one are judged on their own.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Check what the session did after the time in the finding.
//! 3. Ask whoever removed the access, on another channel, whether the person should have stopped
//!    then. If the person left the company, treat it as an incident.
//! 4. Make ending sessions part of the steps for removing access, or shorten the role's sessions.
//!
//! If the finding is unproven:
//! 1. Check what the session did after the time in the finding. If in doubt, end it: `rolewatch
//!    revoke-plan ID` prints the commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Supply a roster from after the change that the finding names.

use std::collections::BTreeSet;

use super::view::{RuleAnswer, SwitchView};
use crate::directory::SetInAccount;
use crate::dossier::Person;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::{IdentityKind, StoreGroupName};
use crate::roster::Membership;
use crate::text;
use crate::text::Text;
use crate::time::chosen::ACCESS_LOST;
use crate::world::UseAt;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    if view.outside_trust().is_some() || view.origin.broken.is_some() {
        return RuleAnswer::not_applicable(text!("no access to check"));
    }
    let uses = uses(view);
    let Some(last_use) = uses.last() else {
        return RuleAnswer::not_applicable(text!("the session wasn't used"));
    };
    let Some(kinds) = AccessKinds::proved(view) else {
        return RuleAnswer::not_applicable(text!("no access is proven that could end"));
    };
    let mut unproven = None;
    let mut lost: Option<LostAccess> = None;
    let mut changes = kinds.changes(view, last_use.time).into_iter().peekable();
    while let Some(change) = changes.next() {
        // In the second of the change itself, nothing is decided.
        lost = LostAccess::after(kinds.at(view, change.plus_seconds(1)), change, lost);
        let Some(lost) = &lost else {
            continue;
        };
        match &lost.proof {
            Ok(evidence) => {
                if let Some(last) = lost.last_use_in_all(view, &kinds, &uses) {
                    return violation(view, lost.since, evidence, last);
                }
            }
            Err(missing) => {
                let last = lost.last_use(&uses, change, changes.peek().copied());
                unproven = unproven.or(last.map(|last| (lost.since, missing.clone(), last)));
            }
        }
    }
    match unproven {
        Some((since, missing, last)) => unclear(view, since, &missing, last),
        None => RuleAnswer::allow(text!("no use after the access ended")),
    }
}

/// When access ended, or may have ended.
struct LostAccess {
    since: Moment,
    /// The records that show it, or why it isn't known.
    proof: Result<Vec<RecordKey>, Text>,
}

impl LostAccess {
    /// What is known after a change, by what was known before it.
    fn after(access: Access, change: Moment, before: Option<Self>) -> Option<Self> {
        match (access, before) {
            (Access::Given, _) => None,
            (Access::Unclear(missing), before) => Some(Self {
                since: before.map_or(change, |before| before.since),
                proof: Err(missing),
            }),
            (Access::Gone(_), Some(known)) if known.proof.is_ok() => Some(known),
            (Access::Gone(evidence), _) => Some(Self {
                since: change,
                proof: Ok(evidence),
            }),
        }
    }

    /// The last use that counts, of those between two changes.
    fn last_use<'u>(
        &self,
        uses: &[&'u UseAt],
        from: Moment,
        until: Option<Moment>,
    ) -> Option<&'u UseAt> {
        let begin = from.max(self.since.plus_seconds(ACCESS_LOST));
        let counted = uses
            .iter()
            .rev()
            .find(|used| used.time > begin && until.is_none_or(|until| used.time < until));
        counted.copied()
    }

    /// The last use that counts, up to the first change that gives access back.
    fn last_use_in_all<'u>(
        &self,
        view: &SwitchView<'_, '_>,
        kinds: &AccessKinds<'_>,
        uses: &[&'u UseAt],
    ) -> Option<&'u UseAt> {
        let last = uses.last()?;
        let changes = kinds.changes(view, last.time);
        let back = changes.into_iter().find(|change| {
            *change > self.since
                && !matches!(kinds.at(view, change.plus_seconds(1)), Access::Gone(_))
        });
        self.last_use(uses, self.since, back)
    }
}

/// Whether the person had access at a moment.
enum Access {
    Given,
    /// The records that show that it ended.
    Gone(Vec<RecordKey>),
    Unclear(Text),
}

/// What the person's access consists of.
struct AccessKinds<'a> {
    by_group: bool,
    /// By an assignment of this permission set.
    by_assignment: Option<SetInAccount<'a>>,
}

impl<'a> AccessKinds<'a> {
    /// What is proven at the second of the switch.
    fn proved(view: &'a SwitchView<'_, '_>) -> Option<Self> {
        let kind = if view.is_of_center() {
            IdentityKind::IdentityCenter
        } else {
            IdentityKind::IamUser
        };
        let by_group = view.role.asks_group(kind);
        if by_group && !matches!(by_groups(view, view.time()), Access::Given) {
            return None;
        }
        let role = view.switch.role.as_ref();
        let set = role.and_then(|role| {
            Some(SetInAccount {
                account: role.account(),
                set: role.permission_set()?,
            })
        });
        let by_assignment = set.filter(|set| {
            let assigned = by_assignment(view, *set, view.time());
            matches!(assigned, Some(Access::Given))
        });
        (by_group || by_assignment.is_some()).then_some(Self {
            by_group,
            by_assignment,
        })
    }

    fn at(&self, view: &SwitchView<'_, '_>, at: Moment) -> Access {
        let groups = if self.by_group {
            by_groups(view, at)
        } else {
            Access::Given
        };
        let assignment = self.by_assignment;
        match (
            groups,
            assignment.and_then(|set| by_assignment(view, set, at)),
        ) {
            (gone @ Access::Gone(_), _) | (_, Some(gone @ Access::Gone(_))) => gone,
            (unclear @ Access::Unclear(_), _) | (_, Some(unclear @ Access::Unclear(_))) => unclear,
            (Access::Given, _) => Access::Given,
        }
    }

    /// The seconds after the switch at which access may have changed.
    fn changes(&self, view: &SwitchView<'_, '_>, until: Moment) -> BTreeSet<Moment> {
        let span = (view.time(), until);
        let mut found = BTreeSet::new();
        match &view.origin.person {
            Person::User(account, user) => {
                let roster = view.tracer.roster;
                let groups = view.role.groups.iter();
                for id in groups.filter_map(|group| roster.group(group)) {
                    found.extend(roster.membership_changes(*account, user, &id, span));
                }
            }
            Person::StoreUser(user) => {
                let Some(center) = &view.tracer.gathered.center else {
                    return found;
                };
                let directory = &center.directory;
                for group in view.role.store_groups.iter().filter(|_| self.by_group) {
                    let id = directory.group(&group.group);
                    if id.is_some() || group.group == StoreGroupName::Everybody {
                        found.extend(directory.access_changes(&user.user, id.as_ref(), span));
                    }
                }
                if let Some(set) = self.by_assignment {
                    found.extend(directory.assignment_changes(&user.user, set, span));
                }
            }
            _ => {}
        }
        found
    }
}

/// Access as a member of an allowed group.
fn by_groups(view: &SwitchView<'_, '_>, at: Moment) -> Access {
    let mut against = Vec::new();
    let mut missing = None;
    for (_, membership) in view.memberships_at(at) {
        match membership {
            Membership::Member { .. } => {
                return if deleted(view, at) {
                    Access::Gone(Vec::new())
                } else {
                    Access::Given
                };
            }
            Membership::NotMember { evidence } => against.extend(evidence),
            Membership::Unproven { missing: why } => missing = missing.or(Some(why)),
        }
    }
    missing.map_or(Access::Gone(against), Access::Unclear)
}

/// Whether an IAM user was deleted. Memberships say nothing of that.
fn deleted(view: &SwitchView<'_, '_>, at: Moment) -> bool {
    let Person::User(account, user) = &view.origin.person else {
        return false;
    };
    let deleted = view.tracer.roster.user_deleted(*account, user);
    deleted.is_some_and(|deleted| deleted < at)
}

/// Access by an assignment of the permission set.
fn by_assignment(view: &SwitchView<'_, '_>, set: SetInAccount<'_>, at: Moment) -> Option<Access> {
    let Person::StoreUser(user) = &view.origin.person else {
        return None;
    };
    let center = view.tracer.gathered.center.as_ref()?;
    if !center.is_ours(user) {
        return None;
    }
    Some(match center.directory.may_take(&user.user, set, at)? {
        Membership::Member { .. } => Access::Given,
        Membership::NotMember { evidence } => Access::Gone(evidence),
        Membership::Unproven { missing } => Access::Unclear(missing),
    })
}

/// The uses that are kept, by time.
fn uses<'w>(view: &SwitchView<'_, 'w>) -> Vec<&'w UseAt> {
    let folds = view.switch.uses.iter();
    let mut uses: Vec<&UseAt> = folds.flat_map(|fold| fold.kept()).collect();
    uses.sort();
    uses
}

fn unclear(view: &SwitchView<'_, '_>, since: Moment, missing: &Text, last: &UseAt) -> RuleAnswer {
    RuleAnswer::unproven(text!("can't tell whether {who} still had access to {place} after {since}, when it may have ended; the \
         session was used until {time}: {missing}", who = view.person_shown(), place = view.role_in_account(), since, time = last.time, missing))
    .with_events(view.evidence_of_person())
    .with_events([last.record.clone()])
}

fn violation(
    view: &SwitchView<'_, '_>,
    since: Moment,
    evidence: &[RecordKey],
    last: &UseAt,
) -> RuleAnswer {
    let by = evidence.iter().find_map(|record| {
        // The other records show why no other group or assignment gave access.
        let change = view.tracer.roster.changed_by(record);
        let (_, by) = change.filter(|(time, _)| *time == since)?;
        let origin = view.tracer.behind(by, since, by.arn.as_deref());
        Some(text!(" (changed by {who})", who = origin.name.harmless()))
    });
    let until = view.switch.granted_until().map_or_else(
        || text!("; the records don't show when the credentials expire"),
        |until| text!("; the credentials are valid until {until}", until),
    );
    RuleAnswer::violation(text!(
        "{who} used {place} until {time}, although their access ended at {since}{by}{until}",
        who = view.person_shown(),
        place = view.role_in_account(),
        time = last.time,
        since,
        by = by.unwrap_or_default(),
        until
    ))
    .with_events(view.evidence_of_person())
    .with_events(evidence.iter().cloned())
    .with_events([last.record.clone()])
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_of_center;
