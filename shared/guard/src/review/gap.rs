//! What is missing of an account. Everything that depends on it is unproven, and must not look
//! clean.

use crate::text;
use crate::text::Text;
use std::collections::BTreeSet;

use crate::iam::{AccessDecision, Truth};
use crate::id::AccountId;

/// A list of `aws iam get-account-authorization-details`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DetailList {
    /// `UserDetailList`
    Users,
    /// `GroupDetailList`
    Groups,
    /// `RoleDetailList`
    Roles,
    /// `Policies`
    Policies,
}

impl DetailList {
    /// All of them, in the order of the output.
    pub const ALL: [Self; 4] = [Self::Users, Self::Groups, Self::Roles, Self::Policies];

    /// Its key in the output.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Users => "UserDetailList",
            Self::Groups => "GroupDetailList",
            Self::Roles => "RoleDetailList",
            Self::Policies => "Policies",
        }
    }

    /// Its entries in words, such as `users`.
    pub fn word(self) -> Text {
        match self {
            Self::Users => text!("users"),
            Self::Groups => text!("groups"),
            Self::Roles => text!("roles"),
            Self::Policies => text!("policies"),
        }
    }
}

/// The part of an account that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MissingPart {
    /// Everything.
    Details,
    /// One of the lists.
    List(DetailList),
    /// The last page, so every list may have more entries.
    Page,
}

/// Something that wasn't supplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// The account whose details lack it.
    pub account: AccountId,
    pub(crate) part: MissingPart,
}

impl Gap {
    /// Why the policies of a user or role in the account are open; "its" means the account.
    pub(crate) fn why_open(&self) -> Text {
        match self.part {
            MissingPart::Details => not_given(),
            MissingPart::List(DetailList::Users) => {
                text!("its list of users (UserDetailList) was not supplied")
            }
            MissingPart::List(DetailList::Groups) => {
                text!("its list of groups (GroupDetailList) was not supplied")
            }
            MissingPart::List(DetailList::Roles) => {
                text!("its list of roles (RoleDetailList) was not supplied")
            }
            MissingPart::List(DetailList::Policies) => {
                text!("its list of policies (Policies) was not supplied")
            }
            MissingPart::Page => {
                text!("the last page of its authorization details was not supplied")
            }
        }
    }

    /// The sentence that says what is missing, for an account as it's shown.
    pub fn sentence_for(&self, account: &Text) -> Text {
        match self.part {
            MissingPart::Details => text!(
                "no authorization details for {account} were supplied",
                account
            ),
            MissingPart::List(list) => text!(
                "no list of {word} ({key}) for {account} was supplied",
                word = list.word(),
                key = list.key(),
                account
            ),
            MissingPart::Page => {
                text!(
                    "the last page of the authorization details for {account} was not supplied",
                    account
                )
            }
        }
    }

    /// What an open answer depends on because this is missing.
    pub(super) fn reason(&self) -> Text {
        text!(
            "account {account}: {why}",
            account = self.account,
            why = self.why_open()
        )
    }
}

/// What a finding needs but wasn't supplied, if its answer depends on nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanting {
    /// What wasn't supplied. Empty: the answer also depends on something else.
    pub gaps: BTreeSet<Gap>,
    /// The roles and groups that can't be judged without it, as they are shown.
    pub about: BTreeSet<Text>,
}

impl Wanting {
    /// What two findings need that are reported as one.
    pub(super) fn merged_with(mut self, other: Self) -> Self {
        // Empty means that something else is open too. Two findings that are reported as one can
        // only name what is missing if neither depends on anything else.
        if self.gaps.is_empty() || other.gaps.is_empty() {
            return Self::default();
        }
        self.gaps.extend(other.gaps);
        self.about.extend(other.about);
        self
    }
}

/// A decision about people of an account of which something may be missing: instead of certain, it
/// is then open.
pub(super) fn lacking(decision: AccessDecision<'_>, gap: Option<Gap>) -> AccessDecision<'_> {
    match gap {
        None => decision,
        Some(gap) => AccessDecision {
            // `and` leaves a no unchanged: what is missing can only be somebody more who is
            // allowed, never somebody less.
            allowed: decision.allowed.and(Truth::open(gap.reason())),
            ..decision
        },
    }
}

/// Why an account's own policies are open.
pub(super) fn not_given() -> Text {
    text!("its authorization details were not supplied")
}

#[cfg(test)]
mod tests;
