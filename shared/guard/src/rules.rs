//! The rules. Each has one file with its documentation, its check and its cases.
//!
//! To add a rule, write its file, its entry in [`crate::catalogue`], and its line in [`CHECKS`].

mod admission;
mod caller_outside_group;
mod caller_outside_trust;
mod chained_switch;
mod daily_budget_spent;
mod elevated_too_long;
mod guard_tampered;
mod held_sessions;
mod joined_group_just_before;
mod mfa_enrolled_just_before;
mod outlived_membership;
mod refused;
pub(crate) mod root_switch;
mod session_too_long;
mod stretched_by_rechaining;
mod switch_denied;
mod switch_without_mfa;
mod unexpected_identity;
mod untraceable_caller;
mod unused_elevation;
mod view;

pub(crate) use held_sessions::{FindingDraft, HeldSessions};
pub(crate) use refused::RefusedAttempt;
pub(crate) use view::{RuleAnswer, SwitchView};

use crate::catalogue;

use crate::rule::Rule;

/// How a rule is checked, by what it gets to see.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// One switch into an elevated role.
    Switch(fn(&SwitchView<'_, '_>) -> RuleAnswer),
    /// All sessions of one person in one role.
    Held(fn(&HeldSessions<'_, '_>) -> Vec<FindingDraft>),
    /// All denied attempts.
    Refused(fn(&[RefusedAttempt<'_>]) -> Vec<FindingDraft>),
}

/// The rules that judge an archive's records, by code, each with its check. The rule about root
/// also judges root sessions and denials, in `judge/root.rs`; the live guard's rule is in
/// [`crate::tamper`].
pub(crate) static CHECKS: [(&Rule, Check); 16] = [
    (
        &catalogue::CALLER_OUTSIDE_GROUP,
        Check::Switch(caller_outside_group::check),
    ),
    (
        &catalogue::SWITCH_WITHOUT_MFA,
        Check::Switch(switch_without_mfa::check),
    ),
    (
        &catalogue::SESSION_TOO_LONG,
        Check::Switch(session_too_long::check),
    ),
    (
        &catalogue::ELEVATED_TOO_LONG,
        Check::Held(elevated_too_long::check),
    ),
    (
        &catalogue::DAILY_BUDGET_SPENT,
        Check::Held(daily_budget_spent::check),
    ),
    (
        &catalogue::UNTRACEABLE_CALLER,
        Check::Switch(untraceable_caller::check),
    ),
    (
        &catalogue::CALLER_OUTSIDE_TRUST,
        Check::Switch(caller_outside_trust::check),
    ),
    (&catalogue::ROOT_SWITCH, Check::Switch(root_switch::check)),
    (
        &catalogue::SWITCH_DENIED,
        Check::Refused(switch_denied::check),
    ),
    (
        &catalogue::JOINED_GROUP_JUST_BEFORE,
        Check::Switch(joined_group_just_before::check),
    ),
    (
        &catalogue::CHAINED_SWITCH,
        Check::Switch(chained_switch::check),
    ),
    (
        &catalogue::UNEXPECTED_IDENTITY,
        Check::Switch(unexpected_identity::check),
    ),
    (
        &catalogue::UNUSED_ELEVATION,
        Check::Switch(unused_elevation::check),
    ),
    (
        &catalogue::STRETCHED_BY_RECHAINING,
        Check::Held(stretched_by_rechaining::check),
    ),
    (
        &catalogue::MFA_ENROLLED_JUST_BEFORE,
        Check::Switch(mfa_enrolled_just_before::check),
    ),
    (
        &catalogue::OUTLIVED_MEMBERSHIP,
        Check::Switch(outlived_membership::check),
    ),
];

#[cfg(test)]
impl Check {
    /// The catalog's value for a rule with this kind of check.
    pub(crate) const fn judges(self) -> crate::rule::Judges {
        use crate::rule::Judges;
        match self {
            Self::Switch(_) => Judges::Switch,
            Self::Held(_) => Judges::Sessions,
            Self::Refused(_) => Judges::Refusals,
        }
    }
}
