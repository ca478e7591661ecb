//! The keys of a role that a rule enforces.

/// What an entry of `roles` asks for, as far as single rules check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleCheck {
    /// `groups`
    Groups,
    /// `mfa`
    Mfa,
    /// `max_session`
    MaxSession,
    /// `max_stretch`
    MaxStretch,
    /// `max_per_day`
    MaxPerDay,
    /// `min_membership`
    MinMembership,
    /// `min_mfa_age`
    MinMfaAge,
    /// `chaining`
    Chaining,
    /// `identities`
    Identities,
}

impl RoleCheck {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Groups,
        Self::Mfa,
        Self::MaxSession,
        Self::MaxStretch,
        Self::MaxPerDay,
        Self::MinMembership,
        Self::MinMfaAge,
        Self::Chaining,
        Self::Identities,
    ];

    /// The key in the policy file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Mfa => "mfa",
            Self::MaxSession => "max_session",
            Self::MaxStretch => "max_stretch",
            Self::MaxPerDay => "max_per_day",
            Self::MinMembership => "min_membership",
            Self::MinMfaAge => "min_mfa_age",
            Self::Chaining => "chaining",
            Self::Identities => "identities",
        }
    }
}
