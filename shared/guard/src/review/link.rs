//! Roles from which an elevated role can be entered if its entry allows chaining. Whoever can enter
//! such a role gets in, regardless of their groups and whether they used MFA.

use super::account::{Account, Role};
use super::attempt::{Entrant, best_of_session};
use super::session;
use super::view::{ElevatedTarget, SetupView, name_of};
use crate::iam::{AccessDecision, Truth};
use crate::policy;
use crate::text;
use crate::text::Text;

/// A role whose sessions can enter another role.
pub(super) struct RoleLink<'a> {
    pub(super) account: &'a Account,
    pub(super) role: &'a Role,
    /// The name that the session must have; `None`: any name.
    session: Option<String>,
    /// Whether the session can enter; never `No`.
    leads: Truth,
}

/// The roles from which each elevated role with chaining can be entered. Only one role back, not
/// further.
pub(super) fn role_links<'a>(view: &SetupView<'a>) -> Vec<(ElevatedTarget<'a>, Vec<RoleLink<'a>>)> {
    let chained = view
        .elevated
        .iter()
        .filter(|target| target.rules.chaining == policy::AllowOrDeny::Allow);
    let mut links: Vec<(ElevatedTarget<'a>, Vec<RoleLink<'a>>)> =
        chained.map(|target| (*target, Vec::new())).collect();
    if links.is_empty() {
        return links;
    }
    for account in view.setup.accounts() {
        for role in account.roles.values() {
            let any = Entrant::role(account, role);
            for (target, found) in links
                .iter_mut()
                .filter(|(target, _)| target.role.arn != role.arn)
            {
                found.extend(links_into(target, account, role, &any));
            }
        }
    }
    links
}

fn links_into<'a>(
    target: &ElevatedTarget<'a>,
    account: &'a Account,
    role: &'a Role,
    any: &Entrant<'a>,
) -> Vec<RoleLink<'a>> {
    let owner = target.account.id;
    let link = |session: Option<String>, leads: Truth| RoleLink {
        account,
        role,
        session,
        leads,
    };
    let by_any = if any.may_enter(owner, target.role) {
        best_of_session(any, owner, target.role).allowed
    } else {
        Truth::No
    };
    if by_any.is_yes() {
        return vec![link(None, by_any)];
    }
    let named: Vec<_> = session::named_sessions(target.role).collect();
    let called = session::called(any, (account, role), (owner, target.role), &named);
    let by_name = called.iter().map(|session| {
        link(
            Some(session.name()),
            best_of_session(session, owner, target.role).allowed,
        )
    });
    std::iter::once(link(None, by_any))
        .chain(by_name)
        .filter(|link| !link.leads.is_no())
        .collect()
}

impl<'a> RoleLink<'a> {
    /// How much access somebody gets through the role, given how they can enter it.
    pub(super) fn decide_through(
        &self,
        enter: impl FnOnce(Option<&str>) -> AccessDecision<'a>,
    ) -> AccessDecision<'a> {
        let decision = enter(self.session.as_deref());
        let allowed = decision.allowed.clone().and(self.leads.clone());
        AccessDecision {
            allowed,
            ..decision
        }
    }

    /// `role Jump in development`, with the session's name if it must have one.
    pub(super) fn describe(&self, view: &SetupView<'_>) -> Text {
        let role = name_of(&self.role.arn);
        let account = view.account_shown(self.account.id);
        match &self.session {
            Some(session) => text!(
                "role {role} in {account} as {session}",
                role,
                account,
                session = crate::untrusted::harmless(session)
            ),
            None => text!("role {role} in {account}", role, account),
        }
    }
}

#[cfg(test)]
mod tests;
