//! A plan, as it is shown. Every text in it is harmless to print, but for the policies, which have
//! a session's name exactly.

use serde::Serialize;

use super::command::Commands;
use crate::finding::CallerShown;
use crate::id::{AccountId, EventId};
use crate::moment::Moment;

/// A plan. Every text in it is harmless to print, but for the policies, which have a session's name
/// exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevocationPlan {
    /// The finding's id.
    pub finding: String,
    /// What was issued up to then is cut.
    pub as_of: Moment,
    /// Who stands behind the sessions.
    pub person: CallerShown,
    /// The finding's role first, then the roles that were entered from its sessions.
    pub roles: Vec<RolePlan>,
    /// What goes on in spite of all this.
    pub not_stopped: Vec<PlanLimit>,
}

/// Something that goes on in spite of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLimit {
    /// What.
    pub what: String,
    /// What would stop it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<WayToStop>,
}

impl PlanLimit {
    pub(super) fn of(what: String) -> Self {
        Self {
            what,
            ways: Vec::new(),
        }
    }
}

/// One way to stop something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayToStop {
    /// What the line is.
    pub what: String,
    /// A command, or a statement of a policy.
    pub line: String,
}

/// What to do in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RolePlan {
    /// The role's ARN.
    pub role: String,
    /// `UpdateApp in production`
    pub place: String,
    /// Whose credentials the commands need.
    pub account: AccountId,
    /// The role was entered from a session that is to be cut.
    pub chained: bool,
    /// Denies the sessions of one name.
    pub scoped: Option<DenialVariant>,
    /// Denies every session of the role, as the console's *Revoke active sessions* does.
    pub whole: DenialVariant,
    /// Why the narrow variant, or the commands, are not there, and what else to know.
    pub notes: Vec<String>,
}

/// One way to deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DenialVariant {
    /// What the inline policy is called.
    pub policy_name: String,
    /// The inline policy.
    pub policy: serde_json::Value,
    /// Sessions of this person that work now and will not.
    pub cuts: Vec<SessionShown>,
    /// Sessions of others, or of nobody knows whom, that will not work either.
    pub bystanders: Vec<SessionShown>,
    /// How to put it there, and how to take it away again.
    pub commands: Option<Commands>,
}

/// A session that works at the time of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionShown {
    /// What the caller called it.
    pub session: String,
    /// Who stands behind it.
    pub person: CallerShown,
    /// When it began.
    pub since: Moment,
    /// Until when it would work; `null` where no record says.
    pub until: Option<Moment>,
    /// The last use seen.
    pub last_use: Option<Moment>,
    /// The event of its mint, or whatever else was read of it.
    pub event: Option<EventId>,
    /// Whether it is one of the finding's, or was entered from one.
    pub how: SessionRelation,
}

/// What a session has to do with the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionRelation {
    /// The finding is about it.
    Finding,
    /// Entered from one that is cut.
    Chained,
    /// Perhaps entered from one that is cut: its own records do not show from which session of that
    /// name.
    PerhapsChained,
    /// Nothing, but for the role.
    Other,
}
