//! The daily summary: who held which role for how long, and what is still open.
//!
//! It is made even if nothing happened, so that a day without one means trouble. Slack gets it by
//! way of the findings topic and slack-notifier, the operations topic gets it as an e-mail
//! directly: neither depends on the other.

mod held;
mod open;
mod silent;
#[cfg(test)]
mod tests;
mod unanswered;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::operations::once_without_catch_up;
use crate::port::{Bucket, Notice, Subscribers, Table, Topic, Trouble};
use crate::quarantine::PREFIX;
use crate::recipients::{Recipients, audience};
use crate::rulebook::Rulebook;
use crate::slack::{View, digest as shown};
use crate::time::SUPPRESSION_ENDS_SOON;
use crate::wire::{Digest, Ending, Listed, Message};
use rolewatch_guard::time::DAY;

/// Makes the digest of the day that ends at `at`, and sends it. Whatever is repeated for the same
/// moment is told once.
///
/// # Errors
/// The ports' own; then it has to be made again. What was sent by then is not sent a second time.
pub async fn digest<O: Table + Topic + Subscribers + Bucket>(
    outside: &O,
    book: &Rulebook,
    view: &View,
    at: Moment,
) -> Result<Digest, Trouble> {
    let digest = gather(outside, book, at).await?;
    let message = Message::Digest {
        digest: Box::new(digest.clone()),
    };
    let body = serde_json::to_string(&message).map_err(|error| Trouble::Refused {
        what: "publishing the digest".to_owned(),
        why: error.to_string(),
    })?;
    let posted = outside
        .publish(Notice::Finding {
            body,
            attributes: vec![("digest", "true".to_owned())],
        })
        .await;
    let (subject, text) = shown::mail(view, &digest);
    // What went to nobody goes out again if the digest is made again and somebody receives it now:
    // the digest says that somebody has.
    let unread = if digest.recipients == Some(Recipients::Confirmed) {
        ""
    } else {
        " unread"
    };
    // The one is told although the other could not be.
    once_without_catch_up(
        outside,
        &format!("digest {}{unread}", digest.id),
        &subject,
        text,
        at,
    )
    .await?;
    posted.map(|()| digest)
}

/// What there is to say. Nothing is written or sent.
///
/// # Errors
/// The table's own. A quarantine that can't be listed is not counted, and subscriptions that can't
/// be are said to be unknown.
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
        since: since.to_string(),
        until: at.to_string(),
        switches: sessions.len(),
        people: held::people(&sessions),
        elevated: held::elevated(&sessions),
        held: Listed::of(held::by_person_and_role(&sessions)),
        longest: held::longest(&sessions),
        unused: Listed::of(held::unused(&sessions, at)),
        broken: open::broken(&findings, since),
        unproven: Listed::of(open::unproven(&findings, at)),
        unacknowledged: Listed::of(open::unacknowledged(outside, at).await?),
        silent: Listed::of(silent::silent(outside, &book.policy, since).await?),
        unanswered: Listed::of(unanswered::unanswered(outside, &book.policy).await?),
        suppressions: Listed::of(endings(&book.policy, at)),
        recipients: recipients(outside).await,
        quarantined: quarantined(outside, since, at).await,
    })
}

/// Expired ones first, then the soonest.
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

async fn recipients<O: Subscribers>(outside: &O) -> Option<Recipients> {
    match audience(outside).await {
        Ok(audience) => Some(audience.recipients),
        Err(trouble) => {
            tracing::error!(%trouble, "whether anybody receives the e-mail of the operations topic is not known");
            None
        }
    }
}

/// The keys have the day and not the hour.
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
                tracing::warn!(%trouble, "what is in quarantine could not be counted");
                return None;
            }
        }
    }
    Some(count)
}
