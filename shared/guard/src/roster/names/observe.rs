//! Collects what shows a name with its id, or only the spelling of a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::Names;
use crate::id::{AccountId, RecordKey};
use crate::roster::{IamId, Rosters, Snapshot};
use crate::seen::{IamChange, IamChangeKind, NamedKind};
use crate::world::World;

pub(super) fn observe(
    what: NamedKind,
    iam: &[(&RecordKey, &IamChange)],
    world: &World,
    rosters: &Rosters,
    books: &mut BTreeMap<AccountId, Names>,
) {
    for (_, change) in iam {
        let names = books.entry(change.account).or_default();
        observe_change(what, change, names);
    }
    if what == NamedKind::User {
        for ((account, name, id), (first, last)) in &world.names {
            let names = books.entry(*account).or_default();
            // The first and last sighting are enough: in between the pair stayed the same, or a
            // change in the logs shows otherwise.
            names.note_seen(name, id, *first, false);
            names.note_seen(name, id, *last, false);
        }
    }
    for snapshot in rosters.iter() {
        let names = books.entry(snapshot.account).or_default();
        for (name, id) in names_with_ids(snapshot, what) {
            match snapshot.taken {
                Some(taken) => names.note_seen(&name, &id, taken, false),
                None => names.see_untimed(&name, &id),
            }
        }
    }
}

fn observe_change(what: NamedKind, change: &IamChange, names: &mut Names) {
    match &change.what {
        IamChangeKind::Create { what: it, name, id } if *it == what => {
            names.keep_spelling(name);
            if let Some(id) = id {
                // The id comes from the response of the call that created it, so it belongs to the
                // tenure that begins here, not to an earlier bearer in the same second.
                names.note_seen(name, id, change.time, true);
            }
        }
        IamChangeKind::Rename { what: it, to, .. } if *it == what => names.keep_spelling(to),
        IamChangeKind::AddUserToGroup { user, group }
        | IamChangeKind::RemoveUserFromGroup { user, group } => {
            let name = match what {
                NamedKind::User => user,
                NamedKind::Group => group,
            };
            names.mention(&name.to_lowercase());
        }
        _ => {}
    }
}

fn names_with_ids(snapshot: &Snapshot, what: NamedKind) -> Vec<(Arc<str>, IamId)> {
    if what == NamedKind::User {
        let users = snapshot.users.iter();
        return users
            .map(|(id, user)| (Arc::clone(&user.name), Arc::clone(id)))
            .collect();
    }
    // Groups are found by lower-case name, and shown in their original spelling.
    let written = |lower: &str, id: &IamId| {
        let name = snapshot.group_names.get(id).cloned();
        name.unwrap_or_else(|| Arc::from(lower))
    };
    snapshot
        .groups
        .iter()
        .map(|(lower, id)| (written(lower, id), Arc::clone(id)))
        .collect()
}
