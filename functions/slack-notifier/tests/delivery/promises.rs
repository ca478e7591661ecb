//! One alert at a time: told once, changed in place, and never lost.

use rolewatch_live::telemetry::{Count, Latency};
use rolewatch_live::wire::{Alert, Status};
use rolewatch_notify::{Outcome, sample};
use serde_json::json;
use slack_notifier::{End, MAIL_FROM_RECEIPT};

use crate::twin::{
    BOT, Fault, WEBHOOK, World, batch, deliver, give, started, started_with_chatroom,
};

fn version(version: u64, change: impl FnOnce(&mut Alert)) -> Alert {
    let mut alert = Alert {
        version,
        ..sample::alert()
    };
    change(&mut alert);
    alert
}

fn outcome(end: &End) -> Outcome {
    match end {
        End::Told { outcome, .. } => *outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_alert_is_told_once_however_often_it_comes() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with(secret);
        let function = started(&world);
        let first = deliver(&function, &world, &sample::alert());
        assert_eq!(outcome(&first.ends[0]), Outcome::Delivered);
        assert_eq!(first.metrics.counted(Count::Delivered), 1);
        let again = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&again.ends[0]), Outcome::Duplicate);
        assert_eq!(world.channel.borrow().len(), 1);
        assert_eq!(
            world.ack(&sample::alert().id),
            Some(json!({"version": 1, "how": "slack"}))
        );
    }
}

#[test]
fn the_row_that_acknowledges_is_ranked_by_version() {
    let world = World::with(WEBHOOK);
    deliver(&started(&world), &world, &version(7, |_| {}));
    let rows = world.rows.borrow();
    let row = &rows[&(format!("finding#{}", sample::alert().id), "ack".to_owned())];
    assert_eq!(row.rank, "000000000007");
}

#[test]
fn the_latency_is_from_event_time_until_slack_took_it() {
    let world = World::with(WEBHOOK);
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
    let world = World::with(BOT);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(1, |alert| alert.verdict = "unproven".into()),
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
        assert_eq!(outcome(&report.ends[0]), Outcome::Updated);
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
    let world = World::with(BOT);
    let function = started(&world);
    deliver(&function, &world, &sample::alert());
    world.answer(200, r#"{"ok":false,"error":"edit_window_closed"}"#);
    let report = deliver(
        &function,
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    assert_eq!(outcome(&report.ends[0]), Outcome::Updated);
    assert!(
        world.texts()[1].starts_with("Update · ✅ WITHDRAWN"),
        "{:?}",
        world.texts()
    );
}

#[test]
fn a_webhook_follows_up_once() {
    let world = World::with(WEBHOOK);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(1, |alert| alert.verdict = "unproven".into()),
    );
    let upgraded = deliver(&function, &world, &version(2, |_| {}));
    assert_eq!(outcome(&upgraded.ends[0]), Outcome::Updated);
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
        [Outcome::Quiet; 2]
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
    let world = World::with(WEBHOOK);
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
    let world = World::with(BOT);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &version(2, |alert| alert.status = Status::Ended),
    );
    let late = deliver(&function, &world, &version(1, |_| {}));
    assert_eq!(outcome(&late.ends[0]), Outcome::Duplicate);
    assert!(world.texts()[0].contains("SESSION ENDED"));
}

#[test]
fn what_was_withdrawn_before_anybody_was_told_is_not_told() {
    let world = World::with(BOT);
    let report = deliver(
        &started(&world),
        &world,
        &version(2, |alert| alert.status = Status::Withdrawn),
    );
    assert_eq!(outcome(&report.ends[0]), Outcome::Unseen);
    assert!(world.channel.borrow().is_empty());
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 2, "how": "withdrawn"}))
    );
}

#[test]
fn what_may_have_been_told_is_withdrawn_aloud() {
    let world = World::with(WEBHOOK);
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
fn slack_is_given_the_time_that_it_asks_for() {
    let world = World::with(WEBHOOK);
    let function = started(&world);
    world.answer_later(429, "", Some(3));
    deliver(&function, &world, &sample::alert());
    assert_eq!((world.waited.get(), world.channel.borrow().len()), (3, 1));

    let other = version(1, |alert| {
        (alert.id, alert.rule) = ("b".repeat(32), "RW001".into());
    });
    world.answer_later(429, "", Some(120));
    let later = deliver(&function, &world, &other);
    let End::Pending(setback) = &later.ends[0] else {
        panic!("{later:?}")
    };
    assert_eq!(
        (setback.after, later.response.batch_item_failures.len()),
        (Some(120), 1)
    );
    // Meanwhile Slack is left alone.
    let before = world.calls();
    deliver(
        &function,
        &world,
        &version(1, |alert| {
            (alert.id, alert.rule) = ("c".repeat(32), "RW003".into());
        }),
    );
    assert!(world.channel.borrow().len() == 1 && world.calls() > before);
    world.now.set(world.now.get() + 121);
    assert_eq!(
        outcome(&deliver(&function, &world, &other).ends[0]),
        Outcome::Delivered
    );
}

#[test]
fn refused_blocks_become_text() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with(secret);
        world.no_blocks.set(true);
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&report.ends[0]), Outcome::Delivered);
        let text = world.texts()[0].clone();
        assert!(
            text.contains("dora") && text.contains("What to do") && text.contains("EXAMPLE00001"),
            "{text}"
        );
    }
}

#[test]
fn a_rotated_secret_is_read_again_and_used() {
    for (old, new) in [
        (
            WEBHOOK,
            "https://hooks.slack.com/services/T0EXAMPLE/B0EXAMPLE/new",
        ),
        (BOT, "xoxb-new"),
        (WEBHOOK, "xoxb-new"),
    ] {
        let world = World::with(old);
        let function = started(&world);
        deliver(&function, &world, &sample::alert());
        new.clone_into(&mut world.secret.borrow_mut());
        new.clone_into(&mut world.valid.borrow_mut());
        let other = version(1, |alert| {
            (alert.id, alert.rule) = ("b".repeat(32), "RW001".into());
        });
        assert_eq!(
            outcome(&deliver(&function, &world, &other).ends[0]),
            Outcome::Delivered
        );
        assert_eq!(world.secrets_read.get(), 2);
    }
}

#[test]
fn the_secret_is_read_once_and_kept() {
    let world = World::with(WEBHOOK);
    let function = started(&world);
    for n in 0..5 {
        deliver(
            &function,
            &world,
            &version(1, |alert| {
                (alert.id, alert.rule) = (format!("{n:032}"), format!("RW00{n}"));
            }),
        );
    }
    assert_eq!(
        (world.secrets_read.get(), world.channel.borrow().len()),
        (1, 5)
    );
}

#[test]
fn a_dead_webhook_or_token_becomes_mail_and_is_counted() {
    for (secret, said) in [(WEBHOOK, "404 no_service"), (BOT, "invalid_auth")] {
        let world = World::with(secret);
        "nothing".clone_into(&mut world.valid.borrow_mut());
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&report.ends[0]), Outcome::Mailed);
        assert_eq!(report.metrics.counted(Count::SlackFailed), 1);
        assert!(report.response.batch_item_failures.is_empty());
        let mails = world.mails.borrow();
        assert!(
            mails.len() == 1 && mails[0].1.contains("dora") && mails[0].1.contains(said),
            "{mails:?}"
        );
        assert_eq!(
            world.ack(&sample::alert().id),
            Some(json!({"version": 1, "how": "mail"}))
        );
    }
}

#[test]
fn every_way_of_being_dead_becomes_mail() {
    for (status, body) in [
        (403, "action_prohibited"),
        (410, "channel_is_archived"),
        (302, ""),
        (401, ""),
    ] {
        let world = World::with(WEBHOOK);
        world.answer(status, body);
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(
            (outcome(&report.ends[0]), world.secrets_read.get()),
            (Outcome::Mailed, 2),
            "{status}"
        );
    }
    for error in [
        "token_revoked",
        "account_inactive",
        "channel_not_found",
        "not_in_channel",
    ] {
        let world = World::with(BOT);
        world.answer(200, &json!({"ok": false, "error": error}).to_string());
        assert_eq!(
            outcome(&deliver(&started(&world), &world, &sample::alert()).ends[0]),
            Outcome::Mailed,
            "{error}"
        );
    }
}

#[test]
fn a_secret_that_is_none_becomes_mail_and_is_not_repeated_there() {
    let world = World::with("https://evil.example/services/sesame");
    let report = deliver(&started(&world), &world, &sample::alert());
    assert_eq!(outcome(&report.ends[0]), Outcome::Mailed);
    assert!(!format!("{:?}", world.mails.borrow()).contains("sesame"));
}

#[test]
fn an_alert_that_slack_is_too_busy_for_goes_by_mail_in_the_end() {
    let world = World::with(WEBHOOK);
    for receipt in 1..=MAIL_FROM_RECEIPT {
        world.answers.borrow_mut().clear();
        world.answer_later(503, "", Some(60));
        let report = give(
            &started(&world),
            &world,
            &batch(&[&sample::alert()], receipt),
        )
        .unwrap();
        assert_eq!(
            world.mails.borrow().len(),
            usize::from(receipt == MAIL_FROM_RECEIPT),
            "{report:?}"
        );
    }
    assert_eq!(world.ack(&sample::alert().id).unwrap()["how"], "mail");
}

#[test]
fn a_sibling_is_never_lost() {
    let world = World::with(WEBHOOK);
    let good = sample::alert();
    let mut event: serde_json::Value =
        serde_json::from_str(&batch(&[&good, &good, &good], 1)).unwrap();
    event["Records"][0]["body"] = "not an alert".into();
    let report = give(&started(&world), &world, &event.to_string()).unwrap();
    assert_eq!(report.metrics.counted(Count::Failed), 1);
    assert_eq!(
        serde_json::to_value(&report.response).unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "m0"}]})
    );
    assert_eq!(
        [&report.ends[1], &report.ends[2]].map(outcome),
        [Outcome::Delivered, Outcome::Duplicate]
    );
}

#[test]
fn an_alert_is_read_however_it_comes() {
    let alert = serde_json::to_string(&sample::alert()).unwrap();
    let notification = json!({"Type": "Notification", "MessageId": "1", "Message": alert});
    let sqs = |body: &str| {
        json!({"Records": [{"messageId": "m", "body": body, "eventSource": "aws:sqs"}]}).to_string()
    };
    let sns =
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": alert}}]}).to_string();
    for event in [
        sqs(&alert),
        sqs(&notification.to_string()),
        sns,
        notification.to_string(),
        alert.clone(),
    ] {
        let world = World::with(WEBHOOK);
        assert_eq!(
            outcome(&give(&started(&world), &world, &event).unwrap().ends[0]),
            Outcome::Delivered,
            "{event}"
        );
    }
}

#[test]
fn a_call_without_a_queue_fails_when_its_alert_does() {
    use futures_util::FutureExt;
    let world = World::with(WEBHOOK);
    world.answer_later(503, "", Some(60));
    let event = serde_json::to_string(&sample::alert()).unwrap();
    assert!(
        started(&world)
            .handle(&event, "call")
            .now_or_never()
            .unwrap()
            .is_err()
    );
    assert!(
        started(&world)
            .handle("{}", "call")
            .now_or_never()
            .unwrap()
            .is_err()
    );
}

#[test]
fn a_heartbeat_posts_nothing_and_shows_that_the_secret_can_be_read() {
    let event =
        json!({"Records": [{"messageId": "m", "body": r#"{"heartbeat":"2026-01-31T18:30:00Z"}"#}]})
            .to_string();
    let world = World::with(WEBHOOK);
    let report = give(&started(&world), &world, &event).unwrap();
    assert_eq!(
        (
            &report.ends[0],
            report.metrics.counted(Count::HeartbeatDelivered)
        ),
        (&End::Heartbeat, 1)
    );
    assert!(world.channel.borrow().is_empty() && world.secrets_read.get() == 1);

    let broken = World::with("nonsense");
    let report = give(&started(&broken), &broken, &event).unwrap();
    assert_eq!(
        (
            report.metrics.counted(Count::HeartbeatDelivered),
            report.metrics.counted(Count::SlackFailed)
        ),
        (0, 1)
    );
}

#[test]
fn amazon_q_developer_is_told_each_version_once() {
    let world = World::with(WEBHOOK);
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

#[test]
fn two_deliveries_at_once_post_once() {
    let world = World::with(WEBHOOK);
    // The first has claimed the message, and died before it posted: ack, slot and fold were read,
    // the claim written.
    world.fault(5, Fault::CrashBefore);
    assert!(give(&started(&world), &world, &batch(&[&sample::alert()], 1)).is_none());
    let busy = deliver(&started(&world), &world, &sample::alert());
    let End::Pending(setback) = &busy.ends[0] else {
        panic!("{busy:?}")
    };
    assert!(
        setback.after.is_some_and(|after| after > 0) && world.channel.borrow().is_empty(),
        "{setback:?}"
    );
    world.now.set(world.now.get() + 91);
    assert_eq!(
        outcome(&deliver(&started(&world), &world, &sample::alert()).ends[0]),
        Outcome::Delivered
    );
}
