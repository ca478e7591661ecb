//! The target of a call.

/// The target of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TamperTarget {
    /// This resource, by name, ARN or URL.
    Named(String),
    /// This policy or account of the organization; empty: the account that made the call. The
    /// record doesn't show whether it affects the guard.
    MayReach(String),
    /// CloudTrail left out the parameters because they were too large. No legitimate call is that
    /// large.
    LeftOut,
    /// The record names nothing that could be compared with the guard's resources.
    Unnamed,
}
