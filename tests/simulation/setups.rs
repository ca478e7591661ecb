//! The set-up, changed while everything goes wrong: what the review says of the last state stands
//! and was told, what is mended was taken back, and nobody is named who did not touch it. Events
//! come late, twice or never; for what never comes, there is the reading of every day.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Input, Setup, review};
use rolewatch_live::port::Notice;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::Twin;
use rolewatch_live::wire::Status;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::nothing_lost::outbox;
use crate::slack::Slack;
use crate::storm::{Dice, Storm};

/// So many seeds in the ordinary run; `ROLEWATCH_SEEDS` asks for another number.
const SEEDS: u64 = 300;

const DEVELOPMENT: &str = "111122223333";
const PRODUCTION: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

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

/// How the accounts are set up.
#[expect(
    clippy::struct_excessive_bools,
    reason = "five things that can be wrong, each by itself"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    /// The trust policy asks for MFA.
    mfa: bool,
    /// It trusts somebody else as well.
    open: bool,
    /// Sessions may last for twelve hours.
    long: bool,
    /// Testers may enter.
    wide: bool,
    /// Developers may add members.
    grows: bool,
}

const SOUND: State = State {
    mfa: true,
    open: false,
    long: false,
    wide: false,
    grows: false,
};

impl State {
    fn development(self) -> String {
        let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let group = |name: &str, statements: Vec<Value>| {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            json!({"GroupName": name, "GroupId": format!("AGPA{:X<16.16}", name.to_uppercase()), "Arn": format!("arn:aws:iam::{DEVELOPMENT}:group/{name}"),
                "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": document}]})
        };
        let enter = allow("sts:AssumeRole", ROLE);
        let grow = allow(
            "iam:AddUserToGroup",
            &format!("arn:aws:iam::{DEVELOPMENT}:group/Developers"),
        );
        let developers = if self.grows {
            vec![enter.clone(), grow]
        } else {
            vec![enter.clone()]
        };
        let testers = if self.wide {
            enter
        } else {
            allow("s3:ListBucket", "*")
        };
        let user = |name: &str, group: &str| json!({"UserName": name, "UserId": format!("AIDA{:X<16.16}", name.to_uppercase()), "Arn": format!("arn:aws:iam::{DEVELOPMENT}:user/{name}"), "GroupList": [group]});
        json!({"UserDetailList": [user("dora", "Developers"), user("tess", "Testers")], "RoleDetailList": [], "Policies": [],
            "GroupDetailList": [group("Developers", developers), group("Testers", vec![testers])]})
        .to_string()
    }

    fn production(self) -> String {
        let condition = if self.mfa {
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
        } else {
            json!({})
        };
        let trust = |principal: &str| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", "Condition": condition});
        let trusted = if self.open {
            vec![trust(DEVELOPMENT), trust("999988887777")]
        } else {
            vec![trust(DEVELOPMENT)]
        };
        json!({"RoleDetailList": [{"RoleName": "UpdateApp", "RoleId": "AROAUPDATEAPPEXAMPLE", "Arn": ROLE, "MaxSessionDuration": if self.long { 43_200 } else { 3_600 },
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trusted}}],
            "UserDetailList": [], "GroupDetailList": [], "Policies": []})
        .to_string()
    }
}

/// A call: whose account, what it is called, and what it works on.
struct Call {
    account: &'static str,
    name: &'static str,
    subject: (&'static str, &'static str),
}

/// Changes one thing.
fn changed(state: &mut State, which: usize) -> Call {
    let call = |account, name, kind, subject| Call {
        account,
        name,
        subject: (kind, subject),
    };
    match which {
        0 => {
            state.mfa = !state.mfa;
            call(
                PRODUCTION,
                "UpdateAssumeRolePolicy",
                "roleName",
                "UpdateApp",
            )
        }
        1 => {
            state.open = !state.open;
            call(
                PRODUCTION,
                "UpdateAssumeRolePolicy",
                "roleName",
                "UpdateApp",
            )
        }
        2 => {
            state.long = !state.long;
            call(PRODUCTION, "UpdateRole", "roleName", "UpdateApp")
        }
        3 => {
            state.wide = !state.wide;
            call(DEVELOPMENT, "PutGroupPolicy", "groupName", "Testers")
        }
        4 => {
            state.grows = !state.grows;
            call(DEVELOPMENT, "PutGroupPolicy", "groupName", "Developers")
        }
        // Of no consequence.
        _ => call(DEVELOPMENT, "TagUser", "userName", "tess"),
    }
}

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

/// What one seed came to.
#[derive(Debug, Default)]
struct Totals {
    open: usize,
    taken_back: usize,
    named: usize,
    withheld: usize,
    crashes: u64,
    posts: usize,
    refused: usize,
    failed: BTreeMap<(&'static str, bool), u64>,
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
    let dice = Dice::new(seed ^ 0x5e_7095);
    let is = |state: State, at: Moment| {
        let mut setups = twin.setups.borrow_mut();
        setups
            .entry(DEVELOPMENT.parse().unwrap())
            .or_default()
            .insert(at, state.development());
        setups
            .entry(PRODUCTION.parse().unwrap())
            .or_default()
            .insert(at, state.production());
    };
    // Where every event comes, they are enough.
    let daily = dice.permille(400);
    twin.reading.set([0, 3, 20][dice.below(3)]);
    let mut state = SOUND;
    // Sometimes IAM lets nobody in at first.
    let shut = dice.permille(200);
    let first = begins.plus_seconds(if shut && daily { 400 } else { -86_400 });
    is(state, first);
    cloud.request(json!({"task": "rosters", "at": begins}).to_string(), begins);
    let (mut time, mut withheld) = (begins.plus_seconds(500), 0);
    // Who changed what a rule is about.
    let mut actors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for number in 0..2 + dice.below(9) {
        time = time.plus_seconds([0, 1, 20, 70, 130, 700][dice.below(6)]);
        let which = dice.below(6);
        let call = changed(&mut state, which);
        // IAM tells of it everywhere within a minute.
        let told = time.plus_seconds(i64::try_from(dice.below(55)).unwrap());
        let last = twin
            .setups
            .borrow()
            .values()
            .flat_map(BTreeMap::keys)
            .max()
            .copied();
        is(state, told.max(last.unwrap_or(told)));
        let rules: &[&str] = [
            &["RW101", "RW102"],
            &["RW101", "RW102"],
            &["RW103"][..],
            &["RW104"],
            &["RW105"],
            &[],
        ][which];
        for rule in rules {
            actors
                .entry((*rule).to_owned())
                .or_default()
                .insert(format!("actor{number}"));
        }
        if daily && dice.permille(250) {
            withheld += 1;
            continue;
        }
        for _ in 0..=usize::from(dice.permille(150)) {
            cloud.event(
                envelope(&call, number, time),
                time.plus_seconds(i64::try_from(dice.below(400)).unwrap()),
            );
        }
    }
    if daily {
        let last = time.plus_seconds(1_000);
        cloud.request(json!({"task": "rosters", "at": last}).to_string(), last);
    }
    cloud.run(200 + dice.below(1_500));
    assert!(
        !cloud.sums.unaccounted && cloud.sums.received == cloud.sums.ended,
        "seed {seed}: {:?}",
        cloud.sums
    );

    let mut setup = Setup::default();
    for text in [state.development(), state.production()] {
        setup.add(Input::read(text.as_bytes()).unwrap()).unwrap();
    }
    let policy = Policy::read(POLICY.as_bytes(), POLICY_KEY).unwrap();
    let wanted: BTreeSet<String> = review(&setup, &policy, twin.clock.get())
        .findings
        .into_iter()
        .map(|finding| finding.id)
        .collect();
    let (states, acks) = outbox(&twin);
    let stands = states
        .iter()
        .filter(|(_, state)| state.alert.status != Status::Withdrawn)
        .map(|(id, _)| id.clone());
    assert_eq!(
        stands.collect::<BTreeSet<String>>(),
        wanted,
        "seed {seed}, {state:?}"
    );
    let mut totals = Totals {
        withheld,
        crashes: cloud.sums.crashes,
        posts: slack.taken.borrow().len(),
        open: wanted.len(),
        ..Totals::default()
    };
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
        let changed = actors
            .get(&state.alert.rule)
            .is_some_and(|actors| actors.contains(by));
        assert!(
            by.is_empty() || changed,
            "seed {seed}: {by} did not change what {:?} is about",
            state.alert
        );
    }
    totals.refused = twin
        .topics
        .borrow()
        .iter()
        .filter(|notice| matches!(notice, Notice::Operations { .. }))
        .count();
    totals.failed = twin.weather.failed.take();
    totals
}

#[test]
fn what_stands_is_what_the_review_says_whatever_goes_wrong() {
    let seeds = std::env::var_os("ROLEWATCH_SEEDS").map_or(SEEDS, |text| {
        text.to_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    });
    let mut sum = Totals::default();
    for seed in 0..seeds {
        let one = simulate(seed);
        sum.open += one.open;
        sum.taken_back += one.taken_back;
        sum.named += one.named;
        sum.withheld += one.withheld;
        sum.crashes += one.crashes;
        sum.posts += one.posts;
        sum.refused += one.refused;
        for (what, count) in one.failed {
            *sum.failed.entry(what).or_default() += count;
        }
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
