//! The roles that records name while they are being read.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use super::Elevated;
use crate::arn::RoleArn;
use crate::policy::Policy;

/// The number of roles whose result is remembered. When it's exceeded, some roles are judged again,
/// which only costs time.
const REMEMBERED: usize = 20_000;

/// Recognizes elevated roles while records are being read, and notes other roles that an entry
/// narrowly misses.
///
/// Most records of a role that isn't elevated are dropped immediately. If they show a mistake in
/// the policy, it has to be noted then.
pub struct RolesMet<'p> {
    policy: &'p Policy,
    elevated: Elevated<'p>,
    judged: RefCell<HashSet<RoleArn>>,
    near: RefCell<BTreeSet<RoleArn>>,
}

impl<'p> RolesMet<'p> {
    /// Starts without any roles.
    pub fn new(policy: &'p Policy) -> Self {
        let elevated = Elevated::by_policy(policy);
        Self {
            policy,
            elevated,
            judged: RefCell::default(),
            near: RefCell::default(),
        }
    }

    /// Whether a record of this role has to be kept. In doubt, it's kept.
    pub fn may_be_elevated(&self, role: &RoleArn) -> bool {
        if self.elevated.find(role, None).is_some() {
            return true;
        }
        if !self.judged.borrow().contains(role) {
            self.judge(role);
        }
        self.elevated.may_show_person(role)
    }

    fn judge(&self, role: &RoleArn) {
        if self
            .policy
            .roles
            .iter()
            .any(|entry| entry.arn.near_miss(role).is_some())
        {
            self.near.borrow_mut().insert(role.clone());
        }
        let mut judged = self.judged.borrow_mut();
        if judged.len() >= REMEMBERED {
            // Clears everything: keeping the latest ones would need an order that has no other use.
            judged.clear();
        }
        judged.insert(role.clone());
    }

    /// Adds near misses that were found elsewhere.
    pub fn add(&self, near: impl IntoIterator<Item = RoleArn>) {
        self.near.borrow_mut().extend(near);
    }

    /// The roles that an entry of the policy narrowly misses.
    pub fn into_near(self) -> BTreeSet<RoleArn> {
        self.near.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That its calls are kept for the person whom they show hides no mistake in the policy.
    #[test]
    fn a_near_miss_is_noted_where_calls_are_kept_for_the_person_they_show() {
        let policy = Policy::read(
            b"version: 1\naccounts: {'444455556666': production}\n\
              identity_center: {account: production, regions: [eu-west-1], identity_store: d-1234567890}\n\
              roles:\n  - arn: arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef\n    \
              groups: [identity-center/*]\n    identities: [identity-center]\n",
            "p",
        );
        let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
        let met = RolesMet::new(&policy);
        let role = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";
        let role = RoleArn::parse(role).unwrap();
        assert!(met.may_be_elevated(&role));
        assert_eq!(met.into_near(), BTreeSet::from([role]));
    }
}
