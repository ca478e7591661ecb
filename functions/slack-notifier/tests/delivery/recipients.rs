//! slack-notifier posts that the last person who received e-mail is gone, and that somebody is
//! back, each once.

use std::rc::Rc;

use rolewatch_live::recipients::Recipients;
use rolewatch_live::telemetry::Count;
use rolewatch_live::wire::{RecipientsChanged, TopicMessage};
use rolewatch_notify::DeliveryOutcome;
use rolewatch_notify::slack::SetbackKind;
use serde_json::json;
use slack_notifier::{DeliveryReport, End, MAIL_FROM_RECEIPT};

use crate::twin::{BOT, Fault, WEBHOOK, World, hand_over, started};

fn recipients_batch(version: u64, recipients: Recipients, receipt: u32) -> String {
    let since = "2026-01-31T18:30:00Z".parse().unwrap();
    let body = serde_json::to_string(&TopicMessage::Recipients {
        recipients: RecipientsChanged {
            version,
            recipients,
            since,
        },
    })
    .unwrap();
    json!({"Records": [{"messageId": "m0", "body": body, "attributes": {"ApproximateReceiveCount": receipt.to_string()}}]}).to_string()
}

fn report_of(world: &Rc<World>, version: u64, recipients: Recipients) -> DeliveryReport {
    hand_over(
        &started(world),
        world,
        &recipients_batch(version, recipients, 1),
    )
    .unwrap()
}

#[test]
fn each_change_is_posted_once_however_often_it_comes() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        for (version, recipients) in [
            (1, Recipients::Nobody),
            (2, Recipients::Confirmed),
            (3, Recipients::Pending),
            (4, Recipients::Confirmed),
        ] {
            let report = report_of(&world, version, recipients);
            assert_eq!(
                (&report.ends[..], report.metrics.counted(Count::Delivered)),
                (&[End::Recipients(DeliveryOutcome::Delivered)][..], 1)
            );
            for late in 1..=version {
                assert_eq!(
                    report_of(&world, late, recipients).ends,
                    [End::Recipients(DeliveryOutcome::Duplicate)]
                );
            }
        }
        let texts = world.texts();
        let marks: Vec<&str> = texts
            .iter()
            .map(|text| text.split(' ').next().unwrap())
            .collect();
        assert_eq!(marks, ["📭", "✅", "📭", "✅"], "{texts:?}");
        assert!(world.mails.borrow().is_empty(), "nobody would receive them");
    }
}

#[test]
fn that_somebody_is_there_again_is_no_news_for_those_who_never_heard_of_the_loss() {
    let world = World::with_secret(WEBHOOK);
    assert_eq!(
        report_of(&world, 2, Recipients::Confirmed).ends,
        [End::Recipients(DeliveryOutcome::Unseen)]
    );
    assert_eq!(
        report_of(&world, 1, Recipients::Nobody).ends,
        [End::Recipients(DeliveryOutcome::Duplicate)]
    );
    assert!(world.channel.borrow().is_empty());
}

#[test]
fn a_loss_that_slack_may_have_shown_is_taken_back_aloud() {
    let world = World::with_secret(WEBHOOK);
    world.answer(500, "");
    world.answer(500, "");
    assert!(matches!(
        report_of(&world, 1, Recipients::Nobody).ends[0],
        End::Pending(_)
    ));
    assert_eq!(
        report_of(&world, 2, Recipients::Confirmed).ends,
        [End::Recipients(DeliveryOutcome::Delivered)]
    );
}

#[test]
fn a_dead_slack_is_asked_again_and_never_settles_it() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        "nothing".clone_into(&mut world.valid.borrow_mut());
        for receipt in 1..=MAIL_FROM_RECEIPT {
            let report = hand_over(
                &started(&world),
                &world,
                &recipients_batch(1, Recipients::Nobody, receipt),
            )
            .unwrap();
            let (End::Pending(setback) | End::Left(setback)) = &report.ends[0] else {
                panic!("{report:?}")
            };
            assert_eq!(
                (setback.kind, report.metrics.counted(Count::SlackFailed)),
                (SetbackKind::NoReader, 1)
            );
            assert_eq!(
                report.response.batch_item_failures.len(),
                usize::from(receipt < MAIL_FROM_RECEIPT),
                "{receipt}"
            );
        }
        secret.clone_into(&mut world.valid.borrow_mut());
        assert_eq!(
            report_of(&world, 1, Recipients::Nobody).ends,
            [End::Recipients(DeliveryOutcome::Delivered)]
        );
    }
}

#[test]
fn it_is_posted_wherever_the_process_dies() {
    for ahead in 0..8 {
        for fault in [
            Fault::CrashBefore,
            Fault::CrashAfter,
            Fault::NotDone,
            Fault::ReplyLost,
        ] {
            let world = World::with_secret(BOT);
            world.plan_fault(ahead, fault);
            for _ in 0..3 {
                hand_over(
                    &started(&world),
                    &world,
                    &recipients_batch(1, Recipients::Nobody, 1),
                );
                world.now.set(world.now.get() + 360);
            }
            let posts = world.channel.borrow().len();
            assert!(
                (1..=1 + world.doubts.get()).contains(&posts),
                "{fault:?} at {ahead}: {posts} posts"
            );
        }
    }
}

#[test]
fn a_process_notes_once_that_slack_takes_messages_and_again_after_it_had_not() {
    let noted = |world: &World| {
        world
            .rows
            .borrow()
            .get(&("recipients".to_owned(), "slack".to_owned()))
            .map(|row| row.body.clone())
    };
    let world = World::with_secret(WEBHOOK);
    let function = started(&world);
    let post = |version: u64| {
        world.now.set(world.now.get() + 60);
        hand_over(
            &function,
            &world,
            &recipients_batch(
                version,
                [Recipients::Confirmed, Recipients::Nobody][usize::from(version % 2 == 1)],
                1,
            ),
        )
        .unwrap();
    };
    post(1);
    let first = noted(&world).expect("noted");
    post(2);
    assert_eq!(noted(&world), Some(first.clone()), "it is noted once");
    "nothing".clone_into(&mut world.valid.borrow_mut());
    post(3);
    assert_eq!(noted(&world), Some(first.clone()));
    WEBHOOK.clone_into(&mut world.valid.borrow_mut());
    post(3);
    assert_ne!(noted(&world), Some(first));
}
