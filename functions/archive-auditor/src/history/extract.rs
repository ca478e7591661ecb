//! The map step: extracts the relevant records of a batch of files.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use rolewatch_archive::{Counts, Filter, RecordPlace, Scratch, Sink, Unread, is_log, read_stream};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::policy::Policy;
use rolewatch_guard::said::Said;
use rolewatch_guard::seen::{Reading, RecordProblem};
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{FileTotals, RolesMet, needles};
use rolewatch_live::ledger::hash;
use rolewatch_live::port::{LogFile, Trouble};
use serde_json::{Value, json};

use super::{Fault, FileBatch, FileRead, Footer, folder};
use crate::{ArchivePorts, refused};

/// The fastest compression level that still makes reduced records small. They are read only once.
const FAST: u32 = 3;

/// The most faults of one file that are named.
const MOST_FAULTS: usize = 1_000;

/// Reads the files of a batch, and writes one object with their relevant records.
///
/// A file that can't be read is named in that object. A file that can't be fetched right now makes
/// the batch fail, so that it is retried.
pub(crate) async fn extract<O: ArchivePorts>(
    outside: &O,
    policy: &Policy,
    scratch: &RefCell<Scratch>,
    batch: &FileBatch,
) -> Result<Value, Trouble> {
    let folder = folder(&batch.run).ok_or_else(|| {
        refused(
            "the run",
            "its name may contain only letters, digits, `-` and `_`",
        )
    })?;
    let filter = Filter::new(&needles(policy))
        .map_err(|why| refused("searching for the policy's roles", &why.to_string()))?;
    let mut out = GzEncoder::new(Vec::new(), Compression::new(FAST));
    let (mut files, mut failed) = (0_u64, 0_u64);
    for key in &batch.keys {
        // The S3 console shows such an object as a folder.
        if key.ends_with('/') {
            continue;
        }
        let mut read = FileReading::new(
            policy,
            format!("s3://{}/{}", batch.bucket, harmless(key)),
            &mut out,
        );
        extract_file(outside, &filter, scratch, &batch.bucket, key, &mut read).await?;
        files += 1;
        failed += read.file.files.unreadable;
        read.finish()
            .map_err(|why| refused("writing the extract", &why.to_string()))?;
    }
    let bytes = out
        .finish()
        .map_err(|why| refused("writing the extract", &why.to_string()))?;
    let name = hash(&format!("{}\n{}", batch.bucket, batch.keys.join("\n")));
    outside
        .put(&format!("{folder}/extract/{name}.ndjson.gz"), bytes)
        .await?;
    Ok(json!({ "files": files, "failed": failed }))
}

async fn extract_file<O: ArchivePorts>(
    outside: &O,
    filter: &Filter,
    scratch: &RefCell<Scratch>,
    bucket: &str,
    key: &str,
    read: &mut FileReading<'_, '_>,
) -> Result<(), Trouble> {
    if !is_log(Path::new(key)) {
        read.file.files = FileTotals {
            met: 1,
            skipped: 1,
            ..FileTotals::default()
        };
        return Ok(());
    }
    let why = match outside.read(bucket, key).await {
        Ok(LogFile::Found(bytes)) => {
            let counts = read_stream(&*bytes, key, filter, &mut scratch.borrow_mut(), read);
            read.count(&counts);
            return Ok(());
        }
        Ok(LogFile::Missing) => "no such object".to_owned(),
        Ok(LogFile::TooLarge(size)) => format!("it has {size} bytes, which is over the limit"),
        // One file without read permission must not keep the rest of the batch from being read.
        Err(trouble @ Trouble::Refused { .. }) => trouble.to_string(),
        Err(trouble) => return Err(trouble),
    };
    read.file.files = FileTotals {
        met: 1,
        unreadable: 1,
        ..FileTotals::default()
    };
    read.note_fault(None, None, why);
    Ok(())
}

/// What was read of one file. Its records are compressed as they arrive, so no file can be too
/// large.
struct FileReading<'p, 'o> {
    met: RolesMet<'p>,
    file: FileRead,
    out: &'o mut GzEncoder<Vec<u8>>,
    /// The error if writing failed.
    broken: Option<io::Error>,
}

impl<'p, 'o> FileReading<'p, 'o> {
    fn new(policy: &'p Policy, key: String, out: &'o mut GzEncoder<Vec<u8>>) -> Self {
        let file = FileRead {
            key,
            policy: policy.version_hash.to_string(),
            ..FileRead::default()
        };
        Self {
            met: RolesMet::new(policy),
            file,
            out,
            broken: None,
        }
    }

    /// Writes the file's result after its records.
    fn finish(mut self) -> io::Result<()> {
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        self.file.near = self
            .met
            .into_near()
            .iter()
            .map(ToString::to_string)
            .collect();
        serde_json::to_writer(&mut *self.out, &Footer { file: self.file })?;
        self.out.write_all(b"\n")
    }

    fn count(&mut self, counts: &Counts) {
        self.file.files = FileTotals {
            met: counts.files_read + counts.files_not_relevant + counts.files_failed,
            read: counts.files_read,
            skipped: counts.files_not_relevant,
            unreadable: counts.files_failed,
        };
        self.file.not_relevant += counts.passed_over + counts.insights;
        self.file.unread += counts.records_unread;
    }

    /// Mints by services are kept too, because they may start a chain.
    fn take_record(
        &mut self,
        said: &Said<'_>,
        delivery: Delivery<'_>,
    ) -> Result<Vec<RecordProblem>, RecordProblem> {
        let elevated = |role: &RoleArn| self.met.may_be_elevated(role);
        let unread = match said.read(delivery, &elevated)? {
            Reading::Seen(seen) => seen.unread,
            Reading::Service(_) => Vec::new(),
            Reading::NotRelevant => {
                self.file.not_relevant += 1;
                return Ok(Vec::new());
            }
        };
        let mut line = said.reduced(delivery)?;
        line.push('\n');
        if let Err(broken) = self.out.write_all(line.as_bytes()) {
            self.broken = Some(broken);
        }
        Ok(unread)
    }

    fn take_or_name(
        &mut self,
        said: Result<&Said<'_>, RecordProblem>,
        delivery: Delivery<'_>,
        at: &RecordPlace,
    ) {
        match said.and_then(|said| self.take_record(said, delivery)) {
            // The record itself counts. Reading its line again reports the same details.
            Ok(details) => details.iter().for_each(|problem| {
                self.note_fault(Some(at.record), Some(at.byte), problem.of_detail());
            }),
            Err(problem) => {
                self.file.unread += 1;
                self.note_fault(Some(at.record), Some(at.byte), problem.to_string());
            }
        }
    }

    fn not_evidence(&mut self, at: &RecordPlace, reason: String) {
        self.file.not_evidence_count += 1;
        if self.file.not_evidence.len() < MOST_FAULTS {
            self.file.not_evidence.push(Fault {
                file: self.file.key.clone(),
                record: Some(at.record),
                byte: Some(at.byte),
                reason,
            });
        }
    }

    fn note_fault(&mut self, record: Option<u64>, byte: Option<u64>, reason: String) {
        self.file.fault_count += 1;
        if self.file.faults.len() < MOST_FAULTS {
            self.file.faults.push(Fault {
                file: self.file.key.clone(),
                record,
                byte,
                reason,
            });
        }
    }
}

impl Sink for FileReading<'_, '_> {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        let said = Said::open(json);
        let said = said.as_ref().map_err(Clone::clone);
        self.take_or_name(said, Delivery::in_file(&at.file), at);
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        match envelope::open(json) {
            Ok(event) => self.take_or_name(
                event.contents(),
                event.delivery(Delivery::in_file(&at.file)),
                at,
            ),
            Err(NotUsed::NotEvidence(why)) => self.not_evidence(at, why.to_string()),
            Err(NotUsed::Unreadable(problem)) => {
                self.file.unread += 1;
                self.note_fault(Some(at.record), Some(at.byte), problem.to_string());
            }
        }
    }

    fn unread(&mut self, problem: Unread) {
        let rest = if problem.rest {
            "; the rest of the file is skipped"
        } else {
            ""
        };
        self.note_fault(
            problem.record,
            problem.byte,
            format!("{}{rest}", problem.reason),
        );
    }
}
