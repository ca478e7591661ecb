//! The cloud of the simulation: queues, a schedule, and the functions behind them.
//!
//! The functions run as in Lambda: several at a time, each at its own pace, and each can be stopped
//! at any call to the outside.

mod lambda;

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::Notice;
use rolewatch_live::testing::Twin;
use serde_json::json;
use session_auditor::SessionAuditor;
use slack_notifier::Notifier;
use switch_guard::Guard;

use crate::invocation::Function;
use crate::slack::{Aws, Line, Slack};
use crate::storm::Storm;
use crate::sums::Sums;
use crate::unread::standing;
use lambda::Invocation;

/// The schedule invokes the auditor every this many seconds.
const EVERY: i64 = 300;

/// While nothing happens, the schedule skips to runs this many seconds apart. The runs in between
/// would do nothing.
const IDLE: i64 = 3_600;

/// This many seconds after the last message, a sweep finds nothing more to do.
const RESTS: i64 = 900;

/// Everything is over after this many seconds, because sessions are given up after two days.
const OVER: i64 = 6 * 86_400;

#[derive(Debug, Clone)]
struct Message {
    id: u64,
    body: String,
    visible: Moment,
    receipts: u32,
}

/// Everything that runs.
pub(crate) struct Cloud<'w> {
    twin: &'w Twin<Storm>,
    slack: &'w Slack,
    events: Vec<Message>,
    alerts: Vec<Message>,
    requests: Vec<Message>,
    files: Vec<Message>,
    numbers: u64,
    topics_read: usize,
    running: Vec<Invocation<'w>>,
    guards: Vec<Guard>,
    notifiers: Vec<Notifier<Aws<'w>, Line<'w>>>,
    auditors: Vec<SessionAuditor>,
    readers: Vec<archive_auditor::ArchiveAuditor>,
    invocations: u64,
    /// When the schedule is due.
    due: Moment,
    /// When anything was last processed, except by a sweep that found nothing to do.
    busy: Moment,
    /// The time of a sweep that found nothing to do, and how many sessions it found open.
    quiet: Option<(Moment, u64)>,
    pub(crate) sums: Sums,
}

impl<'w> Cloud<'w> {
    pub(crate) fn new(twin: &'w Twin<Storm>, slack: &'w Slack) -> Self {
        let now = twin.clock.get();
        Self {
            twin,
            slack,
            events: Vec::new(),
            alerts: Vec::new(),
            requests: Vec::new(),
            files: Vec::new(),
            numbers: 0,
            topics_read: 0,
            running: Vec::new(),
            guards: Vec::new(),
            notifiers: Vec::new(),
            auditors: Vec::new(),
            readers: Vec::new(),
            invocations: 0,
            due: now,
            busy: now,
            quiet: None,
            sums: Sums::default(),
        }
    }

    /// Adds an event that reaches the queue at a given time.
    pub(crate) fn event(&mut self, body: String, at: Moment) {
        let message = self.message(body, at);
        self.events.push(message);
    }

    /// Adds a request with which a schedule invokes the auditor.
    pub(crate) fn request(&mut self, request: String, at: Moment) {
        let message = self.message(request, at);
        self.requests.push(message);
    }

    /// Adds the event that S3 sends when a log file is written.
    pub(crate) fn file(&mut self, created: String, at: Moment) {
        let message = self.message(created, at);
        self.files.push(message);
    }

    fn message(&mut self, body: String, visible: Moment) -> Message {
        self.numbers += 1;
        Message {
            id: self.numbers,
            body,
            visible,
            receipts: 0,
        }
    }

    fn queue(&mut self, function: Function) -> &mut Vec<Message> {
        match function {
            Function::Guard => &mut self.events,
            Function::Notifier => &mut self.alerts,
            Function::Auditor => &mut self.requests,
            Function::Archive => &mut self.files,
        }
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        [&self.events, &self.alerts, &self.requests, &self.files]
            .into_iter()
            .flatten()
    }

    /// Runs everything until nothing is left to do. The storm ends after some steps.
    pub(crate) fn run(&mut self, storm: usize) {
        self.run_and_look(storm, || ());
    }

    /// Like [`Cloud::run`], but calls `look` right before the storm ends.
    pub(crate) fn run_and_look(&mut self, mut storm: usize, look: impl FnOnce()) {
        let mut look = Some(look);
        let dice = &self.twin.weather.dice;
        let over = self
            .messages()
            .map(|message| message.visible)
            .max()
            .unwrap_or(self.busy)
            .plus_seconds(OVER);
        for step in 0.. {
            assert!(
                step < 400_000 && self.twin.clock.get() < over,
                "it never comes to rest: {:?} {:?}",
                self.events,
                self.alerts
            );
            if step == storm
                && let Some(look) = look.take()
            {
                look();
                self.twin.weather.calm_down(self.twin);
            }
            self.carry();
            let blows = self.twin.weather.blows.get();
            match dice.below(12) {
                0 => self.start(Function::Guard),
                1 => self.start(Function::Notifier),
                2 => self.start(Function::Auditor),
                3 => self.start(Function::Archive),
                4 if blows && dice.permille(60) && !self.running.is_empty() => {
                    // Out of memory, out of time, or a failed host. It can happen at any point.
                    let at = dice.below(self.running.len());
                    let stopped = self.running.swap_remove(at);
                    self.sums.crashes += 1;
                    if stopped.function == Function::Notifier && dice.permille(300) {
                        // The queue gives up. Nobody reads its dead letters here.
                        self.sums.lost += stopped.batch.len();
                        self.alerts
                            .retain(|message| !stopped.batch.contains(&message.id));
                    }
                }
                5 if blows && dice.permille(20) => self.give_again(),
                6 if dice.permille(100) => self.pass(1 + i64::try_from(dice.below(20)).unwrap()),
                _ if !self.running.is_empty() => self.poll(dice.below(self.running.len())),
                _ => {}
            }
            if self.running.is_empty() {
                if self.is_at_rest() {
                    if look.is_none() {
                        return;
                    }
                    // Nothing more happens in this storm, so it ends.
                    storm = step + 1;
                }
                self.wait();
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        let closed = self
            .quiet
            .is_some_and(|(at, open)| open == 0 && at.seconds_since(self.busy) >= RESTS);
        closed
            && self.messages().next().is_none()
            && self.twin.queue.borrow().is_empty()
            && self.is_all_told()
    }

    /// Whether Slack, if it works, was told who receives e-mail.
    fn is_all_told(&self) -> bool {
        self.twin.weather.refusal().is_some()
            || standing(self.twin).is_none_or(|standing| standing.told == standing.version)
    }

    fn pass(&self, seconds: i64) {
        self.twin
            .clock
            .set(self.twin.clock.get().plus_seconds(seconds));
    }

    /// Queues and schedules deliver at least once, so a message can be delivered again while it is
    /// being processed.
    fn give_again(&mut self) {
        let now = self.twin.clock.get();
        let dice = &self.twin.weather.dice;
        let all = [
            &mut self.events,
            &mut self.alerts,
            &mut self.requests,
            &mut self.files,
        ];
        let queue = all.into_iter().nth(dice.below(4)).unwrap();
        if !queue.is_empty() {
            let at = dice.below(queue.len());
            // A message that was never delivered can't be delivered again.
            if queue[at].receipts > 0 {
                queue[at].visible = queue[at].visible.min(now);
            }
        }
    }

    /// If nothing is visible and nothing runs, moves the clock until something is.
    fn wait(&mut self) {
        let next = self
            .messages()
            .map(|message| message.visible)
            .chain([self.due])
            .min()
            .unwrap();
        if next > self.twin.clock.get() {
            self.twin.clock.set(next);
        }
    }

    /// Moves messages from the twins to the queues: what the guard was sent, what the topic
    /// accepted, and what is due.
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
            let Notice::Finding { body, .. } = notice else {
                continue;
            };
            // Twice, or never.
            let copies = match self.twin.weather.dice.below(20) {
                0 if self.twin.weather.blows.get() => 2,
                1 if self.twin.weather.blows.get() => 0,
                _ => 1,
            };
            self.sums.lost += usize::from(copies == 0);
            for _ in 0..copies {
                let message = self.message(body.clone(), self.twin.clock.get());
                self.alerts.push(message);
            }
        }
        if self.due <= self.twin.clock.get() {
            self.tick();
        }
    }

    /// The schedule is due.
    fn tick(&mut self) {
        let now = self.twin.clock.get();
        self.twin.weather.turn(self.twin);
        let message = self.message(json!({"task": "sweep", "at": self.due}).to_string(), now);
        self.requests.push(message);
        let idle = self.quiet.is_some_and(|(at, _)| at >= self.busy);
        self.due = Self::mark_after(now).plus_seconds(if idle { IDLE - EVERY } else { 0 });
    }

    /// Notes that something happened.
    fn is_busy(&mut self) {
        self.busy = self.twin.clock.get();
        self.due = self.due.min(Self::mark_after(self.busy));
    }

    /// When the schedule is next due after a given time.
    fn mark_after(now: Moment) -> Moment {
        now.plus_seconds(EVERY - now.epoch_seconds().rem_euclid(EVERY))
    }
}
