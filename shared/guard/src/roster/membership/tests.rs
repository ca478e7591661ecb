//! Dora and the group Developers, with rosters around the changes.

use serde_json::{Value, json};

use super::super::{Membership, Roster, Rosters, Snapshot};
use crate::moment::Moment;
use crate::testing::Story;

const ACCOUNT: &str = "111122223333";
const DORA: &str = "AIDADORAXXXXXXXXXXXX";
const DEVELOPERS: &str = "AGPADEVELOPERSXXXXXX";
const DAY: i64 = 86_400;

/// What is known, in seconds from the switch.
#[derive(Default)]
struct Known<'k> {
    /// When a roster was taken, and whether it lists dora in the group. `None`: not at all.
    rosters: &'k [(i64, Option<bool>)],
    /// When she was added (`true`) or removed.
    changes: &'k [(i64, bool)],
    created: Option<i64>,
    /// Whether the logs have no gap.
    whole: bool,
}

impl Known<'_> {
    fn membership(&self) -> Membership {
        let mut story = Story::new();
        if let Some(at) = self.created {
            story.iam(at, "admin").creates_user("dora", "dora");
        }
        for (at, added) in self.changes {
            let change = story.iam(*at, "admin");
            if *added {
                change.adds("dora", "Developers");
            } else {
                change.removes("dora", "Developers");
            }
        }
        let mut rosters = Rosters::default();
        for (at, listed) in self.rosters {
            rosters.add(roster(story.now().plus_seconds(*at), *listed));
        }
        let mut world = story.world_of(story.records());
        let account = ACCOUNT.parse().unwrap();
        for half_day in (-40..40).filter(|_| self.whole) {
            let time = story.now().plus_seconds(half_day * DAY / 2);
            world.hear_of(account, &"us-east-1".into(), time);
        }
        Roster::new(&world, &rosters).membership(account, DORA, DEVELOPERS, story.now())
    }

    /// Seconds from the switch. `None`: older than the logs.
    fn began(&self) -> Option<i64> {
        match self.membership() {
            Membership::Member { began, .. } => {
                began.map(|began| began.time.seconds_since(Story::new().now()))
            }
            other => panic!("{other:?}"),
        }
    }

    /// `member`, `none`, or what is missing.
    fn told(&self) -> String {
        match self.membership() {
            Membership::Member { .. } => "member".to_owned(),
            Membership::NotMember { .. } => "none".to_owned(),
            Membership::Unproven { missing } => missing.to_string(),
        }
    }
}

fn roster(taken: Moment, listed: Option<bool>) -> Snapshot {
    let user = |name: &str, id: &str, groups: &[&str]| json!({"UserName": name, "UserId": id, "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "GroupList": groups});
    let mut users = vec![user("tom", "AIDATOMXXXXXXXXXXXXX", &[])];
    users.extend(listed.map(|member| {
        let groups: &[&str] = if member { &["Developers"] } else { &[] };
        user("dora", DORA, groups)
    }));
    let group: Value = json!({"GroupName": "Developers", "GroupId": DEVELOPERS, "Arn": format!("arn:aws:iam::{ACCOUNT}:group/Developers")});
    let details = json!({"UserDetailList": users, "GroupDetailList": [group]}).to_string();
    Snapshot::read(details.as_bytes(), Some(taken)).unwrap()
}

#[test]
fn a_membership_begins_anew_after_a_roster_that_does_not_list_it() {
    let began = |rosters: &[(i64, bool)], changes: &[(i64, bool)]| {
        let rosters: Vec<_> = rosters.iter().map(|(at, is)| (*at, Some(*is))).collect();
        let known = Known {
            rosters: &rosters,
            changes,
            ..Known::default()
        };
        known.began()
    };
    let two = [(-500, true), (-100, true)];
    assert_eq!(began(&[(-300, false)], &two), Some(-100));
    assert_eq!(began(&[(-300, true)], &two), Some(-500));
    assert_eq!(began(&[(-300, false), (-200, true)], &two), None);
    let one = [(-100, true)];
    assert_eq!(began(&[(-550, true)], &one), None);
    assert_eq!(began(&[(-550, true), (-300, false)], &one), Some(-100));
    let again = [(-400, false), (-100, true)];
    assert_eq!(began(&[(-550, true)], &again), Some(-100));
    assert_eq!(began(&[(-200, true)], &again), None);
    // The changes say that she was added after the roster without her.
    assert_eq!(began(&[(-50, false)], &two), Some(-500));
}

#[test]
fn a_roster_beyond_a_gap_contradicts_nothing() {
    let told = |whole| {
        let known = Known {
            rosters: &[(-100, Some(false)), (9 * DAY, Some(true))],
            whole,
            ..Known::default()
        };
        known.told()
    };
    assert!(
        told(true).contains("contradict each other"),
        "{}",
        told(true)
    );
    assert_eq!(told(false), "none");
}

#[test]
fn a_roster_that_is_the_only_one_and_lies_beyond_a_gap_proves_nothing() {
    for listed in [false, true] {
        let known = Known {
            rosters: &[(9 * DAY, Some(listed))],
            ..Known::default()
        };
        let told = known.told();
        assert!(told.contains("have a gap from"), "{told}");
    }
}

#[test]
fn a_creation_needs_no_roster_and_an_unseen_addition_proves_nothing() {
    let created = |rosters: &[(i64, Option<bool>)], changes: &[(i64, bool)]| {
        let known = Known {
            rosters,
            changes,
            created: Some(-100),
            ..Known::default()
        };
        known.told()
    };
    assert_eq!(created(&[(9 * DAY, Some(false))], &[]), "none");
    assert_eq!(created(&[(9 * DAY, Some(true))], &[]), "none");
    let unseen = "but the logs don't show who added the user after that";
    for (rosters, changes) in [
        (&[(9 * DAY, None)][..], &[(500, false)][..]),
        (&[(600, Some(true))], &[]),
    ] {
        let told = created(rosters, changes);
        assert!(told.contains(unseen), "{told}");
    }
    assert_eq!(created(&[(9 * DAY, None)], &[(500, true)]), "none");
}
