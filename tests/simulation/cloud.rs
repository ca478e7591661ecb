//! Two queues and the functions behind them, as Lambda runs them: several at a time, each at its own pace, stopped at any call to the outside.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rolewatch_edge::port::Notice;
use rolewatch_edge::settings::Language;
use rolewatch_edge::slack::{Courier, sample};
use rolewatch_edge::testing::Twin;
use rolewatch_guard::moment::Moment;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use slack_notifier::Notifier;
use switch_guard::Guard;

use crate::slack::{Aws, Line, Slack};
use crate::storm::Storm;

/// How long a message is hidden from others once it was given out, in seconds.
const HIDDEN: i64 = 360;

/// How many invocations of each function run at a time.
const AT_ONCE: usize = 3;

#[derive(Debug, Clone)]
struct Message {
    id: u64,
    body: String,
    visible: Moment,
    receipts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Guard,
    Notifier,
}

/// Sums over the invocations that ended.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) received: u64,
    pub(crate) ended: u64,
    pub(crate) quarantined: u64,
    pub(crate) crashes: u64,
    pub(crate) unaccounted: bool,
}

enum Ended<'w> {
    Guard(Guard, Result<(Vec<String>, switch_guard::Report), String>),
    Notifier(Notifier<Aws<'w>, Line<'w>>, Result<(Vec<String>, slack_notifier::Report), String>),
}

struct Invocation<'w> {
    function: Function,
    batch: Vec<u64>,
    future: Pin<Box<dyn Future<Output = Ended<'w>> + 'w>>,
}

/// Everything that runs.
pub(crate) struct Cloud<'w> {
    twin: &'w Twin<Storm>,
    slack: &'w Slack,
    events: Vec<Message>,
    alerts: Vec<Message>,
    numbers: u64,
    topics_read: usize,
    running: Vec<Invocation<'w>>,
    guards: Vec<Guard>,
    notifiers: Vec<Notifier<Aws<'w>, Line<'w>>>,
    invocations: Cell<u64>,
    pub(crate) sums: Sums,
}

impl<'w> Cloud<'w> {
    pub(crate) fn new(twin: &'w Twin<Storm>, slack: &'w Slack) -> Self {
        Self {
            twin,
            slack,
            events: Vec::new(),
            alerts: Vec::new(),
            numbers: 0,
            topics_read: 0,
            running: Vec::new(),
            guards: Vec::new(),
            notifiers: Vec::new(),
            invocations: Cell::new(0),
            sums: Sums::default(),
        }
    }

    /// An event that reaches the queue after a while.
    pub(crate) fn event(&mut self, body: String, after: i64) {
        let visible = self.twin.clock.get().plus_seconds(after);
        let message = self.message(body, visible);
        self.events.push(message);
    }

    fn message(&mut self, body: String, visible: Moment) -> Message {
        self.numbers += 1;
        Message { id: self.numbers, body, visible, receipts: 0 }
    }

    /// Lets things happen until nothing is left to do. The storm ends at some point.
    pub(crate) fn run(&mut self, storm: usize) {
        let dice = &self.twin.weather.dice;
        for step in 0.. {
            assert!(step < 400_000, "it never comes to rest: {} events, {} alerts", self.events.len(), self.alerts.len());
            if step == storm {
                self.twin.weather.blows.set(false);
            }
            self.carry();
            let blows = self.twin.weather.blows.get();
            match dice.below(10) {
                0 => self.start(Function::Guard),
                1 => self.start(Function::Notifier),
                2 if blows && dice.permille(60) && !self.running.is_empty() => {
                    // Out of memory, out of time, a host that dies: wherever it is.
                    let at = dice.below(self.running.len());
                    drop(self.running.swap_remove(at));
                    self.sums.crashes += 1;
                }
                3 if blows && dice.permille(20) => self.give_again(),
                4 if dice.permille(100) => self.pass(1 + i64::try_from(dice.below(20)).unwrap()),
                _ if !self.running.is_empty() => self.poll(dice.below(self.running.len())),
                _ => {}
            }
            if self.running.is_empty() && !self.wait() && self.twin.weather.blows.get() {
                self.twin.weather.blows.set(false);
            }
            if self.running.is_empty() && self.events.is_empty() && self.alerts.is_empty() && self.twin.queue.borrow().is_empty() {
                return;
            }
        }
    }

    fn pass(&self, seconds: i64) {
        self.twin.clock.set(self.twin.clock.get().plus_seconds(seconds));
    }

    /// Queues deliver at least once: a message is given out again while it is being dealt with.
    fn give_again(&mut self) {
        let now = self.twin.clock.get();
        let dice = &self.twin.weather.dice;
        let queue = if dice.permille(500) { &mut self.events } else { &mut self.alerts };
        if !queue.is_empty() {
            let at = dice.below(queue.len());
            queue[at].visible = queue[at].visible.min(now);
        }
    }

    /// When nothing is visible and nothing runs, time passes until something is. `false`: nothing ever will be.
    fn wait(&mut self) -> bool {
        let now = self.twin.clock.get();
        let next = self.events.iter().chain(&self.alerts).map(|message| message.visible).min();
        match next {
            None => false,
            Some(next) if next > now => {
                self.twin.clock.set(next);
                true
            }
            Some(_) => true,
        }
    }

    /// From the twins to the queues: what the guard sent itself, and what the topic took.
    fn carry(&mut self) {
        for (visible, body) in self.twin.queue.take() {
            let message = self.message(body, visible);
            self.events.push(message);
        }
        let topics = self.twin.topics.borrow();
        let fresh: Vec<Notice> = topics.iter().skip(self.topics_read).cloned().collect();
        self.topics_read = topics.len();
        drop(topics);
        for notice in fresh {
            let Notice::Finding { body, .. } = notice else { continue };
            let copies = if self.twin.weather.blows.get() && self.twin.weather.dice.permille(50) { 2 } else { 1 };
            for _ in 0..copies {
                let message = self.message(body.clone(), self.twin.clock.get());
                self.alerts.push(message);
            }
        }
    }

    fn start(&mut self, function: Function) {
        if self.running.iter().filter(|running| running.function == function).count() >= AT_ONCE {
            return;
        }
        let now = self.twin.clock.get();
        let dice = &self.twin.weather.dice;
        let queue = if function == Function::Guard { &mut self.events } else { &mut self.alerts };
        let mut visible: Vec<&mut Message> = queue.iter_mut().filter(|message| message.visible <= now).collect();
        if visible.is_empty() {
            return;
        }
        let mut records = Vec::new();
        let mut batch = Vec::new();
        for _ in 0..=dice.below(5) {
            if visible.is_empty() {
                break;
            }
            let message = visible.swap_remove(dice.below(visible.len()));
            message.visible = now.plus_seconds(HIDDEN);
            message.receipts += 1;
            batch.push(message.id);
            records.push(json!({
                "messageId": message.id.to_string(),
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": message.receipts.to_string()},
                "eventSource": "aws:sqs",
            }));
        }
        let payload = to_raw_value(&json!({ "Records": records })).unwrap();
        let number = self.invocations.get() + 1;
        self.invocations.set(number);
        let future: Pin<Box<dyn Future<Output = Ended<'w>> + 'w>> = match function {
            Function::Guard => Box::pin(guard(self.twin, self.guards.pop().unwrap_or_default(), payload)),
            Function::Notifier => {
                let notifier = self.notifiers.pop().unwrap_or_else(|| {
                    let line = Line { twin: self.twin, slack: self.slack };
                    let channel = self.slack.bot.then(|| "C0EXAMPLE".to_owned());
                    Notifier::new(Courier::new(Aws(self.twin), line, sample::view(Language::English), channel, None, false))
                });
                Box::pin(notify(notifier, payload, number))
            }
        };
        self.running.push(Invocation { function, batch, future });
    }

    fn poll(&mut self, at: usize) {
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(ended) = self.running[at].future.as_mut().poll(&mut context) else { return };
        let Invocation { function, batch, .. } = self.running.swap_remove(at);
        let failed = match ended {
            Ended::Guard(guard, outcome) => {
                self.guards.push(guard);
                outcome.ok().map(|(failed, report)| {
                    self.sums.received += report.received;
                    self.sums.ended += report.judged + report.duplicate + report.not_relevant + report.quarantined + report.failed;
                    self.sums.quarantined += report.quarantined;
                    self.sums.unaccounted |= report.metrics("switch-guard").unaccounted() != 0;
                    failed
                })
            }
            Ended::Notifier(notifier, outcome) => {
                self.notifiers.push(notifier);
                outcome.ok().map(|(failed, _)| failed)
            }
        };
        let now = self.twin.clock.get();
        let queue = if function == Function::Guard { &mut self.events } else { &mut self.alerts };
        queue.retain_mut(|message| {
            if !batch.contains(&message.id) {
                return true;
            }
            let again = failed.as_ref().is_none_or(|failed| failed.contains(&message.id.to_string()));
            if again {
                message.visible = message.visible.max(now.plus_seconds(20));
            }
            again
        });
    }
}

async fn guard(twin: &Twin<Storm>, mut guard: Guard, payload: Box<RawValue>) -> Ended<'_> {
    let outcome = guard.handle(twin, &payload, None).await.map_err(|trouble| trouble.to_string());
    let failed = outcome
        .map(|(response, report)| (response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(), report));
    Ended::Guard(guard, failed)
}

async fn notify<'w>(notifier: Notifier<Aws<'w>, Line<'w>>, payload: Box<RawValue>, number: u64) -> Ended<'w> {
    let outcome = notifier.handle(payload.get(), &format!("invocation-{number}")).await.map_err(|failed| failed.to_string());
    let failed =
        outcome.map(|report| (report.response.batch_item_failures.iter().map(|failure| failure.item_identifier.clone()).collect(), report));
    Ended::Notifier(notifier, failed)
}
