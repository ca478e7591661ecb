//! A random story of people who are created and deleted, join, leave and switch, with the truth
//! about them, and the snapshots that the auditor took during it.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::testing::Story;
use rolewatch_live::port::Clock;
use rolewatch_live::rulebook::{POLICY_KEY, Shelf};
use rolewatch_live::snapshots::take_all;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::{Value, json};

use crate::storm::Dice;

const ACCOUNT: &str = "111122223333";
const GROUPS: [&str; 2] = ["Developers", "Testers"];
const NAMES: [&str; 6] = ["dora", "dave", "tom", "tess", "nora", "nick"];

/// The objects of the bucket.
pub(super) type Objects = BTreeMap<String, (Vec<u8>, Moment)>;

/// The true state.
#[derive(Debug, Clone, Default)]
struct Truth {
    /// By the name from which the ID is made: the current name, and the groups, each with the time
    /// of joining if the logs show it.
    users: BTreeMap<String, (String, BTreeMap<&'static str, Option<Moment>>)>,
}

/// The truth about a switch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entered {
    pub(super) member: bool,
    /// Since when, if the logs contain the joining.
    pub(super) since: Option<Moment>,
}

/// A story, what really happened in it, and what the auditor saw.
pub(super) struct Telling<'d> {
    dice: &'d Dice,
    pub(super) story: Story,
    pub(super) records: Vec<Value>,
    truth: Truth,
    pub(super) entered: BTreeMap<(String, Moment), Entered>,
    auditor: Twin<Calm>,
    /// The bucket after every snapshot.
    pub(super) buckets: Vec<Objects>,
    created: usize,
    /// Whether the first snapshot was taken before anything happened.
    shown: bool,
    /// How many snapshots omit somebody who changed while they were taken.
    pub(super) unsure: usize,
}

fn id(prefix: &str, of: &str) -> String {
    format!("{prefix}{:X<16.16}", of.to_ascii_uppercase())
}

impl<'d> Telling<'d> {
    pub(super) fn new(dice: &'d Dice) -> Self {
        let story = Story::new().without_roster();
        let mut truth = Truth::default();
        for name in &NAMES[..4] {
            let groups = GROUPS
                .into_iter()
                .filter(|_| dice.permille(400))
                .map(|group| (group, None))
                .collect();
            truth
                .users
                .insert((*name).to_owned(), ((*name).to_owned(), groups));
        }
        let auditor = Twin::new(Calm, story.now());
        auditor.objects.borrow_mut().insert(
            POLICY_KEY.to_owned(),
            (story.policy_text().as_bytes().to_vec(), story.now()),
        );
        Self {
            dice,
            story,
            records: Vec::new(),
            truth,
            entered: BTreeMap::new(),
            auditor,
            buckets: Vec::new(),
            created: 0,
            shown: false,
            unsure: 0,
        }
    }

    pub(super) fn tell(mut self) -> Self {
        if self.dice.permille(700) {
            let whole = self.shown_now(&[self.truth.clone()]);
            self.put(self.story.now(), vec![(whole, 1)]);
            self.story.later(5);
            self.shown = true;
        }
        for _ in 0..4 + self.dice.below(12) {
            let pause = [0, 1, 2, 30, 1_500, 4_000, 7_000][self.dice.below(7)];
            self.story.later(pause);
            match self.dice.below(10) {
                0..3 => self.switch(),
                3..7 => self.change(),
                _ => self.snapshot(),
            }
        }
        self
    }

    fn somebody(&self) -> Option<(String, String)> {
        let all: Vec<_> = self
            .truth
            .users
            .iter()
            .map(|(of, (name, _))| (of.clone(), name.clone()))
            .collect();
        all.get(self.dice.below(all.len())).cloned()
    }

    /// The records of the last sentence, with the person's current name.
    fn take(&mut self, from: usize, of: &str, name: &str) {
        for record in &self.story.records()[from..] {
            let text = record.to_string().replace(
                &format!("\"userName\":\"{of}\""),
                &format!("\"userName\":\"{name}\""),
            );
            self.records.push(
                serde_json::from_str(
                    &text.replace(&format!(":user/{of}\""), &format!(":user/{name}\"")),
                )
                .unwrap(),
            );
        }
    }

    fn switch(&mut self) {
        let Some((of, name)) = self.somebody() else {
            return;
        };
        let from = self.story.records().len();
        drop(self.story.switch(&of));
        let session =
            self.story.records()[from]["responseElements"]["assumedRoleUser"]["assumedRoleId"]
                .as_str()
                .unwrap()
                .to_owned();
        self.take(from, &of, &name);
        let joined = self.truth.users[&of].1.get("Developers");
        let truth = Entered {
            member: joined.is_some(),
            since: joined.copied().flatten(),
        };
        self.entered.insert((session, self.story.now()), truth);
        // To the engine, two switches of one person in the same second are one.
        self.story.later(1);
    }

    fn change(&mut self) {
        let Some((of, name)) = self.somebody() else {
            return;
        };
        let group = GROUPS[self.dice.below(2)];
        let from = self.story.records().len();
        let free = NAMES
            .into_iter()
            .find(|free| self.truth.users.values().all(|(name, _)| name != free));
        match (self.dice.below(10), free) {
            (0..4, _) => self.add(&of, &name, group),
            (4..7, _) => self.remove(&of, &name, group),
            (7, Some(free)) => self.rename(&of, &name, free),
            (8, Some(free)) => self.create(free),
            _ => self.delete(&of, &name),
        }
        self.records
            .extend_from_slice(&self.story.records()[from..]);
    }

    fn groups_of(&mut self, of: &str) -> &mut BTreeMap<&'static str, Option<Moment>> {
        &mut self.truth.users.get_mut(of).unwrap().1
    }

    fn add(&mut self, of: &str, name: &str, group: &'static str) {
        let now = self.story.now();
        let unseen = self.groups_of(of).get(group) == Some(&None);
        // Without an earlier snapshot, nothing shows that an addition changed nothing.
        if unseen && !self.shown {
            return;
        }
        self.story.iam(0, "admin").adds(name, group);
        // Adding a member again succeeds, and changes nothing.
        self.groups_of(of).entry(group).or_insert(Some(now));
    }

    fn remove(&mut self, of: &str, name: &str, group: &str) {
        // Removing somebody who isn't a member fails, and failed calls are ignored.
        if self.groups_of(of).remove(group).is_some() {
            self.story.iam(0, "admin").removes(name, group);
        }
    }

    fn rename(&mut self, of: &str, name: &str, free: &str) {
        // The order of names within one second isn't known, so renames get a second of their own.
        self.story.later(1);
        self.story.iam(0, "admin").renames_user(name, free);
        free.clone_into(&mut self.truth.users.get_mut(of).unwrap().0);
        self.story.later(1);
    }

    fn create(&mut self, free: &str) {
        self.created += 1;
        let of = format!("{free}{}", self.created);
        self.story.later(1);
        self.story.iam(0, "admin").creates_user(free, &of);
        self.truth
            .users
            .insert(of, (free.to_owned(), BTreeMap::new()));
        self.story.later(1);
    }

    fn delete(&mut self, of: &str, name: &str) {
        // IAM doesn't delete a user who is in a group.
        for group in self.truth.users[of].1.keys().copied() {
            self.story.iam(0, "admin").removes(name, group);
        }
        self.story.later(1);
        self.story.iam(0, "admin").deletes_user(name);
        self.truth.users.remove(of);
        self.story.later(1);
    }

    /// The auditor reads repeatedly while changes happen.
    fn snapshot(&mut self) {
        let begin = self.story.now();
        let mut readings = Vec::new();
        for _ in 0..4 {
            let from = self.story.now();
            let reading = self.reading();
            readings.push((reading, self.story.now().seconds_since(from)));
        }
        self.put(begin, readings);
    }

    fn put(&mut self, begin: Moment, readings: Vec<(Snapshot, i64)>) {
        let twin = &self.auditor;
        let always = |of: &String| {
            readings
                .iter()
                .all(|(snapshot, _)| snapshot.users.contains_key(id("AIDA", of).as_str()))
        };
        let stayed = self.truth.users.keys().filter(|of| always(of)).count();
        twin.clock.set(begin);
        twin.details
            .borrow_mut()
            .insert(ACCOUNT.parse().unwrap(), readings);
        let book = run(Shelf::default().current(twin, twin.now()))
            .unwrap()
            .clone();
        assert_eq!(run(take_all(twin, &book, begin, None)).unwrap().failed, 0);
        let newest = twin
            .objects
            .borrow()
            .iter()
            .rfind(|(key, _)| key.starts_with("roster/"))
            .map(|(_, (bytes, _))| bytes.clone());
        self.unsure +=
            usize::from(Snapshot::read(&newest.unwrap(), None).unwrap().users.len() < stayed);
        self.buckets.push(twin.objects.borrow().clone());
    }

    /// Each user as of some time during the reading, not the same time for all.
    fn reading(&mut self) -> Snapshot {
        let mut states = vec![self.truth.clone()];
        for _ in 0..[0, 1, 1, 2][self.dice.below(4)] {
            let pause = self.dice.below(3);
            self.story.later(i64::try_from(pause).unwrap());
            if self.dice.permille(200) {
                self.switch();
            } else {
                self.change();
            }
            states.push(self.truth.clone());
        }
        let pause = self.dice.below(3);
        self.story.later(i64::try_from(pause).unwrap());
        self.shown_now(&states)
    }

    /// What IAM returns while these states follow each other.
    fn shown_now(&self, states: &[Truth]) -> Snapshot {
        let all: BTreeSet<&String> = states.iter().flat_map(|truth| truth.users.keys()).collect();
        let users = all.into_iter().filter_map(|of| {
            let (name, groups) = states[self.dice.below(states.len())].users.get(of)?;
            let groups: Vec<_> = groups.keys().collect();
            Some(json!({"UserName": name, "UserId": id("AIDA", of), "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "GroupList": groups}))
        });
        let users: Vec<Value> = users.collect();
        let group = |name: &str| json!({"GroupName": name, "GroupId": id("AGPA", name), "Arn": format!("arn:aws:iam::{ACCOUNT}:group/{name}")});
        let details = json!({"UserDetailList": users, "GroupDetailList": GROUPS.map(group)});
        Snapshot::read(details.to_string().as_bytes(), None).unwrap()
    }
}
