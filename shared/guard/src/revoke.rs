//! Builds a plan for ending sessions early. Nothing here applies the plan.
//!
//! IAM can't take credentials back. It can deny requests with credentials issued before a moment:
//! with an inline policy on the role that uses `aws:TokenIssueTime`. The console's *Revoke active
//! sessions* adds such a policy for everybody in the role. `aws:userid` of a role session is
//! `AROA…:session-name`, so the denial can be limited to the sessions of one name. The caller
//! chooses the name, so anybody else who chose the same one is cut off too.
//!
//! Nobody can edit the role of a permission set. There, the denial goes into the permission set or
//! into a service control policy, and it can be limited to one person by `identitystore:userId`.

mod again;
mod case;
mod command;
mod document;
mod limits;
mod permission_set;
mod plan;
mod role_plan;
mod sessions;
mod set_address;
mod set_commands;
mod target;
#[cfg(test)]
mod tests;

pub use case::RevocationCase;
pub use command::Commands;
pub use document::{ascii_json, visible};
pub use plan::{
    DenialPlace, DenialPlaceKind, DenialVariant, PermissionSetPlan, PlanLimit, PlanStep,
    RevocationPlan, RolePlan, SessionRelation, SessionShown, WayToStop,
};

use crate::dossier::{Dossiers, Switch, Tracer};
use crate::finding::CallerShown;
use crate::moment::Moment;
use crate::roster::Roster;
use crate::seen::MintApi;
use crate::untrusted::harmless;
use role_plan::RolePlanner;
use sessions::KnownSessions;
use target::RevocationTarget;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// No session of the finding was read.
    #[error("the logs contain none of the finding's events, so its sessions aren't known")]
    NotRead,
    /// AssumeRoot.
    #[error(
        "the finding is about root credentials of a member account: they don't belong to a role, so a role policy can't revoke them; they \
         last at most 15 minutes"
    )]
    Root,
    /// The requested time is before the session began.
    #[error("the session began at {began}, after {as_of}: there is nothing to revoke yet")]
    Later {
        /// The earliest mint.
        began: Moment,
        /// The requested time.
        as_of: Moment,
    },
}

/// Builds the plan.
///
/// # Errors
/// Why there can't be one.
pub fn plan(case: &RevocationCase<'_>) -> Result<RevocationPlan, NoPlan> {
    // Sessions are followed into every role, not only into elevated ones.
    let all_roles = case.policy.with_every_role();
    let gathered = Dossiers::new(case.world, &all_roles, case.rosters);
    let roster = Roster::new(case.world, case.rosters);
    let tracer = Tracer::new(&gathered, &roster);
    // A finding is stored with its switches; an older one only with its events.
    let found = switches_of_finding(&gathered.switches, case);
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
    let sessions = KnownSessions::new(&gathered.switches, &tracer, case.as_of);
    let entered = sessions.entered_from(&found);
    let planner = RolePlanner {
        case,
        sessions: &sessions,
        entered: &entered,
        origin: &origin,
    };
    let mut roles = vec![planner.plan(role, false)];
    for chained in sessions::one_per_role(entered.iter().filter(|entered| {
        entered.how != SessionRelation::Finding && sessions.still_works(entered.switch)
    })) {
        if !sessions::same_role(first, chained) {
            roles.extend(chained.role.as_ref().map(|role| planner.plan(role, true)));
        }
    }
    let not_stopped = limits::not_stopped(&RevocationTarget {
        case,
        tracer: &tracer,
        sessions: &sessions,
        entered: &entered,
        first,
        role,
        origin: &origin,
    });
    Ok(RevocationPlan {
        finding: case.finding.to_owned(),
        as_of: case.as_of,
        person: CallerShown::of_origin(&origin),
        roles,
        not_stopped,
    })
}

/// The switches that the finding is about.
fn switches_of_finding<'a, 'w>(
    all: &'a [Switch<'w>],
    case: &RevocationCase<'_>,
) -> Vec<&'a Switch<'w>> {
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
