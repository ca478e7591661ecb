//! What the digest says about people of Identity Center.

use std::collections::BTreeSet;

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::untrusted::harmless;

use super::held::Session;
use crate::ledger::SignedIn;
use crate::ledger::keys;
use crate::port::{KeyRange, Table, TableKind, Trouble};
use crate::rulebook::Rulebook;

/// The people who signed in without MFA in the period, by name or, without one, by ID.
pub(super) async fn signed_in_without_mfa<T: Table>(
    table: &T,
    book: &Rulebook,
    since: Moment,
    at: Moment,
) -> Result<Vec<String>, Trouble> {
    if book.policy.identity_center.is_none() {
        return Ok(Vec::new());
    }
    let span = KeyRange {
        from: keys::about_at(since),
        to: keys::about_at(at.plus_seconds(-1)),
    };
    let days = BTreeSet::from([since, at].map(keys::sign_ins_without_mfa));
    let mut people = BTreeSet::new();
    for day in days {
        let rows = table.query(TableKind::Ledger, &day, &span).await?;
        let signed_in = rows
            .iter()
            .filter_map(|row| serde_json::from_str::<SignedIn>(&row.body).ok());
        people.extend(signed_in.filter_map(|one| shown(&one, latest(book))));
    }
    Ok(people.into_iter().collect())
}

/// The people of Identity Center who entered an elevated role and whom the latest roster doesn't
/// list.
pub(super) fn unlisted(sessions: &[Session], book: &Rulebook) -> Vec<String> {
    let Some(roster) = latest(book) else {
        return Vec::new();
    };
    let unknown = sessions.iter().filter(|session| {
        let [store, user] = &session.person;
        **store == *roster.store && !roster.users.contains_key(user.as_str())
    });
    let names: BTreeSet<String> = unknown.map(|session| session.who.clone()).collect();
    names.into_iter().collect()
}

/// The latest roster of the policy's identity store that lists all its users.
fn latest(book: &Rulebook) -> Option<&StoreSnapshot> {
    let center = book.policy.identity_center.as_ref()?;
    let mut rosters = book.rosters.of_store(&center.identity_store);
    rosters.rfind(|roster| roster.taken.is_some() && !roster.incomplete)
}

fn shown(person: &SignedIn, roster: Option<&StoreSnapshot>) -> Option<String> {
    let listed = person.user.as_deref().zip(roster);
    let listed = listed.and_then(|(user, roster)| roster.users.get(user));
    let listed = listed
        .map(|user| &*user.name)
        .filter(|name| !name.is_empty());
    let name = listed
        .or(person.name.as_deref())
        .or(person.user.as_deref())?;
    Some(harmless(name))
}
