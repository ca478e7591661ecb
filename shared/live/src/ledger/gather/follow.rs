//! The questions that a fact raises.

use std::sync::Arc;

use rolewatch_guard::roster::{Entity, Handle};
use rolewatch_guard::seen::{Caller, CallerKind, ConsoleStep, Fact, SeenRecord};
use rolewatch_guard::time::chosen::SAME_CALL;

use super::Gather;
use crate::ledger::keys;
use crate::ledger::store::elevated;
use crate::port::{KeyRange, Table};

impl<T: Table> Gather<'_, T> {
    /// Asks the questions that a fact raises.
    pub(super) fn follow(&mut self, seen: &SeenRecord) {
        match &seen.fact {
            Some(Fact::Mint(mint)) => {
                let near = keys::around(mint.time, SAME_CALL, SAME_CALL);
                if let Some(session) = &mint.session {
                    if !self.has_asked(session, mint.time) {
                        self.add_question(keys::session(session), near.clone());
                    }
                    if let Some((id, _)) = session.split_once(':') {
                        self.add_question(keys::role(id), KeyRange::default());
                    }
                }
                if let Some(issued) = &mint.issued {
                    self.add_question(keys::issued(issued), KeyRange::default());
                }
                // The copies of one call in two accounts have different event IDs and the same
                // sharedEventID.
                if let Some(shared) = &mint.shared {
                    self.add_question(keys::shared(&shared.to_string()), near.clone());
                }
                // A console step without a session is found by its caller and time.
                if mint.role.as_ref().is_some_and(elevated(self.policy)) {
                    for person in [&mint.caller.principal_id, &mint.caller.arn]
                        .into_iter()
                        .flatten()
                    {
                        self.add_question(
                            keys::who(person),
                            keys::around(mint.time, SAME_CALL, SAME_CALL),
                        );
                    }
                }
                self.caller(&mint.caller);
            }
            Some(Fact::Console(step)) => {
                if step.session.is_none() {
                    for person in [&step.from_id, &step.from].into_iter().flatten() {
                        self.add_question(
                            keys::who(person),
                            keys::around(step.time, 2 * SAME_CALL, 2 * SAME_CALL),
                        );
                    }
                }
                self.user_switched_from(step);
            }
            Some(Fact::Denial(denial)) => self.caller(&denial.caller),
            // Who made a change is asked for only if a judgment needs it.
            Some(Fact::IamChange(change)) => self.related.tie_by_change(change),
            // What a judgment depends on, it asks for.
            Some(Fact::IdentityCenter(_) | Fact::Nothing) | None => {}
        }
    }

    /// Asks for the mint of the caller's session, and about the caller.
    pub(super) fn caller(&mut self, caller: &Caller) {
        // Temporary keys begin with ASIA. No call issued a permanent key, so it leads no further
        // back.
        if let Some(key) = caller.key.as_deref().filter(|key| key.starts_with("ASIA")) {
            self.add_question(keys::issued(key), KeyRange::default());
        }
        // The creation date in the caller's session is the time of the call that issued it.
        if let (Some(session), Some(created)) = (
            caller.role_session(),
            caller.session.as_ref().and_then(|context| context.created),
        ) {
            self.add_question(
                keys::session(session),
                keys::around(created, SAME_CALL, SAME_CALL),
            );
        }
        if let (CallerKind::IamUser | CallerKind::OtherAccount, Some(account), Some(id)) =
            (&caller.kind, caller.account, &caller.principal_id)
            && id.starts_with("AIDA")
        {
            let id = Handle::Id(Arc::clone(id));
            self.related.want(Entity::User(account, id));
            // A row under the ID leads to the name. Asking at once saves a round trip.
            let name = caller.user_name.as_deref().map(Handle::name);
            if let Some(name) = name.filter(|_| caller.kind == CallerKind::IamUser) {
                self.related.want(Entity::User(account, name));
            }
        }
    }

    /// Asks about the user that the console says it switched from.
    fn user_switched_from(&mut self, step: &ConsoleStep) {
        let Some(arn) = step.from.as_deref() else {
            return;
        };
        let account = arn.split(':').nth(4).and_then(|part| part.parse().ok());
        if let (Some(account), Some((_, resource))) = (account, arn.split_once(":user/")) {
            let name = resource.rsplit('/').next().unwrap_or(resource);
            self.related.want(Entity::User(account, Handle::name(name)));
        }
    }
}
