//! What a call worked on.

/// What a call worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TamperTarget {
    /// This resource, by name, ARN or URL.
    Named(String),
    /// This policy or account of the organization; empty: the account that made the call. Whether
    /// that reaches the guard, the record does not tell.
    MayReach(String),
    /// The parameters were so large that CloudTrail left them out. No honest call is.
    LeftOut,
    /// The record names nothing that could be held against what is guarded.
    Unnamed,
}
