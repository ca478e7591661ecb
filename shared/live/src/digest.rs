//! The daily summary: who held which role for how long, and which findings are still open.
//!
//! A digest is sent even if nothing happened, so a day without one means that something is broken.

mod center;
mod directory;
mod held;
mod open;
mod silent;
#[cfg(test)]
mod tests;
mod unanswered;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::port::{Bucket, Subscribers, Table, Trouble};
use crate::quarantine::PREFIX;
use crate::recipients::{Recipients, audience};
use crate::rulebook::Rulebook;
use crate::time::SUPPRESSION_ENDS_SOON;
use crate::wire::{Digest, Ending, Listed, TurnedOff};
use rolewatch_guard::time::DAY;

/// Gathers the content of the digest. Writes and sends nothing.
///
/// # Errors
/// Returns the table's error. If the quarantine can't be listed, its count is `None`. If the
/// subscriptions can't be listed, the digest says that the recipients are unknown.
pub async fn gather<O: Table + Subscribers + Bucket>(
    outside: &O,
    book: &Rulebook,
    at: Moment,
) -> Result<Digest, Trouble> {
    let since = at.plus_seconds(-DAY);
    let sessions = held::sessions(outside, book, since, at).await?;
    let findings = open::findings(outside, at).await?;
    Ok(Digest {
        id: at.to_string(),
        since,
        until: at,
        switches: sessions.len(),
        people: held::people(&sessions),
        elevated: held::elevated(&sessions),
        held: Listed::first_of(held::by_person_and_role(&sessions)),
        longest: held::longest(&sessions),
        unused: Listed::first_of(held::unused(&sessions, at)),
        broken: open::broken(&findings, since),
        unproven: Listed::first_of(open::unproven(&findings, at)),
        unacknowledged: Listed::first_of(open::unacknowledged(outside, at).await?),
        silent: Listed::first_of(silent::silent(outside, &book.policy, since).await?),
        unanswered: Listed::first_of(unanswered::unanswered(outside, &book.policy).await?),
        suppressions: Listed::first_of(endings(&book.policy, at)),
        rules_off: Listed::first_of(turned_off(&book.policy)),
        recipients: recipients(outside).await,
        quarantined: quarantined(outside, since, at).await,
        unread_directory: directory::unread(outside, book, at).await,
        signed_in_without_mfa: Listed::first_of(
            center::signed_in_without_mfa(outside, book, since, at).await?,
        ),
        unlisted: Listed::first_of(center::unlisted(&sessions, book)),
    })
}

/// Suppressions that have expired or soon will: expired ones first, then by end date.
fn endings(policy: &Policy, at: Moment) -> Vec<Ending> {
    let mut ending: Vec<_> = policy
        .suppress
        .iter()
        .filter(|entry| entry.is_expired(at.plus_seconds(SUPPRESSION_ENDS_SOON)))
        .collect();
    ending.sort_by_key(|entry| (!entry.is_expired(at), entry.until, entry.line));
    let shown = ending.into_iter().map(|entry| Ending {
        rule: entry.rule.to_owned(),
        caller: harmless(&entry.caller),
        owner: harmless(&entry.owner),
        until: entry.until.to_string(),
        over: entry.is_expired(at),
    });
    shown.collect()
}

/// The rules that are off. Nobody may forget that they are, so each day says so.
fn turned_off(policy: &Policy) -> Vec<TurnedOff> {
    let off = policy.rules_off().map(|(_, off)| TurnedOff {
        rule: off.rule.to_owned(),
        reason: off.reason,
    });
    off.collect()
}

async fn recipients<O: Subscribers>(outside: &O) -> Option<Recipients> {
    match audience(outside).await {
        Ok(audience) => Some(audience.recipients),
        Err(trouble) => {
            tracing::error!(%trouble, "can't tell whether anybody receives e-mail from the operations topic");
            None
        }
    }
}

/// Quarantine keys hold the day but not the hour, so this counts whole days.
async fn quarantined<O: Bucket>(outside: &O, since: Moment, at: Moment) -> Option<usize> {
    let mut count = 0;
    for time in [since, at] {
        let time = time.to_string();
        match outside
            .list(&format!("{PREFIX}{}/", time.get(..10).unwrap_or_default()))
            .await
        {
            Ok(objects) => count += objects.len(),
            Err(trouble) => {
                tracing::warn!(%trouble, "couldn't count the messages in quarantine");
                return None;
            }
        }
    }
    Some(count)
}
