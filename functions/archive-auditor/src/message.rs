//! Requests to the function, and messages of its queue.

use rolewatch_guard::moment::Moment;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An S3 object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrailObject {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// The content of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum QueueMessage {
    /// These objects were created. `None`: the message reports another kind of event.
    Created(Vec<TrailObject>),
    /// The message isn't of a known kind. Holds the reason.
    Unreadable(String),
}

/// A request that doesn't come from the queue.
#[derive(Debug, Deserialize)]
pub(crate) struct TaskRequest {
    pub(crate) task: Option<String>,
    /// The run's clock.
    pub(crate) at: Option<Moment>,
}

#[derive(Deserialize)]
struct EventBridgeEnvelope<'a> {
    source: String,
    #[serde(rename = "detail-type")]
    kind: String,
    #[serde(borrow)]
    detail: &'a RawValue,
}

#[derive(Deserialize)]
struct S3Detail {
    bucket: S3Bucket,
    object: S3Key,
}

#[derive(Deserialize)]
struct S3Bucket {
    name: String,
}

#[derive(Deserialize)]
struct S3Key {
    key: String,
}

/// A notification that S3 sends directly.
#[derive(Deserialize)]
struct S3Notification {
    #[serde(rename = "Records")]
    records: Vec<S3Record>,
}

#[derive(Deserialize)]
struct S3Record {
    #[serde(rename = "eventName", default)]
    name: String,
    s3: S3Detail,
}

/// The test event that S3 sends when notifications are set up.
#[derive(Deserialize)]
struct S3TestEvent {
    #[serde(rename = "Event")]
    event: String,
}

/// The envelope that SNS puts around a message unless raw delivery is on.
#[derive(Deserialize)]
struct SnsEnvelope {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Message")]
    message: String,
}

/// Determines what a message is: an "Object Created" event of EventBridge or a notification of S3,
/// the latter directly or through SNS.
pub(crate) fn open(body: &str) -> QueueMessage {
    if let Ok(SnsEnvelope { kind, message }) = serde_json::from_str(body)
        && kind == "Notification"
    {
        return opened(&message);
    }
    opened(body)
}

fn opened(body: &str) -> QueueMessage {
    if let Ok(EventBridgeEnvelope {
        source,
        kind,
        detail,
    }) = serde_json::from_str(body)
    {
        if source != "aws.s3" || kind != "Object Created" {
            return QueueMessage::Created(Vec::new());
        }
        return match serde_json::from_str::<S3Detail>(detail.get()) {
            Ok(detail) => QueueMessage::Created(vec![TrailObject {
                bucket: detail.bucket.name,
                // EventBridge has the key in plain form, but S3's own notifications encode it.
                key: detail.object.key,
            }]),
            Err(error) => QueueMessage::Unreadable(format!("not an S3 event: {error}")),
        };
    }
    if serde_json::from_str(body).is_ok_and(|S3TestEvent { event }| event == "s3:TestEvent") {
        return QueueMessage::Created(Vec::new());
    }
    match serde_json::from_str::<S3Notification>(body) {
        Ok(S3Notification { records }) => {
            let created = records
                .into_iter()
                // One notification may report several kinds of events.
                .filter(|record| record.name.is_empty() || record.name.contains("ObjectCreated"));
            QueueMessage::Created(
                created
                    .map(|record| TrailObject {
                        bucket: record.s3.bucket.name,
                        key: decoded(&record.s3.object.key),
                    })
                    .collect(),
            )
        }
        Err(error) => QueueMessage::Unreadable(format!(
            "neither an EventBridge event nor an S3 notification: {error}"
        )),
    }
}

/// Decodes a key in S3's own notifications, which use form encoding: `+` for a blank, `%C3%A9` for
/// bytes.
fn decoded(written: &str) -> String {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let digits = after
            .first_chunk::<2>()
            .filter(|_| *first == b'%')
            .and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => bytes.push(if *first == b'+' { b' ' } else { *first }),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn created(objects: &[(&str, &str)]) -> QueueMessage {
        QueueMessage::Created(
            objects
                .iter()
                .map(|(bucket, key)| TrailObject {
                    bucket: (*bucket).into(),
                    key: (*key).into(),
                })
                .collect(),
        )
    }

    #[test]
    fn events_and_notifications_of_s3_name_the_same_object() {
        let event = json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "a b/ü+1"}}});
        assert_eq!(open(&event.to_string()), created(&[("b", "a b/ü+1")]));
        let record = |name: &str| json!({"eventName": name, "s3": {"bucket": {"name": "b"}, "object": {"key": "a+b/%C3%BC%2B1"}}});
        let notification =
            json!({"Records": [record("ObjectCreated:Put"), record("ObjectRemoved:Delete")]})
                .to_string();
        assert_eq!(open(&notification), created(&[("b", "a b/ü+1")]));
        let by_topic = json!({"Type": "Notification", "Message": notification}).to_string();
        assert_eq!(open(&by_topic), created(&[("b", "a b/ü+1")]));
    }

    #[test]
    fn what_else_happens_in_a_bucket_is_passed_over_and_rubbish_is_not() {
        let deleted =
            json!({"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}).to_string();
        assert_eq!(open(&deleted), created(&[]));
        assert_eq!(
            open(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}).to_string()),
            created(&[])
        );
        assert!(matches!(open("{\"Records\""), QueueMessage::Unreadable(_)));
        let no_key = json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "b"}}}).to_string();
        assert!(matches!(open(&no_key), QueueMessage::Unreadable(_)));
    }

    #[test]
    fn a_key_is_decoded_as_far_as_it_is_encoded() {
        for (written, key) in [
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%4", "%4"),
            ("%41%2", "A%2"),
            ("%ff", "\u{fffd}"),
        ] {
            assert_eq!(decoded(written), key);
        }
    }
}
