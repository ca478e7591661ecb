//! Somebody of an account outside, whose own policies say what they like.

use super::{Elevated, View};
use crate::arn::glob_matches;
use crate::iam::{Caller, Condition, Context, Statement, Truth};
use crate::id::AccountId;
use crate::review::attempt::{Entrant, Proof, better};

/// Whether a statement lets in somebody of an account that may say of its people what it likes.
pub(super) fn lets_in<'a>(
    view: &'a View<'a>,
    target: &Elevated<'a>,
    statement: &'a Statement,
    other: AccountId,
    named: Option<&str>,
) -> Truth {
    let asked = |key: &'static str| statement.conditions.iter().filter(move |condition| condition.key.eq_ignore_ascii_case(key));
    // ARN, name and tags are for the outsider to choose; so a condition on them is met by somebody made up to meet it.
    let arns = asked("aws:PrincipalArn").flat_map(|condition| &condition.values).filter_map(|pattern| made_up(pattern, other));
    let anything = Context::partial();
    let names = asked("aws:username").flat_map(|condition| condition.examples(&anything));
    let users =
        std::iter::once("outsider".to_owned()).chain(names).map(|name| format!("arn:{}:iam::{other}:user/{name}", target.partition()));
    let tags: Vec<(String, String)> = tags(statement).collect();
    let mut best: Option<crate::iam::Decision<'a>> = None;
    for arn in users.chain(arns) {
        for tags in [Vec::new(), tags.clone()] {
            let entrant = outsider(view, other, named, Some(&arn)).bearing(tags);
            let decision = entrant.enter(target.account.id, target.role, Proof::WithMfa);
            best = Some(match best {
                Some(best) => better(best, decision),
                None => decision,
            });
        }
    }
    let Some(decision) = best else { return Truth::No };
    let applies = decision.resource.iter().filter(|grant| std::ptr::eq(grant.statement, statement)).map(|grant| grant.applies.clone());
    // What the role as a whole says counts, but only for what this statement adds.
    Truth::any(applies).and(decision.allowed)
}

pub(super) fn outsider<'a>(view: &'a View<'a>, other: AccountId, named: Option<&str>, arn: Option<&str>) -> Entrant<'a> {
    let caller = match named {
        Some(named) if named.contains(":role/") => Caller::session(other, named, "outsider"),
        Some(named) => Caller::user(other, named),
        None => Caller::somebody(other),
    };
    Entrant::outsider(caller, named.or(arn), &view.anything)
}

/// Tags that meet the statement's conditions on tags, as far as one value each can.
fn tags(statement: &Statement) -> impl Iterator<Item = (String, String)> {
    let of_tags = |condition: &&Condition| condition.key.to_ascii_lowercase().starts_with("aws:principaltag/");
    let asked = statement.conditions.iter().filter(of_tags);
    asked.filter_map(|condition| Some((condition.key.clone(), condition.examples(&Context::partial()).next()?)))
}

/// An ARN of the account that fits the pattern.
fn made_up(pattern: &str, account: AccountId) -> Option<String> {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let [arn, partition, service, region, owner, resource] = parts.as_slice() else { return None };
    if !glob_matches(owner, &account.to_string()) {
        return None;
    }
    let partition = if *partition == "*" { "aws" } else { partition };
    let plain = |text: &str| text.replace('*', "").replace('?', "x");
    Some(format!("{arn}:{partition}:{}:{}:{account}:{}", plain(service), plain(region), plain(resource)))
}

/// An account that nobody listed.
pub(super) fn stranger(view: &View<'_>) -> AccountId {
    let made_up = (0_u8..=9).filter_map(|digit| format!("{digit}").repeat(12).parse().ok());
    let mut unknown = made_up.filter(|id| !view.policy.trusts(*id) && view.setup.account(*id).is_none());
    unknown.next().unwrap_or(AccountId::NOBODY)
}
