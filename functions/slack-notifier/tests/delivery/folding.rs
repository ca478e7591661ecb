//! Repeats with the same person, role and rule within a quarter of an hour are folded into one
//! message.

use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;
use rolewatch_live::telemetry::Count;
use rolewatch_live::wire::{Alert, Status};
use rolewatch_notify::{DeliveryOutcome, sample};
use serde_json::json;
use slack_notifier::End;

use crate::twin::{BOT, WEBHOOK, World, deliver, started};

fn repeat(n: u32, minutes: u32) -> Alert {
    Alert {
        id: format!("{n:032}"),
        time: sample::alert().time.plus_seconds(i64::from(minutes) * 60),
        ..sample::alert()
    }
}

fn outcome_of(end: &End) -> DeliveryOutcome {
    match end {
        End::Told { outcome, .. } => *outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bot_counts_repeats_in_one_follow_up_below_the_first() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    for n in 0..5 {
        let report = deliver(&function, &world, &repeat(n, n));
        assert_eq!(
            outcome_of(&report.ends[0]),
            if n == 0 {
                DeliveryOutcome::Delivered
            } else {
                DeliveryOutcome::Folded
            }
        );
        assert_eq!(report.metrics.counted(Count::Folded), u64::from(n != 0));
        assert_eq!(
            world.ack(&repeat(n, n).id).unwrap()["how"],
            if n == 0 { "slack" } else { "folded" }
        );
    }
    let channel = world.channel.borrow();
    assert_eq!(channel.len(), 2);
    assert_eq!(channel[1].thread.as_ref(), Some(&channel[0].ts));
    let said = channel[1].body.to_string();
    assert!(
        said.contains("4 more of the same") && (1..5).all(|n| said.contains(&repeat(n, n).id)),
        "{said}"
    );
}

#[test]
fn a_webhook_follows_up_at_the_first_repeat_and_whenever_their_number_has_doubled() {
    let world = World::with_secret(WEBHOOK);
    let function = started(&world);
    for n in 0..10 {
        deliver(&function, &world, &repeat(n, 1));
    }
    let texts = world.texts();
    let counts: Vec<_> = texts[1..]
        .iter()
        .map(|text| text.split_once(" more").unwrap().0.to_owned())
        .collect();
    assert_eq!(counts, ["🔁 1", "🔁 2", "🔁 4", "🔁 8"]);
    assert_eq!(
        world.ack(&repeat(9, 1).id),
        Some(json!({"version": 1, "how": "folded"}))
    );
    // Each of them is recorded with the first one.
    let counted = world
        .rows
        .borrow()
        .keys()
        .filter(|(_, sk)| sk.starts_with(&format!("repeat#{}", repeat(0, 0).id)))
        .count();
    assert_eq!(counted, 9);
}

#[test]
fn what_is_another_matter_is_not_folded() {
    for other in [
        Alert {
            rule: "RW001".into(),
            ..repeat(1, 1)
        },
        Alert {
            role: "arn:aws:iam::444455556666:role/Other".into(),
            ..repeat(1, 1)
        },
        Alert {
            caller: rolewatch_live::wire::CallerShown {
                arn: None,
                ..sample::alert().caller
            },
            ..repeat(1, 1)
        },
        Alert {
            severity: Severity::Critical,
            ..repeat(1, 1)
        },
        repeat(1, 15),
    ] {
        let world = World::with_secret(BOT);
        let function = started(&world);
        deliver(&function, &world, &repeat(0, 0));
        assert_eq!(
            outcome_of(&deliver(&function, &world, &other).ends[0]),
            DeliveryOutcome::Delivered,
            "{other:?}"
        );
    }
}

#[test]
fn a_violation_is_not_folded_into_what_was_unproven() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    deliver(
        &function,
        &world,
        &Alert {
            verdict: Verdict::Unproven,
            ..repeat(0, 0)
        },
    );
    assert_eq!(
        outcome_of(&deliver(&function, &world, &repeat(1, 1)).ends[0]),
        DeliveryOutcome::Delivered
    );
    let lesser = Alert {
        verdict: Verdict::Unproven,
        ..repeat(2, 2)
    };
    assert_eq!(
        outcome_of(&deliver(&function, &world, &lesser).ends[0]),
        DeliveryOutcome::Folded
    );
}

#[test]
fn a_folded_finding_that_turns_out_to_be_worse_gets_a_message_of_its_own() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    for n in 0..2 {
        deliver(
            &function,
            &world,
            &Alert {
                verdict: Verdict::Unproven,
                ..repeat(n, n)
            },
        );
    }
    let report = deliver(
        &function,
        &world,
        &Alert {
            version: 2,
            ..repeat(1, 1)
        },
    );
    assert_eq!(outcome_of(&report.ends[0]), DeliveryOutcome::Delivered);
    assert!(world.texts()[2].contains("🔴 HIGH"), "{:?}", world.texts());
}

#[test]
fn when_the_first_is_withdrawn_its_repeats_are_named_and_the_next_one_is_a_first() {
    for secret in [WEBHOOK, BOT] {
        let world = World::with_secret(secret);
        let function = started(&world);
        deliver(&function, &world, &repeat(0, 0));
        deliver(&function, &world, &repeat(1, 1));
        deliver(
            &function,
            &world,
            &Alert {
                version: 2,
                status: Status::Withdrawn,
                ..repeat(0, 0)
            },
        );
        let channel = world.channel.borrow();
        let gone = channel
            .iter()
            .find(|posted| posted.body.to_string().contains("WITHDRAWN"))
            .unwrap();
        assert!(gone.body.to_string().contains(&repeat(1, 1).id), "{gone:?}");
        drop(channel);
        assert_eq!(
            outcome_of(&deliver(&function, &world, &repeat(2, 2)).ends[0]),
            DeliveryOutcome::Delivered
        );
    }
}

#[test]
fn a_withdrawn_repeat_is_counted_out() {
    let world = World::with_secret(BOT);
    let function = started(&world);
    for n in 0..3 {
        deliver(&function, &world, &repeat(n, n));
    }
    let report = deliver(
        &function,
        &world,
        &Alert {
            version: 2,
            status: Status::Withdrawn,
            ..repeat(2, 2)
        },
    );
    assert_eq!(outcome_of(&report.ends[0]), DeliveryOutcome::Folded);
    let said = world.channel.borrow()[1].body.to_string();
    assert!(
        said.contains("1 more of the same")
            && said.contains("Withdrawn repeats, not counted: 1")
            && !said.contains(&repeat(2, 2).id),
        "{said}"
    );
}

#[test]
fn what_went_by_mail_takes_no_repeats() {
    let world = World::with_secret(WEBHOOK);
    "nothing".clone_into(&mut world.valid.borrow_mut());
    let function = started(&world);
    for n in 0..3 {
        assert_eq!(
            outcome_of(&deliver(&function, &world, &repeat(n, n)).ends[0]),
            DeliveryOutcome::Mailed
        );
    }
    assert_eq!(world.mails.borrow().len(), 3);
}
