//! Corrects statements.

use crate::text;
use crate::text::Text;
use serde_json::{Map, Value, json};

use super::session;
use super::view::name_of;
use crate::arn::iam_arn;
use crate::iam::{AppliedStatement, PolicyPlace, Principal, Statement};

const MFA: &str = "aws:MultiFactorAuthPresent";

/// The statement, requiring MFA of people: with `Bool`, which a request without the key doesn't
/// meet. Services and providers in the same statement get a separate one, because they have no MFA.
pub(super) fn demanding_mfa(statement: &Value) -> Vec<Value> {
    // People paste corrections unchanged, so they keep every member of the statement that doesn't
    // have to change.
    let mut people = statement.clone();
    let mut rest = None;
    if let Some(Value::Object(kinds)) = people.get_mut("Principal") {
        let others: Map<String, Value> = kinds
            .iter()
            .filter(|(kind, _)| *kind != "AWS")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if !others.is_empty() && kinds.contains_key("AWS") {
            kinds.retain(|kind, _| kind == "AWS");
            let mut other = statement.clone();
            put(&mut other, "Principal", Value::Object(others));
            if let Some(object) = other.as_object_mut() {
                // A `Sid` must be unique in a policy.
                object.remove("Sid");
            }
            rest = Some(other);
        }
    }
    let mut block = people
        .get("Condition")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    // All existing conditions on the key are replaced.
    for keys in block.values_mut().filter_map(Value::as_object_mut) {
        keys.retain(|key, _| !key.eq_ignore_ascii_case(MFA));
    }
    block.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
    // `Bool` rather than `BoolIfExists`: the latter allows permanent keys, whose requests don't
    // carry the key at all.
    let bool_block = block.entry("Bool").or_insert_with(|| json!({}));
    put(bool_block, MFA, json!("true"));
    put(&mut people, "Condition", Value::Object(block));
    std::iter::once(people).chain(rest).collect()
}

/// The statement, limited to sessions of at most this many seconds.
pub(super) fn limiting(statement: &Value, seconds: i64) -> Vec<Value> {
    let mut limited = statement.clone();
    let mut block = limited
        .get("Condition")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    put(
        block
            .entry("NumericLessThanEquals")
            .or_insert_with(|| json!({})),
        "sts:DurationSeconds",
        // As text, which is how IAM's own examples write numbers in conditions.
        json!(seconds.to_string()),
    );
    put(&mut limited, "Condition", Value::Object(block));
    vec![limited]
}

/// The statement without some actions on some resources. If it only names those, the result has
/// less of it, or is empty. Otherwise, the result is the same statement with an added `Deny`; this
/// is always so for an AWS managed policy.
pub(super) fn without(
    grant: &AppliedStatement<'_>,
    actions: &[&str],
    resources: &[&str],
) -> Vec<Value> {
    // Nobody can edit an AWS managed policy, so only a Deny elsewhere helps.
    let less = if grant.place.is_of_aws() {
        None
    } else {
        statement_without(grant.statement, actions, resources)
    };
    less.unwrap_or_else(|| vec![grant.statement.json.clone(), denial(actions, resources)])
}

/// Where a correction belongs, if not at the statement's place.
pub(super) fn elsewhere(place: &PolicyPlace) -> Text {
    match place {
        PolicyPlace::Managed { holder, arn } if place.is_of_aws() => text!(
            "; {policy} is an AWS managed policy and can't be edited, so add the `Deny` to another policy of {holder}",
            policy = name_of(arn),
            holder = name_of(holder)
        ),
        _ => Text::default(),
    }
}

fn statement_without(
    statement: &Statement,
    actions: &[&str],
    resources: &[&str],
) -> Option<Vec<Value>> {
    let scope = statement
        .resource
        .as_ref()
        .filter(|scope| !scope.all_but && !statement.action.all_but)?;
    let meant = |pattern: &String| {
        actions
            .iter()
            .any(|action| action.eq_ignore_ascii_case(pattern))
    };
    let plain = |patterns: &[String]| {
        patterns
            .iter()
            .all(|pattern| !pattern.contains(['*', '?', '$']))
    };
    let written = &statement.action.patterns;
    // Nothing can be removed from `sts:*` without spelling out all other actions, so a Deny is
    // added.
    if !plain(written) {
        return None;
    }
    let other_actions: Vec<&String> = written.iter().filter(|pattern| !meant(pattern)).collect();
    if other_actions.is_empty() {
        // All its actions have to be removed, but only for some resources.
        let stay: Vec<&String> = scope
            .patterns
            .iter()
            .filter(|pattern| !resources.contains(&pattern.as_str()))
            .collect();
        if stay.is_empty() {
            return Some(Vec::new());
        }
        // If the resources contain a wildcard, those that stay may still cover the one to remove.
        if plain(&scope.patterns) {
            let mut fixed = statement.json.clone();
            put(&mut fixed, "Resource", json!(stay));
            return Some(vec![fixed]);
        }
        return None;
    }
    let all_meant = scope
        .patterns
        .iter()
        .all(|pattern| resources.contains(&pattern.as_str()));
    all_meant.then(|| {
        let mut fixed = statement.json.clone();
        put(&mut fixed, "Action", json!(other_actions));
        vec![fixed]
    })
}

fn denial(actions: &[&str], resources: &[&str]) -> Value {
    let one_or_all = |texts: &[&str]| {
        if let [one] = texts {
            json!(one)
        } else {
            json!(texts)
        }
    };
    json!({"Effect": "Deny", "Action": one_or_all(actions), "Resource": one_or_all(resources)})
}

/// A trust statement for only these AWS principals; empty if none is left and it names nobody else.
pub(super) fn trusting(statement: &Value, principals: &[String]) -> Vec<Value> {
    let mut fixed = statement.clone();
    let Some(object) = fixed.as_object_mut() else {
        return Vec::new();
    };
    object.remove("NotPrincipal");
    let mut kinds = object
        .get("Principal")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    match principals {
        [] => drop(kinds.remove("AWS")),
        [one] => drop(kinds.insert("AWS".to_owned(), json!(one))),
        several => drop(kinds.insert("AWS".to_owned(), json!(several))),
    }
    if kinds.is_empty() {
        return Vec::new();
    }
    object.insert("Principal".to_owned(), Value::Object(kinds));
    vec![fixed]
}

/// The statement without a kind of principal (`Service`, `Federated`).
pub(super) fn without_kind(statement: &Value, kind: &str) -> Vec<Value> {
    let mut fixed = statement.clone();
    let Some(Value::Object(kinds)) = fixed.get_mut("Principal") else {
        return Vec::new();
    };
    kinds.remove(kind);
    if kinds.is_empty() {
        Vec::new()
    } else {
        vec![fixed]
    }
}

/// The trust statement for everybody except one caller; for a role, except all its sessions.
pub(super) fn without_caller(statement: &Statement, caller: &str, partition: &str) -> Vec<Value> {
    let named = statement
        .principal
        .iter()
        .flat_map(|principals| &principals.named);
    let is_caller = |arn: &str| arn == caller || session::is_of_role(arn, caller);
    let literal = named
        .clone()
        .any(|principal| matches!(principal, Principal::Arn(arn) if is_caller(arn)));
    let others = named.filter_map(|principal| match principal {
        Principal::Arn(arn) => (!is_caller(arn)).then(|| arn.clone()),
        Principal::Account(account) => Some(iam_arn(Some(partition), account, "root")),
        Principal::Id(id) => Some(id.clone()),
        Principal::Everyone => Some("*".to_owned()),
        _ => None,
    });
    if literal {
        trusting(&statement.json, &others.collect::<Vec<_>>())
    } else {
        except(&statement.json, caller)
    }
}

/// The trust statement, and a Deny for one caller.
fn except(statement: &Value, arn: &str) -> Vec<Value> {
    vec![
        statement.clone(),
        json!({"Effect": "Deny", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}),
    ]
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
