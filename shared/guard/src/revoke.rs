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
mod sessions;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use command::Commands;
pub use document::{ascii, visible};

use crate::arn::RoleArn;
use crate::dossier::{Gathered, Origin, Person, Switch, SwitchKey, Tracer};
use crate::finding::CallerShown;
use crate::id::{AccountId, EventId};
use crate::judge::shown;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::roster::{Roster, Rosters};
use crate::rules::{account_shown, place};
use crate::seen::MintApi;
use crate::untrusted::harmless;
use crate::world::World;
use sessions::{Entered, Sessions};

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
    let maker = Maker {
        case,
        sessions: &sessions,
        entered: &entered,
        person: &origin.person,
    };
    let mut roles = vec![maker.role(role, false)];
    for chained in sessions::roles(
        entered
            .iter()
            .filter(|entered| entered.how != How::Finding && sessions.works(entered.switch)),
    ) {
        if !sessions::same_role(first, chained) {
            roles.extend(chained.role.as_ref().map(|role| maker.role(role, true)));
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

/// A person that can be told from others: only then is another session known to be theirs.
fn is_known(person: &Person) -> bool {
    !matches!(person, Person::Unknown(_))
}

struct Maker<'a, 'w> {
    case: &'a Case<'a>,
    sessions: &'a Sessions<'a, 'w>,
    entered: &'a [Entered<'a, 'w>],
    person: &'a Person,
}

impl<'w> Maker<'_, 'w> {
    fn role(&self, role: &RoleArn, chained: bool) -> RolePlan {
        let targets: Vec<&Entered<'_, 'w>> = self
            .entered
            .iter()
            .filter(|entered| entered.switch.role.as_ref() == Some(role))
            .collect();
        let mut working: Vec<(&Switch<'w>, Origin)> = self.sessions.working_in(role);
        working.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        let how = |switch: &Switch<'_>| {
            targets
                .iter()
                .find(|target| target.switch.key == switch.key)
                .map_or(How::Other, |target| target.how)
        };
        let theirs = |switch: &Switch<'_>, origin: &Origin| match how(switch) {
            How::Finding | How::Chained => true,
            How::PerhapsChained | How::Other => {
                is_known(self.person) && origin.person == *self.person
            }
        };
        // The finding's own sessions, even those that have ended: a renewal may not have been read.
        let mut ids: Vec<&str> = targets
            .iter()
            .filter(|target| target.how != How::PerhapsChained)
            .map(|target| &*target.switch.key.session)
            .collect();
        ids.extend(
            targets
                .iter()
                .filter(|target| self.sessions.works(target.switch))
                .map(|target| &*target.switch.key.session),
        );
        if !chained {
            ids.extend(
                working
                    .iter()
                    .filter(|(switch, origin)| theirs(switch, origin))
                    .map(|(switch, _)| &*switch.key.session),
            );
        }
        ids.sort_unstable();
        ids.dedup();
        let latest = targets.iter().map(|target| target.switch.key.second).max();
        // A second more than the mint, for what is issued in the very second is not issued before
        // it.
        let before = latest.map_or(self.case.as_of, |latest| {
            self.case.as_of.max(latest.plus_seconds(1))
        });

        let mut notes = Vec::new();
        let refused = limits::refused(role);
        let variant = |policy_name: String,
                       policy: serde_json::Value,
                       matches: &dyn Fn(&Switch<'_>) -> bool| {
            let (mut cuts, mut bystanders) = (Vec::new(), Vec::new());
            for (switch, origin) in working
                .iter()
                .filter(|(switch, _)| matches(switch) && switch.key.second < before)
            {
                let list = if theirs(switch, origin) {
                    &mut cuts
                } else {
                    &mut bystanders
                };
                list.push(session_shown(switch, origin, how(switch)));
            }
            let commands = match &refused {
                Some(_) => None,
                None => command::commands(self.case, role, &policy_name, &policy, before),
            };
            Variant {
                policy_name,
                policy,
                cuts,
                bystanders,
                commands,
            }
        };
        let unscoped = ids
            .iter()
            .find(|id| !(id.starts_with("AROA") && id.contains(':')));
        let scoped = if unscoped.is_none() && !ids.is_empty() {
            let name = format!(
                "rolewatch-revoke-{}",
                self.case.finding.get(..12).unwrap_or(self.case.finding)
            );
            Some(variant(
                name,
                document::of_sessions(&ids, before),
                &|switch| ids.contains(&&*switch.key.session),
            ))
        } else {
            notes.push("no record shows the session's id (`AROA…:name`), so the denial cannot be narrowed to it".to_owned());
            None
        };
        let whole = variant(
            "AWSRevokeOlderSessions".to_owned(),
            document::of_all(before),
            &|_| true,
        );
        if let Some(size) = scoped
            .as_ref()
            .map(|scoped| ascii(&scoped.policy).len())
            .filter(|size| *size > limits::INLINE)
        {
            notes.push(format!("the policy has {size} characters; all inline policies of a role together may have {}", limits::INLINE));
        }
        if !working
            .iter()
            .any(|(switch, origin)| theirs(switch, origin))
        {
            notes.push(format!(
                "by what was read, no session of theirs in this role works any more at {}; the denial is of use only if one was prolonged that was not read",
                self.case.as_of
            ));
        }
        if refused.is_none() && command::word(role.name()).is_none() {
            notes.push(format!(
                "`{}` is no name that IAM gives to a role, so no command is printed",
                harmless(role.name())
            ));
        }
        notes.extend(refused);
        let account = role.account();
        RolePlan {
            role: harmless(role.as_str()),
            place: place(role, self.case.policy),
            account,
            chained,
            scoped,
            whole,
            notes,
        }
    }
}

fn session_shown(switch: &Switch<'_>, origin: &Origin, how: How) -> SessionShown {
    SessionShown {
        session: harmless(name_of(&switch.key.session)),
        person: shown(origin),
        since: switch.key.second,
        until: switch.works_until(),
        last_use: switch.last_used(),
        event: switch.evidence().first().map(|record| record.event.clone()),
        how,
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
