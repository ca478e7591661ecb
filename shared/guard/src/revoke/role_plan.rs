//! The plan for one role: the sessions that a denial cuts off, and how to add it.

use super::case::{RevocationCase, name_of};
use super::document::ascii_json;
use super::permission_set::SetDenial;
use super::plan::{DenialVariant, RolePlan, SessionRelation, SessionShown};
use super::sessions::{DenialReach, EnteredSession, KnownSessions, is_known};
use super::{command, document, limits};
use crate::arn::RoleArn;
use crate::dossier::{Origin, Switch};
use crate::finding::CallerShown;
use crate::moment::Moment;
use crate::policy::role_in_account;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// Plans one role after the other.
pub(super) struct RolePlanner<'a, 'w> {
    pub(super) case: &'a RevocationCase<'a>,
    pub(super) sessions: &'a KnownSessions<'a, 'w>,
    pub(super) entered: &'a [EnteredSession<'a, 'w>],
    pub(super) origin: &'a Origin,
}

impl<'a, 'w> RolePlanner<'a, 'w> {
    pub(super) fn plan(&self, role: &RoleArn, chained: bool) -> RolePlan {
        let in_role = self.in_role(role);
        if let Some(denial) = SetDenial::new(&in_role) {
            return denial.plan(chained);
        }
        let ids = in_role.session_ids(chained);
        let scoped = in_role.scoped(&ids);
        let whole = in_role.variant(
            "AWSRevokeOlderSessions".to_owned(),
            document::of_all(in_role.before),
            &|_, _| true,
        );
        RolePlan {
            role: harmless(role.as_str()),
            place: role_in_account(role, self.case.policy),
            account: role.account(),
            chained,
            notes: in_role.notes(scoped.as_ref()),
            scoped,
            whole,
            permission_set: None,
        }
    }

    fn in_role<'r>(&'r self, role: &'r RoleArn) -> InRole<'r, 'a, 'w> {
        let reach = DenialReach::new(role);
        let targets: Vec<&EnteredSession<'a, 'w>> = self
            .entered
            .iter()
            .filter(|entered| reach.includes(entered.switch.role.as_ref()))
            .collect();
        let mut working = self.sessions.working_in(reach);
        working.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        let latest = targets.iter().map(|target| target.switch.key.second).max();
        // One second after the mint, because a session issued in a second isn't issued before it.
        let before = latest.map_or(self.case.as_of, |latest| {
            self.case.as_of.max(latest.plus_seconds(1))
        });
        InRole {
            case: self.case,
            sessions: self.sessions,
            origin: self.origin,
            role,
            reach,
            targets,
            working,
            before,
            refused: limits::refused(role),
        }
    }
}

/// The known sessions that the denial for a role reaches.
pub(super) struct InRole<'r, 'a, 'w> {
    pub(super) case: &'r RevocationCase<'a>,
    sessions: &'r KnownSessions<'a, 'w>,
    pub(super) origin: &'r Origin,
    pub(super) role: &'r RoleArn,
    pub(super) reach: DenialReach<'r>,
    /// The finding's sessions, and those that were entered from them.
    pub(super) targets: Vec<&'r EnteredSession<'a, 'w>>,
    /// Sessions that are valid at the time of the plan, with their origins.
    working: Vec<(&'a Switch<'w>, Origin)>,
    /// Sessions issued before this are denied.
    pub(super) before: Moment,
    /// Why AWS doesn't allow adding a policy to the role.
    refused: Option<Text>,
}

impl InRole<'_, '_, '_> {
    fn relation_to(&self, switch: &Switch<'_>) -> SessionRelation {
        self.targets
            .iter()
            .find(|target| target.switch.key == switch.key)
            .map_or(SessionRelation::Other, |target| target.how)
    }

    fn is_theirs(&self, switch: &Switch<'_>, origin: &Origin) -> bool {
        match self.relation_to(switch) {
            SessionRelation::Finding | SessionRelation::Chained => true,
            SessionRelation::PerhapsChained | SessionRelation::Other => {
                is_known(&self.origin.person) && origin.person == self.origin.person
            }
        }
    }

    /// The session ids in the narrow denial, sorted.
    fn session_ids(&self, chained: bool) -> Vec<&str> {
        // The finding's own sessions, even those that have ended: a renewal may not have been read.
        let mut ids: Vec<&str> = self
            .targets
            .iter()
            .filter(|target| {
                target.how != SessionRelation::PerhapsChained
                    || self.sessions.still_works(target.switch)
            })
            .map(|target| &*target.switch.key.session)
            .collect();
        // In a role entered from the finding's sessions, the person's other sessions may be
        // legitimate. They aren't denied, only listed as also cut off.
        if !chained {
            let theirs = self
                .working
                .iter()
                .filter(|(switch, origin)| self.is_theirs(switch, origin));
            ids.extend(theirs.map(|(switch, _)| &*switch.key.session));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The denial of only these sessions. `None`: an id is missing, or there is no session.
    fn scoped(&self, ids: &[&str]) -> Option<DenialVariant> {
        let is_id = |id: &&str| id.starts_with("AROA") && id.contains(':');
        if ids.is_empty() || !ids.iter().all(is_id) {
            return None;
        }
        let finding = self.case.finding;
        // Each finding has its own policy name, so that two plans don't replace each other's
        // policy.
        let name = format!("rolewatch-revoke-{}", finding.get(..12).unwrap_or(finding));
        let policy = document::of_sessions(ids, self.before);
        Some(self.variant(name, policy, &|switch, _| {
            ids.contains(&&*switch.key.session)
        }))
    }

    pub(super) fn variant(
        &self,
        policy_name: String,
        policy: serde_json::Value,
        matches: &dyn Fn(&Switch<'_>, &Origin) -> bool,
    ) -> DenialVariant {
        let mut cuts = Vec::new();
        let mut bystanders = Vec::new();
        for (switch, origin) in &self.working {
            if !matches(switch, origin) || switch.key.second >= self.before {
                continue;
            }
            let session = self.session_shown(switch, origin);
            if self.is_theirs(switch, origin) {
                cuts.push(session);
            } else {
                bystanders.push(session);
            }
        }
        let commands = match &self.refused {
            Some(_) => None,
            None => command::commands(self.case, self.role, &policy_name, &policy, self.before),
        };
        DenialVariant {
            policy_name,
            policy,
            cuts,
            bystanders,
            commands,
            save: None,
        }
    }

    fn session_shown(&self, switch: &Switch<'_>, origin: &Origin) -> SessionShown {
        let place = |role| role_in_account(role, self.case.policy);
        SessionShown {
            session: harmless(name_of(&switch.key.session)),
            place: switch
                .role
                .as_ref()
                .filter(|_| self.reach.set.is_some())
                .map(place),
            person: CallerShown::of_origin(origin),
            since: switch.key.second,
            until: switch.works_until(),
            last_use: switch.last_used(),
            event: switch.evidence().first().map(|record| record.event.clone()),
            how: self.relation_to(switch),
        }
    }

    /// Whether a session of the person is valid at the time of the plan.
    pub(super) fn is_any_valid(&self) -> bool {
        self.working
            .iter()
            .any(|(switch, origin)| self.is_theirs(switch, origin))
    }

    /// Why there is no narrow variant or no commands, and other information.
    fn notes(&self, scoped: Option<&DenialVariant>) -> Vec<Text> {
        let mut notes = Vec::new();
        match scoped.map(|scoped| ascii_json(&scoped.policy).len()) {
            None => notes.push(
                text!("no record shows the session's id (`AROA…:name`), so the denial can't be narrowed to it"),
            ),
            Some(size) if size > limits::INLINE => notes.push(text!("the policy has {size} characters; all inline policies of a role together can have at most {most}", size, most = limits::INLINE)),
            Some(_) => {}
        }
        if !self.is_any_valid() {
            notes.push(limits::none_valid(&text!("in this role"), self.case.as_of));
        }
        if self.refused.is_none() && command::shell_word(self.role.name()).is_none() {
            notes.push(text!(
                "`{name}` is not a valid name for an IAM role, so no command is printed",
                name = harmless(self.role.name())
            ));
        }
        notes.extend(self.refused.clone());
        notes
    }
}
