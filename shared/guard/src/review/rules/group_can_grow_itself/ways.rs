//! The ways in which somebody can widen the access that allows them, by statement.

use crate::text;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

use crate::iam::{AppliedStatement, PolicyPlace, Truth};
use crate::id::AccountId;
use crate::policy::Severity;
use crate::review::account::{Account, Group};
use crate::review::attempt::{Authentication, Entrant};
use crate::review::gap::{DetailList, Gap, lacking};
use crate::review::view::{ElevatedTarget, listed, name_of};
use crate::review::{ReviewDraft, SetupView, fix};

/// A group of the policy, with its account.
pub(super) type AllowedGroup<'a> = (&'a Account, &'a Group);

/// An action and its resource.
pub(super) type Thing = (&'static str, String);

/// A statement by which somebody can widen the access that allows them.
struct WayToGrow<'a> {
    account: AccountId,
    severity: Severity,
    /// `None`: no statement that was supplied.
    grant: Option<AppliedStatement<'a>>,
    things: BTreeSet<Thing>,
    open: Option<BTreeSet<Text>>,
}

/// The ways, by subject, place and statement.
#[derive(Default)]
pub(super) struct WaysToGrow<'a>(BTreeMap<(String, PolicyPlace, String), WayToGrow<'a>>);

impl<'a> WaysToGrow<'a> {
    /// Adds what a group's members can do, through the group's own policies and through their
    /// others.
    pub(super) fn by_member(
        &mut self,
        account: &'a Account,
        group: &'a Group,
        target: &ElevatedTarget<'a>,
        allowed: &[AllowedGroup<'_>],
        things: &[Thing],
    ) {
        for user in account.members(group) {
            self.add(
                &Entrant::user(account, user),
                &user.arn,
                target.rules.severity,
                allowed,
                things,
                None,
            );
        }
        if account.members(group).next().is_none() {
            let gap = account.gap(DetailList::Users);
            self.add(
                &Entrant::member(account, group),
                &group.arn,
                target.rules.severity,
                allowed,
                things,
                gap,
            );
        }
    }

    /// `gap`: what wasn't supplied about the people that the entrant represents.
    pub(super) fn add(
        &mut self,
        entrant: &Entrant<'a>,
        own: &str,
        severity: Severity,
        allowed: &[AllowedGroup<'_>],
        things: &[Thing],
        gap: Option<Gap>,
    ) {
        for thing in things {
            let (action, resource) = thing;
            let decision = lacking(
                entrant.decide_action(action, resource, Authentication::WithMfa),
                gap,
            );
            if decision.allowed.is_no() {
                continue;
            }
            let sure = decision.allowed.is_yes();
            let grants = decision
                .identity
                .into_iter()
                .filter(|grant| !sure || grant.applies.is_yes())
                .map(Some);
            let mut grants: Vec<Option<AppliedStatement<'a>>> = grants.collect();
            if grants.is_empty() {
                // A policy whose document wasn't supplied may grant it.
                grants.push(None);
            }
            for grant in grants {
                // A permission of the group itself is reported for the group; a member's permission
                // from elsewhere is reported for the member.
                let holder = grant
                    .as_ref()
                    .and_then(|grant| grant.place.holder())
                    .unwrap_or(own);
                let of_group = allowed.iter().any(|(_, group)| group.arn == holder);
                let subject = if of_group {
                    holder.to_owned()
                } else {
                    own.to_owned()
                };
                let place = grant
                    .as_ref()
                    .map_or(PolicyPlace::Resource, |grant| grant.place.clone());
                let quoted = grant
                    .as_ref()
                    .map(|grant| grant.statement.json.to_string())
                    .unwrap_or_default();
                let key = (subject, place, quoted);
                let way = self.0.entry(key).or_insert_with(|| WayToGrow {
                    account: entrant.caller.account,
                    severity,
                    grant,
                    things: BTreeSet::new(),
                    open: Some(BTreeSet::new()),
                });
                way.things.insert(thing.clone());
                way.severity = way.severity.max(severity);
                match (&decision.allowed, &mut way.open) {
                    (Truth::Open(reasons), Some(open)) => open.extend(reasons.iter().cloned()),
                    _ => way.open = None,
                }
            }
        }
    }

    pub(super) fn drafts(self, view: &SetupView<'_>) -> Vec<ReviewDraft> {
        self.0
            .into_iter()
            .map(|((subject, ..), way)| way.draft(view, &subject))
            .collect()
    }
}

impl WayToGrow<'_> {
    fn draft(self, view: &SetupView<'_>, subject: &str) -> ReviewDraft {
        let who = if subject.contains(":group/") {
            text!("members of group {name}", name = name_of(subject))
        } else if subject.contains(":role/") {
            text!("sessions of role {name}", name = name_of(subject))
        } else {
            name_of(subject).into()
        };
        let actions: BTreeSet<&str> = self.things.iter().map(|(action, _)| *action).collect();
        let resources: BTreeSet<&str> = self
            .things
            .iter()
            .map(|(_, resource)| resource.as_str())
            .collect();
        let on = listed(resources.iter().map(|arn| name_of(arn)));
        let does = text!(
            "call {names} on {on} in {account}",
            names = listed(actions.iter().copied()),
            on,
            account = view.account_shown(self.account)
        );
        let actions: Vec<&str> = actions.into_iter().collect();
        let resources: Vec<&str> = resources.into_iter().collect();
        let elsewhere = self
            .grant
            .as_ref()
            .map(|grant| fix::elsewhere(&grant.place))
            .unwrap_or_default();
        let draft = match self.open {
            None => {
                let message = text!(
                    "{who} can extend what gives them access: they can {does}{elsewhere}",
                    who,
                    does,
                    elsewhere
                );
                ReviewDraft::violation(self.severity, self.account, subject, message)
            }
            Some(reasons) => {
                let hangs = listed(reasons.iter().map(Text::harmless));
                ReviewDraft::unproven(
                    self.severity,
                    self.account,
                    subject,
                    text!(
                        "can't tell whether {who} can {does}: depends on {hangs}{elsewhere}",
                        who,
                        does,
                        hangs,
                        elsewhere
                    ),
                )
                .hanging_on(reasons)
            }
        };
        let Some(grant) = self.grant else {
            return draft;
        };
        let fix = fix::without(&grant, &actions, &resources);
        draft.quoting(&grant.place, &grant.statement.json, fix)
    }
}
