//! What a message can be: an event of EventBridge, a record that was recovered, a heartbeat, or a
//! message of ours to ourselves.

use rolewatch_edge::settle::Rejudge;
use rolewatch_edge::setup::Ask;
use rolewatch_guard::envelope::{Envelope, Event};
use rolewatch_guard::moment::Moment;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A message of the queue.
pub(crate) enum Message<'a> {
    /// A CloudTrail record, as it came.
    Record(Event<'a>),
    /// A CloudTrail record that EventBridge may never have delivered: it was found in the event
    /// history, or in the log files of a trail.
    Recovered(Event<'a>),
    /// The schedule fired.
    Heartbeat(Moment),
    /// Judge these again.
    Rejudge(Rejudge),
    /// Judge what is next of a chain.
    Turn(String),
    /// Look at the set-up of the accounts.
    Review(Ask),
    /// None of these, and why.
    Unreadable(String),
}

impl Message<'_> {
    /// Whether it is no event, but a heartbeat or a message to ourselves.
    pub(crate) fn is_own(&self) -> bool {
        matches!(
            self,
            Self::Heartbeat(_) | Self::Rejudge(_) | Self::Turn(_) | Self::Review(_)
        )
    }

    /// What is done first of a batch. The heartbeat waits for nothing; events do not wait for what
    /// is judged again, nor that for a whole account to be read.
    pub(crate) fn order(&self) -> u8 {
        match self {
            Self::Heartbeat(_) => 0,
            Self::Record(_) | Self::Recovered(_) | Self::Unreadable(_) => 1,
            Self::Rejudge(_) => 2,
            Self::Turn(_) => 3,
            Self::Review(_) => 4,
        }
    }
}

#[derive(Deserialize)]
struct Ours {
    rejudge: Rejudge,
}

/// As [`Ours`], of what is judged in turns.
#[derive(Deserialize)]
struct Turn {
    turn: String,
}

/// As [`Ours`], of the set-up.
#[derive(Deserialize)]
struct Review {
    review: Ask,
}

/// Only functions of the stack can send it: what comes from EventBridge has its own members at the
/// top, and nobody else may use the queue.
#[derive(Deserialize)]
struct Recovered<'a> {
    #[serde(rename = "recovered")]
    _by: Means,
    /// Whose record it is.
    account: Option<String>,
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
struct Schedule {
    time: Moment,
}

/// The source of the heartbeat's events.
const HEARTBEAT: &str = "rolewatch.heartbeat";

/// Tells what a message is. Whether an event is evidence is decided as it is offline.
pub(crate) fn open(body: &str) -> Message<'_> {
    if let Ok(Ours { rejudge }) = serde_json::from_str(body) {
        return Message::Rejudge(rejudge);
    }
    if let Ok(Turn { turn }) = serde_json::from_str(body) {
        return Message::Turn(turn);
    }
    if let Ok(Review { review }) = serde_json::from_str(body) {
        return Message::Review(review);
    }
    if let Ok(Recovered {
        account, detail, ..
    }) = serde_json::from_str(body)
    {
        return Message::Recovered(Event {
            record: detail.get(),
            account,
        });
    }
    let envelope = match Envelope::read(body.as_bytes()) {
        Ok(envelope) => envelope,
        Err(problem) => return Message::Unreadable(problem.to_string()),
    };
    if envelope.source().as_deref() == Some(HEARTBEAT) {
        return match serde_json::from_str::<Schedule>(envelope.detail()) {
            Ok(schedule) => Message::Heartbeat(schedule.time),
            Err(error) => Message::Unreadable(format!("not a heartbeat: {error}")),
        };
    }
    match envelope.evidence() {
        Ok(event) => Message::Record(event),
        Err(why) => Message::Unreadable(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str =
        r#"{"eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;

    #[test]
    fn a_recovered_record_is_opened_by_whoever_found_it() {
        for means in ["lookup", "trail"] {
            let body = format!(r#"{{"recovered":"{means}","detail":{RECORD}}}"#);
            assert!(
                matches!(open(&body), Message::Recovered(event) if event.record == RECORD),
                "{means}"
            );
        }
        assert!(matches!(
            open(&format!(r#"{{"recovered":"hearsay","detail":{RECORD}}}"#)),
            Message::Unreadable(_)
        ));
        assert!(matches!(
            open(r#"{"recovered":"lookup"}"#),
            Message::Unreadable(_)
        ));
    }

    #[test]
    fn what_waits_for_nothing_is_first() {
        let heartbeat = r#"{"source":"rolewatch.heartbeat","account":"123456789012","detail":{"time":"2026-03-02T09:00:00Z"}}"#.to_owned();
        let event = format!(r#"{{"source":"aws.sts","account":"111122223333","detail":{RECORD}}}"#);
        let recovered = format!(r#"{{"recovered":"trail","detail":{RECORD}}}"#);
        let rejudge = r#"{"rejudge":{"sessions":[]}}"#.to_owned();
        let turn = r#"{"turn":"111122223333"}"#.to_owned();
        let review = r#"{"review":{"due":"2026-03-02T09:00:00Z"}}"#.to_owned();
        let orders: Vec<u8> = [heartbeat, event, recovered, rejudge, turn, review]
            .iter()
            .map(|body| open(body).order())
            .collect();
        assert_eq!(orders, [0, 1, 1, 2, 3, 4]);
    }

    #[test]
    fn an_event_cannot_pass_for_a_recovered_record() {
        // Who puts events on the bus chooses the detail, and nothing else of the message.
        let forged = format!(
            r#"{{"source":"mine","account":"555555555555","detail":{{"recovered":"lookup","detail":{RECORD}}}}}"#
        );
        assert!(matches!(open(&forged), Message::Unreadable(_)));
    }

    #[test]
    fn what_aws_did_not_send_is_kept_aside_as_offline() {
        for (change, why) in [
            (
                r#""source":"com.example.app","account":"111122223333""#,
                "its source is `com.example.app`",
            ),
            (
                r#""source":"aws.sts","account":"444455556666""#,
                "belongs to account 111122223333",
            ),
            (r#""account":"111122223333""#, "no source"),
            (
                r#""source":"com.example.app","source":"aws.sts","account":"111122223333""#,
                "duplicate field `source`",
            ),
        ] {
            let body = format!("{{{change},\"detail\":{RECORD}}}");
            let Message::Unreadable(said) = open(&body) else {
                panic!("{change} is taken")
            };
            assert!(said.contains(why), "{said}");
        }
        let sent =
            format!(r#"{{"source":"\u0061ws.sts","account":"111122223333","detail":{RECORD}}}"#);
        assert!(
            matches!(open(&sent), Message::Record(event) if event.record == RECORD && event.account.as_deref() == Some("111122223333"))
        );
    }

    #[test]
    fn a_message_that_recovery_writes_is_one_that_is_opened() {
        let account = "111122223333".parse().unwrap();
        let body = rolewatch_edge::watch::recovered("lookup", account, RECORD).unwrap();
        let Message::Recovered(event) = open(&body) else {
            panic!("{body}")
        };
        assert_eq!(
            (event.record, event.account.as_deref()),
            (RECORD, Some("111122223333"))
        );
        assert_eq!(
            rolewatch_edge::watch::recovered("lookup", account, "not json"),
            None
        );
    }
}
