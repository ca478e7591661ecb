//! New switches, which a denial of older sessions doesn't stop: what allows the person to enter the
//! role again, and what would prevent it.
//!
//! The plan never removes somebody from a group that they aren't in. If it isn't known who is in a
//! group at the time of the plan, the plan says so.

use crate::text;
use crate::text::Text;
use std::collections::BTreeSet;

use serde_json::json;

use super::case::account_named;
use super::command;
use super::plan::{PlanLimit, WayToStop};
use super::sessions::DenialReach;
use super::set_address::store_user;
use super::target::RevocationTarget;
use crate::dossier::{OriginKind, Person};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::policy::role_in_account;
use crate::policy::{GroupName, GroupRef, IdentityKind};
use crate::roster::{Bearer, Membership};
use crate::untrusted::harmless;

/// The credentials of a new switch are issued later than those that are denied.
pub(super) fn reentry_limit(plan: &RevocationTarget<'_, '_>) -> PlanLimit {
    let who = plan.origin.name.harmless();
    let place = role_in_account(plan.role, plan.case.policy);
    let at = plan.case.as_of;
    if let (OriginKind::Listed(IdentityKind::IamUser), Person::User(account, id)) =
        (&plan.origin.kind, &plan.origin.person)
    {
        return UserToLockOut {
            plan,
            account: *account,
            id,
            who,
            place,
        }
        .reentry_limit();
    }
    if DenialReach::new(plan.role).set.is_some() {
        return PlanLimit::new(sentences([
            reentry_sentence(&who, &place, at),
            into_permission_set(plan),
        ]));
    }
    let why = match plan.origin.kind {
        OriginKind::Listed(IdentityKind::IdentityCenter) => {
            text!(
                "Their access comes from their assignment in IAM Identity Center, or from a session of such a role."
            )
        }
        OriginKind::Listed(IdentityKind::Saml | IdentityKind::WebIdentity) => {
            text!(
                "Their access comes from the identity provider; the role's trust policy sets the conditions."
            )
        }
        OriginKind::Listed(IdentityKind::Service) => {
            text!(
                "An AWS service gets such sessions on its own: stop what runs there, or change the role's trust policy."
            )
        }
        OriginKind::Root | OriginKind::Federated | OriginKind::Unknown | OriginKind::Listed(_) => {
            text!(
                "The records don't identify them well enough to lock them out; the role's trust policy says who can enter."
            )
        }
    };
    PlanLimit::new(sentences([reentry_sentence(&who, &place, at), why]))
}

/// What would stop new sessions of a permission set.
fn into_permission_set(plan: &RevocationTarget<'_, '_>) -> Text {
    if store_user(&plan.origin.person).is_none() {
        return text!("What only stops new sessions is listed above.");
    }
    text!(
        "What only stops new sessions is listed above. To deny them too, leave the condition on aws:TokenIssueTime out of the policy for the person; the policy then has to stay as long as they may not enter."
    )
}

fn reentry_sentence(who: &Text, place: &Text, at: Moment) -> Text {
    text!(
        "New switches: sessions issued from {at} on are not denied, so {who} can enter {place} again immediately.",
        at,
        who,
        place
    )
}

/// An IAM user.
struct UserToLockOut<'a, 'w> {
    plan: &'a RevocationTarget<'a, 'w>,
    account: AccountId,
    id: &'a str,
    who: Text,
    place: Text,
}

/// What is known about the user in one of the role's groups, at the time of the plan.
enum GroupStanding {
    /// `joined`: when the user joined, if the finding says that they weren't a member.
    In {
        joined: Option<Moment>,
    },
    NotIn,
    /// The last membership known, if any.
    Unknown {
        last: Option<(Moment, bool)>,
        joined: Option<Moment>,
    },
    /// The records show a membership, but the finding says that there was none.
    Contradicted,
    /// A roster of this moment shows a membership. The finding says that there was none, and no
    /// record shows that the user joined.
    Unexplained(Moment),
}

impl UserToLockOut<'_, '_> {
    fn reentry_limit(&self) -> PlanLimit {
        let at = self.plan.case.as_of;
        if let Some(deleted) = self
            .plan
            .tracer
            .roster
            .user_deleted(self.account, self.id)
            .filter(|deleted| *deleted <= at)
        {
            return PlanLimit::new(text!(
                "New switches: sessions issued from {at} on are not denied. {who} was deleted at {deleted}, so nobody can enter {place} as this user \
                 again; a user with the same name is a different user.",
                at,
                who = self.who,
                deleted,
                place = self.place
            ));
        }
        let mut limit = PlanLimit::new(reentry_sentence(&self.who, &self.place, at));
        let name = self.name();
        let groups: Vec<(&GroupRef, GroupStanding)> = self
            .groups()
            .map(|group| (group, self.standing(group)))
            .collect();
        for (group, standing) in &groups {
            self.about_group(group, standing, name.as_deref(), &mut limit);
        }
        // Several groups may need the same check.
        let mut lines = BTreeSet::new();
        limit.ways.retain(|way| lines.insert(way.line.clone()));
        if groups
            .iter()
            .all(|(_, standing)| matches!(standing, GroupStanding::NotIn))
        {
            add_sentence(
                &mut limit,
                text!(
                    "They aren't in any of the groups that the policy names for this role, so their access comes from something else."
                ),
            );
        }
        if let (None, false) = (&name, groups.is_empty()) {
            add_sentence(
                &mut limit,
                text!(
                    "The name of the user with the id {id} at {at} is unknown.",
                    id = harmless(self.id),
                    at
                ),
            );
        }
        self.deny_user(name.as_deref(), &mut limit);
        limit
    }

    /// The role's groups in the user's account. Nobody can be in a group of another account.
    fn groups(&self) -> impl Iterator<Item = &GroupRef> {
        let named = self
            .plan
            .case
            .policy
            .role_for(self.plan.role)
            .map(|policy| &*policy.groups)
            .unwrap_or_default();
        named.iter().filter(|group| group.account == self.account)
    }

    /// The user's name at the time of the plan. Another user may have the name of the switch by
    /// now.
    fn name(&self) -> Option<String> {
        let (roster, at) = (self.plan.tracer.roster, self.plan.case.as_of);
        let known = roster
            .user_name_at(self.account, self.id, at)
            .map(|name| name.to_string());
        known.or_else(|| {
            let (_, name) = self.plan.origin.arn.as_deref()?.rsplit_once('/')?;
            match roster.user_named(self.account, name, at) {
                Bearer::One(id) if *id == *self.id || !id.starts_with("AIDA") => {
                    Some(name.to_owned())
                }
                _ => None,
            }
        })
    }

    fn standing(&self, group: &GroupRef) -> GroupStanding {
        let (roster, at, switch) = (
            self.plan.tracer.roster,
            self.plan.case.as_of,
            self.plan.first.key.second,
        );
        let denied = self.plan.case.outside_groups.then_some((switch, false));
        let Some(id) = roster.group(group) else {
            return GroupStanding::Unknown {
                last: denied,
                joined: None,
            };
        };
        let membership = |moment| roster.membership(self.account, self.id, &id, moment);
        let last = roster.membership_last_known(self.account, self.id, &id, switch, at);
        // Logs and rosters that end before the plan show nothing about the time after them.
        let covered = |member| {
            let last = last.map(|(moment, _)| moment);
            roster.is_covered(self.account, self.id, &id, member, last, at)
        };
        let now = match membership(at) {
            Membership::Member { .. } => Some(true).filter(|_| covered(true)),
            Membership::NotMember { .. } => Some(false).filter(|_| covered(false)),
            Membership::Unproven { .. } => None,
        };
        if now == Some(false) {
            return GroupStanding::NotIn;
        }
        // If only a later roster shows it.
        let shown = last.or_else(|| now.map(|member| (at, member)));
        let mut joined = None;
        if denied.is_some() {
            // The finding was based on other rosters or logs.
            if matches!(membership(switch), Membership::Member { .. }) {
                return GroupStanding::Contradicted;
            }
            if let Some((moment, true)) = shown {
                joined = joined_after(switch, membership(moment));
                if joined.is_none() {
                    return GroupStanding::Unexplained(moment);
                }
            }
        }
        match now {
            Some(true) => GroupStanding::In { joined },
            _ => GroupStanding::Unknown {
                last: last
                    .into_iter()
                    .chain(denied)
                    .max_by_key(|(moment, _)| *moment),
                joined,
            },
        }
    }

    fn about_group(
        &self,
        group: &GroupRef,
        standing: &GroupStanding,
        name: Option<&str>,
        limit: &mut PlanLimit,
    ) {
        let who = &self.who;
        let written = harmless(&group.written);
        if let GroupStanding::In {
            joined: Some(joined),
        }
        | GroupStanding::Unknown {
            joined: Some(joined),
            ..
        } = standing
        {
            add_sentence(
                limit,
                text!(
                    "{who} joined {written} at {joined}, after the switch.",
                    who,
                    written,
                    joined
                ),
            );
        }
        if let GroupStanding::In { .. } = standing {
            let leave = self.leave_group(group, name, &text!("to remove them from the group"));
            limit.ways.extend(leave);
            return;
        }
        let Some(unsure) = self.unsure(standing, &written) else {
            return;
        };
        add_sentence(limit, unsure);
        limit.ways.extend(self.list_groups(name));
        if let GroupStanding::Unknown {
            last: Some((_, true)),
            ..
        } = standing
        {
            limit.ways.extend(self.leave_group(
                group,
                name,
                &text!("to remove them from the group, if the command above lists it"),
            ));
        }
    }

    /// Why it isn't known whether the user is in the group at the time of the plan; `None` if it's
    /// known.
    fn unsure(&self, standing: &GroupStanding, written: &str) -> Option<Text> {
        let who = &self.who;
        let at = self.plan.case.as_of;
        Some(match standing {
            GroupStanding::In { .. } | GroupStanding::NotIn => return None,
            GroupStanding::Unknown {
                last: Some((last, true)),
                ..
            } => {
                text!(
                    "{who} was in {written} at {last}; rolewatch can't tell whether they still are at {at}.",
                    who,
                    written,
                    last,
                    at
                )
            }
            GroupStanding::Unknown {
                last: Some((last, false)),
                ..
            } => text!(
                "{who} was not in {written} at {last}; rolewatch can't tell whether they are in it at {at}. If not, their access comes from \
                 something else.",
                who,
                written,
                last,
                at
            ),
            GroupStanding::Unknown { last: None, .. } => {
                text!(
                    "rolewatch can't tell whether {who} is in {written} at {at}: neither the logs nor a roster shows it.",
                    who,
                    written,
                    at
                )
            }
            GroupStanding::Contradicted => text!(
                "The finding says that {who} was not in {written}, but the logs and rosters show that they were, so rolewatch can't tell whether \
                 they are in it at {at}.",
                who,
                written,
                at
            ),
            GroupStanding::Unexplained(taken) => text!(
                "The finding says that {who} was not in {written}, a roster lists them in it at {taken}, and the logs don't show that they \
                 joined, so rolewatch can't tell whether they are in it at {at}.",
                who,
                written,
                taken,
                at
            ),
        })
    }

    fn credentials(&self) -> Text {
        text!(
            "with credentials of {account}",
            account = account_named(self.account, self.plan.case.policy)
        )
    }

    /// The command that lists the user's groups; printed once.
    fn list_groups(&self, name: Option<&str>) -> Option<WayToStop> {
        let line = command::list_groups(name?)?;
        Some(WayToStop {
            what: text!(
                "to list the groups that they are in, {credentials}",
                credentials = self.credentials()
            ),
            line,
        })
    }

    fn leave_group(&self, group: &GroupRef, user: Option<&str>, what: &Text) -> Option<WayToStop> {
        let (roster, at) = (self.plan.tracer.roster, self.plan.case.as_of);
        let id = roster.group(group)?;
        let written = match &group.group {
            GroupName::ByName(name) => Some(name.as_str()).filter(|name| {
                roster.group_named(group.account, name, at) == Bearer::One(id.clone())
            }),
            GroupName::ById(_) => None,
        };
        let now = roster.group_name_at(group.account, &id, at);
        let line = command::leave_group(user?, written.or(now.as_deref())?)?;
        Some(WayToStop {
            what: text!(
                "{what}, {credentials}",
                what,
                credentials = self.credentials()
            ),
            line,
        })
    }

    /// The caller of a chained switch is a session: denying the user wouldn't stop it.
    fn deny_user(&self, name: Option<&str>, limit: &mut PlanLimit) {
        let (Some(arn), Some(name)) = (&self.plan.origin.arn, name) else {
            return;
        };
        let Some((front, _)) = arn.rsplit_once('/') else {
            return;
        };
        let statement = json!({"Effect": "Deny", "Principal": {"AWS": format!("{front}/{name}")}, "Action": "sts:AssumeRole"});
        let chained = self
            .plan
            .first
            .caller()
            .is_some_and(|caller| caller.role_session().is_some());
        let what = if chained {
            add_sentence(
                limit,
                text!(
                    "They came through another role, and can do so again as long as they can enter that role."
                ),
            );
            text!("a statement for the role's trust policy, which denies entering it directly")
        } else {
            text!("a statement for the role's trust policy")
        };
        limit.ways.push(WayToStop {
            what,
            line: super::ascii_json(&statement),
        });
    }
}

/// When a membership began, if the logs show that it was after the switch.
fn joined_after(switch: Moment, membership: Membership) -> Option<Moment> {
    match membership {
        Membership::Member {
            began: Some(began), ..
        } => Some(began.time).filter(|time| *time > switch),
        _ => None,
    }
}

fn add_sentence(limit: &mut PlanLimit, sentence: Text) {
    limit.what = sentences([limit.what.clone(), sentence]);
}

/// Sentences one after the other.
fn sentences(all: impl IntoIterator<Item = Text>) -> Text {
    Text::list(all, text!(" "))
}
