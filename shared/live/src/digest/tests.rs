use rolewatch_guard::Verdict;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::seen::{Reading, read};

use super::held::Session;
use super::*;
use crate::ledger::store_record;
use crate::outbox::{self, FindingState};
use crate::rulebook::{POLICY_KEY, Shelf};
use crate::testing::{Calm, Gate, Twin, Weather, run, sample, subscribed, unsubscribed};
use crate::wire::{Alert, Status};

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
  \"555555555555\": staging
regions: [us-east-1, ap-northeast-1]
roles:
  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}
suppress:
  - {rule: RW003, caller: \"arn:aws:iam::111122223333:user/far\", reason: r, owner: o, until: 2026-12-31}
  - {rule: RW003, caller: \"arn:aws:iam::111122223333:user/soon\", reason: r, owner: o, until: 2026-03-15}
  - {rule: RW002, caller: \"arn:aws:iam::111122223333:user/over\", reason: r, owner: o, until: 2026-03-01}
  - {rule: RW004, caller: \"arn:aws:iam::111122223333:user/sooner\", reason: r, owner: o, until: 2026-03-02}
";

fn now() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn twin_at_start<W: Weather>(weather: W) -> Twin<W> {
    let twin = Twin::new(weather, now());
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (POLICY.as_bytes().to_vec(), now()));
    twin
}

fn book<W: Weather>(twin: &Twin<W>) -> Rulebook {
    run(Shelf::default().current(twin, now())).cloned().unwrap()
}

fn gathered(twin: &Twin<Calm>) -> Digest {
    run(gather(twin, &book(twin), now())).unwrap()
}

fn at(time: &str) -> Moment {
    format!("2026-03-02T{time}Z").parse().unwrap()
}

fn session(who: &str, began: &str, last_use: Option<&str>, until: &str) -> Session {
    Session {
        person: ["111122223333".into(), who.into()],
        who: who.into(),
        role: "arn:aws:iam::444455556666:role/UpdateApp".into(),
        began: at(began),
        last_use: last_use.map(at),
        until: Some(at(until)),
    }
}

fn finding(twin: &Twin<Calm>, id: &str, change: impl FnOnce(&mut FindingState)) {
    let alert = Alert {
        id: id.into(),
        noticed: now(),
        ..sample::alert()
    };
    let mut state = FindingState {
        alert,
        switches: vec![],
        records: vec![],
        several: false,
        quiet: false,
        due: None,
        published: 0,
        sending: None,
    };
    change(&mut state);
    assert!(run(outbox::write(twin, &state, 0, state.alert.noticed)).unwrap());
}

fn note_heard(twin: &Twin<Calm>, account: &str, region: &str, time: &str) {
    let record = serde_json::json!({
        "eventVersion": "1.08", "eventID": format!("{account}-{time}-EXAMPLE"), "eventTime": time, "awsRegion": region,
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "eventType": "AwsApiCall", "recipientAccountId": account,
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accountId": account,
            "arn": format!("arn:aws:iam::{account}:user/dora"), "userName": "dora", "accessKeyId": "AKIAEXAMPLE"},
        "requestParameters": {"roleArn": format!("arn:aws:iam::{account}:role/Other"), "roleSessionName": "dora"},
        "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE", "expiration": "Mar 2, 2026, 10:00:00 AM"},
            "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE:dora", "arn": format!("arn:aws:sts::{account}:assumed-role/Other/dora")}},
    })
    .to_string();
    let Reading::Seen(seen) = read(record.as_bytes(), &|_: &RoleArn| false).unwrap() else {
        panic!("not seen: {record}")
    };
    run(store_record(
        twin,
        &book(twin).policy,
        *seen,
        record,
        true,
        now(),
    ))
    .unwrap();
}

#[test]
fn time_is_added_up_by_person_and_role_and_no_second_counts_twice() {
    let sessions = [
        session("dora", "08:00:00", Some("08:30:00"), "09:00:00"),
        session("tom", "08:05:00", Some("08:05:00"), "09:05:00"),
        session("dora", "08:20:00", Some("08:50:00"), "09:20:00"),
        session("dora", "09:00:00", Some("09:10:00"), "10:00:00"),
        session("dora", "12:00:00", Some("12:30:00"), "13:00:00"),
        session("tess", "12:00:00", None, "13:00:00"),
        session("tess", "13:30:00", None, "14:30:00"),
    ];
    let held: Vec<(String, usize, i64)> = held::by_person_and_role(&sessions)
        .into_iter()
        .map(|held| (held.who, held.switches, held.seconds / 60))
        .collect();
    assert_eq!(
        held,
        [
            ("dora".into(), 4, 90),
            ("tess".into(), 2, 0),
            ("tom".into(), 1, 0)
        ]
    );
    assert_eq!(
        (held::people(&sessions), held::elevated(&sessions)),
        (3, 90 * 60)
    );
    let longest = held::longest(&sessions).unwrap();
    assert_eq!(
        (longest.who.as_str(), longest.seconds / 60, longest.began),
        ("dora", 70, at("08:00:00"))
    );
    let unused: Vec<Moment> = held::unused(&sessions, at("13:00:00"))
        .into_iter()
        .map(|one| one.began)
        .collect();
    assert_eq!(unused, [at("12:00:00")], "the other one may still be used");
}

#[test]
fn broken_rules_are_counted_by_what_was_noticed_that_day() {
    let twin = twin_at_start(Calm);
    finding(&twin, "a", |_| ());
    finding(&twin, "b", |state| {
        state.alert.severity = Severity::Critical;
    });
    finding(&twin, "c", |state| state.alert.rule = "RW004".into());
    finding(&twin, "withdrawn", |state| {
        state.alert.status = Status::Withdrawn;
    });
    finding(&twin, "yesterday", |state| {
        state.alert.noticed = now().plus_seconds(-86_401);
    });
    let broken: Vec<(String, Severity, usize)> = gathered(&twin)
        .broken
        .into_iter()
        .map(|one| (one.rule, one.severity, one.count))
        .collect();
    assert_eq!(
        broken,
        [
            ("RW002".into(), Severity::Critical, 2),
            ("RW004".into(), Severity::High, 1)
        ]
    );
}

#[test]
fn what_is_unproven_is_listed_with_its_reason_until_it_is_a_week_old() {
    let twin = twin_at_start(Calm);
    let unproven = |id: &str, days: i64, change: fn(&mut FindingState)| {
        finding(&twin, id, |state| {
            state.alert.verdict = Verdict::Unproven;
            state.alert.noticed = now().plus_seconds(-days * 86_400);
            state.due = Some(now().plus_seconds(900 - days * 86_400));
            change(state);
        });
    };
    unproven("old", 8, |_| ());
    unproven("waits", 0, |_| ());
    unproven("quiet", 1, |state| {
        (state.quiet, state.alert.severity) = (true, Severity::Critical);
    });
    unproven("open", 6, |_| ());
    unproven("worse", 6, |state| {
        state.alert.severity = Severity::Critical;
    });
    let listed = gathered(&twin).unproven;
    assert_eq!(
        listed
            .first
            .iter()
            .map(|open| open.id.as_str())
            .collect::<Vec<_>>(),
        ["worse", "open", "quiet"]
    );
    assert_eq!(listed.first[0].message, sample::alert().message);
}

#[test]
fn what_nobody_acknowledged_is_listed_however_old_it_is() {
    let twin = twin_at_start(Calm);
    finding(&twin, "old", |state| {
        state.alert.noticed = now().plus_seconds(-100 * 86_400);
    });
    finding(&twin, "just now", |_| ());
    let listed = gathered(&twin).unacknowledged;
    assert_eq!(
        listed
            .first
            .iter()
            .map(|open| open.id.as_str())
            .collect::<Vec<_>>(),
        ["old"]
    );
}

#[test]
fn suppressions_are_named_two_weeks_before_they_end_and_after_that() {
    let named: Vec<(String, bool)> = gathered(&twin_at_start(Calm))
        .suppressions
        .first
        .into_iter()
        .map(|entry| {
            (
                entry.caller.rsplit('/').next().unwrap().to_owned(),
                entry.over,
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("over".into(), true),
            ("sooner".into(), false),
            ("soon".into(), false)
        ]
    );
}

#[test]
fn accounts_and_regions_of_which_nothing_was_heard_are_named() {
    let twin = twin_at_start(Calm);
    note_heard(&twin, "111122223333", "us-east-1", "2026-03-02T08:59:00Z");
    note_heard(
        &twin,
        "111122223333",
        "ap-northeast-1",
        "2026-03-01T09:00:00Z",
    );
    note_heard(&twin, "444455556666", "us-east-1", "2026-03-01T12:00:00Z");
    note_heard(&twin, "444455556666", "us-east-1", "2026-02-20T12:00:00Z");
    note_heard(
        &twin,
        "444455556666",
        "ap-northeast-1",
        "2026-02-27T12:30:00Z",
    );
    let silent: Vec<(String, Vec<String>, Option<Moment>)> = gathered(&twin)
        .silent
        .first
        .into_iter()
        .map(|one| (one.account.name.unwrap(), one.regions, one.last))
        .collect();
    assert_eq!(
        silent,
        [
            ("staging".into(), vec![], None),
            (
                "production".into(),
                vec!["ap-northeast-1".into()],
                Some("2026-02-27T12:00:00Z".parse().unwrap())
            ),
        ]
    );
}

#[test]
fn an_account_says_that_it_lives_once_an_hour() {
    let twin = twin_at_start(Calm);
    for minute in 10..40 {
        note_heard(
            &twin,
            "111122223333",
            "us-east-1",
            &format!("2026-03-02T08:{minute}:00Z"),
        );
    }
    let rows = twin.rows.borrow();
    let of_region = &rows[&(
        crate::port::TableKind::Ledger,
        "regions#111122223333".into(),
    )];
    assert_eq!(
        of_region
            .values()
            .map(|row| (row.sk.as_str(), row.rank.as_str()))
            .collect::<Vec<_>>(),
        [("us-east-1", "0000492344")]
    );
}

#[test]
fn who_receives_its_mail_is_looked_up_when_it_is_made() {
    let twin = twin_at_start(Calm);
    assert_eq!(gathered(&twin).recipients, Some(Recipients::Confirmed));
    *twin.subscriptions.borrow_mut() = vec![
        unsubscribed("email", "PendingConfirmation"),
        subscribed("sqs"),
    ];
    assert_eq!(gathered(&twin).recipients, Some(Recipients::Pending));
    twin.subscriptions.borrow_mut().clear();
    assert_eq!(gathered(&twin).recipients, Some(Recipients::Nobody));
    let unlisted = twin_at_start(Unlisted);
    assert_eq!(
        run(gather(&unlisted, &book(&unlisted), now()))
            .unwrap()
            .recipients,
        None
    );
}

/// Subscriptions can't be listed.
struct Unlisted;

impl Weather for Unlisted {
    fn allow_call(&self, _: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "subscribers" {
            Err(Trouble::throttled(what))
        } else {
            Ok(())
        }
    }
}

#[test]
fn what_is_in_quarantine_is_counted() {
    let twin = twin_at_start(Calm);
    for key in ["2026-03-02/a", "2026-03-01/b", "2026-02-28/c"] {
        twin.objects
            .borrow_mut()
            .insert(format!("quarantine/{key}.json"), (Vec::new(), now()));
    }
    assert_eq!(gathered(&twin).quarantined, Some(2));
}

#[test]
fn where_probes_did_not_come_back_from_is_listed_by_account_as_of_the_last_run() {
    let twin = twin_at_start(Calm);
    let policy = &book(&twin).policy;
    let probe = |names: &[&str], now: Moment| {
        let regions: Vec<String> = names.iter().map(ToString::to_string).collect();
        twin.clock.set(now);
        run(crate::probe::run(&twin, policy, &regions, None, now)).unwrap()
    };
    let refused = Trouble::refused("sts:AssumeRole", "AccessDenied");
    twin.unprobed.borrow_mut().insert(
        ("444455556666".parse().unwrap(), "eu-west-1".into()),
        refused,
    );
    probe(&["eu-west-1", "us-east-1", "us-west-2"], at("06:41:00"));
    assert_eq!(
        gathered(&twin).unanswered.total,
        1,
        "it could not be entered"
    );
    probe(&["eu-west-1", "us-east-1"], at("07:41:00"));
    let listed = gathered(&twin).unanswered;
    let shown: Vec<_> = listed
        .first
        .iter()
        .map(|entry| (&*entry.account.id, entry.regions.join(" "), entry.since))
        .collect();
    let since = at("06:41:00");
    assert_eq!(
        shown,
        [
            ("111122223333", "eu-west-1 us-east-1".to_owned(), since),
            ("444455556666", "us-east-1".to_owned(), since),
            ("444455556666", "eu-west-1".to_owned(), since),
            ("555555555555", "eu-west-1 us-east-1".to_owned(), since),
        ]
    );
    assert_eq!(
        listed.first[2].why.as_deref(),
        Some("sts:AssumeRole failed: AccessDenied")
    );
    assert_eq!(listed.first[0].account.name.as_deref(), Some("development"));
}

#[test]
fn rules_that_are_off_are_named_every_day() {
    let twin = twin_at_start(Calm);
    assert_eq!(gathered(&twin).rules_off, Listed::default());
    let policy = format!(
        "{POLICY}rules:\n  trust-too-open: {{enabled: false, reason: r}}\n  RW013: {{enabled: false, reason: the release bot}}\n  \
         RW009: {{severity: low, reason: r}}\n"
    );
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (policy.into_bytes(), now()));
    let off: Vec<_> = gathered(&twin)
        .rules_off
        .first
        .into_iter()
        .map(|off| (off.rule, off.reason))
        .collect();
    assert_eq!(
        off,
        [
            ("RW013".to_owned(), "the release bot".to_owned()),
            ("RW102".to_owned(), "r".to_owned())
        ]
    );
}
