//! The rules of the review, one file each, like all others.

mod assume_granted_beyond_policy;
mod group_can_grow_itself;
mod human_without_mfa_device;
mod session_limit_too_long;
mod trust_too_open;
mod trust_without_mfa;

use super::{Draft, View};
use crate::rules::{Check, Rule};

macro_rules! rule {
    ($code:literal, $name:literal, $file:ident) => {
        Rule::new($code, $name, include_str!(concat!("rules/", stringify!($file), ".rs")), Check::Review($file::check))
    };
}

/// Every rule of the review, by code.
pub const ALL: [Rule; 6] = [
    rule!("RW101", "trust-without-mfa", trust_without_mfa),
    rule!("RW102", "trust-too-open", trust_too_open),
    rule!("RW103", "session-limit-too-long", session_limit_too_long),
    rule!("RW104", "assume-granted-beyond-policy", assume_granted_beyond_policy),
    rule!("RW105", "group-can-grow-itself", group_can_grow_itself),
    rule!("RW106", "human-without-mfa-device", human_without_mfa_device),
];

/// One unproven finding for each role of the policy whose account was not given.
fn not_given<'a>(view: &'a View<'a>, what: &'a str) -> impl Iterator<Item = Draft> + 'a {
    view.roles_not_given().map(move |(rules, account)| {
        let shown = crate::untrusted::harmless(rules.arn.as_str());
        let message = format!("{what} of {shown} cannot be told: no authorization details of {} were given", view.account_shown(account));
        Draft::unproven(rules.severity, account, rules.arn.as_str(), message)
    })
}
