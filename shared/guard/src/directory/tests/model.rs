//! Random histories, of which the logs hide a part: what is answered is never wrong, and doesn't
//! depend on the order in which records came.

use proptest::prelude::*;

use super::truth::Truth;
use super::*;

pub(super) const USERS: [&str; 3] = ["u0", "u1", "u2"];
pub(super) const GROUPS: [&str; 2] = ["g0", "g1"];
pub(super) const NAMES: [&str; 3] = ["ann", "bob", "cyd"];

/// A step of a history: seconds since the last one, what happens, to whom, and how it is recorded.
type Step = (i64, u8, usize, usize, u8);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..3_i64, 0..10_u8, 0..3_usize, 0..3_usize, 0..4_u8), 1..16)
}

/// A history: what was so, and what is known of it.
struct History {
    store: Store,
    /// What was so from each second on; the last one of a second is what it left.
    truths: Vec<(i64, Truth)>,
}

impl History {
    fn new(begin: &[usize], steps: &[Step]) -> Self {
        let mut truth = Truth::default();
        truth.users.extend([("u0", "ann"), ("u1", "bob")]);
        truth.groups.extend(["g0"]);
        for user in begin {
            let pair = (USERS[*user], "g0");
            truth
                .members
                .insert(pair, (-5_000, format!("old-{}-{}", pair.0, pair.1)));
        }
        let mut history = Self {
            store: Store::new(),
            truths: vec![(i64::MIN, truth)],
        };
        let mut at = 0;
        for (later, what, one, other, how) in steps {
            at += later;
            let mut truth = history.truths.last().unwrap().1.clone();
            history
                .store
                .step(&mut truth, at, (*what, *one, *other, *how));
            history.truths.push((at, truth));
        }
        history
    }

    fn end(&self) -> i64 {
        self.truths.last().unwrap().0.max(0)
    }

    /// Everything that was so at some point of a second.
    fn at(&self, second: i64) -> Vec<&Truth> {
        let first = self.truths.partition_point(|(at, _)| *at < second) - 1;
        let of_second = self.truths[first..].iter();
        of_second
            .take_while(|(at, _)| *at <= second)
            .map(|(_, truth)| truth)
            .collect()
    }
}

/// All answers about every second of a history.
fn answers(
    store: &Store,
    records: &[Value],
    end: i64,
) -> Vec<(Membership, Option<Arc<str>>, Bearer)> {
    let world = world(records, &store.settings, true);
    let directory = Directory::new(&world, &store.rosters, &store.settings);
    let mut answers = Vec::new();
    for second in -2..end + 3 {
        for (user, name) in USERS.into_iter().zip(NAMES) {
            for group in GROUPS {
                answers.push((
                    directory.membership(user, group, moment(second)),
                    directory.name_at(user, moment(second)),
                    directory.user_named(name, moment(second)),
                ));
            }
        }
    }
    answers
}

/// Who is in the first group from before the logs on.
fn begin() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..2_usize, 0..3)
}

proptest! {
    #[test]
    fn no_membership_is_ever_wrong(begin in begin(), steps in steps()) {
        let history = History::new(&begin, &steps);
        let world = history.store.world();
        let directory = Directory::new(&world, &history.store.rosters, &history.store.settings);
        for second in -2..history.end() + 3 {
            let truths = history.at(second);
            for (user, group) in USERS.iter().flat_map(|user| GROUPS.map(|group| (*user, group))) {
                let answer = directory.membership(user, group, moment(second));
                let may_act = truths.iter().map(|truth| truth.may_act(user, group));
                let what = format!("{user} in {group} at {second}: {answer:?}, {truths:#?}");
                match &answer {
                    Membership::Member { began, .. } => {
                        prop_assert!(may_act.clone().all(|may| may), "{}", what);
                        if let Some(began) = began {
                            let since = truths[0].members[&(user, group)].0;
                            prop_assert_eq!(began.time, moment(since), "{}", what);
                        }
                    }
                    Membership::NotMember { .. } => {
                        prop_assert!(!may_act.clone().any(|may| may), "{}", what);
                    }
                    Membership::Unproven { missing } => prop_assert!(!missing.is_empty()),
                }
            }
        }
    }

    #[test]
    fn no_name_is_ever_wrong(steps in steps()) {
        let history = History::new(&[], &steps);
        let world = history.store.world();
        let directory = Directory::new(&world, &history.store.rosters, &history.store.settings);
        for second in -2..history.end() + 3 {
            let truths = history.at(second);
            for (user, name) in USERS.iter().zip(NAMES) {
                let what = |told: &dyn std::fmt::Debug| format!("{user}, {name} at {second}: {told:?}, {truths:#?}");
                let bearer = directory.user_named(name, moment(second));
                match &bearer {
                    Bearer::One(id) => {
                        prop_assert!(truths.iter().all(|truth| truth.bearer(name) == Some(id)), "{}", what(&bearer));
                    }
                    Bearer::OneOf(_) => prop_assert!(false, "names are never borne by two: {}", what(&bearer)),
                    Bearer::Unknown => {}
                }
                if let Some(told) = directory.name_at(user, moment(second)) {
                    prop_assert!(truths.iter().all(|truth| truth.users.get(user) == Some(&&*told)), "{}", what(&told));
                }
            }
        }
    }

    #[test]
    fn the_order_and_repetition_of_records_do_not_matter(
        begin in begin(),
        steps in steps(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 16),
    ) {
        let history = History::new(&begin, &steps);
        let expected = answers(&history.store, &history.store.records, history.end());
        let mut records = history.store.records.clone();
        for (at, other) in order.iter().enumerate() {
            if records.is_empty() {
                break;
            }
            let other = other.index(records.len());
            let at = at % records.len();
            records.swap(at, other);
            records.push(records[other].clone());
        }
        let mut store = history.store;
        let rosters: Vec<StoreSnapshot> = store.rosters.stores().cloned().collect();
        store.rosters = Rosters::default();
        for roster in rosters.iter().rev().chain(&rosters) {
            store.rosters.add_store(roster.clone());
        }
        prop_assert_eq!(answers(&store, &records, history.truths.last().unwrap().0.max(0)), expected);
    }
}

/// Enough of what is asked has an answer, or the tests above would show nothing.
#[test]
fn a_history_of_which_nothing_is_hidden_is_known() {
    let steps: Vec<Step> = vec![
        (9, 8, 0, 0, 0),
        (9, 0, 0, 0, 0),
        (9, 2, 0, 0, 0),
        (9, 5, 1, 0, 0),
        (9, 6, 1, 0, 0),
        (9, 7, 0, 2, 0),
        (9, 8, 0, 0, 0),
    ];
    let history = History::new(&[1], &steps);
    let world = history.store.world();
    let directory = Directory::new(&world, &history.store.rosters, &history.store.settings);
    let changes = [18, 27, 36, 45];
    for second in (0..80).filter(|second| !changes.contains(second)) {
        for user in ["u0", "u1"] {
            let told = directory.membership(user, "g0", moment(second));
            let known = !matches!(told, Membership::Unproven { .. });
            assert!(known, "{user} at {second}: {told:?}");
            let name = directory.name_at(user, moment(second));
            assert!(name.is_some() || second == 54, "{user} at {second}");
        }
    }
}
