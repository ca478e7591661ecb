//! Records that other values hold: log events of CloudWatch Logs, and what a query of the command
//! line prints.
//!
//! Such a record is mostly JSON text within JSON, so it is searched and handed over unescaped.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::text::{is_an_object, object_in, record_in, texts_of_objects};
use super::{Items, ObjectPlace, Sink};
use crate::keys::{MemberKeys, text_of};
use crate::place::Reason;

/// How CloudWatch Logs begins the message by which it tests the destination of a subscription.
const TEST: &[u8] = b"\"CWL CONTROL MESSAGE: ";

impl<S: Sink + ?Sized> Items<'_, S> {
    /// A log event of CloudWatch Logs. It is a test of the destination only in a document that says
    /// so or doesn't say what it is: in others these words are a message like any other.
    pub(crate) fn log_event(&mut self, json: &[u8], item: ObjectPlace, of: Option<MessageType>) {
        if !self.readable(json, item) {
            return;
        }
        let Some(keys) = MemberKeys::of(json) else {
            return self.unread_record(item.number, item.byte, Reason::Unknown);
        };
        let message = keys.message.clone().filter(|_| keys.twice.is_none());
        let Some(message) = message.and_then(|range| json.get(range)) else {
            return self.told_apart(json, &keys, item);
        };
        // Anybody who may write to the log group can write a message that looks like AWS's test, so
        // only AWS's own `messageType` decides, where there is one.
        let test = match of {
            Some(MessageType::Control) => !is_an_object(message),
            Some(MessageType::Data) => false,
            None => message.starts_with(TEST),
        };
        if test {
            self.beside += 1;
            self.counts.other_documents += 1;
        } else {
            self.held_or(message, item, Reason::Message);
        }
    }

    /// JSON text that should be a record.
    pub(crate) fn text(&mut self, value: &[u8], item: ObjectPlace) {
        if self.readable(value, item) && !self.held(value, item) {
            let object = object_in(value).is_some();
            let reason = if object {
                Reason::NotARecord
            } else {
                Reason::NotAnObject("a string")
            };
            self.unread_record(item.number, item.byte, reason);
        }
    }

    /// A list of columns, as `--query 'Events[].[EventTime,CloudTrailEvent]'` prints it, or of
    /// records. Each object in it should be a record.
    pub(crate) fn row(&mut self, json: &[u8], item: ObjectPlace) {
        if !self.readable(json, item) {
            return;
        }
        let columns: Vec<&RawValue> = serde_json::from_slice(json).unwrap_or_default();
        let columns: Vec<&[u8]> = columns
            .iter()
            .map(|column| column.get().as_bytes())
            .collect();
        let objects: Vec<&[u8]> = columns
            .iter()
            .copied()
            .filter(|column| is_an_object(column))
            .collect();
        let only_objects = objects.len() == columns.len();
        self.columns(&objects, only_objects, item, Reason::NotAnObject("a list"));
    }

    /// An object that may be columns, as `--query
    /// 'Events[].{time:EventTime,event:CloudTrailEvent}'` prints it.
    pub(super) fn renamed(&mut self, json: &[u8], keys: &MemberKeys, item: ObjectPlace) {
        let texts = texts_of_objects(json);
        if texts.is_empty() {
            self.told_apart(json, keys, item);
        } else {
            self.columns(&texts, false, item, Reason::Unknown);
        }
    }

    /// The objects of one row. Beside other columns there can be only one record: a column whose
    /// text somebody chose, such as the name of a resource, must not pass for a second one.
    fn columns(
        &mut self,
        objects: &[&[u8]],
        only_objects: bool,
        item: ObjectPlace,
        why_none: Reason,
    ) {
        let records = objects
            .iter()
            .filter(|object| record_in(object).is_some())
            .count();
        if objects.is_empty() {
            self.unread_record(item.number, item.byte, why_none);
        } else if records > 1 && !only_objects {
            self.unread_record(item.number, item.byte, Reason::SeveralRecords);
        } else {
            for object in objects {
                self.held_or(object, item, Reason::NotARecord);
            }
        }
    }

    /// Takes the record or event that a value holds, or names the value.
    pub(super) fn held_or(&mut self, value: &[u8], item: ObjectPlace, why_not: Reason) {
        if !self.held(value, item) {
            self.unread_record(item.number, item.byte, why_not);
        }
    }

    /// Takes the record or event that a value holds. `false`: it holds none.
    fn held(&mut self, value: &[u8], item: ObjectPlace) -> bool {
        let Some((json, keys)) = record_in(value) else {
            return false;
        };
        // Nothing is known of the escapes in unescaped text.
        let backslash = item.seen.backslash || matches!(json, Cow::Owned(_));
        self.record_or_event(&json, &keys, item, backslash);
        true
    }
}

/// What CloudWatch Logs sends to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    /// Log events.
    Data,
    /// A test whether the destination can be reached.
    Control,
}

impl MessageType {
    /// The type that a JSON value names.
    pub(crate) fn of(written: &[u8]) -> Self {
        let control = text_of(written).is_some_and(|text| text == "CONTROL_MESSAGE");
        if control { Self::Control } else { Self::Data }
    }
}
