//! Whether the policy requires MFA, for each identity type.

use super::IdentityKind;

/// Whether the policy requires MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mfa {
    /// The caller must have used MFA.
    Required,
    /// MFA isn't checked.
    Optional,
}

impl Mfa {
    /// Both values.
    pub const ALL: [Self; 2] = [Self::Required, Self::Optional];

    /// The word in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

/// Whether an entry requires MFA, for each identity type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MfaByKind([(IdentityKind, Mfa); IdentityKind::ALL.len()]);

impl MfaByKind {
    /// The same for every kind.
    pub fn same_for_all(mfa: Mfa) -> Self {
        Self(IdentityKind::ALL.map(|kind| (kind, mfa)))
    }

    /// The same, except for one kind.
    pub(super) fn with_kind(mut self, kind: IdentityKind, mfa: Mfa) -> Self {
        for (known, asked) in &mut self.0 {
            if *known == kind {
                *asked = mfa;
            }
        }
        self
    }

    /// The value for a kind.
    pub fn for_kind(&self, kind: IdentityKind) -> Mfa {
        let found = self.0.iter().find(|(known, _)| *known == kind);
        found.map_or(Mfa::Required, |(_, mfa)| *mfa)
    }

    /// Whether this kind must use MFA.
    pub fn requires(&self, kind: IdentityKind) -> bool {
        self.for_kind(kind) == Mfa::Required
    }

    /// The kinds without a requirement, when others have one.
    pub(super) fn excepted(&self) -> impl Iterator<Item = IdentityKind> {
        let some = self.0.iter().any(|(_, mfa)| *mfa == Mfa::Required);
        let optional = self.0.iter();
        optional
            .filter(move |(_, mfa)| some && *mfa == Mfa::Optional)
            .map(|(kind, _)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_word_for_one_kind_is_about_no_other(
            (first, second) in (0..IdentityKind::ALL.len(), 0..IdentityKind::ALL.len()),
            words in (0_usize..2, 0_usize..2),
        ) {
            let (same, other) = (Mfa::ALL[words.0], Mfa::ALL[words.1]);
            let (kind, asked) = (IdentityKind::ALL[first], IdentityKind::ALL[second]);
            let by_kind = MfaByKind::same_for_all(same).with_kind(kind, other);
            prop_assert_eq!(by_kind.for_kind(asked), if asked == kind { other } else { same });
        }
    }

    #[test]
    fn kinds_are_excepted_only_where_others_are_not() {
        let excepted = |mfa: MfaByKind| mfa.excepted().collect::<Vec<_>>();
        assert_eq!(excepted(MfaByKind::same_for_all(Mfa::Optional)), []);
        assert_eq!(excepted(MfaByKind::same_for_all(Mfa::Required)), []);
        let saml =
            MfaByKind::same_for_all(Mfa::Required).with_kind(IdentityKind::Saml, Mfa::Optional);
        assert_eq!(excepted(saml), [IdentityKind::Saml]);
    }
}
