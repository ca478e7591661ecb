//! RW104 assume-granted-beyond-policy
//!
//! ## What it does
//! Fires when a user, a group or a role can enter an elevated role although your policy file
//! doesn't allow it. rolewatch tries every user of the accounts that you supply, with all their
//! policies (inline, managed, and those of their groups), their permissions boundary and the role's
//! trust policy. Wildcards, `NotAction`, `NotResource` and every `Deny` count. For a group without
//! members, it tries a hypothetical member. The finding is about the user, group or role whose
//! policy has the statement that allows the switch.
//!
//! If you supply a roster of Identity Center with `PermissionSets` and `AccountAssignments`, the
//! rule also fires for each assignment of a permission set to a group that the entry doesn't name.
//! It fires for each assignment to a single user too, even to a member of an allowed group: the
//! assignment stays when the user leaves the group. If `groups` is empty or contains
//! `identity-center/*`, every assignment is allowed.
//!
//! If the role's entry in the policy file denies chaining, rolewatch also tries every role. If the
//! entry allows `service`, it leaves out roles that trust only services. If the entry has
//! `chaining: allow`, rolewatch tries each user through one other role instead. A trust policy may
//! name a session (`assumed-role/Jump/alice`). Whoever enters Jump chooses the session name, so
//! everyone who can enter Jump can enter the elevated role too. A session's ARN lacks the role's
//! path, so rolewatch finds the role by its name. rolewatch also reports a role that can enter
//! itself, because whoever is in it can stay forever.
//!
//! ## Why it matters
//! The groups in your policy file are what people agreed on, but AWS follows the IAM policies. If a
//! policy is on the wrong group, or allows `sts:AssumeRole` on `*`, AWS allows switches that your
//! policy file doesn't. RW001 finds such a switch only after it happened.
//!
//! ## Blind spots
//! - If the users, groups or roles of a trusted account weren't supplied, the answer is unproven.
//!   This is reported once for each account.
//! - If chaining is denied, rolewatch reports a role that could chain even if nobody can enter that
//!   role. If chaining is allowed, it doesn't check chains of several roles, services, or people
//!   who sign in through an identity provider.
//! - Service control policies, resource control policies and session policies aren't in the files
//!   that rolewatch reads.
//! - Without a roster of Identity Center, nothing shows who can take a permission set. A note of the
//!   review says so.
//! - Unproven: the roster isn't complete, or doesn't list the group, user or permission set of an
//!   assignment.
//! - Unproven: the answer depends on a condition on the request.
//! - Unproven: the trust policy names a session of a role that doesn't exist. IAM allows that, and
//!   whoever creates the role can enter.
//! - Unproven: a role that was created before September 22, 2022 and whose own policies let it
//!   enter itself. AWS lets some of these roles do so without a statement in the trust policy.
//!   CloudTrail then shows `explicitTrustGrant: false`.
//!
//! ## What to do
//! 1. Apply the fix that the finding shows.
//! 2. Look for switches that came this way (RW001, RW011).
//! 3. Ask whoever changed the statement, on another channel, whether that was intended. If it
//!    wasn't, it is an incident.
//! 4. If the role's owner confirms that the group needs access, add the group to the role's entry
//!    in the policy.
//!
//! If the finding is unproven:
//! 1. Check whether the people concerned can meet the condition. If nobody needs this access,
//!    delete the statement.
//! 2. Supply the authorization details of the account that the finding names, or a complete roster
//!    of Identity Center. If the finding names a role, group or user that doesn't exist, remove the
//!    role's session from the trust policy, or delete the assignment.

mod assigned;
mod found;

use super::not_given::not_given;
use crate::arn::{AssumedRoleArn, iam_arn};
use crate::iam::{ASSUME_ROLE, AccessDecision, Effect, PolicyPlace, Principal, Truth};
use crate::moment::Moment;
use crate::policy::{AllowOrDeny as Choice, IdentityKind};
use crate::review::account::{Account, Role};
use crate::review::attempt::{
    Authentication, Entrant, best_as, best_entry, best_of_session, better, is_better,
};
use crate::review::gap::{DetailList, lacking};
use crate::review::link::{RoleLink, role_links};
use crate::review::outsider::trusted_and_not_given;
use crate::review::view::ElevatedTarget;
use crate::review::{ReviewDraft, SetupView, fix, session};
use crate::text;
use crate::untrusted::harmless;
use assigned::assigned;
use found::{EnteringCaller, GrantedWays};

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut found = GrantedWays::default();
    for account in view.setup.accounts() {
        people(view, account, &mut found);
        find_role_ways(view, account, &mut found);
    }
    for (target, links) in &role_links(view) {
        for link in links {
            over_role(view, target, link, &mut found);
        }
    }
    let mut drafts = found.drafts(view);
    drafts.extend(trusting_themselves(view));
    drafts.extend(dangling(view));
    drafts.extend(not_seen(view));
    drafts.extend(assigned(view));
    // The assignments show who can take a permission set, without the account's details.
    let knows_takers = view.has_assignments();
    drafts.extend(not_given(
        view,
        |rules| !knows_takers || rules.arn.permission_set().is_none(),
        |role| text!("who can enter {role}", role),
    ));
    drafts
}

/// Adds users who are in none of a role's groups, and groups without members.
fn people<'a>(view: &SetupView<'a>, account: &'a Account, found: &mut GrantedWays<'a>) {
    for user in account.users.values() {
        let entrant = Entrant::user(account, user);
        let who = EnteringCaller {
            account: account.id,
            arn: &user.arn,
            name: user.name.as_str().into(),
            session: None,
            over: None,
        };
        let may_enter =
            |target: &&ElevatedTarget<'a>| entrant.may_enter(target.account.id, target.role);
        for target in view.elevated.iter().filter(may_enter) {
            let is_outside = SetupView::admits_user(target.rules, account, user).not();
            if !is_outside.is_no() {
                found.add(
                    view,
                    &who,
                    target,
                    only_if(
                        is_outside,
                        best_entry(&entrant, target.account.id, target.role),
                    ),
                );
            }
        }
    }
    for group in account
        .groups
        .values()
        .filter(|group| account.members(group).next().is_none())
    {
        let entrant = Entrant::member(account, group);
        let gap = account.gap(DetailList::Users);
        let name = if gap.is_some() {
            text!("whoever is in it")
        } else {
            text!("no member yet")
        };
        let who = EnteringCaller {
            account: account.id,
            arn: &group.arn,
            name,
            session: None,
            over: None,
        };
        let may_enter =
            |target: &&ElevatedTarget<'a>| entrant.may_enter(target.account.id, target.role);
        for target in view
            .elevated
            .iter()
            .filter(may_enter)
            .filter(|target| !SetupView::admits(target.rules, account.id, group))
        {
            let decision = best_entry(&entrant, target.account.id, target.role);
            found.add(view, &who, target, lacking(decision, gap));
        }
    }
}

/// Adds users who are in none of a role's groups and get in through another role, if chaining is
/// allowed.
fn over_role<'a>(
    view: &SetupView<'a>,
    target: &ElevatedTarget<'a>,
    link: &RoleLink<'a>,
    found: &mut GrantedWays<'a>,
) {
    let (owner, role) = (link.account.id, link.role);
    for account in view.setup.accounts() {
        for user in account.users.values() {
            let is_outside = SetupView::admits_user(target.rules, account, user).not();
            let entrant = Entrant::user(account, user);
            if !is_outside.is_no() && entrant.may_enter(owner, role) {
                let who = EnteringCaller {
                    account: account.id,
                    arn: &user.arn,
                    name: user.name.as_str().into(),
                    session: None,
                    over: Some(link),
                };
                let decision =
                    link.decide_through(|session| best_as(&entrant, owner, role, session));
                found.add(view, &who, target, only_if(is_outside, decision));
            }
        }
    }
}

/// A decision that only counts if something else holds.
fn only_if(holds: Truth, decision: AccessDecision<'_>) -> AccessDecision<'_> {
    AccessDecision {
        allowed: decision.allowed.and(holds),
        ..decision
    }
}

/// Adds roles whose sessions can enter a role that denies chaining, including that role itself.
fn find_role_ways<'a>(view: &SetupView<'a>, account: &'a Account, found: &mut GrantedWays<'a>) {
    let targets: Vec<(ElevatedTarget<'a>, Vec<AssumedRoleArn<'a>>)> = view
        .elevated
        .iter()
        .filter(|target| target.rules.chaining == Choice::Deny)
        .map(|target| (*target, session::named_sessions(target.role).collect()))
        .collect();
    for role in account.roles.values() {
        let any = Entrant::role(account, role);
        for (target, named) in &targets {
            let is_itself = role.arn == target.role.arn;
            if is_itself || !(target.rules.allows(IdentityKind::Service) && is_for_services(role)) {
                enter_from(view, &any, (account, role), (target, named), found);
            }
        }
    }
}

/// The session of a role that gets most access to another role.
fn enter_from<'a>(
    view: &SetupView<'a>,
    any: &Entrant<'a>,
    (account, role): (&'a Account, &'a Role),
    (target, named): (&ElevatedTarget<'a>, &[AssumedRoleArn<'a>]),
    found: &mut GrantedWays<'a>,
) {
    let owner = target.account.id;
    let called = session::called(any, (account, role), (owner, target.role), named);
    let sessions = std::iter::once(any)
        .filter(|any| any.may_enter(owner, target.role))
        .chain(&called);
    let decisions =
        sessions.map(|session| (session.name(), best_of_session(session, owner, target.role)));
    let best = decisions.reduce(|best, next| {
        if is_better(&next.1, &best.1) {
            next
        } else {
            best
        }
    });
    let Some((name, decision)) = best else { return };
    let is_asked_for = named
        .iter()
        .any(|named| session::is_session_of(named, account, role) && named.session == name);
    let session = is_asked_for.then_some(name);
    found.add(
        view,
        &EnteringCaller {
            account: account.id,
            arn: &role.arn,
            name: role.name.as_str().into(),
            session,
            over: None,
        },
        target,
        decision,
    );
}

/// Until this time, AWS let roles trust themselves without a statement. It still does for roles
/// that had used this before.
const TRUSTED_THEMSELVES: &str = "2022-09-22T00:00:00Z";

/// Roles whose own policies allow them to enter themselves, and that are old enough for AWS's
/// implicit trust.
fn trusting_themselves(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut drafts = Vec::new();
    for target in view
        .elevated
        .iter()
        .filter(|target| target.rules.chaining == Choice::Deny)
    {
        let (account, role) = (target.account, target.role);
        let is_new = role.created.is_some_and(|created| {
            TRUSTED_THEMSELVES
                .parse()
                .is_ok_and(|day: Moment| created >= day)
        });
        let entrant = Entrant::role(account, role);
        let explicit = best_of_session(&entrant, account.id, role);
        let is_denied = explicit.denies.iter().any(|grant| grant.applies.is_yes());
        if is_new || is_denied || !explicit.allowed.is_no() {
            continue;
        }
        let own = better(
            entrant.decide_action(ASSUME_ROLE, &role.arn, Authentication::WithoutMfa),
            entrant.decide_action(ASSUME_ROLE, &role.arn, Authentication::PermanentKey),
        );
        let Some(grant) = own.identity.first().filter(|_| !own.allowed.is_no()) else {
            continue;
        };
        let depends = text!(
            "whether AWS still lets the role trust itself implicitly, as roles created before September 22, 2022 could"
        );
        let place = view.role_in_account(target);
        let message = text!(
            "can't tell whether sessions of {place} can enter the role again: the role's own policies allow it, and the answer depends on {depends}",
            place,
            depends
        );
        let draft = ReviewDraft::unproven(target.rules.severity, account.id, &role.arn, message)
            .hanging_on([depends]);
        let fix = fix::without(grant, &[ASSUME_ROLE], &[&role.arn]);
        drafts.push(
            draft
                .quoting(&grant.place, &grant.statement.json, fix)
                .adding(fix::elsewhere(&grant.place)),
        );
    }
    drafts
}

fn is_for_services(role: &Role) -> bool {
    let named = role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .filter_map(|statement| statement.principal.as_ref());
    let mut named = named.flat_map(|principals| &principals.named).peekable();
    named.peek().is_some() && named.all(|principal| matches!(principal, Principal::Service(_)))
}

/// Trusted sessions of roles that don't exist in their account.
fn dangling(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut drafts = Vec::new();
    for target in &view.elevated {
        let statements = target.role.trust.iter().flat_map(|trust| &trust.statements);
        for statement in statements.filter(|statement| {
            statement.effect == Effect::Allow && statement.has_action(ASSUME_ROLE)
        }) {
            for named in session::named_by(statement) {
                let Some(account) = view
                    .setup
                    .account(named.account)
                    .filter(|account| view.policy.trusts(account.id))
                else {
                    continue;
                };
                let Some(role) = named
                    .role_without_path()
                    .filter(|_| session::roles_called(account, named.role_name).is_empty())
                else {
                    continue;
                };
                let (place, shown) = (view.role_in_account(target), view.account_shown(account.id));
                let (session, named_role) = (harmless(named.session), harmless(named.role_name));
                let message = if account.gap(DetailList::Roles).is_some() {
                    text!(
                        "can't tell who can enter {place} as session {session} of role {role}: {shown} has no such role in the supplied files; whoever creates it there can enter",
                        place,
                        session,
                        role = named_role,
                        shown
                    )
                } else {
                    text!(
                        "can't tell who can enter {place} as session {session} of role {role}: {shown} has no such role; whoever creates it there can enter",
                        place,
                        session,
                        role = named_role,
                        shown
                    )
                };
                let fix = fix::without_caller(statement, role.as_str(), target.partition());
                let draft = ReviewDraft::unproven(
                    target.rules.severity,
                    account.id,
                    role.as_str(),
                    message,
                );
                drafts.push(
                    draft
                        .quoting(&PolicyPlace::Resource, &statement.json, fix)
                        .in_trust_of(&target.role.arn),
                );
            }
        }
    }
    drafts
}

/// Trusted accounts that a role trusts and whose people or roles weren't supplied.
fn not_seen(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut drafts = Vec::new();
    for target in &view.elevated {
        for gap in trusted_and_not_given(
            view,
            target,
            &[DetailList::Users, DetailList::Groups, DetailList::Roles],
        ) {
            let (place, shown) = (
                view.role_in_account(target),
                view.account_shown(gap.account),
            );
            let message = text!(
                "can't tell who in {shown} can enter {place}: {gap}",
                shown,
                place,
                gap = view.gap_sentence(gap)
            );
            let root = iam_arn(Some(target.partition()), gap.account, "root");
            drafts.push(
                ReviewDraft::unproven(target.rules.severity, gap.account, &root, message)
                    .for_want_of([gap], place),
            );
        }
    }
    drafts
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_of_permission_sets;
#[cfg(test)]
mod cases_of_sessions;
