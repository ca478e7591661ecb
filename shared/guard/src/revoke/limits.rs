//! What a denial of older sessions doesn't stop. Without this, people would expect too much of a
//! plan.

use super::case::name_of;
use super::plan::PlanLimit;
use super::sessions::{DenialReach, is_known};
use super::target::RevocationTarget;
use crate::arn::RoleArn;
use crate::dossier::Switch;
use crate::moment::Moment;
use crate::policy::role_in_account;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// The most characters in all inline policies of a role (IAM quotas).
pub(super) const INLINE: usize = 10_240;

/// The most other sessions that are listed one by one.
const TOLD: usize = 10;

/// How long a denial in a role takes.
fn role_delay() -> Text {
    text!(
        "IAM takes seconds to minutes to apply a policy everywhere. Until then the session works, and if the role can call iam:DeleteRolePolicy or iam:PutRolePolicy on itself, the session can remove the denial again: check the role's policies afterward."
    )
}

/// How long a denial in a permission set or in a service control policy takes.
fn set_delay() -> Text {
    text!(
        "Provisioning a permission set and applying the policy everywhere takes minutes. Until then the session works. A session that can change permission sets or service control policies can remove the denial again: check them afterward."
    )
}

fn other_credentials() -> Text {
    text!(
        "Credentials of other roles, and the person's own: permanent keys, console sessions, and sessions of GetSessionToken and GetFederationToken (up to 36 hours, even after the key is deleted)."
    )
}

fn done() -> Text {
    text!(
        "What the session has already done, such as creating users, keys or roles; and sessions that the logs don't show."
    )
}

/// Why AWS doesn't allow adding a policy to this role.
pub(super) fn refused(role: &RoleArn) -> Option<Text> {
    if role.as_str().contains(":role/aws-service-role/") {
        return Some(text!(
            "this is a service-linked role: IAM doesn't let anyone change its policies, so its sessions can't be revoked"
        ));
    }
    role.as_str().contains(":role/aws-reserved/").then(|| {
        text!("IAM Identity Center manages this role, and put-role-policy is denied: add the statement to the permission set's inline policy and \
         provision it, or to a service control policy of the account")
    })
}

/// Why the denial may be pointless. `whose`: `in this role`.
pub(super) fn none_valid(whose: &Text, as_of: Moment) -> Text {
    text!(
        "according to the logs, none of their sessions {whose} is still valid at {as_of}; the denial only helps if one was extended and \
         the record of that is missing",
        whose,
        as_of
    )
}

pub(super) fn not_stopped(plan: &RevocationTarget<'_, '_>) -> Vec<PlanLimit> {
    let mut told = vec![super::again::reentry_limit(plan)];
    told.extend(parent(plan).map(PlanLimit::new));
    told.extend(elsewhere(plan).map(PlanLimit::new));
    let is_of_set = DenialReach::new(plan.role).set.is_some();
    // A session of a permission set can have entered other roles, which have their own plans.
    let is_of_role = !is_of_set
        || plan.entered.iter().any(|entered| {
            let role = entered.switch.role.as_ref();
            plan.sessions.still_works(entered.switch)
                && role.is_some_and(|role| DenialReach::new(role).set.is_none())
        });
    let delay = is_of_set.then(set_delay);
    told.extend(
        delay
            .into_iter()
            .chain(is_of_role.then(role_delay))
            .chain([other_credentials(), done()])
            .map(PlanLimit::new),
    );
    told
}

/// The session that this one was entered from.
fn parent(plan: &RevocationTarget<'_, '_>) -> Option<Text> {
    let caller = plan.first.caller()?;
    let session = caller.role_session()?;
    // A denial on this role doesn't affect the parent session, which can enter the role again at
    // once.
    let known = plan.tracer.parent(caller, plan.first.key.second);
    // Another session of the finding is cut off anyway.
    if known.is_some_and(|parent| {
        plan.entered
            .iter()
            .any(|entered| entered.switch.key == parent.key)
    }) {
        return None;
    }
    let role = known.and_then(|parent| parent.role.as_ref()).map_or_else(
        || text!("another role"),
        |role| role_in_account(role, plan.case.policy),
    );
    let session = harmless(name_of(session));
    let until = match known {
        Some(parent) if !plan.sessions.still_works(parent) => return None,
        Some(parent) => parent.works_until(),
        None => {
            return Some(text!(
                "The session it was entered from: {session} in {role} (the record of the call that issued it is missing). It can enter again; revoke it in its own role.",
                session,
                role
            ));
        }
    };
    Some(match until {
        Some(until) => text!(
            "The session it was entered from: {session} in {role}, which works until {until}. It can enter again; revoke it in its own role.",
            session,
            role,
            until
        ),
        None => text!(
            "The session it was entered from: {session} in {role}. It can enter again; revoke it in its own role.",
            session,
            role
        ),
    })
}

/// The same person's sessions that no denial of this plan affects.
fn elsewhere(plan: &RevocationTarget<'_, '_>) -> Option<Text> {
    if !is_known(&plan.origin.person) {
        return None;
    }
    let reach = DenialReach::new(plan.role);
    let cut = |switch: &Switch<'_>| {
        reach.includes(switch.role.as_ref())
            || plan
                .entered
                .iter()
                .any(|entered| entered.switch.key == switch.key)
    };
    let mut others: Vec<&Switch<'_>> = plan
        .sessions
        .working()
        .filter(|(switch, origin)| origin.person == plan.origin.person && !cut(switch))
        .map(|(switch, _)| switch)
        .collect();
    others.sort_by(|a, b| a.key.cmp(&b.key));
    let shown: Vec<Text> = others
        .iter()
        .take(TOLD)
        .filter_map(|switch| {
            let session = harmless(name_of(&switch.key.session));
            let role = role_in_account(switch.role.as_ref()?, plan.case.policy);
            Some(match switch.works_until() {
                Some(until) => text!("{session} in {role} until {until}", session, role, until),
                None => text!("{session} in {role}", session, role),
            })
        })
        .collect();
    if shown.is_empty() {
        return None;
    }
    let who = plan.origin.name.harmless();
    let sessions = Text::list(shown, text!("; "));
    let more = others.len().saturating_sub(TOLD);
    Some(if more > 0 {
        text!(
            "Other sessions of {who}: {sessions}, and {more} more.",
            who,
            sessions,
            more
        )
    } else {
        text!("Other sessions of {who}: {sessions}.", who, sessions)
    })
}
