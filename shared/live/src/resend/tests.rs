use std::cell::Cell;

use futures_util::future::join;

use super::standing::pause_after;
use super::*;
use crate::ledger::SessionAt;
use crate::outbox::{ACK, Acknowledged, FindingState};
use crate::port::{Keep, Notice, Row, TableKind};
use crate::testing::{Calm, Gate, Twin, Weather, run, sample};
use crate::time::LONGEST_PAUSE;
use crate::wire::Alert;

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

/// Yields at every gate.
struct Busy;

impl Weather for Busy {
    fn allow_call(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
        Ok(())
    }

    fn gives_way(&self) -> bool {
        true
    }
}

const PLENTY: u64 = 1_000;

fn start() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn state(change: impl FnOnce(&mut FindingState)) -> FindingState {
    let alert = Alert {
        noticed: start(),
        ..sample::alert()
    };
    let switches = vec![SessionAt {
        session: "AROAEXAMPLE:dora".into(),
        time: start(),
    }];
    let records = vec!["444455556666~7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002".into()];
    let mut state = FindingState {
        alert,
        switches,
        records,
        several: false,
        quiet: false,
        due: None,
        published: 0,
        sending: None,
    };
    change(&mut state);
    state
}

fn unproven(state: &mut FindingState) {
    state.alert.verdict = Verdict::Unproven;
    state.due = Some(start().plus_seconds(900));
}

fn put<W: Weather>(twin: &Twin<W>, state: &FindingState) {
    let (stored, _) = run(outbox::load_acknowledged(twin, &state.alert.id)).unwrap();
    assert!(
        run(outbox::write(
            twin,
            state,
            stored.map_or(0, |stored| stored.version),
            twin.clock.get()
        ))
        .unwrap()
    );
}

fn acknowledge<W: Weather>(twin: &Twin<W>, version: u64) {
    let body = serde_json::to_string(&Acknowledged {
        version,
        how: "slack".into(),
    })
    .unwrap();
    let pk = format!("finding#{}", sample::alert().id);
    let row = Row {
        pk,
        sk: ACK.into(),
        body,
        rank: format!("{version:012}"),
        version: 0,
        expires: None,
    };
    run(twin.keep(TableKind::Outbox, row, Keep::Greatest)).unwrap();
}

fn let_pass<W: Weather>(twin: &Twin<W>, seconds: i64) {
    twin.clock.set(twin.clock.get().plus_seconds(seconds));
}

fn sweep_now<W: Weather>(twin: &Twin<W>) -> Resent {
    run(resend(twin, twin.clock.get(), PLENTY, None)).unwrap()
}

fn published<W: Weather>(twin: &Twin<W>) -> Vec<(String, u64)> {
    let read = |notice: &Notice| match notice {
        Notice::Finding { body, .. } => serde_json::from_str::<Alert>(body)
            .map(|alert| (alert.id, alert.version))
            .unwrap(),
        Notice::Operations { body, .. } => panic!("{body}"),
    };
    twin.topics.borrow().iter().map(read).collect()
}

fn stored<W: Weather>(twin: &Twin<W>) -> FindingState {
    run(outbox::load_acknowledged(twin, &sample::alert().id))
        .unwrap()
        .0
        .unwrap()
        .state
}

#[test]
fn what_was_stored_and_never_published_is_published() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    assert_eq!(
        sweep_now(&twin),
        Resent::default(),
        "whoever stored it is given time to publish it"
    );
    let_pass(&twin, FIRST_PAUSE);
    let resent = sweep_now(&twin);
    assert_eq!(
        (resent.published, resent.unacknowledged, resent.oldest),
        (1, 1, Some(start()))
    );
    assert_eq!(published(&twin), [(sample::alert().id, 1)]);
    assert_eq!(stored(&twin).published, 1);
    acknowledge(&twin, 1);
    let_pass(&twin, 86_400);
    assert_eq!(sweep_now(&twin), Resent::default());
    assert_eq!(published(&twin).len(), 1);
}

#[test]
fn what_was_acknowledged_is_never_sent_again_nor_read_again() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|state| state.published = 0));
    acknowledge(&twin, 1);
    for _ in 0..4 {
        let_pass(&twin, 86_400);
        assert_eq!(sweep_now(&twin), Resent::default());
    }
    assert_eq!(published(&twin), []);
    assert_eq!(
        run(unsent::unsent_days(&twin)).unwrap(),
        [],
        "a day of which all was told is not looked at again"
    );
}

#[test]
fn what_is_not_acknowledged_is_sent_again_with_growing_pauses() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    let mut sent = Vec::new();
    for minute in 1..=24 * 60 {
        let_pass(&twin, 60);
        if sweep_now(&twin).published > 0 {
            sent.push(minute);
        }
    }
    assert_eq!(sent, [5, 15, 35, 75, 155, 315, 635, 995, 1_355]);
    assert!(
        published(&twin)
            .iter()
            .all(|(id, version)| (id.as_str(), *version) == (&sample::alert().id, 1))
    );
    assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
}

#[test]
fn once_somebody_can_read_again_what_waits_is_sent_at_once_and_once() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    // A day of pauses, of which the longest has just begun.
    for _ in 0..288 {
        let_pass(&twin, 300);
        sweep_now(&twin);
    }
    let sent = published(&twin).len();
    let readable = twin.clock.get().plus_seconds(60);
    let resent = |twin: &Twin<Calm>| {
        run(resend(twin, twin.clock.get(), PLENTY, Some(readable)))
            .unwrap()
            .published
    };
    assert_eq!(resent(&twin), 0, "it is not so yet");
    let_pass(&twin, 300);
    assert_eq!(resent(&twin), 1);
    let_pass(&twin, 300);
    assert_eq!(resent(&twin), 0, "from then on it has its pauses");
    assert_eq!(published(&twin).len(), sent + 1);
}

#[test]
fn after_any_number_of_days_it_is_still_stored_counted_and_sent() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    for day in [1, 15, 100, 399] {
        twin.clock.set(start().plus_seconds(day * 86_400));
        let resent = sweep_now(&twin);
        assert_eq!(
            (resent.published, resent.unacknowledged, resent.oldest),
            (1, 1, Some(start())),
            "day {day}"
        );
    }
    let now = twin.clock.get();
    let owed = run(unacknowledged(&twin, now)).unwrap();
    assert_eq!(
        owed.iter()
            .map(|one| (one.stored.state.alert.id.as_str(), one.since))
            .collect::<Vec<_>>(),
        [(&*sample::alert().id, start())]
    );
}

#[test]
fn a_new_version_has_its_own_pauses_and_is_owed_until_it_is_acknowledged() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|state| state.published = 0));
    let_pass(&twin, FIRST_PAUSE);
    sweep_now(&twin);
    acknowledge(&twin, 1);
    let_pass(&twin, 3 * 86_400);
    put(
        &twin,
        &state(|state| {
            (state.alert.version, state.alert.status, state.published) = (2, Status::Withdrawn, 1);
        }),
    );
    let_pass(&twin, FIRST_PAUSE);
    assert_eq!(sweep_now(&twin).published, 1);
    assert_eq!(published(&twin).last(), Some(&(sample::alert().id, 2)));
    // An acknowledgment of the previous version doesn't count for this one.
    let_pass(&twin, LONGEST_PAUSE);
    assert_eq!(
        (sweep_now(&twin).published, sweep_now(&twin).unacknowledged),
        (1, 1)
    );
    acknowledge(&twin, 2);
    assert_eq!(sweep_now(&twin), Resent::default());
}

#[test]
fn what_nobody_judged_again_in_time_is_judged_again_and_not_told_as_it_was() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(unproven));
    let_pass(&twin, 900);
    assert_eq!(sweep_now(&twin), Resent::default());
    let_pass(&twin, FIRST_PAUSE);
    let resent = sweep_now(&twin);
    assert_eq!(
        (resent.published, resent.rejudged, resent.unacknowledged),
        (0, 1, 1)
    );
    assert_eq!(published(&twin), []);
    let queue = twin.queue.borrow();
    let message: serde_json::Value = serde_json::from_str(&queue[0].1).unwrap();
    assert_eq!(
        message["rejudge"]["sessions"][0]["session"],
        "AROAEXAMPLE:dora"
    );
    assert_eq!(
        message["rejudge"]["records"][0],
        serde_json::json!(["444455556666", "7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002"])
    );
    assert_eq!((queue.len(), queue[0].0), (1, twin.clock.get()));
}

#[test]
fn what_waits_for_its_evidence_is_neither_sent_nor_counted() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(unproven));
    let_pass(&twin, 899);
    assert_eq!(sweep_now(&twin), Resent::default());
    assert_eq!(
        run(unsent::unsent_days(&twin)).unwrap().len(),
        1,
        "it is not forgotten either"
    );
}

#[test]
fn tampering_that_is_unproven_is_told_as_it_is() {
    let twin = Twin::new(Calm, start());
    put(
        &twin,
        &state(|state| {
            unproven(state);
            (state.alert.rule, state.due) = ("RW201".into(), Some(start()));
        }),
    );
    let_pass(&twin, FIRST_PAUSE);
    assert_eq!(
        (sweep_now(&twin).published, twin.queue.borrow().len()),
        (1, 0)
    );
}

#[test]
fn what_is_reported_and_not_alerted_is_not_sent() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|state| state.quiet = true));
    let_pass(&twin, 86_400);
    assert_eq!(
        (sweep_now(&twin), published(&twin).len()),
        (Resent::default(), 0)
    );
    // Later it turns out to be worse.
    put(&twin, &state(|state| state.alert.version = 2));
    let_pass(&twin, FIRST_PAUSE);
    assert_eq!(sweep_now(&twin).published, 1);
}

#[test]
fn what_was_withdrawn_before_anybody_was_told_is_not_sent() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    put(
        &twin,
        &state(|state| (state.alert.version, state.alert.status) = (2, Status::Withdrawn)),
    );
    for _ in 0..5 {
        let_pass(&twin, 86_400);
        assert_eq!(sweep_now(&twin), Resent::default());
    }
    assert_eq!(
        (
            published(&twin).len(),
            run(unsent::unsent_days(&twin)).unwrap().len()
        ),
        (0, 0)
    );
}

#[test]
fn what_was_told_by_somebody_who_could_not_note_it_is_withdrawn_aloud() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    // The invocation stopped after publishing. Then evidence arrived.
    put(
        &twin,
        &state(|state| (state.alert.version, state.alert.status) = (2, Status::Withdrawn)),
    );
    let_pass(&twin, FIRST_PAUSE);
    assert_eq!(sweep_now(&twin), Resent::default());
    acknowledge(&twin, 1);
    assert_eq!(sweep_now(&twin).published, 1);
    assert_eq!(published(&twin), [(sample::alert().id, 2)]);
}

#[test]
fn wherever_a_sweep_is_stopped_the_next_ones_send_it() {
    let mut stops = 0;
    for at in 1.. {
        let twin = Twin::new(Stop::default(), start());
        put(&twin, &state(|_| ()));
        let_pass(&twin, FIRST_PAUSE);
        twin.weather.passed.set(0);
        twin.weather.at.set(at);
        let outcome = run(resend(&twin, twin.clock.get(), PLENTY, None));
        if twin.weather.passed.get() < at {
            break;
        }
        assert!(
            outcome.as_ref().map_or(true, |resent| resent.failed == 1),
            "at {at}: {outcome:?}"
        );
        stops += 1;
        let_pass(&twin, 2 * FIRST_PAUSE);
        let resent = sweep_now(&twin);
        assert_eq!((resent.unacknowledged, resent.failed), (1, 0), "at {at}");
        assert!(!published(&twin).is_empty(), "at {at}: nothing was sent");
        let_pass(&twin, 4 * FIRST_PAUSE);
        sweep_now(&twin);
        assert_eq!(stored(&twin).published, 1, "at {at}");
        acknowledge(&twin, 1);
        assert_eq!(sweep_now(&twin), Resent::default(), "at {at}");
    }
    assert!(stops >= 10, "only {stops} places to be stopped at");
}

#[test]
fn wherever_storing_is_stopped_what_is_stored_is_told() {
    for at in 1..=20 {
        let twin = Twin::new(Stop::default(), start());
        twin.weather.at.set(at);
        let outcome = run(outbox::write(&twin, &state(|_| ()), 0, start()));
        twin.weather.at.set(0);
        let is_stored = twin
            .rows
            .borrow()
            .contains_key(&(TableKind::Outbox, format!("finding#{}", sample::alert().id)));
        let_pass(&twin, FIRST_PAUSE);
        let resent = sweep_now(&twin);
        assert_eq!(
            (resent.published, resent.unacknowledged),
            if is_stored { (1, 1) } else { (0, 0) },
            "at {at}: {outcome:?}"
        );
    }
}

#[test]
fn a_row_without_its_finding_is_let_go_when_its_day_is_over() {
    let twin = Twin::new(Calm, start());
    run(unsent::note_unsent(
        &twin,
        [("nothing", 1)].into_iter(),
        start(),
    ))
    .unwrap();
    let_pass(&twin, 86_400);
    assert_eq!(
        (
            sweep_now(&twin),
            run(unsent::unsent_days(&twin)).unwrap().len()
        ),
        (Resent::default(), 1)
    );
    let_pass(&twin, 86_400);
    sweep_now(&twin);
    sweep_now(&twin);
    assert_eq!(run(unsent::unsent_days(&twin)).unwrap(), []);
    // The event is brought back from the dead-letter queue.
    put(&twin, &state(|state| state.alert.id = "nothing".into()));
    let_pass(&twin, FIRST_PAUSE);
    assert_eq!(sweep_now(&twin).published, 1);
}

#[test]
fn of_two_sweeps_at_once_one_sends() {
    let twin = Twin::new(Busy, start());
    put(&twin, &state(|_| ()));
    let_pass(&twin, FIRST_PAUSE);
    let now = twin.clock.get();
    let (one, other) = run(join(
        resend(&twin, now, PLENTY, None),
        resend(&twin, now, PLENTY, None),
    ));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(
        (
            one.published + other.published,
            one.unacknowledged,
            other.unacknowledged
        ),
        (1, 1, 1)
    );
    assert_eq!(published(&twin).len(), 1);
}

#[test]
fn what_the_budget_leaves_out_comes_first_the_next_time() {
    let twin = Twin::new(Calm, start());
    for n in 0..5 {
        put(
            &twin,
            &state(|state| state.alert.id = format!("finding{n}")),
        );
        let_pass(&twin, 1);
    }
    let_pass(&twin, FIRST_PAUSE);
    let mut first = Vec::new();
    for left in [3, 1, 0] {
        let resent = run(resend(&twin, twin.clock.get(), 2, None)).unwrap();
        assert_eq!((resent.left, resent.unacknowledged), (left, 5));
        first.push(published(&twin).len());
        let_pass(&twin, 1);
    }
    assert_eq!(first, [2, 4, 5]);
}

#[test]
fn a_finding_that_cannot_be_read_holds_no_other_back() {
    let twin = Twin::new(Calm, start());
    put(&twin, &state(|_| ()));
    put(&twin, &state(|state| state.alert.id = "broken".into()));
    twin.rows
        .borrow_mut()
        .get_mut(&(TableKind::Outbox, "finding#broken".into()))
        .unwrap()
        .get_mut("state")
        .unwrap()
        .body = "{".into();
    let_pass(&twin, FIRST_PAUSE);
    let resent = sweep_now(&twin);
    assert_eq!(
        (resent.published, resent.failed, resent.unacknowledged),
        (1, 1, 2)
    );
}
