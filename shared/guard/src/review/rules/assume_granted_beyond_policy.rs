//! RW104 assume-granted-beyond-policy
//!
//! ## What it does
//! Fires when a user, a group or a role that the policy does not let in may enter an elevated role all the same. Every user of the given
//! accounts is tried with all their policies (inline, managed, of their groups), permission boundary and the role's trust policy, wildcards,
//! `NotAction`, `NotResource` and every deny included; a group without members is tried with somebody made up. The finding is about whoever holds
//! the statement: the group, or the user or role itself.
//!
//! Roles are tried too, unless the entry has `chaining: allow`; then each user is tried through them, one role back. A trust policy may name a
//! session (`assumed-role/Jump/alice`): whoever enters Jump chooses the session's name, so all of them can enter. The ARN of a session lacks the role's path; the role is found by its name. A role that
//! can enter itself is found as well, because its sessions then never have to end.
//!
//! ## Why it matters
//! The group is what people agreed on; the policies are what AWS does. They drift apart by a policy attached to the wrong group, or by
//! `Allow sts:AssumeRole *`, and then RW001 finds the switch after it has happened.
//!
//! ## Blind spots
//! - Trusted accounts whose users, groups or roles were not given are unproven, each once.
//! - Whether anybody can be in a role that may chain is not asked where chaining is denied. Where it is allowed, chains of several roles, services
//!   and people of an identity provider are not followed. Service control policies are not in the files.
//! - Unproven: it depends on a condition on the request.
//! - Unproven: a session is named of a role that does not exist. IAM allows that, and whoever creates the role can enter.
//! - Unproven: a role made before September 22, 2022 whose own policies let it enter itself. AWS trusts some of these without a statement in the
//!   trust policy; CloudTrail then shows `explicitTrustGrant: false`.
//!
//! ## What to do
//! 1. Put the corrected statement into the policy that is named, or leave it and add the group to the entry, if it is meant.
//! 2. Look for switches that came this way: RW001 and RW011 in the logs.
//! 3. Unproven: give the authorization details of the account that is named, remove the condition, or remove the session of a role that does
//!    not exist.

use std::collections::{BTreeMap, BTreeSet};

use super::not_given;
use crate::arn::{AssumedRoleArn, iam_arn};
use crate::iam::{Decision, Effect, Grant, Place, Principal, Truth};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::policy::{Decision as Choice, IdentityKind, Severity};
use crate::review::account::{Account, Role};
use crate::review::attempt::{
    ASSUME, Entrant, Proof, best, best_as, best_of_session, better, is_better,
};
use crate::review::gap::{List, lacking};
use crate::review::link::{Link, links};
use crate::review::outsider::trusted_and_not_given;
use crate::review::view::{Elevated, listed, name_of};
use crate::review::{Draft, View, fix, session};
use crate::untrusted::harmless;

pub(super) fn check(view: &View<'_>) -> Vec<Draft> {
    let mut found = Found::default();
    for account in view.setup.accounts() {
        people(view, account, &mut found);
        roles(view, account, &mut found);
    }
    for (target, links) in &links(view) {
        for link in links {
            over_role(view, target, link, &mut found);
        }
    }
    let mut drafts = found.drafts(view);
    drafts.extend(trusting_themselves(view));
    drafts.extend(dangling(view));
    drafts.extend(not_seen(view));
    drafts.extend(not_given(
        view,
        |_| true,
        |role| format!("who may enter {role}"),
    ));
    drafts
}

/// Whoever comes in.
struct Who<'w, 'a> {
    account: AccountId,
    arn: &'w str,
    /// How the finding calls them.
    name: String,
    /// The name that their session has to have, for a role of which only that one is trusted.
    session: Option<String>,
    /// The role that they come over.
    over: Option<&'w Link<'a>>,
}

/// A statement that lets somebody in who is not meant; the targets are those it opens.
struct Way<'a> {
    account: AccountId,
    place: Place,
    grant: Option<Grant<'a>>,
    targets: Vec<Elevated<'a>>,
    who: BTreeSet<String>,
    sessions: BTreeSet<String>,
    /// The role whose sessions enter the targets, if that is not the subject itself.
    over: Option<&'a Role>,
    /// How it is called, and as whom it enters.
    over_shown: BTreeSet<String>,
    /// What it depends on; `None`: it is sure for somebody.
    open: Option<BTreeSet<String>>,
}

/// Ways by subject, place (of a trust policy also the role) and statement.
#[derive(Default)]
struct Found<'a>(BTreeMap<(String, Place, &'a str, String), Way<'a>>);

impl<'a> Found<'a> {
    /// Takes in how somebody comes in.
    fn add(
        &mut self,
        view: &View<'_>,
        who: &Who<'_, 'a>,
        target: &Elevated<'a>,
        decision: Decision<'a>,
    ) {
        if decision.allowed.is_no() {
            return;
        }
        let Decision {
            allowed,
            identity,
            resource,
            ..
        } = decision;
        for grant in grants(&allowed, identity, resource) {
            let way = self.way(who, target, grant);
            way.who.insert(harmless(&who.name));
            way.sessions.extend(who.session.as_deref().map(harmless));
            way.over_shown.extend(who.over.map(|link| link.shown(view)));
            let mut targets = way.targets.iter();
            if !targets.any(|known| std::ptr::eq(known.role, target.role)) {
                way.targets.push(*target);
            }
            match (&allowed, &mut way.open) {
                (Truth::Open(reasons), Some(open)) => open.extend(reasons.iter().cloned()),
                _ => way.open = None,
            }
        }
    }

    /// The way by this statement, new if nobody came by it before.
    fn way(
        &mut self,
        who: &Who<'_, 'a>,
        target: &Elevated<'a>,
        grant: Option<Grant<'a>>,
    ) -> &mut Way<'a> {
        let place = grant
            .as_ref()
            .map_or(Place::Resource, |grant| grant.place.clone());
        let subject = place.holder().unwrap_or(who.arn).to_owned();
        let quoted = grant
            .as_ref()
            .map(|grant| grant.statement.json.to_string())
            .unwrap_or_default();
        let over = who.over.map(|link| link.role);
        let of = match over {
            Some(role) => role.arn.as_str(),
            None if place == Place::Resource => target.role.arn.as_str(),
            None => "",
        };
        self.0
            .entry((subject, place.clone(), of, quoted))
            .or_insert_with(|| Way {
                account: who.account,
                place,
                grant,
                targets: Vec::new(),
                who: BTreeSet::new(),
                sessions: BTreeSet::new(),
                over,
                over_shown: BTreeSet::new(),
                open: Some(BTreeSet::new()),
            })
    }

    fn drafts(self, view: &View<'_>) -> Vec<Draft> {
        self.0
            .into_iter()
            .map(|((subject, ..), way)| way.draft(view, &subject))
            .collect()
    }
}

/// The statements that let somebody in; one `None`: no statement of the files does.
///
/// What is sure is told first; what hangs on a condition beside it matters once that is gone.
/// Within an account the trust policy alone may let somebody in.
fn grants<'a>(
    allowed: &Truth,
    mut identity: Vec<Grant<'a>>,
    mut resource: Vec<Grant<'a>>,
) -> Vec<Option<Grant<'a>>> {
    if allowed.is_yes() {
        identity.retain(|grant| grant.applies.is_yes());
        resource.retain(|grant| grant.applies.is_yes());
    }
    let grants = if identity.is_empty() {
        resource
    } else {
        identity
    };
    if grants.is_empty() {
        return vec![None];
    }
    grants.into_iter().map(Some).collect()
}

impl Way<'_> {
    fn draft(mut self, view: &View<'_>, subject: &str) -> Draft {
        self.targets
            .sort_by_key(|target| (target.account.id, &target.role.arn));
        let severity = self
            .targets
            .iter()
            .map(|target| target.rules.severity)
            .max()
            .unwrap_or(Severity::High);
        let enter = self.entering(view, subject);
        let groups: BTreeSet<&str> = self
            .targets
            .iter()
            .flat_map(|target| &target.rules.groups)
            .map(|group| group.written.as_str())
            .collect();
        let allowed = if groups.is_empty() {
            "no group".to_owned()
        } else {
            listed(groups.into_iter().map(harmless))
        };
        let draft = match self.open {
            None => {
                let message = format!("{enter}; the policy lets in {allowed}");
                Draft::violation(severity, self.account, subject, message)
            }
            Some(reasons) => {
                let depends = listed(reasons.iter().map(|reason| harmless(reason)));
                let message = format!(
                    "can't tell whether {enter}: depends on {depends}; the policy lets in {allowed}"
                );
                Draft::unproven(severity, self.account, subject, message).hanging_on(reasons)
            }
        };
        let Some(grant) = self.grant else {
            return draft;
        };
        let roles: Vec<&str> = match self.over {
            Some(role) => vec![&role.arn],
            None => self
                .targets
                .iter()
                .map(|target| target.role.arn.as_str())
                .collect(),
        };
        if let (Place::Resource, Some(target), Some(role)) =
            (&self.place, self.targets.first(), roles.first())
        {
            let fix = fix::without_caller(grant.statement, subject, target.partition());
            return draft
                .quoting(&self.place, &grant.statement.json, fix)
                .in_trust_of(role);
        }
        let fix = fix::without(&grant, &[ASSUME], &roles);
        draft
            .quoting(&self.place, &grant.statement.json, fix)
            .adding(&fix::elsewhere(&self.place))
    }

    /// `tom may enter UpdateApp in production`
    fn entering(&self, view: &View<'_>, subject: &str) -> String {
        let mut places = view.places(&self.targets);
        if self.over.is_some() {
            places = format!(
                "{places} through {}",
                listed(self.over_shown.iter().cloned())
            );
        }
        let name = name_of(subject);
        if subject.contains(":group/") {
            return format!(
                "group {name} ({}) may enter {places}",
                listed(self.who.iter().cloned())
            );
        }
        if !subject.contains(":role/") {
            return format!("{name} may enter {places}");
        }
        if self.targets.iter().all(|target| target.role.arn == subject) {
            return format!("sessions of {places} may enter the role again");
        }
        if self.sessions.is_empty() {
            return format!("sessions of role {name} may enter {places}");
        }
        let sessions = listed(self.sessions.iter().cloned());
        let called = format!(
            "sessions of role {name} may enter {places} as {sessions} (whoever enters {name} chooses the session's name"
        );
        let several = view
            .setup
            .account(self.account)
            .map(|account| session::roles_called(account, &name))
            .unwrap_or_default();
        if several.len() < 2 {
            return format!("{called})");
        }
        let arns = listed(several.into_iter().map(|role| harmless(&role.arn)));
        format!("{called}; the ARN of a session has no path, so it fits {arns})")
    }
}

/// Users who are in none of a role's groups, and groups that nobody is in.
fn people<'a>(view: &View<'a>, account: &'a Account, found: &mut Found<'a>) {
    for user in account.users.values() {
        let entrant = Entrant::user(account, user);
        let who = Who {
            account: account.id,
            arn: &user.arn,
            name: user.name.clone(),
            session: None,
            over: None,
        };
        let may_enter = |target: &&Elevated<'a>| entrant.may_enter(target.account.id, target.role);
        for target in view.elevated.iter().filter(may_enter) {
            let is_outside = View::admits_user(target.rules, account, user).not();
            if !is_outside.is_no() {
                found.add(
                    view,
                    &who,
                    target,
                    only_if(is_outside, best(&entrant, target.account.id, target.role)),
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
        let gap = account.gap(List::Users);
        let name = if gap.is_some() {
            "whoever is in it"
        } else {
            "no member yet"
        };
        let who = Who {
            account: account.id,
            arn: &group.arn,
            name: name.to_owned(),
            session: None,
            over: None,
        };
        let may_enter = |target: &&Elevated<'a>| entrant.may_enter(target.account.id, target.role);
        for target in view
            .elevated
            .iter()
            .filter(may_enter)
            .filter(|target| !View::admits(target.rules, account.id, group))
        {
            let decision = best(&entrant, target.account.id, target.role);
            found.add(view, &who, target, lacking(decision, gap));
        }
    }
}

/// Users who are in none of a role's groups and come in over another role, where chaining is
/// allowed.
fn over_role<'a>(view: &View<'a>, target: &Elevated<'a>, link: &Link<'a>, found: &mut Found<'a>) {
    let (owner, role) = (link.account.id, link.role);
    for account in view.setup.accounts() {
        for user in account.users.values() {
            let is_outside = View::admits_user(target.rules, account, user).not();
            let entrant = Entrant::user(account, user);
            if !is_outside.is_no() && entrant.may_enter(owner, role) {
                let who = Who {
                    account: account.id,
                    arn: &user.arn,
                    name: user.name.clone(),
                    session: None,
                    over: Some(link),
                };
                let decision = link.over(|session| best_as(&entrant, owner, role, session));
                found.add(view, &who, target, only_if(is_outside, decision));
            }
        }
    }
}

/// A decision that counts only if something else holds.
fn only_if(holds: Truth, decision: Decision<'_>) -> Decision<'_> {
    Decision {
        allowed: decision.allowed.and(holds),
        ..decision
    }
}

/// Roles whose sessions enter where chaining is denied; also those that enter themselves.
fn roles<'a>(view: &View<'a>, account: &'a Account, found: &mut Found<'a>) {
    let targets: Vec<(Elevated<'a>, Vec<AssumedRoleArn<'a>>)> = view
        .elevated
        .iter()
        .filter(|target| target.rules.chaining == Choice::Deny)
        .map(|target| (*target, session::named(target.role).collect()))
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

/// The session of a role that leads furthest into another.
fn enter_from<'a>(
    view: &View<'a>,
    any: &Entrant<'a>,
    (account, role): (&'a Account, &'a Role),
    (target, named): (&Elevated<'a>, &[AssumedRoleArn<'a>]),
    found: &mut Found<'a>,
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
        .any(|named| session::is_of(named, account, role) && named.session == name);
    let session = is_asked_for.then_some(name);
    found.add(
        view,
        &Who {
            account: account.id,
            arn: &role.arn,
            name: role.name.clone(),
            session,
            over: None,
        },
        target,
        decision,
    );
}

/// AWS let roles trust themselves without saying so, and still lets those that had done it before
/// this.
const TRUSTED_THEMSELVES: &str = "2022-09-22T00:00:00Z";

/// Roles that their own policies let enter themselves, and that are old enough for AWS to trust
/// them with it.
fn trusting_themselves(view: &View<'_>) -> Vec<Draft> {
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
            entrant.can(ASSUME, &role.arn, Proof::WithoutMfa),
            entrant.can(ASSUME, &role.arn, Proof::PermanentKey),
        );
        let Some(grant) = own.identity.first().filter(|_| !own.allowed.is_no()) else {
            continue;
        };
        let depends = "whether AWS still lets the role trust itself without saying so, as roles could that were made before September 22, 2022";
        let place = view.place(target);
        let message = format!(
            "can't tell whether sessions of {place} may enter the role again: its own policies allow it, and it depends on {depends}"
        );
        let draft = Draft::unproven(target.rules.severity, account.id, &role.arn, message)
            .hanging_on([depends.to_owned()]);
        let fix = fix::without(grant, &[ASSUME], &[&role.arn]);
        drafts.push(
            draft
                .quoting(&grant.place, &grant.statement.json, fix)
                .adding(&fix::elsewhere(&grant.place)),
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

/// Sessions of roles that don't exist in the account that is named.
fn dangling(view: &View<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for target in &view.elevated {
        let statements = target.role.trust.iter().flat_map(|trust| &trust.statements);
        for statement in statements
            .filter(|statement| statement.effect == Effect::Allow && statement.has_action(ASSUME))
        {
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
                let (place, shown) = (view.place(target), view.account_shown(account.id));
                let message = format!(
                    "can't tell who may enter {place} as session {} of role {}: {shown} has no such role{}; whoever creates it there can enter",
                    harmless(named.session),
                    harmless(named.role_name),
                    if account.gap(List::Roles).is_some() {
                        " in what was given"
                    } else {
                        ""
                    }
                );
                let fix = fix::without_caller(statement, role.as_str(), target.partition());
                let draft =
                    Draft::unproven(target.rules.severity, account.id, role.as_str(), message);
                drafts.push(
                    draft
                        .quoting(&Place::Resource, &statement.json, fix)
                        .in_trust_of(&target.role.arn),
                );
            }
        }
    }
    drafts
}

/// Accounts of the zone of trust that a role trusts and whose people or roles were not given.
fn not_seen(view: &View<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for target in &view.elevated {
        for gap in trusted_and_not_given(view, target, &[List::Users, List::Groups, List::Roles]) {
            let (place, shown) = (view.place(target), view.account_shown(gap.account));
            let message = format!(
                "can't tell who of {shown} may enter {place}: {}",
                view.lacks(gap)
            );
            let root = iam_arn(Some(target.partition()), gap.account, "root");
            drafts.push(
                Draft::unproven(target.rules.severity, gap.account, &root, message)
                    .for_want_of([gap], &place),
            );
        }
    }
    drafts
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_of_sessions;
