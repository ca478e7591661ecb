//! The roles that records name while they are read.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use super::Elevated;
use crate::arn::RoleArn;
use crate::policy::Policy;

/// How many roles are remembered as judged. Beyond that some are judged again, which costs time
/// only.
const REMEMBERED: usize = 20_000;

/// Tells elevated roles from others while records are read, and notes the others that an entry only
/// just misses.
///
/// Of a role that isn't elevated most records are dropped as soon as they are read. What they show
/// of a slip in the policy has to be noted then.
pub struct RolesMet<'p> {
    policy: &'p Policy,
    elevated: Elevated<'p>,
    judged: RefCell<HashSet<RoleArn>>,
    near: RefCell<BTreeSet<RoleArn>>,
}

impl<'p> RolesMet<'p> {
    /// None yet.
    pub fn new(policy: &'p Policy) -> Self {
        let elevated = Elevated::by_policy(policy);
        Self {
            policy,
            elevated,
            judged: RefCell::default(),
            near: RefCell::default(),
        }
    }

    /// Whether a record of this role has to be kept. Errs on the side of keeping.
    pub fn may_be_elevated(&self, role: &RoleArn) -> bool {
        let may_be = self.elevated.may_be(role);
        if !may_be && !self.judged.borrow().contains(role) {
            self.judge(role);
        }
        may_be
    }

    fn judge(&self, role: &RoleArn) {
        if self
            .policy
            .roles
            .iter()
            .any(|entry| entry.arn.miss(role).is_some())
        {
            self.near.borrow_mut().insert(role.clone());
        }
        let mut judged = self.judged.borrow_mut();
        if judged.len() >= REMEMBERED {
            // All at once: to keep the latest ones would need an order that nothing else has a use
            // for.
            judged.clear();
        }
        judged.insert(role.clone());
    }

    /// Notes roles that were found near elsewhere.
    pub fn add(&self, near: impl IntoIterator<Item = RoleArn>) {
        self.near.borrow_mut().extend(near);
    }

    /// Roles that an entry of the policy only just misses.
    pub fn into_near(self) -> BTreeSet<RoleArn> {
        self.near.into_inner()
    }
}
