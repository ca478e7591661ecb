//! Yes, no, or open.

use crate::text::Text;
use std::collections::BTreeSet;

/// An answer that may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// True.
    Yes,
    /// False.
    No,
    /// It depends on these conditions, each in words.
    Open(BTreeSet<Text>),
}

impl Truth {
    /// Open for one reason.
    pub fn open(reason: impl Into<Text>) -> Self {
        Self::Open(BTreeSet::from([reason.into()]))
    }

    /// True if both are.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, rest) | (rest, Self::Yes) => rest,
            (Self::Open(mut a), Self::Open(b)) => {
                a.extend(b);
                Self::Open(a)
            }
        }
    }

    /// True if at least one is.
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// The opposite; open stays open.
    #[expect(
        clippy::should_implement_trait,
        reason = "`!` would read worse between `and` and `or`"
    )]
    pub fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Open(reasons) => Self::Open(reasons),
        }
    }

    /// True if all are, or if there are none.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for truth in truths {
            all = all.and(truth);
            if all.is_no() {
                break;
            }
        }
        all
    }

    /// True if at least one is; false if there are none.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for truth in truths {
            any = any.or(truth);
            if any.is_yes() {
                break;
            }
        }
        any
    }

    /// Whether it's certainly true.
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }

    /// Whether it's certainly false.
    pub fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// The conditions that it depends on; empty if it's decided.
    pub fn reasons(&self) -> impl Iterator<Item = &Text> {
        let reasons = if let Self::Open(reasons) = self {
            Some(reasons)
        } else {
            None
        };
        reasons.into_iter().flatten()
    }
}

impl From<bool> for Truth {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_outweighs_what_is_open_where_it_can() {
        let open = || Truth::open("a");
        assert_eq!(open().and(Truth::No), Truth::No);
        assert_eq!(open().or(Truth::Yes), Truth::Yes);
        assert_eq!(open().and(Truth::Yes), open());
        assert_eq!(open().or(Truth::No), open());
        assert_eq!(
            open().and(Truth::open("b")).reasons().collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(Truth::all([]), Truth::Yes);
        assert_eq!(Truth::any([]), Truth::No);
    }
}
