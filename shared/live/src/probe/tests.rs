use rolewatch_guard::envelope::Event;
use rolewatch_guard::probe::{self as own, SESSION};
use rolewatch_guard::tamper::GuardedResources;
use serde_json::json;

use super::*;
use crate::port::Notice;
use crate::testing::{Calm, Twin, run as wait};

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
roles:
  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}
";

const HOUR: i64 = 3_600;

fn hour(number: i64) -> Moment {
    Moment::from_epoch_seconds(1_772_442_000 + number * HOUR)
}

fn policy() -> Policy {
    Policy::read(POLICY.as_bytes(), "rolewatch.yaml").unwrap()
}

fn regions(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// A run that is due on the hour and begins some seconds later.
fn run_probes(twin: &Twin<Calm>, policy: &Policy, names: &[&str], number: i64) -> Probed {
    twin.clock.set(hour(number).plus_seconds(5));
    wait(run(twin, policy, &regions(names), None, hour(number))).unwrap()
}

/// Delivers what was probed since the last call, except from these places.
fn come_back(twin: &Twin<Calm>, but: &[(&str, &str)]) {
    for (time, account, region) in twin.probed.take() {
        if but.contains(&(&*account.to_string(), &*region)) {
            continue;
        }
        answer(twin, account, &region, time);
    }
}

fn answer(twin: &Twin<Calm>, account: rolewatch_guard::id::AccountId, region: &str, time: Moment) {
    let role = format!("arn:aws:iam::{account}:role/rolewatch-reader");
    let record = json!({
        "userIdentity": {"type": "AWSAccount", "principalId": "AROAHUBEXAMPLE:x", "accountId": "123456789012"},
        "eventTime": time.to_string(),
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": region,
        "requestParameters": {"roleArn": role, "roleSessionName": SESSION},
        "responseElements": {"assumedRoleUser": {"assumedRoleId": format!("AROAEXAMPLE:{SESSION}")}},
        "resources": [{"type": "AWS::IAM::Role", "ARN": role}],
        "eventID": format!("00000000-0000-4000-8000-{:012}", time.epoch_seconds()),
        "recipientAccountId": account.to_string(),
    });
    let guarded = GuardedResources {
        stack: "rolewatch".into(),
        reader_role: "rolewatch-reader".into(),
        ..GuardedResources::default()
    };
    let prober = own::ProbeSender::new(&guarded, "123456789012".parse().unwrap());
    let probe = prober.read(&Event::new(&record.to_string(), None)).unwrap();
    wait(answered(twin, &probe, time.plus_seconds(120))).unwrap();
}

fn places_named(twin: &Twin<Calm>) -> Vec<(String, String)> {
    let standing = wait(standing(twin)).unwrap();
    standing
        .silent
        .into_keys()
        .map(|(account, region)| (account.to_string(), region))
        .collect()
}

fn notices(twin: &Twin<Calm>) -> Vec<(String, String)> {
    let read = |notice: Notice| match notice {
        Notice::Operations { subject, body } => (subject, body),
        Notice::Finding { body, .. } => panic!("{body}"),
    };
    twin.topics.take().into_iter().map(read).collect()
}

#[test]
fn every_account_of_the_policy_is_probed_in_every_region() {
    let twin = Twin::new(Calm, hour(0));
    let sums = run_probes(&twin, &policy(), &["eu-west-1", "us-east-1"], 0);
    assert_eq!(
        sums,
        Probed {
            expected: 4,
            sent: 4,
            ..Probed::default()
        }
    );
    let probed: BTreeSet<Spot> = twin
        .probed
        .take()
        .into_iter()
        .map(|(_, account, region)| (account, region))
        .collect();
    assert_eq!(probed.len(), 4);
    assert_eq!(
        (notices(&twin), places_named(&twin)),
        (Vec::new(), Vec::new()),
        "a first run knows of no silence"
    );
}

#[test]
fn a_place_that_is_cut_off_is_named_at_the_second_run_and_taken_off_when_it_answers() {
    let twin = Twin::new(Calm, hour(0));
    let regions = ["eu-west-1", "us-east-1"];
    let cut = [("444455556666", "eu-west-1")];
    let told = vec![("444455556666".to_owned(), "eu-west-1".to_owned())];
    run_probes(&twin, &policy(), &regions, 0);
    come_back(&twin, &[]);
    assert_eq!(run_probes(&twin, &policy(), &regions, 1).silent, 0);
    come_back(&twin, &cut);
    assert_eq!(run_probes(&twin, &policy(), &regions, 2).silent, 1);
    assert_eq!(places_named(&twin), told);
    let (subject, body) = notices(&twin).pop().unwrap();
    assert_eq!(
        subject,
        "rolewatch: no events come from one account and Region"
    );
    assert!(
        body.contains("account 444455556666 (production), eu-west-1, since 2026-03-02T10:00:05Z"),
        "{body}"
    );
    assert!(
        !body.contains("111122223333") && !body.contains("us-east-1"),
        "{body}"
    );
    come_back(&twin, &[]);
    assert_eq!(run_probes(&twin, &policy(), &regions, 3).silent, 0);
    assert_eq!(
        (places_named(&twin), notices(&twin)),
        (Vec::new(), Vec::new())
    );
}

#[test]
fn an_answer_that_is_late_or_lost_once_clears_the_place_at_the_next_run() {
    let twin = Twin::new(Calm, hour(0));
    let account = "444455556666".parse().unwrap();
    let lost = [("444455556666", "us-east-1")];
    run_probes(&twin, &policy(), &["us-east-1"], 0);
    come_back(&twin, &lost);
    assert_eq!(
        run_probes(&twin, &policy(), &["us-east-1"], 1).silent,
        1,
        "lost"
    );
    come_back(&twin, &lost);
    // The first event arrives late. The second one is still missing.
    answer(&twin, account, "us-east-1", hour(0).plus_seconds(6));
    assert_eq!(run_probes(&twin, &policy(), &["us-east-1"], 2).silent, 1);
    let since: Vec<Moment> = wait(standing(&twin))
        .unwrap()
        .silent
        .into_values()
        .map(|silence| silence.since)
        .collect();
    assert_eq!(since, [hour(1).plus_seconds(5)]);
    come_back(&twin, &[]);
    assert_eq!(run_probes(&twin, &policy(), &["us-east-1"], 3).silent, 0);
}

#[test]
fn a_probe_has_half_an_hour_before_its_place_is_silent() {
    let twin = Twin::new(Calm, hour(0));
    run_probes(&twin, &policy(), &["us-east-1"], 0);
    for (seconds, silent) in [(1_800, 0), (1_805, 2)] {
        let now = hour(0).plus_seconds(seconds);
        // The first of them replaces the one before and keeps its time.
        assert_eq!(
            wait(run(&twin, &policy(), &regions(&["us-east-1"]), None, now))
                .unwrap()
                .silent,
            silent,
            "{seconds}"
        );
    }
}

#[test]
fn a_role_that_lets_nobody_in_is_silent_at_once_and_the_reason_is_told() {
    let twin = Twin::new(Calm, hour(0));
    let place = ("444455556666".parse().unwrap(), "me-south-1".to_owned());
    let refused = Trouble::refused("sts:AssumeRole", "RegionDisabledException");
    twin.unprobed.borrow_mut().insert(place.clone(), refused);
    let sums = run_probes(&twin, &policy(), &["me-south-1"], 0);
    assert_eq!((sums.sent, sums.failed, sums.silent), (1, 1, 1));
    let (_, body) = notices(&twin).pop().unwrap();
    assert!(
        body.contains("rolewatch can't assume its reader role")
            && body.contains("RegionDisabledException"),
        "{body}"
    );
    // A place that can't be reached isn't silent yet: the next run may reach it.
    let unreachable = Trouble::unreachable("sts:AssumeRole", "no route");
    let other = ("111122223333".parse().unwrap(), "me-south-1".to_owned());
    twin.unprobed.borrow_mut().clear();
    twin.unprobed.borrow_mut().insert(other, unreachable);
    come_back(&twin, &[]);
    assert_eq!(
        run_probes(&twin, &policy(), &["me-south-1"], 1).silent,
        1,
        "only the one that was refused"
    );
    come_back(&twin, &[]);
    assert_eq!(
        run_probes(&twin, &policy(), &["me-south-1"], 2).silent,
        1,
        "only the other one"
    );
    assert!(notices(&twin).pop().unwrap().1.contains("no route"));
}

#[test]
fn what_a_run_has_no_time_for_is_not_silent_and_comes_first_in_the_next_one() {
    let twin = Twin::new(Calm, hour(0));
    twin.probing.set(10);
    let names = ["ap-northeast-1", "eu-west-1", "us-east-1"];
    let sums = |number, seconds| {
        twin.clock.set(hour(number));
        let deadline = Some(hour(number).plus_seconds(seconds));
        wait(run(
            &twin,
            &policy(),
            &regions(&names),
            deadline,
            hour(number),
        ))
        .unwrap()
    };
    let first = sums(0, 75);
    assert_eq!((first.sent, first.left, first.silent), (4, 2, 0));
    let early: Vec<_> = twin
        .probed
        .borrow()
        .iter()
        .map(|(_, account, region)| (*account, region.clone()))
        .collect();
    assert_eq!(notices(&twin).len(), 1, "it is said");
    come_back(&twin, &[]);
    let second = sums(1, 55);
    assert_eq!((second.sent, second.left, second.silent), (2, 4, 0));
    assert!(
        twin.probed
            .borrow()
            .iter()
            .all(|(_, account, region)| !early.contains(&(*account, region.clone())))
    );
    assert_eq!(notices(&twin).len(), 0, "once a day");
}

#[test]
fn a_repeated_run_says_the_same() {
    let twin = Twin::new(Calm, hour(0));
    run_probes(&twin, &policy(), &["us-east-1"], 0);
    for _ in 0..2 {
        assert_eq!(run_probes(&twin, &policy(), &["us-east-1"], 1).silent, 2);
    }
    assert_eq!(
        notices(&twin).len(),
        1,
        "the same places are told once a day"
    );
    assert_eq!(run_probes(&twin, &policy(), &["us-east-1"], 24).silent, 2);
    assert_eq!(notices(&twin).len(), 1);
}

#[test]
fn whoever_is_no_longer_expected_is_no_longer_named() {
    let twin = Twin::new(Calm, hour(0));
    run_probes(&twin, &policy(), &["us-east-1"], 0);
    assert_eq!(run_probes(&twin, &policy(), &["us-east-1"], 1).silent, 2);
    assert_eq!(run_probes(&twin, &policy(), &["eu-west-1"], 2).silent, 0);
    assert_eq!(places_named(&twin), []);
}

#[test]
fn of_many_places_twenty_are_named_and_the_rest_is_counted() {
    let twin = Twin::new(Calm, hour(0));
    let names: Vec<String> = (1..=15)
        .map(|number| format!("eu-north-{number}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run_probes(&twin, &policy(), &names, 0);
    assert_eq!(run_probes(&twin, &policy(), &names, 1).silent, 30);
    let (subject, body) = notices(&twin).pop().unwrap();
    assert_eq!(
        subject,
        "rolewatch: no events come from 30 accounts and Regions"
    );
    assert_eq!(body.matches("\n- account ").count(), 20);
    assert!(body.contains("- and 10 more"), "{body}");
}
