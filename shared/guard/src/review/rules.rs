//! The rules of the review, one file each, like all other rules.

mod assume_granted_beyond_policy;
mod group_can_grow_itself;
mod human_without_mfa_device;
mod not_given;
mod session_limit_too_long;
mod trust_too_open;
mod trust_without_mfa;

use super::{ReviewDraft, SetupView};
use crate::catalogue;
use crate::rule::Rule;

/// How a rule checks the setup.
type SetupCheck = fn(&SetupView<'_>) -> Vec<ReviewDraft>;

/// Every rule of the review, by code, with its check.
pub(crate) static CHECKS: [(&Rule, SetupCheck); 6] = [
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
