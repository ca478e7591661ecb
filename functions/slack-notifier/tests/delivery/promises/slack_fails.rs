//! Slack is busy, rejects a message, or doesn't know the secret: the alert still reaches somebody,
//! in the end by e-mail.

use rolewatch_live::telemetry::Count;
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::{End, MAIL_FROM_RECEIPT};

use super::{outcome, version};
use crate::twin::{BOT, WEBHOOK, World, alert_batch, deliver, hand_over, started};

#[test]
fn slack_is_given_the_time_that_it_asks_for() {
    let world = World::with_secret(WEBHOOK);
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
    // Slack gets no requests in the meantime.
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
        DeliveryOutcome::Delivered
    );
}

#[test]
fn refused_blocks_become_text() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        world.no_blocks.set(true);
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Delivered);
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
        let world = World::with_secret(old);
        let function = started(&world);
        deliver(&function, &world, &sample::alert());
        new.clone_into(&mut world.secret.borrow_mut());
        new.clone_into(&mut world.valid.borrow_mut());
        let other = version(1, |alert| {
            (alert.id, alert.rule) = ("b".repeat(32), "RW001".into());
        });
        assert_eq!(
            outcome(&deliver(&function, &world, &other).ends[0]),
            DeliveryOutcome::Delivered
        );
        assert_eq!(world.secrets_read.get(), 2);
    }
}

#[test]
fn the_secret_is_read_once_and_kept() {
    let world = World::with_secret(WEBHOOK);
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
        let world = World::with_secret(secret);
        "nothing".clone_into(&mut world.valid.borrow_mut());
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Mailed);
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
        let world = World::with_secret(WEBHOOK);
        world.answer(status, body);
        let report = deliver(&started(&world), &world, &sample::alert());
        assert_eq!(
            (outcome(&report.ends[0]), world.secrets_read.get()),
            (DeliveryOutcome::Mailed, 2),
            "{status}"
        );
    }
    for error in [
        "token_revoked",
        "account_inactive",
        "channel_not_found",
        "not_in_channel",
    ] {
        let world = World::with_secret(BOT);
        world.answer(200, &json!({"ok": false, "error": error}).to_string());
        assert_eq!(
            outcome(&deliver(&started(&world), &world, &sample::alert()).ends[0]),
            DeliveryOutcome::Mailed,
            "{error}"
        );
    }
}

#[test]
fn a_secret_that_is_none_becomes_mail_and_is_not_repeated_there() {
    let world = World::with_secret("https://evil.example/services/sesame");
    let report = deliver(&started(&world), &world, &sample::alert());
    assert_eq!(outcome(&report.ends[0]), DeliveryOutcome::Mailed);
    assert!(!format!("{:?}", world.mails.borrow()).contains("sesame"));
}

#[test]
fn an_alert_that_slack_is_too_busy_for_goes_by_mail_in_the_end() {
    let world = World::with_secret(WEBHOOK);
    for receipt in 1..=MAIL_FROM_RECEIPT {
        world.answers.borrow_mut().clear();
        world.answer_later(503, "", Some(60));
        let report = hand_over(
            &started(&world),
            &world,
            &alert_batch(&[&sample::alert()], receipt),
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
