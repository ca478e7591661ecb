//! Writes the draft.

use std::fmt::Write as _;

use crate::revoke::ascii_json;

pub(super) fn push_line(text: &mut String, line: &str) {
    // Writing to a String can't fail.
    writeln!(text, "{line}").ok();
}

/// A YAML scalar: unchanged if IAM would accept it, else in quotes with escapes.
pub(super) fn yaml_scalar(arn: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/:".contains(c);
    if arn.chars().all(known) {
        arn.to_owned()
    } else {
        ascii_json(&arn.into())
    }
}
