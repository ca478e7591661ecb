//! slack-notifier: findings from the queue to Slack, once each.
//!
//! The handler takes an SQS batch, whose messages fail one by one, or, for trying it out by hand,
//! one SNS event or one bare message.

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

/// From this receipt of a message on, an alert that Slack is too busy for goes by e-mail, and one
/// that nobody can read is left to session-auditor. The queue gives up later than that.
pub const MAIL_FROM_RECEIPT: u32 = 4;

/// The function, in a process that lives on between calls.
pub struct Notifier<A, S> {
    courier: Courier<A, S>,
}

/// What one call came to.
#[derive(Debug)]
pub struct DeliveryReport {
    /// For Lambda: which messages of the batch are to be given again.
    pub response: Response,
    /// One for each message, in their order.
    pub ends: Vec<End>,
    /// The counts, of alerts, digests and changes of who receives e-mail. Received = Delivered +
    /// Folded + Duplicate + Pending + Failed + what was mailed, quiet or withdrawn unseen; without
    /// heartbeats.
    pub metrics: Metrics,
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// An alert was dealt with.
    Told {
        /// The finding's id.
        id: String,
        /// Its version.
        version: u64,
        /// What became of it.
        outcome: DeliveryOutcome,
    },
    /// A digest was dealt with.
    Digest(DeliveryOutcome),
    /// That the last person who received e-mail is gone, or somebody is there again, was dealt
    /// with.
    Recipients(DeliveryOutcome),
    /// An alert or a digest could not be dealt with now; it is to be given again.
    Pending(Setback),
    /// An alert that nobody can read, given often enough. It isn't acknowledged, so session-auditor
    /// sends it again, with growing pauses; the queue doesn't keep it, or every time that it is
    /// sent would leave one more copy there.
    Left(Setback),
    /// A heartbeat came through, and the secret can be read.
    Heartbeat,
    /// A heartbeat came through, but Slack could not have been told.
    HeartbeatOnly(String),
    /// It is none of ours. It is given again until it is among the dead letters, where somebody
    /// sees it.
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
    /// The message's id.
    pub item_identifier: String,
}

/// What came without a queue could not be dealt with; the call itself has to fail, so that it is
/// made again.
#[derive(Debug, thiserror::Error)]
#[error("couldn't process {count} of the messages; the first one: {first}")]
pub struct Failed {
    /// How many.
    pub count: usize,
    /// Why.
    pub first: String,
}

impl End {
    /// Why it has to be given again.
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

/// How the outcome of what was dealt with counts.
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
    /// Delivers with this.
    pub fn new(courier: Courier<A, S>) -> Self {
        Self { courier }
    }

    /// Deals with an event. `invocation` differs from call to call.
    ///
    /// # Errors
    /// A message that came without a queue could not be dealt with.
    pub async fn handle(&self, event: &str, invocation: &str) -> Result<DeliveryReport, Failed> {
        let given = open(event);
        let visit = Visit::new(invocation);
        let mut report = DeliveryReport {
            response: Response::default(),
            ends: Vec::new(),
            metrics: Metrics::of("slack-notifier"),
        };
        let mut alone = Vec::new();
        // One after the other: Slack takes about one message a second for a channel.
        let began = self.courier.now();
        for one in given {
            let end = if self.courier.now().seconds_since(began) > BEGIN_WITHIN {
                End::Pending(Setback::trouble(None, "no time left in this invocation"))
            } else {
                self.one(&one, &visit, &mut report.metrics).await
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

    async fn one(&self, given: &ReceivedMessage, visit: &Visit<'_>, metrics: &mut Metrics) -> End {
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
                .alert(alert, visit, given.receipt >= MAIL_FROM_RECEIPT, metrics)
                .await
            {
                // Without a queue, whoever made the call hears that it failed.
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
            // session-auditor sends it again, as it does an alert.
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

    async fn alert(
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
                    metrics.took(
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
