//! Ids of IAM, and what a name stood for at a moment.

use std::sync::Arc;

/// An id of IAM (`AIDA…`, `AGPA…`), or a stand-in for one that no record gave.
pub type IamId = Arc<str>;

/// What a name stood for at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// Exactly one.
    One(IamId),
    /// One of these; the logs do not tell which.
    OneOf(Vec<IamId>),
    /// Nothing that is known.
    Unknown,
}

impl Bearer {
    /// All that it can be.
    pub(super) fn ids(&self) -> Vec<IamId> {
        match self {
            Self::One(id) => vec![Arc::clone(id)],
            Self::OneOf(ids) => ids.clone(),
            Self::Unknown => Vec::new(),
        }
    }
}
