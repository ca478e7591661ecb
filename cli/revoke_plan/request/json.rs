//! A finding as JSON: a line of `rolewatch audit --format ndjson`, or an alert.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::finding_id::{DIGITS, is_hexadecimal};

/// The text for both in an error.
const NOT_AS: &str = "it is neither a finding of `rolewatch audit --format ndjson` nor an alert";

/// The fields that a plan needs. An alert has others, and so may a later version.
#[derive(Debug, Deserialize)]
pub(in crate::revoke_plan) struct GivenFinding {
    pub(in crate::revoke_plan) id: String,
    pub(in crate::revoke_plan) rule: String,
    #[serde(default)]
    pub(in crate::revoke_plan) name: String,
    #[serde(default)]
    pub(in crate::revoke_plan) time: String,
    #[serde(default)]
    pub(in crate::revoke_plan) message: String,
    pub(in crate::revoke_plan) role: String,
    pub(in crate::revoke_plan) events: Vec<String>,
    pub(in crate::revoke_plan) verdict: Option<String>,
}

impl GivenFinding {
    /// Reads the only finding of a file.
    ///
    /// # Errors
    /// Says what the file contains instead.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let value = only_value(bytes)?;
        if value.get("subject").is_some() && value.get("fix").is_some() {
            return Err(
                "it's a finding of `rolewatch review`, about what IAM allows and not about a \
                 session; to resolve it, apply its `fix`"
                    .to_owned(),
            );
        }
        // Serde's own errors name Rust types, which people who write JSON don't know.
        if let Some(wrong) = wrong_in(&value) {
            return Err(format!("{NOT_AS}: {wrong}"));
        }
        let given: Self = serde_json::from_value(value).map_err(|_| NOT_AS.to_owned())?;
        if given.id.len() != DIGITS || !is_hexadecimal(&given.id) {
            return Err(format!("its id is not {DIGITS} hexadecimal digits"));
        }
        Ok(given)
    }
}

/// The only JSON value of a file.
fn only_value(bytes: &[u8]) -> Result<Value, String> {
    let mut all = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        all.push(value.map_err(|why| format!("not valid JSON: {why}"))?);
    }
    match <[_; 1]>::try_from(all) {
        Ok([one]) => Ok(one),
        Err(others) if others.is_empty() => Err("it is empty".to_owned()),
        Err(others) => Err(format!(
            "it has {} JSON values, but a plan is for one finding: give its id",
            others.len()
        )),
    }
}

/// Why a value isn't a finding, in JSON terms.
fn wrong_in(value: &Value) -> Option<String> {
    let Some(finding) = value.as_object() else {
        return Some(format!("it is {}, not an object", kind_of(value)));
    };
    for key in ["id", "rule", "role", "events"] {
        if !finding.contains_key(key) {
            return Some(format!("missing field `{key}`"));
        }
    }
    for key in ["id", "rule", "role", "name", "time", "message", "verdict"] {
        match finding.get(key) {
            None | Some(Value::String(_)) => {}
            // For an optional field, null is the same as absent.
            Some(Value::Null) if key == "verdict" => {}
            Some(other) => {
                return Some(format!("`{key}` is {}, not a string", kind_of(other)));
            }
        }
    }
    (!has_events(finding)).then(|| "`events` is not a list of strings".to_owned())
}

fn has_events(finding: &Map<String, Value>) -> bool {
    match finding.get("events") {
        Some(Value::Array(events)) => events.iter().all(Value::is_string),
        _ => false,
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_has_exactly_one_finding() {
        let finding = format!(
            r#"{{"id": "{}", "rule": "RW001", "role": "r", "events": [], "status": "open"}}"#,
            "a".repeat(32)
        );
        assert!(GivenFinding::from_json(finding.as_bytes()).is_ok());
        for (text, why) in [
            (format!("{finding}\n{finding}"), "it has 2"),
            (String::new(), "it is empty"),
            ("{".to_owned(), "not valid JSON"),
            (r#"{"Records": []}"#.to_owned(), NOT_AS),
            ("[]".to_owned(), NOT_AS),
            (finding.replace('a', "g"), "its id is not"),
        ] {
            assert!(
                GivenFinding::from_json(text.as_bytes())
                    .unwrap_err()
                    .starts_with(why),
                "{text}"
            );
        }
    }

    #[test]
    fn what_belongs_there_is_said_in_words_of_json() {
        let finding = json!({"id": "a".repeat(32), "rule": "RW001", "role": "r", "events": []});
        let with = |key: &str, value: Value| {
            let mut finding = finding.clone();
            finding[key] = value;
            finding
        };
        for (given, why) in [
            (json!([]), "it is a list, not an object"),
            (json!([finding]), "it is a list, not an object"),
            (json!("x"), "it is a string, not an object"),
            (json!(null), "it is null, not an object"),
            (json!({}), "missing field `id`"),
            (with("role", json!(7)), "`role` is a number, not a string"),
            (with("name", json!(null)), "`name` is null, not a string"),
            (
                with("verdict", json!({})),
                "`verdict` is an object, not a string",
            ),
            (
                with("events", json!("x")),
                "`events` is not a list of strings",
            ),
            (
                with("events", json!([7])),
                "`events` is not a list of strings",
            ),
        ] {
            let expected = format!(
                "it is neither a finding of `rolewatch audit --format ndjson` nor an alert: {why}"
            );
            assert_eq!(
                GivenFinding::from_json(given.to_string().as_bytes()).unwrap_err(),
                expected
            );
        }
        assert!(
            GivenFinding::from_json(with("verdict", json!(null)).to_string().as_bytes()).is_ok()
        );
    }
}
