//! What rolewatch looks up in the event history, when, and with which result.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION, Story};
use rolewatch_live::port::{LookBy, Notice};
use rolewatch_live::testing::Calm;
use rolewatch_live::wire::Status;
use session_auditor::{Request, Task};

use crate::live::{Live, account, is_callers_half, is_use};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

fn begin() -> Moment {
    Story::new().now()
}

fn seconds_after(seconds: i64) -> Moment {
    begin().plus_seconds(seconds)
}

#[test]
fn nothing_is_asked_of_a_session_that_goes_on_within_its_limits() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(600);
    let mut live = Live::delivering(Calm, &story, |_| true);
    let swept = live.run_until(seconds_after(HOUR));
    assert_eq!((swept.open, live.questions_asked()), (1, 0));
}

#[test]
fn a_half_that_never_came_is_recovered_and_settles_the_finding() {
    let mut story = Story::new();
    story.switch("dora").without_mfa();
    let mut live = Live::delivering(Calm, &story, |record| !is_callers_half(record));
    live.run_until(seconds_after(10 * MINUTE));
    assert_eq!(live.verdicts()["RW002"], "unproven");
    live.run_until(seconds_after(15 * MINUTE));
    assert_eq!(live.verdicts()["RW002"], "violation");
    let history = live.twin.history.borrow();
    let [(question, _)] = &history.asked[..] else {
        panic!("{:?}", history.asked)
    };
    assert_eq!(question.account, account(PEOPLE));
    assert!(
        matches!(&question.by, LookBy::ResourceName(key) if key.starts_with("ASIA")),
        "{question:?}"
    );
}

#[test]
fn the_role_owners_half_is_looked_for_in_its_own_account() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    let mut live = Live::delivering(Calm, &story, |record| {
        record["recipientAccountId"] == PEOPLE
    });
    live.run_until(seconds_after(20 * MINUTE));
    let history = live.twin.history.borrow();
    assert_eq!(
        history
            .asked
            .iter()
            .map(|(question, _)| question.account)
            .collect::<Vec<_>>(),
        [account(PRODUCTION)]
    );
}

#[test]
fn a_switch_that_only_the_console_told_of_is_found_with_both_halves() {
    let mut story = Story::new();
    story.switch("dora").without_mfa().by_console();
    let mut live = Live::delivering(Calm, &story, |record| record["eventName"] == "SwitchRole");
    live.run_until(seconds_after(15 * MINUTE));
    live.run_until(seconds_after(40 * MINUTE));
    assert_eq!(live.verdicts()["RW002"], "violation");
}

#[test]
fn use_that_never_came_is_found_while_the_session_goes_on_over_its_limit() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(12 * HOUR)
        .used_after(2 * HOUR + 60);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    live.run_until(seconds_after(2 * HOUR));
    assert_eq!(live.verdicts()["RW004"], "unproven");
    live.run_until(seconds_after(2 * HOUR + 30 * MINUTE));
    assert_eq!(live.verdicts()["RW004"], "violation");
    assert_eq!(live.statuses_told("RW004"), [Status::Open]);
}

#[test]
fn use_of_a_console_session_is_found_by_its_name() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .by_console()
        .lasting(4 * HOUR)
        .used_after(3 * HOUR);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    live.run_until(seconds_after(6 * HOUR));
    assert_eq!(live.verdicts()["RW004"], "violation");
}

#[test]
fn use_is_found_in_every_region_that_is_named() {
    let mut story = Story::new().with_policy_line(
        "assume_root: deny",
        "regions: [us-east-1, ap-northeast-1]\nassume_root: deny",
    );
    story.switch("dora").with_mfa().lasting(4 * HOUR);
    let mut used = Story::new();
    used.switch("dora")
        .with_mfa()
        .lasting(4 * HOUR)
        .used_after(3 * HOUR);
    let mut record = used
        .records()
        .iter()
        .find(|record| is_use(record))
        .unwrap()
        .clone();
    record["awsRegion"] = "ap-northeast-1".into();
    story.add_record(record);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    live.run_until(seconds_after(6 * HOUR));
    assert_eq!(live.verdicts()["RW004"], "violation");
}

#[test]
fn a_session_is_closed_once_everything_was_asked_and_never_asked_for_again() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(600);
    let mut live = Live::delivering(Calm, &story, |_| true);
    let swept = live.run_until(seconds_after(HOUR + 45 * MINUTE));
    assert_eq!(swept.open, 0);
    let asked = live.questions_asked();
    assert_eq!(asked, 1, "uses by key, in one region");
    assert_eq!(live.recovered, 0, "what came in time is not sent again");
    assert_eq!(live.run_until(seconds_after(30 * HOUR)).open, 0);
    assert_eq!(live.questions_asked(), asked);
}

#[test]
fn a_session_that_is_used_beyond_its_credentials_is_watched_on() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .used_after(90 * MINUTE)
        .used_after(3 * HOUR);
    // The credentials were issued for an hour. If the session is used later, somebody has opened a
    // console with them.
    let known = serde_json::json!(seconds_after(90 * MINUTE));
    let mut live = Live::delivering(Calm, &story, |record| {
        !is_use(record) || record["eventTime"] == known
    });
    live.run_until(seconds_after(4 * HOUR));
    assert_eq!(live.verdicts()["RW004"], "violation");
}

#[test]
fn the_end_of_a_session_is_told_once() {
    let mut story = Story::new();
    story.switch("dora").without_mfa().used_after(600);
    let mut live = Live::delivering(Calm, &story, |_| true);
    live.run_until(seconds_after(HOUR - 300));
    assert_eq!(live.statuses_told("RW002"), [Status::Open]);
    live.run_until(seconds_after(HOUR + 10 * MINUTE));
    assert_eq!(live.statuses_told("RW002"), [Status::Open, Status::Ended]);
    let published = live.published("RW002").len();
    live.run_until(seconds_after(30 * HOUR));
    assert_eq!(live.published("RW002").len(), published, "and never again");
}

#[test]
fn leaving_the_role_ends_a_console_session() {
    let mut story = Story::new();
    story
        .switch("dora")
        .without_mfa()
        .by_console()
        .lasting(4 * HOUR)
        .left_after(20 * MINUTE);
    let mut live = Live::delivering(Calm, &story, |_| true);
    live.run_until(seconds_after(25 * MINUTE));
    assert_eq!(live.statuses_told("RW002"), [Status::Open, Status::Ended]);
    let published = live.published("RW002").len();
    live.run_until(seconds_after(30 * HOUR));
    assert_eq!(live.published("RW002").len(), published, "and never again");
}

#[test]
fn leaving_that_never_came_is_recovered() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .by_console()
        .lasting(4 * HOUR)
        .left_after(20 * MINUTE);
    let mut live = Live::delivering(Calm, &story, |record| record["eventName"] != "ExitRole");
    live.run_until(seconds_after(HOUR));
    assert_eq!(live.verdicts()["RW004"], "unproven");
    live.run_until(seconds_after(6 * HOUR));
    assert_eq!(live.verdicts().get("RW004"), None);
}

#[test]
fn use_after_leaving_is_found() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .by_console()
        .lasting(4 * HOUR)
        .left_after(20 * MINUTE)
        .used_after(3 * HOUR);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    live.run_until(seconds_after(6 * HOUR));
    assert_eq!(live.verdicts()["RW004"], "violation");
}

#[test]
fn a_session_that_nobody_says_the_end_of_ends_as_the_longest_does() {
    let mut story = Story::new();
    story.switch("dora").without_mfa().without_expiration();
    let mut live = Live::delivering(Calm, &story, |_| true);
    live.run_until(seconds_after(11 * HOUR));
    assert_eq!(live.published("RW002").last().unwrap().status, Status::Open);
    live.run_until(seconds_after(12 * HOUR + 10 * MINUTE));
    assert_eq!(
        live.published("RW002").last().unwrap().status,
        Status::Ended
    );
}

#[test]
fn a_lookup_that_is_throttled_goes_on_at_its_page_in_the_next_run() {
    let mut story = Story::new();
    let mut step = story.switch("dora").with_mfa().lasting(4 * HOUR);
    for second in 0..120 {
        step = step.used_after(2 * HOUR + second);
    }
    drop(step);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    let place = (account(PRODUCTION), "us-east-1".to_owned());
    live.twin
        .history
        .borrow_mut()
        .allows
        .insert(place.clone(), 1);
    let swept = live.run_until(seconds_after(2 * HOUR + 25 * MINUTE));
    assert_eq!((live.questions_asked(), swept.throttled), (1, 1));
    live.twin.history.borrow_mut().allows.remove(&place);
    live.run_until(seconds_after(2 * HOUR + 30 * MINUTE));
    let history = live.twin.history.borrow();
    assert_eq!(history.asked.len(), 3, "120 records are three pages");
    assert!(
        history.asked[1..]
            .iter()
            .all(|(question, token)| *question == history.asked[0].0 && token.is_some())
    );
}

#[test]
fn a_page_that_is_too_old_to_go_on_from_is_asked_for_from_the_start() {
    let mut story = Story::new();
    let mut step = story.switch("dora").with_mfa().lasting(4 * HOUR);
    for second in 0..120 {
        step = step.used_after(2 * HOUR + second);
    }
    drop(step);
    let mut live = Live::delivering(Calm, &story, |record| !is_use(record));
    let place = (account(PRODUCTION), "us-east-1".to_owned());
    live.twin
        .history
        .borrow_mut()
        .allows
        .insert(place.clone(), 1);
    live.run_until(seconds_after(2 * HOUR + 25 * MINUTE));
    live.twin.history.borrow_mut().allows.remove(&place);
    live.twin.history.borrow_mut().era += 1;
    let swept = live.run_until(seconds_after(2 * HOUR + 30 * MINUTE));
    assert_eq!(
        (live.questions_asked(), swept.refused),
        (4, 0),
        "three pages again"
    );
    assert_eq!(live.recovered, 120);
}

#[test]
fn an_account_that_lets_nobody_in_holds_up_no_other() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(4 * HOUR)
        .used_after(3 * HOUR);
    let mut live = Live::delivering(Calm, &story, |record| {
        !is_use(record) && !is_callers_half(record)
    });
    live.twin
        .history
        .borrow_mut()
        .refuses
        .insert(account(PEOPLE));
    let swept = live.run_until(seconds_after(6 * HOUR));
    assert_eq!(
        live.verdicts()["RW004"],
        "violation",
        "what production tells is judged"
    );
    assert_eq!(live.verdicts()["RW002"], "unproven");
    assert_eq!(swept.open, 1, "it may be let in yet");
    let told = |live: &Live| {
        let topics = live.twin.topics.borrow();
        topics
            .iter()
            .filter(|notice| matches!(notice, Notice::Operations { body, .. } if body.contains(PEOPLE) && body.contains("LookupEvents")))
            .count()
    };
    assert_eq!(told(&live), 1);
    live.twin.history.borrow_mut().refuses.clear();
    assert_eq!(live.run_until(seconds_after(8 * HOUR)).open, 0);
    assert_eq!(live.verdicts().get("RW002"), None);
}

#[test]
fn what_an_account_never_tells_is_given_up_after_two_days_and_counted() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    let mut live = Live::delivering(Calm, &story, |record| !is_callers_half(record));
    live.twin
        .history
        .borrow_mut()
        .refuses
        .insert(account(PEOPLE));
    assert_eq!(live.run_until(seconds_after(48 * HOUR)).open, 1);
    let mut unanswered = 0;
    while live.now() < seconds_after(52 * HOUR) {
        unanswered += live.run_until(live.now().plus_seconds(300)).unanswered;
    }
    assert_eq!((unanswered, live.sweep().open), (1, 0));
}

#[test]
fn what_no_time_is_left_for_is_done_by_the_next_run() {
    let mut story = Story::new();
    story.switch("dora").without_mfa();
    let mut live = Live::delivering(Calm, &story, |record| !is_callers_half(record));
    live.run_until(seconds_after(10 * MINUTE));
    live.twin.clock.set(seconds_after(15 * MINUTE));
    live.drain_queue();
    let request = Request {
        task: Task::Sweep,
        at: Some(live.now()),
    };
    let late = live.now().plus_seconds(5);
    let report =
        rolewatch_live::testing::run(live.auditor.handle(&live.twin, request, Some(late))).unwrap();
    assert!(report.swept.unwrap().stopped);
    assert_eq!(live.questions_asked(), 0);
    assert_eq!(live.sweep().recovered, 1);
}

#[test]
fn a_task_is_told_by_its_name_and_its_time() {
    let request: Request =
        serde_json::from_str(r#"{"task": "sweep", "at": "2026-03-02T09:00:00Z"}"#).unwrap();
    assert_eq!(
        request,
        Request {
            task: Task::Sweep,
            at: Some(begin())
        }
    );
    assert_eq!(
        serde_json::from_str::<Request>(r#"{"task": "sweep"}"#)
            .unwrap()
            .at,
        None
    );
    assert!(serde_json::from_str::<Request>(r#"{"task": "tidy"}"#).is_err());
}
