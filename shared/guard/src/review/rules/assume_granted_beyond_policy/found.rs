//! The statements that let somebody in who is not meant, each a finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::iam::ASSUME_ROLE;
use crate::iam::{Decision, Grant, Place, Truth};
use crate::id::AccountId;
use crate::policy::Severity;
use crate::review::account::Role;
use crate::review::link::Link;
use crate::review::view::{Elevated, listed, name_of};
use crate::review::{Draft, View, fix, session};
use crate::untrusted::harmless;

/// Whoever comes in.
pub(super) struct Who<'w, 'a> {
    pub(super) account: AccountId,
    pub(super) arn: &'w str,
    /// How the finding calls them.
    pub(super) name: String,
    /// The name that their session has to have, for a role of which only that one is trusted.
    pub(super) session: Option<String>,
    /// The role that they come over.
    pub(super) over: Option<&'w Link<'a>>,
}

/// A statement that lets somebody in who is not meant; the targets are those it opens.
struct Way<'a> {
    account: AccountId,
    place: Place,
    grant: Option<Grant<'a>>,
    targets: Vec<Elevated<'a>>,
    who: BTreeSet<String>,
    sessions: BTreeSet<String>,
    /// The role whose sessions enter the targets, if that is not the subject itself.
    over: Option<&'a Role>,
    /// How it is called, and as whom it enters.
    over_shown: BTreeSet<String>,
    /// What it depends on; `None`: it is sure for somebody.
    open: Option<BTreeSet<String>>,
}

/// Ways by subject, place (of a trust policy also the role) and statement.
#[derive(Default)]
pub(super) struct Found<'a>(BTreeMap<(String, Place, &'a str, String), Way<'a>>);

impl<'a> Found<'a> {
    /// Takes in how somebody comes in.
    pub(super) fn add(
        &mut self,
        view: &View<'_>,
        who: &Who<'_, 'a>,
        target: &Elevated<'a>,
        decision: Decision<'a>,
    ) {
        if decision.allowed.is_no() {
            return;
        }
        let Decision {
            allowed,
            identity,
            resource,
            ..
        } = decision;
        for grant in grants(&allowed, identity, resource) {
            let way = self.way(who, target, grant);
            way.who.insert(harmless(&who.name));
            way.sessions.extend(who.session.as_deref().map(harmless));
            way.over_shown.extend(who.over.map(|link| link.shown(view)));
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

    /// The way by this statement, new if nobody came by it before.
    fn way(
        &mut self,
        who: &Who<'_, 'a>,
        target: &Elevated<'a>,
        grant: Option<Grant<'a>>,
    ) -> &mut Way<'a> {
        let place = grant
            .as_ref()
            .map_or(Place::Resource, |grant| grant.place.clone());
        let subject = place.holder().unwrap_or(who.arn).to_owned();
        let quoted = grant
            .as_ref()
            .map(|grant| grant.statement.json.to_string())
            .unwrap_or_default();
        let over = who.over.map(|link| link.role);
        let of = match over {
            Some(role) => role.arn.as_str(),
            None if place == Place::Resource => target.role.arn.as_str(),
            None => "",
        };
        self.0
            .entry((subject, place.clone(), of, quoted))
            .or_insert_with(|| Way {
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

    pub(super) fn drafts(self, view: &View<'_>) -> Vec<Draft> {
        self.0
            .into_iter()
            .map(|((subject, ..), way)| way.draft(view, &subject))
            .collect()
    }
}

/// The statements that let somebody in; one `None`: no statement of the files does.
///
/// What is sure is told first; what hangs on a condition beside it matters once that is gone.
/// Within an account the trust policy alone may let somebody in.
fn grants<'a>(
    allowed: &Truth,
    mut identity: Vec<Grant<'a>>,
    mut resource: Vec<Grant<'a>>,
) -> Vec<Option<Grant<'a>>> {
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

impl Way<'_> {
    fn draft(mut self, view: &View<'_>, subject: &str) -> Draft {
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
            "no group".to_owned()
        } else {
            listed(groups.into_iter().map(harmless))
        };
        let draft = match self.open {
            None => {
                let message = format!("{enter}; the policy lets in {allowed}");
                Draft::violation(severity, self.account, subject, message)
            }
            Some(reasons) => {
                let depends = listed(reasons.iter().map(|reason| harmless(reason)));
                let message = format!(
                    "can't tell whether {enter}: depends on {depends}; the policy lets in {allowed}"
                );
                Draft::unproven(severity, self.account, subject, message).hanging_on(reasons)
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
        if let (Place::Resource, Some(target), Some(role)) =
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
            .adding(&fix::elsewhere(&self.place))
    }

    /// `tom may enter UpdateApp in production`
    fn entering(&self, view: &View<'_>, subject: &str) -> String {
        let mut places = view.places(&self.targets);
        if self.over.is_some() {
            places = format!(
                "{places} through {}",
                listed(self.over_shown.iter().cloned())
            );
        }
        let name = name_of(subject);
        if subject.contains(":group/") {
            return format!(
                "group {name} ({}) may enter {places}",
                listed(self.who.iter().cloned())
            );
        }
        if !subject.contains(":role/") {
            return format!("{name} may enter {places}");
        }
        if self.targets.iter().all(|target| target.role.arn == subject) {
            return format!("sessions of {places} may enter the role again");
        }
        if self.sessions.is_empty() {
            return format!("sessions of role {name} may enter {places}");
        }
        let sessions = listed(self.sessions.iter().cloned());
        let called = format!(
            "sessions of role {name} may enter {places} as {sessions} (whoever enters {name} chooses the session's name"
        );
        let several = view
            .setup
            .account(self.account)
            .map(|account| session::roles_called(account, &name))
            .unwrap_or_default();
        if several.len() < 2 {
            return format!("{called})");
        }
        let arns = listed(several.into_iter().map(|role| harmless(&role.arn)));
        format!("{called}; the ARN of a session has no path, so it fits {arns})")
    }
}
