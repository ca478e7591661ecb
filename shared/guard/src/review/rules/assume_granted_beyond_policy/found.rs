//! The statements that allow callers who shouldn't be allowed. Each one is a finding.

use crate::text;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

use crate::iam::ASSUME_ROLE;
use crate::iam::{AccessDecision, AppliedStatement, PolicyPlace, Truth};
use crate::id::AccountId;
use crate::policy::Severity;
use crate::review::account::Role;
use crate::review::link::RoleLink;
use crate::review::view::{ElevatedTarget, listed, name_of};
use crate::review::{ReviewDraft, SetupView, fix, session};
use crate::untrusted::harmless;

/// A caller who gets in.
pub(super) struct EnteringCaller<'w, 'a> {
    pub(super) account: AccountId,
    pub(super) arn: &'w str,
    /// Their name in the finding.
    pub(super) name: Text,
    /// The name that their session must have, for a role of which only that session is trusted.
    pub(super) session: Option<String>,
    /// The role through which they get in.
    pub(super) over: Option<&'w RoleLink<'a>>,
}

/// A statement that allows a caller who shouldn't be allowed. The targets are the roles that it
/// opens.
struct GrantedWay<'a> {
    account: AccountId,
    place: PolicyPlace,
    grant: Option<AppliedStatement<'a>>,
    targets: Vec<ElevatedTarget<'a>>,
    who: BTreeSet<Text>,
    sessions: BTreeSet<String>,
    /// The role whose sessions enter the targets, if it isn't the subject itself.
    over: Option<&'a Role>,
    /// Its name, and the session name for entering it.
    over_shown: BTreeSet<Text>,
    /// What it depends on; `None`: it's certain for some caller.
    open: Option<BTreeSet<Text>>,
}

/// Ways by subject, place (for a trust policy also the role) and statement.
#[derive(Default)]
pub(super) struct GrantedWays<'a>(BTreeMap<(String, PolicyPlace, &'a str, String), GrantedWay<'a>>);

impl<'a> GrantedWays<'a> {
    /// Adds how a caller gets in.
    pub(super) fn add(
        &mut self,
        view: &SetupView<'_>,
        who: &EnteringCaller<'_, 'a>,
        target: &ElevatedTarget<'a>,
        decision: AccessDecision<'a>,
    ) {
        if decision.allowed.is_no() {
            return;
        }
        let AccessDecision {
            allowed,
            identity,
            resource,
            ..
        } = decision;
        for grant in grants(&allowed, identity, resource) {
            let way = self.way_by_grant(who, target, grant);
            way.who.insert(who.name.harmless());
            way.sessions.extend(who.session.as_deref().map(harmless));
            way.over_shown
                .extend(who.over.map(|link| link.describe(view)));
            let mut targets = way.targets.iter();
            if !targets.any(|known| std::ptr::eq(known.role, target.role)) {
                way.targets.push(*target);
            }
            match (&allowed, &mut way.open) {
                (Truth::Open(reasons), Some(open)) => open.extend(reasons.iter().cloned()),
                _ => way.open = None,
            }
        }
    }

    /// The way by this statement; a new one if no caller used it before.
    fn way_by_grant(
        &mut self,
        who: &EnteringCaller<'_, 'a>,
        target: &ElevatedTarget<'a>,
        grant: Option<AppliedStatement<'a>>,
    ) -> &mut GrantedWay<'a> {
        let place = grant
            .as_ref()
            .map_or(PolicyPlace::Resource, |grant| grant.place.clone());
        let subject = place.holder().unwrap_or(who.arn).to_owned();
        let quoted = grant
            .as_ref()
            .map(|grant| grant.statement.json.to_string())
            .unwrap_or_default();
        let over = who.over.map(|link| link.role);
        let of = match over {
            Some(role) => role.arn.as_str(),
            None if place == PolicyPlace::Resource => target.role.arn.as_str(),
            None => "",
        };
        self.0
            .entry((subject, place.clone(), of, quoted))
            .or_insert_with(|| GrantedWay {
                account: who.account,
                place,
                grant,
                targets: Vec::new(),
                who: BTreeSet::new(),
                sessions: BTreeSet::new(),
                over,
                over_shown: BTreeSet::new(),
                open: Some(BTreeSet::new()),
            })
    }

    pub(super) fn drafts(self, view: &SetupView<'_>) -> Vec<ReviewDraft> {
        self.0
            .into_iter()
            .map(|((subject, ..), way)| way.draft(view, &subject))
            .collect()
    }
}

/// The statements that allow a caller; `None` in the list: no statement in the files does.
///
/// What is certain is reported first; a way that depends on a condition only matters when that is
/// gone. Within an account, the trust policy alone may allow a caller.
fn grants<'a>(
    allowed: &Truth,
    mut identity: Vec<AppliedStatement<'a>>,
    mut resource: Vec<AppliedStatement<'a>>,
) -> Vec<Option<AppliedStatement<'a>>> {
    if allowed.is_yes() {
        identity.retain(|grant| grant.applies.is_yes());
        resource.retain(|grant| grant.applies.is_yes());
    }
    let grants = if identity.is_empty() {
        resource
    } else {
        identity
    };
    if grants.is_empty() {
        return vec![None];
    }
    grants.into_iter().map(Some).collect()
}

impl GrantedWay<'_> {
    fn draft(mut self, view: &SetupView<'_>, subject: &str) -> ReviewDraft {
        self.targets
            .sort_by_key(|target| (target.account.id, &target.role.arn));
        let severity = self
            .targets
            .iter()
            .map(|target| target.rules.severity)
            .max()
            .unwrap_or(Severity::High);
        let enter = self.entering(view, subject);
        let groups: BTreeSet<&str> = self
            .targets
            .iter()
            .flat_map(|target| &target.rules.groups)
            .map(|group| group.written.as_str())
            .collect();
        let allowed = if groups.is_empty() {
            text!("no group")
        } else {
            listed(groups.into_iter().map(harmless))
        };
        let draft = match self.open {
            None => {
                let message = text!("{enter}; the policy allows {allowed}", enter, allowed);
                ReviewDraft::violation(severity, self.account, subject, message)
            }
            Some(reasons) => {
                let depends = listed(reasons.iter().map(Text::harmless));
                let message = text!(
                    "can't tell whether {enter}: depends on {depends}; the policy allows {allowed}",
                    enter,
                    depends,
                    allowed
                );
                ReviewDraft::unproven(severity, self.account, subject, message).hanging_on(reasons)
            }
        };
        let Some(grant) = self.grant else {
            return draft;
        };
        let roles: Vec<&str> = match self.over {
            Some(role) => vec![&role.arn],
            None => self
                .targets
                .iter()
                .map(|target| target.role.arn.as_str())
                .collect(),
        };
        if let (PolicyPlace::Resource, Some(target), Some(role)) =
            (&self.place, self.targets.first(), roles.first())
        {
            let fix = fix::without_caller(grant.statement, subject, target.partition());
            return draft
                .quoting(&self.place, &grant.statement.json, fix)
                .in_trust_of(role);
        }
        let fix = fix::without(&grant, &[ASSUME_ROLE], &roles);
        draft
            .quoting(&self.place, &grant.statement.json, fix)
            .adding(fix::elsewhere(&self.place))
    }

    /// `tom may enter UpdateApp in production`
    fn entering(&self, view: &SetupView<'_>, subject: &str) -> Text {
        let mut places = view.places(&self.targets);
        if self.over.is_some() {
            let through = listed(self.over_shown.iter().cloned());
            places = text!("{places} through {through}", places, through);
        }
        let name = name_of(subject);
        if subject.contains(":group/") {
            let who = listed(self.who.iter().cloned());
            return text!("group {name} ({who}) can enter {places}", name, who, places);
        }
        if !subject.contains(":role/") {
            return text!("{name} can enter {places}", name, places);
        }
        if self.targets.iter().all(|target| target.role.arn == subject) {
            return text!("sessions of {places} can enter the role again", places);
        }
        if self.sessions.is_empty() {
            return text!("sessions of role {name} can enter {places}", name, places);
        }
        let sessions = listed(self.sessions.iter().cloned());
        let several = view
            .setup
            .account(self.account)
            .map(|account| session::roles_called(account, &name))
            .unwrap_or_default();
        if several.len() < 2 {
            return text!(
                "sessions of role {name} can enter {places} as {sessions} (whoever enters {name} chooses the session name)",
                name,
                places,
                sessions
            );
        }
        let arns = listed(several.into_iter().map(|role| harmless(&role.arn)));
        text!(
            "sessions of role {name} can enter {places} as {sessions} (whoever enters {name} chooses the session name; a session ARN has no path, so it matches {arns})",
            name,
            places,
            sessions,
            arns
        )
    }
}
