//! What cannot be told because something was not given.

use crate::policy::RolePolicy;
use crate::review::{ReviewDraft, SetupView};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// One unproven finding for each entry of the policy in an account whose roles weren't supplied, if
/// the entry `asks` for the rule.
///
/// `what` is what can't be decided for an ARN.
pub(super) fn not_given(
    view: &SetupView<'_>,
    asks: impl Fn(&RolePolicy) -> bool,
    what: fn(Text) -> Text,
) -> Vec<ReviewDraft> {
    let entries = view
        .roles_not_given()
        .into_iter()
        .filter(|(rules, ..)| asks(rules));
    let drafts = entries.map(|(rules, arn, gap)| {
        let is_set = rules.arn.permission_set().is_some();
        let shown = harmless(&if is_set {
            rules.arn.to_string()
        } else {
            arn.clone()
        });
        let name = shown.split_once(":role/").map_or(&*shown, |(_, name)| name);
        let account = view.account_shown(gap.account);
        let about = text!("{role} in {account}", role = name, account);
        // An ARN already says which account it is in.
        let role = if is_set {
            about.clone()
        } else {
            shown.as_str().into()
        };
        let message = text!(
            "can't tell {what}: {gap}",
            what = what(role),
            gap = view.gap_sentence(gap)
        );
        ReviewDraft::unproven(rules.severity, gap.account, &arn, message).for_want_of([gap], about)
    });
    drafts.collect()
}

/// One unproven finding for each group of an entry that `asks` for the rule, if the group or its
/// members weren't supplied.
///
/// `what` is what can't be decided for a group.
pub(super) fn groups_not_given(
    view: &SetupView<'_>,
    asks: fn(&RolePolicy) -> bool,
    what: fn(Text) -> Text,
) -> Vec<ReviewDraft> {
    let groups = view.groups_not_given(asks).into_iter();
    let drafts = groups.map(|(group, rules, gap)| {
        let shown = harmless(&group.written);
        let message = text!(
            "can't tell {what}: {gap}",
            what = what(shown.as_str().into()),
            gap = view.gap_sentence(gap)
        );
        let subject = view.arn_not_given(
            rules,
            group.account,
            &format!("group/{}", group.group.as_str()),
        );
        ReviewDraft::unproven(rules.severity, group.account, &subject, message)
            .for_want_of([gap], shown.into())
    });
    drafts.collect()
}
