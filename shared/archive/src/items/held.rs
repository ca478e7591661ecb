//! Records inside other values: in log events of CloudWatch Logs, and in the output of CLI queries.
//!
//! Such a record is usually JSON text within JSON, so it's searched and passed on unescaped.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::text::{is_an_object, object_in, record_in, texts_of_objects};
use super::{Items, ObjectPlace, Sink};
use crate::keys::{MemberKeys, text_of};
use crate::place::Reason;

/// The prefix of the message with which CloudWatch Logs tests a subscription's destination.
const TEST: &[u8] = b"\"CWL CONTROL MESSAGE: ";

impl<S: Sink + ?Sized> Items<'_, S> {
    /// Handles a log event of CloudWatch Logs. It's only a test of the destination in a document
    /// whose type says so or is missing. In others, these words are an ordinary message.
    pub(crate) fn log_event(&mut self, json: &[u8], item: ObjectPlace, of: Option<MessageType>) {
        if !self.readable(json, item) {
            return;
        }
        let Some(keys) = MemberKeys::of_object(json) else {
            return self.unread_record(item.number, item.byte, Reason::Unknown);
        };
        let message = keys.message.clone().filter(|_| keys.twice.is_none());
        let Some(message) = message.and_then(|range| json.get(range)) else {
            return self.told_apart(json, &keys, item);
        };
        // Anybody who may write to the log group can write a message that looks like AWS's test. So
        // AWS's own `messageType` decides, if there is one.
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

    /// Handles JSON text that should be a record.
    pub(crate) fn text(&mut self, value: &[u8], item: ObjectPlace) {
        if self.readable(value, item) && !self.take_held(value, item) {
            let object = object_in(value).is_some();
            let reason = if object {
                Reason::NotARecord
            } else {
                Reason::NotAnObject("a string")
            };
            self.unread_record(item.number, item.byte, reason);
        }
    }

    /// Handles a list of columns, as `--query 'Events[].[EventTime,CloudTrailEvent]'` prints it, or
    /// of records. Each object in it should be a record.
    pub(crate) fn take_row(&mut self, json: &[u8], item: ObjectPlace) {
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

    /// Handles an object that may consist of columns, as `--query
    /// 'Events[].{time:EventTime,event:CloudTrailEvent}'` prints it.
    pub(super) fn renamed(&mut self, json: &[u8], keys: &MemberKeys, item: ObjectPlace) {
        let texts = texts_of_objects(json);
        if texts.is_empty() {
            self.told_apart(json, keys, item);
        } else {
            self.columns(&texts, false, item, Reason::Unknown);
        }
    }

    /// The objects of one row. If it has other columns, only one record is possible: a column with
    /// text that somebody chose, such as the name of a resource, must not count as a second one.
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

    /// Handles the record or event in a value, or reports the value.
    pub(super) fn held_or(&mut self, value: &[u8], item: ObjectPlace, why_not: Reason) {
        if !self.take_held(value, item) {
            self.unread_record(item.number, item.byte, why_not);
        }
    }

    /// Handles the record or event in a value. `false`: there is none.
    fn take_held(&mut self, value: &[u8], item: ObjectPlace) -> bool {
        let Some((json, keys)) = record_in(value) else {
            return false;
        };
        // It isn't known whether unescaped text contains escapes.
        let backslash = item.seen.backslash || matches!(json, Cow::Owned(_));
        self.record_or_event(&json, &keys, item, backslash);
        true
    }
}

/// The type of a document that CloudWatch Logs sends to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    /// Log events.
    Data,
    /// A test whether the destination can be reached.
    Control,
}

impl MessageType {
    /// The type in a JSON value.
    pub(crate) fn from_json(written: &[u8]) -> Self {
        let control = text_of(written).is_some_and(|text| text == "CONTROL_MESSAGE");
        if control { Self::Control } else { Self::Data }
    }
}
