//! Sends the daily digest. Slack gets it through the findings topic and slack-notifier. The
//! operations topic gets it directly, as an e-mail. Neither depends on the other.

use rolewatch_guard::moment::Moment;
use rolewatch_live::digest::gather;
use rolewatch_live::operations::once_without_catch_up;
use rolewatch_live::port::{Bucket, Notice, Subscribers, Table, Topic, Trouble};
use rolewatch_live::recipients::Recipients;
use rolewatch_live::rulebook::Rulebook;
use rolewatch_live::wire::{Digest, TopicMessage};
use rolewatch_notify::{View, digest as shown};

/// Makes the digest of the day that ends at `at` and sends it. If it is repeated for the same
/// moment, the digest still arrives only once.
///
/// # Errors
/// Returns the first error of a port. The digest then has to be made again, and what was already
/// sent isn't sent a second time.
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
    let (subject, text) = shown::digest_mail(view, &digest);
    // An e-mail that reached nobody is sent again if the digest is made again and somebody receives
    // it now. The digest itself says whether somebody does.
    let unread = if digest.recipients == Some(Recipients::Confirmed) {
        ""
    } else {
        " unread"
    };
    // One is sent even if the other fails.
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
