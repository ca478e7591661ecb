//! The policies that deny what was issued before a moment.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::moment::Moment;

/// Denies the sessions with these ids (`AROA…:name`), as far as they were issued before.
///
/// `StringEquals` knows no wildcards, so a name with `*` in it means itself; `${` would begin a
/// policy variable.
pub(super) fn of_sessions(ids: &[&str], before: Moment) -> Value {
    let ids: Vec<String> = ids.iter().map(|id| id.replace("${", "${$}{")).collect();
    let ids = if let [one] = &*ids {
        json!(one)
    } else {
        json!(ids)
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "RolewatchRevoke",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "DateLessThan": {"aws:TokenIssueTime": before.to_string()},
                "StringEquals": {"aws:userid": ids}
            }
        }]
    })
}

/// Denies every session that was issued before: what the console's *Revoke active sessions* writes.
pub(super) fn of_all(before: Moment) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": before.to_string()}}
        }]
    })
}

/// JSON in which every character shows as itself and none ends a quotation of a shell: the same
/// values, with escapes.
pub fn ascii(value: &Value) -> String {
    // Never behind a backslash of its own: JSON has no such escape.
    visible(&value.to_string()).replace('\'', "\\u0027")
}

/// Text of JSON in which every character shows as itself: the same values, with escapes. Outside
/// its strings JSON has nothing to escape.
pub fn visible(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii_graphic() || c == ' ' || c == '\n' {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            write!(text, "\\u{unit:04x}").ok();
        }
    }
    text
}
