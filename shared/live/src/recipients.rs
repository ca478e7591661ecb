//! Whether a person receives what is published on the operations topic.
//!
//! SNS accepts a message whether or not anybody is subscribed, and keeps nothing for those who
//! confirm later. So a message on that topic is delivered only if a confirmed e-mail subscription
//! exists. Other protocols (a queue, a pager's endpoint) may lead to a person, but nothing proves
//! it, so they don't count.

pub mod standing;

use std::cell::Cell;

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::port::{Clock, Subscribers, Subscription, Trouble};
use crate::settings::TopicArn;
use crate::time::RECIPIENTS_FRESH;

/// The most pages that are read, with 100 subscriptions each.
const MOST_PAGES: usize = 100;

/// Who receives the operations topic's e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipients {
    /// At least one person: an e-mail subscription is confirmed.
    Confirmed,
    /// Nobody yet: an e-mail subscription is waiting for its confirmation.
    Pending,
    /// Nobody.
    Nobody,
}

/// A summary of the operations topic's subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// Who receives the topic's e-mail.
    pub recipients: Recipients,
    /// An endpoint other than e-mail is subscribed. The search stops at the first confirmed e-mail
    /// subscription, so this may be `false` although one exists.
    pub others: bool,
}

impl Audience {
    /// The summary of a topic without subscriptions.
    const EMPTY: Self = Self {
        recipients: Recipients::Nobody,
        others: false,
    };

    fn add(&mut self, subscription: &Subscription) {
        let confirmed = is_subscription_arn(&subscription.arn);
        match subscription.protocol.as_str() {
            "email" | "email-json" if confirmed => self.recipients = Recipients::Confirmed,
            // SNS still lists a deleted subscription for a while, with `Deleted` as its ARN.
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

/// The word that SNS lists in place of the ARN of an unconfirmed subscription.
const PENDING: &str = "PendingConfirmation";

/// Whether the text is a topic's ARN plus an ID. Anything else is a word that says why there is no
/// ARN.
fn is_subscription_arn(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(topic, id)| TopicArn::parse(topic).is_some() && !id.is_empty())
}

/// Asks SNS page by page until a confirmed e-mail subscription is found or all pages were read.
///
/// # Errors
/// Returns the port's error, or an error if the list doesn't end.
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

/// The audience, fetched again when the last answer is older than [`RECIPIENTS_FRESH`]. A failure
/// isn't cached.
#[derive(Debug, Default)]
pub struct KnownAudience(Cell<Option<(Moment, Audience)>>);

impl KnownAudience {
    /// The audience as of at most [`RECIPIENTS_FRESH`] seconds ago.
    ///
    /// # Errors
    /// Returns the errors of [`audience`]. The audience is unknown in that case.
    pub async fn current<O: Subscribers + Clock>(&self, outside: &O) -> Result<Audience, Trouble> {
        let now = outside.now();
        // If the clock was set back, the cached answer counts as too old instead of staying valid
        // longer.
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
