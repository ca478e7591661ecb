//! How the draft is written down.

use std::fmt::Write as _;

use crate::revoke::ascii;

pub(super) fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    writeln!(text, "{line}").ok();
}

/// A scalar of YAML: as it is where IAM would take it, else in quotes with escapes.
pub(super) fn plain(arn: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/:".contains(c);
    if arn.chars().all(known) {
        arn.to_owned()
    } else {
        ascii(&arn.into())
    }
}
