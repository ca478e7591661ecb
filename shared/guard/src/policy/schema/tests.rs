//! The schema is written by hand because of its descriptions. These tests compare it with the
//! reader.

use super::schema;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalogue;
use crate::policy::problem::Problems;
use crate::policy::read::{
    DEFAULTS_KEYS, IDENTITY_CENTER_KEYS, MFA_KEYS, NARROW_KEYS, POLICY_KEYS, ROLE_KEYS,
    RULE_SETTING_KEYS, SAML_KEYS, SUPPRESSION_KEYS, WEB_KEYS,
};
use crate::policy::tree::{self, Node};
use crate::policy::{AllowOrDeny, EXAMPLE, ExternalIdp, IdentityKind, Mfa, Severity};

fn parsed() -> Value {
    serde_json::from_str(&schema()).unwrap()
}

fn schema_at(pointer: &str) -> Value {
    parsed()
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{pointer}"))
        .clone()
}

fn words_in(value: &Value) -> BTreeSet<String> {
    let texts: Vec<String> = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        other => serde_json::from_value(other.clone()).unwrap(),
    };
    texts.into_iter().collect()
}

fn word_set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_keys_of_the_reader_and_no_other() {
    for (object, keys) in [
        ("", POLICY_KEYS),
        ("/$defs/defaults", DEFAULTS_KEYS),
        ("/$defs/role", ROLE_KEYS),
        ("/$defs/identity_center", IDENTITY_CENTER_KEYS),
        ("/$defs/rule_setting", RULE_SETTING_KEYS),
        ("/$defs/suppression", SUPPRESSION_KEYS),
        ("/$defs/narrowed_identity", NARROW_KEYS),
        ("/$defs/saml", SAML_KEYS),
        ("/$defs/web_identity", WEB_KEYS),
    ] {
        assert_eq!(
            words_in(&schema_at(&format!("{object}/properties"))),
            word_set(keys.iter().copied()),
            "{object}"
        );
        assert_eq!(
            schema_at(&format!("{object}/additionalProperties")),
            Value::Bool(false),
            "{object}"
        );
        for key in keys {
            let rule = schema_at(&format!("{object}/properties/{key}"));
            let shared = rule.get("$ref").and_then(Value::as_str);
            let shared = shared.map(|target| schema_at(target.trim_start_matches('#')));
            let described = [Some(&rule), shared.as_ref()]
                .into_iter()
                .flatten()
                .any(|rule| rule.get("description").is_some_and(Value::is_string));
            assert!(described, "{object} {key}");
        }
    }
}

#[test]
fn the_schema_has_the_words_of_the_reader() {
    let role = "/$defs/defaults/properties";
    assert_eq!(
        words_in(&schema_at("/$defs/decision/enum")),
        word_set(AllowOrDeny::ALL.map(AllowOrDeny::as_str))
    );
    assert_eq!(
        words_in(&schema_at("/$defs/mfa_word/enum")),
        word_set(Mfa::ALL.map(Mfa::as_str))
    );
    assert_eq!(
        words_in(&schema_at(&format!("{role}/severity/enum"))),
        word_set(Severity::ALL.map(Severity::as_str))
    );
    assert_eq!(
        words_in(&schema_at("/$defs/identity_type/enum")),
        word_set(IdentityKind::ALL.map(IdentityKind::as_str))
    );
    assert_eq!(
        words_in(&schema_at(
            "/$defs/identity_center/properties/external_idp/enum"
        )),
        word_set(ExternalIdp::ALL.map(ExternalIdp::as_str))
    );
    let kinds = words_in(&schema_at("/$defs/mfa_by_kind/properties"));
    assert_eq!(kinds, word_set(MFA_KEYS.iter().copied()));
    assert_eq!(kinds, word_set(IdentityKind::ALL.map(IdentityKind::as_str)));
    let rules = catalogue::listed()
        .filter(|rule| rule.suppressible)
        .map(|rule| rule.code);
    assert_eq!(
        words_in(&schema_at("/$defs/suppression/properties/rule/enum")),
        word_set(rules)
    );
    let rules = catalogue::listed().filter(|rule| rule.suppressible);
    assert_eq!(
        words_in(&schema_at("/$defs/rule_name/enum")),
        word_set(rules.flat_map(|rule| [rule.code, rule.name]))
    );
    assert_eq!(
        words_in(&schema_at("/$defs/rule_setting/properties/severity/enum")),
        word_set(Severity::ALL.map(Severity::as_str))
    );
}

/// A policy with an entry of every kind.
fn good_policy() -> Value {
    serde_json::json!({
        "version": "1",
        "accounts": {"111122223333": "dev"},
        "identity_center": {"account": "dev", "regions": ["us-east-1"], "identity_store": "d-1234567890"},
        "roles": [
            {"arn": "arn:aws:iam::111122223333:role/A", "groups": ["dev/B"]},
            {"permission_set": "A", "groups": ["identity-center/B"]},
        ],
        "rules": {"RW013": {"enabled": "false", "reason": "r"}},
        "suppress": [{"rule": "RW003", "caller": "*", "reason": "r", "owner": "o", "until": "2026-12-31"}],
    })
}

#[test]
fn the_schema_requires_what_the_reader_requires() {
    let good = good_policy();
    let reads =
        |policy: &Value| crate::policy::Policy::read(policy.to_string().as_bytes(), "p").is_ok();
    assert!(reads(&good));
    // Without the entry that needs `identity_center`.
    let mut plain = good.clone();
    plain["roles"].as_array_mut().unwrap().pop();
    // This file has no `defaults` that would supply them.
    let groups = "/then/properties/roles/items/required";
    for (whole, inside, required, keys) in [
        (&plain, "", vec!["/required"], POLICY_KEYS),
        (
            &good,
            "/roles/0",
            vec!["/$defs/role/oneOf/0/required", groups],
            ROLE_KEYS,
        ),
        (
            &good,
            "/roles/1",
            vec!["/$defs/role/oneOf/1/required", groups],
            ROLE_KEYS,
        ),
        (
            &good,
            "/identity_center",
            vec!["/$defs/identity_center/required"],
            IDENTITY_CENTER_KEYS,
        ),
        (
            &good,
            "/rules/RW013",
            vec![
                "/$defs/rule_setting/required",
                "/$defs/rule_setting/oneOf/0/required",
            ],
            RULE_SETTING_KEYS,
        ),
        (
            &good,
            "/suppress/0",
            vec!["/$defs/suppression/required"],
            SUPPRESSION_KEYS,
        ),
    ] {
        let required: BTreeSet<String> = required
            .iter()
            .flat_map(|place| words_in(&schema_at(place)))
            .collect();
        for key in keys {
            let mut less = whole.clone();
            less.pointer_mut(inside)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(*key);
            assert_eq!(!reads(&less), required.contains(*key), "{inside} {key}");
        }
    }
    let mut both = good.clone();
    both["roles"][0]["permission_set"] = "A".into();
    assert!(!reads(&both) && schema_at("/$defs/role/oneOf").as_array().unwrap().len() == 2);
}

#[test]
fn the_schema_requires_groups_unless_defaults_have_them() {
    let reads = |defaults: &str| {
        let text = format!(
            "version: 1\naccounts: {{111122223333: dev}}\n{defaults}\nroles:\n  - {{arn: 'arn:aws:iam::111122223333:role/A'}}\n"
        );
        crate::policy::Policy::read(text.as_bytes(), "p").is_ok()
    };
    assert!(reads("defaults: {groups: [dev/B]}"));
    assert!(!reads("defaults: {mfa: required}") && !reads(""));
    assert_eq!(
        schema_at("/if"),
        serde_json::json!({"not": {"required": ["defaults"],
            "properties": {"defaults": {"required": ["groups"]}}}})
    );
}

/// The example file, with the lines that it shows in comments.
fn whole_example() -> String {
    let lines = EXAMPLE.lines().map(|line| {
        let (front, rest) = line.split_once("# ").unwrap_or((line, ""));
        let is_yaml = rest.starts_with(['-', ' '])
            || ["defaults:", "identity_center:", "rules:"].contains(&rest);
        if front.trim().is_empty() && is_yaml {
            format!("{front}{rest}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

#[test]
fn the_example_has_every_key_and_fits_the_schema() {
    let text = whole_example();
    let policy = crate::policy::Policy::read(text.as_bytes(), "p");
    let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(policy.warnings, []);
    let mut problems = Problems::default();
    let root = tree::parse_tree(&text, &mut problems).unwrap();
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    check_node(&root, &parsed(), "", &mut found, &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
    for (path, keys) in [
        ("", POLICY_KEYS),
        ("/defaults", DEFAULTS_KEYS),
        ("/roles/-", ROLE_KEYS),
        ("/identity_center", IDENTITY_CENTER_KEYS),
        ("/rules/RW009", &["severity", "reason"]),
        ("/rules/unused-elevation", &["enabled", "reason"]),
        ("/suppress/-", SUPPRESSION_KEYS),
        ("/roles/-/identities/-", NARROW_KEYS),
        ("/roles/-/identities/-/saml", SAML_KEYS),
        ("/roles/-/identities/-/web-identity", WEB_KEYS),
    ] {
        for key in keys {
            // The example shows the keys of `defaults` in an entry.
            let shown = [
                path,
                if path == "/defaults" {
                    "/roles/-"
                } else {
                    path
                },
            ];
            assert!(
                shown
                    .iter()
                    .any(|path| found.contains(&format!("{path}/{key}"))),
                "{path}/{key} is missing"
            );
        }
    }
}

/// Checks types, keys and words; the patterns are only for editors. `found`: the keys by their
/// paths.
fn check_node(
    node: &Node,
    rule: &Value,
    path: &str,
    found: &mut BTreeSet<String>,
    wrong: &mut Vec<String>,
) {
    if let Some(target) = rule.get("$ref") {
        let target = schema_at(target.as_str().unwrap().trim_start_matches('#'));
        return check_node(node, &target, path, found, wrong);
    }
    if let Some(rules) = rule.get("anyOf").and_then(Value::as_array) {
        let fits = |rule: &Value| {
            let mut wrong = Vec::new();
            check_node(node, rule, path, &mut BTreeSet::new(), &mut wrong);
            wrong.is_empty()
        };
        match rules.iter().find(|rule| fits(rule)) {
            Some(rule) => check_node(node, rule, path, found, wrong),
            None => wrong.push(format!("{path} has no form of the schema")),
        }
        return;
    }
    match (&node.value, rule.get("type").and_then(Value::as_str)) {
        (tree::NodeValue::Map(pairs), Some("object")) => {
            let known = rule.get("properties").and_then(Value::as_object);
            for (key, value) in pairs {
                let path = format!("{path}/{}", key.as_text().unwrap());
                let key = key.as_text().unwrap();
                match known.map_or(rule.get("additionalProperties"), |known| known.get(key)) {
                    Some(rule) => check_node(value, rule, &path, found, wrong),
                    None => wrong.push(format!("{path} is unknown")),
                }
                found.insert(path);
            }
        }
        (tree::NodeValue::List(items), Some("array")) => {
            for item in items {
                let rule = rule.get("items").unwrap();
                check_node(item, rule, &format!("{path}/-"), found, wrong);
            }
        }
        (tree::NodeValue::Text(_), Some("string")) => {}
        (tree::NodeValue::Text(text), Some("boolean")) if ["true", "false"].contains(&&**text) => {}
        (tree::NodeValue::Text(text), None) => {
            let words = rule
                .get("enum")
                .cloned()
                .unwrap_or_else(|| serde_json::json!([rule.get("const").unwrap().to_string()]));
            if !words_in(&words).contains(text) {
                wrong.push(format!("{path} is {text}"));
            }
        }
        _ => wrong.push(format!("{path} has another type")),
    }
}
