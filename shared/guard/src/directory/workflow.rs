//! Names and ids of people that records show together, and what the records of one sign-in share.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::changes::{CenterRecord, DirectoryChanges};
use crate::moment::Moment;
use crate::policy::IdentityCenter;
use crate::seen::CenterEvent;
use crate::seen::identity_center::{CenterKind, Outcome, SignInStep};

/// What the records of one sign-in share.
#[derive(Debug, Clone, Default)]
pub(super) struct Workflow {
    /// Users of this store.
    pub(super) users: BTreeSet<Arc<str>>,
    /// A record names a user of another store.
    pub(super) elsewhere: bool,
    /// In lower case.
    pub(super) names: BTreeSet<String>,
    /// The records with a name: when, and how it is written.
    named: BTreeSet<(Moment, Arc<str>)>,
}

impl Workflow {
    /// The only name.
    pub(super) fn name(&self) -> Option<&str> {
        let mut names = self.names.iter();
        names
            .next()
            .filter(|_| names.next().is_none())
            .map(String::as_str)
    }
}

/// The sign-in that a record belongs to.
pub(super) fn workflow_of(event: &CenterEvent) -> Option<&Arc<str>> {
    match &event.what {
        CenterKind::SignIn(sign_in) => sign_in.workflow.as_ref(),
        _ => None,
    }
}

impl DirectoryChanges {
    /// What a record shows about a person: their name with their id, and that they signed in.
    pub(super) fn person(&mut self, one: &CenterRecord<'_>, settings: &IdentityCenter) {
        let event = one.event;
        if !one.sure {
            return;
        }
        let of_store = event.on_behalf_of.as_ref();
        let user = of_store.filter(|person| person.store == settings.identity_store);
        let name = event.shown_name().filter(|name| !name.is_empty());
        if let (Some(person), Some(name)) = (user, name) {
            self.names.see(&person.user, name, event.time);
        }
        let CenterKind::SignIn(sign_in) = &event.what else {
            return;
        };
        if let Some(person) = user
            && sign_in.step == SignInStep::Authentication
            && event.outcome == Outcome::Success
        {
            self.status.see_enabled(&person.user, event.time);
        }
        let Some(workflow) = &sign_in.workflow else {
            return;
        };
        // A record without an id says nothing about which store the name is of, but its account
        // does.
        if user.is_none() && event.account != settings.account {
            return;
        }
        let known = self.sign_ins.entry(Arc::clone(workflow)).or_default();
        known
            .users
            .extend(user.map(|person| Arc::clone(&person.user)));
        known.elsewhere |= of_store.is_some() && user.is_none();
        if let Some(name) = name {
            known.names.insert(name.to_lowercase());
            known.named.insert((event.time, Arc::clone(name)));
        }
    }

    /// Of a sign-in with one user and one name, each record with the name teaches it.
    pub(super) fn teach_shared_names(&mut self) {
        for workflow in self.sign_ins.values() {
            // Whoever gave several names, or gave way to somebody else, teaches none.
            let mut users = workflow.users.iter();
            let (Some(user), None) = (users.next(), users.next()) else {
                continue;
            };
            if workflow.elsewhere || workflow.name().is_none() {
                continue;
            }
            for (time, name) in &workflow.named {
                self.names.see(user, name, *time);
            }
        }
    }
}
