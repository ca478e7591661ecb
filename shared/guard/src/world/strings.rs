//! Stores each text once, so that a world only grows with different texts.

use std::collections::HashSet;
use std::sync::Arc;

use crate::seen::{Caller, Fact, RecordAbout, StoreUser};

#[derive(Debug, Clone, Default)]
pub(super) struct Strings {
    texts: HashSet<Arc<str>>,
    callers: HashSet<Arc<Caller>>,
    abouts: HashSet<Arc<RecordAbout>>,
}

impl Strings {
    pub(super) fn intern(&mut self, text: Arc<str>) -> Arc<str> {
        if let Some(known) = self.texts.get(&text) {
            return Arc::clone(known);
        }
        self.texts.insert(Arc::clone(&text));
        text
    }

    /// Most calls of a person have the same name, Region, address and program.
    pub(super) fn about(&mut self, about: Arc<RecordAbout>) -> Arc<RecordAbout> {
        if let Some(known) = self.abouts.get(&about) {
            return Arc::clone(known);
        }
        self.abouts.insert(Arc::clone(&about));
        about
    }

    fn caller(&mut self, caller: &mut Arc<Caller>) {
        if let Some(known) = self.callers.get(caller) {
            *caller = Arc::clone(known);
        } else {
            self.callers.insert(Arc::clone(caller));
        }
    }

    /// Shares a person's texts, because the same users of an identity store sign in every day.
    fn person(&mut self, person: &mut StoreUser) {
        for text in [&mut person.store, &mut person.user] {
            *text = self.intern(Arc::clone(text));
        }
    }

    /// Replaces recurring texts in a fact with the copy that is already stored. Issued keys are
    /// unique, so they aren't shared.
    pub(super) fn intern_fact(&mut self, fact: &mut Fact) {
        match fact {
            Fact::Mint(mint) => {
                self.caller(&mut mint.caller);
                if let Some(role) = &mut mint.role {
                    role.share_text(|text| self.intern(text));
                }
                if let Some(session) = &mut mint.session {
                    *session = self.intern(Arc::clone(session));
                }
                if let Some(grant) = &mut mint.grant {
                    for text in [
                        &mut grant.mfa_serial,
                        &mut grant.source_ip,
                        &mut grant.target,
                    ]
                    .into_iter()
                    .flatten()
                    {
                        *text = self.intern(Arc::clone(text));
                    }
                }
            }
            Fact::Denial(denial) => self.caller(&mut denial.caller),
            Fact::IamChange(change) => self.caller(&mut change.by),
            Fact::IdentityCenter(event) => {
                self.caller(&mut event.by);
                if let Some(person) = &mut event.on_behalf_of {
                    self.person(person);
                }
            }
            Fact::Console(_) | Fact::Nothing => {}
        }
    }
}
