//! A policy document as IAM returns it: JSON, or URL-encoded JSON.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::principal::Principals;
use super::statement::{Effect, Statement, StatementScope};
use super::text::{DocumentError, decoded, one_or_more_texts};

/// A parsed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamDocument {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

impl IamDocument {
    /// Reads a document: an object, or its text, URL-encoded or not.
    ///
    /// # Errors
    /// What isn't valid in it. A document is read completely or not at all, because half a policy
    /// is a different policy.
    pub fn read(value: &Value) -> Result<Self, DocumentError> {
        let parsed;
        let object = match value {
            Value::Object(object) => object,
            Value::String(text) => {
                let text = if text.trim_start().starts_with('%') {
                    decoded(text)?
                } else {
                    text.clone()
                };
                parsed = serde_json::from_str::<Map<String, Value>>(&text)
                    .map_err(|why| DocumentError::new(format!("not JSON: {why}")))?;
                &parsed
            }
            _ => {
                return Err(DocumentError::new(
                    "a policy must be a JSON object or a string that contains one",
                ));
            }
        };
        if let Some(other) = object
            .keys()
            .find(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement"))
        {
            return Err(DocumentError::new(format!(
                "`{other}` is not an element of a policy"
            )));
        }
        let variables = match object.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => false,
            Some(Some("2012-10-17")) => true,
            Some(_) => {
                return Err(DocumentError::new(
                    "`Version` must be `2012-10-17` or `2008-10-17`",
                ));
            }
        };
        let statements = match object.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => {
                return Err(DocumentError::new(
                    "`Statement` must be an object or a list of objects",
                ));
            }
        };
        let mut read = Vec::new();
        for (at, value) in statements.into_iter().enumerate() {
            read.push(
                statement(value, variables)
                    .map_err(|why| DocumentError::new(format!("statement {}: {why}", at + 1)))?,
            );
        }
        Ok(Self { statements: read })
    }
}

fn statement(value: &Value, variables: bool) -> Result<Statement, DocumentError> {
    let object = value
        .as_object()
        .ok_or_else(|| DocumentError::new("not an object"))?;
    if let Some(other) = object.keys().find(|key| !ELEMENTS.contains(&key.as_str())) {
        return Err(DocumentError::new(format!(
            "`{other}` is not an element of a statement"
        )));
    }
    let effect = match object.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(DocumentError::new("`Effect` must be `Allow` or `Deny`")),
    };
    let action = parse_scope(object, "Action", "NotAction")?
        .ok_or_else(|| DocumentError::new("it has neither `Action` nor `NotAction`"))?;
    let resource = parse_scope(object, "Resource", "NotResource")?;
    let principal = match (object.get("Principal"), object.get("NotPrincipal")) {
        (None, None) => None,
        (Some(names), None) => Some(Principals::read(names, false)?),
        (None, Some(names)) => Some(Principals::read(names, true)?),
        (Some(_), Some(_)) => {
            return Err(DocumentError::new(
                "it has both `Principal` and `NotPrincipal`",
            ));
        }
    };
    let conditions = object
        .get("Condition")
        .map_or_else(|| Ok(Vec::new()), |block| conditions(block, variables))?;
    let sid = object.get("Sid").and_then(Value::as_str).map(str::to_owned);
    Ok(Statement {
        sid,
        effect,
        action,
        resource,
        principal,
        conditions,
        json: value.clone(),
        variables,
    })
}

fn parse_scope(
    object: &Map<String, Value>,
    only: &str,
    all_but: &str,
) -> Result<Option<StatementScope>, DocumentError> {
    let (key, value, is_all_but) = match (object.get(only), object.get(all_but)) {
        (None, None) => return Ok(None),
        (Some(value), None) => (only, value, false),
        (None, Some(value)) => (all_but, value, true),
        (Some(_), Some(_)) => {
            return Err(DocumentError::new(format!(
                "it has both `{only}` and `{all_but}`"
            )));
        }
    };
    let patterns = one_or_more_texts(value).ok_or_else(|| {
        DocumentError::new(format!("`{key}` must be a string or a list of strings"))
    })?;
    Ok(Some(StatementScope {
        all_but: is_all_but,
        patterns,
    }))
}

fn conditions(block: &Value, variables: bool) -> Result<Vec<Condition>, DocumentError> {
    let wrong = || DocumentError::new("`Condition` must map operators to keys, and keys to values");
    let mut conditions = Vec::new();
    for (operator, keys) in block.as_object().ok_or_else(wrong)? {
        for (key, values) in keys.as_object().ok_or_else(wrong)? {
            conditions.push(Condition::new(
                operator,
                key,
                one_or_more_texts(values).ok_or_else(wrong)?,
                variables,
            ));
        }
    }
    Ok(conditions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_read_in_every_form_that_iam_has() {
        let object = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ["a", "b"],
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": true}, "NumericLessThan": {"aws:MultiFactorAuthAge": [3600, "60"]}}}});
        let read = IamDocument::read(&object).unwrap();
        let [statement] = read.statements.as_slice() else {
            panic!("one statement")
        };
        assert_eq!(statement.resource.as_ref().unwrap().patterns, ["a", "b"]);
        let shown: Vec<_> = statement
            .conditions
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            shown,
            [
                "Bool aws:MultiFactorAuthPresent true",
                "NumericLessThan aws:MultiFactorAuthAge 3600, 60"
            ]
        );
        assert_eq!(
            IamDocument::read(&Value::String(object.to_string())),
            Ok(read.clone())
        );
        let encoded = object
            .to_string()
            .replace('%', "%25")
            .replace('{', "%7B")
            .replace('"', "%22")
            .replace(':', "%3a");
        assert_eq!(IamDocument::read(&Value::String(encoded)), Ok(read));
    }

    #[test]
    fn half_a_policy_is_none() {
        for (value, why) in [
            (
                json!({"Statement": [{"Effect": "allow", "Action": "*"}]}),
                "statement 1: `Effect` must be `Allow` or `Deny`",
            ),
            (
                json!({"Statement": [{"Effect": "Allow"}]}),
                "statement 1: it has neither `Action` nor `NotAction`",
            ),
            (
                json!({"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "*"}]}),
                "statement 1: it has both `Action` and `NotAction`",
            ),
            (
                json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resorce": "*"}]}),
                "statement 1: `Resorce` is not an element of a statement",
            ),
            (
                json!({"Statement": []  , "Version": "2020-01-01"}),
                "`Version` must be `2012-10-17` or `2008-10-17`",
            ),
            (
                json!({"Statements": []}),
                "`Statements` is not an element of a policy",
            ),
            (
                json!({"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"Aws": "*"}}]}),
                "statement 1: `Aws` is not a type of principal",
            ),
            (json!("%7B%"), "it is neither JSON nor URL-encoded JSON"),
            (
                json!(7),
                "a policy must be a JSON object or a string that contains one",
            ),
        ] {
            assert_eq!(
                IamDocument::read(&value).unwrap_err().to_string(),
                why,
                "{value}"
            );
        }
    }
}
