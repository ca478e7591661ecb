//! Carries out the plan: makes the calls and writes down their results.

use rolewatch_live::port::{Keep, KeyRange, Row, TableKind, Trouble};
use rolewatch_live::wire::{Alert, AlertState, Status};

use super::plan::DeliveryPlan;
use super::{Courier, Setback, SetbackKind, Visit};
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::retry::thrice;
use crate::slack::chatbot;
use crate::slack::client::{NotTaken, PostedMessage, Posting};
use crate::slack::fold;
use crate::slack::message::{self, SlackMessage};
use crate::slack::port::{Chatroom, Post};
use crate::slack::slot::{self, AGAIN, MESSAGE, OpenedSlot};
use crate::told::DeliveryOutcome;
use crate::told::{Change, Repeat};
use rolewatch_live::time::FINDINGS_KEPT;

/// Why something wasn't delivered.
enum Untold {
    /// Slack hasn't accepted it.
    Slack(NotTaken),
    /// A step before or after the call to Slack failed.
    Setback(Setback),
}

impl<T: Into<Setback>> From<T> for Untold {
    fn from(setback: T) -> Self {
        Self::Setback(setback.into())
    }
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    pub(super) async fn carry_out(
        &self,
        plan: DeliveryPlan,
        opened: &mut OpenedSlot,
        alert: &Alert,
        visit: &Visit<'_>,
        last_try: bool,
    ) -> Result<(), Setback> {
        // Written with the claim, before Slack is called. If this process dies during the call, the
        // next one knows that somebody may have read the message.
        let tried_before = opened.slot.tried;
        opened.slot.tried |= matches!(plan, DeliveryPlan::First | DeliveryPlan::Change { .. });
        opened
            .claim(&self.aws, &self.slack, visit.invocation)
            .await?;
        let told = match self.deliver_planned(plan, opened, alert, visit).await {
            Err(Untold::Slack(not_taken)) => {
                self.without_slack(not_taken, opened, alert, tried_before, last_try)
                    .await
            }
            Err(Untold::Setback(setback)) => Err(setback),
            Ok(outcome) => Ok(outcome),
        };
        let outcome = match told {
            Ok(outcome) => outcome,
            Err(setback) => {
                opened.let_go(&self.aws, &self.slack).await;
                return Err(setback);
            }
        };
        let slot = &mut opened.slot;
        (slot.settled, slot.outcome) = (alert.version, Some(outcome));
        if matches!(
            outcome,
            DeliveryOutcome::Delivered
                | DeliveryOutcome::Updated
                | DeliveryOutcome::Mailed
                | DeliveryOutcome::Quiet
        ) {
            slot.told = Some(AlertState::from_alert(alert));
            slot.fold.get_or_insert_with(|| fold::partition(alert));
        }
        Ok(opened.settle(&self.aws, &self.slack, &self.memory).await?)
    }

    /// Handles an alert that Slack hasn't accepted.
    async fn without_slack(
        &self,
        not_taken: NotTaken,
        opened: &mut OpenedSlot,
        alert: &Alert,
        tried_before: bool,
        last_try: bool,
    ) -> Result<DeliveryOutcome, Setback> {
        let (after, maybe, why, by_mail) = match not_taken {
            NotTaken::Dead { maybe, why } => (None, maybe, why, true),
            NotTaken::Later { after, maybe, why } => (after, maybe, why, last_try),
            NotTaken::Immutable => (
                None,
                true,
                "Slack didn't accept a follow-up".to_owned(),
                false,
            ),
        };
        let told = if by_mail {
            self.send_mail(opened, alert, &why).await
        } else {
            Err(Setback::trouble(after, why))
        };
        if told.is_err() {
            // Whoever got it from the topic may act on it, and has to hear when it is withdrawn.
            opened.slot.tried = tried_before || maybe || opened.slot.offered > 0;
        }
        told
    }

    async fn deliver_planned(
        &self,
        plan: DeliveryPlan,
        opened: &mut OpenedSlot,
        alert: &Alert,
        visit: &Visit<'_>,
    ) -> Result<DeliveryOutcome, Untold> {
        match plan {
            DeliveryPlan::Nothing(outcome) => Ok(outcome),
            DeliveryPlan::First => {
                let message = message::alert_message(&self.view, alert, None, &[]);
                self.post_message(opened, Posting::New, &message, visit)
                    .await?;
                Ok(DeliveryOutcome::Delivered)
            }
            DeliveryPlan::Fold { fold, anchor } => {
                self.tell_again(&fold, &anchor, alert, visit).await?;
                (opened.slot.fold, opened.slot.folded_into) = (Some(fold), Some(anchor));
                Ok(DeliveryOutcome::Folded)
            }
            DeliveryPlan::Change { change, repeats } => {
                if let Some((channel, ts)) = opened.slot.channel.clone().zip(opened.slot.ts.clone())
                {
                    let edited = message::alert_message(&self.view, alert, None, &repeats);
                    let place = Posting::Instead {
                        channel: &channel,
                        ts: &ts,
                    };
                    // A message may be gone, or too old to be changed. In that case, post a
                    // follow-up with the news.
                    match self.send(place, &edited, visit).await {
                        Ok(_) => return Ok(DeliveryOutcome::Updated),
                        Err(NotTaken::Immutable) => {}
                        Err(not_taken) => return Err(Untold::Slack(not_taken)),
                    }
                }
                let follow_up = message::alert_message(&self.view, alert, Some(change), &repeats);
                self.post_message(opened, Posting::New, &follow_up, visit)
                    .await?;
                opened.slot.followed_up = true;
                Ok(DeliveryOutcome::Updated)
            }
        }
    }

    async fn post_message(
        &self,
        opened: &mut OpenedSlot,
        sending: Posting<'_>,
        message: &SlackMessage,
        visit: &Visit<'_>,
    ) -> Result<(), Untold> {
        let sent = self.send(sending, message, visit).await;
        let PostedMessage { channel, ts } = sent.map_err(Untold::Slack)?;
        let slot = &mut opened.slot;
        (slot.channel, slot.ts, slot.posted) = (channel, ts, true);
        Ok(())
    }

    /// Counts a repeat, and updates the follow-up of its anchor.
    async fn tell_again(
        &self,
        fold: &str,
        anchor: &str,
        alert: &Alert,
        visit: &Visit<'_>,
    ) -> Result<(), Untold> {
        // Counted before the others are read. If two deliveries run at once, the later reader sees
        // both.
        thrice(&self.slack, || {
            fold::note_repeat(&self.aws, fold, anchor, alert)
        })
        .await?;
        let editable = self.can_edit().await?;
        let mut opened = slot::open(&self.aws, &self.memory, anchor, AGAIN).await?;
        opened
            .catch_up(&self.aws, &self.slack, &self.memory)
            .await?;
        let before = fold::repeats_of(&self.aws, fold, anchor).await?;
        if !is_due(&before, &opened, editable) {
            return Ok(());
        }
        opened
            .claim(&self.aws, &self.slack, visit.invocation)
            .await?;
        let told = self
            .follow_up(fold, anchor, alert, &mut opened, editable, visit)
            .await;
        if told.is_err() {
            opened.let_go(&self.aws, &self.slack).await;
        }
        told
    }

    async fn follow_up(
        &self,
        fold: &str,
        anchor: &str,
        alert: &Alert,
        opened: &mut OpenedSlot,
        editable: bool,
        visit: &Visit<'_>,
    ) -> Result<(), Untold> {
        // Read under the claim, so that a lower revision never replaces a higher one.
        let repeats = fold::repeats_of(&self.aws, fold, anchor).await?;
        let message = message::repeats_message(&self.view, alert, anchor, &repeats, !editable);
        let first = slot::open(&self.aws, &self.memory, anchor, MESSAGE)
            .await?
            .slot;
        let own = opened.slot.channel.clone().zip(opened.slot.ts.clone());
        let first = first.channel.zip(first.ts);
        let sending = match (&own, &first) {
            (Some((channel, ts)), _) => Posting::Instead { channel, ts },
            (None, Some((channel, ts))) => Posting::Below { channel, ts },
            (None, None) => Posting::New,
        };
        match self.send(sending, &message, visit).await {
            Ok(_) if matches!(sending, Posting::Instead { .. }) => {}
            Ok(PostedMessage { channel, ts }) => {
                opened.slot.channel = channel;
                opened.slot.ts = ts;
            }
            Err(NotTaken::Immutable) => {
                self.post_message(opened, Posting::New, &message, visit)
                    .await?;
            }
            Err(not_taken) => return Err(Untold::Slack(not_taken)),
        }
        opened.slot.settled = revision(&repeats);
        opened.slot.count = standing(&repeats);
        opened.slot.posted = true;
        Ok(opened.settle(&self.aws, &self.slack, &self.memory).await?)
    }

    /// Sends Amazon Q Developer what neither Slack nor a person's e-mail accepts. This acknowledges
    /// nothing, because nobody knows who reads that channel.
    pub(super) async fn announce_unread(
        &self,
        alert: &Alert,
        change: Option<Change>,
        setback: &Setback,
    ) {
        if !self.chatroom || setback.kind != SetbackKind::NoReader {
            return;
        }
        if let Err(failed) = self.announce(alert, change).await {
            tracing::warn!(%failed, finding = alert.id, "couldn't notify chat applications; the next delivery will try again");
        }
    }

    /// Sends an alert to Amazon Q Developer, once per version.
    pub(super) async fn announce(
        &self,
        alert: &Alert,
        change: Option<Change>,
    ) -> Result<(), Setback> {
        let pk = format!("slack#{}", alert.id);
        let span = KeyRange {
            from: CHATROOM.to_owned(),
            to: CHATROOM.to_owned(),
        };
        let rank = fold::version_rank(alert.version);
        if self
            .aws
            .query(TableKind::Outbox, &pk, &span)
            .await?
            .iter()
            .any(|row| row.rank >= rank)
        {
            return Ok(());
        }
        let body = chatbot::notification(&self.view, alert, change).to_string();
        match thrice(&self.slack, || self.slack.announce(body.clone())).await {
            Ok(()) => {}
            Err(trouble @ Trouble::Refused { .. }) => {
                // The alert was delivered elsewhere, so a broken topic must not hold up the
                // acknowledgment.
                tracing::error!(%trouble, "the topic for chat applications rejected an alert");
                return Ok(());
            }
            Err(trouble) => return Err(trouble.into()),
        }
        let expires = Some(self.aws.now().plus_seconds(FINDINGS_KEPT));
        let row = Row {
            pk,
            sk: CHATROOM.to_owned(),
            body: "{}".to_owned(),
            rank,
            version: 0,
            expires,
        };
        thrice(&self.slack, || {
            self.aws
                .keep(TableKind::Outbox, row.clone(), Keep::Greatest)
        })
        .await?;
        Ok(())
    }
}

const CHATROOM: &str = "chatroom";

/// Grows with every repeat, and with every new version of a repeat.
fn revision(repeats: &[Repeat]) -> u64 {
    repeats.iter().map(|repeat| repeat.version).sum()
}

fn standing(repeats: &[Repeat]) -> usize {
    repeats
        .iter()
        .filter(|repeat| repeat.status != Status::Withdrawn)
        .count()
}

/// Whether the follow-up has to be posted or changed. A follow-up that can't be changed is posted
/// at the first repeat, and again whenever the number of repeats has doubled.
fn is_due(repeats: &[Repeat], opened: &OpenedSlot, editable: bool) -> bool {
    let news = revision(repeats) > opened.slot.settled;
    let count = standing(repeats);
    news && if editable {
        count > 0 || opened.slot.posted
    } else {
        count >= (2 * opened.slot.count).max(1)
    }
}
