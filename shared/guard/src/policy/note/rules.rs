//! Warnings about keys of `roles` that nothing checks, because their rules are off.

use super::PolicyNote;
use crate::catalogue;
use crate::policy::read::ReadRole;
use crate::policy::{AllowOrDeny, RoleCheck, RolePolicy, RuleChange, RuleSetting};
use crate::rule::{IfOff, Rule};
use crate::text;
use crate::text::Text;

/// A warning for each key that a role has but that no rule enforces any more, at the last of the
/// entries that turn these rules off.
pub(in crate::policy) fn of_rules(rules: &[RuleSetting], roles: &[ReadRole]) -> Vec<PolicyNote> {
    let off = |rule: &Rule| {
        let mut settings = rules.iter();
        settings.find(|one| one.rule == rule.code && one.change == RuleChange::Off)
    };
    let mut notes = Vec::new();
    for check in RoleCheck::ALL {
        let enforced: Vec<&Rule> = catalogue::listed()
            .filter(|rule| rule.enforces == Some(check))
            .collect();
        let settings: Option<Vec<&RuleSetting>> = enforced.iter().map(|rule| off(rule)).collect();
        let line = settings.and_then(|all| all.iter().map(|one| one.line).max());
        let is_asked = roles.iter().any(|read| asks(&read.policy, check));
        if let Some(line) = line.filter(|_| is_asked) {
            notes.push(PolicyNote {
                line,
                text: unchecked(check, &enforced),
            });
        }
    }
    notes
}

fn unchecked(check: RoleCheck, rules: &[&Rule]) -> Text {
    let codes = Text::listed(rules.iter().map(|rule| rule.code));
    let key = check.key();
    let unchecked = if rules.len() == 1 {
        text!(
            "`{key}` isn't checked, because {codes} is turned off",
            key,
            codes
        )
    } else {
        text!(
            "`{key}` isn't checked, because {codes} are turned off",
            key,
            codes
        )
    };
    if rules.iter().any(|rule| rule.if_off != IfOff::Clean) {
        text!(
            "{unchecked}, and switches that depend on it don't count as clean",
            unchecked
        )
    } else {
        unchecked
    }
}

/// Whether a role asks for it.
fn asks(role: &RolePolicy, check: RoleCheck) -> bool {
    match check {
        RoleCheck::Groups => !(role.groups.is_empty() && role.store_groups.is_empty()),
        RoleCheck::Mfa => role.may_require_mfa(),
        RoleCheck::MaxSession => role.max_session.is_some(),
        RoleCheck::MaxStretch => role.max_stretch.is_some(),
        RoleCheck::MaxPerDay => role.max_per_day.is_some(),
        RoleCheck::MinMembership => role.min_membership.is_some(),
        RoleCheck::MinMfaAge => role.min_mfa_age.is_some(),
        RoleCheck::Chaining => role.chaining == AllowOrDeny::Deny,
        RoleCheck::Identities => true,
    }
}
