//! A message of the queue, parsed once: what it is, and how to handle it.

use rolewatch_guard::probe::{Probe, ProbeSender};
use rolewatch_live::inbox::{self, Inbound};

use crate::time::{LONGEST_MESSAGE, LONGEST_REVIEW};

/// A parsed message.
pub(crate) struct OpenedMessage<'a> {
    /// The message text.
    pub(crate) body: &'a str,
    /// The parsed content.
    pub(crate) message: Inbound<'a>,
    /// The probe of ours that it is the record of, if it is one.
    pub(crate) probe: Option<Probe>,
}

impl<'a> OpenedMessage<'a> {
    pub(crate) fn new(body: &'a str, prober: Option<&ProbeSender>) -> Self {
        let message = inbox::open(body);
        let probe = match &message {
            Inbound::Record(event) | Inbound::Recovered(event) => {
                prober.and_then(|prober| prober.read(event))
            }
            _ => None,
        };
        Self {
            body,
            message,
            probe,
        }
    }

    /// Whether it is a heartbeat, a probe or a message to ourselves, and not an event.
    pub(crate) fn is_own(&self) -> bool {
        self.probe.is_some()
            || matches!(
                self.message,
                Inbound::Heartbeat(_) | Inbound::Rejudge(_) | Inbound::Turn(_) | Inbound::Review(_)
            )
    }

    /// The order within a batch. A heartbeat waits for nothing. Events don't wait for repeated
    /// judgments, and those don't wait for the reading of a whole account.
    pub(crate) fn order(&self) -> u8 {
        match self.message {
            Inbound::Heartbeat(_) => 0,
            Inbound::Record(_)
            | Inbound::Recovered(_)
            | Inbound::Native
            | Inbound::Unreadable(_) => 1,
            Inbound::Rejudge(_) => 2,
            Inbound::Turn(_) => 3,
            Inbound::Review(_) => 4,
        }
    }

    /// How many seconds it may take.
    pub(crate) fn longest(&self) -> i64 {
        match self.message {
            Inbound::Review(_) => LONGEST_REVIEW,
            _ => LONGEST_MESSAGE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_nothing_is_first() {
        let record = r#"{"eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;
        let heartbeat = r#"{"source":"rolewatch.heartbeat","account":"123456789012","detail":{"time":"2026-03-02T09:00:00Z"}}"#.to_owned();
        let event = format!(r#"{{"source":"aws.sts","account":"111122223333","detail":{record}}}"#);
        let recovered = format!(r#"{{"recovered":"trail","detail":{record}}}"#);
        let rejudge = r#"{"rejudge":{"sessions":[]}}"#.to_owned();
        let turn = r#"{"turn":"111122223333"}"#.to_owned();
        let review = r#"{"review":{"due":"2026-03-02T09:00:00Z"}}"#.to_owned();
        let orders: Vec<u8> = [heartbeat, event, recovered, rejudge, turn, review]
            .iter()
            .map(|body| OpenedMessage::new(body, None).order())
            .collect();
        assert_eq!(orders, [0, 1, 1, 2, 3, 4]);
    }
}
