//! The rules of the review, one file each, like all others.

mod assume_granted_beyond_policy;
mod group_can_grow_itself;
mod human_without_mfa_device;
mod session_limit_too_long;
mod trust_too_open;
mod trust_without_mfa;

use super::{Draft, View};
use crate::catalogue;
use crate::policy::RolePolicy;
use crate::rule::Rule;

/// How a rule looks at the set-up.
type Check = fn(&View<'_>) -> Vec<Draft>;

/// Every rule of the review, by code, with its check.
pub(crate) static CHECKS: [(&Rule, Check); 6] = [
    (&catalogue::TRUST_WITHOUT_MFA, trust_without_mfa::check),
    (&catalogue::TRUST_TOO_OPEN, trust_too_open::check),
    (
        &catalogue::SESSION_LIMIT_TOO_LONG,
        session_limit_too_long::check,
    ),
    (
        &catalogue::ASSUME_GRANTED_BEYOND_POLICY,
        assume_granted_beyond_policy::check,
    ),
    (
        &catalogue::GROUP_CAN_GROW_ITSELF,
        group_can_grow_itself::check,
    ),
    (
        &catalogue::HUMAN_WITHOUT_MFA_DEVICE,
        human_without_mfa_device::check,
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
