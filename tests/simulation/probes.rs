//! Probes through the real handlers.
//!
//! session-auditor sends them, EventBridge delivers their events or doesn't, and switch-guard
//! receives them. At the next run, session-auditor reports which accounts and Regions are silent.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::port::{Notice, Trouble};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::telemetry::Count;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use session_auditor::{Request, SessionAuditor, Task};
use switch_guard::{Guard, JudgementReport};

const HUB: &str = "123456789012";
const SPOKE: &str = "444455556666";
const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"123456789012\": security
  \"444455556666\": production
regions: [eu-west-1, us-east-1]
roles:
  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}
";
const ELEVATED: &str = "  - {arn: \"arn:aws:iam::444455556666:role/rolewatch-reader\", groups: [development/Developers]}\n";

const HOUR: i64 = 3_600;

type Spot = (AccountId, String);

/// The hub, and what EventBridge does.
struct World {
    twin: Twin<Calm>,
    guard: Guard,
    auditor: SessionAuditor,
    /// The places whose events stop arriving, with the time from which on.
    cut: Vec<(Spot, Moment)>,
    /// Events in transit, with their times of arrival.
    under_way: Vec<(Moment, Value)>,
    events: u32,
    /// How many seconds an event is in transit.
    delay: i64,
    taken: JudgementReport,
    silent: Vec<u64>,
}

fn start() -> Moment {
    "2026-03-02T09:41:00Z".parse().unwrap()
}

fn spot(account: &str, region: &str) -> Spot {
    (account.parse().unwrap(), region.to_owned())
}

impl World {
    fn new(policy: &str) -> Self {
        let twin = Twin::new(Calm, start());
        twin.objects
            .borrow_mut()
            .insert(POLICY_KEY.to_owned(), (policy.as_bytes().to_vec(), start()));
        let guarded = GuardedResources {
            stack: "rolewatch".into(),
            reader_role: "rolewatch-reader".into(),
            ..GuardedResources::default()
        };
        let guard = Guard::new(guarded).with_hub(HUB.parse().unwrap());
        let auditor = SessionAuditor::new(Vec::new(), "us-east-1".to_owned());
        let (cut, under_way, silent) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            twin,
            guard,
            auditor,
            cut,
            under_way,
            events: 0,
            delay: 180,
            taken: JudgementReport::default(),
            silent,
        }
    }

    /// The hourly run, and everything that arrives until the next one.
    fn hour(&mut self, number: i64) -> u64 {
        let due = start().plus_seconds(number * HOUR);
        self.arrive(due);
        self.twin.clock.set(due.plus_seconds(3));
        let request = Request {
            task: Task::Probe,
            at: Some(due),
        };
        let report = run(self.auditor.handle(&self.twin, request, None)).unwrap();
        let said = report
            .metrics("session-auditor")
            .counted(Count::SilentSpokes);
        assert_eq!(Some(said), report.probed.map(|probed| probed.silent));
        self.silent.push(said);
        for (time, account, region) in self.twin.probed.take() {
            let copies: BTreeSet<AccountId> = [account, HUB.parse().unwrap()].into();
            for of in copies {
                self.events += 1;
                let event = event(self.events, time, (account, &region), of);
                let is_cut = self
                    .cut
                    .iter()
                    .any(|((cut, at), from)| (*cut, at) == (of, &region) && time >= *from);
                if !is_cut {
                    self.under_way.push((time.plus_seconds(self.delay), event));
                }
            }
        }
        said
    }

    fn arrive(&mut self, until: Moment) {
        self.under_way.sort_by_key(|(time, _)| *time);
        while self
            .under_way
            .first()
            .is_some_and(|(time, _)| *time < until)
        {
            let (time, event) = self.under_way.remove(0);
            self.twin.clock.set(time);
            self.take(&event);
        }
    }

    fn take(&mut self, event: &Value) {
        let payload: Box<RawValue> = to_raw_value(event).unwrap();
        let (_, report) = run(self.guard.handle(&self.twin, &payload, None)).unwrap();
        assert_eq!(report.metrics("switch-guard").unaccounted(), 0);
        self.taken.received += report.received;
        self.taken.probes += report.probes;
        self.taken.quarantined += report.quarantined;
        self.taken.settled.add(report.settled);
    }

    fn notices(&self) -> Vec<String> {
        let body = |notice: Notice| match notice {
            Notice::Operations { body, .. } => Some(body),
            Notice::Finding { .. } => None,
        };
        self.twin
            .topics
            .take()
            .into_iter()
            .filter_map(body)
            .filter(|body| body.contains("Once an hour"))
            .collect()
    }
}

/// A copy of a probe's record, in the envelope of EventBridge.
fn event(number: u32, time: Moment, (account, region): (AccountId, &str), of: AccountId) -> Value {
    let role = format!("arn:aws:iam::{account}:role/rolewatch-reader");
    let caller = if of.to_string() == HUB {
        json!({
            "type": "AssumedRole",
            "principalId": "AROAHUBEXAMPLE:rolewatch-SessionAuditor-1A2B3C",
            "arn": format!("arn:aws:sts::{HUB}:assumed-role/rolewatch-session-auditor/rolewatch-SessionAuditor-1A2B3C"),
            "accountId": HUB,
            "accessKeyId": "ASIAHUBEXAMPLE",
        })
    } else {
        json!({"type": "AWSAccount", "principalId": "AROAHUBEXAMPLE:rolewatch-SessionAuditor-1A2B3C", "accountId": HUB})
    };
    let record = json!({
        "eventVersion": "1.08",
        "userIdentity": caller,
        "eventTime": time.to_string(),
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.10",
        "requestParameters": {"roleArn": role, "roleSessionName": "rolewatch-probe", "durationSeconds": 900},
        "responseElements": {
            "credentials": {"accessKeyId": format!("ASIAEXAMPLE{number}"), "expiration": "Mar 9, 2026, 9:56:07 AM"},
            "assumedRoleUser": {
                "assumedRoleId": "AROAREADEREXAMPLE:rolewatch-probe",
                "arn": format!("arn:aws:sts::{account}:assumed-role/rolewatch-reader/rolewatch-probe"),
            },
        },
        "resources": [{"accountId": account.to_string(), "type": "AWS::IAM::Role", "ARN": role}],
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "sharedEventID": format!("00000000-0000-4000-9000-{number:012}"),
        "eventType": "AwsApiCall",
        "recipientAccountId": of.to_string(),
    });
    json!({
        "version": "0", "source": "aws.sts", "account": of.to_string(), "region": region,
        "detail-type": "AWS API Call via CloudTrail", "detail": record,
    })
}

#[test]
fn where_every_path_works_nothing_is_silent_and_no_probe_counts_as_an_event() {
    let mut world = World::new(POLICY);
    for hour in 0..5 {
        world.hour(hour);
    }
    world.arrive(start().plus_seconds(5 * HOUR));
    assert_eq!(world.silent, [0; 5]);
    assert_eq!(world.notices(), [] as [String; 0]);
    // In each of five runs and two Regions: two copies in each of two accounts, and one in the
    // hub's.
    assert_eq!((world.taken.received, world.taken.probes), (0, 5 * 5 * 2));
}

#[test]
fn a_place_is_named_by_the_second_run_after_the_cut_whenever_that_is() {
    for minutes in (0..60).step_by(4) {
        let mut world = World::new(POLICY);
        let place = spot(SPOKE, "eu-west-1");
        world
            .cut
            .push((place, start().plus_seconds(HOUR + minutes * 60)));
        for hour in 0..4 {
            world.hour(hour);
        }
        // The run at the first hour comes before the cut, or in the same minute.
        let first = if minutes == 0 { 2 } else { 3 };
        let expected: Vec<u64> = (0..4).map(|hour| u64::from(hour >= first)).collect();
        assert_eq!(world.silent, expected, "{minutes}");
        let notices = world.notices();
        assert!(
            notices.len() == 1 && notices[0].contains("444455556666 (production), eu-west-1"),
            "{notices:?}"
        );
        assert!(
            !notices[0].contains("us-east-1") && !notices[0].contains("development"),
            "{notices:?}"
        );
    }
}

#[test]
fn an_event_that_is_twenty_minutes_late_is_in_time() {
    let mut world = World::new(POLICY);
    world.delay = 1_200;
    for hour in 0..4 {
        world.hour(hour);
    }
    assert_eq!(world.silent, [0; 4]);
}

#[test]
fn what_was_lost_once_or_cut_off_for_a_while_is_taken_off_the_list() {
    let mut world = World::new(POLICY);
    world.hour(0);
    world.cut.push((spot(SPOKE, "us-east-1"), start()));
    world.hour(1);
    world.cut.clear();
    for hour in 2..5 {
        world.hour(hour);
    }
    assert_eq!(world.silent, [0, 0, 1, 0, 0]);
}

#[test]
fn a_hub_that_is_cut_off_itself_is_named_too() {
    let mut world = World::new(POLICY);
    world.cut.push((spot(HUB, "us-east-1"), start()));
    for hour in 0..3 {
        world.hour(hour);
    }
    assert_eq!(world.silent, [0, 1, 1]);
    assert!(world.notices()[0].contains("123456789012 (security), us-east-1"));
}

#[test]
fn a_reader_role_that_lets_nobody_in_is_named_at_once_until_it_does() {
    let mut world = World::new(POLICY);
    let refused = Trouble::Refused {
        what: "sts:AssumeRole".into(),
        why: "AccessDenied".into(),
    };
    world
        .twin
        .unprobed
        .borrow_mut()
        .insert(spot(SPOKE, "eu-west-1"), refused);
    world.hour(0);
    assert!(world.notices()[0].contains("AccessDenied"));
    world.twin.unprobed.borrow_mut().clear();
    world.hour(1);
    world.hour(2);
    // In the run in which the role can be assumed again, no event has come back yet.
    assert_eq!(world.silent, [1, 1, 0]);
}

#[test]
fn a_record_that_did_not_come_by_eventbridge_proves_nothing() {
    let mut world = World::new(POLICY);
    let place = spot(SPOKE, "eu-west-1");
    world.cut.push((place.clone(), start()));
    world.hour(0);
    let real = event(900, start().plus_seconds(3), (place.0, &place.1), place.0);
    for means in ["trail", "lookup"] {
        let recovered = json!({"recovered": means, "account": SPOKE, "detail": real["detail"]});
        world.take(&recovered);
    }
    // The same applies to one that somebody else puts on the bus.
    let mut forged = real.clone();
    forged["source"] = json!("com.example.app");
    world.take(&forged);
    let mut of_another = real.clone();
    of_another["account"] = json!("111122223333");
    world.take(&of_another);
    assert_eq!(
        (world.hour(1), world.taken.received, world.taken.quarantined),
        (1, 2, 2)
    );
    world.take(&real);
    assert_eq!(
        world
            .twin
            .rows
            .borrow()
            .values()
            .flat_map(|rows| rows.keys())
            .filter(|sk| sk.starts_with("answer#444455556666#eu"))
            .count(),
        1
    );
}

#[test]
fn an_elevated_reader_role_is_judged_as_any_other_and_the_probe_is_still_noted() {
    let mut world = World::new(&format!("{POLICY}{ELEVATED}"));
    world.hour(0);
    world.hour(1);
    assert_eq!(world.silent, [0, 0]);
    assert!(
        world.taken.settled.found > 0,
        "who entered it is in no group"
    );
    assert_eq!(world.taken.received, 0);
    let mut plain = World::new(POLICY);
    plain.hour(0);
    plain.hour(1);
    assert_eq!(plain.taken.settled.found, 0);
}

#[test]
fn an_account_that_answers_is_heard() {
    let mut world = World::new(POLICY);
    world.hour(0);
    world.arrive(start().plus_seconds(HOUR));
    let heard = run(rolewatch_live::ledger::heard_of(
        &world.twin,
        SPOKE.parse().unwrap(),
    ))
    .unwrap();
    assert_eq!(heard.keys().collect::<Vec<_>>(), ["eu-west-1", "us-east-1"]);
}
