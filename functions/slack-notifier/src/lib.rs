//! slack-notifier: sends findings from the queue to Slack, once each.
//!
//! The handler takes an SQS batch, whose messages can fail individually. For manual tests, it also
//! takes one SNS event or one bare message.

mod envelope;
#[cfg(feature = "http")]
pub mod http;
mod time;

use rolewatch_guard::moment::Moment;
use rolewatch_live::telemetry::{Count, Latency, Metrics};
use rolewatch_live::wire::{Alert, Digest, RecipientsChanged, TopicMessage};
use rolewatch_notify::DeliveryOutcome;
use rolewatch_notify::port::{DeliveryPorts, Pause, Vault};
use rolewatch_notify::slack::client::NotTaken;
use rolewatch_notify::slack::port::{Chatroom, Post};
use rolewatch_notify::slack::{Courier, Setback, SetbackKind, Visit};
use serde::Serialize;

use crate::time::BEGIN_WITHIN;
use envelope::{ReceivedMessage, open};

/// From this receipt of a message on, an alert for which Slack is too busy goes by e-mail, and one
/// that nobody can read is left to session-auditor. The queue gives up later than that.
pub const MAIL_FROM_RECEIPT: u32 = 4;

/// The function, with the state that is kept between invocations.
pub struct Notifier<A, S> {
    courier: Courier<A, S>,
}

/// The result of one invocation.
#[derive(Debug)]
pub struct DeliveryReport {
    /// The answer for Lambda: which messages of the batch have to be delivered again.
    pub response: Response,
    /// The result of each message, in order.
    pub ends: Vec<End>,
    /// The counts of alerts, digests and changes of who receives e-mail. Received = Delivered +
    /// Folded + Duplicate + Pending + Failed + what was mailed, quiet or withdrawn unseen.
    /// Heartbeats aren't included.
    pub metrics: Metrics,
}

/// How the processing of a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// An alert was processed.
    Told {
        /// The finding's ID.
        id: String,
        /// Its version.
        version: u64,
        /// The outcome.
        outcome: DeliveryOutcome,
    },
    /// A digest was processed.
    Digest(DeliveryOutcome),
    /// A message that the last recipient of e-mail is gone, or that there is one again, was
    /// processed.
    Recipients(DeliveryOutcome),
    /// An alert or a digest couldn't be processed now. It has to be delivered again.
    Pending(Setback),
    /// An alert that nobody can read was delivered often enough. It isn't acknowledged, so
    /// session-auditor sends it again with growing pauses. It doesn't go back to the queue, because
    /// each repetition would leave one more copy there.
    Left(Setback),
    /// A heartbeat arrived, and the secret can be read.
    Heartbeat,
    /// A heartbeat arrived, but Slack couldn't have been called.
    HeartbeatOnly(String),
    /// The message isn't ours. It is delivered again until it reaches the dead-letter queue, where
    /// somebody sees it.
    Unreadable(String),
}

/// The answer to the event source mapping (`ReportBatchItemFailures`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The messages that failed.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A message that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The message's ID.
    pub item_identifier: String,
}

/// A message that didn't come through a queue couldn't be processed. The call itself has to fail so
/// that it is repeated.
#[derive(Debug, thiserror::Error)]
#[error("couldn't process {count} of the messages; the first one: {first}")]
pub struct Failed {
    /// How many messages failed.
    pub count: usize,
    /// Why the first one failed.
    pub first: String,
}

impl End {
    /// Why the message has to be delivered again.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Pending(setback) => Some(&setback.why),
            Self::Unreadable(why) => Some(why),
            Self::Told { .. }
            | Self::Digest(_)
            | Self::Recipients(_)
            | Self::Left(_)
            | Self::Heartbeat
            | Self::HeartbeatOnly(_) => None,
        }
    }

    fn count(&self, metrics: &mut Metrics) {
        let counts: &[Count] = match self {
            Self::Told { outcome, .. } | Self::Digest(outcome) | Self::Recipients(outcome) => {
                counted(*outcome)
            }
            Self::Pending(setback) | Self::Left(setback)
                if setback.kind == SetbackKind::NoReader =>
            {
                &[Count::Received, Count::Pending, Count::SlackFailed]
            }
            Self::Pending(_) | Self::Left(_) => &[Count::Received, Count::Pending],
            Self::Unreadable(_) => &[Count::Received, Count::Failed],
            Self::Heartbeat => &[Count::HeartbeatDelivered],
            Self::HeartbeatOnly(_) => &[Count::SlackFailed],
        };
        for count in counts {
            metrics.count(*count, 1);
        }
    }
}

/// The counts for an outcome.
fn counted(outcome: DeliveryOutcome) -> &'static [Count] {
    match outcome {
        DeliveryOutcome::Delivered | DeliveryOutcome::Updated => {
            &[Count::Received, Count::Delivered]
        }
        DeliveryOutcome::Folded => &[Count::Received, Count::Folded],
        DeliveryOutcome::Duplicate => &[Count::Received, Count::Duplicate],
        DeliveryOutcome::Mailed => &[Count::Received, Count::SlackFailed],
        DeliveryOutcome::Quiet | DeliveryOutcome::Unseen => &[Count::Received],
    }
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Notifier<A, S> {
    /// Delivers with this courier.
    pub fn new(courier: Courier<A, S>) -> Self {
        Self { courier }
    }

    /// Processes an event. `invocation` is different for each invocation.
    ///
    /// # Errors
    /// Returns an error if a message that didn't come through a queue couldn't be processed.
    pub async fn handle(&self, event: &str, invocation: &str) -> Result<DeliveryReport, Failed> {
        let given = open(event);
        let visit = Visit::new(invocation);
        let mut report = DeliveryReport {
            response: Response::default(),
            ends: Vec::new(),
            metrics: Metrics::of_function("slack-notifier"),
        };
        let mut alone = Vec::new();
        // One after another: Slack accepts about one message a second per channel.
        let began = self.courier.now();
        for one in given {
            let end = if self.courier.now().seconds_since(began) > BEGIN_WITHIN {
                End::Pending(Setback::trouble(None, "no time left in this invocation"))
            } else {
                self.handle_message(&one, &visit, &mut report.metrics).await
            };
            end.count(&mut report.metrics);
            if let Some(why) = end.failure() {
                tracing::warn!(why, item = one.item, "returned a message to the queue");
                match one.item {
                    Some(item) => report.response.batch_item_failures.push(ItemFailure {
                        item_identifier: item,
                    }),
                    None => alone.push(why.to_owned()),
                }
            }
            report.ends.push(end);
        }
        match alone.into_iter().next() {
            Some(first) => Err(Failed {
                count: report
                    .ends
                    .iter()
                    .filter(|end| end.failure().is_some())
                    .count(),
                first,
            }),
            None => Ok(report),
        }
    }

    async fn handle_message(
        &self,
        given: &ReceivedMessage,
        visit: &Visit<'_>,
        metrics: &mut Metrics,
    ) -> End {
        match &given.message {
            Err(why) => End::Unreadable(why.clone()),
            Ok(TopicMessage::Heartbeat { heartbeat }) => self.heartbeat(*heartbeat).await,
            Ok(TopicMessage::Recipients { recipients }) => {
                self.recipients(recipients, visit, given).await
            }
            Ok(TopicMessage::Digest { digest }) => {
                self.digest(digest, visit, given.receipt >= MAIL_FROM_RECEIPT)
                    .await
            }
            Ok(TopicMessage::Alert(alert)) => match self
                .deliver_alert(alert, visit, given.receipt >= MAIL_FROM_RECEIPT, metrics)
                .await
            {
                // Without a queue, the caller gets the error.
                End::Pending(setback)
                    if setback.kind == SetbackKind::NoReader && given.is_worn_out() =>
                {
                    End::Left(setback)
                }
                end => end,
            },
        }
    }

    async fn heartbeat(&self, fired: Moment) -> End {
        match self.courier.check_secret().await {
            Ok(()) => {
                tracing::info!(%fired, "a heartbeat arrived");
                End::Heartbeat
            }
            Err(NotTaken::Later { after, why, .. }) => End::Pending(Setback::trouble(after, why)),
            Err(NotTaken::Dead { why, .. }) => {
                tracing::error!(why, "can't send anything to Slack");
                End::HeartbeatOnly(why)
            }
            Err(NotTaken::Immutable) => End::HeartbeatOnly(String::new()),
        }
    }

    async fn recipients(
        &self,
        changed: &RecipientsChanged,
        visit: &Visit<'_>,
        given: &ReceivedMessage,
    ) -> End {
        match self.courier.recipients(changed, visit).await {
            Ok(outcome) => {
                tracing::info!(
                    ?changed,
                    ?outcome,
                    "processed a change of who receives e-mail"
                );
                End::Recipients(outcome)
            }
            // session-auditor sends it again, as it does for an alert.
            Err(setback) if given.is_worn_out() => End::Left(setback),
            Err(setback) => End::Pending(setback),
        }
    }

    async fn digest(&self, digest: &Digest, visit: &Visit<'_>, last_try: bool) -> End {
        match self.courier.digest(digest, visit, last_try).await {
            Ok(outcome) => {
                tracing::info!(digest = digest.id, ?outcome, "processed a digest");
                End::Digest(outcome)
            }
            Err(setback) => End::Pending(setback),
        }
    }

    async fn deliver_alert(
        &self,
        alert: &Alert,
        visit: &Visit<'_>,
        last_try: bool,
        metrics: &mut Metrics,
    ) -> End {
        match self.courier.deliver(alert, visit, last_try).await {
            Ok(outcome) => {
                tracing::info!(
                    finding = alert.id,
                    rule = alert.rule,
                    version = alert.version,
                    ?outcome,
                    "processed an alert"
                );
                if outcome == DeliveryOutcome::Delivered {
                    metrics.note_latency(
                        Latency::Alert,
                        self.courier
                            .now()
                            .seconds_since(alert.time)
                            .saturating_mul(1_000),
                    );
                }
                End::Told {
                    id: alert.id.clone(),
                    version: alert.version,
                    outcome,
                }
            }
            Err(setback) => End::Pending(setback),
        }
    }
}
