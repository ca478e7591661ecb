//! Finds the switches whose judgment depends on what a record says about users, groups and devices.
//!
//! A few are judged at once. More are judged in turns ([`crate::requeue`]), so that no message is
//! about more than a few and nothing else has to wait for them.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Entity;

use super::rounds::rounds;
use super::settled::SettleCounts;
use crate::ledger::{Facts, Gather, TouchedEvidence, index, keys};
use crate::port::{Directory, Queue, Table, Topic, Trouble};
use crate::requeue::{self, MOST_AT_ONCE, Walk, group_key};
use crate::rulebook::Rulebook;

/// Judges what depends on the changes, or queues it. `facts` are those that the touched sessions
/// were judged with, read after the record was stored.
pub(super) async fn spread<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    touched: &TouchedEvidence,
    facts: Option<Facts>,
    settled: &mut SettleCounts,
    now: Moment,
) -> Result<(), Trouble> {
    let accounts = touched.told.accounts();
    let seeds = touched.told.seeds(&book.policy);
    let facts = match facts {
        Some(facts) if seeds.is_subset(&facts.about) => facts,
        _ => who_is_who(outside, book, seeds).await?,
    };
    let entities = touched
        .told
        .entities(&facts.world, &facts.rosters(&book.rosters, now));
    let everybody = touched
        .told
        .everybody()
        .iter()
        .map(|account| (account.to_string(), Walk::over_all(keys::people(*account))));
    let mut all: Vec<(String, Walk)> = walks_of(&entities, accounts, &book.policy)
        .into_iter()
        .chain(everybody)
        .chain(walks_of_center(touched, &book.policy))
        .collect();
    let mut few = TouchedEvidence::default();
    let mut many = Vec::new();
    for (chain, walk) in &all {
        // Reading one more than may be judged at once shows whether there are too many without
        // reading all.
        let found = index::latest(
            outside,
            &walk.partition,
            &walk.unread_range(),
            MOST_AT_ONCE + 1,
        )
        .await?;
        if found.len() > MOST_AT_ONCE {
            many.push((chain.clone(), walk.clone()));
            continue;
        }
        let about = found
            .into_iter()
            .filter_map(|(_, entry)| entry)
            .filter(|entry| walk.is_about(entry, &book.policy));
        for entry in about.filter(|entry| !touched.sessions.contains(&entry.at)) {
            entry.add_to(&mut few);
        }
    }
    if few.sessions.len() + few.records.len() > MOST_AT_ONCE {
        // Each partition is short, but together they are too many for one message.
        many = std::mem::take(&mut all);
    } else if !few.is_empty() {
        rounds(outside, book, &few, settled, now).await?;
    }
    let chains: BTreeSet<&String> = many.iter().map(|(chain, _)| chain).collect();
    for chain in chains {
        let of_chain = many
            .iter()
            .filter(|(other, _)| other == chain)
            .map(|(_, walk)| walk.clone())
            .collect();
        requeue::ask_for_walks(outside, chain, of_chain, now).await?;
    }
    Ok(())
}

/// Reads all facts about these users, groups and devices.
async fn who_is_who<T: Table>(
    table: &T,
    book: &Rulebook,
    entities: BTreeSet<Entity>,
) -> Result<Facts, Trouble> {
    let mut gather = Gather::new(table, book);
    for entity in entities {
        gather.entity(entity);
    }
    gather.ask_until_closed().await?;
    Ok(gather.facts())
}

/// The walks that cover what depends on news of Identity Center.
fn walks_of_center<'t>(
    touched: &'t TouchedEvidence,
    policy: &Policy,
) -> impl Iterator<Item = (String, Walk)> + 't {
    let center = policy.identity_center.as_ref();
    let chain = center.map_or_else(String::new, |center| center.account.to_string());
    let news = touched.told.center();
    news.map(move |(entity, since)| (chain.clone(), Walk::since(keys::asks(&entity), since)))
}

/// The walks that cover what depends on these entities, each with the chain in which it waits.
fn walks_of(
    entities: &BTreeSet<Entity>,
    accounts: &BTreeSet<AccountId>,
    policy: &Policy,
) -> Vec<(String, Walk)> {
    let mut walks = Vec::new();
    let mut groups: BTreeSet<(AccountId, String)> = BTreeSet::new();
    for entity in entities {
        match entity {
            Entity::User(account, _) => {
                walks.push((account.to_string(), Walk::over_all(keys::asks(entity))));
            }
            // Switches are stored under people, not under groups. So one walk covers the switches
            // of the account for all its groups.
            Entity::Group(account, _) => drop(groups.insert((*account, keys::asks(entity)))),
            // Those have walks of their own.
            Entity::Center(_) => {}
            Entity::Device(_) => {
                // A device has no account of its own. Any account will do for the chain, as long as
                // it is always the same one.
                let account = accounts
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                walks.push((account, Walk::over_all(keys::asks(entity))));
            }
        }
    }
    let named: BTreeSet<String> = policy
        .roles
        .iter()
        .flat_map(|role| &role.groups)
        .map(group_key)
        .collect();
    let by_account: BTreeSet<AccountId> = groups
        .iter()
        .filter(|(_, key)| named.contains(key))
        .map(|(account, _)| *account)
        .collect();
    for account in by_account {
        let of_account = groups
            .iter()
            .filter(|(of, key)| *of == account && named.contains(key))
            .map(|(_, key)| key.clone())
            .collect();
        walks.push((
            account.to_string(),
            Walk::of_groups(keys::people(account), of_account),
        ));
    }
    walks
}
