//! The setup over the twins.

use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{SetupChange, change};
use serde_json::{Value, json};

use super::{SETUP_PREFIX, ask_for_all, note_change, review};
use crate::inbox::Ask;
use crate::port::{Notice, Trouble};
use crate::rulebook::{POLICY_KEY, Rulebook, Shelf};
use crate::settle::SettleCounts;
use crate::testing::{Calm, Gate, Twin, Weather, run};
use crate::wire::{Alert, Status};

mod many;

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
    severity: high
";

fn begin() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Moment {
    begin().plus_seconds(seconds)
}

/// The development account: `Developers` may enter and, if `wide`, `Testers` too.
fn development(wide: bool) -> String {
    let enter = json!([{"PolicyName": "Enter", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::444455556666:role/UpdateApp"}]}}]);
    let group = |name: &str, policies: &Value| {
        json!({"GroupName": name, "GroupId": format!("AGPA{}EXAMPLE", name.to_uppercase()),
            "Arn": format!("arn:aws:iam::111122223333:group/{name}"), "GroupPolicyList": policies})
    };
    let testers = if wide { enter.clone() } else { json!([]) };
    json!({"GroupDetailList": [group("Developers", &enter), group("Testers", &testers)], "RoleDetailList": [], "Policies": [],
        "UserDetailList": [{"UserName": "dora", "UserId": "AIDADORAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/dora", "GroupList": ["Developers"]}]})
        .to_string()
}

/// The production account. Its role requires MFA if `mfa`.
fn production(mfa: bool) -> String {
    let condition = if mfa {
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    } else {
        json!({})
    };
    json!({"RoleDetailList": [{"RoleName": "UpdateApp", "RoleId": "AROAUPDATEAPPEXAMPLE", "Arn": "arn:aws:iam::444455556666:role/UpdateApp",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"},
            "Action": "sts:AssumeRole", "Condition": condition}]}, "MaxSessionDuration": 3600}],
        "UserDetailList": [], "GroupDetailList": [], "Policies": []})
    .to_string()
}

fn called(
    event: u32,
    seconds: i64,
    who: &str,
    call: &str,
    account: &str,
    parameters: &Value,
) -> SetupChange {
    let record = json!({"eventVersion": "1.11", "eventTime": at(seconds).to_string(), "eventSource": "iam.amazonaws.com", "eventName": call,
        "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.7", "eventID": format!("5f0c2ad4-5d1e-4c9b-9a51-EXAMPLE{event:05}"),
        "recipientAccountId": account, "requestParameters": parameters,
        "userIdentity": {"type": "IAMUser", "userName": who, "arn": format!("arn:aws:iam::{account}:user/{who}"), "accountId": account}});
    change(record.to_string().as_bytes(), Delivery::default())
        .unwrap()
        .unwrap()
}

fn opened(event: u32, seconds: i64) -> SetupChange {
    called(
        event,
        seconds,
        "anna",
        "UpdateAssumeRolePolicy",
        "444455556666",
        &json!({"roleName": "UpdateApp"}),
    )
}

struct World {
    twin: Twin<Calm>,
    book: Rulebook,
}

impl World {
    fn new() -> Self {
        let twin = Twin::new(Calm, begin());
        twin.objects
            .borrow_mut()
            .insert(POLICY_KEY.to_owned(), (POLICY.as_bytes().to_vec(), begin()));
        let book = run(Shelf::default().current(&twin, begin()))
            .unwrap()
            .clone();
        let world = Self { twin, book };
        world.set_setups(&development(false), &production(true));
        world
    }

    /// A world whose accounts were read before anything happens.
    fn already_read() -> Self {
        let world = Self::new();
        world.settle();
        world
    }

    fn set_setups(&self, development: &str, production: &str) {
        let mut setups = self.twin.setups.borrow_mut();
        let now = self.twin.clock.get();
        setups
            .entry("111122223333".parse().unwrap())
            .or_default()
            .insert(now, development.to_owned());
        setups
            .entry("444455556666".parse().unwrap())
            .or_default()
            .insert(now, production.to_owned());
    }

    fn is_only(&self, account: &str, text: &str) {
        let now = self.twin.clock.get();
        self.twin
            .setups
            .borrow_mut()
            .entry(account.parse().unwrap())
            .or_default()
            .insert(now, text.to_owned());
    }

    fn note_change(&self, change: &SetupChange) {
        run(note_change(&self.twin, change, self.twin.clock.get())).unwrap();
    }

    /// Delivers everything that is queued, each at its time. Returns how many readings were
    /// requested.
    fn settle(&self) -> usize {
        let mut asked = 0;
        for _ in 0..50 {
            let queued = std::mem::take(&mut *self.twin.queue.borrow_mut());
            if queued.is_empty() {
                return asked;
            }
            for (due, body) in queued {
                if due > self.twin.clock.get() {
                    self.twin.clock.set(due);
                }
                let message: Value = serde_json::from_str(&body).unwrap();
                if let Some(ask) = message.get("review") {
                    let ask: Ask = serde_json::from_value(ask.clone()).unwrap();
                    asked += usize::from(ask.account.is_some());
                    self.reviews(&ask);
                }
            }
        }
        panic!("it asks for itself for ever");
    }

    fn reviews(&self, ask: &Ask) -> SettleCounts {
        run(review(&self.twin, &self.book, ask, self.twin.clock.get())).unwrap()
    }

    /// What was published since the last call: the last version of each finding.
    fn newly_told(&self) -> Vec<Alert> {
        let notices = std::mem::take(&mut *self.twin.topics.borrow_mut());
        let alerts = notices.into_iter().filter_map(|notice| match notice {
            Notice::Finding { body, .. } => serde_json::from_str(&body).ok(),
            Notice::Operations { .. } => None,
        });
        alerts.collect()
    }
}

fn alerts_shown(alerts: &[Alert]) -> Vec<(&str, &str, Status)> {
    alerts
        .iter()
        .map(|alert| {
            (
                alert.rule.as_str(),
                alert.caller.name.as_str(),
                alert.status,
            )
        })
        .collect()
}

#[test]
fn a_set_up_that_keeps_the_policy_is_silent() {
    let world = World::already_read();
    assert_eq!(alerts_shown(&world.newly_told()), []);
    let read: Vec<String> = world
        .twin
        .objects
        .borrow()
        .keys()
        .filter(|key| key.starts_with(SETUP_PREFIX))
        .cloned()
        .collect();
    assert_eq!(
        read,
        [
            "setup/111122223333@2026-03-02T090000Z.json",
            "setup/444455556666@2026-03-02T090000Z.json"
        ]
    );
}

#[test]
fn what_is_wrong_from_the_start_is_told_and_nobody_is_named() {
    let world = World::new();
    world.set_setups(&development(false), &production(false));
    world.settle();
    let told = world.newly_told();
    assert_eq!(alerts_shown(&told), [("RW101", "", Status::Open)]);
    assert_eq!(
        (told[0].events.len(), told[0].role.as_str()),
        (0, "arn:aws:iam::444455556666:role/UpdateApp")
    );
}

#[test]
fn a_change_is_told_with_who_made_it_what_it_says_and_what_it_should_say() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    world.set_setups(&development(false), &production(false));
    world.note_change(&opened(1, 998));
    assert_eq!(world.settle(), 1);
    assert!(
        (60..=240).contains(&world.twin.clock.get().seconds_since(at(998))),
        "{}",
        world.twin.clock.get()
    );
    let told = world.newly_told();
    assert_eq!(alerts_shown(&told), [("RW101", "anna", Status::Open)]);
    let alert = &told[0];
    assert_eq!(
        (alert.time.to_string().as_str(), alert.events.as_slice()),
        (
            "2026-03-02T09:16:38Z",
            &["5f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001".to_owned()][..]
        )
    );
    let reviewed = alert.reviewed.as_ref().unwrap();
    assert_eq!(
        reviewed.fix.as_ref().unwrap()["Condition"]["Bool"]["aws:MultiFactorAuthPresent"],
        "true"
    );
    assert_eq!(reviewed.statement.as_ref().unwrap()["Condition"], json!({}));
    assert_eq!(
        (alert.role_account.id.as_str(), alert.source_ip.as_deref()),
        ("444455556666", Some("192.0.2.7"))
    );
}

#[test]
fn what_is_mended_is_no_longer_so_and_what_comes_back_is_told_anew() {
    let world = World::already_read();
    let mut changes = 0;
    for (time, mfa, expected) in [
        (1_000, false, Status::Open),
        (2_000, true, Status::Withdrawn),
        (3_000, false, Status::Open),
    ] {
        world.twin.clock.set(at(time));
        world.set_setups(&development(false), &production(mfa));
        changes += 1;
        world.note_change(&opened(changes, time));
        world.settle();
        let told = world.newly_told();
        assert_eq!(alerts_shown(&told), [("RW101", "anna", expected)], "{time}");
        assert_eq!(
            (told[0].version, told[0].time == at(time)),
            (u64::from(changes), expected == Status::Open)
        );
    }
}

#[test]
fn nothing_is_told_twice() {
    let world = World::already_read();
    world.set_setups(&development(true), &production(false));
    world.note_change(&opened(1, 0));
    world.settle();
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW101", "anna", Status::Open)],
        "the other account is read anew by its own change only"
    );
    world.note_change(&opened(1, 0));
    world.note_change(&opened(2, 30));
    world.settle();
    world.reviews(&Ask {
        account: None,
        due: world.twin.clock.get(),
    });
    assert_eq!(alerts_shown(&world.newly_told()), []);
}

#[test]
fn many_changes_share_a_reading() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    for event in 0..40 {
        world.note_change(&opened(event, 990 + i64::from(event % 8)));
    }
    assert!(world.settle() <= 2);
}

#[test]
fn nobody_is_named_who_changed_something_else() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    world.set_setups(&development(true), &production(true));
    let other = called(
        1,
        990,
        "tom",
        "PutGroupPolicy",
        "111122223333",
        &json!({"groupName": "Developers", "policyName": "Other"}),
    );
    world.note_change(&other);
    world.settle();
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW104", "", Status::Open)]
    );
}

#[test]
fn of_two_readings_the_later_counts_whichever_was_written_last() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    // This reading began before the later one and was written after it.
    let stale = (production(true).into_bytes(), at(1_000));
    world.set_setups(&development(false), &production(false));
    world.note_change(&opened(1, 900));
    world.settle();
    world.twin.objects.borrow_mut().insert(
        "setup/444455556666@2026-03-02T091000Z.json".to_owned(),
        stale,
    );
    world.reviews(&Ask {
        account: None,
        due: at(1_000),
    });
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW101", "anna", Status::Open)]
    );
}

#[test]
fn nobody_is_named_for_what_was_so_before() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    // The policy of the group, in the other account, kept out people without MFA, until somebody
    // removed that condition in a change that no event reported.
    let role = |name: &str| json!({"roleName": name});
    world.set_setups(&development(false), &production(false));
    run(review(
        &world.twin,
        &world.book,
        &Ask {
            account: Some("444455556666".parse().unwrap()),
            due: at(1_000),
        },
        at(1_000),
    ))
    .unwrap();
    world.newly_told();
    // The same finding comes back because the policy changed. Meanwhile somebody wrote the same
    // trust policy again.
    let lenient = Policy::read(
        POLICY.replace("severity: high", "mfa: optional").as_bytes(),
        POLICY_KEY,
    )
    .unwrap();
    let strict = world.book.policy.clone();
    let mut world = world;
    world.book.policy = lenient;
    world.reviews(&Ask {
        account: None,
        due: at(1_100),
    });
    world.newly_told();
    world.twin.clock.set(at(2_000));
    world.note_change(&called(
        7,
        1_990,
        "carol",
        "UpdateAssumeRolePolicy",
        "444455556666",
        &role("UpdateApp"),
    ));
    world.settle();
    world.book.policy = strict;
    world.reviews(&Ask {
        account: None,
        due: at(2_500),
    });
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW101", "", Status::Open)]
    );
}

#[test]
fn a_call_that_leads_to_nothing_of_the_kind_names_nobody() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    world.set_setups(&development(false), &production(false));
    world.note_change(&called(
        1,
        990,
        "tom",
        "TagRole",
        "444455556666",
        &json!({"roleName": "UpdateApp"}),
    ));
    world.settle();
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW101", "", Status::Open)]
    );
}

#[test]
fn two_faults_of_one_statement_are_one_finding_that_comes_to_rest() {
    let world = World::already_read();
    world.twin.clock.set(at(1_000));
    let services = production(true).replace(
        r#"{"AWS":"111122223333"}"#,
        r#"{"AWS":["111122223333","999988887777"],"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#,
    );
    assert_ne!(services, production(true));
    world.set_setups(&development(false), &services);
    world.note_change(&opened(1, 990));
    world.settle();
    let told = world.newly_told();
    let open: Vec<&str> = told
        .iter()
        .filter(|alert| alert.rule == "RW102")
        .map(|alert| alert.message.as_str())
        .collect();
    assert_eq!(open.len(), 1, "{told:?}");
    assert!(
        open[0].contains("999988887777") && open[0].contains("ec2") && open[0].contains("lambda"),
        "{}",
        open[0]
    );
}

#[test]
fn what_hangs_on_a_condition_is_told_although_another_account_was_never_read() {
    let world = World::new();
    world
        .twin
        .setups
        .borrow_mut()
        .remove(&"111122223333".parse().unwrap());
    let condition = production(true).replace(
        r#""Condition":{"Bool""#,
        r#""Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-example"},"Bool""#,
    );
    let anybody = condition.replace(
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":{"AWS":"*"}"#,
    );
    world.is_only("444455556666", &anybody);
    world.settle();
    let told = world.newly_told();
    assert_eq!(
        told.iter()
            .map(|alert| (alert.rule.as_str(), alert.verdict.as_str()))
            .collect::<Vec<_>>(),
        [("RW102", "unproven")]
    );
}

#[test]
fn an_account_that_lets_nobody_in_is_said_once_and_wakes_nobody() {
    let world = World::new();
    world
        .twin
        .setups
        .borrow_mut()
        .remove(&"111122223333".parse().unwrap());
    world.settle();
    run(ask_for_all(
        &world.twin,
        &world.book,
        world.twin.clock.get().plus_seconds(600),
    ))
    .unwrap();
    world.settle();
    let notices = world.twin.topics.borrow().clone();
    let [Notice::Operations { body, .. }] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert!(
        body.contains("111122223333 (development)") && body.contains("iam:ListRoles"),
        "{body}"
    );
}

#[test]
fn what_could_not_be_told_for_want_of_an_account_is_told_when_it_is_read() {
    let world = World::new();
    world
        .twin
        .setups
        .borrow_mut()
        .remove(&"111122223333".parse().unwrap());
    world.settle();
    world.newly_told();
    world.set_setups(&development(true), &production(true));
    run(ask_for_all(&world.twin, &world.book, at(5_000))).unwrap();
    world.settle();
    assert_eq!(
        alerts_shown(&world.newly_told()),
        [("RW104", "", Status::Open)]
    );
}

#[test]
fn an_account_outside_the_zone_of_trust_is_not_read() {
    let world = World::already_read();
    world.is_only(
        "999988887777",
        &production(true).replace("444455556666", "999988887777"),
    );
    world.reviews(&Ask {
        account: Some("999988887777".parse().unwrap()),
        due: begin(),
    });
    assert!(
        !world
            .twin
            .objects
            .borrow()
            .keys()
            .any(|key| key.contains("999988887777"))
    );
    assert!(world.twin.topics.borrow().is_empty());
}

#[test]
fn a_reading_is_dated_by_its_beginning() {
    let world = World::new();
    world.twin.reading.set(40);
    world.settle();
    let read: Vec<String> = world
        .twin
        .objects
        .borrow()
        .keys()
        .filter(|key| key.starts_with(SETUP_PREFIX))
        .cloned()
        .collect();
    assert!(
        read.contains(&"setup/111122223333@2026-03-02T090000Z.json".to_owned()),
        "{read:?}"
    );
}

/// Refuses to send once.
struct Once(std::cell::Cell<bool>);

impl Weather for Once {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "send" && gate == Gate::Before && self.0.replace(false) {
            return Err(Trouble::throttled(what));
        }
        Ok(())
    }
}

#[test]
fn a_reading_that_could_not_be_asked_for_is_asked_for_again() {
    let twin = Twin::new(Once(std::cell::Cell::new(true)), begin());
    assert!(run(note_change(&twin, &opened(1, 0), begin())).is_err());
    assert!(twin.queue.borrow().is_empty());
    run(note_change(&twin, &opened(1, 0), begin())).unwrap();
    assert_eq!(twin.queue.borrow().len(), 1);
}

#[test]
fn two_readings_are_kept() {
    let world = World::already_read();
    for day in 1..5 {
        world.twin.clock.set(at(day * 86_400));
        run(ask_for_all(&world.twin, &world.book, at(day * 86_400))).unwrap();
        world.settle();
    }
    assert_eq!(
        world
            .twin
            .objects
            .borrow()
            .keys()
            .filter(|key| key.starts_with(SETUP_PREFIX))
            .count(),
        4
    );
}
