//! The versions of one finding: each is shown once, in place if possible, and never an older one
//! after a newer one.

use rolewatch_guard::Verdict;
use rolewatch_live::telemetry::{Count, Latency};
use rolewatch_live::wire::Status;
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::End;

use super::{outcome, version};
use crate::twin::{BOT, WEBHOOK, World, deliver, started, started_with_chatroom};

#[test]
fn an_alert_is_told_once_however_often_it_comes() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        let function = started(&world);
        let first = deliver(&function, &world, &sample::alert());
        assert_eq!(outcome(&first.ends[0]), DeliveryOutcome::Delivered);
        assert_eq!(first.metrics.counted(Count::Delivered), 1);
        let again = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&again.ends[0]), DeliveryOutcome::Duplicate);
        assert_eq!(world.channel.borrow().len(), 1);
        assert_eq!(
            world.ack(&sample::alert().id),
            Some(json!({"version": 1, "how": "slack"}))
        );
    }
}

#[test]
fn the_row_that_acknowledges_is_ranked_by_version() {
    let world = World::with_secret(WEBHOOK);
    deliver(&started(&world), &world, &version(7, |_| {}));
    let rows = world.rows.borrow();
    let row = &rows[&(format!("finding#{}", sample::alert().id), "ack".to_owned())];
    assert_eq!(row.rank, "000000000007");
}

#[test]
fn the_latency_is_from_event_time_until_slack_took_it() {
    let world = World::with_secret(WEBHOOK);
    let report = deliver(&started(&world), &world, &sample::alert());
    let mut line = Vec::new();
    report
        .metrics
        .write("2026-01-31T18:30:10Z".parse().unwrap(), &mut line)
        .unwrap();
    let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line[Latency::Alert.name()], json!([4_000]));
}

#[test]
fn a_bot_changes_its_message_and_posts_no_other() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(1, |alert| alert.verdict = Verdict::Unproven),
    );
    for (n, change) in [
        (2, Status::Open),
        (3, Status::Ended),
        (4, Status::Withdrawn),
    ] {
        let report = deliver(
            &function,
            &world,
            &version(n, |alert| alert.status = change),
        );
        assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Updated);
    }
    let channel = world.channel.borrow();
    assert_eq!((channel.len(), channel[0].changes), (1, 3));
    assert!(
        channel[0].body["text"]
            .as_str()
            .unwrap()
            .contains("WITHDRAWN"),
        "{:?}",
        channel[0].body
    );
}

#[test]
fn a_message_that_cannot_be_changed_any_more_gets_a_new_one() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    deliver(&function, &world, &sample::alert());
    world.answer(200, r#"{"ok":false,"error":"edit_window_closed"}"#);
    let report = deliver(
        &function,
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Updated);
    assert!(
        world.texts()[1].starts_with("Update · ✅ WITHDRAWN"),
        "{:?}",
        world.texts()
    );
}

#[test]
fn a_webhook_follows_up_once() {
    let world = World::with_secret(WEBHOOK);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(1, |alert| alert.verdict = Verdict::Unproven),
    );
    let upgraded = deliver(&function, &world, &version(2, |_| {}));
    assert_eq!(outcome(&upgraded.ends[0]), DeliveryOutcome::Updated);
    let reworded = deliver(
        &function,
        &world,
        &version(3, |alert| alert.message.push_str(", as it turned out")),
    );
    let ended = deliver(
        &function,
        &world,
        &version(4, |alert| alert.status = Status::Ended),
    );
    assert_eq!(
        [outcome(&reworded.ends[0]), outcome(&ended.ends[0])],
        [DeliveryOutcome::Quiet; 2]
    );
    assert_eq!(world.texts().len(), 2, "{:?}", world.texts());
    assert!(
        world.texts()[1].starts_with("Update · 🔴 HIGH"),
        "{:?}",
        world.texts()
    );
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 4, "how": "slack"}))
    );
}

#[test]
fn a_webhook_never_keeps_a_withdrawal_to_itself() {
    let world = World::with_secret(WEBHOOK);
    let function = started(&world);
    deliver(&function, &world, &sample::alert());
    deliver(
        &function,
        &world,
        &version(2, |alert| alert.status = Status::Ended),
    );
    deliver(
        &function,
        &world,
        &version(3, |alert| alert.status = Status::Withdrawn),
    );
    deliver(&function, &world, &version(4, |_| {}));
    let texts = world.texts();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(
        texts[2].contains("WITHDRAWN") && texts[3].starts_with("Update · 🔴 HIGH"),
        "{texts:?}"
    );
}

#[test]
fn an_older_version_that_comes_late_is_dropped() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(2, |alert| alert.status = Status::Ended),
    );
    let late = deliver(&function, &world, &version(1, |_| {}));
    assert_eq!(outcome(&late.ends[0]), DeliveryOutcome::Duplicate);
    assert!(world.texts()[0].contains("SESSION ENDED"));
}

#[test]
fn what_was_withdrawn_before_anybody_was_told_is_not_told() {
    let world = World::with_secret(BOT);
    let report = deliver(
        &started(&world),
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Unseen);
    assert!(world.channel.borrow().is_empty());
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 2, "how": "withdrawn"}))
    );
}

#[test]
fn what_may_have_been_told_is_withdrawn_aloud() {
    let world = World::with_secret(WEBHOOK);
    world.answer(500, "");
    world.answer(500, "");
    let report = deliver(&started(&world), &world, &sample::alert());
    assert!(
        matches!(report.ends[0], End::Pending(_)) && world.answers.borrow().is_empty(),
        "{report:?}"
    );
    deliver(
        &started(&world),
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    assert!(
        world.texts()[0].contains("WITHDRAWN"),
        "{:?}",
        world.texts()
    );
}

#[test]
fn amazon_q_developer_is_told_each_version_once() {
    let world = World::with_secret(WEBHOOK);
    deliver(&started_with_chatroom(&world), &world, &sample::alert());
    deliver(&started_with_chatroom(&world), &world, &sample::alert());
    deliver(
        &started_with_chatroom(&world),
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    let said = world.chatroom.borrow();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[1]["content"]["title"]
            .as_str()
            .unwrap()
            .starts_with("Update · ✅ WITHDRAWN"),
        "{said:?}"
    );
    assert_eq!(
        said[0]["metadata"]["threadId"],
        said[1]["metadata"]["threadId"]
    );
}
