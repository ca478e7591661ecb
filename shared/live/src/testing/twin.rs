//! One twin for all ports: tables, queue, topics, bucket, IAM, CloudTrail's event history and the
//! clock. It behaves as AWS does.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::take::{StoreGrants, StoreReading};

use super::trail::History;
use super::weather::{Gate, Weather, give_way};
use crate::port::{
    Bucket, CenterPlace, Clock, Directory, EventPage, GroupsNow, IdentityStore, Keep, KeepOutcome,
    KeyRange, Notice, Prober, Question, Queue, Row, StoreGroupsNow, StoredObject, Subscribers,
    Subscription, SubscriptionPage, Table, TableKind, Topic, Trail, Trouble,
};

/// The messages that a topic accepted, in order.
pub type Notices = Vec<Notice>;

/// The name and ID of each group, by account and user name.
type Groups = BTreeMap<(AccountId, String), Vec<(String, String)>>;

/// How many rows DynamoDB writes with one call.
const MOST_AT_ONCE: usize = 25;

/// The outside world, in memory.
#[derive(Debug)]
pub struct Twin<W> {
    /// Decides which calls fail.
    pub weather: W,
    /// The current time.
    pub clock: Cell<Moment>,
    /// All rows, by table, partition and sort key.
    pub rows: RefCell<BTreeMap<(TableKind, String), BTreeMap<String, Row>>>,
    /// How many rows queries have returned.
    pub rows_read: Cell<usize>,
    /// How many rows calls tried to write.
    pub rows_written: Cell<usize>,
    /// The bodies of these rows, for tests that ask for them.
    pub bodies_read: RefCell<Option<Vec<String>>>,
    /// Messages that were sent, with the time at which they become visible.
    pub queue: RefCell<Vec<(Moment, String)>>,
    /// What was published.
    pub topics: RefCell<Notices>,
    /// The subscriptions of the operations topic. Initially there is one confirmed address.
    pub subscriptions: RefCell<Vec<Subscription>>,
    /// How many of them are on a page.
    pub subscriptions_page: Cell<usize>,
    /// Objects with the time when they were written.
    pub objects: RefCell<BTreeMap<String, (Vec<u8>, Moment)>>,
    /// Log files, by bucket and key.
    pub logs: RefCell<BTreeMap<(String, String), Vec<u8>>>,
    /// IAM's answers. A user who isn't listed doesn't exist.
    pub groups: RefCell<Groups>,
    /// Identity Center's answers: the groups of each user, by id. `None`: it isn't read.
    pub store_groups: RefCell<Option<BTreeMap<String, BTreeSet<String>>>>,
    /// CloudTrail's event history.
    pub history: RefCell<History>,
    /// IAM's answer about an account's setup, from a moment on.
    pub setups: RefCell<BTreeMap<AccountId, BTreeMap<Moment, String>>>,
    /// How many seconds that answer takes.
    pub reading: Cell<i64>,
    /// IAM's answers about a whole account, one per reading, with the number of seconds that each
    /// takes. The last one is repeated.
    pub details: RefCell<BTreeMap<AccountId, Vec<(Snapshot, i64)>>>,
    /// Identity Center's answers, by identity store, one per reading, with the number of seconds
    /// that each takes. The last one is repeated.
    pub stores: RefCell<BTreeMap<String, Vec<(StoreReading, i64)>>>,
    /// Identity Center's permission sets and assignments.
    pub grants: RefCell<StoreGrants>,
    /// The reader roles that a probe assumed: when, in which account, through the endpoint of which
    /// Region.
    pub probed: RefCell<Vec<(Moment, AccountId, String)>>,
    /// Where a probe fails, and why.
    pub unprobed: RefCell<BTreeMap<(AccountId, String), Trouble>>,
    /// How many seconds a probe takes.
    pub probing: Cell<i64>,
}

impl<W: Weather> Twin<W> {
    /// Creates an empty twin at a moment.
    pub fn new(weather: W, now: Moment) -> Self {
        Self {
            weather,
            clock: Cell::new(now),
            rows: RefCell::default(),
            rows_read: Cell::default(),
            rows_written: Cell::default(),
            bodies_read: RefCell::default(),
            queue: RefCell::default(),
            topics: RefCell::default(),
            subscriptions: RefCell::new(vec![subscribed("email")]),
            subscriptions_page: Cell::new(100),
            objects: RefCell::default(),
            logs: RefCell::default(),
            groups: RefCell::default(),
            store_groups: RefCell::default(),
            history: RefCell::default(),
            details: RefCell::default(),
            stores: RefCell::default(),
            grants: RefCell::default(),
            setups: RefCell::default(),
            reading: Cell::default(),
            probed: RefCell::default(),
            unprobed: RefCell::default(),
            probing: Cell::default(),
        }
    }

    pub(super) async fn call_after_weather<T>(
        &self,
        what: &'static str,
        effect: impl FnOnce() -> T,
    ) -> Result<T, Trouble> {
        if self.weather.gives_way() {
            give_way().await;
        }
        self.weather.allow_call(Gate::Before, what)?;
        let outcome = effect();
        self.clock.set(
            self.clock
                .get()
                .plus_seconds(self.weather.seconds_for(what)),
        );
        if self.weather.gives_way() {
            give_way().await;
        }
        self.weather.allow_call(Gate::After, what)?;
        Ok(outcome)
    }

    /// Writes rows with one call. As in DynamoDB, only some of them may be written, and others see
    /// some before the rest.
    async fn put_batch(&self, place: TableKind, rows: Vec<Row>) -> Result<(), Trouble> {
        let put = |rows: Vec<Row>| {
            let mut all = self.rows.borrow_mut();
            for row in rows {
                let partition = all.entry((place, row.pk.clone())).or_default();
                partition.insert(row.sk.clone(), row);
            }
        };
        self.count_written(rows.len());
        // No order is promised. Every other row comes first, so that what belongs together is torn
        // apart.
        let (later, rows) = every_other(rows);
        self.call_after_weather("keep_all", || put(rows)).await?;
        put(later);
        self.weather.allow_call(Gate::After, "keep_all")
    }

    fn count_written(&self, rows: usize) {
        self.rows_written.set(self.rows_written.get() + rows);
    }

    fn count(&self, rows: Vec<Row>) -> Vec<Row> {
        self.rows_read.set(self.rows_read.get() + rows.len());
        if let Some(bodies) = &mut *self.bodies_read.borrow_mut() {
            bodies.extend(rows.iter().map(|row| row.body.clone()));
        }
        rows
    }

    fn entity_tag(bytes: &[u8]) -> String {
        crate::ledger::keys::hash(&String::from_utf8_lossy(bytes))
    }
}

impl<W: Weather> Table for Twin<W> {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        self.count_written(1);
        self.call_after_weather("keep", || {
            let mut rows = self.rows.borrow_mut();
            let partition = rows.entry((place, row.pk.clone())).or_default();
            let stays = partition.get(&row.sk).is_some_and(|known| match keep {
                Keep::First => true,
                Keep::Least => known.rank <= row.rank,
                Keep::Greatest => known.rank >= row.rank,
            });
            if stays {
                return KeepOutcome::Known;
            }
            partition.insert(row.sk.clone(), row);
            KeepOutcome::Written
        })
        .await
    }

    async fn keep_all(&self, place: TableKind, mut rows: Vec<Row>) -> Result<(), Trouble> {
        while !rows.is_empty() {
            let later = rows.split_off(rows.len().min(MOST_AT_ONCE));
            self.put_batch(place, rows).await?;
            rows = later;
        }
        Ok(())
    }

    async fn replace(&self, place: TableKind, mut row: Row, seen: u64) -> Result<bool, Trouble> {
        self.count_written(1);
        self.call_after_weather("replace", || {
            let mut rows = self.rows.borrow_mut();
            let partition = rows.entry((place, row.pk.clone())).or_default();
            // As in a DynamoDB condition: an existing item never matches version 0.
            if partition
                .get(&row.sk)
                .map_or(seen != 0, |known| seen == 0 || known.version != seen)
            {
                return false;
            }
            row.version = seen + 1;
            partition.insert(row.sk.clone(), row);
            true
        })
        .await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        self.call_after_weather("query", || {
            let rows = self.rows.borrow();
            let partition = rows.get(&(place, pk.to_owned()));
            // Keys that begin with the upper end follow it, so the range has no gaps.
            let within =
                |sk: &str| span.to.is_empty() || sk <= span.to.as_str() || sk.starts_with(&span.to);
            self.count(
                partition
                    .into_iter()
                    .flat_map(|partition| partition.range(span.from.clone()..))
                    .take_while(|(sk, _)| within(sk))
                    .map(|(_, row)| row.clone())
                    .collect(),
            )
        })
        .await
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        self.call_after_weather("latest", || {
            let rows = self.rows.borrow();
            let to = if span.to.is_empty() {
                String::from(char::MAX)
            } else {
                format!("{}{}", span.to, char::MAX)
            };
            let partition = rows
                .get(&(place, pk.to_owned()))
                .filter(|_| span.from <= to);
            let within = partition
                .into_iter()
                .flat_map(|partition| partition.range(span.from.clone()..=to.clone()).rev());
            self.count(within.take(most).map(|(_, row)| row.clone()).collect())
        })
        .await
    }
}

impl<W: Weather> Queue for Twin<W> {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        let visible = self.clock.get().plus_seconds(i64::from(delay.min(900)));
        self.call_after_weather("send", || self.queue.borrow_mut().push((visible, body)))
            .await
    }

    async fn send_behind(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.send(body, delay).await
    }
}

impl<W: Weather> Topic for Twin<W> {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.call_after_weather("publish", || self.topics.borrow_mut().push(notice))
            .await
    }
}

/// The rows at even positions, and the others.
fn every_other(rows: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let mut at = 0;
    rows.into_iter().partition(|_| {
        at += 1;
        at % 2 == 1
    })
}

/// A confirmed subscription of the operations topic.
pub fn subscribed(protocol: &str) -> Subscription {
    let topic = "arn:aws:sns:us-east-1:123456789012:rolewatch-operations";
    Subscription {
        protocol: protocol.to_owned(),
        arn: format!("{topic}:00000000-0000-4000-8000-00000EXAMPLE"),
    }
}

/// A subscription that SNS lists with a word in place of its ARN.
pub fn unsubscribed(protocol: &str, word: &str) -> Subscription {
    Subscription {
        protocol: protocol.to_owned(),
        arn: word.to_owned(),
    }
}

impl<W: Weather> Subscribers for Twin<W> {
    async fn subscribers(&self, token: Option<&str>) -> Result<SubscriptionPage, Trouble> {
        let from: usize = token.map_or(0, |token| token.parse().unwrap_or(usize::MAX));
        self.call_after_weather("subscribers", || {
            let (all, page) = (self.subscriptions.borrow(), self.subscriptions_page.get());
            let next = from.saturating_add(page);
            SubscriptionPage {
                subscriptions: all.iter().skip(from).take(page).cloned().collect(),
                next: (next < all.len()).then(|| next.to_string()),
            }
        })
        .await
    }
}

impl<W: Weather> Bucket for Twin<W> {
    async fn get(&self, key: &str, known: Option<&str>) -> Result<StoredObject, Trouble> {
        self.call_after_weather("get", || match self.objects.borrow().get(key) {
            None => StoredObject::Missing,
            Some((bytes, _)) if known == Some(&*Self::entity_tag(bytes)) => StoredObject::Unchanged,
            Some((bytes, written)) => StoredObject::Found {
                bytes: bytes.clone(),
                etag: Self::entity_tag(bytes),
                written: *written,
            },
        })
        .await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, Trouble> {
        self.call_after_weather("list", || {
            let objects = self.objects.borrow();
            objects
                .iter()
                .filter(|(key, _)| key.starts_with(prefix))
                .map(|(key, (bytes, _))| (key.clone(), Self::entity_tag(bytes)))
                .collect()
        })
        .await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        let now = self.clock.get();
        self.call_after_weather("put", || {
            self.objects
                .borrow_mut()
                .insert(key.to_owned(), (bytes, now));
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), Trouble> {
        self.call_after_weather("delete", || {
            self.objects.borrow_mut().remove(key);
        })
        .await
    }
}

impl<W: Weather> Directory for Twin<W> {
    async fn groups_of(&self, account: AccountId, user_name: &str) -> Result<GroupsNow, Trouble> {
        self.call_after_weather("groups_of", || {
            let groups = self.groups.borrow();
            groups
                .get(&(account, user_name.to_owned()))
                .map_or(GroupsNow::NoSuchUser, |groups| {
                    GroupsNow::Member(groups.clone())
                })
        })
        .await
    }

    async fn store_groups_of(
        &self,
        _: &CenterPlace,
        user: &str,
        groups: &[String],
    ) -> Result<StoreGroupsNow, Trouble> {
        self.call_after_weather("store_groups_of", || {
            let known = self.store_groups.borrow();
            let Some(known) = &*known else {
                return StoreGroupsNow::NotRead;
            };
            let Some(own) = known.get(user) else {
                return StoreGroupsNow::NotThere;
            };
            let asked = groups.iter().cloned().collect::<BTreeSet<String>>();
            StoreGroupsNow::Member(own & &asked)
        })
        .await
    }

    async fn details(&self, account: AccountId) -> Result<Snapshot, Trouble> {
        let told = self.call_after_weather("details", || {
            let mut details = self.details.borrow_mut();
            let (snapshot, seconds) = next_reading(details.get_mut(&account)?)?;
            self.clock.set(self.clock.get().plus_seconds(seconds));
            Some(snapshot)
        });
        told.await?.ok_or_else(|| no_reader_role(account))
    }

    async fn setup(&self, account: AccountId) -> Result<String, Trouble> {
        let now = self.clock.get();
        let as_of = |states: &BTreeMap<Moment, String>| {
            states
                .range(..=now)
                .next_back()
                .map(|(_, text)| text.clone())
        };
        let told = self.call_after_weather("setup", || {
            self.clock
                .set(self.clock.get().plus_seconds(self.reading.get()));
            self.setups.borrow().get(&account).and_then(as_of)
        });
        told.await?.ok_or_else(|| no_reader_role(account))
    }
}

impl<W: Weather> IdentityStore for Twin<W> {
    async fn people(&self, place: &CenterPlace) -> Result<StoreReading, Trouble> {
        let told = self.call_after_weather("people", || {
            let mut stores = self.stores.borrow_mut();
            let (reading, seconds) = next_reading(stores.get_mut(&place.store)?)?;
            self.clock.set(self.clock.get().plus_seconds(seconds));
            Some(reading)
        });
        told.await?.ok_or_else(|| no_reader_role(place.account))
    }

    async fn grants(&self, place: &CenterPlace) -> Result<StoreGrants, Trouble> {
        let told = self.call_after_weather("grants", || {
            let is_there = self.stores.borrow().contains_key(&place.store);
            is_there.then(|| self.grants.borrow().clone())
        });
        told.await?.ok_or_else(|| no_reader_role(place.account))
    }
}

/// The next of several readings. The last one is repeated.
fn next_reading<R: Clone>(readings: &mut Vec<(R, i64)>) -> Option<(R, i64)> {
    if readings.len() > 1 {
        Some(readings.remove(0))
    } else {
        readings.first().cloned()
    }
}

/// The error of an account whose reader role can't be assumed.
fn no_reader_role(account: AccountId) -> Trouble {
    Trouble::refused(
        format!("sts:AssumeRole in account {account}"),
        "AccessDenied",
    )
}

impl<W: Weather> Trail for Twin<W> {
    async fn lookup(&self, question: &Question, token: Option<&str>) -> Result<EventPage, Trouble> {
        let now = self.clock.get();
        self.call_after_weather("lookup", || {
            self.history.borrow_mut().answer(question, token, now)
        })
        .await?
    }
}

impl<W: Weather> Prober for Twin<W> {
    async fn probe(&self, account: AccountId, region: &str) -> Result<(), Trouble> {
        let place = (account, region.to_owned());
        let entered = self.call_after_weather("probe", || {
            self.clock
                .set(self.clock.get().plus_seconds(self.probing.get()));
            if let Some(trouble) = self.unprobed.borrow().get(&place) {
                return Err(trouble.clone());
            }
            self.probed
                .borrow_mut()
                .push((self.clock.get(), place.0, place.1.clone()));
            Ok(())
        });
        entered.await?
    }
}

impl<W: Weather> Clock for Twin<W> {
    fn now(&self) -> Moment {
        self.clock.get()
    }
}
