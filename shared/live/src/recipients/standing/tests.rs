use std::cell::Cell;

use super::*;
use crate::outbox::told::MESSAGE;
use crate::port::Subscription;
use crate::testing::{Calm, Gate, Twin, Weather, run, subscribed, unsubscribed};

fn start() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn pending() -> Subscription {
    unsubscribed("email", "PendingConfirmation")
}

/// Lets five minutes pass and runs a sweep.
fn sweep_later<W: Weather>(twin: &Twin<W>) -> Option<Moment> {
    twin.clock.set(twin.clock.get().plus_seconds(300));
    run(look_after(twin, twin.clock.get())).unwrap()
}

/// What was published, by version.
fn versions_told<W: Weather>(twin: &Twin<W>) -> Vec<(u64, Recipients)> {
    let read = |notice: &Notice| match notice {
        Notice::Finding { body, attributes } => {
            assert_eq!(attributes[..], [("recipients", "true".to_owned())]);
            let TopicMessage::Recipients { recipients } = serde_json::from_str(body).unwrap()
            else {
                panic!("{body}")
            };
            (recipients.version, recipients.recipients)
        }
        Notice::Operations { body, .. } => panic!("{body}"),
    };
    twin.topics.borrow().iter().map(read).collect()
}

/// Slack accepted this version.
fn settle_version<W: Weather>(twin: &Twin<W>, settled: u64) {
    let body = serde_json::json!({ "settled": settled }).to_string();
    let row = Row {
        pk: format!("slack#{MESSAGE_ID}"),
        sk: MESSAGE.to_owned(),
        body,
        rank: String::new(),
        version: 0,
        expires: None,
    };
    twin.rows
        .borrow_mut()
        .entry((TableKind::Outbox, row.pk.clone()))
        .or_default()
        .insert(row.sk.clone(), row);
}

fn subscriptions<W: Weather>(twin: &Twin<W>, subscriptions: Vec<Subscription>) {
    *twin.subscriptions.borrow_mut() = subscriptions;
}

#[test]
fn nobody_from_the_beginning_is_no_loss() {
    for at_first in [vec![], vec![pending()], vec![subscribed("sqs")]] {
        let twin = Twin::new(Calm, start());
        subscriptions(&twin, at_first);
        for _ in 0..5 {
            assert_eq!(sweep_later(&twin), None);
        }
        // Slack isn't informed of the first confirmation. From now on, waiting alerts can be read.
        subscriptions(&twin, vec![subscribed("email")]);
        let since = sweep_later(&twin);
        assert_eq!(
            (since, sweep_later(&twin)),
            (Some(start().plus_seconds(1_800)), since)
        );
        assert_eq!(versions_told(&twin), []);
    }
}

#[test]
fn slack_is_told_once_that_the_last_reader_left_and_once_that_there_is_one_again() {
    let twin = Twin::new(Calm, start());
    for _ in 0..3 {
        sweep_later(&twin);
    }
    subscriptions(&twin, Vec::new());
    sweep_later(&twin);
    assert_eq!(versions_told(&twin), [(1, Recipients::Nobody)]);
    settle_version(&twin, 1);
    for _ in 0..300 {
        assert_eq!(sweep_later(&twin), None);
    }
    assert_eq!(
        versions_told(&twin),
        [(1, Recipients::Nobody)],
        "not every five minutes"
    );
    // Somebody subscribes but doesn't confirm yet.
    subscriptions(&twin, vec![pending()]);
    sweep_later(&twin);
    subscriptions(&twin, vec![subscribed("email-json")]);
    assert!(sweep_later(&twin).is_some());
    settle_version(&twin, 2);
    for _ in 0..300 {
        sweep_later(&twin);
    }
    assert_eq!(
        versions_told(&twin),
        [(1, Recipients::Nobody), (2, Recipients::Confirmed)]
    );
    subscriptions(&twin, vec![pending()]);
    sweep_later(&twin);
    assert_eq!(
        versions_told(&twin).last(),
        Some(&(3, Recipients::Pending)),
        "SNS deactivates a subscription that is sent too much"
    );
}

#[test]
fn one_of_several_readers_may_leave() {
    let twin = Twin::new(Calm, start());
    subscriptions(&twin, vec![subscribed("email"), subscribed("email")]);
    sweep_later(&twin);
    subscriptions(
        &twin,
        vec![subscribed("email"), unsubscribed("email", "Deleted")],
    );
    sweep_later(&twin);
    assert_eq!(versions_told(&twin), []);
}

#[test]
fn what_slack_has_not_taken_is_published_again_with_growing_pauses() {
    let twin = Twin::new(Calm, start());
    sweep_later(&twin);
    subscriptions(&twin, Vec::new());
    let mut minutes = Vec::new();
    for n in 0..300 {
        let before = versions_told(&twin).len();
        sweep_later(&twin);
        if versions_told(&twin).len() > before {
            minutes.push(n * 5);
        }
    }
    assert_eq!(minutes, [0, 5, 15, 35, 75, 155, 315, 635, 995, 1_355]);
    assert!(
        versions_told(&twin)
            .iter()
            .all(|one| *one == (1, Recipients::Nobody))
    );
    // Nobody heard of the loss, and it is over. The next version makes the previous one
    // unnecessary, and slack-notifier drops it.
    subscriptions(&twin, vec![subscribed("email")]);
    sweep_later(&twin);
    assert_eq!(
        versions_told(&twin).last(),
        Some(&(2, Recipients::Confirmed))
    );
}

#[test]
fn a_list_that_cannot_be_had_changes_nothing_and_keeps_nothing_back() {
    let twin = Twin::new(Unlisted::default(), start());
    twin.weather.fails.set(true);
    assert_eq!(sweep_later(&twin), None);
    twin.weather.fails.set(false);
    sweep_later(&twin);
    subscriptions(&twin, Vec::new());
    sweep_later(&twin);
    assert_eq!(versions_told(&twin).len(), 1);
    twin.weather.fails.set(true);
    assert_eq!(sweep_later(&twin), None);
    assert_eq!(versions_told(&twin).len(), 2, "Slack has not taken it");
    subscriptions(&twin, vec![subscribed("email")]);
    settle_version(&twin, 1);
    sweep_later(&twin);
    assert_eq!(
        versions_told(&twin).len(),
        2,
        "whether somebody is there is not known"
    );
    twin.weather.fails.set(false);
    sweep_later(&twin);
    assert_eq!(
        versions_told(&twin).last(),
        Some(&(2, Recipients::Confirmed))
    );
}

/// Listing the subscriptions sometimes fails.
#[derive(Default)]
struct Unlisted {
    fails: Cell<bool>,
}

impl Weather for Unlisted {
    fn allow_call(&self, _: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "subscribers" && self.fails.get() {
            Err(Trouble::throttled(what))
        } else {
            Ok(())
        }
    }
}

/// Fails at one gate, which stops the caller there.
#[derive(Default)]
struct Stop {
    at: Cell<usize>,
    passed: Cell<usize>,
}

impl Weather for Stop {
    fn allow_call(&self, _: Gate, what: &'static str) -> Result<(), Trouble> {
        self.passed.set(self.passed.get() + 1);
        if self.passed.get() == self.at.get() {
            return Err(Trouble::unreachable(what, "stopped"));
        }
        Ok(())
    }
}

#[test]
fn wherever_a_sweep_is_stopped_slack_is_told() {
    let mut stops = 0;
    for at in 1.. {
        let twin = Twin::new(Stop::default(), start());
        sweep_later(&twin);
        subscriptions(&twin, Vec::new());
        twin.weather.passed.set(0);
        twin.weather.at.set(at);
        twin.clock.set(twin.clock.get().plus_seconds(300));
        drop(run(look_after(&twin, twin.clock.get())));
        if twin.weather.passed.get() < at {
            break;
        }
        stops += 1;
        for _ in 0..3 {
            sweep_later(&twin);
        }
        assert!(
            versions_told(&twin).contains(&(1, Recipients::Nobody)),
            "at {at}"
        );
        settle_version(&twin, 1);
        let before = versions_told(&twin).len();
        for _ in 0..100 {
            sweep_later(&twin);
        }
        assert_eq!(versions_told(&twin).len(), before, "at {at}");
    }
    assert!(stops >= 8, "only {stops} places to be stopped at");
}

#[test]
fn of_two_sweeps_at_once_one_tells() {
    struct Busy;

    impl Weather for Busy {
        fn allow_call(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
            Ok(())
        }

        fn gives_way(&self) -> bool {
            true
        }
    }

    let twin = Twin::new(Busy, start());
    sweep_later(&twin);
    subscriptions(&twin, Vec::new());
    let now = twin.clock.get().plus_seconds(300);
    let (one, other) = run(futures_util::future::join(
        look_after(&twin, now),
        look_after(&twin, now),
    ));
    assert_eq!(
        (one.unwrap(), other.unwrap(), versions_told(&twin).len()),
        (None, None, 1)
    );
}

#[test]
fn that_slack_takes_messages_again_is_known_to_the_next_sweep() {
    let twin = Twin::new(Calm, start());
    subscriptions(&twin, Vec::new());
    assert_eq!(sweep_later(&twin), None);
    let now = twin.clock.get();
    run(slack_takes(&twin, now)).unwrap();
    assert_eq!(sweep_later(&twin), Some(now));
    // Whichever version came last.
    subscriptions(&twin, vec![subscribed("email")]);
    let later = sweep_later(&twin);
    assert_eq!(later, Some(twin.clock.get()));
    run(slack_takes(&twin, start())).unwrap();
    assert_eq!(sweep_later(&twin), later, "an old note changes nothing");
}

/// What was published on the operations topic.
fn mails_sent<W: Weather>(twin: &Twin<W>) -> Vec<String> {
    let body = |notice: &Notice| match notice {
        Notice::Operations { body, .. } => Some(body.clone()),
        Notice::Finding { .. } => None,
    };
    twin.topics.borrow().iter().filter_map(body).collect()
}

fn publish(twin: &Twin<Calm>, what: &str) {
    run(operations::notify_once(
        twin,
        what,
        what,
        format!("about {what}"),
        twin.clock.get(),
    ))
    .unwrap();
}

#[test]
fn notices_that_nobody_received_are_sent_again_once_somebody_receives_e_mail() {
    for at_first in [vec![], vec![pending()], vec![subscribed("sqs")]] {
        let twin = Twin::new(Calm, start());
        subscriptions(&twin, at_first);
        publish(&twin, "a broken policy");
        sweep_later(&twin);
        publish(&twin, "quarantine");
        sweep_later(&twin);
        assert_eq!(
            mails_sent(&twin).len(),
            2,
            "to nobody, so not every five minutes"
        );
        subscriptions(&twin, vec![subscribed("email")]);
        sweep_later(&twin);
        publish(&twin, "a roster");
        sweep_later(&twin);
        let sent = mails_sent(&twin);
        let [_, _, again, _] = &sent[..] else {
            panic!("{sent:#?}")
        };
        assert!(
            again.contains("about a broken policy") && again.contains("about quarantine"),
            "{again}"
        );
    }
}

#[test]
fn only_what_was_published_while_nobody_was_there_is_sent_again() {
    let twin = Twin::new(Calm, start());
    subscriptions(&twin, vec![subscribed("email")]);
    publish(&twin, "what somebody read");
    for _ in 0..5 {
        sweep_later(&twin);
    }
    subscriptions(&twin, Vec::new());
    twin.clock.set(twin.clock.get().plus_seconds(60));
    publish(&twin, "what nobody read");
    for _ in 0..5 {
        sweep_later(&twin);
    }
    subscriptions(&twin, vec![subscribed("email")]);
    for _ in 0..5 {
        sweep_later(&twin);
    }
    let sent = mails_sent(&twin);
    let [_, _, again] = &sent[..] else {
        panic!("{sent:#?}")
    };
    assert!(
        again.contains("what nobody read") && !again.contains("what somebody read"),
        "{again}"
    );
}

/// The operations topic doesn't work for a while.
struct NoMail(Cell<bool>);

impl Weather for NoMail {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "publish" && gate == Gate::Before && self.0.get() {
            return Err(Trouble::refused(what, "gone"));
        }
        Ok(())
    }
}

#[test]
fn notices_that_could_not_be_sent_again_are_sent_by_a_later_sweep() {
    let twin = Twin::new(NoMail(Cell::new(false)), start());
    subscriptions(&twin, Vec::new());
    run(operations::notify_once(
        &twin,
        "policy",
        "policy",
        "about a policy".to_owned(),
        start(),
    ))
    .unwrap();
    sweep_later(&twin);
    subscriptions(&twin, vec![subscribed("email")]);
    twin.weather.0.set(true);
    sweep_later(&twin);
    twin.weather.0.set(false);
    sweep_later(&twin);
    sweep_later(&twin);
    assert_eq!(mails_sent(&twin).len(), 2, "{:#?}", mails_sent(&twin));
}
