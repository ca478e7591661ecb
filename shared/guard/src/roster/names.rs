//! Finds the id that had a name, and when.
//!
//! IAM events refer to users and groups by their name at that time. Creations, deletions and
//! renames divide each name's history into tenures; a rename connects two tenures to one bearer,
//! the user or group that has the name. Ids come from creations, from records that show name and id
//! together, and from snapshots. Letter case is folded, because IAM never has two names that differ
//! only in case.

mod book;
mod lookup;
mod observe;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use book::Names;

use super::Rosters;
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{IamChange, IamChangeKind, NamedKind};
use crate::world::World;
use book::Turn;

/// One book of names for each account that anything is known about.
pub(super) fn name_books(
    what: NamedKind,
    iam: &[(&RecordKey, &IamChange)],
    world: &World,
    rosters: &Rosters,
) -> BTreeMap<AccountId, Names> {
    let mut books: BTreeMap<AccountId, Names> = BTreeMap::new();
    let mut turns: BTreeMap<(AccountId, String), BTreeSet<(Moment, Turn)>> = BTreeMap::new();
    let mut note = |account: AccountId, name: &str, time: Moment, turn: Turn| {
        turns
            .entry((account, name.to_lowercase()))
            .or_default()
            .insert((time, turn));
    };
    for (_, change) in iam {
        let (account, time) = (change.account, change.time);
        match &change.what {
            IamChangeKind::Create { what: it, name, .. } if *it == what => {
                note(account, name, time, Turn::Take { created: true });
            }
            IamChangeKind::Delete { what: it, name } if *it == what => {
                note(account, name, time, Turn::Free { deleted: true });
            }
            IamChangeKind::Rename { what: it, from, to }
                // A rename that only changes the case neither frees nor takes a name.
                if *it == what && from.to_lowercase() != to.to_lowercase() =>
            {
                note(account, from, time, Turn::Free { deleted: false });
                note(account, to, time, Turn::Take { created: false });
            }
            _ => {}
        }
    }
    for ((account, name), turns) in turns {
        books.entry(account).or_default().cut_at(name, &turns);
    }
    // A tie needs both of its tenures, so all names are divided before any two are tied.
    let mut ties: BTreeMap<AccountId, Vec<(usize, usize)>> = BTreeMap::new();
    for (_, change) in iam {
        if let IamChangeKind::Rename { what: it, from, to } = &change.what
            && *it == what
            && let Some(names) = books.get(&change.account)
        {
            ties.entry(change.account).or_default().extend(names.tie(
                &from.to_lowercase(),
                &to.to_lowercase(),
                change.time,
            ));
        }
    }
    for (account, ties) in ties {
        books.entry(account).or_default().unite(&ties);
    }
    // An id that was seen with a name can only be given to a bearer now that the ties between
    // tenures are known.
    observe::observe(what, iam, world, rosters, &mut books);
    for names in books.values_mut() {
        names.finish();
    }
    books
}
