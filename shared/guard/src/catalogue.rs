//! Every rule, by code, with its properties. Its check is in the rule's own file; `rules` and
//! `review/rules` connect the two.

use crate::finding::MissingSource;
use crate::policy::RoleCheck;
use crate::rule::{IfOff, Judges, LedToBy, Outsiders, Prevention, Rule};

/// Defines one `static` for each rule, and [`ALL`] of them.
macro_rules! catalogue {
    ($($name:ident: $rule:expr;)*) => {
        $(pub(crate) static $name: Rule = $rule;)*

        static ALL: &[&Rule] = &[$(&$name),*];
    };
}

catalogue! {
    CALLER_OUTSIDE_GROUP: Rule {
        code: "RW001",
        name: "caller-outside-group",
        source: include_str!("rules/caller_outside_group.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: true,
        suppressible: true,
        enforces: Some(RoleCheck::Groups),
        if_off: IfOff::NotCleanIfAsked,
        prevention: Some(Prevention::Permission),
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: Some(MissingSource::Roster),
    };
    SWITCH_WITHOUT_MFA: Rule {
        code: "RW002",
        name: "switch-without-mfa",
        source: include_str!("rules/switch_without_mfa.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::Mfa),
        if_off: IfOff::NotCleanIfAsked,
        prevention: Some(Prevention::Mfa),
        led_to_by: None,
        outsiders: Outsiders::Moot,
        settled_by: Some(MissingSource::Logs),
    };
    SESSION_TOO_LONG: Rule {
        code: "RW003",
        name: "session-too-long",
        source: include_str!("rules/session_too_long.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MaxSession),
        if_off: IfOff::Clean,
        prevention: Some(Prevention::SessionLimit),
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    ELEVATED_TOO_LONG: Rule {
        code: "RW004",
        name: "elevated-too-long",
        source: include_str!("rules/elevated_too_long.rs"),
        judges: Judges::Sessions,
        quiet_unproven: true,
        about_use: true,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MaxStretch),
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    DAILY_BUDGET_SPENT: Rule {
        code: "RW005",
        name: "daily-budget-spent",
        source: include_str!("rules/daily_budget_spent.rs"),
        judges: Judges::Sessions,
        quiet_unproven: true,
        about_use: true,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MaxPerDay),
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    UNTRACEABLE_CALLER: Rule {
        code: "RW006",
        name: "untraceable-caller",
        source: include_str!("rules/untraceable_caller.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::NotCleanIfFound,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Moot,
        settled_by: Some(MissingSource::Logs),
    };
    CALLER_OUTSIDE_TRUST: Rule {
        code: "RW007",
        name: "caller-outside-trust",
        source: include_str!("rules/caller_outside_trust.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::NotCleanIfFound,
        prevention: Some(Prevention::Trust),
        led_to_by: None,
        outsiders: Outsiders::Reports,
        settled_by: None,
    };
    ROOT_SWITCH: Rule {
        code: "RW008",
        name: "root-switch",
        source: include_str!("rules/root_switch.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: false,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    SWITCH_DENIED: Rule {
        code: "RW009",
        name: "switch-denied",
        source: include_str!("rules/switch_denied.rs"),
        judges: Judges::Refusals,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    JOINED_GROUP_JUST_BEFORE: Rule {
        code: "RW010",
        name: "joined-group-just-before",
        source: include_str!("rules/joined_group_just_before.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MinMembership),
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: Some(MissingSource::Roster),
    };
    CHAINED_SWITCH: Rule {
        code: "RW011",
        name: "chained-switch",
        source: include_str!("rules/chained_switch.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::Chaining),
        if_off: IfOff::Clean,
        prevention: Some(Prevention::Caller),
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    UNEXPECTED_IDENTITY: Rule {
        code: "RW012",
        name: "unexpected-identity",
        source: include_str!("rules/unexpected_identity.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::Identities),
        if_off: IfOff::NotCleanIfFound,
        prevention: Some(Prevention::Caller),
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: Some(MissingSource::Logs),
    };
    UNUSED_ELEVATION: Rule {
        code: "RW013",
        name: "unused-elevation",
        source: include_str!("rules/unused_elevation.rs"),
        judges: Judges::Switch,
        quiet_unproven: true,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Moot,
        settled_by: None,
    };
    STRETCHED_BY_RECHAINING: Rule {
        code: "RW014",
        name: "stretched-by-rechaining",
        source: include_str!("rules/stretched_by_rechaining.rs"),
        judges: Judges::Sessions,
        quiet_unproven: true,
        about_use: true,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MaxSession),
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    MFA_ENROLLED_JUST_BEFORE: Rule {
        code: "RW015",
        name: "mfa-enrolled-just-before",
        source: include_str!("rules/mfa_enrolled_just_before.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: Some(RoleCheck::MinMfaAge),
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: Some(MissingSource::Logs),
    };
    OUTLIVED_MEMBERSHIP: Rule {
        code: "RW016",
        name: "outlived-membership",
        source: include_str!("rules/outlived_membership.rs"),
        judges: Judges::Switch,
        quiet_unproven: false,
        about_use: true,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: Some(MissingSource::Roster),
    };
    TRUST_WITHOUT_MFA: Rule {
        code: "RW101",
        name: "trust-without-mfa",
        source: include_str!("review/rules/trust_without_mfa.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: Some(LedToBy::TrustPolicy),
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    TRUST_TOO_OPEN: Rule {
        code: "RW102",
        name: "trust-too-open",
        source: include_str!("review/rules/trust_too_open.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: Some(LedToBy::TrustPolicy),
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    SESSION_LIMIT_TOO_LONG: Rule {
        code: "RW103",
        name: "session-limit-too-long",
        source: include_str!("review/rules/session_limit_too_long.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: Some(LedToBy::SessionLimit),
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    ASSUME_GRANTED_BEYOND_POLICY: Rule {
        code: "RW104",
        name: "assume-granted-beyond-policy",
        source: include_str!("review/rules/assume_granted_beyond_policy.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: Some(LedToBy::Permissions),
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    GROUP_CAN_GROW_ITSELF: Rule {
        code: "RW105",
        name: "group-can-grow-itself",
        source: include_str!("review/rules/group_can_grow_itself.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: Some(LedToBy::Permissions),
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    HUMAN_WITHOUT_MFA_DEVICE: Rule {
        code: "RW106",
        name: "human-without-mfa-device",
        source: include_str!("review/rules/human_without_mfa_device.rs"),
        judges: Judges::Setup,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: true,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
    GUARD_TAMPERED: Rule {
        code: "RW201",
        name: "guard-tampered",
        source: include_str!("rules/guard_tampered.rs"),
        judges: Judges::LiveRecord,
        quiet_unproven: false,
        about_use: false,
        about_membership: false,
        suppressible: false,
        enforces: None,
        if_off: IfOff::Clean,
        prevention: None,
        led_to_by: None,
        outsiders: Outsiders::Stays,
        settled_by: None,
    };
}

/// Every rule, by code.
pub fn listed() -> impl ExactSizeIterator<Item = &'static Rule> + Clone {
    ALL.iter().copied()
}

/// The rules that judge records, by code: all except those about the setup.
pub fn of_records() -> impl Iterator<Item = &'static Rule> + Clone {
    listed().filter(|rule| !rule.is_of_the_set_up())
}

/// Finds a rule by code or name, in any case.
pub fn find(text: &str) -> Option<&'static Rule> {
    listed()
        .find(|rule| rule.code.eq_ignore_ascii_case(text) || rule.name.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::HEADINGS;

    #[test]
    fn codes_ascend() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn every_rule_is_checked_by_the_family_that_its_entry_names() {
        let of_records = crate::rules::CHECKS.iter().map(|(rule, check)| {
            assert_eq!(check.judges(), rule.judges, "{}", rule.code);
            rule.code
        });
        let of_the_setup = crate::review::rules::CHECKS.iter().map(|(rule, _)| {
            assert_eq!(rule.judges, Judges::Setup, "{}", rule.code);
            rule.code
        });
        // `crate::tamper` checks the rules about single records.
        let live = listed().filter(|rule| rule.is_live_only());
        let mut checked: Vec<_> = of_records.chain(of_the_setup).collect();
        checked.extend(live.map(|rule| rule.code));
        checked.sort_unstable();
        assert_eq!(checked, listed().map(|rule| rule.code).collect::<Vec<_>>());
    }

    #[test]
    fn every_rule_documents_itself_under_the_same_headings() {
        for rule in listed() {
            let documentation = rule.documentation();
            assert!(
                documentation.starts_with(&format!("{} {}\n", rule.code, rule.name)),
                "{}: {documentation}",
                rule.code
            );
            let headings: Vec<_> = documentation
                .lines()
                .filter_map(|line| line.strip_prefix("## "))
                .collect();
            assert_eq!(headings, HEADINGS, "{}", rule.code);
            for heading in HEADINGS {
                assert!(rule.section(heading).len() > 40, "{}: {heading}", rule.code);
            }
        }
    }

    #[test]
    fn a_rule_is_found_by_code_and_by_name() {
        assert_eq!(
            find("rw002").map(|rule| rule.name),
            Some("switch-without-mfa")
        );
        assert_eq!(
            find("switch-without-mfa").map(|rule| rule.code),
            Some("RW002")
        );
        assert!(find("RW999").is_none());
    }
}
