//! Reasons why a relevant record can't be used, completely or in part.

use crate::untrusted::harmless;

/// Why a relevant record can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// Not JSON, or not of CloudTrail's shape.
    #[error("not a CloudTrail record: {0}")]
    Shape(String),
    /// A required field is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field has a value of the wrong type, such as a list instead of a text.
    #[error("`{field}` isn't in the form that CloudTrail uses")]
    Unlike {
        /// The field.
        field: &'static str,
    },
    /// It isn't certain which account the record belongs to.
    #[error("`recipientAccountId` is missing, and it isn't certain whose record this is: {0}")]
    Whose(String),
    /// A field has a value that CloudTrail never writes.
    #[error("`{field}` is `{found}`: {expected}")]
    Odd {
        /// The field.
        field: &'static str,
        /// The value, made safe to print.
        found: String,
        /// What is expected there.
        expected: String,
    },
}

impl RecordProblem {
    /// A text that isn't valid for its field.
    pub(crate) fn unexpected_text(field: &'static str, found: &str, expected: &str) -> Self {
        Self::Odd {
            field,
            found: harmless(found),
            expected: expected.to_owned(),
        }
    }

    /// The message for a detail's problem in a record that was judged anyway.
    pub fn of_detail(&self) -> String {
        format!(
            "{self}; anything that depends on it is unproven, but the rest of the record is used"
        )
    }
}
