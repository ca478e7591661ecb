//! Setups with one fault each: the change, its findings, and the findings that remain after every
//! printed correction has been applied.

mod grants;
mod mfa;
mod trust;

use serde_json::{Value, json};

use super::files::{DEVELOPMENT, Files, PRODUCTION, without_mfa};

const UPDATE_APP: &str = "arn:aws:iam::444455556666:role/UpdateApp";

pub(super) struct Breakage {
    pub(super) what: &'static str,
    pub(super) files: Files,
    /// Rule, verdict and subject of every finding.
    pub(super) found: &'static [&'static str],
    /// The findings that no corrected statement resolves.
    pub(super) left: &'static [&'static str],
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

pub(super) fn breakages() -> Vec<Breakage> {
    [
        mfa::of_mfa(),
        mfa::of_empty_groups(),
        mfa::of_devices(),
        trust::of_principals(),
        trust::of_a_third_party(),
        trust::of_conditions(),
        trust::of_sessions(),
        trust::of_length(),
        grants::of_users(),
        grants::of_groups(),
        grants::of_roles(),
        grants::of_growth(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn broken(
    what: &'static str,
    mut files: Files,
    found: &'static [&'static str],
    change: impl Fn(&mut Files),
) -> Breakage {
    change(&mut files);
    Breakage {
        what,
        files,
        found,
        left: &[],
    }
}
