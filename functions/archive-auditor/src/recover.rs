//! Processes one log file of the trail: records that the ledger doesn't know are sent to
//! switch-guard.

mod wanted;

use std::cell::RefCell;

use futures_util::future::try_join_all;
use rolewatch_archive::{Filter, Scratch, read_stream};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::needles;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::tamper;
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::inbox::{Means, recovered};
use rolewatch_live::ledger::{RecordKnowledge, known_record, mark_file, note_missed};
use rolewatch_live::outbox;
use rolewatch_live::port::{KeepOutcome, LogFile, Trouble};
use rolewatch_live::{quarantine, setup};

use crate::key::LogKey;
use crate::time::MISSED;
use crate::{ArchivePorts, Hub, refused};
use wanted::{Wanted, WantedRecord};

/// The most bytes of a message to switch-guard. SQS accepts 256 KiB.
const LARGEST_MESSAGE: usize = 240_000;

/// How many records are looked up at a time.
const AT_ONCE: usize = 32;

/// Reads log files. It is the same for all files.
pub(crate) struct TrailReader<'p> {
    policy: &'p Policy,
    hub: &'p Hub,
    filter: Filter,
    scratch: &'p RefCell<Scratch>,
}

impl<'p> TrailReader<'p> {
    pub(crate) fn new(
        policy: &'p Policy,
        hub: &'p Hub,
        scratch: &'p RefCell<Scratch>,
    ) -> Result<Self, Trouble> {
        let needles = [needles(policy), tamper::needles()].concat();
        let filter = Filter::new(&needles)
            .map_err(|why| refused("searching for the policy's roles", &why.to_string()))?;
        Ok(Self {
            policy,
            hub,
            filter,
            scratch,
        })
    }
}

/// The result of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FileRecovery {
    /// Events that EventBridge had enough time to deliver but didn't.
    pub(crate) missed: u64,
    /// Events that EventBridge may still deliver.
    pub(crate) early: u64,
    /// Records that can't be read.
    pub(crate) records_unread: u64,
    /// Events that AWS didn't send.
    pub(crate) not_evidence: u64,
    /// The file can't be read, or not to its end.
    pub(crate) file_unread: bool,
}

/// Processes a log file. It can be repeated from the start after any failure.
pub(crate) async fn recover<O: ArchivePorts>(
    outside: &O,
    reader: &TrailReader<'_>,
    bucket: &str,
    log: LogKey<'_>,
    now: Moment,
) -> Result<FileRecovery, Trouble> {
    let mut recovered = FileRecovery::default();
    let mut faults = Vec::new();
    match outside.read(bucket, log.text).await? {
        LogFile::Found(bytes) => {
            scan_file(
                outside,
                reader,
                &log,
                &bytes,
                (&mut recovered, &mut faults),
                now,
            )
            .await?;
        }
        // The bucket's owner may delete old files at any time.
        LogFile::Missing => {
            recovered.file_unread = true;
            faults.push("no such object".to_owned());
        }
        LogFile::TooLarge(size) => {
            recovered.file_unread = true;
            faults.push(format!("it has {size} bytes, which is over the limit"));
        }
    }
    if !faults.is_empty() {
        let file = format!("s3://{bucket}/{}", harmless(log.text));
        quarantine::note_unread_file(outside, &file, &faults, now).await?;
    }
    // Noted last, because a file with this note isn't looked at again.
    let (folder, name) = log.parted();
    mark_file(outside, bucket, folder, name, now).await?;
    Ok(recovered)
}

async fn scan_file<O: ArchivePorts>(
    outside: &O,
    reader: &TrailReader<'_>,
    log: &LogKey<'_>,
    bytes: &[u8],
    (recovered, faults): (&mut FileRecovery, &mut Vec<String>),
    now: Moment,
) -> Result<(), Trouble> {
    // A file of any size is read in bounded memory, by reading it again for each set of records
    // that fits.
    let mut from = 0;
    loop {
        let mut wanted = Wanted::new(reader, log, from);
        let counts = read_stream(
            bytes,
            log.text,
            &reader.filter,
            &mut reader.scratch.borrow_mut(),
            &mut wanted,
        );
        let Wanted {
            records,
            met,
            overflow,
            unread,
            records_unread,
            not_evidence,
            ..
        } = wanted;
        if from == 0 {
            // Every reading of the file counts the same unreadable records, so this is set and not
            // added.
            recovered.records_unread = counts.records_unread;
            recovered.file_unread = counts.files_failed > 0;
        }
        recovered.records_unread += records_unread;
        recovered.not_evidence += not_evidence;
        faults.extend(unread);
        for some in records.chunks(AT_ONCE) {
            let sent = try_join_all(some.iter().map(|record| submit(outside, record, now))).await?;
            for outcome in sent.into_iter().flatten() {
                match outcome {
                    Late::Missed => recovered.missed += 1,
                    Late::Early => recovered.early += 1,
                }
            }
        }
        if !overflow {
            return Ok(());
        }
        from = met;
    }
}

/// An event that hadn't arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Late {
    Missed,
    Early,
}

/// Sends a record to switch-guard, unless it was processed completely.
async fn submit<O: ArchivePorts>(
    outside: &O,
    record: &WantedRecord,
    now: Moment,
) -> Result<Option<Late>, Trouble> {
    let RecordProgress { open, arrived } = progress(outside, record).await?;
    if !open {
        return Ok(None);
    }
    // Records that aren't JSON were rejected before.
    let body = recovered(Means::Trail, record.key.account, &record.json)
        .unwrap_or_else(|| record.json.clone());
    // The queue would refuse it every time, and the file would never be done.
    if body.len() > LARGEST_MESSAGE {
        let why = format!(
            "it has {} bytes, which is more than a queue accepts",
            body.len()
        );
        quarantine::put(outside, &body, &why, now).await?;
    } else {
        outside.send(body, 0).await?;
    }
    let missed = !arrived && now.seconds_since(record.time) >= MISSED;
    if !missed {
        return Ok(Some(Late::Early));
    }
    // Two files may contain it, and a file may be read again before switch-guard has processed it.
    let first = note_missed(outside, &record.key, now).await? == KeepOutcome::Written;
    Ok(first.then_some(Late::Missed))
}

/// What is known about a record.
#[derive(Debug, Clone, Copy, Default)]
struct RecordProgress {
    /// Some of it still has to be processed.
    open: bool,
    /// switch-guard received it earlier. A record that it began to process, or that is known in
    /// another version, did arrive.
    arrived: bool,
}

async fn progress<O: ArchivePorts>(
    outside: &O,
    record: &WantedRecord,
) -> Result<RecordProgress, Trouble> {
    let mut progress = RecordProgress::default();
    if record.is_fact {
        let known = known_record(outside, &record.key, &record.reduced).await?;
        progress = RecordProgress {
            open: known != RecordKnowledge::Done,
            arrived: known != RecordKnowledge::Not,
        };
    }
    if record.is_setup {
        let noted = setup::is_noted(outside, &record.key, record.time).await?;
        progress = RecordProgress {
            open: progress.open || !noted,
            arrived: progress.arrived || noted,
        };
    }
    if let Some(id) = &record.tampering {
        let told = outbox::load_findings(outside, [id.clone()])
            .await?
            .contains_key(id);
        progress = RecordProgress {
            open: progress.open || !told,
            arrived: progress.arrived || told,
        };
    }
    Ok(progress)
}
