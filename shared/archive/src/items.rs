//! Handles each object that could be a record: recognizes, filters, passes on and counts it.

mod held;
mod text;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use crate::counts::Counts;
use crate::filter::Filter;
use crate::keys::{MemberKey, MemberKeys, begins_as_a_record};
use crate::place::{Reason, RecordPlace, Unread};
use crate::structure::ScanTraits;
pub(crate) use held::MessageType;
use text::holds_a_record;

/// The maximum size in bytes of one record, or of the document around one.
pub(crate) const LARGEST: usize = 4 << 20;

/// The most faults of one file that are reported one by one.
const NAMED: u64 = 100;

/// Receives what is read.
pub trait Sink {
    /// Receives a record that could matter. `json` is one JSON object by its structure, but hasn't
    /// been parsed.
    fn record(&mut self, json: &[u8], at: &RecordPlace);

    /// Receives an EventBridge event with a record under `detail`. `json` is the whole event. Its
    /// other members show whether AWS sent it, so no event is skipped because of its record's
    /// content.
    fn event(&mut self, json: &[u8], at: &RecordPlace);

    /// Receives a report of something that wasn't read.
    fn unread(&mut self, problem: Unread);
}

/// The position of an object, and properties of its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObjectPlace {
    /// The number of the record in the file.
    pub(crate) number: u64,
    /// The offset of its first byte in the text.
    pub(crate) byte: u64,
    pub(crate) seen: ScanTraits,
    /// Whether a string contains a raw control character.
    pub(crate) spoilt: bool,
}

/// Passes the records of one file to the sink.
pub(crate) struct Items<'a, S: Sink + ?Sized> {
    file: Arc<Path>,
    filter: &'a Filter,
    sink: &'a mut S,
    pub(crate) counts: Counts,
    faults: u64,
    /// The number of faults that weren't reported one by one.
    unnamed: u64,
    /// Whether a fault affected the file rather than a single record.
    failed: bool,
    /// The number of documents known to contain no record: digests and a subscription's tests.
    beside: u64,
    /// Whether the first record was an Insights record, so that each record is checked.
    insights: bool,
}

impl<'a, S: Sink + ?Sized> Items<'a, S> {
    pub(crate) fn new(file: Arc<Path>, filter: &'a Filter, sink: &'a mut S) -> Self {
        Self {
            file,
            filter,
            sink,
            counts: Counts::default(),
            faults: 0,
            unnamed: 0,
            failed: false,
            beside: 0,
            insights: false,
        }
    }

    /// Handles an element of `Records`: a record, unless it has none of a record's keys.
    #[inline]
    pub(crate) fn element_of_records(&mut self, json: &[u8], item: ObjectPlace) {
        if self.readable(json, item) {
            if item.number == 1 {
                // Insights records are in separate files, so the first record shows whether each
                // one has to be checked.
                self.insights = is_insight(json);
            }
            if begins_as_a_record(json) {
                self.record(json, item, item.seen.backslash);
            } else {
                self.looked_at(json, item);
            }
        }
    }

    /// Handles an element of `Records` whose beginning doesn't show what it is.
    fn looked_at(&mut self, json: &[u8], item: ObjectPlace) {
        match MemberKeys::of_object(json) {
            Some(keys) if keys.of_a_function(json) => {
                self.unread_record(item.number, item.byte, Reason::OfAFunction);
            }
            Some(keys)
                if keys.has_of_a_record()
                    || (keys.contains(MemberKey::Field) && keys.detail.is_none()) =>
            {
                self.plain_record(json, &keys, item, item.seen.backslash);
            }
            Some(keys) => self.told_apart(json, &keys, item),
            None => self.unread_record(item.number, item.byte, Reason::Unknown),
        }
    }

    /// Handles an element of a list that isn't under `Records`.
    pub(crate) fn element(&mut self, json: &[u8], item: ObjectPlace) {
        if self.readable(json, item) {
            match MemberKeys::of_object(json) {
                Some(keys) if keys.of_columns() => self.renamed(json, &keys, item),
                Some(keys) => self.told_apart(json, &keys, item),
                None => self.unread_record(item.number, item.byte, Reason::Unknown),
            }
        }
    }

    /// Handles a document that may be a record or contain one.
    pub(crate) fn document(&mut self, json: &[u8], keys: &MemberKeys, item: ObjectPlace) {
        if self.readable(json, item) {
            self.told_apart(json, keys, item);
        }
    }

    fn told_apart(&mut self, json: &[u8], keys: &MemberKeys, item: ObjectPlace) {
        let value = |range: &Option<Range<usize>>| range.clone().and_then(|range| json.get(range));
        if let Some(key) = keys.twice {
            self.unread_record(item.number, item.byte, Reason::Twice(key));
        } else if let Some(value) = value(&keys.cloud_trail_event) {
            self.held_or(value, item, Reason::CloudTrailEvent);
        } else if keys.of_a_record() {
            self.record_or_event(json, keys, item, item.seen.backslash);
        } else if let Some(value) = value(&keys.message).filter(|_| keys.of_a_log_event()) {
            self.held_or(value, item, Reason::Message);
        } else if keys.contains(MemberKey::Digest) {
            self.beside += 1;
            self.counts.other_documents += 1;
        } else {
            self.unread_record(item.number, item.byte, Reason::Unknown);
        }
    }

    /// Handles a record or an EventBridge event.
    fn record_or_event(
        &mut self,
        json: &[u8],
        keys: &MemberKeys,
        item: ObjectPlace,
        backslash: bool,
    ) {
        if keys.of_a_function(json) {
            self.unread_record(item.number, item.byte, Reason::OfAFunction);
        } else if keys.contains(MemberKey::Insight) {
            self.counts.records += 1;
            self.counts.insights += 1;
        } else if let Some(detail) = keys
            .detail
            .clone()
            .filter(|_| !keys.has_of_a_record())
            .and_then(|range| json.get(range))
        {
            match MemberKeys::of_object(detail) {
                Some(keys) if keys.contains(MemberKey::Insight) => self.counts.other_documents += 1,
                Some(keys) if keys.has_of_a_record() => self.event(json, item),
                Some(_) => self.counts.other_documents += 1,
                None => self.unread_record(item.number, item.byte, Reason::Detail),
            }
        } else {
            self.plain_record(json, keys, item, backslash);
        }
    }

    /// Handles a record that is an object of its own. Columns of a query can have a record's keys.
    fn plain_record(&mut self, json: &[u8], keys: &MemberKeys, item: ObjectPlace, backslash: bool) {
        if keys.of_columns() && holds_a_record(json) {
            self.unread_record(item.number, item.byte, Reason::RecordInColumns);
        } else {
            self.record(json, item, backslash);
        }
    }

    /// Whether the bytes can be read; if not, they are reported.
    #[inline]
    fn readable(&mut self, json: &[u8], item: ObjectPlace) -> bool {
        let reason = if json.len() > LARGEST {
            Reason::TooLarge(json.len() as u64)
        } else if item.spoilt {
            Reason::ControlCharacter
        } else if item.seen.non_ascii && std::str::from_utf8(json).is_err() {
            Reason::NotUtf8
        } else {
            return true;
        };
        self.unread_record(item.number, item.byte, reason);
        false
    }

    #[inline]
    fn record(&mut self, json: &[u8], item: ObjectPlace, backslash: bool) {
        self.counts.records += 1;
        if self.insights && is_insight(json) {
            self.counts.insights += 1;
        // A record is only skipped if it passes two tests: it contains nothing that is searched
        // for, and it names its service. A record that hides its service is kept.
        } else if !self.filter.could_match_where(json, backslash)
            && self.filter.names_its_service(json)
        {
            self.counts.passed_over += 1;
        } else if is_insight(json) {
            self.counts.insights += 1;
        } else {
            self.counts.candidates += 1;
            self.sink.record(
                json,
                &RecordPlace {
                    file: Arc::clone(&self.file),
                    record: item.number,
                    byte: item.byte,
                },
            );
        }
    }

    fn event(&mut self, json: &[u8], item: ObjectPlace) {
        self.counts.records += 1;
        self.counts.candidates += 1;
        self.sink.event(
            json,
            &RecordPlace {
                file: Arc::clone(&self.file),
                record: item.number,
                byte: item.byte,
            },
        );
    }

    /// Reports a record that wasn't read.
    pub(crate) fn unread_record(&mut self, number: u64, byte: u64, reason: Reason) {
        self.counts.records += 1;
        self.counts.records_unread += 1;
        self.name(Some(number), Some(byte), reason);
    }

    /// Reports a fault between records, after which reading continues.
    pub(crate) fn name_fault(&mut self, byte: Option<u64>, reason: Reason) {
        self.name(None, byte, reason);
    }

    /// Reports a fault that ends the reading of the file.
    pub(crate) fn failure(&mut self, byte: Option<u64>, reason: Reason, rest: bool) {
        self.failed = true;
        self.faults += 1;
        self.sink.unread(Unread {
            file: Arc::clone(&self.file),
            record: None,
            byte,
            reason,
            rest,
        });
    }

    fn name(&mut self, record: Option<u64>, byte: Option<u64>, reason: Reason) {
        self.faults += 1;
        if self.faults <= NAMED {
            self.sink.unread(Unread {
                file: Arc::clone(&self.file),
                record,
                byte,
                reason,
                rest: false,
            });
        } else {
            self.unnamed += 1;
        }
    }

    /// Notes that the file couldn't be read to its end, for a reason that was already reported.
    pub(crate) fn incomplete(&mut self) {
        self.failed = true;
    }

    /// The counts of the file, which has been read as far as possible.
    pub(crate) fn finish(mut self) -> Counts {
        if self.unnamed > 0 {
            let reason = Reason::More(self.unnamed);
            self.sink.unread(Unread {
                file: self.file,
                record: None,
                byte: None,
                reason,
                rest: false,
            });
        }
        let Counts {
            records,
            insights,
            records_unread,
            ..
        } = self.counts;
        // Every trail's bucket has digests and Insights files next to the logs. They count neither
        // as read nor as missing.
        let nothing_relevant = records == insights && (self.beside > 0 || insights > 0);
        // If every object of a file is a fault, it isn't a log file, or it's damaged.
        let nothing_known =
            records == records_unread && self.faults > 0 && self.counts.other_documents == 0;
        if self.failed || nothing_known {
            self.counts.files_failed += 1;
        } else if nothing_relevant && self.faults == 0 {
            self.counts.files_not_relevant += 1;
        } else {
            self.counts.files_read += 1;
        }
        self.counts
    }
}

/// Whether a record is an Insights record, judged by its own keys. Keys of nested objects don't
/// count.
fn is_insight(json: &[u8]) -> bool {
    memmem::find(json, b"insightDetails").is_some()
        && MemberKeys::of_object(json).is_some_and(|keys| keys.contains(MemberKey::Insight))
}
