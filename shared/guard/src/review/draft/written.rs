//! Writes the draft.

use std::fmt::Write as _;

use crate::policy::Policy;
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

/// Any text as a YAML scalar, in quotes.
pub(super) fn yaml_text(text: &str) -> String {
    ascii_json(&text.into())
}

/// An entry as a comment, line by line.
pub(super) fn commented(entry: &str) -> String {
    let mut text = String::new();
    for line in entry.lines() {
        push_line(&mut text, &format!("  # {}", line.get(2..).unwrap_or(line)));
    }
    text
}

/// Whether a draft with these accounts, this block and this entry of `roles` is a valid policy.
/// Names in files may be ones that a policy doesn't accept.
pub(super) fn is_policy(accounts: &str, block: &str, entry: &str) -> bool {
    let roles = if entry.is_empty() { " []" } else { "" };
    let text = format!("version: 1\n{accounts}{block}roles:{roles}\n{entry}");
    Policy::read(text.as_bytes(), "draft").is_ok()
}
