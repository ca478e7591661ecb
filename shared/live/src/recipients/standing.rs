//! Remembers between sweeps who receives e-mail, and informs Slack about changes.
//!
//! When the last recipient is gone, Slack is informed once, and once more when somebody receives
//! e-mail again. Both are versions of one message, and the version number grows as long as the
//! stack exists: an odd version says that nobody is left, an even one that somebody is there again.
//! So slack-notifier drops a version that arrives late and posts none twice. Versions that Slack
//! hasn't accepted are sent again with growing pauses.
//!
//! INVARIANT (claim before send): before it publishes, a sweep counts the attempt in the row with a
//! version check. Of two sweeps that run at once, only one publishes.

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use super::{Recipients, audience};
use crate::operations;
use crate::outbox::told;
use crate::port::{Keep, KeyRange, Notice, Row, Subscribers, Table, TableKind, Topic, Trouble};
use crate::resend::pause_after;
use crate::time::{NOTICES_KEPT, RECIPIENTS_LOOKED_AT};
use crate::wire::{RecipientsChanged, TopicMessage};

/// The partition key in the outbox.
const PK: &str = "recipients";
const STATE: &str = "state";
const SLACK: &str = "slack";

/// The name under which slack-notifier notes the state of this message. No finding has such an ID.
pub const MESSAGE_ID: &str = "recipients";

/// The state at the last sweep that could list the subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsState {
    /// Who receives e-mail.
    pub recipients: Recipients,
    /// Since when, as seen by the sweeps.
    pub since: Moment,
    /// The version of the message to deliver; 0 if there was never a message.
    #[serde(default)]
    pub version: u64,
    /// The highest version that Slack accepted, or that a later one made unnecessary.
    #[serde(default)]
    pub told: u64,
    /// How often the version was published.
    #[serde(default)]
    pub tries: u32,
    /// When it was last published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Moment>,
    /// Since when notices on the operations topic may have reached nobody. `None`: somebody
    /// receives them, or they were sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_since: Option<Moment>,
}

impl RecipientsState {
    fn first_seen(recipients: Recipients, now: Moment) -> Self {
        // Nobody knows whether somebody was subscribed before the first sweep.
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

    /// The state after the subscriptions were listed.
    fn after_look(before: Option<&Self>, found: Recipients, now: Moment) -> Self {
        let Some(before) = before else {
            return Self::first_seen(found, now);
        };
        if before.recipients == found {
            return before.clone();
        }
        let is_there = found == Recipients::Confirmed;
        let was_there = before.recipients == Recipients::Confirmed;
        let says_lost = !before.version.is_multiple_of(2);
        // If nobody was subscribed from the beginning, the stack's output and the digest say so.
        // Slack isn't informed.
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

    /// Whether to publish now: for the first time, or because the pause is over or Slack accepts
    /// messages again.
    fn is_due(&self, now: Moment, slack: Option<Moment>) -> bool {
        let Some(last) = self.last.filter(|_| self.told < self.version) else {
            return self.told < self.version;
        };
        let waited = last.plus_seconds(pause_after(self.tries.saturating_sub(1))) <= now;
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

/// Checks who receives e-mail, and makes sure that Slack is informed of changes.
///
/// Returns the time since when alerts that had waited can be read again, if they can: since a
/// person receives e-mail, or since Slack accepts messages after it had rejected them.
///
/// # Errors
/// Returns the table's or the topic's error. The next sweep continues.
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
        (Ok(found), before) => RecipientsState::after_look(before.as_ref(), found.recipients, now),
        (Err(trouble), before) => {
            tracing::error!(%trouble, "can't tell whether anybody receives e-mail from the operations topic");
            // A failed listing changes nothing, but the message that is already known is still
            // delivered.
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
    // Written before it is published: if two sweeps see the same change, only one publishes it.
    let mine = before.as_ref() == Some(&standing) || write(outside, &standing, seen).await?;
    if due && mine {
        publish_change(outside, standing.changed()).await?;
    }
    let mail = (standing.recipients == Recipients::Confirmed).then_some(standing.since);
    // Anything sent before the later of the two may have reached nobody.
    Ok(mail.max(slack))
}

/// Whether no missed notices are left. If two sweeps run at once, both may send them.
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

async fn publish_change<O: Topic>(outside: &O, changed: RecipientsChanged) -> Result<(), Trouble> {
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

/// Notes that Slack accepts messages after it rejected them or its state was unknown. Messages that
/// wait for Slack then don't wait for their pause.
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
