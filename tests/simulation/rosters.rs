//! Who was in which group: snapshots that are taken while people come and go, changes that arrive
//! in any order, several times, switches in between. The live guard comes to what the audit says,
//! and what is said of a membership agrees with what really was.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::testing::Story;
use rolewatch_guard::{Scope, Verdict, judge};
use rolewatch_live::port::Clock;
use rolewatch_live::rulebook::{POLICY_KEY, Shelf, taken};
use rolewatch_live::snapshots::take_all;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::same_findings::{drain, envelope, said, standing};
use crate::storm::Dice;

/// So many seeds in the ordinary run; `ROLEWATCH_SEEDS` asks for another number.
const SEEDS: u64 = 200;

const ACCOUNT: &str = "111122223333";
const GROUPS: [&str; 2] = ["Developers", "Testers"];
const NAMES: [&str; 6] = ["dora", "dave", "tom", "tess", "nora", "nick"];

/// Objects of the bucket.
type Objects = BTreeMap<String, (Vec<u8>, Moment)>;

/// What really is.
#[derive(Debug, Clone, Default)]
struct Truth {
    /// By what the id is made of: the name, and the groups with when they were joined, if that was
    /// seen.
    users: BTreeMap<String, (String, BTreeMap<&'static str, Option<Moment>>)>,
}

/// What was true of a switch.
#[derive(Debug, Clone, Copy)]
struct Entered {
    member: bool,
    /// Since when, if the joining is in the logs.
    since: Option<Moment>,
}

/// A story, what really happened in it, and what the auditor saw of it.
struct Telling<'d> {
    dice: &'d Dice,
    story: Story,
    records: Vec<Value>,
    truth: Truth,
    entered: BTreeMap<(String, Moment), Entered>,
    auditor: Twin<Calm>,
    /// The bucket after every snapshot.
    buckets: Vec<Objects>,
    created: usize,
    /// The first snapshot was taken before anything happened.
    shown: bool,
    /// Snapshots that leave somebody out because they changed meanwhile.
    unsure: usize,
}

fn id(prefix: &str, of: &str) -> String {
    format!("{prefix}{:X<16.16}", of.to_ascii_uppercase())
}

impl<'d> Telling<'d> {
    fn new(dice: &'d Dice) -> Self {
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

    fn tell(mut self) -> Self {
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

    /// The records of the last sentence, with the name that the person bears now.
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
        // Two switches of one person in one second are one to the engine.
        self.story.later(1);
    }

    fn change(&mut self) {
        let Some((of, name)) = self.somebody() else {
            return;
        };
        let group = GROUPS[self.dice.below(2)];
        let from = self.story.records().len();
        let now = self.story.now();
        let free = NAMES
            .into_iter()
            .find(|free| self.truth.users.values().all(|(name, _)| name != free));
        let iam = self.story.iam(0, "admin");
        match (self.dice.below(10), free) {
            // Without a snapshot from before it, nothing tells that an addition changed nothing.
            (0..4, _) if !self.shown && self.truth.users[&of].1.get(group) == Some(&None) => {}
            (0..4, _) => {
                iam.adds(&name, group);
                // Adding a member again succeeds, and changes nothing.
                self.truth
                    .users
                    .get_mut(&of)
                    .unwrap()
                    .1
                    .entry(group)
                    .or_insert(Some(now));
            }
            (4..7, _) => {
                // Removing nobody fails, and failed calls are ignored.
                if self
                    .truth
                    .users
                    .get_mut(&of)
                    .unwrap()
                    .1
                    .remove(group)
                    .is_some()
                {
                    iam.removes(&name, group);
                }
            }
            // Within one second the order of names is not told: they change alone in theirs.
            (7, Some(free)) => {
                self.story.later(1);
                self.story.iam(0, "admin").renames_user(&name, free);
                free.clone_into(&mut self.truth.users.get_mut(&of).unwrap().0);
                self.story.later(1);
            }
            (8, Some(free)) => {
                self.created += 1;
                let of = format!("{free}{}", self.created);
                self.story.later(1);
                self.story.iam(0, "admin").creates_user(free, &of);
                self.truth
                    .users
                    .insert(of, (free.to_owned(), BTreeMap::new()));
                self.story.later(1);
            }
            _ => {
                // IAM deletes nobody who is in a group.
                for group in self.truth.users[&of].1.keys().copied() {
                    self.story.iam(0, "admin").removes(&name, group);
                }
                self.story.later(1);
                self.story.iam(0, "admin").deletes_user(&name);
                self.truth.users.remove(&of);
                self.story.later(1);
            }
        }
        self.records
            .extend_from_slice(&self.story.records()[from..]);
    }

    /// The auditor reads again and again, while things go on.
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

    /// Each user as of some moment of the reading, which is not the same for all.
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

    /// What IAM tells while these states follow each other.
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

/// What was said, over all seeds.
#[derive(Debug, Default)]
struct Totals {
    outside: u64,
    inside: u64,
    unproven: u64,
    just_joined: u64,
    snapshots: usize,
    unsure: usize,
}

/// What happened, to be printed where a seed fails.
fn timeline(records: &[Value], rosters: &Rosters) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    for record in records {
        let what = format!(
            "{} {} {}",
            record["eventName"], record["userIdentity"]["userName"], record["requestParameters"]
        );
        lines.push((
            record["eventTime"].as_str().unwrap_or_default().to_owned(),
            what,
        ));
    }
    for snapshot in rosters.iter() {
        let users: Vec<String> = snapshot
            .users
            .iter()
            .map(|(id, user)| format!("{} {id} {:?}", user.name, user.groups))
            .collect();
        lines.push((
            snapshot
                .taken
                .map(|taken| taken.to_string())
                .unwrap_or_default(),
            format!("snapshot: {users:?}"),
        ));
    }
    lines.sort();
    lines
        .iter()
        .map(|(time, what)| format!("{time} {what}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn simulate(seed: u64, totals: &mut Totals) {
    let dice = Dice::new(seed);
    let Telling {
        story,
        records,
        entered,
        buckets,
        unsure,
        ..
    } = Telling::new(&dice).tell();
    let now = story.now().plus_seconds(3_600);

    // The audit: all records, and the rosters that are in the bucket at last.
    let mut rosters = Rosters::default();
    for (key, (bytes, _)) in buckets
        .last()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.starts_with("roster/"))
    {
        rosters.add(Snapshot::read(bytes, taken(key)).unwrap());
    }
    totals.snapshots += rosters.iter().count();
    totals.unsure += unsure;
    let scope = Scope {
        as_of: Some(now),
        ..Scope::default()
    };
    let judgement = judge(
        &story.world_of(&records),
        &story.policy(),
        &rosters,
        scope,
        &mut |_| (),
    );

    // What it says, beside what really was.
    for ((session, time), truth) in &entered {
        let of = |rule: &str| {
            judgement.findings.iter().find(|finding| {
                finding.rule == rule
                    && finding
                        .subject
                        .switches
                        .iter()
                        .any(|key| *key.session == **session && key.second == *time)
            })
        };
        match of("RW001").map(|finding| finding.verdict) {
            None => {
                totals.inside += 1;
                assert!(
                    truth.member,
                    "seed {seed}: {session} at {time} is allowed, and was no member\n{}",
                    timeline(&records, &rosters)
                );
                if truth
                    .since
                    .is_some_and(|since| time.seconds_since(since) < 3_600)
                {
                    totals.just_joined += 1;
                    assert!(
                        of("RW010").is_some(),
                        "seed {seed}: {session} at {time} had joined at {:?}\n{}",
                        truth.since,
                        timeline(&records, &rosters)
                    );
                }
            }
            Some(Verdict::Violation) => {
                totals.outside += 1;
                assert!(
                    !truth.member,
                    "seed {seed}: {session} at {time} is a violation, and was a member\n{}",
                    timeline(&records, &rosters)
                );
            }
            Some(_) => totals.unproven += 1,
        }
    }

    // The live guard: whatever order, some twice, and each snapshot at some point in between.
    let twin = Twin::new(Calm, now);
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), now),
    );
    let mut order: Vec<usize> = (0..records.len()).collect();
    for at in 0..records.len() {
        order.swap(at, dice.below(records.len()));
        if dice.permille(150) {
            order.push(dice.below(records.len()));
        }
    }
    let mut points: Vec<usize> = buckets
        .iter()
        .map(|_| dice.below(order.len() + 1))
        .collect();
    points.sort_unstable();
    let mut coming = points.into_iter().zip(buckets).peekable();
    let mut guard = Guard::default();
    for step in 0..=order.len() {
        while let Some((_, bucket)) = coming.next_if(|(point, _)| *point == step) {
            *twin.objects.borrow_mut() = bucket;
            // Another process, which looks into the bucket at once.
            guard = Guard::default();
            let nothing = to_raw_value(&json!({"Records": [{"messageId": "1", "body": json!({"rejudge": {}}).to_string()}]})).unwrap();
            run(guard.handle(&twin, &nothing, None)).unwrap();
            drain(&mut guard, &twin);
        }
        if let Some(at) = order.get(step) {
            run(guard.handle(
                &twin,
                &to_raw_value(&envelope(&records[*at])).unwrap(),
                None,
            ))
            .unwrap();
            drain(&mut guard, &twin);
        }
    }
    let offline: BTreeMap<_, _> = judgement.findings.iter().map(said).collect();
    assert_eq!(offline, standing(&twin), "seed {seed}");
}

#[test]
fn who_was_in_the_group_is_answered_live_as_by_the_audit_and_as_it_was() {
    let seeds = std::env::var_os("ROLEWATCH_SEEDS").map_or(SEEDS, |text| {
        text.to_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    });
    let mut totals = Totals::default();
    for seed in 0..seeds {
        simulate(seed, &mut totals);
    }
    println!("{seeds} seeds: {totals:?}");
    if seeds >= SEEDS {
        // Where nothing is decided, nothing is shown.
        assert!(
            totals.outside > 100
                && totals.inside > 100
                && totals.just_joined > 10
                && totals.unsure > 10,
            "{totals:?}"
        );
    }
}
