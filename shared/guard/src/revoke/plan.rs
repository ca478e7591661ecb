//! A plan, as it is shown. Every text in it is safe to print, except the policies, which contain
//! the session's exact name.

use crate::text::Text;
use serde::Serialize;

use super::command::Commands;
use crate::finding::CallerShown;
use crate::id::{AccountId, EventId};
use crate::moment::Moment;

/// A plan. Every text in it is safe to print, except the policies, which contain the session's
/// exact name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevocationPlan {
    /// The finding's id.
    pub finding: String,
    /// Sessions issued up to then are cut off.
    pub as_of: Moment,
    /// The origin of the sessions.
    pub person: CallerShown,
    /// The finding's role first, then the roles that were entered from its sessions.
    pub roles: Vec<RolePlan>,
    /// What continues despite the plan.
    pub not_stopped: Vec<PlanLimit>,
}

/// Something that continues despite the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLimit {
    /// What continues.
    pub what: Text,
    /// What would stop it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<WayToStop>,
}

impl PlanLimit {
    pub(super) fn new(what: Text) -> Self {
        Self {
            what,
            ways: Vec::new(),
        }
    }
}

/// One way to stop something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayToStop {
    /// What the line does.
    pub what: Text,
    /// A command, or a statement of a policy.
    pub line: String,
}

/// The plan for one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RolePlan {
    /// The role's ARN.
    pub role: String,
    /// `UpdateApp in production`
    pub place: Text,
    /// The account whose credentials the commands need.
    pub account: AccountId,
    /// Whether the role was entered from a session that is cut off.
    pub chained: bool,
    /// Denies only the sessions of one name.
    pub scoped: Option<DenialVariant>,
    /// Denies every session of the role, as the console's *Revoke active sessions* does.
    pub whole: DenialVariant,
    /// Why there is no narrow variant or no commands, and other information.
    pub notes: Vec<Text>,
    /// For a role of IAM Identity Center, which nobody can edit: how to add one of the policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_set: Option<PermissionSetPlan>,
}

/// How to deny sessions of a permission set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionSetPlan {
    /// The name of the permission set.
    pub name: String,
    /// Its ARN; `null` if neither the logs nor a roster show it. The commands then have a
    /// placeholder.
    pub arn: Option<String>,
    /// The ARN of the instance of Identity Center, with the same exception.
    pub instance: Option<String>,
    /// How to look up what the commands have placeholders for.
    pub lookup: Vec<PlanStep>,
    /// Where to put one of the policies.
    pub places: Vec<DenialPlace>,
    /// What only stops new sessions.
    pub only_new: Vec<PlanLimit>,
    /// What has no effect.
    pub without_effect: Vec<Text>,
}

/// A place for a policy that denies sessions of a permission set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DenialPlace {
    /// The kind of policy.
    pub place: DenialPlaceKind,
    /// What the policy denies there.
    pub what: Text,
    /// The credentials that the commands need.
    pub credentials: Text,
    /// How to add the policy; empty if it would have no effect there.
    pub add: Vec<PlanStep>,
    /// How to remove it.
    pub remove: Vec<PlanStep>,
    /// When it has nothing left to deny.
    pub remove_after: Moment,
}

/// The kind of policy that a denial is put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DenialPlaceKind {
    /// The inline policy of the permission set.
    InlinePolicy,
    /// A service control policy of an account.
    ServiceControlPolicy,
}

/// One command, a line for a POSIX shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    /// What the command does.
    pub what: Text,
    /// The command.
    pub line: String,
}

/// One way to deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DenialVariant {
    /// The name of the inline policy, or of the service control policy.
    pub policy_name: String,
    /// The policy.
    pub policy: serde_json::Value,
    /// Valid sessions of this person that are cut off.
    pub cuts: Vec<SessionShown>,
    /// Valid sessions of others, or of unknown people, that are cut off too.
    pub bystanders: Vec<SessionShown>,
    /// How to add the policy, and how to remove it.
    pub commands: Option<Commands>,
    /// For a permission set: the command that writes the policy to a file, which the commands of
    /// [`PermissionSetPlan`] use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
}

/// A session that is valid at the time of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionShown {
    /// The name that the caller chose.
    pub session: String,
    /// For a permission set, which has a role in each account: `permission set Admin in production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// The origin of the session.
    pub person: CallerShown,
    /// When it began.
    pub since: Moment,
    /// When it expires; `null` if no record shows it.
    pub until: Option<Moment>,
    /// The last use seen.
    pub last_use: Option<Moment>,
    /// The event of its mint, or of another record of it.
    pub event: Option<EventId>,
    /// Whether it's one of the finding's sessions, or was entered from one.
    pub how: SessionRelation,
}

/// How a session relates to the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionRelation {
    /// The finding is about it.
    Finding,
    /// It was entered from one that is cut off.
    Chained,
    /// It may have been entered from one that is cut off: its own records don't show from which
    /// session of that name.
    PerhapsChained,
    /// It's only in the same role.
    Other,
}
