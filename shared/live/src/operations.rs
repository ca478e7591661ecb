//! Notices on the operations topic, which say that something is wrong with rolewatch itself.
//!
//! Each notice is published once. SNS keeps nothing for people who confirm their subscription
//! later, so a notice also stays in the ledger. When e-mail reaches somebody after a time when it
//! reached nobody, the notices of that time are sent again in one message.

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::ledger::keys::{self, hash};
use crate::port::{Keep, KeyRange, Notice, Row, Table, TableKind, Topic, Trouble};
use crate::time::{NOTICES_KEPT, NOTICES_KNOWN};

/// The partition of published notices.
const PUBLISHED: &str = "notices";

/// How many notices, counted from the latest, the message quotes in full.
const MOST_TEXTS: usize = 50;

/// The size limit of the message. SNS accepts 256 KiB.
const MOST_BYTES: usize = 200_000;

/// A published notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PublishedNotice {
    subject: String,
    body: String,
}

/// Publishes a notice to those who run rolewatch, once for each `what`. It publishes first and then
/// notes that it did.
///
/// # Errors
/// Returns the first error of a port. The notice can then be sent again.
pub(crate) async fn notify_once<O: Table + Topic>(
    outside: &O,
    what: &str,
    subject: &str,
    body: String,
    now: Moment,
) -> Result<(), Trouble> {
    if is_published(outside, what).await? {
        return Ok(());
    }
    let kept = notice_row(
        &PublishedNotice {
            subject: subject.to_owned(),
            body: body.clone(),
        },
        now,
    )?;
    outside
        .publish(Notice::Operations {
            subject: subject.to_owned(),
            body,
        })
        .await?;
    outside.keep(TableKind::Ledger, kept, Keep::First).await?;
    note_told(outside, what, now).await
}

/// Like `once`, for a notice that is useless later: `catch_up` doesn't send it again.
///
/// # Errors
/// Returns the first error of a port. The notice can then be sent again.
pub async fn once_without_catch_up<O: Table + Topic>(
    outside: &O,
    what: &str,
    subject: &str,
    body: String,
    now: Moment,
) -> Result<(), Trouble> {
    if is_published(outside, what).await? {
        return Ok(());
    }
    outside
        .publish(Notice::Operations {
            subject: subject.to_owned(),
            body,
        })
        .await?;
    note_told(outside, what, now).await
}

/// Sends the notices published from `from` until before `until` again, in one message. Sends
/// nothing if there are none.
///
/// # Errors
/// Returns the first error of a port. All of it can then be sent again.
pub(crate) async fn catch_up<O: Table + Topic>(
    outside: &O,
    from: Moment,
    until: Moment,
) -> Result<usize, Trouble> {
    let span = KeyRange {
        from: keys::second(from),
        to: keys::second(until.plus_seconds(-1)),
    };
    let rows = outside.query(TableKind::Ledger, PUBLISHED, &span).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let texts = rows
        .iter()
        .rev()
        .take(MOST_TEXTS)
        .map(notice_shown)
        .collect::<Result<Vec<_>, _>>()?;
    let body = message(rows.len(), &texts);
    let subject = format!("rolewatch: {} notices that nobody received", rows.len());
    outside
        .publish(Notice::Operations { subject, body })
        .await?;
    Ok(rows.len())
}

fn message(count: usize, texts: &[String]) -> String {
    let mut body = format!(
        "For a while, nobody received e-mail from the operations topic. These are the {count} notices that rolewatch \
         published in that time, the latest first:\n"
    );
    let mut shown = 0;
    for text in texts {
        if body.len() + text.len() > MOST_BYTES {
            break;
        }
        body.push_str(text);
        shown += 1;
    }
    match count - shown {
        0 => body,
        left => format!("{body}\n{left} older notices are not shown. They are in the log.\n"),
    }
}

/// A notice with its time, as a paragraph.
fn notice_shown(row: &Row) -> Result<String, Trouble> {
    let published: PublishedNotice = serde_json::from_str(&row.body).map_err(|error| {
        Trouble::refused(format!("reading row `{PUBLISHED}` `{}`", row.sk), &error)
    })?;
    let time = keys::second_of(&row.sk)
        .map(|time| time.to_string())
        .unwrap_or_default();
    Ok(format!(
        "\n---- {time} {}\n\n{}\n",
        published.subject, published.body
    ))
}

async fn is_published<T: Table>(table: &T, what: &str) -> Result<bool, Trouble> {
    Ok(!table
        .query(TableKind::Ledger, &told_key(what), &KeyRange::default())
        .await?
        .is_empty())
}

async fn note_told<T: Table>(table: &T, what: &str, now: Moment) -> Result<(), Trouble> {
    let row = Row {
        pk: told_key(what),
        sk: "told".to_owned(),
        body: String::new(),
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(NOTICES_KNOWN)),
    };
    table
        .keep(TableKind::Ledger, row, Keep::First)
        .await
        .map(drop)
}

fn told_key(what: &str) -> String {
    format!("told#{}", hash(what))
}

fn notice_row(published: &PublishedNotice, now: Moment) -> Result<Row, Trouble> {
    let body = serde_json::to_string(published)
        .map_err(|error| Trouble::refused("recording a notice", &error))?;
    Ok(Row {
        pk: PUBLISHED.to_owned(),
        sk: format!("{}#{}", keys::second(now), hash(&body)),
        body,
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(NOTICES_KEPT)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Calm, Twin, run};

    fn at(seconds: i64) -> Moment {
        Moment::from_epoch_seconds(1_772_442_000 + seconds)
    }

    fn mails(twin: &Twin<Calm>) -> Vec<(String, String)> {
        let read = |notice: &Notice| match notice {
            Notice::Operations { subject, body } => (subject.clone(), body.clone()),
            Notice::Finding { body, .. } => panic!("{body}"),
        };
        twin.topics.borrow().iter().map(read).collect()
    }

    #[test]
    fn a_notice_is_published_once_and_sent_again_with_those_of_the_same_time() {
        let twin = Twin::new(Calm, at(0));
        for (second, what) in [(0, "a"), (10, "b"), (10, "b"), (20, "c"), (30, "d")] {
            let body = format!("text of {what}");
            run(notify_once(
                &twin,
                what,
                &format!("subject of {what}"),
                body,
                at(second),
            ))
            .unwrap();
        }
        run(once_without_catch_up(
            &twin,
            "digest",
            "digest",
            "digest".to_owned(),
            at(15),
        ))
        .unwrap();
        assert_eq!(mails(&twin).len(), 5);
        assert_eq!(run(catch_up(&twin, at(10), at(30))), Ok(2));
        let (subject, body) = mails(&twin).pop().unwrap();
        assert_eq!(subject, "rolewatch: 2 notices that nobody received");
        let place = |text: &str| body.find(text);
        assert!(
            place("text of c") < place("text of b") && place("text of c").is_some(),
            "{body}"
        );
        assert!(
            body.contains(&format!("---- {} subject of b", at(10))),
            "{body}"
        );
        for other in ["text of a", "text of d", "digest", "older notices"] {
            assert!(!body.contains(other), "{body}");
        }
    }

    #[test]
    fn nothing_is_sent_again_where_there_is_nothing() {
        let twin = Twin::new(Calm, at(0));
        assert_eq!(run(catch_up(&twin, at(0), at(600))), Ok(0));
        assert_eq!(mails(&twin), []);
    }

    #[test]
    fn however_many_there_are_sns_takes_the_message_and_it_counts_all() {
        let twin = Twin::new(Calm, at(0));
        for second in 0..60 {
            let body = format!("number {second} {}", "x".repeat(10_000));
            run(notify_once(
                &twin,
                &second.to_string(),
                "subject",
                body,
                at(second),
            ))
            .unwrap();
        }
        assert_eq!(run(catch_up(&twin, at(0), at(60))), Ok(60));
        let (subject, body) = mails(&twin).pop().unwrap();
        assert!(subject.len() <= 100 && subject.contains("60"), "{subject}");
        assert!(body.len() < 256 << 10, "{} bytes", body.len());
        assert!(body.contains("number 59 ") && !body.contains("number 0 "));
        let shown = body.matches("number ").count();
        assert!(
            body.contains(&format!("{} older notices are not shown", 60 - shown)),
            "{shown}"
        );
    }
}
