//! Reads the records of a file completely.

use std::fs::File;
use std::path::Path;

use rolewatch_archive::{
    Counts, Filter, RecordPlace, Scratch, Sink, Unread, read_file, read_stream,
};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::seen::{self, Reading, SeenRecord};
use rolewatch_guard::untrusted::harmless;
use serde::Deserialize;

use crate::audit::scan::with_folders;
use crate::audit::unread::{InputFault, UnreadList};
use crate::exit::Failure;
use crate::given;
use crate::language::say;
use crate::limits::RECORDS_TOLD;
use crate::report::words::length;

/// A record of the file.
pub(super) struct ExplainedRecord {
    pub(super) number: u64,
    /// The record's own description, to identify it.
    pub(super) title: String,
    pub(super) seen: Option<Box<SeenRecord>>,
}

pub(super) struct RecordReader<'a> {
    elevated: &'a dyn Fn(&RoleArn) -> bool,
    pub(super) records: ExplainedRecords,
}

/// What was read of a file.
#[derive(Default)]
pub(super) struct ExplainedRecords {
    pub(super) told: Vec<ExplainedRecord>,
    /// What is known from records that aren't explained one by one.
    pub(super) later: Vec<SeenRecord>,
    pub(super) untold: u64,
    pub(super) unread: UnreadList,
    /// Events that AWS didn't send.
    pub(super) not_evidence: UnreadList,
    /// The number of records with unreadable details, and the number of these details.
    pub(super) partly: u64,
    pub(super) details: u64,
}

impl ExplainedRecords {
    /// What was seen in every record, whether or not it is explained.
    pub(super) fn all_seen(&self) -> impl Iterator<Item = &SeenRecord> {
        self.told
            .iter()
            .filter_map(|record| record.seen.as_deref())
            .chain(&self.later)
    }
}

/// The few fields by which a reader identifies a record.
#[derive(Deserialize)]
struct RecordTitle {
    #[serde(rename = "eventName")]
    name: Option<String>,
    #[serde(rename = "eventSource")]
    source: Option<String>,
    #[serde(rename = "eventTime")]
    time: Option<String>,
    #[serde(rename = "eventID")]
    id: Option<String>,
}

impl Sink for RecordReader<'_> {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        let file = with_folders(&at.file);
        self.take_record(json, Delivery::in_file(&file), at);
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        let file = with_folders(&at.file);
        match envelope::open(json) {
            Ok(event) => self.take_record(
                event.record.as_bytes(),
                event.delivery(Delivery::in_file(&file)),
                at,
            ),
            Err(NotUsed::NotEvidence(why)) => {
                self.records
                    .not_evidence
                    .add(InputFault::of_record(at, &why));
            }
            Err(NotUsed::Unreadable(problem)) => {
                self.records.unread.add(InputFault::of_record(at, &problem));
            }
        }
    }

    fn unread(&mut self, problem: Unread) {
        self.records.unread.add(InputFault::of_archive(&problem));
    }
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(elevated: &'a dyn Fn(&RoleArn) -> bool) -> Self {
        Self {
            elevated,
            records: ExplainedRecords::default(),
        }
    }

    pub(super) fn read(&mut self, file: &Path) -> Result<Counts, Failure> {
        // An audit skips records that no rule needs, but someone who explains a file wants to see
        // them too.
        let filter = Filter::everything();
        let mut scratch = Scratch::new();
        if given::is_stdin(file) {
            let stdin = given::stdin("CloudTrail records");
            return Ok(read_stream(stdin, "stdin", &filter, &mut scratch, self));
        }
        // A file that can't be opened is an error of the run, not an unreadable log.
        File::open(file).map_err(|why| Failure::unreadable(file, why))?;
        Ok(read_file(file, &filter, &mut scratch, self))
    }

    fn take_record(&mut self, json: &[u8], delivery: Delivery<'_>, at: &RecordPlace) {
        let seen = match seen::read_from(json, delivery, self.elevated) {
            Ok(Reading::Seen(seen)) => Some(seen),
            // For the explanation, it is read completely, as if the role were listed.
            Ok(Reading::Service(_)) => match seen::read_from(json, delivery, &|_| true) {
                Ok(Reading::Seen(seen)) => Some(seen),
                _ => None,
            },
            Ok(Reading::NotRelevant) => None,
            Err(problem) => return self.records.unread.add(InputFault::of_record(at, &problem)),
        };
        if let Some(seen) = &seen {
            seen.unread
                .iter()
                .for_each(|problem| self.records.unread.add(InputFault::of_detail(at, problem)));
            self.records.partly += u64::from(!seen.unread.is_empty());
            self.records.details += length(&seen.unread);
        }
        // Nobody reads that many, but the rules need all of them.
        if self.records.told.len() >= RECORDS_TOLD {
            self.records.untold += 1;
            self.records.later.extend(seen.map(|seen| *seen));
            return;
        }
        let title = serde_json::from_slice(json).map_or_else(
            |_| say!("a record without the usual fields"),
            |title: RecordTitle| {
                let part = |text: Option<String>| harmless(text.as_deref().unwrap_or("?"));
                let source = part(title.source);
                let source = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
                say!(
                    "{name} ({source}) at {time}, event {event}",
                    name = part(title.name),
                    source,
                    time = part(title.time),
                    event = part(title.id)
                )
            },
        );
        self.records.told.push(ExplainedRecord {
            number: at.record,
            title,
            seen,
        });
    }
}
