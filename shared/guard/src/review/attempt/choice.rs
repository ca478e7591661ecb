//! The values of a request that the caller can choose.

use crate::iam::{AccessDecision, ContextValue, Truth};

/// A key of a request whose value the caller can choose.
#[derive(Debug, Clone)]
pub(in crate::review) struct Choice {
    pub(super) key: String,
    /// The values that they would use anyway; only the first if no policy checks the key.
    pub(super) own: Vec<ContextValue>,
    /// Whether they can use any value that a policy requires.
    pub(super) is_free: bool,
}

impl Choice {
    /// One of these values, or any value that a policy requires.
    pub(in crate::review) fn open_ended(key: &str, own: impl Into<Vec<ContextValue>>) -> Self {
        Self {
            key: key.to_owned(),
            own: own.into(),
            is_free: true,
        }
    }

    /// Only one of these values.
    pub(in crate::review) fn one_of(key: &str, own: impl Into<Vec<ContextValue>>) -> Self {
        Self {
            key: key.to_owned(),
            own: own.into(),
            is_free: false,
        }
    }
}

/// What a decision is checked for; usually whether the request is allowed. An answer that is
/// definite with less knowledge must stay the same with more.
pub(in crate::review) type Goal<'g, 'a> = &'g dyn Fn(&AccessDecision<'a>) -> Truth;
