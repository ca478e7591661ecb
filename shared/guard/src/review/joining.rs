//! People who may join a group that has no members today. Groups for just-in-time access are empty
//! most of the time.

use super::account::{Account, Group, Role};
use super::attempt::{Authentication, Entrant, better, is_better};
use super::gap::{DetailList, lacking};
use crate::iam::{AccessDecision, Principal, Requester, Truth};
use crate::id::AccountId;
use crate::text;

/// How much access somebody gets by joining a group; `None`: the group gives no access, or nobody
/// of the account would get in.
///
/// The account's users can join, and their other restrictions (a Deny of another group, a boundary)
/// still apply. If none of them would get in but a new user would, the answer depends on who joins.
/// If the users weren't supplied, it depends on them.
pub(super) fn joining<'a>(
    account: &'a Account,
    group: &'a Group,
    owner: AccountId,
    role: &'a Role,
    proof: Authentication,
) -> Option<AccessDecision<'a>> {
    let new = Entrant::member(account, group);
    if !new.is_granted(&role.arn) || is_closed(account, owner, role, proof) {
        return None;
    }
    let by_new = lacking(
        new.decide_entry(owner, role, proof),
        account.gap(DetailList::Users),
    );
    let mut best: Option<AccessDecision<'a>> = None;
    for user in account.users.values() {
        let joined = Entrant::joined(account, user, group);
        if !joined.may_enter(owner, role) {
            continue;
        }
        let decision = joined.decide_entry(owner, role, proof);
        if decision.allowed.is_yes() {
            return Some(decision);
        }
        best = Some(match best {
            Some(best) => better(best, decision),
            None => decision,
        });
    }
    match best {
        Some(best) if is_better(&by_new, &best) => Some(AccessDecision {
            allowed: Truth::open(text!("who joins it: no current user could enter")),
            ..by_new
        }),
        Some(best) => Some(best),
        None => Some(by_new),
    }
}

/// Whether a role's trust policy denies everybody of an account, whatever their own policies allow.
fn is_closed(account: &Account, owner: AccountId, role: &Role, proof: Authentication) -> bool {
    let statements = role.trust.iter().flat_map(|trust| &trust.statements);
    let mut named = statements
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|principals| &principals.named);
    let names_users = named
        .any(|named| matches!(named, Principal::Arn(_)) && named.account() == Some(account.id));
    let anybody = Entrant::unseen(Requester::somebody(account.id));
    !names_users && anybody.decide_entry(owner, role, proof).allowed.is_no()
}
