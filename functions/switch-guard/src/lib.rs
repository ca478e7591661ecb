//! switch-guard: receives events, and stores and publishes findings.
//!
//! The handler takes an SQS batch, whose messages can fail individually, or one bare event, so that
//! every file of `events/` can be passed to it by hand.

mod envelope;
mod intake;
mod time;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::probe::ProbeSender;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::inbox::Inbound;
use rolewatch_live::port::{Bucket, Clock, Directory, Queue, Table, Topic, Trouble};
use rolewatch_live::rulebook::Shelf;
use rolewatch_live::settle::SettleCounts;
use rolewatch_live::telemetry::{Count, Latency, Metrics};
use serde_json::value::RawValue;

use envelope::OpenedMessage;

pub use intake::MessageOutcome;

/// The ports of switch-guard.
pub trait GuardPorts: Table + Queue + Topic + Bucket + Directory + Clock {}

impl<O: Table + Queue + Topic + Bucket + Directory + Clock> GuardPorts for O {}

/// The state that is kept between invocations.
#[derive(Debug, Default)]
pub struct Guard {
    shelf: Shelf,
    guarded: GuardedResources,
    prober: Option<ProbeSender>,
}

/// The result of one invocation. `received` is the sum of `judged`, `duplicate`, `not_relevant`,
/// `quarantined` and `failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgementReport {
    /// Events, without heartbeats, probes and messages to ourselves.
    pub received: u64,
    /// Stored, judged and, where due, published.
    pub judged: u64,
    /// Already known.
    pub duplicate: u64,
    /// Not used by the engine.
    pub not_relevant: u64,
    /// Unreadable, and stored in quarantine.
    pub quarantined: u64,
    /// Of those judged: recovered, because EventBridge hadn't delivered them.
    pub recovered: u64,
    /// Of those judged: some details can't be read, and a copy is in quarantine.
    pub partly_unread: u64,
    /// Judged again after their evidence had time to arrive.
    pub rejudged: u64,
    /// Heartbeats that were passed on.
    pub heartbeats: u64,
    /// Records of our own probes.
    pub probes: u64,
    /// Events to be delivered again.
    pub failed: u64,
    /// Heartbeats, probes and messages to ourselves that have to be delivered again.
    pub own_failed: u64,
    /// The counts of settling.
    pub settled: SettleCounts,
    /// Seconds from the time of each judged event to the end of its judgment.
    pub latencies: Vec<i64>,
}

impl JudgementReport {
    /// The result as metrics. `function` is the function's name in the code.
    pub fn metrics(&self, function: &'static str) -> Metrics {
        let mut metrics = Metrics::of_function(function);
        for (what, count) in [
            (Count::Received, self.received),
            (Count::Judged, self.judged),
            (Count::Duplicate, self.duplicate),
            (Count::NotRelevant, self.not_relevant),
            (Count::Quarantined, self.quarantined),
            (Count::Failed, self.failed),
            (Count::Recovered, self.recovered),
            (Count::PartlyUnread, self.partly_unread),
            (Count::Findings, self.settled.found + self.settled.changed),
            (Count::Published, self.settled.published),
            (Count::HeartbeatReceived, self.heartbeats),
            (Count::ProbeReceived, self.probes),
        ] {
            metrics.count(what, count);
        }
        for seconds in &self.latencies {
            metrics.note_latency(Latency::Guard, seconds.saturating_mul(1_000));
        }
        metrics
    }

    /// Counts a message that has to be delivered again. `own`: it isn't an event.
    fn count_failure(&mut self, own: bool) {
        if own {
            self.own_failed += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Guard {
    /// Also watches over the `guarded` resources.
    pub fn new(guarded: GuardedResources) -> Self {
        Self {
            shelf: Shelf::default(),
            guarded,
            prober: None,
        }
    }

    /// Recognizes session-auditor's probes from this account.
    #[must_use]
    pub fn with_hub(self, hub: AccountId) -> Self {
        Self {
            prober: Some(ProbeSender::new(&self.guarded, hub)),
            ..self
        }
    }

    /// Reads policy and rosters before the first event, which then doesn't wait for them.
    ///
    /// # Errors
    /// Returns an error if a port fails, or if there never was a valid policy.
    pub async fn prepare<O: GuardPorts>(&mut self, outside: &O) -> Result<(), Trouble> {
        self.shelf.current(outside, outside.now()).await.map(drop)
    }

    /// Handles one invocation. Messages of a batch that can't begin in time before the `deadline`
    /// are returned to the queue instead of being cut off.
    ///
    /// # Errors
    /// Returns an error for a bare event, or if a failed message has no ID. For a batch, the
    /// response names the messages that failed.
    pub async fn handle<O: GuardPorts>(
        &mut self,
        outside: &O,
        payload: &RawValue,
        deadline: Option<Moment>,
    ) -> Result<(SqsBatchResponse, JudgementReport), Trouble> {
        let mut report = JudgementReport::default();
        let mut response = SqsBatchResponse::default();
        let Ok(batch) = serde_json::from_str::<SqsEvent>(payload.get()) else {
            let message = self.open(payload.get());
            self.handle_message(outside, message, true, &mut report)
                .await?;
            return Ok((response, report));
        };
        let open = |message| (message, self.open(body_of(message)));
        let mut opened: Vec<(&SqsMessage, OpenedMessage<'_>)> =
            batch.records.iter().map(open).collect();
        opened.sort_by_key(|(_, opened)| opened.order());
        for (message, opened) in opened {
            let (own, longest) = (opened.is_own(), opened.longest());
            // A returned message comes back later. An invocation that is cut off fails its whole
            // batch.
            if deadline.is_some_and(|deadline| deadline.seconds_since(outside.now()) < longest) {
                report.received += u64::from(!own);
                report.count_failure(own);
                let late = || Trouble::Unreachable {
                    what: "the rest of the batch".to_owned(),
                    why: "no time left".to_owned(),
                };
                let id = message.message_id.clone().ok_or_else(late)?;
                tracing::warn!(message = %id, "no time left for a message; it will be redelivered");
                response.add_failure(id);
                continue;
            }
            let first_try = message
                .attributes
                .get("ApproximateReceiveCount")
                .is_some_and(|count| count == "1");
            if let Err(trouble) = self
                .handle_message(outside, opened, first_try, &mut report)
                .await
            {
                let id = message.message_id.clone().ok_or_else(|| trouble.clone())?;
                tracing::error!(message = %id, %trouble, "a message failed and will be redelivered");
                response.add_failure(id);
            }
        }
        Ok((response, report))
    }

    async fn handle_message<O: GuardPorts>(
        &mut self,
        outside: &O,
        opened: OpenedMessage<'_>,
        first_try: bool,
        report: &mut JudgementReport,
    ) -> Result<(), Trouble> {
        let own = opened.is_own();
        let recovered = matches!(opened.message, Inbound::Recovered(_));
        if !own {
            report.received += 1;
        }
        let taken =
            match intake::handle_opened(outside, &mut self.shelf, &self.guarded, opened, first_try)
                .await
            {
                Ok(taken) => taken,
                Err(trouble) => {
                    report.count_failure(own);
                    return Err(trouble);
                }
            };
        report.settled.add(taken.settled);
        report.partly_unread += u64::from(taken.partly_unread);
        match taken.outcome {
            MessageOutcome::Judged { time } => {
                report.judged += 1;
                report.recovered += u64::from(recovered);
                report
                    .latencies
                    .push(outside.now().seconds_since(time).max(0));
            }
            MessageOutcome::Duplicate => report.duplicate += 1,
            // It comes back and is counted then.
            MessageOutcome::UnderWay => report.received -= u64::from(!own),
            MessageOutcome::NotRelevant => report.not_relevant += 1,
            MessageOutcome::Quarantined => report.quarantined += 1,
            MessageOutcome::Rejudged => report.rejudged += 1,
            MessageOutcome::Heartbeat => report.heartbeats += 1,
            MessageOutcome::Probe => report.probes += 1,
        }
        Ok(())
    }

    fn open<'m>(&self, body: &'m str) -> OpenedMessage<'m> {
        OpenedMessage::new(body, self.prober.as_ref())
    }
}

fn body_of(message: &SqsMessage) -> &str {
    message.body.as_deref().unwrap_or_default()
}
