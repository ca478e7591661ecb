//! The policy's answer for something that it can allow or deny.

/// The policy's answer for something that it can allow or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AllowOrDeny {
    /// It's a finding.
    Deny,
    /// It isn't a finding.
    Allow,
}

impl AllowOrDeny {
    /// Both decisions.
    pub const ALL: [Self; 2] = [Self::Deny, Self::Allow];

    /// The word in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }
}
