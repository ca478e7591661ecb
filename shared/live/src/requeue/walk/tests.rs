//! Tests of a walk alone, without anything to judge.

use proptest::prelude::*;

use super::*;

/// What happens to a walk.
#[derive(Debug, Clone)]
enum Step {
    Ask,
    Page(usize),
}

fn step_strategy() -> impl Strategy<Value = Step> {
    prop_oneof![1 => Just(Step::Ask), 4 => (1_usize..8).prop_map(Step::Page)]
}

/// Like [`super::step`]: the latest entries of the range to read, without the one that was already
/// read.
fn next_page(walk: &Walk, entries: usize, most: usize) -> (Vec<String>, bool) {
    let KeyRange { from, to } = walk.unread_range();
    let within = (0..entries).rev().map(|entry| format!("{entry:03}"));
    let within = within
        .filter(|sk| *sk >= from && (to.is_empty() || *sk <= to) && Some(sk) != walk.at.as_ref());
    let mut page: Vec<String> = within.collect();
    let left = page.len() > most;
    page.truncate(most);
    (page, left)
}

proptest! {
    #[test]
    fn each_entry_is_judged_once_after_the_walk_was_asked_for(
        entries in 0_usize..40,
        steps in prop::collection::vec(step_strategy(), 0..30),
    ) {
        let now = Moment::from_epoch_seconds(0);
        let mut walk = Walk::over_all("entries".to_owned());
        let mut judged: Vec<String> = Vec::new();
        // At the end, walk until it closes: each page either closes it or has entries.
        let rest = std::iter::repeat_n(Step::Page(3), 2 * entries + 2);
        for step in std::iter::once(Step::Ask).chain(steps).chain(rest) {
            match step {
                Step::Ask => {
                    walk.ask_once_more(Walk::over_all("entries".to_owned()), now);
                    judged.clear();
                }
                Step::Page(most) if walk.since.is_some() => {
                    let (page, left) = next_page(&walk, entries, most);
                    judged.extend(page.iter().cloned());
                    walk.came_to(page.last().filter(|_| left).cloned());
                }
                Step::Page(_) => {}
            }
        }
        prop_assert!(walk.since.is_none());
        judged.sort();
        let all: Vec<String> = (0..entries).map(|entry| format!("{entry:03}")).collect();
        prop_assert_eq!(judged, all);
    }

    #[test]
    fn a_walk_that_is_asked_for_twice_is_about_what_either_is_about(
        groups in prop::collection::vec(prop::collection::btree_set("[abc]", 0..3), 1..4),
    ) {
        let of = |groups| Walk::of_groups("people".to_owned(), groups);
        let walks: Vec<Walk> = groups.into_iter().map(of).collect();
        let mut walk = Walk::over_all("people".to_owned());
        for other in &walks {
            walk.ask_once_more(other.clone(), Moment::from_epoch_seconds(0));
        }
        let everybody = walks.iter().any(|other| other.groups.is_empty());
        let all: BTreeSet<String> = walks.iter().flat_map(|other| other.groups.clone()).collect();
        prop_assert_eq!(walk.groups, if everybody { BTreeSet::new() } else { all });
    }
}

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
";

#[test]
fn a_walk_of_groups_is_about_the_roles_they_get_into_and_about_those_that_nobody_can_tell() {
    let policy = Policy::read(POLICY.as_bytes(), "policy").unwrap();
    let developers = group_key(&policy.roles[0].groups[0]);
    let is_about = |group: &str, role: Option<&str>| {
        let walk = Walk::of_groups("people".to_owned(), BTreeSet::from([group.to_owned()]));
        let entry =
            serde_json::json!({"session": "a:b", "time": "2026-03-02T09:00:00Z", "role": role});
        walk.is_about(&serde_json::from_value(entry).unwrap(), &policy)
    };
    let update_app = Some("arn:aws:iam::444455556666:role/UpdateApp");
    assert!(is_about(&developers, update_app));
    assert!(!is_about("another", update_app));
    // A role that isn't known, or that only another policy names.
    for role in [
        None,
        Some(""),
        Some("arn:aws:iam::444455556666:role/Deploy"),
    ] {
        assert!(is_about("another", role), "{role:?}");
    }
}
