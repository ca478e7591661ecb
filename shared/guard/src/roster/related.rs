//! Finds the users, groups and devices that a fact can say something about.
//!
//! INVARIANT (related): an answer about a user or group depends only on facts that name it, by one
//! of the names or ids that renames, creations, snapshots, and records with both name and id tie
//! together, at any time. So a fact about anything else can't change the answer.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::{Entity, Handle, IamId, Rosters};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{Fact, IamChange, IamChangeKind, NameSeen};
use crate::world::{Versions, World, facts_in_force};

/// All names and ids that these entities have or may have: their own, and everything tied to one of
/// them.
pub fn related(world: &World, rosters: &Rosters, entities: BTreeSet<Entity>) -> BTreeSet<Entity> {
    let mut found = entities;
    // One tie leads to the next: a user is found by every name they had, and by everybody else who
    // had one of those names before. The set only grows, so the loop ends.
    loop {
        let mut more = BTreeSet::new();
        for (one, other) in tied_entities(world, rosters, &found) {
            match (found.contains(&one), found.contains(&other)) {
                (true, false) => drop(more.insert(other)),
                (false, true) => drop(more.insert(one)),
                (true, true) | (false, false) => {}
            }
        }
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// What may be affected when the first or last time at which a name and an id were seen together
/// moves. That they belong together was known before. The old and the new time are given in either
/// order; `related` is everything related to the user.
///
/// Moments are only compared with each other. If nothing else known about this user lies between
/// the old time and the new one, all comparisons stay the same, except those with moments that are
/// asked about: the times of switches that show only a name.
pub fn stirred(
    world: &World,
    rosters: &Rosters,
    seen: &NameSeen,
    (from, to): (Moment, Moment),
    related: &BTreeSet<Entity>,
) -> BTreeSet<Entity> {
    let (from, to) = (from.min(to), from.max(to));
    let between = |time: Moment| from <= time && time <= to;
    let changed = changes(world).any(|change| {
        between(change.time)
            && change
                .entities()
                .iter()
                .any(|entity| related.contains(entity))
    });
    let users = Users::new(related);
    let sighted = world
        .names
        .iter()
        .any(|((account, name, id), (first, last))| {
            // The pair itself was seen at both ends of the range, so it doesn't count.
            let own = *account == seen.account && *name == seen.name && *id == seen.id;
            !own && (between(*first) || between(*last)) && users.contains(*account, name, id)
        });
    let shown = rosters
        .snapshots_of(seen.account)
        .filter(|snapshot| snapshot.taken.is_some_and(between))
        .any(|snapshot| {
            snapshot
                .users
                .iter()
                .any(|(id, user)| users.contains(snapshot.account, &user.name, id))
        });
    if changed || sighted || shown {
        return related.clone();
    }
    let ids = related
        .iter()
        .filter(|entity| matches!(entity, Entity::User(_, Handle::Id(_))))
        .count();
    let by_name = |entity: &&Entity| matches!(entity, Entity::User(_, Handle::Name(_)));
    // With a single id, a name always means the same user. With several, a switch that shows only a
    // name may now mean another one of them.
    if ids > 1 {
        related.iter().filter(by_name).cloned().collect()
    } else {
        BTreeSet::new()
    }
}

/// The first record that names a group: a membership of it was changed, or the group itself.
/// `None`: a snapshot shows the group as well, or nothing does. A group of the policy has no id
/// until something names it.
pub fn first_to_name_group<'w>(
    world: &'w World,
    rosters: &Rosters,
    account: AccountId,
    name: &str,
) -> Option<&'w RecordKey> {
    if rosters
        .snapshots_of(account)
        .any(|snapshot| snapshot.group_id(name).is_some())
    {
        return None;
    }
    let group = Entity::Group(account, Handle::name(name));
    let names = |change: &IamChange| {
        change.account == account
            && (change
                .group_joined_or_left()
                .is_some_and(|joined| Handle::name(joined) == Handle::name(name))
                || change.entities().contains(&group))
    };
    let in_force = facts_in_force(world).filter_map(|(key, fact)| match fact {
        Fact::IamChange(change) if names(change) => Some((change.time, key)),
        _ => None,
    });
    in_force.min().map(|(_, key)| key)
}

/// Every change, in force or not, because a change that was corrected counted earlier.
fn changes(world: &World) -> impl Iterator<Item = &IamChange> {
    world
        .records
        .values()
        .flat_map(Versions::iter)
        .filter_map(|version| match &version.fact {
            Fact::IamChange(change) => Some(&**change),
            _ => None,
        })
}

/// The users of a set, in a form that is searched without copying the key. A snapshot has many
/// users.
struct Users<'a> {
    names: Vec<(AccountId, &'a str)>,
    ids: HashSet<(AccountId, &'a str)>,
}

impl<'a> Users<'a> {
    fn new(entities: &'a BTreeSet<Entity>) -> Self {
        let mut users = Self {
            names: Vec::new(),
            ids: HashSet::new(),
        };
        for entity in entities {
            match entity {
                Entity::User(account, Handle::Name(name)) => users.names.push((*account, name)),
                Entity::User(account, Handle::Id(id)) => drop(users.ids.insert((*account, id))),
                Entity::Group(..) | Entity::Device(_) | Entity::Center(_) => {}
            }
        }
        users
    }

    fn contains(&self, account: AccountId, name: &str, id: &str) -> bool {
        let same = |known: &str| {
            if name.is_ascii() {
                name.eq_ignore_ascii_case(known)
            } else {
                name.to_lowercase() == known
            }
        };
        self.ids.contains(&(account, id))
            || self
                .names
                .iter()
                .any(|(of, known)| *of == account && same(known))
    }
}

/// Pairs of handles that something ties together, including all pairs with a handle in `known`.
fn tied_entities(
    world: &World,
    rosters: &Rosters,
    known: &BTreeSet<Entity>,
) -> Vec<(Entity, Entity)> {
    let users = Users::new(known);
    let user = |account: AccountId, name: &str, id: &IamId| {
        let both = || {
            (
                Entity::User(account, Handle::name(name)),
                Entity::User(account, Handle::Id(Arc::clone(id))),
            )
        };
        users.contains(account, name, id).then(both)
    };
    let mut found: Vec<(Entity, Entity)> = Vec::new();
    for change in changes(world).filter(|change| {
        matches!(
            change.what,
            IamChangeKind::Create { id: Some(_), .. } | IamChangeKind::Rename { .. }
        )
    }) {
        let mut both = change.entities().into_iter();
        found.extend(
            both.next()
                .zip(both.next())
                .filter(|(one, other)| known.contains(one) || known.contains(other)),
        );
    }
    found.extend(
        world
            .names
            .keys()
            .filter_map(|(account, name, id)| user(*account, name, id)),
    );
    // A roster lists thousands of users. Its groups are only searched in accounts whose groups are
    // asked about.
    let of_groups: BTreeSet<AccountId> = known.iter().filter_map(account_of_group).collect();
    for snapshot in rosters.iter() {
        let account = snapshot.account;
        found.extend(
            snapshot
                .users
                .iter()
                .filter_map(|(id, shown)| user(account, &shown.name, id)),
        );
        if of_groups.contains(&account) {
            let group = |(name, id): (&String, &IamId)| {
                (
                    Entity::Group(account, Handle::name(name)),
                    Entity::Group(account, Handle::Id(Arc::clone(id))),
                )
            };
            found.extend(snapshot.groups.iter().map(group));
        }
    }
    found
}

fn account_of_group(entity: &Entity) -> Option<AccountId> {
    match entity {
        Entity::Group(account, _) => Some(*account),
        Entity::User(..) | Entity::Device(_) | Entity::Center(_) => None,
    }
}

#[cfg(test)]
mod cases {
    use super::*;
    use crate::testing::{PEOPLE, Story};

    fn user(name: &str) -> Entity {
        Entity::User(PEOPLE.parse().unwrap(), Handle::name(name))
    }

    fn group(name: &str) -> Entity {
        Entity::Group(PEOPLE.parse().unwrap(), Handle::name(name))
    }

    fn related_to(story: &Story, entity: Entity) -> BTreeSet<Entity> {
        related(
            &story.world_of(story.records()),
            &story.rosters(),
            BTreeSet::from([entity]),
        )
    }

    fn names_related_to(story: &Story, entity: Entity) -> Vec<String> {
        let name = |entity: Entity| match entity {
            Entity::User(_, Handle::Name(name)) | Entity::Group(_, Handle::Name(name)) => {
                Some(name.to_string())
            }
            _ => None,
        };
        related_to(story, entity)
            .into_iter()
            .filter_map(name)
            .collect()
    }

    #[test]
    fn whoever_was_renamed_is_found_by_every_name_and_by_the_id() {
        let mut story = Story::new().without_roster();
        drop(story.switch("dora"));
        story.iam(60, "admin").renames_user("Dora", "dorothy");
        story.iam(90, "admin").renames_user("dorothy", "dot");
        story.iam(90, "admin").renames_user("tom", "tim");
        assert_eq!(
            names_related_to(&story, user("dot")),
            ["dora", "dorothy", "dot"]
        );
        let ids = related_to(&story, user("dot"))
            .into_iter()
            .filter(|entity| matches!(entity, Entity::User(_, Handle::Id(_))))
            .count();
        assert_eq!(ids, 1);
    }

    #[test]
    fn a_name_that_was_given_away_ties_both_who_bore_it() {
        let mut story = Story::new();
        drop(story.switch("dora"));
        story.iam(60, "admin").deletes_user("dora");
        story.iam(90, "admin").creates_user("dora", "another");
        assert_eq!(
            related_to(&story, user("dora")).len(),
            3,
            "the name and two ids"
        );
        assert_eq!(names_related_to(&story, user("tom")), ["tom"]);
    }

    #[test]
    fn a_roster_ties_names_to_ids_of_users_and_of_groups() {
        let story = Story::new();
        assert_eq!(related_to(&story, user("dora")).len(), 2);
        assert_eq!(related_to(&story, group("developers")).len(), 2);
        assert_eq!(related_to(&story, group("nobody")).len(), 1);
    }

    #[test]
    fn the_first_to_name_a_group_is_one_record() {
        let mut story = Story::new().without_roster();
        story.iam(60, "admin").adds("tom", "Developers");
        story.iam(30, "admin").adds("dora", "developers");
        story.iam(10, "admin").adds("dora", "Testers");
        let first = |story: &Story| {
            let world = story.world_of(story.records());
            first_to_name_group(
                &world,
                &story.rosters(),
                PEOPLE.parse().unwrap(),
                "Developers",
            )
            .map(|record| record.event.to_string())
        };
        assert_eq!(
            first(&story).as_deref(),
            story.records()[1]["eventID"].as_str()
        );
        let mut known = Story::new();
        known.iam(60, "admin").adds("tom", "Developers");
        assert_eq!(first(&known), None, "the roster names it");
    }

    #[test]
    fn being_seen_once_more_stirs_nobody_unless_something_happened_meanwhile() {
        let mut story = Story::new().without_roster();
        drop(story.switch("dora"));
        story.iam(600, "admin").adds("dora", "Developers");
        story.iam(700, "admin").adds("tom", "Developers");
        let seen = NameSeen {
            account: PEOPLE.parse().unwrap(),
            name: "dora".into(),
            id: "AIDADORAXXXXXXXXXXXX".into(),
            time: story.now(),
        };
        let stirs = |from: i64, to: i64| {
            let (world, own) = (
                story.world_of(story.records()),
                related_to(&story, user("dora")),
            );
            assert_eq!(own.len(), 2);
            let ends = (seen.time.plus_seconds(from), seen.time.plus_seconds(to));
            !stirred(&world, &story.rosters(), &seen, ends, &own).is_empty()
        };
        assert!(
            !stirs(0, 599) && !stirs(601, 900),
            "nothing of hers lies between"
        );
        assert!(
            stirs(0, 600) && stirs(700, 500),
            "whichever end is the later one"
        );
    }
}
