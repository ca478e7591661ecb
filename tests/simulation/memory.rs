//! The memory that the rosters of a large organization take: only a few files are in flight, and
//! what the snapshots of an account share is stored once.
//!
//! This is a separate program, because it measures the peak of a process. `ROLEWATCH_PEOPLE` sets
//! another number of people per account.

use std::cell::Cell;
use std::task::Poll;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::port::{
    Bucket, Keep, KeepOutcome, KeyRange, Notice, Queue, Row, StoredObject, Table, TableKind, Topic,
    Trouble,
};
use rolewatch_live::rulebook::{POLICY_KEY, ROSTER_PREFIX, Shelf};
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::{Value, json};

const ACCOUNTS: u64 = 100;

/// As many as rolewatch keeps of an account: the latest three, and one per week.
const SNAPSHOTS: u64 = 17;

/// People per account in the ordinary run.
const PEOPLE: u64 = 200;

/// A bucket with so many rosters that each is generated when it is read.
struct Organization {
    twin: Twin<Calm>,
    people: u64,
    in_flight: Cell<usize>,
    most: Cell<usize>,
    read: Cell<u64>,
}

impl Organization {
    /// A tenth of the people changed groups since the previous snapshot.
    fn roster(&self, account: u64, snapshot: u64) -> Vec<u8> {
        let arn = |what: &str, name: &str| format!("arn:aws:iam::{account}:{what}/{name}");
        let group = |number: u64| format!("team-{number}");
        let user = |number: u64| {
            let name = format!("somebody.with-a-name-{number}@example.com");
            let own = if number % 10 == snapshot % 10 {
                number + snapshot
            } else {
                number
            };
            json!({"UserName": name, "UserId": format!("AIDA{account}{number:06}"), "Arn": arn("user", &name),
                "GroupList": [group(own % 40), group(40)]})
        };
        let users: Vec<Value> = (0..self.people).map(user).collect();
        let groups: Vec<Value> = (0..=40)
            .map(|number| json!({"GroupName": group(number), "GroupId": format!("AGPA{account}{number:06}"), "Arn": arn("group", &group(number))}))
            .collect();
        json!({"UserDetailList": users, "GroupDetailList": groups})
            .to_string()
            .into_bytes()
    }
}

/// The account and the number of a snapshot, from its key.
fn numbers(key: &str) -> Option<(u64, u64)> {
    let (account, taken) = key.strip_prefix(ROSTER_PREFIX)?.split_once("@2026-")?;
    let (month, day) = (
        taken.get(..2)?.parse::<u64>().ok()?,
        taken.get(3..5)?.parse::<u64>().ok()?,
    );
    Some((account.parse().ok()?, month * 28 + day))
}

fn key(account: u64, snapshot: u64) -> String {
    format!(
        "{ROSTER_PREFIX}{account}@2026-{:02}-{:02}T000000Z.json",
        1 + snapshot / 4,
        1 + snapshot % 4 * 7
    )
}

impl Bucket for Organization {
    async fn get(&self, key: &str, known: Option<&str>) -> Result<StoredObject, Trouble> {
        let Some((account, snapshot)) = numbers(key) else {
            return self.twin.get(key, known).await;
        };
        self.in_flight.set(self.in_flight.get() + 1);
        self.most.set(self.most.get().max(self.in_flight.get()));
        let mut waited = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut waited, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        self.in_flight.set(self.in_flight.get() - 1);
        self.read.set(self.read.get() + 1);
        Ok(StoredObject::Found {
            bytes: self.roster(account, snapshot),
            etag: key.to_owned(),
            written: self.twin.clock.get(),
        })
    }

    async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, Trouble> {
        assert_eq!(prefix, ROSTER_PREFIX);
        let keys = (0..ACCOUNTS).flat_map(|account| {
            (0..SNAPSHOTS).map(move |snapshot| key(111_122_223_333 + account, snapshot))
        });
        Ok(keys.map(|key| (key.clone(), key)).collect())
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        self.twin.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> Result<(), Trouble> {
        self.twin.delete(key).await
    }
}

impl Table for Organization {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        self.twin.keep(place, row, keep).await
    }

    async fn replace(&self, place: TableKind, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.twin.replace(place, row, seen).await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        self.twin.query(place, pk, span).await
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        self.twin.latest(place, pk, span, most).await
    }
}

impl Queue for Organization {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.twin.send(body, delay).await
    }

    async fn send_behind(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.twin.send_behind(body, delay).await
    }
}

impl Topic for Organization {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.twin.publish(notice).await
    }
}

/// The largest amount of memory that the process ever had, in megabytes (10^6 bytes).
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024 / 1_000_000)
}

#[test]
fn the_rosters_of_a_hundred_accounts_are_read_eight_at_a_time_and_fit() {
    let people = std::env::var_os("ROLEWATCH_PEOPLE");
    let people = people.map_or(PEOPLE, |text| {
        text.to_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    });
    let story = Story::new();
    let now = story.now();
    let twin = Twin::new(Calm, now);
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), now),
    );
    let outside = Organization {
        twin,
        people,
        in_flight: Cell::default(),
        most: Cell::default(),
        read: Cell::default(),
    };
    let mut shelf = Shelf::default();
    let before = peak();
    let current = |shelf: &mut Shelf, now: Moment| {
        run(shelf.current(&outside, now))
            .unwrap()
            .rosters
            .iter()
            .count()
    };
    assert_eq!(current(&mut shelf, now), 1_700);
    assert_eq!(outside.most.get(), 8, "so many at a time");
    // A check a minute later reads nothing again, and stores no second copy.
    assert_eq!(current(&mut shelf, now.plus_seconds(60)), 1_700);
    assert_eq!(outside.read.get(), 1_700);
    if let (Some(before), Some(peak)) = (before, peak()) {
        println!(
            "{people} people in each of {ACCOUNTS} accounts, {SNAPSHOTS} snapshots: {peak} MB at the peak, {before} MB before"
        );
        // Without sharing, 200 people take four times as much.
        assert!(peak - before < 100 * (people / 200).max(1), "{peak} MB");
        assert!(peak < 512 || people > 1_000, "{peak} MB");
    }
}
