//! Sends the daily digest: Slack gets it by way of the findings topic and slack-notifier, the
//! operations topic gets it as an e-mail directly. Neither depends on the other.

use rolewatch_guard::moment::Moment;
use rolewatch_live::digest::gather;
use rolewatch_live::operations::once_without_catch_up;
use rolewatch_live::port::{Bucket, Notice, Subscribers, Table, Topic, Trouble};
use rolewatch_live::recipients::Recipients;
use rolewatch_live::rulebook::Rulebook;
use rolewatch_live::wire::{Digest, TopicMessage};
use rolewatch_notify::{View, digest as shown};

/// Makes the digest of the day that ends at `at`, and sends it. Whatever is repeated for the same
/// moment is told once.
///
/// # Errors
/// The ports' own; then it has to be made again. What was sent by then isn't sent a second time.
pub async fn send<O: Table + Topic + Subscribers + Bucket>(
    outside: &O,
    book: &Rulebook,
    view: &View,
    at: Moment,
) -> Result<Digest, Trouble> {
    let digest = gather(outside, book, at).await?;
    let message = TopicMessage::Digest {
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

#[cfg(test)]
mod tests;
