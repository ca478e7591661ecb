//! A person of Identity Center, by id.

use std::sync::Arc;

/// A user of an identity store. An id counts only together with its store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreUser {
    /// The identity store: `d-…`.
    pub store: Arc<str>,
    /// The user's id in it.
    pub user: Arc<str>,
}
