//! Texts of a policy document, and the error for an invalid one.

use serde_json::Value;

/// Why a value isn't a valid policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DocumentError(String);

impl DocumentError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// One text or a list of texts. Numbers and booleans count with their JSON text.
pub(super) fn one_or_more_texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => Some(vec![text(one)?]),
    }
}

/// Decodes percent-encoded text (RFC 3986), which the IAM API returns.
pub(crate) fn decoded(text: &str) -> Result<String, DocumentError> {
    let wrong = || DocumentError::new("it is neither JSON nor URL-encoded JSON");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |digit: Option<u8>| {
                char::from(digit?)
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            };
            let (high, low) = (
                digit(rest.next()).ok_or_else(wrong)?,
                digit(rest.next()).ok_or_else(wrong)?,
            );
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
