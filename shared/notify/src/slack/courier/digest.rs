//! Delivers the daily digest: it is posted once, however often it arrives. session-auditor sends
//! its e-mail. Another e-mail is sent from here only if nobody was known to receive that one and
//! Slack doesn't accept the digest.

use rolewatch_live::port::Notice;
use rolewatch_live::recipients::Recipients;
use rolewatch_live::wire::Digest;

use super::{Courier, Setback, Visit};
use crate::digest::digest_mail;
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::slack::client::{NotTaken, PostedMessage, Posting};
use crate::slack::digest::message;
use crate::slack::port::{Chatroom, Post};
use crate::slack::slot::{self, MESSAGE};
use crate::told::DeliveryOutcome;

/// A digest has no further versions.
const ONLY: u64 = 1;

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    /// Posts a digest once, no matter how often it arrives. With `last_try`, the e-mail is enough
    /// if Slack is only busy.
    ///
    /// # Errors
    /// Returns an error if the digest couldn't be processed now.
    pub async fn digest(
        &self,
        digest: &Digest,
        visit: &Visit<'_>,
        last_try: bool,
    ) -> Result<DeliveryOutcome, Setback> {
        // No finding has such an ID.
        let id = format!("digest#{}", digest.id);
        let mut opened = slot::open(&self.aws, &self.memory, &id, MESSAGE).await?;
        opened
            .catch_up(&self.aws, &self.slack, &self.memory)
            .await?;
        if opened.slot.settled >= ONLY {
            return Ok(DeliveryOutcome::Duplicate);
        }
        // Claimed before it is posted, because the queue may give the digest to two processes.
        opened
            .claim(&self.aws, &self.slack, visit.invocation)
            .await?;
        let message = message(&self.view, digest);
        let sent = self.send(Posting::New, &message, visit).await;
        let outcome = match sent {
            Ok(PostedMessage { channel, ts }) => {
                (opened.slot.channel, opened.slot.ts, opened.slot.posted) = (channel, ts, true);
                DeliveryOutcome::Delivered
            }
            Err(not_taken) => match self.digest_without_slack(digest, not_taken, last_try).await {
                Ok(outcome) => outcome,
                Err(setback) => {
                    opened.let_go(&self.aws, &self.slack).await;
                    return Err(setback);
                }
            },
        };
        (opened.slot.settled, opened.slot.outcome) = (ONLY, Some(outcome));
        opened.settle(&self.aws, &self.slack, &self.memory).await?;
        self.note_that_slack_takes().await;
        Ok(outcome)
    }
    /// The digest's e-mail replaces it, if a person received that.
    async fn digest_without_slack(
        &self,
        digest: &Digest,
        not_taken: NotTaken,
        last_try: bool,
    ) -> Result<DeliveryOutcome, Setback> {
        let why = match not_taken {
            NotTaken::Later { after, why, .. } if !last_try => {
                return Err(Setback::trouble(after, why));
            }
            NotTaken::Later { why, .. } | NotTaken::Dead { why, .. } => why,
            NotTaken::Immutable => "Slack can't replace a message with a digest".to_owned(),
        };
        if digest.recipients != Some(Recipients::Confirmed) {
            // When session-auditor sent the e-mail, nobody was known to receive it. Somebody may be
            // subscribed by now.
            let (subject, body) = digest_mail(&self.view, digest);
            self.mail_to_a_person(Notice::Operations { subject, body }, &why)
                .await?;
        }
        tracing::error!(
            digest = digest.id,
            why,
            "Slack didn't accept the digest; it went by e-mail"
        );
        Ok(DeliveryOutcome::Mailed)
    }
}
