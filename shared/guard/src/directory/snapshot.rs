//! A roster of Identity Center: what the AWS CLI lists of an identity store, in one JSON file.

use std::sync::Arc;

use crate::moment::Moment;

/// Users, groups and memberships of one identity store at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreSnapshot {
    /// The identity store: `d-1234567890`.
    pub store: Arc<str>,
    /// When it was taken. `None`: nobody said.
    pub taken: Option<Moment>,
}

/// Why a file is not such a roster.
#[derive(Debug, thiserror::Error)]
pub enum StoreSnapshotError {
    /// Not the JSON that is expected.
    #[error("not a roster of Identity Center: {0}")]
    Shape(#[from] serde_json::Error),
}

impl StoreSnapshot {
    /// Whether a file means to be a roster of Identity Center, by its content.
    pub fn is_meant(json: &[u8]) -> bool {
        memchr::memmem::find(json, b"\"IdentityStoreId\"").is_some()
    }

    /// Reads one file.
    ///
    /// # Errors
    /// The JSON is of another kind or contradicts itself.
    pub fn read(json: &[u8], taken: Option<Moment>) -> Result<Self, StoreSnapshotError> {
        let value: serde_json::Value = serde_json::from_slice(json)?;
        let store = value.get("IdentityStoreId").and_then(|id| id.as_str());
        Ok(Self {
            store: Arc::from(store.unwrap_or_default()),
            taken,
        })
    }
}
