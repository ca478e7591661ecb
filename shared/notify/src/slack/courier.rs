//! Delivers one alert: reads its state, sends what is new to Slack, notes that it was sent, and
//! acknowledges it.
//!
//! INVARIANT (a person could have read it): an alert is acknowledged only after Slack accepted it,
//! or after the operations topic accepted it while an e-mail subscription was confirmed. Publishing
//! there when nobody is known to receive it acknowledges nothing.
//!
//! INVARIANT (tell before acknowledge): the acknowledgment (`finding#<id>` / `ack`) is written
//! last. After a crash at any earlier place, the alert comes again and continues from its stored
//! state.

mod digest;
mod mailed;
mod plan;
mod recipients;
mod tell;

use std::cell::Cell;

use rolewatch_live::outbox;
use rolewatch_live::port::Trouble;
use rolewatch_live::recipients::{KnownAudience, standing};
use rolewatch_live::wire::{Alert, AlertState};

use super::client::{NotTaken, PostedMessage, Posting, SlackClient};
use super::credential::Loopback;
use super::fold;
use super::message::SlackMessage;
use super::port::{Chatroom, Post};
use super::slot::{self, Blocked, MESSAGE, SlotMemory};
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::retry::thrice;
use crate::time::{OTHER_PROCESS, SLACK_PATIENCE};
use crate::told::{Change, DeliveryOutcome};
use crate::view::View;

/// Why an alert couldn't be processed now. It has to be delivered again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Setback {
    /// The earliest retry, in seconds, if known.
    pub after: Option<u32>,
    /// What went wrong.
    pub why: String,
    /// The kind of problem.
    pub kind: SetbackKind,
}

/// The kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetbackKind {
    /// A call failed.
    Trouble,
    /// No error: another process is sending this finding right now.
    UnderWay,
    /// Slack doesn't accept it, and nobody is known to receive the e-mail that would replace it.
    NoReader,
}

impl Setback {
    /// A call failed.
    pub fn trouble(after: Option<u32>, why: impl Into<String>) -> Self {
        Self {
            after,
            why: why.into(),
            kind: SetbackKind::Trouble,
        }
    }

    fn under_way(seconds: u32) -> Self {
        Self {
            after: Some(seconds),
            why: "another delivery of this alert is in progress".to_owned(),
            kind: SetbackKind::UnderWay,
        }
    }

    fn no_reader(why: String) -> Self {
        Self {
            after: None,
            why,
            kind: SetbackKind::NoReader,
        }
    }
}

/// One invocation of the function.
#[derive(Debug)]
pub struct Visit<'a> {
    /// The request ID, different for each invocation.
    pub invocation: &'a str,
    /// How many more seconds may be spent waiting for Slack.
    pub patience: Cell<u32>,
}

impl<'a> Visit<'a> {
    /// An invocation that hasn't waited yet.
    pub fn new(invocation: &'a str) -> Self {
        Self {
            invocation,
            patience: Cell::new(SLACK_PATIENCE),
        }
    }
}

/// Delivers alerts. There is one per process. It caches the secret and remembers what it couldn't
/// write.
///
/// `A` has the ports that AWS implements ([`DeliveryPorts`]), `S` those of Slack ([`Post`],
/// [`Vault`], [`Chatroom`], [`Pause`]).
pub struct Courier<A, S> {
    aws: A,
    slack: S,
    client: SlackClient,
    view: View,
    chatroom: bool,
    audience: KnownAudience,
    slack_takes: Cell<Takes>,
    memory: SlotMemory,
}

/// Whether Slack accepts messages, as far as this process knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Slack rejected the last message, or nothing was sent yet.
    NotKnown,
    /// Slack accepted a message after that, but this isn't noted yet.
    Again,
    /// Slack accepts messages, and this is noted.
    Noted,
}

impl From<Blocked> for Setback {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Busy(seconds) => Self::under_way(seconds),
            Blocked::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<Trouble> for Setback {
    fn from(trouble: Trouble) -> Self {
        Self::trouble(None, trouble.to_string())
    }
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    /// `channel` is where a bot posts. With `chatroom`, Amazon Q Developer is notified as well.
    pub fn new(
        aws: A,
        slack: S,
        view: View,
        channel: Option<String>,
        loopback: Option<Loopback>,
        chatroom: bool,
    ) -> Self {
        let client = SlackClient::new(channel, loopback);
        Self {
            aws,
            slack,
            client,
            view,
            chatroom,
            audience: KnownAudience::default(),
            slack_takes: Cell::new(Takes::NotKnown),
            memory: SlotMemory::default(),
        }
    }

    /// The current time.
    pub fn now(&self) -> rolewatch_guard::moment::Moment {
        self.aws.now()
    }

    /// Reads the secret again and checks that it is valid.
    pub async fn check_secret(&self) -> Result<(), NotTaken> {
        self.client.read_again(&self.slack).await.map(drop)
    }

    /// Sends a message to Slack, and remembers whether Slack accepted it.
    async fn send(
        &self,
        sending: Posting<'_>,
        message: &SlackMessage,
        visit: &Visit<'_>,
    ) -> Result<PostedMessage, NotTaken> {
        let sent = self
            .client
            .send(&self.aws, &self.slack, sending, message, &visit.patience)
            .await;
        self.slack_takes.set(match (&sent, self.slack_takes.get()) {
            (Ok(_), Takes::Noted) => Takes::Noted,
            (Ok(_), _) => Takes::Again,
            (Err(_), _) => Takes::NotKnown,
        });
        sent
    }

    /// Notes that Slack accepts messages again, so that the next sweep sends the waiting ones. This
    /// is done last: nothing may come between a message and the note that it was posted.
    async fn note_that_slack_takes(&self) {
        if self.slack_takes.get() != Takes::Again {
            return;
        }
        match standing::slack_takes(&self.aws, self.aws.now()).await {
            Ok(()) => self.slack_takes.set(Takes::Noted),
            // The waiting messages are then sent at the end of their pause, or the next message
            // notes it.
            Err(trouble) => {
                tracing::warn!(%trouble, "couldn't record that Slack accepts messages");
            }
        }
    }

    /// Delivers an alert once, no matter how often it arrives. With `last_try`, it goes by e-mail
    /// if Slack is only busy.
    ///
    /// # Errors
    /// Returns an error if the alert couldn't be processed now. Nothing is acknowledged in that
    /// case.
    pub async fn deliver(
        &self,
        alert: &Alert,
        visit: &Visit<'_>,
        last_try: bool,
    ) -> Result<DeliveryOutcome, Setback> {
        let mut waits = 0;
        loop {
            match self.attempt(alert, visit, last_try).await {
                // Two versions arrived close together. If the later one went back to the queue, it
                // would be minutes late.
                Err(setback) if setback.kind == SetbackKind::UnderWay && waits < OTHER_PROCESS => {
                    waits += 1;
                    self.slack.pause(1).await;
                }
                ended => return ended,
            }
        }
    }

    async fn attempt(
        &self,
        alert: &Alert,
        visit: &Visit<'_>,
        last_try: bool,
    ) -> Result<DeliveryOutcome, Setback> {
        // SNS and SQS deliver at least once. A repeated delivery costs this one read.
        let acknowledged =
            thrice(&self.slack, || outbox::acknowledged(&self.aws, &alert.id)).await?;
        if acknowledged >= alert.version {
            return Ok(DeliveryOutcome::Duplicate);
        }
        let mut opened = slot::open(&self.aws, &self.memory, &alert.id, MESSAGE).await?;
        // The row must hold what this process knows before another process claims it.
        opened
            .catch_up(&self.aws, &self.slack, &self.memory)
            .await?;
        let before = opened.slot.told;
        if opened.slot.settled < alert.version {
            let plan = self.plan_delivery(&opened.slot, alert).await?;
            if let Err(setback) = self
                .carry_out(plan, &mut opened, alert, visit, last_try)
                .await
            {
                let change = before
                    .and_then(|before| Change::between(&before, &AlertState::from_alert(alert)));
                self.announce_unread(alert, change, &setback).await;
                return Err(setback);
            }
        }
        let outcome = if opened.slot.settled > alert.version {
            None
        } else {
            opened.slot.outcome
        };
        let outcome = outcome.unwrap_or(DeliveryOutcome::Duplicate);
        let has_a_message = opened.slot.posted
            && matches!(
                outcome,
                DeliveryOutcome::Delivered | DeliveryOutcome::Updated | DeliveryOutcome::Quiet
            );
        // Noted before the acknowledgment. After it, the alert doesn't come again, and its repeats
        // would find no message to be folded into.
        if let Some(fold) = opened.slot.fold.as_ref().filter(|_| has_a_message) {
            thrice(&self.slack, || fold::note_anchor(&self.aws, fold, alert)).await?;
        }
        // Also before the acknowledgment. Otherwise, a crash in between would leave the chat
        // application without the alert.
        if self.chatroom
            && matches!(
                outcome,
                DeliveryOutcome::Delivered | DeliveryOutcome::Updated | DeliveryOutcome::Mailed
            )
        {
            let change =
                before.and_then(|before| Change::between(&before, &AlertState::from_alert(alert)));
            self.announce(alert, change).await?;
        }
        let now = self.aws.now();
        thrice(&self.slack, || {
            outbox::acknowledge(&self.aws, &alert.id, alert.version, outcome.as_str(), now)
        })
        .await?;
        self.note_that_slack_takes().await;
        Ok(outcome)
    }
}
