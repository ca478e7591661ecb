//! The daily digest is posted once, even if a process died in between, and never delays alerts.

use rolewatch_live::telemetry::Count;
use rolewatch_live::wire::{Digest, TopicMessage};
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::{End, MAIL_FROM_RECEIPT};

use crate::twin::{BOT, Fault, WEBHOOK, World, hand_over, started};

fn digest_batch(digest: &Digest, receipt: u32) -> String {
    let body = serde_json::to_string(&TopicMessage::Digest {
        digest: Box::new(digest.clone()),
    })
    .unwrap();
    json!({"Records": [{"messageId": "m0", "body": body, "attributes": {"ApproximateReceiveCount": receipt.to_string()}}]}).to_string()
}

#[test]
fn a_digest_is_posted_once_however_often_it_comes() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        let event = digest_batch(&sample::digest(), 1);
        let report = hand_over(&started(&world), &world, &event).unwrap();
        assert_eq!(
            (&report.ends[..], report.metrics.counted(Count::Delivered)),
            (&[End::Digest(DeliveryOutcome::Delivered)][..], 1)
        );
        let again = hand_over(&started(&world), &world, &event).unwrap();
        assert_eq!(
            (&again.ends[..], again.metrics.counted(Count::Duplicate)),
            (&[End::Digest(DeliveryOutcome::Duplicate)][..], 1)
        );
        let texts = world.texts();
        assert!(
            texts.len() == 1 && texts[0].starts_with("📋 Daily digest · 2026-02-01: 14 switches"),
            "{texts:?}"
        );
        assert!(
            world.mails.borrow().is_empty(),
            "its e-mail is sent elsewhere"
        );
    }
}

#[test]
fn a_digest_that_is_made_by_hand_is_posted_in_addition() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    hand_over(&function, &world, &digest_batch(&sample::digest(), 1)).unwrap();
    let by_hand = Digest {
        id: "2026-02-01T05:17:42Z".into(),
        ..sample::digest()
    };
    hand_over(&function, &world, &digest_batch(&by_hand, 1)).unwrap();
    assert_eq!(world.channel.borrow().len(), 2);
}

#[test]
fn a_digest_is_posted_wherever_the_process_dies() {
    for ahead in 0..8 {
        for fault in [
            Fault::CrashBefore,
            Fault::CrashAfter,
            Fault::NotDone,
            Fault::ReplyLost,
        ] {
            let world = World::with_secret(BOT);
            world.plan_fault(ahead, fault);
            let event = digest_batch(&sample::digest(), 1);
            for _ in 0..3 {
                hand_over(&started(&world), &world, &event);
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
fn a_digest_that_slack_does_not_take_is_left_to_the_mail_and_raises_the_alarm() {
    let world = World::with_secret(BOT);
    "xoxb-revoked".clone_into(&mut world.secret.borrow_mut());
    let report = hand_over(
        &started(&world),
        &world,
        &digest_batch(&sample::digest(), 1),
    )
    .unwrap();
    assert_eq!(
        (&report.ends[..], report.metrics.counted(Count::SlackFailed)),
        (&[End::Digest(DeliveryOutcome::Mailed)][..], 1)
    );

    let busy = World::with_secret(BOT);
    for (receipt, waits) in [(1, true), (MAIL_FROM_RECEIPT, false)] {
        busy.answer_later(429, "ratelimited", Some(60));
        let report = hand_over(
            &started(&busy),
            &busy,
            &digest_batch(&sample::digest(), receipt),
        )
        .unwrap();
        assert_eq!(
            report.response.batch_item_failures.len(),
            usize::from(waits),
            "{:?}",
            report.ends
        );
    }
    assert!(world.mails.borrow().is_empty() && busy.mails.borrow().is_empty());
}
