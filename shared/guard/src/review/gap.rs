//! What is missing of an account: whatever depends on it is unproven, and must not look clean.

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

    /// What it lists: `users`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Policies => "policies",
        }
    }
}

/// Which part of an account is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MissingPart {
    /// All of it.
    Details,
    /// One of the lists.
    List(DetailList),
    /// The last page, so every list may have more entries.
    Page,
}

/// Something that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// The account whose details lack it.
    pub account: AccountId,
    pub(crate) part: MissingPart,
}

impl Gap {
    /// Why the policies of somebody in the account are open; "its" is the account.
    pub(crate) const fn own(&self) -> &'static str {
        match self.part {
            MissingPart::Details => NOT_GIVEN,
            MissingPart::List(DetailList::Users) => {
                "its list of users (UserDetailList) was not supplied"
            }
            MissingPart::List(DetailList::Groups) => {
                "its list of groups (GroupDetailList) was not supplied"
            }
            MissingPart::List(DetailList::Roles) => {
                "its list of roles (RoleDetailList) was not supplied"
            }
            MissingPart::List(DetailList::Policies) => {
                "its list of policies (Policies) was not supplied"
            }
            MissingPart::Page => "the last page of its authorization details was not supplied",
        }
    }

    /// `no list of users (UserDetailList) of production was given`, for an account as it is shown.
    pub fn of(&self, account: &str) -> String {
        match self.part {
            MissingPart::Details => format!("no authorization details for {account} were supplied"),
            MissingPart::List(list) => format!(
                "no list of {} ({}) for {account} was supplied",
                list.word(),
                list.key()
            ),
            MissingPart::Page => {
                format!("the last page of the authorization details for {account} was not supplied")
            }
        }
    }

    /// What an answer depends on for want of it.
    pub(super) fn reason(&self) -> String {
        format!("account {}: {}", self.account, self.own())
    }
}

/// What a finding needs and nobody gave, where its answer depends on nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanting {
    /// What was not given. Empty: the answer depends on something else as well.
    pub gaps: BTreeSet<Gap>,
    /// What can't be judged without it: roles and groups, as they are shown.
    pub about: BTreeSet<String>,
}

impl Wanting {
    /// What two findings need that are told as one.
    pub(super) fn and(mut self, other: Self) -> Self {
        // Empty means that something else is open too. Two findings that are told as one can only
        // name what is missing if that is all that either lacks.
        if self.gaps.is_empty() || other.gaps.is_empty() {
            return Self::default();
        }
        self.gaps.extend(other.gaps);
        self.about.extend(other.about);
        self
    }
}

/// A decision about people of an account of whom something may be missing: what would be sure is
/// open then.
pub(super) fn lacking(decision: AccessDecision<'_>, gap: Option<Gap>) -> AccessDecision<'_> {
    match gap {
        None => decision,
        Some(gap) => AccessDecision {
            // `and` leaves a no as it is: what is missing can only be somebody more who gets in,
            // never somebody less.
            allowed: decision.allowed.and(Truth::open(gap.reason())),
            ..decision
        },
    }
}

/// Why an account's own policies are open.
pub(super) const NOT_GIVEN: &str = "its authorization details were not supplied";

#[cfg(test)]
mod tests;
