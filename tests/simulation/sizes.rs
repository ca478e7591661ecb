//! What one switch costs, by the size of its account: calls to the tables, and rows read.
//!
//! The account has a roster. Before the switch, the ledger holds what other people did: each of
//! them entered a role once, and an administrator added them to groups and removed them again.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::{PEOPLE, Story};
use rolewatch_live::ledger::store_record;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Twin, run};
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::bounded::{Counting, handle, next};
use crate::same_findings::envelope;

/// The calls to the tables.
pub(crate) const CALLS: [&str; 5] = ["query", "latest", "keep", "keep_all", "replace"];

/// What one event costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) reads: usize,
    pub(crate) rows_read: usize,
    pub(crate) writes: usize,
    pub(crate) rows_written: usize,
}

/// The person who switches, of those who did so before.
const SWITCHES_TOO: usize = 7;

fn person(number: usize) -> String {
    format!("p{number:06}")
}

fn user_id(name: &str) -> String {
    format!("AIDA{:X<16.16}", name.to_ascii_uppercase())
}

/// Everybody in one group. Nobody is in Developers but dora.
fn roster(people: usize) -> String {
    let user = |name: &str, group: &str| {
        json!({
            "UserName": name,
            "UserId": user_id(name),
            "Arn": format!("arn:aws:iam::{PEOPLE}:user/{name}"),
            "GroupList": [group],
        })
    };
    let group = |name: &str| {
        json!({
            "GroupName": name,
            "GroupId": format!("AGPA{:X<16.16}", name.to_ascii_uppercase()),
            "Arn": format!("arn:aws:iam::{PEOPLE}:group/{name}"),
        })
    };
    let mut users: Vec<Value> = (0..people)
        .map(|number| user(&person(number), "Testers"))
        .collect();
    users.extend([user("dora", "Developers"), user("admin", "Admins")]);
    json!({
        "UserDetailList": users,
        "GroupDetailList": [group("Developers"), group("Testers"), group("Admins")],
    })
    .to_string()
}

/// A ledger that holds what others did in the week before, and the guard of its account.
pub(crate) struct Account {
    pub(crate) story: Story,
    guard: Guard,
    pub(crate) twin: Twin<Counting>,
}

impl Account {
    pub(crate) fn new(people: usize, changes: usize) -> Self {
        let mut story = Story::new();
        // The first IAM event shows where such events are recorded, and that concerns everybody.
        story.iam(0, "admin").adds("dora", "Testers");
        story.later(60);
        let begin = story.now();
        let twin = Twin::new(Counting::default(), begin);
        let mut objects = twin.objects.borrow_mut();
        let policy = story.policy_text().as_bytes().to_vec();
        objects.insert(POLICY_KEY.to_owned(), (policy, begin));
        let taken = begin.plus_seconds(6 * 86_400).to_string().replace(':', "");
        let key = format!("roster/development@{taken}.json");
        objects.insert(key, (roster(people).into_bytes(), begin));
        drop(objects);
        let mut account = Self {
            story,
            guard: Guard::default(),
            twin,
        };
        for record in account.story.records().to_vec() {
            account.handle(&record);
        }
        account.keep_others(people, changes);
        // The first events also cause the account's setup to be read, and the process to look for
        // rows of the previous version.
        account.costs(|story| drop(story.switch("wendy").with_mfa()));
        account.story.later(3_600);
        account.costs(|story| drop(story.switch("wendy").with_mfa()));
        account.story.later(3_600);
        account
    }

    /// Stores what others did, as the guard would, without judging it.
    fn keep_others(&mut self, people: usize, changes: usize) {
        let policy = Policy::read(self.story.policy_text().as_bytes(), "policy").unwrap();
        let week = 6 * 86_400;
        let spread =
            |number: usize, all: usize| i64::try_from(number * 5 * 86_400 / all.max(1)).unwrap();
        for number in 0..people {
            let mut one = Story::new();
            one.count_from(1_000_000 + u64::try_from(number).unwrap());
            one.later(spread(number, people));
            drop(one.switch(&person(number)).with_mfa().only_caller_half());
            self.keep_all(&policy, &one);
        }
        for number in 0..changes {
            let mut one = Story::new();
            one.count_from(10_000_000 + u64::try_from(number).unwrap());
            one.later(spread(number, changes));
            let step = one.iam(0, "admin");
            // All but the one who switches.
            let whose = match number % people.max(1) {
                SWITCHES_TOO => person(people),
                other => person(other),
            };
            match number % 2 {
                0 => step.adds(&whose, "Admins"),
                _ => step.removes(&whose, "Admins"),
            }
            self.keep_all(&policy, &one);
        }
        self.story.later(week + 3_600);
        self.twin.clock.set(self.story.now());
        while next(&mut self.guard, &self.twin) {}
    }

    fn keep_all(&self, policy: &Policy, story: &Story) {
        for record in story.records() {
            keep(&self.twin, policy, record, story.now());
        }
    }

    fn handle(&mut self, record: &Value) {
        handle(&mut self.guard, &self.twin, &[envelope(record).to_string()]);
    }

    /// What each of the records costs that `tell` adds, with everything that the guard sends
    /// itself.
    pub(crate) fn costs(&mut self, tell: impl FnOnce(&mut Story)) -> Vec<Cost> {
        // What earlier events left to do later costs those events.
        self.twin.clock.set(self.story.now());
        while next(&mut self.guard, &self.twin) {}
        let from = self.story.records().len();
        tell(&mut self.story);
        let records = self.story.records()[from..].to_vec();
        self.twin.clock.set(self.story.now().plus_seconds(60));
        let cost = |record: &Value| {
            self.twin.weather.take();
            self.twin.rows_read.set(0);
            self.twin.rows_written.set(0);
            self.handle(record);
            while next(&mut self.guard, &self.twin) {}
            let calls = self.twin.weather.take();
            let [query, latest, keep, keep_all, replace] =
                CALLS.map(|call| calls.get(call).copied().unwrap_or_default());
            Cost {
                reads: query + latest,
                rows_read: self.twin.rows_read.get(),
                writes: keep + keep_all + replace,
                rows_written: self.twin.rows_written.get(),
            }
        };
        records.iter().map(cost).collect()
    }
}

/// Stores a record without judging it.
pub(crate) fn keep(twin: &Twin<Counting>, policy: &Policy, record: &Value, now: Moment) {
    let text = record.to_string();
    let elevated = |role: &_| rolewatch_guard::Elevated::by_policy(policy).may_be(role);
    let Reading::Seen(seen) = read(text.as_bytes(), &elevated).unwrap() else {
        return;
    };
    let body = reduced(text.as_bytes()).unwrap();
    run(store_record(twin, policy, *seen, body, true, now)).unwrap();
}

/// Adds one or two records.
type Tell = fn(&mut Story);

/// What is measured.
const EVENTS: [(&str, Tell); 6] = [
    ("a member switches", |story| {
        drop(story.switch("dora").with_mfa());
    }),
    ("somebody new switches", |story| {
        drop(story.switch("nell").with_mfa());
    }),
    ("somebody in no allowed group switches", |story| {
        drop(story.switch(&person(SWITCHES_TOO)).with_mfa());
    }),
    ("a member uses an elevated session", |story| {
        drop(story.switch("dora").with_mfa().only_uses().used_after(60));
    }),
    ("a member enters a role that isn't listed", |story| {
        drop(story.switch_to("dora", "ReadOnly").with_mfa());
    }),
    ("somebody is added to a group", |story| {
        story.iam(0, "admin").adds("quinn", "Admins");
    }),
];

/// The cost of each switch in an account of this size.
fn costs(people: usize, changes: usize) -> Vec<Vec<Cost>> {
    let mut account = Account::new(people, changes);
    EVENTS.iter().map(|(_, tell)| account.costs(tell)).collect()
}

#[test]
fn what_a_switch_costs_does_not_depend_on_the_size_of_its_account() {
    let few = costs(10, 0);
    assert_eq!(few, costs(1_000, 0), "people");
    assert_eq!(few, costs(10, 2_000), "changes");
}

/// Of each of the two records, including what a person's first event causes.
#[test]
fn a_members_switch_needs_few_calls() {
    let mut account = Account::new(10, 0);
    for cost in account.costs(EVENTS[0].1) {
        assert!(cost.reads + cost.writes <= 30, "{cost:?}");
        assert!(cost.rows_read + cost.rows_written <= 80, "{cost:?}");
    }
}

/// Of each of the two records, including the finding and its alert.
#[test]
fn a_switch_that_breaks_a_rule_needs_few_calls_too() {
    let mut account = Account::new(10, 0);
    for (_, tell) in &EVENTS[1..3] {
        for cost in account.costs(tell) {
            assert!(cost.reads + cost.writes <= 40, "{cost:?}");
            assert!(cost.rows_read + cost.rows_written <= 80, "{cost:?}");
        }
    }
}

#[test]
fn the_first_event_finds_policy_and_rosters_prepared() {
    let mut story = Story::new();
    let twin = Twin::new(Counting::default(), story.now());
    let policy = story.policy_text().as_bytes().to_vec();
    let mut objects = twin.objects.borrow_mut();
    objects.insert(POLICY_KEY.to_owned(), (policy, story.now()));
    drop(objects);
    let mut guard = Guard::default();
    run(guard.prepare(&twin)).unwrap();
    assert_eq!(twin.weather.count("get"), 1, "the policy");
    twin.weather.take();
    drop(story.switch("dora").with_mfa().only_caller_half());
    handle(
        &mut guard,
        &twin,
        &[envelope(&story.records()[0]).to_string()],
    );
    assert_eq!(twin.weather.count("get") + twin.weather.count("list"), 0);
}

/// Prints a table for the documentation (`make bench-switch`).
#[test]
#[ignore = "takes minutes"]
#[expect(clippy::print_stdout, reason = "a measurement")]
fn a_table_of_what_a_switch_costs() {
    println!("| people | IAM changes | event | reads | rows read | writes | rows written |");
    println!("|---|---|---|---|---|---|---|");
    for (people, changes) in [(10, 0), (1_000, 10_000), (100_000, 100_000)] {
        let mut account = Account::new(people, changes);
        for (what, tell) in EVENTS {
            for (record, cost) in account.costs(tell).into_iter().enumerate() {
                let half = match record {
                    0 => "",
                    _ => ", second record",
                };
                let Cost {
                    reads,
                    rows_read,
                    writes,
                    rows_written,
                } = cost;
                println!(
                    "| {people} | {changes} | {what}{half} | {reads} | {rows_read} | {writes} \
                     | {rows_written} |"
                );
            }
        }
    }
}
