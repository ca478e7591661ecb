//! What a message can be: an event of EventBridge, a record that was recovered, a heartbeat, or a message of ours to ourselves.

use rolewatch_edge::settle::Rejudge;
use rolewatch_edge::setup::Ask;
use rolewatch_guard::moment::Moment;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A message of the queue.
pub(crate) enum Message<'a> {
    /// A CloudTrail record, as it came.
    Record(&'a RawValue),
    /// A CloudTrail record that EventBridge may never have delivered: it was found in the event history, or in the log files of a trail.
    Recovered(&'a RawValue),
    /// The schedule fired.
    Heartbeat(Moment),
    /// Judge these again.
    Rejudge(Rejudge),
    /// Look at the set-up of the accounts.
    Review(Ask),
    /// None of these, and why.
    Unreadable(String),
}

impl Message<'_> {
    /// Whether it is no event, but a heartbeat or a message to ourselves.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self, Self::Heartbeat(_) | Self::Rejudge(_) | Self::Review(_))
    }
}

#[derive(Deserialize)]
struct Ours {
    rejudge: Rejudge,
}

/// As [`Ours`], of the set-up.
#[derive(Deserialize)]
struct Review {
    review: Ask,
}

/// Only functions of the stack can send it: what comes from EventBridge has its own members at the top, and nobody else may use the queue.
#[derive(Deserialize)]
struct Recovered<'a> {
    #[serde(rename = "recovered")]
    _by: Means,
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// How a record was found.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Means {
    /// The event history.
    Lookup,
    /// The log files of a trail.
    Trail,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    source: String,
    account: String,
    #[serde(borrow)]
    detail: &'a RawValue,
}

#[derive(Deserialize)]
struct Schedule {
    time: Moment,
}

/// The source of the heartbeat's events.
const HEARTBEAT: &str = "rolewatch.heartbeat";

/// Tells what a message is.
///
/// EventBridge writes `source` and `account` itself. Only AWS can send events of source `aws.…`, and each account gets its own records: an event
/// whose record belongs to another account was made by somebody.
pub(crate) fn open(body: &str) -> Message<'_> {
    if let Ok(Ours { rejudge }) = serde_json::from_str(body) {
        return Message::Rejudge(rejudge);
    }
    if let Ok(Review { review }) = serde_json::from_str(body) {
        return Message::Review(review);
    }
    if let Ok(Recovered { detail, .. }) = serde_json::from_str(body) {
        return Message::Recovered(detail);
    }
    let envelope: Envelope<'_> = match serde_json::from_str(body) {
        Ok(envelope) => envelope,
        Err(error) => return Message::Unreadable(format!("not an event of EventBridge: {error}")),
    };
    if envelope.source == HEARTBEAT {
        return match serde_json::from_str::<Schedule>(envelope.detail.get()) {
            Ok(schedule) => Message::Heartbeat(schedule.time),
            Err(error) => Message::Unreadable(format!("not a heartbeat: {error}")),
        };
    }
    if !envelope.source.starts_with("aws.") {
        return Message::Unreadable(format!("source `{}` is not of AWS", rolewatch_guard::untrusted::harmless(&envelope.source)));
    }
    match rolewatch_guard::seen::recipient(envelope.detail.get().as_bytes()) {
        Some(recipient) if recipient != envelope.account => Message::Unreadable(format!(
            "it came from account {}, but its record is of account {recipient}",
            rolewatch_guard::untrusted::harmless(&envelope.account)
        )),
        _ => Message::Record(envelope.detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;

    #[test]
    fn a_recovered_record_is_opened_by_whoever_found_it() {
        for means in ["lookup", "trail"] {
            let body = format!(r#"{{"recovered":"{means}","detail":{RECORD}}}"#);
            assert!(matches!(open(&body), Message::Recovered(detail) if detail.get() == RECORD), "{means}");
        }
        assert!(matches!(open(&format!(r#"{{"recovered":"hearsay","detail":{RECORD}}}"#)), Message::Unreadable(_)));
        assert!(matches!(open(r#"{"recovered":"lookup"}"#), Message::Unreadable(_)));
    }

    #[test]
    fn an_event_cannot_pass_for_a_recovered_record() {
        // Who puts events on the bus chooses the detail, and nothing else of the message.
        let forged = format!(r#"{{"source":"mine","account":"555555555555","detail":{{"recovered":"lookup","detail":{RECORD}}}}}"#);
        assert!(matches!(open(&forged), Message::Unreadable(_)));
    }

    #[test]
    fn a_message_that_recovery_writes_is_one_that_is_opened() {
        let body = rolewatch_edge::watch::recovered("lookup", RECORD).unwrap();
        assert!(matches!(open(&body), Message::Recovered(detail) if detail.get() == RECORD));
        assert_eq!(rolewatch_edge::watch::recovered("lookup", "not json"), None);
    }
}
