//! What the policy says to a thing that can be allowed or not.

/// What the policy says to a thing that can be allowed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AllowOrDeny {
    /// It is a finding.
    Deny,
    /// It is none.
    Allow,
}

impl AllowOrDeny {
    /// Every decision, as the policy file spells them.
    pub const ALL: [Self; 2] = [Self::Deny, Self::Allow];

    /// As written in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }
}
