//! What of a request is for the caller to choose.

use crate::iam::{AccessDecision, ContextValue, Truth};

/// What of a request is for the caller to choose.
#[derive(Debug, Clone)]
pub(in crate::review) struct Choice {
    pub(super) key: String,
    /// What they would put there anyway; the first, where no policy asks.
    pub(super) own: Vec<ContextValue>,
    /// Whether they can put there whatever a policy asks for.
    pub(super) is_free: bool,
}

impl Choice {
    /// One of these, or whatever a policy asks for.
    pub(in crate::review) fn free(key: &str, own: impl Into<Vec<ContextValue>>) -> Self {
        Self {
            key: key.to_owned(),
            own: own.into(),
            is_free: true,
        }
    }

    /// One of these and nothing else.
    pub(in crate::review) fn of(key: &str, own: impl Into<Vec<ContextValue>>) -> Self {
        Self {
            key: key.to_owned(),
            own: own.into(),
            is_free: false,
        }
    }
}

/// What is asked of a decision; usually whether the request is allowed. Whatever is decided with
/// less knowledge must hold with more.
pub(in crate::review) type Goal<'g, 'a> = &'g dyn Fn(&AccessDecision<'a>) -> Truth;
