//! The setup changes while everything goes wrong. What the review finds in the last state is open
//! and was reported, what was repaired is withdrawn, and nobody is named who didn't make the
//! change.
//!
//! The world of a seed is two accounts whose setup changes a few times, and a storm as in
//! [`crate::nothing_lost`]. Events arrive late, twice or never. If one never arrives, the daily
//! reading finds the change.

mod company;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Input, Setup, review};
use rolewatch_live::port::Notice;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::Twin;
use rolewatch_live::wire::Status;
use serde_json::json;

use crate::cloud::Cloud;
use crate::nothing_lost::outbox;
use crate::slack::Slack;
use crate::storm::{Dice, Storm, seeds};
use crate::sums::{Failed, add_failed};
use company::{CHANGES, Call, DEVELOPMENT, PRODUCTION, SOUND, State, change};

/// The number of seeds in the ordinary run.
const SEEDS: u64 = 300;

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
    max_session: 1h
";

fn envelope(call: &Call, number: usize, time: Moment) -> String {
    let actor = format!("actor{number}");
    json!({"version": "0", "source": "aws.iam", "account": call.account, "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventVersion": "1.11", "eventTime": time.to_string(), "eventSource": "iam.amazonaws.com", "eventName": call.name, "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7", "eventID": format!("5f0c2ad4-5d1e-4c9b-9a51-EXAMPLE{number:05}"), "recipientAccountId": call.account,
        "requestParameters": {call.subject.0: call.subject.1, "policyName": "all"}, "eventType": "AwsApiCall",
        "userIdentity": {"type": "IAMUser", "principalId": format!("AIDA{:X<16.16}", actor.to_uppercase()), "accountId": call.account, "userName": actor,
            "arn": format!("arn:aws:iam::{}:user/{actor}", call.account), "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}}})
    .to_string()
}

/// The result of one seed.
#[derive(Debug, Default)]
struct Totals {
    open: usize,
    taken_back: usize,
    named: usize,
    withheld: usize,
    crashes: u64,
    posts: usize,
    refused: usize,
    failed: Failed,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, one: Self) {
        self.open += one.open;
        self.taken_back += one.taken_back;
        self.named += one.named;
        self.withheld += one.withheld;
        self.crashes += one.crashes;
        self.posts += one.posts;
        self.refused += one.refused;
        add_failed(&mut self.failed, one.failed);
    }
}

/// The changes, their times, and the events that the guard receives.
struct Changes<'t> {
    twin: &'t Twin<Storm>,
    dice: Dice,
    /// Whether every account is also read at the end. If not, every event arrives, which is enough.
    daily: bool,
    state: State,
    time: Moment,
    /// Who changed the resources of each rule.
    actors: BTreeMap<&'static str, BTreeSet<String>>,
    withheld: usize,
}

impl<'t> Changes<'t> {
    fn new(seed: u64, twin: &'t Twin<Storm>) -> Self {
        let dice = Dice::new(seed ^ 0x5e_7095);
        let daily = dice.permille(400);
        twin.reading.set([0, 3, 20][dice.below(3)]);
        // Sometimes the reader role can't be assumed at first.
        let shut = dice.permille(200);
        let begins = twin.clock.get();
        let changes = Self {
            twin,
            dice,
            daily,
            state: SOUND,
            time: begins.plus_seconds(500),
            actors: BTreeMap::new(),
            withheld: 0,
        };
        changes.told_from(begins.plus_seconds(if shut && daily { 400 } else { -86_400 }));
        changes
    }

    /// Sends all of it: the first reading, some changes, and perhaps the reading of the next day.
    fn send(&mut self, cloud: &mut Cloud<'_>) {
        let begins = self.twin.clock.get();
        let request = |at: Moment| json!({"task": "rosters", "at": at}).to_string();
        cloud.request(request(begins), begins);
        for number in 0..2 + self.dice.below(9) {
            self.next(number, cloud);
        }
        if self.daily {
            let last = self.time.plus_seconds(1_000);
            cloud.request(request(last), last);
        }
    }

    fn next(&mut self, number: usize, cloud: &mut Cloud<'_>) {
        self.time = self
            .time
            .plus_seconds([0, 1, 20, 70, 130, 700][self.dice.below(6)]);
        let call = change(&mut self.state, self.dice.below(CHANGES));
        // IAM shows a change everywhere within a minute.
        let told = self.after(55);
        self.told_from(told.max(self.told_last().unwrap_or(told)));
        for rule in call.rules {
            let actors = self.actors.entry(rule).or_default();
            actors.insert(format!("actor{number}"));
        }
        if self.daily && self.dice.permille(250) {
            self.withheld += 1;
            return;
        }
        for _ in 0..=usize::from(self.dice.permille(150)) {
            cloud.event(envelope(&call, number, self.time), self.after(400));
        }
    }

    /// Up to this many seconds after the last change.
    fn after(&self, most: usize) -> Moment {
        self.time
            .plus_seconds(i64::try_from(self.dice.below(most)).unwrap())
    }

    /// From this time on, IAM shows the current state.
    fn told_from(&self, at: Moment) {
        let mut setups = self.twin.setups.borrow_mut();
        for (account, text) in [
            (DEVELOPMENT, self.state.development()),
            (PRODUCTION, self.state.production()),
        ] {
            let told = setups.entry(account.parse().unwrap()).or_default();
            told.insert(at, text);
        }
    }

    /// Since when IAM shows its latest state.
    fn told_last(&self) -> Option<Moment> {
        let setups = self.twin.setups.borrow();
        setups.values().flat_map(BTreeMap::keys).max().copied()
    }

    /// The IDs of the review's findings in the last state.
    fn found(&self) -> BTreeSet<String> {
        let mut setup = Setup::default();
        for text in [self.state.development(), self.state.production()] {
            setup.add(Input::read(text.as_bytes()).unwrap()).unwrap();
        }
        let policy = Policy::read(POLICY.as_bytes(), POLICY_KEY).unwrap();
        review(&setup, &policy, self.twin.clock.get())
            .findings
            .into_iter()
            .map(|finding| finding.id)
            .collect()
    }
}

fn simulate(seed: u64) -> Totals {
    let begins: Moment = "2026-03-02T09:00:00Z".parse().unwrap();
    let twin = Twin::new(Storm::new(seed), begins);
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (POLICY.as_bytes().to_vec(), begins));
    let slack = Slack {
        bot: seed.is_multiple_of(2),
        ..Slack::default()
    };
    let mut cloud = Cloud::new(&twin, &slack);
    let mut changes = Changes::new(seed, &twin);
    changes.send(&mut cloud);
    cloud.run(200 + changes.dice.below(1_500));
    assert!(
        !cloud.sums.unaccounted && cloud.sums.received == cloud.sums.ended,
        "seed {seed}: {:?}",
        cloud.sums
    );

    let wanted = changes.found();
    assert_eq!(stands(&twin), wanted, "seed {seed}, {:?}", changes.state);
    let mut totals = Totals {
        withheld: changes.withheld,
        crashes: cloud.sums.crashes,
        posts: slack.taken.borrow().len(),
        open: wanted.len(),
        refused: notices(&twin),
        ..Totals::default()
    };
    each_was_told_with_who_touched_it(seed, &changes, &mut totals);
    totals.failed = twin.weather.failed.take();
    totals
}

/// The IDs of the open findings in the outbox.
fn stands(twin: &Twin<Storm>) -> BTreeSet<String> {
    let (states, _) = outbox(twin);
    states
        .into_iter()
        .filter(|(_, state)| state.alert.status != Status::Withdrawn)
        .map(|(id, _)| id)
        .collect()
}

/// The number of notices on the operations topic.
fn notices(twin: &Twin<Storm>) -> usize {
    twin.topics
        .borrow()
        .iter()
        .filter(|notice| matches!(notice, Notice::Operations { .. }))
        .count()
}

/// Except findings that were withdrawn before anybody was told.
fn each_was_told_with_who_touched_it(seed: u64, changes: &Changes<'_>, totals: &mut Totals) {
    let (states, acks) = outbox(changes.twin);
    for (id, state) in &states {
        if state.quiet || (state.published == 0 && state.alert.status == Status::Withdrawn) {
            continue;
        }
        totals.taken_back += usize::from(state.alert.status == Status::Withdrawn);
        let ack = acks
            .get(id)
            .unwrap_or_else(|| panic!("seed {seed}: nobody was told of {:?}", state.alert));
        assert_eq!(
            (*ack, state.published),
            (state.alert.version, state.alert.version),
            "seed {seed}: {:?}",
            state.alert
        );
        let by = &state.alert.caller.name;
        totals.named += usize::from(!by.is_empty());
        let touched = changes
            .actors
            .get(state.alert.rule.as_str())
            .is_some_and(|actors| actors.contains(&**by));
        assert!(
            by.is_empty() || touched,
            "seed {seed}: {by} did not change what {:?} is about",
            state.alert
        );
    }
}

#[test]
fn what_stands_is_what_the_review_says_whatever_goes_wrong() {
    let seeds = seeds(SEEDS);
    let mut sum = Totals::default();
    for seed in 0..seeds {
        sum += simulate(seed);
    }
    println!("{seeds} seeds: {sum:?}");
    if seeds < SEEDS {
        return;
    }
    assert!(
        sum.open > 200 && sum.taken_back > 50 && sum.named > 150 && sum.withheld > 80,
        "{sum:?}"
    );
    assert!(
        sum.crashes > 50 && sum.posts > 200 && sum.refused > 10,
        "{sum:?}"
    );
    for call in [
        "setup", "put", "get", "list", "delete", "keep", "replace", "query", "send", "publish",
    ] {
        assert!(
            sum.failed.contains_key(&(call, false)) && sum.failed.contains_key(&(call, true)),
            "`{call}` never failed: {sum:?}"
        );
    }
}
