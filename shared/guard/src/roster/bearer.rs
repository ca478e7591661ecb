//! IAM ids, and the user or group that had a name at a moment.

use std::sync::Arc;

/// An IAM id (`AIDA…`, `AGPA…`), or a placeholder if no record shows the id.
pub type IamId = Arc<str>;

/// The user or group that had a name at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// Exactly this one.
    One(IamId),
    /// One of these; the logs don't show which.
    OneOf(Vec<IamId>),
    /// None that is known.
    Unknown,
}

impl Bearer {
    /// All candidates.
    pub(crate) fn ids(&self) -> Vec<IamId> {
        match self {
            Self::One(id) => vec![Arc::clone(id)],
            Self::OneOf(ids) => ids.clone(),
            Self::Unknown => Vec::new(),
        }
    }
}
