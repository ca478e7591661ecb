//! An event as EventBridge delivers it, and whether it is evidence.
//!
//! EventBridge itself writes `source` and `account`. Only AWS can send an event whose source begins
//! with `aws.`, and CloudTrail sends each account its own records. So an event with another source,
//! or with a record of another account, wasn't written by AWS: somebody put it on a bus and chose
//! all of its content.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::arn::RoleArn;
use crate::delivery::Delivery;
use crate::json;
use crate::record::{Recipient, Text};
use crate::said::Said;
use crate::seen::{Reading, RecordProblem};
use crate::untrusted::harmless;

/// The prefix of the source of every event from AWS.
const AWS: &str = "aws.";

/// The prefix of the source of a partner's event. EventBridge lets the partner write the event.
const PARTNER: &str = "aws.partner/";

/// What EventBridge adds around a record.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    account: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// A parsed record that AWS sent through EventBridge.
#[derive(Debug)]
pub struct Event<'a> {
    /// The record.
    pub record: &'a str,
    /// The account that sent it, as written. A tool in between may have dropped it.
    pub account: Option<String>,
    /// Boxed, because events are held across every external call.
    said: Result<Box<Said<'a>>, RecordProblem>,
}

/// Why an event isn't evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEvidence {
    /// No `source`, or one that isn't text.
    #[error("not evidence: the event has no source, so nothing shows that AWS sent it")]
    NoSource,
    /// A `source` that anybody can choose, made safe to print.
    #[error(
        "not evidence: AWS didn't send the event: its source is `{0}`, and AWS's own sources begin with `aws.`"
    )]
    Source(String),
    /// An `account` that isn't the record's. Both are made safe to print.
    #[error(
        "not evidence: account {sent_by} sent the event, but its record belongs to account {belongs_to}"
    )]
    Account {
        /// `account` of the event.
        sent_by: String,
        /// `recipientAccountId` of the record.
        belongs_to: String,
    },
}

/// Why an event isn't used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUsed {
    /// AWS didn't send it.
    #[error(transparent)]
    NotEvidence(#[from] NotEvidence),
    /// EventBridge doesn't write events like this.
    #[error(transparent)]
    Unreadable(#[from] RecordProblem),
}

/// Parses an event if it is evidence. Every record that comes in an event, live and offline, is
/// read by this function.
///
/// # Errors
/// If AWS didn't send the event, or it can't be read.
pub fn open(json: &[u8]) -> Result<Event<'_>, NotUsed> {
    Ok(Envelope::read(json)?.evidence()?)
}

impl<'a> Event<'a> {
    /// Parses a record that this account sent.
    pub fn new(record: &'a str, account: Option<String>) -> Self {
        Self {
            record,
            account,
            said: Said::of_text(record).map(Box::new),
        }
    }

    /// The parsed record.
    ///
    /// # Errors
    /// If the record isn't of CloudTrail's shape.
    pub fn contents(&self) -> Result<&Said<'a>, RecordProblem> {
        self.said.as_deref().map_err(Clone::clone)
    }

    /// Reads its record; `delivery` is the event's.
    ///
    /// # Errors
    /// The same as for [`crate::seen::read_from`].
    pub fn read(
        &self,
        delivery: Delivery<'_>,
        elevated: &dyn Fn(&RoleArn) -> bool,
    ) -> Result<Reading, RecordProblem> {
        self.contents()?.read(self.delivery(delivery), elevated)
    }

    /// The account that its record shows.
    fn recipient(&self) -> Option<String> {
        match &self.said {
            Ok(said) => said.recipient().map(str::to_owned),
            // A record that can't be read may still show its account. The next reader reports why
            // it can't be read.
            Err(_) => json::parse::<Recipient<'_>>(self.record)
                .ok()
                .and_then(|record| record.account().map(str::to_owned)),
        }
    }

    /// How its record was delivered: in this event, which itself was delivered as `event` says.
    pub fn delivery<'d>(&'d self, event: Delivery<'d>) -> Delivery<'d> {
        event.in_event(self.account.as_deref())
    }
}

impl<'a> Envelope<'a> {
    /// Its members, if they were read together with others.
    pub fn new(
        source: Option<&'a RawValue>,
        account: Option<&'a RawValue>,
        detail: &'a RawValue,
    ) -> Self {
        Self {
            source,
            account,
            detail,
        }
    }

    /// Reads the members that EventBridge writes.
    ///
    /// # Errors
    /// If the text isn't JSON, has no `detail`, or has a member twice, so that it isn't certain
    /// which one counts.
    pub fn read(json: &'a [u8]) -> Result<Self, RecordProblem> {
        parse(json)
            .map_err(|error| RecordProblem::Shape(format!("not an EventBridge event: {error}")))
    }

    /// `source`, if it is text.
    pub fn source(&self) -> Option<String> {
        text(self.source)
    }

    /// `detail`, of any type.
    pub fn detail(&self) -> &'a str {
        self.detail.get()
    }

    /// The record in it.
    ///
    /// # Errors
    /// If AWS didn't send the event.
    pub fn evidence(&self) -> Result<Event<'a>, NotEvidence> {
        let source = self.source().ok_or(NotEvidence::NoSource)?;
        // EventBridge rejects customers' events whose source begins with `aws.`, so the prefix is
        // as good as a signature. Partners' events have a prefix of this kind too, but the partner
        // writes them.
        if !source.starts_with(AWS) || source.starts_with(PARTNER) {
            return Err(NotEvidence::Source(harmless(&source)));
        }
        let account = self
            .account
            .map(|raw| text(Some(raw)).unwrap_or_else(|| raw.get().to_owned()));
        let event = Event::new(self.detail.get(), account);
        // EventBridge writes the account that sent the event. If another account sent a record
        // about this one, the record is forged.
        match (&event.account, event.recipient()) {
            (Some(sent_by), Some(belongs_to)) if *sent_by != belongs_to => {
                Err(NotEvidence::Account {
                    sent_by: harmless(sent_by),
                    belongs_to: harmless(&belongs_to),
                })
            }
            _ => Ok(event),
        }
    }
}

/// Parses the members of an event from its bytes.
fn parse(json: &[u8]) -> Result<Envelope<'_>, serde_json::Error> {
    match std::str::from_utf8(json) {
        Ok(text) => json::parse(text),
        // serde_json's error names the position.
        Err(_) => serde_json::from_slice(json),
    }
}

/// The text of a scalar.
fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str::<Text<'_>>(raw?.get())
        .ok()
        .filter(|text| !text.is_odd())
        .map(|text| text.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record() -> Value {
        json!({"eventID": "00000000-0000-4000-8000-000000000001", "eventName": "AssumeRole", "recipientAccountId": "111122223333"})
    }

    fn event(change: impl FnOnce(&mut Value)) -> String {
        let mut event = json!({"version": "0", "source": "aws.sts", "account": "111122223333", "detail": record()});
        change(&mut event);
        event.to_string()
    }

    fn opened(json: &str) -> Result<Option<String>, String> {
        open(json.as_bytes())
            .map(|event| event.account)
            .map_err(|why| why.to_string())
    }

    #[test]
    fn an_event_of_aws_is_opened_however_json_spells_it() {
        let plain = event(|_| ());
        for spelled in [
            plain.clone(),
            plain.replace("aws.sts", "\\u0061ws.sts"),
            plain.replace("\"source\"", "\"s\\u006furce\""),
            plain.replace("\"111122223333\",\"detail\"", "111122223333,\"detail\""),
        ] {
            assert_eq!(
                opened(&spelled),
                Ok(Some("111122223333".to_owned())),
                "{spelled}"
            );
        }
        assert_eq!(open(plain.as_bytes()).unwrap().record, record().to_string());
    }

    #[test]
    fn what_anybody_can_send_is_not_evidence() {
        for source in [
            json!("com.example.app"),
            json!("AWS.sts"),
            json!(" aws.sts"),
            json!("aws"),
            json!("awsx.sts"),
            json!(""),
            json!("..."),
            json!(7),
            json!(null),
            json!(["aws.sts"]),
            json!({"aws.sts": "aws.sts"}),
            json!("aws.partner/example.com/111122223333/bus"),
        ] {
            let why = opened(&event(|event| event["source"] = source.clone())).unwrap_err();
            assert!(
                why.starts_with("not evidence: ") && why.contains("source"),
                "{source}: {why}"
            );
        }
        let bare = event(|event| {
            event.as_object_mut().unwrap().remove("source");
        });
        assert!(opened(&bare).unwrap_err().contains("no source"));
    }

    #[test]
    fn an_event_of_one_account_holds_no_record_of_another() {
        for account in [
            json!("444455556666"),
            json!(444_455_556_666_u64),
            json!(""),
            json!("111122223333 "),
            json!(["111122223333"]),
        ] {
            let why = opened(&event(|event| event["account"] = account.clone())).unwrap_err();
            assert!(
                why.contains("belongs to account 111122223333"),
                "{account}: {why}"
            );
        }
    }

    #[test]
    fn a_record_without_its_account_has_that_of_its_event() {
        for recipient in [json!(null), json!("")] {
            let event = event(|event| event["detail"]["recipientAccountId"] = recipient.clone());
            assert_eq!(opened(&event), Ok(Some("111122223333".to_owned())));
        }
        let without = event(|event| event["account"] = Value::Null);
        assert_eq!(opened(&without), Ok(None), "a tool on the way dropped it");
    }

    #[test]
    fn an_event_inside_an_event_is_not_opened() {
        let inner: Value = serde_json::from_str(&event(|_| ())).unwrap();
        let forged = event(|event| {
            event["source"] = json!("com.example.app");
            event["detail"] = inner.clone();
        });
        assert!(opened(&forged).unwrap_err().contains("com.example.app"));
        let nested = event(|event| event["detail"] = inner.clone());
        assert_eq!(
            open(nested.as_bytes()).unwrap().record,
            inner.to_string(),
            "it has no key of a record, so it is not one"
        );
    }

    #[test]
    fn a_member_twice_is_unreadable_because_either_could_count() {
        let plain = event(|_| ());
        for twice in [
            plain.replacen('{', "{\"source\":\"com.example.app\",", 1),
            plain.replacen('{', "{\"account\":\"444455556666\",", 1),
            plain.replacen('{', "{\"detail\":{},", 1),
        ] {
            assert!(
                matches!(open(twice.as_bytes()), Err(NotUsed::Unreadable(_))),
                "{twice}"
            );
        }
        for broken in [
            "",
            "[]",
            "{}",
            "{\"source\":\"aws.sts\"}",
            "{\"detail\":",
            "\"aws.sts\"",
        ] {
            assert!(
                matches!(open(broken.as_bytes()), Err(NotUsed::Unreadable(_))),
                "{broken}"
            );
        }
    }

    #[test]
    fn what_the_sender_chose_is_harmless_to_print() {
        let why = opened(&event(|event| {
            event["source"] = json!("evil\u{1b}[2J\u{202e}\n");
        }))
        .unwrap_err();
        assert!(!why.contains(['\u{1b}', '\u{202e}', '\n']), "{why:?}");
    }
}
