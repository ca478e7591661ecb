//! The keys that tell what a JSON object is, and the members of a complete object.

use std::ops::Range;

use crate::structure::{Scan, Step, TextScan};

/// A key that says what the object around it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The list of a log file.
    Records,
    /// The list of a LookupEvents answer.
    Events,
    /// The record in an EventBridge envelope.
    Detail,
    /// The record in an element of `Events`.
    CloudTrailEvent,
    /// Something that every record has.
    Record,
    /// Something that only Insight records have.
    Insight,
    /// Something that only digest files have.
    Digest,
    Other,
}

impl Key {
    /// The key whose text stands between quotation marks in JSON.
    pub(crate) fn of(written: &[u8]) -> Self {
        match written {
            b"Records" => Self::Records,
            b"Events" => Self::Events,
            b"detail" => Self::Detail,
            b"CloudTrailEvent" => Self::CloudTrailEvent,
            b"eventSource" | b"eventName" | b"userIdentity" => Self::Record,
            b"insightDetails" => Self::Insight,
            b"digestStartTime" | b"digestS3Bucket" => Self::Digest,
            _ if written.contains(&b'\\') => unescaped(written).map_or(Self::Other, |text| {
                // An unescaped key can hold a backslash again, which no known key does.
                if text.contains('\\') { Self::Other } else { Self::of(text.as_bytes()) }
            }),
            _ => Self::Other,
        }
    }
}

/// The text of a JSON string, given without its quotation marks.
pub(crate) fn unescaped(written: &[u8]) -> Option<String> {
    let mut quoted = Vec::with_capacity(written.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(written);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).ok()
}

/// What the members of one object say about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) record: bool,
    pub(crate) insight: bool,
    pub(crate) digest: bool,
    /// The bytes of the values, counted from the beginning of the object.
    pub(crate) detail: Option<Range<usize>>,
    pub(crate) cloud_trail_event: Option<Range<usize>>,
    /// One of these keys, if it is there twice: then nobody can tell which value counts.
    pub(crate) twice: Option<&'static str>,
}

impl Keys {
    /// Takes note of a member whose value has the given bytes.
    pub(crate) fn note(&mut self, key: Key, value: Range<usize>) {
        match key {
            Key::Record => self.record = true,
            Key::Insight => self.insight = true,
            Key::Digest => self.digest = true,
            Key::Detail => {
                if self.detail.replace(value).is_some() {
                    self.twice = Some("detail");
                }
            }
            Key::CloudTrailEvent => {
                if self.cloud_trail_event.replace(value).is_some() {
                    self.twice = Some("CloudTrailEvent");
                }
            }
            Key::Records | Key::Events | Key::Other => {}
        }
    }

    /// The keys of a complete object; `None` when its members are not written as JSON writes them.
    pub(crate) fn of(object: &[u8]) -> Option<Self> {
        let mut keys = Self::default();
        let mut rest = Rest { bytes: object, at: 0 };
        rest.take(b'{')?;
        if rest.peek()? == b'}' {
            return Some(keys);
        }
        loop {
            rest.peek()?;
            let key = rest.text()?;
            rest.take(b':')?;
            rest.peek()?;
            let value = rest.value()?;
            let written = object.get(key.start + 1..key.end.checked_sub(1)?)?;
            keys.note(Key::of(written), value);
            match rest.peek()? {
                b',' => rest.at += 1,
                b'}' => return Some(keys),
                _ => return None,
            }
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

/// What is left of a complete object.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    /// The next byte that is no white space, which is not taken.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if !is_space(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn text(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.take(b'"')?;
        let mut scan = TextScan::new();
        scan.ignore_control();
        match scan.advance(self.bytes.get(self.at..)?) {
            Step::End(length) => self.at += length,
            Step::More | Step::Control(_) => return None,
        }
        Some(start..self.at)
    }

    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        match self.bytes.get(start)? {
            b'"' => return self.text(),
            b'{' | b'[' => {
                let mut scan = Scan::new();
                scan.ignore_control();
                match scan.advance(self.bytes.get(start..)?) {
                    Step::End(length) => self.at += length,
                    Step::More | Step::Control(_) => return None,
                }
            }
            _ => {
                let length = self.bytes.get(start..)?.iter().take_while(|byte| is_scalar(**byte)).count();
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
        let keys = Keys::of(text).unwrap();
        assert!(!keys.record && !keys.insight);
        assert_eq!(&text[keys.detail.unwrap()], br#"{"x":"}"}"#);
        assert!(Keys::of(br#"{"eventName":"x" "y":1}"#).is_none());
        assert!(Keys::of(br#"{"eventName":"x""#).is_none());
        assert_eq!(Keys::of(b"{ }"), Some(Keys::default()));
        assert_eq!(Key::of(br"\\u0064etail"), Key::Other);
    }

    #[test]
    fn a_key_that_must_not_be_there_twice_is_noticed_however_it_is_spelled() {
        assert_eq!(Keys::of(br#"{"detail":{},"\u0064etail":{}}"#).unwrap().twice, Some("detail"));
        assert_eq!(Keys::of(br#"{"CloudTrailEvent":"","a":1,"CloudTrailEvent":""}"#).unwrap().twice, Some("CloudTrailEvent"));
        assert_eq!(Keys::of(br#"{"detail":{"detail":1},"a":1,"a":2}"#).unwrap().twice, None);
    }
}
