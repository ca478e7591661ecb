//! Role sessions that a trust policy names: `arn:aws:sts::111122223333:assumed-role/Jump/alice`.
//!
//! The person who enters the role chooses the session's name, so such a principal trusts everybody
//! who can enter the role. The ARN lacks the role's path: only the role's account and name are
//! known. IAM doesn't check that the role exists.

use std::collections::BTreeSet;

use super::account::{Account, Role};
use super::attempt::Entrant;
use crate::arn::{AssumedRoleArn, RoleArn};
use crate::iam::{Context, Effect, Principal, Statement};
use crate::id::AccountId;

/// The actions for entering a role.
pub(super) const ENTERING: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

/// The sessions that any statement of a trust policy names, in `Principal` or `NotPrincipal`.
pub(super) fn named_sessions(role: &Role) -> impl Iterator<Item = AssumedRoleArn<'_>> {
    role.trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .flat_map(named_by)
}

/// The sessions that a statement names.
pub(super) fn named_by(statement: &Statement) -> impl Iterator<Item = AssumedRoleArn<'_>> {
    let named = statement
        .principal
        .iter()
        .flat_map(|principals| &principals.named);
    named.filter_map(|principal| {
        if let Principal::Arn(arn) = principal {
            AssumedRoleArn::parse(arn)
        } else {
            None
        }
    })
}

/// Whether it's a session of this role, as far as its ARN shows.
pub(super) fn is_session_of(named: &AssumedRoleArn<'_>, account: &Account, role: &Role) -> bool {
    named.account == account.id && named.role_name == role.name
}

/// The same for the ARN of the role.
pub(super) fn is_of_role(session: &str, role: &str) -> bool {
    let (Some(session), Ok(role)) = (AssumedRoleArn::parse(session), RoleArn::parse(role)) else {
        return false;
    };
    session.account == role.account() && session.role_name == role.name()
}

/// The roles of an account with a name. IAM allows each name once, whatever the path; files may
/// contain more.
pub(super) fn roles_called<'a>(account: &'a Account, name: &str) -> Vec<&'a Role> {
    account
        .roles
        .values()
        .filter(|role| role.name == name)
        .collect()
}

/// Sessions of a role that may get more access to another role than one with an arbitrary name:
/// those that the other role's trust policy names or requires.
pub(super) fn called<'a>(
    any: &Entrant<'a>,
    (account, role): (&'a Account, &'a Role),
    (owner, target): (AccountId, &'a Role),
    named: &[AssumedRoleArn<'_>],
) -> Vec<Entrant<'a>> {
    let of_role = named
        .iter()
        .filter(|named| is_session_of(named, account, role));
    let mut names: BTreeSet<String> = of_role.map(|named| named.session.to_owned()).collect();
    if names.is_empty() && !any.may_enter(owner, target) {
        return Vec::new();
    }
    names.extend(any.asked_by_id(target).filter(|name| !name.is_empty()));
    if !names.is_empty() {
        // A Deny may name the usual session.
        names.insert("other".to_owned());
    }
    let called = names.into_iter().filter(|name| can_be_called(role, name));
    called
        .map(|name| Entrant::session(account, role, &name))
        .filter(|entrant| entrant.may_enter(owner, target))
        .collect()
}

/// Whether anybody can have a session of the role with this name: the role's trust policy may
/// require other names.
fn can_be_called(role: &Role, session: &str) -> bool {
    let Ok(trust) = &role.trust else { return true };
    let context = Context::partial().with_value("sts:RoleSessionName", session);
    trust.statements.iter().any(|statement| {
        let enters = ENTERING.iter().any(|action| statement.has_action(action));
        statement.effect == Effect::Allow && enters && !statement.conditions_hold(&context).is_no()
    })
}
