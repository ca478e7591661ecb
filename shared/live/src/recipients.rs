//! Whether a person receives what is published on the operations topic.
//!
//! SNS takes a message whether or not anybody is subscribed, and keeps nothing for those who
//! confirm later. So a message on that topic is delivered only if a confirmed e-mail subscription
//! exists. Other protocols (a queue, a pager's endpoint) may lead to a person, but nothing shows
//! that they do, so they never count.

pub mod standing;

use std::cell::Cell;

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::port::{Clock, Subscribers, Subscription, Trouble};
use crate::settings::TopicArn;
use crate::time::RECIPIENTS_FRESH;

/// The most pages that are read, of 100 subscriptions each.
const MOST_PAGES: usize = 100;

/// Who receives the e-mail of the operations topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipients {
    /// At least one person: an e-mail subscription is confirmed.
    Confirmed,
    /// Nobody yet: an e-mail subscription waits for its confirmation.
    Pending,
    /// Nobody.
    Nobody,
}

/// What the subscriptions of the operations topic come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// Who receives its e-mail.
    pub recipients: Recipients,
    /// Something other than e-mail is subscribed. Not looked for once a confirmed e-mail
    /// subscription is found.
    pub others: bool,
}

impl Audience {
    /// Of a topic without subscriptions.
    const EMPTY: Self = Self {
        recipients: Recipients::Nobody,
        others: false,
    };

    fn add(&mut self, subscription: &Subscription) {
        let confirmed = is_subscription_arn(&subscription.arn);
        match subscription.protocol.as_str() {
            "email" | "email-json" if confirmed => self.recipients = Recipients::Confirmed,
            // SNS lists what was unsubscribed as `Deleted` for a while.
            "email" | "email-json"
                if subscription.arn == PENDING && self.recipients == Recipients::Nobody =>
            {
                self.recipients = Recipients::Pending;
            }
            "email" | "email-json" => {}
            _ => self.others |= confirmed,
        }
    }
}

/// In place of its ARN, SNS lists a subscription that was not confirmed with this word.
const PENDING: &str = "PendingConfirmation";

/// A topic's ARN and an id. Anything else in its place is a word for why there is no such ARN.
fn is_subscription_arn(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(topic, id)| TopicArn::parse(topic).is_some() && !id.is_empty())
}

/// Asks SNS, page by page, until a confirmed e-mail subscription is found or all were read.
///
/// # Errors
/// The port's own, and a list that doesn't end.
pub async fn audience<O: Subscribers>(outside: &O) -> Result<Audience, Trouble> {
    let mut audience = Audience::EMPTY;
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let page = outside.subscribers(token.as_deref()).await?;
        for subscription in &page.subscriptions {
            audience.add(subscription);
        }
        if audience.recipients == Recipients::Confirmed || page.next.is_none() {
            return Ok(audience);
        }
        token = page.next;
    }
    Err(Trouble::refused(
        "listing the subscriptions of the operations topic",
        &format!(
            "the first {MOST_PAGES} pages contain no confirmed e-mail subscription, and there are more pages"
        ),
    ))
}

/// The audience, asked for again when the last answer is older than [`RECIPIENTS_FRESH`]. A failure is not
/// kept.
#[derive(Debug, Default)]
pub struct KnownAudience(Cell<Option<(Moment, Audience)>>);

impl KnownAudience {
    /// The audience as of at most [`RECIPIENTS_FRESH`] seconds ago.
    ///
    /// # Errors
    /// Those of [`audience`]. Then nothing is known.
    pub async fn current<O: Subscribers + Clock>(&self, outside: &O) -> Result<Audience, Trouble> {
        let now = outside.now();
        // A clock that was set back makes an answer too old, not good for longer.
        if let Some((_, known)) = self
            .0
            .get()
            .filter(|(as_of, _)| (0..RECIPIENTS_FRESH).contains(&now.seconds_since(*as_of)))
        {
            return Ok(known);
        }
        self.0.set(None);
        let audience = audience(outside).await?;
        self.0.set(Some((now, audience)));
        Ok(audience)
    }
}

#[cfg(test)]
mod tests;
