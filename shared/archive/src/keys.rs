//! The keys that show what a JSON object is, and the members of a complete object.

use std::ops::Range;

use crate::structure::{Scan, ScanStep, TextScan};

/// A key that shows what its object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberKey {
    /// The list of a log file.
    Records,
    /// The list in a LookupEvents response.
    Events,
    /// The list of log events that a subscription delivers.
    LogEvents,
    /// The list of log events in a FilterLogEvents or GetLogEvents response.
    FoundEvents,
    /// Shows whether a subscription's document contains log events or only tests the destination.
    MessageType,
    /// The record in an EventBridge envelope.
    Detail,
    /// The record in an element of `Events`.
    CloudTrailEvent,
    /// The text of a log event.
    Message,
    /// When a log event was written.
    Timestamp,
    /// A key that every record has.
    Record,
    /// The same; its value also distinguishes a record from what Lambda passes to a function.
    EventSource,
    /// The same; a LookupEvents response has it only in the records.
    UserIdentity,
    /// A key that only records have, but not all of them.
    Field,
    /// A key that only Insights records have.
    Insight,
    /// A key that only digest files have.
    Digest,
    Other,
}

impl MemberKey {
    fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The key for the JSON text between the quotation marks.
    pub(crate) fn from_json(written: &[u8]) -> Self {
        match written {
            b"Records" => Self::Records,
            b"Events" => Self::Events,
            b"logEvents" => Self::LogEvents,
            b"events" => Self::FoundEvents,
            b"messageType" => Self::MessageType,
            b"detail" => Self::Detail,
            b"CloudTrailEvent" => Self::CloudTrailEvent,
            b"message" => Self::Message,
            b"timestamp" => Self::Timestamp,
            b"eventName" => Self::Record,
            b"userIdentity" => Self::UserIdentity,
            b"eventSource" => Self::EventSource,
            b"insightDetails" => Self::Insight,
            b"digestStartTime" | b"digestS3Bucket" => Self::Digest,
            _ if is_field(written) => Self::Field,
            _ if written.contains(&b'\\') => unescaped(written).map_or(Self::Other, |text| {
                // An unescaped key may contain another backslash, but no known key does.
                if text.contains('\\') {
                    Self::Other
                } else {
                    Self::from_json(text.as_bytes())
                }
            }),
            _ => Self::Other,
        }
    }
}

/// Whether CloudTrail documents the key for the top level of a record, and no other AWS document
/// has it there. The three of [`MemberKey::Record`] aren't included.
fn is_field(written: &[u8]) -> bool {
    matches!(
        written,
        b"additionalEventData"
            | b"addendum"
            | b"apiVersion"
            | b"awsRegion"
            | b"edgeDeviceDetails"
            | b"errorCode"
            | b"errorMessage"
            | b"eventCategory"
            | b"eventID"
            | b"eventTime"
            | b"eventType"
            | b"eventVersion"
            | b"managementEvent"
            | b"readOnly"
            | b"recipientAccountId"
            | b"requestID"
            | b"requestParameters"
            | b"responseElements"
            | b"serviceEventDetails"
            | b"sessionCredentialFromConsole"
            | b"sharedEventID"
            | b"sourceIPAddress"
            | b"tlsDetails"
            | b"userAgent"
            | b"vpcEndpointId"
    )
}

/// The beginning of a record from AWS. Nothing else begins like this.
const AS_AWS_WRITES: &[u8] = b"{\"eventVersion\":\"1.";

/// The text of a JSON string, given without its quotation marks.
fn unescaped(written: &[u8]) -> Option<String> {
    let mut quoted = Vec::with_capacity(written.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(written);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).ok()
}

/// The text of a JSON value, if it's a string.
pub(crate) fn text_of(value: &[u8]) -> Option<String> {
    serde_json::from_slice(value).ok()
}

/// What the keys of one object show about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MemberKeys {
    /// The kinds of keys that are present, one bit each.
    kinds: u16,
    /// The positions of the values in bytes, relative to the start of the object.
    pub(crate) detail: Option<Range<usize>>,
    pub(crate) cloud_trail_event: Option<Range<usize>>,
    pub(crate) message: Option<Range<usize>>,
    pub(crate) event_source: Option<Range<usize>>,
    /// One of these keys, if it occurs twice. Then it isn't certain which value counts.
    pub(crate) twice: Option<&'static str>,
}

impl MemberKeys {
    /// Notes a member and the position of its value.
    pub(crate) fn note_member(&mut self, key: MemberKey, value: Range<usize>) {
        self.kinds |= key.bit();
        match key {
            MemberKey::EventSource => self.event_source = Some(value),
            MemberKey::Detail => note_only(&mut self.detail, value, "detail", &mut self.twice),
            MemberKey::CloudTrailEvent => note_only(
                &mut self.cloud_trail_event,
                value,
                "CloudTrailEvent",
                &mut self.twice,
            ),
            MemberKey::Message => note_only(&mut self.message, value, "message", &mut self.twice),
            _ => {}
        }
    }

    /// Whether a key of this kind is present.
    pub(crate) fn contains(&self, key: MemberKey) -> bool {
        self.kinds & key.bit() != 0
    }

    /// Whether one of the keys that every record has is present.
    pub(crate) fn has_of_a_record(&self) -> bool {
        self.contains(MemberKey::Record)
            || self.contains(MemberKey::EventSource)
            || self.contains(MemberKey::UserIdentity)
    }

    /// Whether the object is a record or an EventBridge event.
    pub(crate) fn of_a_record(&self) -> bool {
        self.has_of_a_record() || self.contains(MemberKey::Insight) || self.detail.is_some()
    }

    /// Whether the object may consist of columns, one of which is a record as text: no key says
    /// where a record is, and it can't be a complete record itself.
    pub(crate) fn of_columns(&self) -> bool {
        let known = [
            MemberKey::UserIdentity,
            MemberKey::Insight,
            MemberKey::Digest,
            MemberKey::Detail,
            MemberKey::CloudTrailEvent,
        ];
        !known.into_iter().any(|key| self.contains(key))
            && !self.of_a_log_event()
            && self.twice.is_none()
    }

    /// Whether it's a log event of CloudWatch Logs.
    pub(crate) fn of_a_log_event(&self) -> bool {
        self.contains(MemberKey::Message) && self.contains(MemberKey::Timestamp)
    }

    /// Whether Lambda passes objects like this to a function: their `eventSource` is `aws:s3`, not
    /// `s3.amazonaws.com`.
    pub(crate) fn of_a_function(&self, object: &[u8]) -> bool {
        self.event_source
            .clone()
            .and_then(|range| object.get(range))
            .is_some_and(is_of_a_function)
    }

    /// The values under unknown keys of a complete object. A value under a known key, such as
    /// `userAgent`, may be text that a caller chose.
    pub(crate) fn values_of_others(object: &[u8]) -> Vec<&[u8]> {
        let mut values = Vec::new();
        let end = each_member(object, |key, value| {
            if matches!(key, MemberKey::Other | MemberKey::Message) {
                values.extend(object.get(value));
            }
            true
        });
        if end.is_some() { values } else { Vec::new() }
    }

    /// The keys of a complete object; `None` if its members aren't valid JSON.
    pub(crate) fn of_object(object: &[u8]) -> Option<Self> {
        let mut keys = Self::default();
        each_member(object, |key, value| {
            keys.note_member(key, value);
            true
        })?;
        Some(keys)
    }
}

/// Notes a value whose key may only occur once.
fn note_only(
    place: &mut Option<Range<usize>>,
    value: Range<usize>,
    key: &'static str,
    twice: &mut Option<&'static str>,
) {
    // JSON parsers differ in which of two members with the same name counts. A record must not be
    // understood differently here than by the code that parses it.
    if place.replace(value).is_some() {
        *twice = Some(key);
    }
}

/// Whether the first members show that an object is a record. `false`: they don't show it.
///
/// It stops at the service that logged the record, so that records are rarely read completely.
pub(crate) fn begins_as_a_record(object: &[u8]) -> bool {
    // AWS writes all current records in this order. Checking it avoids reading their members one by
    // one, which takes longer than searching them.
    if let Some(rest) = object.strip_prefix(AS_AWS_WRITES) {
        // `08","userIdentity":`
        let version = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if rest
            .get(version..)
            .is_some_and(|rest| rest.starts_with(b"\",\"userIdentity\":"))
        {
            return true;
        }
    }
    let mut record = false;
    let end = each_member(object, |key, value| {
        record = key == MemberKey::EventSource
            && object
                .get(value)
                .is_some_and(|value| !is_of_a_function(value));
        !record
    });
    record && end.is_some()
}

/// Whether the value of `eventSource` has the form that Lambda writes: `aws:s3`.
fn is_of_a_function(value: &[u8]) -> bool {
    // JSON can write any character as an escape, and nothing may hide behind one.
    if value.contains(&b'\\') {
        text_of(value).is_some_and(|text| text.starts_with("aws:"))
    } else {
        value.starts_with(b"\"aws:")
    }
}

/// Passes the members of an object to `take` until it returns `false`. `None`: they aren't valid
/// JSON.
fn each_member(object: &[u8], mut take: impl FnMut(MemberKey, Range<usize>) -> bool) -> Option<()> {
    let mut rest = ObjectRest {
        bytes: object,
        at: 0,
    };
    rest.take_byte(b'{')?;
    if rest.peek_byte()? == b'}' {
        return Some(());
    }
    loop {
        rest.peek_byte()?;
        let key = rest.text()?;
        rest.take_byte(b':')?;
        rest.peek_byte()?;
        let value = rest.take_value()?;
        let written = object.get(key.start + 1..key.end.checked_sub(1)?)?;
        if !take(MemberKey::from_json(written), value) {
            return Some(());
        }
        match rest.peek_byte()? {
            b',' => rest.at += 1,
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

/// Whether a byte is white space in JSON.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Whether a byte may be part of a number, `true`, `false` or `null`.
pub(crate) fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// The rest of a complete object.
struct ObjectRest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl ObjectRest<'_> {
    /// The next byte that isn't white space. It isn't consumed.
    fn peek_byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if !is_space(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn take_byte(&mut self, wanted: u8) -> Option<()> {
        (self.peek_byte()? == wanted).then(|| self.at += 1)
    }

    fn text(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.take_byte(b'"')?;
        let mut scan = TextScan::new();
        scan.ignore_control();
        match scan.advance(self.bytes.get(self.at..)?) {
            ScanStep::End(length) => self.at += length,
            ScanStep::More | ScanStep::Control(_) => return None,
        }
        Some(start..self.at)
    }

    fn take_value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        match self.bytes.get(start)? {
            b'"' => return self.text(),
            b'{' | b'[' => {
                let mut scan = Scan::new();
                scan.ignore_control();
                match scan.advance(self.bytes.get(start..)?) {
                    ScanStep::End(length) => self.at += length,
                    ScanStep::More | ScanStep::Control(_) => return None,
                }
            }
            _ => {
                let length = self
                    .bytes
                    .get(start..)?
                    .iter()
                    .take_while(|byte| is_scalar(**byte))
                    .count();
                if length == 0 {
                    return None;
                }
                self.at += length;
            }
        }
        Some(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_keys_of_the_object_itself_count() {
        let text = br#" {"a":{"eventName":1,"detail":{}},"b":["insightDetails"],"\u0064etail" : {"x":"}"} , "n":-1.5e+3,"t":true}"#;
        let keys = MemberKeys::of_object(text).unwrap();
        assert!(!keys.has_of_a_record() && !keys.contains(MemberKey::Insight));
        assert_eq!(&text[keys.detail.unwrap()], br#"{"x":"}"}"#);
        assert!(MemberKeys::of_object(br#"{"eventName":"x" "y":1}"#).is_none());
        assert!(MemberKeys::of_object(br#"{"eventName":"x""#).is_none());
        assert_eq!(MemberKeys::of_object(b"{ }"), Some(MemberKeys::default()));
        assert_eq!(MemberKey::from_json(br"\\u0064etail"), MemberKey::Other);
    }

    #[test]
    fn a_key_that_must_not_be_there_twice_is_noticed_however_it_is_spelled() {
        assert_eq!(
            MemberKeys::of_object(br#"{"detail":{},"\u0064etail":{}}"#)
                .unwrap()
                .twice,
            Some("detail")
        );
        assert_eq!(
            MemberKeys::of_object(br#"{"CloudTrailEvent":"","a":1,"CloudTrailEvent":""}"#)
                .unwrap()
                .twice,
            Some("CloudTrailEvent")
        );
        assert_eq!(
            MemberKeys::of_object(br#"{"detail":{"detail":1},"a":1,"a":2}"#)
                .unwrap()
                .twice,
            None
        );
    }
}
