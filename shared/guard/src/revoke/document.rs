//! The policies that deny sessions issued before a moment.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::moment::Moment;

/// Denies the sessions with these ids (`AROA…:name`) if they were issued before.
///
/// `StringEquals` has no wildcards, so a `*` in a name is literal. `${` would start a policy
/// variable.
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

/// Denies every session issued before, like the policy of the console's *Revoke active sessions*.
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

/// Denies the sessions of one user of Identity Center if they were issued before.
///
/// Unlike `aws:userid`, which contains the user's name, the id never changes and belongs to one
/// person in every account.
pub(super) fn of_store_user(user: &str, before: Moment, sid: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": sid,
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "DateLessThan": {"aws:TokenIssueTime": before.to_string()},
                "StringEquals": {"identitystore:userId": user.replace("${", "${$}{")}
            }
        }]
    })
}

/// Denies every session of these roles that was issued before.
///
/// In a service control policy, a denial without the roles' ARNs would cut off every role of the
/// account.
pub(super) fn of_roles(roles: &[String], before: Moment, sid: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": sid,
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "DateLessThan": {"aws:TokenIssueTime": before.to_string()},
                "ArnLike": {"aws:PrincipalArn": roles}
            }
        }]
    })
}

/// JSON in which every character is visible ASCII and none ends a quotation in a shell. The values
/// are the same, with escapes.
pub fn ascii_json(value: &Value) -> String {
    // A `'` never follows a backslash of its own, because JSON has no such escape.
    visible(&value.to_string()).replace('\'', "\\u0027")
}

/// JSON text in which every character is visible ASCII. The values are the same, with escapes. JSON
/// has nothing to escape outside its strings.
pub fn visible(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii_graphic() || c == ' ' || c == '\n' {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String can't fail.
            write!(text, "\\u{unit:04x}").ok();
        }
    }
    text
}
