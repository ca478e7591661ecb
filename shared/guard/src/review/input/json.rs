//! Lists and texts in the output of the AWS CLI.

use serde_json::{Map, Value};

/// The objects of a list; empty if the key is missing.
pub(super) fn objects<'a>(
    page: &'a Map<String, Value>,
    key: &str,
) -> Result<Vec<&'a Map<String, Value>>, String> {
    let Some(list) = page.get(key) else {
        return Ok(Vec::new());
    };
    let list = list
        .as_array()
        .ok_or_else(|| format!("`{key}` is not a list"))?;
    let object = |(at, value): (usize, &'a Value)| {
        value
            .as_object()
            .ok_or_else(|| format!("entry {} of `{key}` is not an object", at + 1))
    };
    list.iter().enumerate().map(object).collect()
}

pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a str, String> {
    object
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("an entry has no `{key}`"))
}
