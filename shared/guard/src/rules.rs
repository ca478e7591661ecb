//! The rules, one file each: its documentation, its check and its cases.
//!
//! To add one: write the file, add it to [`ALL`].

mod caller_outside_group;
mod caller_outside_trust;
mod chained_switch;
mod daily_budget_spent;
mod elevated_too_long;
pub(crate) mod guard_tampered;
mod joined_group_just_before;
mod mfa_enrolled_just_before;
pub(crate) mod root_switch;
mod session_too_long;
mod stretched_by_rechaining;
mod switch_denied;
mod switch_without_mfa;
mod unexpected_identity;
mod untraceable_caller;
mod unused_elevation;
mod view;

pub(crate) use view::{Answer, View, account_shown, place};

use crate::history::{Draft, Held};
use crate::judge::Refused;

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// `RW002`. Never used again for another rule.
    pub code: &'static str,
    /// `switch-without-mfa`: reads well after "allow".
    pub name: &'static str,
    /// The file it is in.
    source: &'static str,
    pub(crate) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// One switch into an elevated role.
    Switch(fn(&View<'_, '_>) -> Answer),
    /// All sessions of one person in one role.
    Held(fn(&Held<'_, '_>) -> Vec<Draft>),
    /// All refused attempts.
    Refused(fn(&[Refused<'_>]) -> Vec<Draft>),
    /// Root: one switch, and, at its own place, root sessions and refusals.
    Root(fn(&View<'_, '_>) -> Answer),
    /// One record as it arrives, by the live guard alone.
    Live,
    /// The set-up: no record at all.
    Review(fn(&crate::review::View<'_>) -> Vec<crate::review::Draft>),
}

macro_rules! rule {
    ($code:literal, $name:literal, $file:ident, $check:expr) => {
        Rule {
            code: $code,
            name: $name,
            source: include_str!(concat!("rules/", stringify!($file), ".rs")),
            check: $check,
        }
    };
}

/// The rule about the guard itself, which judges single records as they arrive ([`crate::tamper`]).
pub(crate) const GUARD_TAMPERED: Rule =
    rule!("RW201", "guard-tampered", guard_tampered, Check::Live);

/// Every rule, by code.
pub const ALL: [Rule; 16] = [
    rule!(
        "RW001",
        "caller-outside-group",
        caller_outside_group,
        Check::Switch(caller_outside_group::check)
    ),
    rule!(
        "RW002",
        "switch-without-mfa",
        switch_without_mfa,
        Check::Switch(switch_without_mfa::check)
    ),
    rule!(
        "RW003",
        "session-too-long",
        session_too_long,
        Check::Switch(session_too_long::check)
    ),
    rule!(
        "RW004",
        "elevated-too-long",
        elevated_too_long,
        Check::Held(elevated_too_long::check)
    ),
    rule!(
        "RW005",
        "daily-budget-spent",
        daily_budget_spent,
        Check::Held(daily_budget_spent::check)
    ),
    rule!(
        "RW006",
        "untraceable-caller",
        untraceable_caller,
        Check::Switch(untraceable_caller::check)
    ),
    rule!(
        "RW007",
        "caller-outside-trust",
        caller_outside_trust,
        Check::Switch(caller_outside_trust::check)
    ),
    rule!(
        "RW008",
        "root-switch",
        root_switch,
        Check::Root(root_switch::check)
    ),
    rule!(
        "RW009",
        "switch-denied",
        switch_denied,
        Check::Refused(switch_denied::check)
    ),
    rule!(
        "RW010",
        "joined-group-just-before",
        joined_group_just_before,
        Check::Switch(joined_group_just_before::check)
    ),
    rule!(
        "RW011",
        "chained-switch",
        chained_switch,
        Check::Switch(chained_switch::check)
    ),
    rule!(
        "RW012",
        "unexpected-identity",
        unexpected_identity,
        Check::Switch(unexpected_identity::check)
    ),
    rule!(
        "RW013",
        "unused-elevation",
        unused_elevation,
        Check::Switch(unused_elevation::check)
    ),
    rule!(
        "RW014",
        "stretched-by-rechaining",
        stretched_by_rechaining,
        Check::Held(stretched_by_rechaining::check)
    ),
    rule!(
        "RW015",
        "mfa-enrolled-just-before",
        mfa_enrolled_just_before,
        Check::Switch(mfa_enrolled_just_before::check)
    ),
    GUARD_TAMPERED,
];

/// The headings that every rule's documentation has, in this order.
pub const HEADINGS: [&str; 4] = [
    "What it does",
    "Why it matters",
    "Blind spots",
    "What to do",
];

/// Every rule, those of the review included, by code.
pub fn listed() -> Vec<&'static Rule> {
    let mut rules: Vec<&Rule> = ALL.iter().chain(&crate::review::rules::ALL).collect();
    rules.sort_by_key(|rule| rule.code);
    rules
}

impl Rule {
    pub(crate) const fn new(
        code: &'static str,
        name: &'static str,
        source: &'static str,
        check: Check,
    ) -> Self {
        Self {
            code,
            name,
            source,
            check,
        }
    }

    /// The rule's documentation, in Markdown: the file's own doc comment.
    pub fn documentation(&self) -> String {
        let lines = self
            .source
            .lines()
            .map_while(|line| line.strip_prefix("//!"));
        lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The text below one of the [`HEADINGS`].
    pub fn section(&self, heading: &str) -> String {
        let documentation = self.documentation();
        let mut lines = documentation
            .lines()
            .skip_while(|line| line.strip_prefix("## ") != Some(heading))
            .skip(1);
        lines
            .by_ref()
            .take_while(|line| !line.starts_with("## "))
            .collect::<Vec<_>>()
            .join("\n")
            .trim()
            .to_owned()
    }

    /// Whether its findings are about several sessions or attempts of one person in one role,
    /// rather than about one switch.
    pub fn over_several(&self) -> bool {
        matches!(self.check, Check::Held(_) | Check::Refused(_))
    }

    /// Whether only the live guard judges it: no archive, whatever is in it, makes it speak.
    pub const fn is_live_only(&self) -> bool {
        matches!(self.check, Check::Live)
    }

    /// Whether it judges how accounts are set up, and no records.
    pub const fn is_of_the_set_up(&self) -> bool {
        matches!(self.check, Check::Review(_))
    }

    /// Finds a rule by code or name, in any case.
    pub fn find(text: &str) -> Option<&'static Self> {
        listed().into_iter().find(|rule| {
            rule.code.eq_ignore_ascii_case(text) || rule.name.eq_ignore_ascii_case(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_are_known_to_the_policy() {
        for list in [&ALL[..], &crate::review::rules::ALL] {
            assert!(list.windows(2).all(|pair| pair[0].code < pair[1].code));
        }
        assert!(listed().windows(2).all(|pair| pair[0].code < pair[1].code));
        for rule in listed() {
            assert!(
                crate::policy::KNOWN_RULES.contains(&rule.code),
                "{}",
                rule.code
            );
        }
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
            Rule::find("rw002").map(|rule| rule.name),
            Some("switch-without-mfa")
        );
        assert_eq!(
            Rule::find("switch-without-mfa").map(|rule| rule.code),
            Some("RW002")
        );
        assert!(Rule::find("RW999").is_none());
    }
}
