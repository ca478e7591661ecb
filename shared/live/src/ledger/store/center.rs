//! Stores the records of Identity Center under everything that they are about.

use std::collections::BTreeSet;
use std::sync::Arc;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Entity;
use rolewatch_guard::seen::identity_center::{Outcome, SignInStep};
use rolewatch_guard::seen::{CenterKind, CenterSubject, Fact, SeenRecord};
use serde::{Deserialize, Serialize};

use super::{Arrival, fact_row, reread};
use crate::ledger::keys;
use crate::port::{Keep, KeepOutcome, KeyRange, Row, Table, TableKind, Trouble};
use crate::time::FACTS_KEPT;

/// Stores the record, and its other versions, beside the records that belong together with it, and
/// returns those.
///
/// INVARIANT (link): the record is stored there before the others are read. If two arrive at once,
/// at least one of them sees the other. Whoever sees the other stores both under the keys of both,
/// so whoever finds one finds all.
pub(super) async fn store_links<T: Table>(
    table: &T,
    policy: &Policy,
    arrival: &Arrival,
    now: Moment,
) -> Result<Vec<(SeenRecord, String)>, Trouble> {
    let own: Vec<(&SeenRecord, &str)> = members(arrival).collect();
    let mut open: BTreeSet<String> = own.iter().filter_map(|(seen, _)| link_of(seen)).collect();
    let mut read = BTreeSet::new();
    let mut linked: Vec<(SeenRecord, String)> = Vec::new();
    while let Some(pk) = open.pop_first() {
        let rows = own.iter().map(|(seen, body)| row(&pk, seen, body, now));
        table.keep_all(TableKind::Ledger, rows.collect()).await?;
        let found = table
            .query(TableKind::Ledger, &pk, &KeyRange::default())
            .await?;
        read.insert(pk);
        for row in found {
            let is_known = own.iter().any(|(_, body)| *body == row.body)
                || linked.iter().any(|(_, body)| *body == row.body);
            if is_known {
                continue;
            }
            if let Some(seen) = reread(&row.body, policy) {
                open.extend(link_of(&seen).filter(|pk| !read.contains(pk)));
                linked.push((seen, row.body));
            }
        }
    }
    Ok(linked)
}

/// The rows of the record and of those that belong together with it, under the subjects of all of
/// them.
pub(super) fn rows(arrival: &Arrival, now: Moment) -> Vec<Row> {
    let all: Vec<(&SeenRecord, &str)> = members(arrival)
        .chain(arrival.linked.iter().map(|(seen, body)| (seen, &**body)))
        .collect();
    let partitions: BTreeSet<String> = all.iter().flat_map(|(seen, _)| partitions(seen)).collect();
    partitions
        .iter()
        .flat_map(|pk| all.iter().map(|(seen, body)| row(pk, seen, body, now)))
        .collect()
}

/// Stores which permission set's role the record shows, and whom it shows acting in a session.
/// Returns what may be new.
pub(super) async fn store_signs<T: Table>(
    table: &T,
    arrival: &Arrival,
    first_try: bool,
    now: Moment,
) -> Result<Vec<CenterSubject>, Trouble> {
    let expires = now.plus_seconds(FACTS_KEPT);
    let mut may_be_new = Vec::new();
    for (subject, what) in signs(&arrival.seen) {
        let pk = keys::facts_about(&Entity::Center(subject.clone()));
        let row = fact_row(pk, keys::hash(&what), &arrival.body, expires);
        let kept = table.keep(TableKind::Ledger, row, Keep::First).await?;
        // An earlier invocation may have stored it and stopped.
        if kept != KeepOutcome::Known || !first_try {
            may_be_new.push(subject);
        }
    }
    Ok(may_be_new)
}

/// What a record shows besides its fact, each with what it shows of it.
fn signs(seen: &SeenRecord) -> Vec<(CenterSubject, String)> {
    let role = seen.role.as_ref();
    let role = role.filter(|(_, role)| role.permission_set().is_some());
    let role = role.map(|(id, role)| {
        let subject = CenterSubject::Role(Arc::clone(id));
        (subject, role.as_str().to_owned())
    });
    let acting = seen.used.as_ref().and_then(|used| {
        let (person, created) = (used.on_behalf_of.as_ref()?, used.created?);
        let subject = CenterSubject::Session(Arc::clone(&used.session));
        Some((subject, format!("{created} {person:?}")))
    });
    role.into_iter().chain(acting).collect()
}

/// The row that lists a sign-in without MFA under its day.
pub(super) fn without_mfa(seen: &SeenRecord, policy: &Policy, now: Moment) -> Option<Row> {
    let Some(Fact::IdentityCenter(event)) = &seen.fact else {
        return None;
    };
    let CenterKind::SignIn(sign_in) = &event.what else {
        return None;
    };
    let center = policy.identity_center.as_ref()?;
    let is_done = sign_in.step == SignInStep::Authentication && event.outcome == Outcome::Success;
    if !is_done || event.account != center.account || !sign_in.is_without_mfa() {
        return None;
    }
    let person = SignedIn {
        user: event
            .on_behalf_of
            .as_ref()
            .map(|person| person.user.to_string()),
        name: event.shown_name().map(ToString::to_string),
    };
    let body = serde_json::to_string(&person).ok()?;
    let pk = keys::sign_ins_without_mfa(event.time);
    let sk = format!("{}{}", keys::about_at(event.time), keys::hash(&body));
    Some(fact_row(pk, sk, &body, now.plus_seconds(FACTS_KEPT)))
}

/// Who signed in, as the record shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    /// The user's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// The record and its other versions, if one of them is of Identity Center.
fn members(arrival: &Arrival) -> impl Iterator<Item = (&SeenRecord, &str)> {
    let own = [(&arrival.seen, &*arrival.body)].into_iter();
    let family = arrival.family.iter().map(|(seen, body)| (seen, &**body));
    own.chain(family).filter(|(seen, _)| seen.fact.is_some())
}

fn row(pk: &str, seen: &SeenRecord, body: &str, now: Moment) -> Row {
    let record = keys::record_part(&seen.key);
    let sk = format!("{}{record}~{}", keys::about_at(seen.time), keys::hash(body));
    fact_row(pk.to_owned(), sk, body, now.plus_seconds(FACTS_KEPT))
}

fn link_of(seen: &SeenRecord) -> Option<String> {
    match &seen.fact {
        Some(Fact::IdentityCenter(event)) => event.link().map(|link| keys::link(&link)),
        _ => None,
    }
}

fn partitions(seen: &SeenRecord) -> Vec<String> {
    let Some(Fact::IdentityCenter(event)) = &seen.fact else {
        return Vec::new();
    };
    let subjects = event.subjects().into_iter();
    let about = subjects.map(|subject| keys::about(&Entity::Center(subject)));
    about.chain(link_of(seen)).collect()
}
