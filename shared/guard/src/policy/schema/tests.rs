//! The schema is written by hand for its prose; these tests keep it true to the reader.

use super::schema;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalogue;
use crate::policy::problem::Problems;
use crate::policy::read::{POLICY_KEYS, ROLE_KEYS, SUPPRESSION_KEYS};
use crate::policy::tree::{self, Node};
use crate::policy::{AllowOrDeny, EXAMPLE, IdentityKind, Mfa, Severity};

fn parsed() -> Value {
    serde_json::from_str(&schema()).unwrap()
}

fn at(pointer: &str) -> Value {
    parsed()
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{pointer}"))
        .clone()
}

fn words(value: &Value) -> BTreeSet<String> {
    let texts: Vec<String> = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        other => serde_json::from_value(other.clone()).unwrap(),
    };
    texts.into_iter().collect()
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_keys_of_the_reader_and_no_other() {
    for (object, keys) in [
        ("", POLICY_KEYS),
        ("/$defs/role", ROLE_KEYS),
        ("/$defs/suppression", SUPPRESSION_KEYS),
    ] {
        assert_eq!(
            words(&at(&format!("{object}/properties"))),
            set(keys.iter().copied()),
            "{object}"
        );
        assert_eq!(
            at(&format!("{object}/additionalProperties")),
            Value::Bool(false),
            "{object}"
        );
        for key in keys {
            assert!(
                at(&format!("{object}/properties/{key}/description")).is_string(),
                "{object} {key}"
            );
        }
    }
}

#[test]
fn the_schema_has_the_words_of_the_reader() {
    let role = "/$defs/role/properties";
    assert_eq!(
        words(&at("/$defs/decision/enum")),
        set(AllowOrDeny::ALL.map(AllowOrDeny::as_str))
    );
    assert_eq!(
        words(&at(&format!("{role}/mfa/enum"))),
        set(Mfa::ALL.map(Mfa::as_str))
    );
    assert_eq!(
        words(&at(&format!("{role}/severity/enum"))),
        set(Severity::ALL.map(Severity::as_str))
    );
    assert_eq!(
        words(&at(&format!("{role}/identities/items/enum"))),
        set(IdentityKind::ALL.map(IdentityKind::as_str))
    );
    let rules = catalogue::listed()
        .filter(|rule| rule.suppressible)
        .map(|rule| rule.code);
    assert_eq!(
        words(&at("/$defs/suppression/properties/rule/enum")),
        set(rules)
    );
}

#[test]
fn the_schema_requires_what_the_reader_requires() {
    let good = serde_json::json!({
        "version": "1",
        "accounts": {"111122223333": "dev"},
        "roles": [{"arn": "arn:aws:iam::111122223333:role/A", "groups": ["dev/B"]}],
        "suppress": [{"rule": "RW003", "caller": "*", "reason": "r", "owner": "o", "until": "2026-12-31"}],
    });
    let reads =
        |policy: &Value| crate::policy::Policy::read(policy.to_string().as_bytes(), "p").is_ok();
    assert!(reads(&good));
    for (inside, object, keys) in [
        ("", "", POLICY_KEYS),
        ("/roles/0", "/$defs/role", ROLE_KEYS),
        ("/suppress/0", "/$defs/suppression", SUPPRESSION_KEYS),
    ] {
        let required = words(&at(&format!("{object}/required")));
        for key in keys {
            let mut less = good.clone();
            less.pointer_mut(inside)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(*key);
            assert_eq!(!reads(&less), required.contains(*key), "{inside} {key}");
        }
    }
}

#[test]
fn the_example_has_every_key_and_fits_the_schema() {
    let mut problems = Problems::default();
    let root = tree::grow(EXAMPLE, &mut problems).unwrap();
    let mut missing = Vec::new();
    check(&root, &parsed(), "", &mut missing);
    assert_eq!(missing, Vec::<String>::new());
}

/// Types, keys and words; the patterns are for editors.
fn check(node: &Node, rule: &Value, path: &str, wrong: &mut Vec<String>) {
    if let Some(target) = rule.get("$ref") {
        return check(
            node,
            &at(target.as_str().unwrap().trim_start_matches('#')),
            path,
            wrong,
        );
    }
    match (&node.value, rule.get("type").and_then(Value::as_str)) {
        (tree::NodeValue::Map(pairs), Some("object")) => {
            let known = rule.get("properties").and_then(Value::as_object);
            let written: BTreeSet<String> = pairs
                .iter()
                .filter_map(|(key, _)| key.as_text())
                .map(str::to_owned)
                .collect();
            for (key, value) in pairs {
                let key = key.as_text().unwrap();
                match known.map_or(rule.get("additionalProperties"), |known| known.get(key)) {
                    Some(rule) => check(value, rule, &format!("{path}/{key}"), wrong),
                    None => wrong.push(format!("{path}/{key} is unknown")),
                }
            }
            let lacking = known
                .into_iter()
                .flat_map(|known| known.keys())
                .filter(|key| !written.contains(*key));
            wrong.extend(lacking.map(|key| format!("{path}/{key} is missing")));
        }
        (tree::NodeValue::List(items), Some("array")) => {
            for item in items {
                check(
                    item,
                    rule.get("items").unwrap(),
                    &format!("{path}/-"),
                    wrong,
                );
            }
        }
        (tree::NodeValue::Text(_), Some("string")) => {}
        (tree::NodeValue::Text(text), None) => {
            let words = rule
                .get("enum")
                .cloned()
                .unwrap_or_else(|| serde_json::json!([rule.get("const").unwrap().to_string()]));
            if !self::words(&words).contains(text) {
                wrong.push(format!("{path} is {text}"));
            }
        }
        _ => wrong.push(format!("{path} has another type")),
    }
}
