//! rolewatch's own probes. Every hour, session-auditor enters the reader role of each account in
//! each Region. The role owner's copy of that call must arrive through the rules of that account
//! and Region, which shows that the trail, rule, forwarder and bus work there.
//!
//! The event shows this about the path, whoever made the call. So a probe is recognized from the
//! copy alone: by the caller's account, which is the hub's, the role and the session's name.

use std::sync::Arc;

use crate::arn::{AssumedRoleArn, RoleArn};
use crate::delivery::Delivery;
use crate::envelope::Event;
use crate::id::AccountId;
use crate::seen::{Caller, CallerKind, Fact, MintApi, Reading, SeenRecord};
use crate::tamper::GuardedResources;

/// The session name of a probe in CloudTrail.
pub const SESSION: &str = "rolewatch-probe";

/// The name of session-auditor's role, after the stack's name.
const AUDITOR: &str = "-session-auditor";

/// The sender of probes, and the role that they enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeSender {
    hub: AccountId,
    auditor: String,
    reader_role: String,
}

/// A record of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The role that was entered, or whose entry was denied.
    pub role: RoleArn,
    /// The Region of the call, if this is the role owner's copy of a successful call. It answers
    /// the probe.
    pub answers: Option<Arc<str>>,
    /// The record.
    pub seen: SeenRecord,
}

impl ProbeSender {
    /// The session-auditor of this guard, which is deployed in the account `hub`.
    pub fn new(guarded: &GuardedResources, hub: AccountId) -> Self {
        let auditor = format!("{}{AUDITOR}", guarded.stack);
        Self {
            hub,
            auditor,
            reader_role: guarded.reader_role.clone(),
        }
    }

    /// The probe that a record shows. `None` also if the record can't be read.
    pub fn read(&self, event: &Event<'_>) -> Option<Probe> {
        match event.read(Delivery::default(), &|_| false) {
            Ok(Reading::Seen(seen)) => self.recognize(&seen),
            Ok(Reading::Service(_) | Reading::NotRelevant) | Err(_) => None,
        }
    }

    /// The same for a record that was read.
    pub fn recognize(&self, seen: &SeenRecord) -> Option<Probe> {
        let (role, is_entered) = match seen.fact.as_ref()? {
            Fact::Mint(mint)
                if mint.api == MintApi::AssumeRole && is_named(mint.session.as_deref()) =>
            {
                (mint.role.as_ref()?, true)
            }
            // The record of a denied call doesn't have the session's name.
            Fact::Denial(denial) if denial.api == MintApi::AssumeRole && denial.access_denied => {
                (denial.role.as_ref()?, false)
            }
            _ => return None,
        };
        if !self.is_reader(role) || !self.is_caller(&seen.caller, seen.key.account) {
            return None;
        }
        let is_owners = seen.key.account == role.account();
        if !is_owners && seen.key.account != self.hub {
            return None;
        }
        let answers = seen.region.clone().filter(|_| is_owners && is_entered);
        Some(Probe {
            role: role.clone(),
            answers,
            seen: seen.clone(),
        })
    }

    fn is_reader(&self, role: &RoleArn) -> bool {
        !role.has_path() && !self.reader_role.is_empty() && role.name() == self.reader_role
    }

    /// The role owner's copy of a call from another account shows only the caller's account and id.
    /// The reader role trusts two roles of that account, and only one of them uses this name for
    /// its sessions.
    fn is_caller(&self, caller: &Caller, recipient: AccountId) -> bool {
        match caller.kind {
            CallerKind::OtherAccount => caller.account == Some(self.hub) && recipient != self.hub,
            CallerKind::AssumedRole => caller
                .arn
                .as_deref()
                .and_then(AssumedRoleArn::parse)
                .is_some_and(|arn| arn.account == self.hub && arn.role_name == self.auditor),
            _ => false,
        }
    }
}

/// Whether a session (`AROA…:name`) has the name of a probe.
fn is_named(session: Option<&str>) -> bool {
    session
        .and_then(|session| session.split_once(':'))
        .is_some_and(|(_, name)| name == SESSION)
}

#[cfg(test)]
mod tests;
