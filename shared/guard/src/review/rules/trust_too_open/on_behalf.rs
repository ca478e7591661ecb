//! Services that act on behalf of an account that isn't trusted.

use crate::text;
use std::collections::BTreeSet;

use super::accounts::RoleTrust;
use super::mentions::accounts_in;
use crate::iam::{
    AccessDecision, Condition, ContextValue, Principal, Requester, RequesterKind, Statement, Truth,
};
use crate::id::AccountId;
use crate::review::attempt::{Authentication, Choice, Entrant};
use crate::review::view::{ElevatedTarget, listed};
use crate::review::{ReviewDraft, SetupView, fix};
use crate::untrusted::harmless;

/// The finding about services that act on behalf of an account that isn't trusted, because the
/// statement's conditions name it.
pub(super) fn on_behalf<'a>(
    view: &'a SetupView<'a>,
    target: &ElevatedTarget<'a>,
    statement: &'a Statement,
) -> Vec<ReviewDraft> {
    let principals = statement
        .principal
        .iter()
        .filter(|principals| !principals.all_but)
        .flat_map(|principals| &principals.named);
    let services = principals.filter_map(|principal| match principal {
        Principal::Service(name) => Some(name.as_str()),
        Principal::Everyone => Some("*"),
        _ => None,
    });
    let is_source = |condition: &&Condition| {
        ["aws:sourceaccount", "aws:sourcearn"]
            .contains(&condition.key.to_ascii_lowercase().as_str())
    };
    let asked: Vec<&Condition> = statement.conditions.iter().filter(is_source).collect();
    let named: BTreeSet<AccountId> = asked
        .iter()
        .flat_map(|condition| &condition.values)
        .flat_map(|value| accounts_in(value))
        .collect();
    let outside: Vec<AccountId> = named
        .into_iter()
        .filter(|account| !view.policy.trusts(*account))
        .collect();
    let trusted = RoleTrust {
        view,
        target,
        statement,
    };
    services
        .filter_map(|service| {
            let comes = |account: &&AccountId| trusted.serves(service, **account, &asked);
            let accounts = listed(
                outside
                    .iter()
                    .filter(comes)
                    .map(|id| text!("account {account}", account = id)),
            );
            let who = if service == "*" {
                text!("services")
            } else {
                harmless(service).into()
            };
            let fix = fix::without_kind(&statement.json, "Service");
            let message = text!(
                "{place} trusts {who} on behalf of {accounts}, outside the accounts in the policy",
                place = view.role_in_account(target),
                who,
                accounts
            );
            (!accounts.is_empty()).then(|| trusted.violation(target.rules.severity, message, fix))
        })
        .collect()
}

impl RoleTrust<'_, '_> {
    /// Whether the role allows a service to act for this account.
    fn serves(&self, service: &str, account: AccountId, asked: &[&Condition]) -> bool {
        let caller = Requester {
            account,
            arn: service.to_owned(),
            id: None,
            kind: RequesterKind::Service,
            has_boundary: false,
        };
        let arns = asked
            .iter()
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:SourceArn"));
        let of_account = |value: &&String| accounts_in(value).any(|other| other == account);
        let arns = arns
            .flat_map(|condition| &condition.values)
            .filter(of_account);
        let mut arns: Vec<ContextValue> = arns
            .map(|arn| ContextValue::Values(vec![arn.replace(['*', '?'], "x")]))
            .collect();
        if arns.is_empty() {
            arns.push(ContextValue::Unknown);
        }
        let entrant = Entrant::outsider(caller, None, &self.view.anything)
            .carrying([(
                "aws:SourceAccount",
                ContextValue::Values(vec![account.to_string()]),
            )])
            .choosing(vec![Choice::one_of("aws:SourceArn", arns)]);
        let goal = |decision: &AccessDecision<'_>| {
            let of_statement = decision
                .resource
                .iter()
                .filter(|grant| std::ptr::eq(grant.statement, self.statement));
            Truth::any(of_statement.map(|grant| grant.applies.clone()))
                .and(decision.allowed.clone())
        };
        let decision = entrant.decide_goal(
            self.target.account.id,
            self.target.role,
            Authentication::PermanentKey,
            true,
            &goal,
        );
        decision.allowed.is_yes()
    }
}
