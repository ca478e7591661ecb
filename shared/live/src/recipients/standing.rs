//! What is known from sweep to sweep of who receives e-mail, and what Slack is told of it.
//!
//! When the last person is gone, Slack is told once, and once more when somebody receives e-mail
//! again. Both are versions of one message, counted up for as long as the stack lives: an odd one
//! says that nobody is left, an even one that somebody is there again. So slack-notifier drops one
//! that comes late, and posts none twice. What Slack has not taken is sent again with growing
//! pauses.
//!
//! INVARIANT (claim before send): whoever publishes first counts the try in the row,
//! version-checked, so that of two sweeps at once one publishes.

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use super::{Recipients, audience};
use crate::operations;
use crate::outbox::told;
use crate::port::{Keep, KeyRange, Notice, Row, Subscribers, Table, TableKind, Topic, Trouble};
use crate::resend::pause;
use crate::time::{NOTICES_KEPT, RECIPIENTS_LOOKED_AT};
use crate::wire::{RecipientsChanged, TopicMessage};

/// The partition of the outbox.
const PK: &str = "recipients";
const STATE: &str = "state";
const SLACK: &str = "slack";

/// Under this name slack-notifier keeps what became of the message. No finding has such an id.
pub const MESSAGE_ID: &str = "recipients";

/// As it was at the last sweep that could find out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsState {
    /// Who receives e-mail.
    pub recipients: Recipients,
    /// Since when, as far as sweeps saw.
    pub since: Moment,
    /// The version of the message that is to be told; 0: there was never anything to tell.
    #[serde(default)]
    pub version: u64,
    /// The version that Slack took, or a later one made needless.
    #[serde(default)]
    pub told: u64,
    /// How often the version was published.
    #[serde(default)]
    pub tries: u32,
    /// When it was published last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Moment>,
    /// Since when notices on the operations topic may have reached nobody. None: they are
    /// received, or were sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_since: Option<Moment>,
}

impl RecipientsState {
    fn first(recipients: Recipients, now: Moment) -> Self {
        // Whether somebody was subscribed before the first sweep, nobody knows.
        let unread_since =
            (recipients != Recipients::Confirmed).then(|| now.plus_seconds(-NOTICES_KEPT));
        Self {
            recipients,
            since: now,
            version: 0,
            told: 0,
            tries: 0,
            last: None,
            unread_since,
        }
    }

    /// As it is after a look at the subscriptions.
    fn after(before: Option<&Self>, found: Recipients, now: Moment) -> Self {
        let Some(before) = before else {
            return Self::first(found, now);
        };
        if before.recipients == found {
            return before.clone();
        }
        let is_there = found == Recipients::Confirmed;
        let was_there = before.recipients == Recipients::Confirmed;
        let says_lost = !before.version.is_multiple_of(2);
        // That nobody was there from the beginning is said by the stack's output and the digest.
        let news = was_there != is_there && says_lost == is_there;
        let mut after = Self {
            recipients: found,
            since: now,
            ..before.clone()
        };
        if was_there && !is_there {
            after.unread_since = Some(now.plus_seconds(-RECIPIENTS_LOOKED_AT));
        }
        if news {
            (after.version, after.tries, after.last) = (before.version + 1, 0, None);
        }
        after
    }

    /// Whether it is published now: for the first time, or because its pause is over or Slack takes
    /// messages again.
    fn is_due(&self, now: Moment, slack: Option<Moment>) -> bool {
        let Some(last) = self.last.filter(|_| self.told < self.version) else {
            return self.told < self.version;
        };
        let waited = last.plus_seconds(pause(self.tries.saturating_sub(1))) <= now;
        waited || slack.is_some_and(|since| last < since && since <= now)
    }

    fn changed(&self) -> RecipientsChanged {
        RecipientsChanged {
            version: self.version,
            recipients: self.recipients,
            since: self.since,
        }
    }
}

/// Looks who receives e-mail, and sees to it that Slack is told what changed. Since when alerts
/// that had waited can be read again, if they can: since a person receives e-mail, or since Slack
/// takes messages after it had not.
///
/// # Errors
/// The table's and the topic's own. The next sweep goes on.
pub async fn look_after<O: Table + Topic + Subscribers>(
    outside: &O,
    now: Moment,
) -> Result<Option<Moment>, Trouble> {
    let rows = outside
        .query(TableKind::Outbox, PK, &KeyRange::default())
        .await?;
    let slack = rows
        .iter()
        .find(|row| row.sk == SLACK)
        .and_then(|row| row.body.parse().ok());
    let found = audience(outside).await;
    let state = rows.iter().find(|row| row.sk == STATE);
    let seen = state.map_or(0, |row| row.version);
    let before: Option<RecipientsState> = state.map(read).transpose()?;
    let mut standing = match (found, &before) {
        (Ok(found), before) => RecipientsState::after(before.as_ref(), found.recipients, now),
        (Err(trouble), before) => {
            tracing::error!(%trouble, "can't tell whether anybody receives e-mail from the operations topic");
            // What is not known changes nothing. What is known is still told.
            let Some(before) = before else {
                return Ok(slack);
            };
            before.clone()
        }
    };
    if standing.told < standing.version
        && told::settled(outside, MESSAGE_ID).await? >= standing.version
    {
        standing.told = standing.version;
    }
    let caught_up = catch_up(outside, &standing).await;
    if caught_up {
        standing.unread_since = None;
    }
    let due = standing.is_due(now, slack);
    if due {
        (standing.tries, standing.last) = (standing.tries.saturating_add(1), Some(now));
    }
    // Written before it is told: of two sweeps that see the same change, one tells it.
    let mine = before.as_ref() == Some(&standing) || write(outside, &standing, seen).await?;
    if due && mine {
        tell(outside, standing.changed()).await?;
    }
    let mail = (standing.recipients == Recipients::Confirmed).then_some(standing.since);
    // Since the later one, whatever was sent before may have reached nobody.
    Ok(mail.max(slack))
}

/// Whether nothing is left of what nobody received. Of two sweeps at once, both may send it.
async fn catch_up<O: Table + Topic>(outside: &O, standing: &RecipientsState) -> bool {
    let Some(from) = standing
        .unread_since
        .filter(|_| standing.recipients == Recipients::Confirmed)
    else {
        return false;
    };
    match operations::catch_up(outside, from, standing.since).await {
        Ok(count) => {
            tracing::info!(count, "sent the notices that nobody had received");
            true
        }
        Err(trouble) => {
            tracing::error!(%trouble, "couldn't resend the notices that nobody received; the next sweep will retry");
            false
        }
    }
}

async fn tell<O: Topic>(outside: &O, changed: RecipientsChanged) -> Result<(), Trouble> {
    let body = serde_json::to_string(&TopicMessage::Recipients {
        recipients: changed,
    })
    .map_err(|error| Trouble::refused("reporting who receives e-mail", &error))?;
    outside
        .publish(Notice::Finding {
            body,
            attributes: vec![("recipients", "true".to_owned())],
        })
        .await
}

fn read(row: &Row) -> Result<RecipientsState, Trouble> {
    serde_json::from_str(&row.body)
        .map_err(|error| Trouble::refused(format!("reading row `{PK}` `{STATE}`"), &error))
}

async fn write<T: Table>(
    table: &T,
    standing: &RecipientsState,
    seen: u64,
) -> Result<bool, Trouble> {
    let body = serde_json::to_string(standing)
        .map_err(|error| Trouble::refused(format!("writing row `{PK}` `{STATE}`"), &error))?;
    let row = Row {
        pk: PK.to_owned(),
        sk: STATE.to_owned(),
        body,
        rank: String::new(),
        version: 0,
        expires: None,
    };
    table.replace(TableKind::Outbox, row, seen).await
}

/// Notes that Slack takes messages, after it had not or after nobody knew. What waits for Slack
/// need not wait for its pause.
pub async fn slack_takes<T: Table>(table: &T, now: Moment) -> Result<(), Trouble> {
    let row = Row {
        pk: PK.to_owned(),
        sk: SLACK.to_owned(),
        body: now.to_string(),
        rank: now.to_string(),
        version: 0,
        expires: None,
    };
    table
        .keep(TableKind::Outbox, row, Keep::Greatest)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests;
