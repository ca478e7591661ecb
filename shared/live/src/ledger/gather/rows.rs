//! Takes in the rows of the ledger.

use std::sync::Arc;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::roster::{Entity, Handle};

use super::Gather;
use crate::ledger::keys::{self, Kind};
use crate::ledger::observed::{GroupShown, NamePointer, Observed};
use crate::ledger::observed_member::ANSWER;
use crate::ledger::store::reread;
use crate::port::{Row, Table};

impl<T: Table> Gather<'_, T> {
    pub(super) fn take_row(&mut self, pk: &str, row: Row) {
        let mut parts = pk.split('#');
        let of = parts.next().unwrap_or_default();
        let account = parts.next().and_then(|account| account.parse().ok());
        match (of, account) {
            ("heard" | "regions" | "iam-regions", _) => self.heard.take_row(pk, &row.sk),
            ("groups", Some(account)) => self.take_observed(account, &row),
            ("about", Some(account)) if !row.sk.starts_with("c#") => {
                self.take_related(account, pk, row);
            }
            ("names" | "role", _) => self.take_hint(row),
            ("about", None) if row.sk.starts_with(ANSWER) => {
                self.members.extend(serde_json::from_str(&row.body).ok());
            }
            ("about", None) if pk.split('#').nth(1) == Some(keys::ACTING) => self.take_hint(row),
            ("session", _) if Kind::Use.is_kind_of(&row.sk) => self.take_hint(row),
            // Use of a session is stored there to wait for the session's mint. Nothing leads from
            // the mint to the use.
            ("session" | "key", _) if Kind::Child.is_kind_of(&row.sk) => {}
            ("session", _) if Kind::Judged.is_kind_of(&row.sk) => {}
            _ => drop(self.take_fact(row)),
        }
    }

    /// Takes a row about a user or a group that is no change.
    fn take_related(&mut self, account: AccountId, pk: &str, row: Row) {
        match row.sk.split('#').next() {
            Some("o") => self.take_observed(account, &row),
            Some("g") => {
                if let Ok(shown) = serde_json::from_str::<GroupShown>(&row.body) {
                    self.related.tie_group(account, &shown.name, &shown.id);
                    self.groups.insert((account, shown));
                }
            }
            Some("p") => {
                if let Ok(pointer) = serde_json::from_str::<NamePointer>(&row.body) {
                    let mut wanted = self.related.wanted().iter();
                    let entity = wanted.find(|entity| keys::about(entity) == pk).cloned();
                    let named = Handle::name(&pointer.name);
                    match entity {
                        Some(entity @ Entity::User(..)) => {
                            self.related.tie(&entity, &Entity::User(account, named));
                        }
                        Some(entity @ Entity::Group(..)) => {
                            self.related.tie(&entity, &Entity::Group(account, named));
                        }
                        Some(Entity::Device(_) | Entity::Center(_)) | None => {}
                    }
                }
            }
            _ => self.take_hint(row),
        }
    }

    fn take_observed(&mut self, account: AccountId, row: &Row) {
        let Ok(observed) = serde_json::from_str::<Observed>(&row.body) else {
            return;
        };
        self.related
            .tie_user(account, &observed.name, &observed.user);
        for shown in observed
            .groups_shown()
            .filter(|_| row.pk.starts_with("groups#"))
        {
            self.related.tie_group(account, &shown.name, &shown.id);
            self.groups.insert((account, shown));
        }
        self.observed.insert((account, observed));
    }

    fn take_hint(&mut self, row: Row) {
        if let Some(mut seen) = reread(&row.body, self.policy) {
            if let Some(named) = &seen.named {
                self.related.tie_user(named.account, &named.name, &named.id);
            }
            // Only the least and the greatest of these rows are kept. They show who had a name, so
            // they must not count as events.
            (seen.fact, seen.correction) = (None, None);
            self.hints.insert((row.pk, row.sk), seen);
        }
    }

    /// Takes a fact, and returns its record.
    pub(super) fn take_fact(&mut self, row: Row) -> Option<RecordKey> {
        if let Some(record) = self.known.get(row.body.as_str()) {
            return record.clone();
        }
        let body: Arc<str> = Arc::from(row.body);
        let seen = reread(&body, self.policy);
        let record = seen.as_ref().map(|seen| seen.key.clone());
        self.known.insert(Arc::clone(&body), record.clone());
        if let Some(seen) = seen {
            self.follow(&seen);
            self.facts.insert((seen.key.clone(), body), seen);
        }
        record
    }
}
