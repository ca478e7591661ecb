//! Informs Slack when the last recipient of e-mail is gone and when there is one again, each once.

use rolewatch_live::recipients::standing::MESSAGE_ID;
use rolewatch_live::wire::RecipientsChanged;

use super::{Courier, Setback, Visit};
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::slack::client::{NotTaken, Posting};
use crate::slack::port::{Chatroom, Post};
use crate::slack::recipients::message;
use crate::slack::slot::{self, MESSAGE};
use crate::told::DeliveryOutcome;

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    /// Posts a change once, no matter how often it arrives.
    ///
    /// # Errors
    /// Returns an error if the change couldn't be processed now. session-auditor sends it again
    /// until it is.
    pub async fn recipients(
        &self,
        changed: &RecipientsChanged,
        visit: &Visit<'_>,
    ) -> Result<DeliveryOutcome, Setback> {
        let mut opened = slot::open(&self.aws, &self.memory, MESSAGE_ID, MESSAGE).await?;
        opened
            .catch_up(&self.aws, &self.slack, &self.memory)
            .await?;
        if opened.slot.settled >= changed.version {
            return Ok(DeliveryOutcome::Duplicate);
        }
        // That somebody receives e-mail again is news only for those who may have read that nobody
        // did.
        let is_over = changed.version.is_multiple_of(2);
        let outcome = if is_over && !opened.slot.tried {
            DeliveryOutcome::Unseen
        } else {
            DeliveryOutcome::Delivered
        };
        if outcome == DeliveryOutcome::Delivered {
            // As with an alert: written with the claim, before Slack is called.
            let tried_before = opened.slot.tried;
            opened.slot.tried = true;
            opened
                .claim(&self.aws, &self.slack, visit.invocation)
                .await?;
            let message = message(&self.view, changed);
            if let Err(not_taken) = self.send(Posting::New, &message, visit).await {
                let (after, maybe, why, dead) = match not_taken {
                    NotTaken::Later { after, maybe, why } => (after, maybe, why, false),
                    NotTaken::Dead { maybe, why } => (None, maybe, why, true),
                    NotTaken::Immutable => (None, true, "Slack didn't accept it".to_owned(), false),
                };
                opened.slot.tried = tried_before || maybe;
                opened.let_go(&self.aws, &self.slack).await;
                // Nobody receives the e-mail that could report it.
                return Err(if dead {
                    Setback::no_reader(why)
                } else {
                    Setback::trouble(after, why)
                });
            }
        } else {
            opened
                .claim(&self.aws, &self.slack, visit.invocation)
                .await?;
        }
        // Whatever readers saw of this change is over once the next version is posted.
        opened.slot.tried = !is_over;
        (opened.slot.settled, opened.slot.outcome) = (changed.version, Some(outcome));
        opened.settle(&self.aws, &self.slack, &self.memory).await?;
        self.note_that_slack_takes().await;
        Ok(outcome)
    }
}
