//! Runs the functions as Lambda does. An invocation gets the visible messages of its queue, and is
//! polled from time to time. The messages that it reports as failed become visible again.

use std::task::{Context, Poll, Waker};

use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use session_auditor::SessionAuditor;
use switch_guard::Guard;

use super::{Cloud, Message};
use crate::invocation::{
    Call, Ended, Function, audit, guard, guarded, notifier, notify, reader, recover,
};

/// How many seconds a delivered message stays hidden from other invocations.
const HIDDEN: i64 = 360;

/// How many invocations of each function run at a time.
const AT_ONCE: usize = 3;

/// An invocation that hasn't ended.
pub(super) struct Invocation<'w> {
    pub(super) function: Function,
    pub(super) batch: Vec<u64>,
    call: Call<'w>,
}

impl<'w> Cloud<'w> {
    /// Invokes a function, if something in its queue is visible and it isn't at its limit.
    pub(super) fn start(&mut self, function: Function) {
        let others = self
            .running
            .iter()
            .filter(|running| running.function == function)
            .count();
        if others >= AT_ONCE {
            return;
        }
        let given = self.give(function);
        if given.is_empty() {
            return;
        }
        self.invocations += 1;
        let call: Call<'w> = match function {
            Function::Guard => self.call_guard(&given),
            Function::Notifier => self.call_notifier(&given),
            Function::Auditor => {
                self.sums.swept.overlaps += u64::from(others > 0);
                self.call_auditor(&given[0])
            }
            Function::Archive => self.call_archive(&given),
        };
        self.running.push(Invocation {
            function,
            batch: given.into_iter().map(|message| message.id).collect(),
            call,
        });
    }

    /// Takes up to five visible messages of a function's queue, and hides them for a while. A
    /// schedule delivers one request at a time.
    fn give(&mut self, function: Function) -> Vec<Message> {
        let twin = self.twin;
        let now = twin.clock.get();
        let dice = &twin.weather.dice;
        let mut visible: Vec<&mut Message> = self
            .queue(function)
            .iter_mut()
            .filter(|message| message.visible <= now)
            .collect();
        if visible.is_empty() {
            return Vec::new();
        }
        let most = if function == Function::Auditor {
            0
        } else {
            dice.below(5)
        };
        let mut given: Vec<Message> = Vec::new();
        for _ in 0..=most {
            if visible.is_empty() {
                break;
            }
            let message = visible.swap_remove(dice.below(visible.len()));
            message.visible = now.plus_seconds(HIDDEN);
            message.receipts += 1;
            given.push(message.clone());
        }
        given
    }

    fn call_guard(&mut self, given: &[Message]) -> Call<'w> {
        let process = self.guards.pop().unwrap_or_else(|| Guard::new(guarded()));
        Box::pin(guard(self.twin, process, batch(given)))
    }

    fn call_notifier(&mut self, given: &[Message]) -> Call<'w> {
        let process = self
            .notifiers
            .pop()
            .unwrap_or_else(|| notifier(self.twin, self.slack));
        Box::pin(notify(process, batch(given), self.invocations))
    }

    fn call_auditor(&mut self, request: &Message) -> Call<'w> {
        let twin = self.twin;
        let process = self
            .auditors
            .pop()
            .unwrap_or_else(|| SessionAuditor::new(Vec::new(), "us-east-1".to_owned()));
        let dice = &twin.weather.dice;
        let seconds = if twin.weather.blows.get() && dice.permille(300) {
            dice.below(90)
        } else {
            280
        };
        let deadline = twin
            .clock
            .get()
            .plus_seconds(i64::try_from(seconds).unwrap());
        let request = serde_json::from_str(&request.body).unwrap();
        Box::pin(audit(twin, process, request, deadline))
    }

    fn call_archive(&mut self, given: &[Message]) -> Call<'w> {
        let process = self.readers.pop().unwrap_or_else(reader);
        Box::pin(recover(self.twin, process, batch(given)))
    }

    /// Lets one invocation run until its next call to the outside, or its end.
    pub(super) fn poll(&mut self, at: usize) {
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(ended) = self.running[at].call.as_mut().poll(&mut context) else {
            return;
        };
        let Invocation {
            function, batch, ..
        } = self.running.swap_remove(at);
        let failed = self.ended(ended);
        let now = self.twin.clock.get();
        self.queue(function).retain_mut(|message| {
            if !batch.contains(&message.id) {
                return true;
            }
            let again = failed
                .as_ref()
                .is_none_or(|failed| failed.contains(&message.id.to_string()));
            if again {
                message.visible = message.visible.max(now.plus_seconds(20));
            }
            again
        });
    }

    /// The IDs of the failed messages. `None` means all of them.
    fn ended(&mut self, ended: Ended<'w>) -> Option<Vec<String>> {
        match ended {
            Ended::Guard(guard, outcome) => {
                self.is_busy();
                self.guards.push(guard);
                outcome.ok().map(|(failed, report)| {
                    self.sums.received += report.received;
                    self.sums.ended += report.judged
                        + report.duplicate
                        + report.not_relevant
                        + report.quarantined
                        + report.failed;
                    self.sums.quarantined += report.quarantined;
                    self.sums.recovered += report.recovered;
                    self.sums.unaccounted |= report.metrics("switch-guard").unaccounted() != 0;
                    failed
                })
            }
            Ended::Notifier(notifier, outcome) => {
                self.is_busy();
                self.notifiers.push(notifier);
                outcome.ok().map(|(failed, _)| failed)
            }
            Ended::Auditor(auditor, request, outcome) => {
                self.auditors.push(auditor);
                self.swept(request, outcome)
            }
            Ended::Archive(reader, outcome) => {
                self.is_busy();
                self.readers.push(reader);
                outcome.ok().map(|(failed, report)| {
                    self.sums.missed += report.missed.values().sum::<u64>();
                    self.sums.unread += report.files_unread
                        + report.records_unread
                        + report.quarantined
                        + report.ignored;
                    failed
                })
            }
        }
    }

    fn swept(
        &mut self,
        request: session_auditor::Request,
        outcome: Result<session_auditor::TaskReport, String>,
    ) -> Option<Vec<String>> {
        if outcome.as_ref().is_ok_and(|report| report.taken.is_some()) {
            self.is_busy();
            return Some(Vec::new());
        }
        let sum = &mut self.sums.swept;
        let (Some(swept), Some(resent)) = outcome
            .map(|report| (report.swept, report.resent))
            .unwrap_or_default()
        else {
            sum.failed += 1;
            return None;
        };
        sum.count(swept, resent);
        if swept.stopped
            || swept.lookups
                + swept.closed
                + swept.rejudged
                + resent.published
                + resent.rejudged
                + resent.failed
                > 0
        {
            self.is_busy();
        } else if let Some(at) = request.at {
            self.quiet = self
                .quiet
                .max(Some((at, swept.open + resent.unacknowledged)));
        }
        Some(Vec::new())
    }
}

fn batch(messages: &[Message]) -> Box<RawValue> {
    let record = |message: &Message| {
        json!({
            "messageId": message.id.to_string(),
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": message.receipts.to_string()},
            "eventSource": "aws:sqs",
        })
    };
    let records: Vec<_> = messages.iter().map(record).collect();
    to_raw_value(&json!({ "Records": records })).unwrap()
}
