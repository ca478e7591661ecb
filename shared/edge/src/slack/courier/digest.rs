//! Delivery of the daily digest: posted once, however often it comes. The e-mail of it does not come from here.

use crate::port::{Clock, Table, Topic};
use crate::wire::Digest;

use super::super::digest::message;
use super::super::line::{NotTaken, Sending, Taken};
use super::super::port::{Chatroom, Pause, Post, Vault};
use super::super::slot::{self, MESSAGE};
use super::{Courier, Outcome, Setback, Visit};

/// There are no further versions of a digest.
const ONLY: u64 = 1;

impl<A: Table + Topic + Clock, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    /// Posts a digest, as often as it is given, once. `last_try`: if Slack is only busy, let it be the e-mail alone.
    ///
    /// # Errors
    /// It could not be dealt with now.
    pub async fn digest(&self, digest: &Digest, visit: &Visit<'_>, last_try: bool) -> Result<Outcome, Setback> {
        // No finding has such an id.
        let id = format!("digest#{}", digest.id);
        let mut opened = slot::open(&self.aws, &self.memory, &id, MESSAGE).await?;
        opened.catch_up(&self.aws, &self.slack, &self.memory).await?;
        if opened.slot.settled >= ONLY {
            return Ok(Outcome::Duplicate);
        }
        opened.claim(&self.aws, &self.slack, visit.invocation).await?;
        let message = message(&self.view, digest);
        let sent = self.line.send(&self.aws, &self.slack, Sending::New, &message, &visit.patience).await;
        let outcome = match sent {
            Ok(Taken { channel, ts }) => {
                (opened.slot.channel, opened.slot.ts, opened.slot.posted) = (channel, ts, true);
                Outcome::Delivered
            }
            Err(NotTaken::Later { after, why, .. }) if !last_try => {
                opened.let_go(&self.aws, &self.slack).await;
                return Err(Setback { after, why, under_way: false });
            }
            Err(NotTaken::Dead(why) | NotTaken::Later { why, .. }) => {
                tracing::error!(digest = digest.id, why, "Slack does not take the digest; it went by e-mail");
                Outcome::Mailed
            }
            Err(NotTaken::Immutable) => Outcome::Mailed,
        };
        (opened.slot.settled, opened.slot.outcome) = (ONLY, Some(outcome));
        opened.settle(&self.aws, &self.slack, &self.memory).await?;
        Ok(outcome)
    }
}
