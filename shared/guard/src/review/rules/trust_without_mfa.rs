//! RW101 trust-without-mfa
//!
//! ## What it does
//! Fires when an IAM user can enter an elevated role without MFA although the policy requires it
//! (`mfa: required`). rolewatch tries each user twice: with a permanent access key, whose requests
//! don't carry `aws:MultiFactorAuthPresent` at all, and with a session that was started without
//! MFA. MFA may be required by the trust policy, by a policy of the user or group, by a permissions
//! boundary, or by a `Deny` in any of them. If these keep out everyone without MFA, there is no
//! finding. Each violation quotes the trust statement that allows the switch, and the corrected
//! statement.
//!
//! A group that is empty today counts too, because people can join it at any time. rolewatch tries
//! each user of the account as a member, or a new user if the account has none. If the role's entry
//! in the policy has `chaining: allow`, it also tries each user through one other role. Such a
//! finding is about the role that the user enters first.
//!
//! ## Why it matters
//! A condition that looks like it requires MFA often doesn't. `BoolIfExists` in an `Allow` accepts
//! requests without `aws:MultiFactorAuthPresent`, such as those made with permanent access keys.
//! `Bool … false` in a `Deny` misses the same requests. Then anybody with a leaked access key can
//! enter the role.
//!
//! ## Blind spots
//! - This rule doesn't check whose device it is or who may enroll one. RW106 and RW015 look at
//!   devices.
//! - Role sessions and people who sign in through an identity provider aren't checked. A role
//!   session has no MFA of its own; if chaining is denied, RW104 reports which roles can enter.
//!   rolewatch can't see whether people used MFA at an identity provider.
//! - Service control policies, resource control policies and session policies aren't in the files
//!   that rolewatch reads.
//! - Unproven: the answer depends on a condition on the request (an address, a time), or on an
//!   account or users that weren't supplied.
//! - Unproven: the answer depends on who joins an empty group. No current user could enter as a
//!   member, but a new user could.
//!
//! ## What to do
//! 1. In the trust policy, apply the fix that the finding shows: `Bool` on
//!    `aws:MultiFactorAuthPresent`, without `IfExists`.
//! 2. Look for switches without MFA since the change (RW002).
//! 3. Ask whoever changed the statement, on another channel, whether that was intended. If it
//!    wasn't, it is an incident.
//! 4. Have people who use permanent keys name their device in the call (`mfa_serial` in the
//!    profile).
//!
//! If the finding is unproven:
//! 1. Check whether a request without MFA can meet the condition. If it can, require MFA in the
//!    trust policy.
//! 2. Supply the authorization details of the account that the finding names.

use crate::text;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::not_given::not_given;
use crate::iam::{AccessDecision, Principal, Requester, Statement, Truth};
use crate::policy::{AllowOrDeny as Choice, IdentityKind, RolePolicy};
use crate::review::attempt::{Authentication, Entrant, WITHOUT_MFA};
use crate::review::gap::{DetailList, Gap};
use crate::review::joining::joining;
use crate::review::link::{RoleLink, role_links};
use crate::review::outsider::trusted_and_not_given;
use crate::review::view::{ElevatedTarget, listed, name_of};
use crate::review::{ReviewDraft, SetupView, fix};
use crate::untrusted::harmless;

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let users = view
        .setup
        .accounts()
        .flat_map(|account| account.users.values().map(move |user| (account, user)));
    let users: Vec<(Text, Entrant<'_>)> = users
        .map(|(account, user)| {
            (
                Text::data(harmless(&user.name)),
                Entrant::user(account, user),
            )
        })
        .collect();
    let judged = view
        .elevated
        .iter()
        .filter(|target| target.rules.mfa.requires(IdentityKind::IamUser))
        .flat_map(|target| of_role(view, target, &users));
    let links = role_links(view);
    let links = links
        .iter()
        .filter(|(target, _)| target.rules.mfa.requires(IdentityKind::IamUser));
    let over_roles = links.flat_map(|(target, links)| {
        links
            .iter()
            .flat_map(|link| over_role(view, target, link, &users))
    });
    let required = |rules: &RolePolicy| rules.mfa.requires(IdentityKind::IamUser);
    let not_given = not_given(view, required, |role| {
        text!("whether entering {role} requires MFA", role)
    });
    judged
        .chain(over_roles.collect::<Vec<_>>())
        .chain(not_given)
        .collect()
}

/// Who gets in by a statement, and how.
#[derive(Default)]
struct WayIn {
    who: BTreeSet<Text>,
    with_key: bool,
    with_session: bool,
}

/// Ways into a role without MFA.
#[derive(Default)]
struct WaysWithoutMfa {
    /// By the index of the statement in the trust policy.
    sure: BTreeMap<usize, WayIn>,
    /// What it depends on, by the caller who would enter.
    open: BTreeMap<Text, BTreeSet<Text>>,
    /// What wasn't supplied, by the invented caller that represents it.
    gaps: BTreeMap<Text, Gap>,
}

impl WaysWithoutMfa {
    fn add(
        &mut self,
        target: &ElevatedTarget<'_>,
        name: &Text,
        proof: Authentication,
        decision: AccessDecision<'_>,
    ) {
        match decision.allowed {
            Truth::No => {}
            Truth::Open(reasons) => self.open.entry(name.clone()).or_default().extend(reasons),
            Truth::Yes => {
                let statements = statements(target);
                for grant in decision
                    .resource
                    .iter()
                    .filter(|grant| grant.applies.is_yes())
                {
                    let at = statements
                        .iter()
                        .position(|statement| std::ptr::eq(statement, grant.statement))
                        .unwrap_or_default();
                    let way = self.sure.entry(at).or_default();
                    way.who.insert(name.clone());
                    way.with_key |= proof == Authentication::PermanentKey;
                    way.with_session |= proof == Authentication::WithoutMfa;
                }
            }
        }
    }

    /// What wasn't supplied, if the answer depends on nothing else.
    fn only_gaps(&self, open: &BTreeMap<Text, BTreeSet<Text>>) -> Vec<Gap> {
        let only = |(name, reasons): (&Text, &BTreeSet<Text>)| {
            let gap = self.gaps.get(name)?;
            reasons
                .iter()
                .all(|reason| reason.ends_with(&*gap.why_open()))
                .then_some(*gap)
        };
        open.iter()
            .map(only)
            .collect::<Option<_>>()
            .unwrap_or_default()
    }
}

fn statements<'a>(target: &ElevatedTarget<'a>) -> &'a [Statement] {
    target
        .role
        .trust
        .as_ref()
        .map(|trust| trust.statements.as_slice())
        .unwrap_or_default()
}

fn of_role<'a>(
    view: &SetupView<'a>,
    target: &ElevatedTarget<'a>,
    users: &[(Text, Entrant<'a>)],
) -> Vec<ReviewDraft> {
    let (others, gaps) = others(view, target);
    let mut ways = WaysWithoutMfa {
        gaps,
        ..WaysWithoutMfa::default()
    };
    let (owner, role) = (target.account.id, target.role);
    for (name, entrant) in users
        .iter()
        .chain(&others)
        .filter(|(_, entrant)| entrant.may_enter(owner, role))
    {
        for proof in WITHOUT_MFA {
            ways.add(
                target,
                name,
                proof,
                entrant.decide_entry(owner, role, proof),
            );
        }
    }
    for account in view.setup.accounts() {
        for group in account
            .groups
            .values()
            .filter(|group| account.members(group).next().is_none())
        {
            let gap = account.gap(DetailList::Users);
            let name = match gap {
                None => text!(
                    "whoever joins group {name}, which is empty today,",
                    name = harmless(&group.name)
                ),
                Some(_) => text!("whoever is in group {name}", name = harmless(&group.name)),
            };
            ways.gaps.extend(gap.map(|gap| (name.clone(), gap)));
            for proof in WITHOUT_MFA {
                if let Some(decision) = joining(account, group, owner, role, proof) {
                    ways.add(target, &name, proof, decision);
                }
            }
        }
    }
    drafts(target, ways, &view.role_in_account(target))
}

/// If chaining is allowed, MFA must be required at the role that leads to the target.
fn over_role<'a>(
    view: &SetupView<'a>,
    target: &ElevatedTarget<'a>,
    link: &RoleLink<'a>,
    users: &[(Text, Entrant<'a>)],
) -> Vec<ReviewDraft> {
    let mut ways = WaysWithoutMfa::default();
    let (owner, role) = (link.account.id, link.role);
    let first = ElevatedTarget {
        account: link.account,
        role,
        rules: target.rules,
    };
    for (name, entrant) in users
        .iter()
        .filter(|(_, entrant)| entrant.may_enter(owner, role))
    {
        for proof in WITHOUT_MFA {
            ways.add(
                &first,
                name,
                proof,
                link.decide_through(|session| entrant.enter_as(owner, role, proof, session)),
            );
        }
    }
    drafts(
        &first,
        ways,
        &text!(
            "{places} through {through}",
            places = view.role_in_account(target),
            through = link.describe(view)
        ),
    )
}

/// The findings about a role that leads to a place.
fn drafts(target: &ElevatedTarget<'_>, mut ways: WaysWithoutMfa, place: &Text) -> Vec<ReviewDraft> {
    let (account, arn, severity) = (target.account.id, &target.role.arn, target.rules.severity);
    let mut drafts: Vec<ReviewDraft> = Vec::new();
    let mut told = BTreeSet::new();
    for (at, way) in std::mem::take(&mut ways.sure) {
        let Some(statement) = statements(target).get(at) else {
            continue;
        };
        let how = match (way.with_key, way.with_session) {
            (true, true) => {
                text!("with a permanent access key and with a session started without it")
            }
            (true, false) => text!("with a permanent access key"),
            _ => text!("with a session started without it"),
        };
        let message = text!(
            "{names} can enter {place} without MFA, {how}: {why}",
            names = listed(way.who.iter().cloned()),
            place,
            how,
            why = why_weak(&statement.json)
        );
        let fix = fix::demanding_mfa(&statement.json);
        drafts.push(
            ReviewDraft::violation(severity, account, arn, message).quoting(
                &crate::iam::PolicyPlace::Resource,
                &statement.json,
                fix,
            ),
        );
        told.extend(way.who);
    }
    let mut open = std::mem::take(&mut ways.open);
    open.retain(|name, _| !told.contains(name));
    if !open.is_empty() {
        let who = listed(open.keys().cloned());
        let gaps = ways.only_gaps(&open);
        let reasons: BTreeSet<Text> = open.into_values().flatten().collect();
        let depends = listed(reasons.iter().map(Text::harmless));
        let message = text!(
            "can't tell whether {who} can enter {place} without MFA: depends on {depends}",
            who,
            place,
            depends
        );
        let draft = ReviewDraft::unproven(severity, account, arn, message).hanging_on(reasons);
        drafts.push(if gaps.is_empty() {
            draft
        } else {
            draft.for_want_of(gaps, place.clone())
        });
    }
    drafts
}

/// Invented people for lists that weren't supplied, by their name in the finding.
type Unlisted<'a> = (Vec<(Text, Entrant<'a>)>, BTreeMap<Text, Gap>);

/// An invented caller for each trusted account whose users weren't supplied and that the trust
/// policy allows.
fn others<'a>(view: &SetupView<'a>, target: &ElevatedTarget<'a>) -> Unlisted<'a> {
    let Ok(trust) = &target.role.trust else {
        let caller = Requester::somebody(target.account.id);
        return (
            vec![(text!("someone"), Entrant::unseen(caller))],
            BTreeMap::new(),
        );
    };
    let mut unseen: BTreeMap<Text, (Requester, Gap)> = BTreeMap::new();
    let needed: &[DetailList] = match target.rules.chaining {
        // Users are also followed through roles.
        Choice::Allow => &[DetailList::Users, DetailList::Groups, DetailList::Roles],
        Choice::Deny => &[DetailList::Users, DetailList::Groups],
    };
    for gap in trusted_and_not_given(view, target, needed) {
        let account = gap.account;
        let listed = view.setup.account(account);
        unseen.insert(
            text!("people in {account}", account = view.account_shown(account)),
            (Requester::somebody(account), gap),
        );
        for principal in trust
            .statements
            .iter()
            .filter_map(|statement| statement.principal.as_ref())
            .flat_map(|named| &named.named)
        {
            if let Principal::Arn(arn) = principal
                && arn.contains(":user/")
                && principal.account() == Some(account)
                && !listed.is_some_and(|account| account.users.contains_key(arn))
            {
                unseen.insert(name_of(arn).into(), (Requester::user(account, arn), gap));
            }
        }
    }
    let gaps = unseen
        .iter()
        .map(|(who, (_, gap))| (who.clone(), *gap))
        .collect();
    (
        unseen
            .into_iter()
            .map(|(who, (caller, gap))| (who, Entrant::unseen_because(caller, gap.why_open())))
            .collect(),
        gaps,
    )
}

/// The reason in the statement.
fn why_weak(statement: &Value) -> Text {
    let condition = statement.get("Condition").and_then(Value::as_object);
    let asks = |operator: &str| {
        condition.into_iter().flatten().any(|(written, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            written.eq_ignore_ascii_case(operator)
                && keys
                    .into_iter()
                    .any(|(key, _)| key.eq_ignore_ascii_case("aws:MultiFactorAuthPresent"))
        })
    };
    if asks("BoolIfExists") {
        text!(
            "`BoolIfExists` in this statement of the trust policy allows requests that have no aws:MultiFactorAuthPresent, such as those made with permanent keys"
        )
    } else {
        text!("this statement of the trust policy doesn't require it, and nothing else does")
    }
}

#[cfg(test)]
mod cases;
