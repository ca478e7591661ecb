//! What it takes to end sessions before their time: a plan, which nothing here applies.
//!
//! IAM cannot take credentials back. It can deny what was issued before a moment: an inline policy
//! on the role with `aws:TokenIssueTime`, which is what the console's *Revoke active sessions* puts
//! there for everybody in the role. `aws:userid` of a role session is `AROA…:session-name`, so the
//! denial can be narrowed to the sessions of one name; a name is the caller's choice, and whoever
//! chose the same is cut too.

mod again;
mod command;
mod document;
mod limits;
mod role_plan;
mod sessions;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use command::Commands;
pub use document::{ascii, visible};

use crate::dossier::{Gathered, Switch, SwitchKey, Tracer};
use crate::finding::CallerShown;
use crate::id::{AccountId, EventId};
use crate::judge::shown;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::roster::{Roster, Rosters};
use crate::rules::account_shown;
use crate::seen::MintApi;
use crate::untrusted::harmless;
use crate::world::World;
use role_plan::RolePlanner;
use sessions::Sessions;

/// What is to be revoked, and all that is known.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was read.
    pub world: &'a World,
    /// Names accounts and groups.
    pub policy: &'a Policy,
    /// Names users.
    pub rosters: &'a Rosters,
    /// The id of the finding, 32 hexadecimal digits: the policies are named after it.
    pub finding: &'a str,
    /// The sessions that the finding is about.
    pub sessions: &'a [SwitchKey],
    /// Where the sessions are not known: the events of the finding.
    pub events: &'a [EventId],
    /// With `events`: the role's ARN, for a chain's earlier mints are among the events.
    pub role: &'a str,
    /// The finding says that the person was in none of the role's groups at the switch (RW001, a
    /// violation).
    pub outside_groups: bool,
    /// "Now": what was issued before is cut, what has ended by then is not told.
    pub as_of: Moment,
    /// The AWS CLI profile to put into the commands.
    pub profile: Option<&'a str>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// Nothing that was read is a session of the finding.
    #[error("none of the finding's events was read, so its sessions are not known")]
    NotRead,
    /// AssumeRoot.
    #[error(
        "the finding is about root credentials of a member account: they belong to no role, so no role's policy ends them; they last 15 minutes at most"
    )]
    Root,
    /// A time before the session began.
    #[error("the session began at {began}, after {as_of}: there is nothing to revoke yet")]
    Later {
        /// The earliest mint.
        began: Moment,
        /// As asked for.
        as_of: Moment,
    },
}

/// A plan. Every text in it is harmless to print, but for the policies, which have a session's name
/// exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The finding's id.
    pub finding: String,
    /// What was issued up to then is cut.
    pub as_of: Moment,
    /// Who stands behind the sessions.
    pub person: CallerShown,
    /// The finding's role first, then the roles that were entered from its sessions.
    pub roles: Vec<RolePlan>,
    /// What goes on in spite of all this.
    pub not_stopped: Vec<Limit>,
}

/// Something that goes on in spite of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What.
    pub what: String,
    /// What would stop it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
}

impl Limit {
    fn of(what: String) -> Self {
        Self {
            what,
            ways: Vec::new(),
        }
    }
}

/// One way to stop something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
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
    pub scoped: Option<Variant>,
    /// Denies every session of the role, as the console's *Revoke active sessions* does.
    pub whole: Variant,
    /// Why the narrow variant, or the commands, are not there, and what else to know.
    pub notes: Vec<String>,
}

/// One way to deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variant {
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
    pub how: How,
}

/// What a session has to do with the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
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

/// Makes the plan.
///
/// # Errors
/// Why there can be none.
pub fn plan(case: &Case<'_>) -> Result<Plan, NoPlan> {
    // Sessions are followed into every role, not only into elevated ones.
    let all_roles = case.policy.with_every_role();
    let gathered = Gathered::new(case.world, &all_roles, case.rosters);
    let roster = Roster::new(case.world, case.rosters);
    let tracer = Tracer::new(&gathered, &roster);
    let found = found(&gathered.switches, case);
    let [first, ..] = &*found else {
        return Err(NoPlan::NotRead);
    };
    if first.api() == Some(MintApi::AssumeRoot) {
        return Err(NoPlan::Root);
    }
    let Some(role) = &first.role else {
        return Err(NoPlan::NotRead);
    };
    if let Some(began) = found
        .iter()
        .map(|switch| switch.key.second)
        .min()
        .filter(|began| *began > case.as_of)
    {
        return Err(NoPlan::Later {
            began,
            as_of: case.as_of,
        });
    }
    let origin = tracer.origin(first);
    let sessions = Sessions::new(&gathered.switches, &tracer, case.as_of);
    let entered = sessions.entered_from(&found);
    let planner = RolePlanner {
        case,
        sessions: &sessions,
        entered: &entered,
        person: &origin.person,
    };
    let mut roles = vec![planner.plan(role, false)];
    for chained in sessions::roles(
        entered
            .iter()
            .filter(|entered| entered.how != How::Finding && sessions.works(entered.switch)),
    ) {
        if !sessions::same_role(first, chained) {
            roles.extend(chained.role.as_ref().map(|role| planner.plan(role, true)));
        }
    }
    let not_stopped = limits::not_stopped(&limits::Plan {
        case,
        tracer: &tracer,
        sessions: &sessions,
        entered: &entered,
        first,
        role,
        origin: &origin,
    });
    Ok(Plan {
        finding: case.finding.to_owned(),
        as_of: case.as_of,
        person: shown(&origin),
        roles,
        not_stopped,
    })
}

/// The switches that the finding is about.
fn found<'a, 'w>(all: &'a [Switch<'w>], case: &Case<'_>) -> Vec<&'a Switch<'w>> {
    let by_key = |switch: &&Switch<'_>| case.sessions.contains(&switch.key);
    let by_event = |switch: &&Switch<'_>| {
        let role = switch
            .role
            .as_ref()
            .map_or_else(String::new, |role| harmless(role.as_str()));
        role == case.role
            && switch
                .all_records()
                .iter()
                .any(|record| case.events.contains(&record.event))
    };
    if case.sessions.is_empty() {
        all.iter().filter(by_event).collect()
    } else {
        all.iter().filter(by_key).collect()
    }
}

/// `AROA…:name` is `name`.
fn name_of(session: &str) -> &str {
    session.split_once(':').map_or(session, |(_, name)| name)
}

/// `production (444455556666)`, or `account 444455556666`.
fn account_named(account: AccountId, policy: &Policy) -> String {
    policy.account_name(account).map_or_else(
        || account_shown(account, policy),
        |name| format!("{} ({account})", harmless(name)),
    )
}
