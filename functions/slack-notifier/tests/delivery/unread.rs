//! Slack is down, and nobody's e-mail subscription is confirmed: an alert that nobody could read
//! isn't acknowledged.

use std::rc::Rc;

use rolewatch_live::port::Subscription;
use rolewatch_live::recipients::Recipients;
use rolewatch_live::telemetry::Count;
use rolewatch_live::testing::{subscribed, unsubscribed};
use rolewatch_live::time::RECIPIENTS_FRESH;
use rolewatch_live::wire::{Alert, Digest, Status, TopicMessage};
use rolewatch_notify::slack::SetbackKind;
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::{DeliveryReport, End, MAIL_FROM_RECEIPT};

use crate::twin::{
    BOT, Fault, WEBHOOK, World, alert_batch, deliver, hand_over, started, started_with_chatroom,
};

/// Slack rejects everything, and these are subscribed to the operations topic.
fn slack_refusing(secret: &str, subscriptions: Vec<Subscription>) -> Rc<World> {
    let world = World::with_secret(secret);
    "nothing".clone_into(&mut world.valid.borrow_mut());
    *world.subscriptions.borrow_mut() = subscriptions;
    world
}

fn revive(world: &World) {
    let secret = world.secret.borrow().clone();
    secret.clone_into(&mut world.valid.borrow_mut());
}

fn nobody_reads(report: &DeliveryReport) -> bool {
    let (End::Pending(setback) | End::Left(setback)) = &report.ends[0] else {
        return false;
    };
    setback.kind == SetbackKind::NoReader
}

#[test]
fn without_a_confirmed_address_a_dead_slack_acknowledges_nothing() {
    let unread = [
        vec![],
        vec![unsubscribed("email", "PendingConfirmation")],
        vec![
            unsubscribed("email", "Deleted"),
            unsubscribed("email-json", "PendingConfirmation"),
        ],
    ];
    for subscriptions in unread {
        for secret in [WEBHOOK, BOT] {
            let world = slack_refusing(secret, subscriptions.clone());
            let report = deliver(&started(&world), &world, &sample::alert());
            assert!(nobody_reads(&report), "{report:?}");
            assert_eq!(
                report.response.batch_item_failures.len(),
                1,
                "the queue gives it again"
            );
            assert_eq!(world.ack(&sample::alert().id), None);
            assert!(
                world.mails.borrow().is_empty(),
                "SNS keeps nothing for those who confirm later"
            );
            assert_eq!(
                [Count::SlackFailed, Count::Pending].map(|count| report.metrics.counted(count)),
                [1, 1]
            );
        }
    }
}

#[test]
fn a_slack_that_is_too_busy_for_hours_acknowledges_nothing_either() {
    let world = World::with_secret(WEBHOOK);
    world.subscriptions.borrow_mut().clear();
    for receipt in 1..=50 {
        world.answers.borrow_mut().clear();
        world.answer_later(503, "", Some(60));
        let report = hand_over(
            &started(&world),
            &world,
            &alert_batch(&[&sample::alert()], receipt),
        )
        .unwrap();
        assert_eq!(
            matches!(report.ends[0], End::Left(_)),
            receipt >= MAIL_FROM_RECEIPT,
            "{receipt}: {report:?}"
        );
    }
    assert_eq!(
        (world.ack(&sample::alert().id), world.mails.borrow().len()),
        (None, 0)
    );
}

#[test]
fn what_nobody_can_read_is_left_to_session_auditor_and_told_when_it_sends_it_again() {
    for secret in [WEBHOOK, BOT] {
        let world = slack_refusing(secret, Vec::new());
        for receipt in 1..=MAIL_FROM_RECEIPT {
            let report = hand_over(
                &started(&world),
                &world,
                &alert_batch(&[&sample::alert()], receipt),
            )
            .unwrap();
            assert_eq!(
                report.response.batch_item_failures.len(),
                usize::from(receipt < MAIL_FROM_RECEIPT),
                "{report:?}"
            );
        }
        revive(&world);
        let report = deliver(&started(&world), &world, &sample::alert());
        assert!(
            matches!(
                report.ends[0],
                End::Told {
                    outcome: DeliveryOutcome::Delivered,
                    ..
                }
            ),
            "{report:?}"
        );
        assert_eq!(
            world.ack(&sample::alert().id),
            Some(json!({"version": 1, "how": "slack"}))
        );
    }
}

#[test]
fn a_call_without_a_queue_fails_when_nobody_can_read_its_alert() {
    use futures_util::FutureExt;
    let world = slack_refusing(WEBHOOK, Vec::new());
    let event = serde_json::to_string(&sample::alert()).unwrap();
    assert!(
        started(&world)
            .handle(&event, "call")
            .now_or_never()
            .unwrap()
            .is_err()
    );
}

#[test]
fn once_somebody_confirms_the_alert_is_mailed_and_acknowledged() {
    let world = slack_refusing(WEBHOOK, vec![unsubscribed("email", "PendingConfirmation")]);
    let function = started(&world);
    deliver(&function, &world, &sample::alert());
    *world.subscriptions.borrow_mut() = vec![subscribed("email")];
    world.now.set(world.now.get() + RECIPIENTS_FRESH);
    let report = deliver(&function, &world, &sample::alert());
    assert!(
        matches!(
            report.ends[0],
            End::Told {
                outcome: DeliveryOutcome::Mailed,
                ..
            }
        ),
        "{report:?}"
    );
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 1, "how": "mail"}))
    );
    assert_eq!(world.mails.borrow().len(), 1);
}

#[test]
fn whoever_left_counts_for_five_minutes_at_most() {
    let world = slack_refusing(WEBHOOK, vec![subscribed("email")]);
    let function = started(&world);
    let other = |n: u32| Alert {
        id: format!("{n:032}"),
        ..sample::alert()
    };
    let began = world.now.get();
    assert!(!nobody_reads(&deliver(&function, &world, &other(1))));
    world.subscriptions.borrow_mut().clear();
    world.now.set(began + RECIPIENTS_FRESH);
    assert!(nobody_reads(&deliver(&function, &world, &other(2))));
    assert_eq!(world.ack(&other(2).id), None);
}

#[test]
fn what_else_is_subscribed_gets_each_version_once_and_acknowledges_nothing() {
    let world = slack_refusing(
        WEBHOOK,
        vec![
            subscribed("https"),
            unsubscribed("email", "PendingConfirmation"),
        ],
    );
    for receipt in 1..=MAIL_FROM_RECEIPT {
        assert!(nobody_reads(
            &hand_over(
                &started(&world),
                &world,
                &alert_batch(&[&sample::alert()], receipt)
            )
            .unwrap()
        ));
    }
    assert_eq!(
        (world.mails.borrow().len(), world.ack(&sample::alert().id)),
        (1, None)
    );
    let withdrawn = Alert {
        version: 2,
        status: Status::Withdrawn,
        ..sample::alert()
    };
    for _ in 0..2 {
        assert!(
            nobody_reads(&deliver(&started(&world), &world, &withdrawn)),
            "a pager may have shown the first version"
        );
    }
    let subjects: Vec<String> = world
        .mails
        .borrow()
        .iter()
        .map(|(subject, _)| subject.clone())
        .collect();
    assert!(
        subjects.len() == 2 && subjects[1].contains("withdrawn"),
        "{subjects:?}"
    );
    world.subscriptions.borrow_mut().push(subscribed("email"));
    assert!(!nobody_reads(&deliver(
        &started(&world),
        &world,
        &withdrawn
    )));
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 2, "how": "mail"}))
    );
}

#[test]
fn what_nobody_was_told_of_is_withdrawn_in_silence() {
    let world = slack_refusing(WEBHOOK, Vec::new());
    deliver(&started(&world), &world, &sample::alert());
    revive(&world);
    let withdrawn = Alert {
        version: 2,
        status: Status::Withdrawn,
        ..sample::alert()
    };
    let report = deliver(&started(&world), &world, &withdrawn);
    assert!(
        matches!(
            report.ends[0],
            End::Told {
                outcome: DeliveryOutcome::Unseen,
                ..
            }
        ),
        "{report:?}"
    );
    assert!(world.channel.borrow().is_empty());
}

#[test]
fn subscriptions_that_cannot_be_listed_acknowledge_nothing() {
    let world = slack_refusing(WEBHOOK, vec![subscribed("email")]);
    world.unlisted.set(true);
    for receipt in 1..=MAIL_FROM_RECEIPT {
        assert!(nobody_reads(
            &hand_over(
                &started(&world),
                &world,
                &alert_batch(&[&sample::alert()], receipt)
            )
            .unwrap()
        ));
        assert_eq!(world.ack(&sample::alert().id), None);
        assert_eq!(
            world.mails.borrow().len(),
            1,
            "somebody may be there, so it goes out, and once a version"
        );
    }
    world.unlisted.set(false);
    assert!(!nobody_reads(&deliver(
        &started(&world),
        &world,
        &sample::alert()
    )));
    assert_eq!(
        world.ack(&sample::alert().id),
        Some(json!({"version": 1, "how": "mail"}))
    );
}

#[test]
fn wherever_it_is_stopped_nothing_is_acknowledged_that_nobody_could_read() {
    for subscriptions in [
        vec![],
        vec![subscribed("sqs")],
        vec![unsubscribed("email", "PendingConfirmation")],
    ] {
        for ahead in 0..14 {
            for fault in [
                Fault::CrashBefore,
                Fault::CrashAfter,
                Fault::NotDone,
                Fault::ReplyLost,
            ] {
                let world = slack_refusing(BOT, subscriptions.clone());
                world.plan_fault(ahead, fault);
                for receipt in 1..=MAIL_FROM_RECEIPT {
                    hand_over(
                        &started(&world),
                        &world,
                        &alert_batch(&[&sample::alert()], receipt),
                    );
                    world.now.set(world.now.get() + 360);
                }
                assert_eq!(world.ack(&sample::alert().id), None, "{fault:?} at {ahead}");
                *world.subscriptions.borrow_mut() = vec![subscribed("email")];
                assert!(
                    !nobody_reads(&deliver(&started(&world), &world, &sample::alert())),
                    "{fault:?} at {ahead}"
                );
                assert_eq!(
                    world.ack(&sample::alert().id).unwrap()["how"],
                    "mail",
                    "{fault:?} at {ahead}"
                );
            }
        }
    }
}

#[test]
fn amazon_q_developer_hears_of_it_once_and_acknowledges_nothing() {
    let world = slack_refusing(WEBHOOK, Vec::new());
    for _ in 0..3 {
        assert!(nobody_reads(&deliver(
            &started_with_chatroom(&world),
            &world,
            &sample::alert()
        )));
    }
    assert_eq!(
        (
            world.chatroom.borrow().len(),
            world.ack(&sample::alert().id)
        ),
        (1, None)
    );
    revive(&world);
    deliver(&started_with_chatroom(&world), &world, &sample::alert());
    assert_eq!(
        (world.chatroom.borrow().len(), world.channel.borrow().len()),
        (1, 1)
    );
}

#[test]
fn a_subscription_is_never_sent_more_mails_than_sns_allows() {
    let world = slack_refusing(WEBHOOK, vec![subscribed("email")]);
    let alerts: Vec<Alert> = (0..10)
        .map(|n| Alert {
            id: format!("{n:032}"),
            rule: format!("RW{n:03}"),
            ..sample::alert()
        })
        .collect();
    let began = world.now.get();
    hand_over(
        &started(&world),
        &world,
        &alert_batch(&alerts.iter().collect::<Vec<_>>(), 1),
    )
    .unwrap();
    assert_eq!(world.mails.borrow().len(), 10);
    assert!(
        world.now.get() - began >= 10,
        "at more than ten a second SNS deactivates the subscription"
    );
}

fn digest(recipients: Option<Recipients>, receipt: u32) -> String {
    let digest = Digest {
        recipients,
        ..sample::digest()
    };
    let body = serde_json::to_string(&TopicMessage::Digest {
        digest: Box::new(digest),
    })
    .unwrap();
    json!({"Records": [{"messageId": "m0", "body": body, "attributes": {"ApproximateReceiveCount": receipt.to_string()}}]}).to_string()
}

#[test]
fn a_digest_that_nobody_could_read_stays_in_the_queue() {
    for recipients in [None, Some(Recipients::Pending), Some(Recipients::Nobody)] {
        let world = slack_refusing(BOT, vec![subscribed("sqs")]);
        for receipt in 1..=50 {
            let report = hand_over(&started(&world), &world, &digest(recipients, receipt)).unwrap();
            assert!(
                nobody_reads(&report) && report.response.batch_item_failures.len() == 1,
                "{receipt}: {report:?}"
            );
            assert_eq!(report.metrics.counted(Count::SlackFailed), 1);
        }
        assert!(
            world.mails.borrow().is_empty(),
            "what else is subscribed got it from session-auditor"
        );
        // Somebody confirms. Nobody received the e-mail of the morning, so this one is sent.
        world.subscriptions.borrow_mut().push(subscribed("email"));
        let report = hand_over(&started(&world), &world, &digest(recipients, 3)).unwrap();
        assert_eq!(report.ends, [End::Digest(DeliveryOutcome::Mailed)]);
        let mails = world.mails.borrow();
        assert!(
            mails.len() == 1 && mails[0].0.starts_with("rolewatch digest"),
            "{mails:?}"
        );
    }
}

#[test]
fn a_digest_whose_mail_reached_somebody_needs_no_other() {
    let world = slack_refusing(WEBHOOK, Vec::new());
    let report = hand_over(
        &started(&world),
        &world,
        &digest(Some(Recipients::Confirmed), 1),
    )
    .unwrap();
    assert_eq!(
        (&report.ends[..], world.mails.borrow().len()),
        (&[End::Digest(DeliveryOutcome::Mailed)][..], 0)
    );
}
