//! The rules of the review, one file each, like all others.

mod assume_granted_beyond_policy;
mod group_can_grow_itself;
mod human_without_mfa_device;
mod session_limit_too_long;
mod trust_too_open;
mod trust_without_mfa;

use super::{Draft, View};
use crate::policy::RolePolicy;
use crate::rules::{Check, Rule};

macro_rules! rule {
    ($code:literal, $name:literal, $file:ident) => {
        Rule::new(
            $code,
            $name,
            include_str!(concat!("rules/", stringify!($file), ".rs")),
            Check::Review($file::check),
        )
    };
}

/// Every rule of the review, by code.
pub const ALL: [Rule; 6] = [
    rule!("RW101", "trust-without-mfa", trust_without_mfa),
    rule!("RW102", "trust-too-open", trust_too_open),
    rule!("RW103", "session-limit-too-long", session_limit_too_long),
    rule!(
        "RW104",
        "assume-granted-beyond-policy",
        assume_granted_beyond_policy
    ),
    rule!("RW105", "group-can-grow-itself", group_can_grow_itself),
    rule!(
        "RW106",
        "human-without-mfa-device",
        human_without_mfa_device
    ),
];

/// One unproven finding for each entry of the policy in an account whose roles were not given, if
/// the entry `asks` for the rule.
///
/// `what` can't be told of an ARN.
fn not_given(
    view: &View<'_>,
    asks: fn(&RolePolicy) -> bool,
    what: fn(&str) -> String,
) -> Vec<Draft> {
    let entries = view
        .roles_not_given()
        .into_iter()
        .filter(|(rules, ..)| asks(rules));
    let drafts = entries.map(|(rules, arn, gap)| {
        let shown = crate::untrusted::harmless(&arn);
        let message = format!("can't tell {}: {}", what(&shown), view.lacks(gap));
        let name = shown.split_once(":role/").map_or(&*shown, |(_, name)| name);
        let about = format!("{name} in {}", view.account_shown(gap.account));
        Draft::unproven(rules.severity, gap.account, &arn, message).for_want_of([gap], &about)
    });
    drafts.collect()
}

/// One unproven finding for each group of an entry that `asks` for the rule, where the group or its
/// members were not given.
///
/// `what` can't be told of a group.
fn groups_not_given(
    view: &View<'_>,
    asks: fn(&RolePolicy) -> bool,
    what: fn(&str) -> String,
) -> Vec<Draft> {
    let groups = view.groups_not_given(asks).into_iter();
    let drafts = groups.map(|(group, rules, gap)| {
        let shown = crate::untrusted::harmless(&group.written);
        let message = format!("can't tell {}: {}", what(&shown), view.lacks(gap));
        let subject = view.arn_not_given(
            rules,
            group.account,
            &format!("group/{}", group.group.as_str()),
        );
        Draft::unproven(rules.severity, group.account, &subject, message).for_want_of([gap], &shown)
    });
    drafts.collect()
}
