//! Why a record that matters cannot be used, as a whole or in part.

use crate::untrusted::harmless;

/// Why a record that matters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// Not JSON, or not of CloudTrail's shape.
    #[error("not a CloudTrail record: {0}")]
    Shape(String),
    /// A field that every record has is absent.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field holds something of another kind, such as a list for a text.
    #[error("`{field}` isn't in the form that CloudTrail uses")]
    Unlike {
        /// Which field.
        field: &'static str,
    },
    /// It is not certain whose record it is.
    #[error("`recipientAccountId` is missing, and it isn't certain whose record this is: {0}")]
    Whose(String),
    /// A field holds something that CloudTrail never writes.
    #[error("`{field}` is `{found}`: {expected}")]
    Odd {
        /// Which field.
        field: &'static str,
        /// What it holds, made harmless.
        found: String,
        /// What belongs there.
        expected: String,
    },
}

impl RecordProblem {
    /// A text that does not belong where it stands.
    pub(crate) fn odd(field: &'static str, found: &str, expected: &str) -> Self {
        Self::Odd {
            field,
            found: harmless(found),
            expected: expected.to_owned(),
        }
    }

    /// The problem of a detail, for whoever reads that a record was judged all the same.
    pub fn of_detail(&self) -> String {
        format!(
            "{self}; anything that depends on it is unproven, but the rest of the record is used"
        )
    }
}
