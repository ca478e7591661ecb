//! How alerts arrive: through a queue or directly, in a alert_batch, or twice at the same time.

use rolewatch_live::telemetry::Count;
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::End;

use super::outcome;
use crate::twin::{Fault, WEBHOOK, World, alert_batch, deliver, hand_over, started};

#[test]
fn a_sibling_is_never_lost() {
    let world = World::with_secret(WEBHOOK);
    let good = sample::alert();
    let mut event: serde_json::Value =
        serde_json::from_str(&alert_batch(&[&good, &good, &good], 1)).unwrap();
    event["Records"][0]["body"] = "not an alert".into();
    let report = hand_over(&started(&world), &world, &event.to_string()).unwrap();
    assert_eq!(report.metrics.counted(Count::Failed), 1);
    assert_eq!(
        serde_json::to_value(&report.response).unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "m0"}]})
    );
    assert_eq!(
        [&report.ends[1], &report.ends[2]].map(outcome),
        [DeliveryOutcome::Delivered, DeliveryOutcome::Duplicate]
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
        let world = World::with_secret(WEBHOOK);
        assert_eq!(
            outcome(&hand_over(&started(&world), &world, &event).unwrap().ends[0]),
            DeliveryOutcome::Delivered,
            "{event}"
        );
    }
}

#[test]
fn a_call_without_a_queue_fails_when_its_alert_does() {
    use futures_util::FutureExt;
    let world = World::with_secret(WEBHOOK);
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
    let world = World::with_secret(WEBHOOK);
    let report = hand_over(&started(&world), &world, &event).unwrap();
    assert_eq!(
        (
            &report.ends[0],
            report.metrics.counted(Count::HeartbeatDelivered)
        ),
        (&End::Heartbeat, 1)
    );
    assert!(world.channel.borrow().is_empty() && world.secrets_read.get() == 1);

    let broken = World::with_secret("nonsense");
    let report = hand_over(&started(&broken), &broken, &event).unwrap();
    assert_eq!(
        (
            report.metrics.counted(Count::HeartbeatDelivered),
            report.metrics.counted(Count::SlackFailed)
        ),
        (0, 1)
    );
}

#[test]
fn two_deliveries_at_once_post_once() {
    let world = World::with_secret(WEBHOOK);
    // The first process has written the claim and died before it posted. Before that, it had read
    // ack, slot and fold.
    world.plan_fault(5, Fault::CrashBefore);
    assert!(
        hand_over(
            &started(&world),
            &world,
            &alert_batch(&[&sample::alert()], 1)
        )
        .is_none()
    );
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
        DeliveryOutcome::Delivered
    );
}
