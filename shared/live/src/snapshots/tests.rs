//! Snapshots over the twins.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;

use super::{SnapshotCounts, take_all};
use crate::port::{Notice, StoredObject, Trouble};
use crate::rulebook::{POLICY_KEY, Rulebook, Shelf, taken_at};
use crate::testing::{Calm, Gate, Twin, Weather, run};

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
  \"555555555555\": contractors
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers, contractors/Builders]
";

fn begin() -> Moment {
    "2026-03-02T03:00:00Z".parse().unwrap()
}

/// IAM's answer for an account: users and their groups.
fn snapshot_of(account: &str, users: &[(&str, &[&str])]) -> Snapshot {
    let user = |(name, groups): &(&str, &[&str])| {
        serde_json::json!({"UserName": name, "UserId": format!("AIDA{}EXAMPLE", name.to_uppercase()),
            "Arn": format!("arn:aws:iam::{account}:user/{name}"), "GroupList": groups})
    };
    let group = |name: &str| serde_json::json!({"GroupName": name, "GroupId": format!("AGPA{name}EXAMPLE"), "Arn": format!("arn:aws:iam::{account}:group/{name}")});
    let details = serde_json::json!({
        "UserDetailList": users.iter().map(user).collect::<Vec<_>>(),
        "GroupDetailList": [group("Developers"), group("Builders")],
    });
    Snapshot::read(details.to_string().as_bytes(), None).unwrap()
}

fn with_policy<W: Weather>(weather: W) -> (Twin<W>, Rulebook) {
    let twin = Twin::new(weather, begin());
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (POLICY.as_bytes().to_vec(), begin()));
    let book = run(Shelf::default().current(&twin, begin()))
        .unwrap()
        .clone();
    (twin, book)
}

fn set_readings<W>(twin: &Twin<W>, account: &str, readings: Vec<(Snapshot, i64)>) {
    twin.details
        .borrow_mut()
        .insert(account.parse().unwrap(), readings);
}

fn set_both(twin: &Twin<impl Weather>) {
    set_readings(
        twin,
        "111122223333",
        vec![(snapshot_of("111122223333", &[("dora", &["Developers"])]), 4)],
    );
    set_readings(
        twin,
        "555555555555",
        vec![(snapshot_of("555555555555", &[("bob", &["Builders"])]), 4)],
    );
}

fn rosters<W>(twin: &Twin<W>) -> Vec<String> {
    twin.objects
        .borrow()
        .keys()
        .filter(|key| key.starts_with("roster/"))
        .cloned()
        .collect()
}

#[test]
fn accounts_that_own_groups_are_read_and_others_are_not() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    assert_eq!(
        run(take_all(&twin, &book, begin(), None)),
        Ok(SnapshotCounts {
            written: 2,
            known: 0,
            failed: 0,
            left: 0
        })
    );
    assert_eq!(
        rosters(&twin),
        [
            "roster/111122223333@2026-03-02T030004Z.json",
            "roster/555555555555@2026-03-02T030012Z.json"
        ]
    );
    let bytes = twin.objects.borrow()["roster/111122223333@2026-03-02T030004Z.json"]
        .0
        .clone();
    let read = Snapshot::read(&bytes, None).unwrap();
    assert_eq!(
        read,
        snapshot_of("111122223333", &[("dora", &["Developers"])])
    );
}

#[test]
fn whoever_joins_during_the_reading_is_not_said_to_be_a_member_nor_none() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    let (before, after) = (
        snapshot_of("111122223333", &[("dora", &["Developers"]), ("tom", &[])]),
        snapshot_of(
            "111122223333",
            &[("dora", &["Developers"]), ("tom", &["Developers"])],
        ),
    );
    set_readings(
        &twin,
        "111122223333",
        vec![
            (before.clone(), 3),
            (after.clone(), 3),
            (before, 3),
            (after, 3),
        ],
    );
    run(take_all(&twin, &book, begin(), None)).unwrap();
    let key = rosters(&twin).remove(0);
    assert_eq!(
        taken_at(&key),
        Some(begin().plus_seconds(9)),
        "between the last two readings"
    );
    let read = Snapshot::read(&twin.objects.borrow()[&key].0, None).unwrap();
    assert_eq!(
        read.users
            .values()
            .map(|user| &*user.name)
            .collect::<Vec<_>>(),
        ["dora"]
    );
}

#[test]
fn an_account_that_comes_to_rest_is_shown_whole_as_of_then() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    let after = snapshot_of(
        "111122223333",
        &[("dora", &["Developers"]), ("tom", &["Developers"])],
    );
    set_readings(
        &twin,
        "111122223333",
        vec![
            (
                snapshot_of("111122223333", &[("dora", &["Developers"]), ("tom", &[])]),
                3,
            ),
            (after.clone(), 3),
        ],
    );
    run(take_all(&twin, &book, begin(), None)).unwrap();
    let key = rosters(&twin).remove(0);
    assert_eq!(taken_at(&key), Some(begin().plus_seconds(6)));
    assert_eq!(
        Snapshot::read(&twin.objects.borrow()[&key].0, None).unwrap(),
        after
    );
}

#[test]
fn a_run_that_is_repeated_takes_nothing_twice_and_the_next_run_does() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    run(take_all(&twin, &book, begin(), None)).unwrap();
    let first = rosters(&twin);
    twin.clock.set(begin().plus_seconds(600));
    assert_eq!(
        run(take_all(&twin, &book, begin(), None)),
        Ok(SnapshotCounts {
            written: 0,
            known: 2,
            failed: 0,
            left: 0
        })
    );
    assert_eq!(rosters(&twin), first);
    let tomorrow = begin().plus_seconds(86_400);
    twin.clock.set(tomorrow);
    assert_eq!(
        run(take_all(&twin, &book, tomorrow, None)).map(|taken| taken.written),
        Ok(2)
    );
    assert_eq!(rosters(&twin).len(), 4);
}

#[test]
fn an_account_that_fails_is_told_once_a_day_and_keeps_no_other_from_its_snapshot() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    twin.details
        .borrow_mut()
        .remove(&"111122223333".parse().unwrap());
    for _ in 0..2 {
        let sums = run(take_all(&twin, &book, begin(), None)).unwrap();
        assert_eq!((sums.written + sums.known, sums.failed), (1, 1));
    }
    let told = |twin: &Twin<Calm>| -> Vec<String> {
        let body = |notice: &Notice| match notice {
            Notice::Operations { body, .. } => Some(body.clone()),
            Notice::Finding { .. } => None,
        };
        twin.topics.borrow().iter().filter_map(body).collect()
    };
    let bodies = told(&twin);
    assert!(
        bodies.len() == 1
            && bodies[0].contains("111122223333 (development)")
            && bodies[0].contains("AccessDenied"),
        "{bodies:?}"
    );
    twin.clock.set(begin().plus_seconds(86_400));
    run(take_all(&twin, &book, begin().plus_seconds(86_400), None)).unwrap();
    assert_eq!(told(&twin).len(), 2);
}

#[test]
fn a_snapshot_that_is_truncated_or_of_another_account_proves_no_absence() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    let mut cut = snapshot_of("111122223333", &[("dora", &["Developers"])]);
    let whole = cut.clone();
    cut.truncated = true;
    set_readings(&twin, "111122223333", vec![(whole, 1), (cut, 1)]);
    set_readings(
        &twin,
        "555555555555",
        vec![(snapshot_of("111122223333", &[]), 1)],
    );
    assert_eq!(
        run(take_all(&twin, &book, begin(), None)),
        Ok(SnapshotCounts {
            written: 1,
            known: 0,
            failed: 1,
            left: 0
        })
    );
    let read = Snapshot::read(&twin.objects.borrow()[&rosters(&twin)[0]].0, None).unwrap();
    assert!(read.truncated);
}

#[test]
fn a_year_of_snapshots_leaves_few_and_those_that_people_pushed() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    let pushed = "roster/development@2026-01-01T000000Z.json";
    twin.objects
        .borrow_mut()
        .insert(pushed.to_owned(), (b"{}".to_vec(), begin()));
    for day in 0..365 {
        twin.clock.set(begin().plus_seconds(day * 86_400));
        run(take_all(&twin, &book, twin.clock.get(), None)).unwrap();
    }
    let left = rosters(&twin);
    assert!(
        left.len() <= 2 * 17 + 1 && left.iter().any(|key| key == pushed),
        "{left:?}"
    );
    let Ok(StoredObject::Found { .. }) = run(crate::port::Bucket::get(&twin, &left[0], None))
    else {
        panic!("what is listed is there")
    };
}

/// The first call of one kind gets no answer, either before or after it took effect.
struct Once(&'static str, Gate, std::cell::Cell<bool>);

impl Weather for Once {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == self.0 && gate == self.1 && !self.2.replace(true) {
            return Err(Trouble::unreachable(what, "no reply"));
        }
        Ok(())
    }
}

#[test]
fn a_run_that_was_cut_short_is_made_good_by_repeating_it() {
    for what in ["list", "details", "put", "delete", "publish", "keep"] {
        for gate in [Gate::Before, Gate::After] {
            let (calm, book) = with_policy(Calm);
            let twin = Twin::new(Once(what, gate, std::cell::Cell::new(false)), begin());
            *twin.objects.borrow_mut() = calm.objects.borrow().clone();
            set_both(&twin);
            let first = run(take_all(&twin, &book, begin(), None));
            let again = run(take_all(&twin, &book, begin(), None)).unwrap();
            assert_eq!(
                (again.written + again.known, again.failed),
                (2, 0),
                "{what} {gate:?}, at first {first:?}"
            );
            assert_eq!(rosters(&twin).len(), 2, "{what} {gate:?}");
        }
    }
}

#[test]
fn an_account_for_which_no_time_is_left_is_taken_by_the_next_run() {
    let (twin, book) = with_policy(Calm);
    set_both(&twin);
    let deadline = Some(begin().plus_seconds(74));
    let taken = run(take_all(&twin, &book, begin(), deadline));
    assert_eq!(
        taken,
        Ok(SnapshotCounts {
            written: 0,
            known: 0,
            failed: 0,
            left: 2
        })
    );
    assert_eq!(rosters(&twin), Vec::<String>::new());
    let deadline = Some(begin().plus_seconds(290));
    let taken = run(take_all(&twin, &book, begin(), deadline));
    assert_eq!(
        taken,
        Ok(SnapshotCounts {
            written: 2,
            known: 0,
            failed: 0,
            left: 0
        })
    );
}
