//! One log file of the trail: what the ledger does not know of it goes to switch-guard.

use std::cell::RefCell;
use std::collections::HashSet;

use futures_util::future::try_join_all;
use rolewatch_archive::{Filter, Place, Scratch, Sink, Unread, read_stream};
use rolewatch_edge::ledger::{Known, known, mark_file, note_missed};
use rolewatch_edge::outbox;
use rolewatch_edge::port::{Kept, LogFile, Trouble};
use rolewatch_edge::watch::recovered;
use rolewatch_edge::{quarantine, setup};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::probe::Prober;
use rolewatch_guard::review::change;
use rolewatch_guard::seen::{CallerKind, Reading, read_from, reduced_from};
use rolewatch_guard::tamper::{self, tampering};
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{Elevated, needles};

use crate::key::LogKey;
use crate::passage::{call_was_let_through, change_was_let_through, was_let_through};
use crate::time::MISSED;
use crate::{Hub, Outside, refused};

/// The most bytes of a message to switch-guard; SQS takes 256 KiB.
const LARGEST_MESSAGE: usize = 240_000;

/// The most bytes of records that are held at a time. A file with more of them is read several
/// times over.
const HELD: usize = 32 << 20;

/// How many records are looked up at a time.
const AT_ONCE: usize = 32;

/// The most faults of one file that are noted.
const NOTED: usize = 200;

/// What reads log files, whichever they are.
pub(crate) struct Reader<'p> {
    policy: &'p Policy,
    hub: &'p Hub,
    filter: Filter,
    scratch: &'p RefCell<Scratch>,
}

impl<'p> Reader<'p> {
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

/// What one file came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// Events that EventBridge had time to deliver, and did not.
    pub(crate) missed: u64,
    /// Events that it may deliver yet.
    pub(crate) early: u64,
    /// Records that cannot be read.
    pub(crate) records_unread: u64,
    /// Events that AWS did not send.
    pub(crate) not_evidence: u64,
    /// The file cannot be read, or not to its end.
    pub(crate) file_unread: bool,
}

/// Sees a log file through. It can be repeated from the start after any failure.
pub(crate) async fn recover<O: Outside>(
    outside: &O,
    reader: &Reader<'_>,
    bucket: &str,
    log: LogKey<'_>,
    now: Moment,
) -> Result<Recovered, Trouble> {
    let mut recovered = Recovered::default();
    let mut faults = Vec::new();
    match outside.read(bucket, log.text).await? {
        LogFile::Found(bytes) => {
            scan(
                outside,
                reader,
                &log,
                &bytes,
                (&mut recovered, &mut faults),
                now,
            )
            .await?;
        }
        LogFile::Missing => {
            recovered.file_unread = true;
            faults.push("it is there no more".to_owned());
        }
        LogFile::TooLarge(size) => {
            recovered.file_unread = true;
            faults.push(format!("it has {size} bytes, more than are read"));
        }
    }
    if !faults.is_empty() {
        let file = format!("s3://{bucket}/{}", harmless(log.text));
        quarantine::note(outside, &file, &faults, now).await?;
    }
    // Last of all: whoever finds this note looks no further.
    let (folder, name) = log.parted();
    mark_file(outside, bucket, folder, name, now).await?;
    Ok(recovered)
}

async fn scan<O: Outside>(
    outside: &O,
    reader: &Reader<'_>,
    log: &LogKey<'_>,
    bytes: &[u8],
    (recovered, faults): (&mut Recovered, &mut Vec<String>),
    now: Moment,
) -> Result<(), Trouble> {
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
            // What the archive could not read is named again whenever it is read.
            recovered.records_unread = counts.records_unread;
            recovered.file_unread = counts.files_failed > 0;
        }
        recovered.records_unread += records_unread;
        recovered.not_evidence += not_evidence;
        faults.extend(unread);
        for some in records.chunks(AT_ONCE) {
            let sent = try_join_all(some.iter().map(|record| submit(outside, record, now))).await?;
            for outcome in sent.into_iter().flatten() {
                *(if outcome == Late::Missed {
                    &mut recovered.missed
                } else {
                    &mut recovered.early
                }) += 1;
            }
        }
        if !overflow {
            return Ok(());
        }
        from = met;
    }
}

/// An event that had not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Late {
    Missed,
    Early,
}

/// Sends a record to switch-guard, unless it was seen through.
async fn submit<O: Outside>(
    outside: &O,
    record: &Record,
    now: Moment,
) -> Result<Option<Late>, Trouble> {
    let Standing { open, arrived } = standing(outside, record).await?;
    if !open {
        return Ok(None);
    }
    // What is not JSON was not read before.
    let body =
        recovered("trail", record.key.account, &record.json).unwrap_or_else(|| record.json.clone());
    if body.len() > LARGEST_MESSAGE {
        let why = format!("it has {} bytes, more than a queue takes", body.len());
        quarantine::put(outside, &body, &why, now).await?;
    } else {
        outside.send(body, 0).await?;
    }
    let missed = !arrived && now.seconds_since(record.time) >= MISSED;
    if !missed {
        return Ok(Some(Late::Early));
    }
    // Two files may hold it, and a file may be read again before switch-guard has seen it.
    let first = note_missed(outside, &record.key, now).await? == Kept::Written;
    Ok(first.then_some(Late::Missed))
}

/// What is known of a record.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// Something of it is still to be done.
    open: bool,
    /// switch-guard had it before. What is begun with, or known in other words, did arrive.
    arrived: bool,
}

async fn standing<O: Outside>(outside: &O, record: &Record) -> Result<Standing, Trouble> {
    let mut standing = Standing::default();
    if record.is_fact {
        let known = known(outside, &record.key, &record.reduced).await?;
        standing = Standing {
            open: known != Known::Done,
            arrived: known != Known::Not,
        };
    }
    if record.is_setup {
        let noted = setup::is_noted(outside, &record.key, record.time).await?;
        standing = Standing {
            open: standing.open || !noted,
            arrived: standing.arrived || noted,
        };
    }
    if let Some(id) = &record.tampering {
        let told = outbox::load(outside, [id.clone()]).await?.contains_key(id);
        standing = Standing {
            open: standing.open || !told,
            arrived: standing.arrived || told,
        };
    }
    Ok(standing)
}

/// A record that was to arrive.
struct Record {
    key: RecordKey,
    time: Moment,
    json: String,
    reduced: String,
    /// The ledger keeps what it says.
    is_fact: bool,
    /// A change of the set-up, which is no fact.
    is_setup: bool,
    /// The finding about the call, where that would blind the guard.
    tampering: Option<String>,
}

/// Takes the records of a file that were to arrive, as many as may be held.
struct Wanted<'a> {
    elevated: Elevated<'a>,
    prober: Prober,
    policy: &'a Policy,
    hub: &'a Hub,
    log: &'a LogKey<'a>,
    records: Vec<Record>,
    known: HashSet<(RecordKey, String)>,
    /// Records before this one were dealt with.
    from: u64,
    met: u64,
    held: usize,
    overflow: bool,
    unread: Vec<String>,
    records_unread: u64,
    not_evidence: u64,
}

impl<'a> Wanted<'a> {
    fn new(reader: &Reader<'a>, log: &'a LogKey<'a>, from: u64) -> Self {
        Self {
            elevated: Elevated::by_policy(reader.policy),
            prober: Prober::new(&reader.hub.guarded, reader.hub.account),
            policy: reader.policy,
            hub: reader.hub,
            log,
            records: Vec::new(),
            known: HashSet::new(),
            from,
            met: 0,
            held: 0,
            overflow: false,
            unread: Vec::new(),
            records_unread: 0,
            not_evidence: 0,
        }
    }

    fn note(&mut self, fault: String) {
        if self.unread.len() < NOTED {
            self.unread.push(fault);
        }
    }

    /// Counts a record that is handed over, and tells whether it is to be dealt with in this
    /// reading.
    fn is_next(&mut self) -> bool {
        if self.held >= HELD {
            self.overflow = true;
            return false;
        }
        self.met += 1;
        self.met > self.from
    }

    fn take_or_note(&mut self, json: &[u8], delivery: Delivery<'_>, at: &Place) {
        if let Err(why) = self.take(json, delivery) {
            self.records_unread += 1;
            self.note(format!("record {} (byte {}): {why}", at.record, at.byte));
        }
    }

    fn take(&mut self, json: &[u8], delivery: Delivery<'_>) -> Result<(), String> {
        let elevated = |role: &RoleArn| self.elevated.may_be(role);
        let (mut by_service, mut is_probe) = (false, false);
        let seen =
            match read_from(json, delivery, &elevated).map_err(|problem| problem.to_string())? {
                Reading::Seen(seen) => {
                    by_service = seen.caller.kind == CallerKind::Service;
                    is_probe = self
                        .prober
                        .recognize(&seen)
                        .is_some_and(|probe| !elevated(&probe.role));
                    Some(seen).filter(|seen| was_let_through(seen))
                }
                Reading::NotRelevant => None,
                // A service's mint of a role that nobody listed is not forwarded, and is none of
                // the calls that are watched.
                Reading::Service(_) => return Ok(()),
            };
        // switch-guard looks at whatever reaches it, by whichever rule.
        let call = tampering(json, delivery, &self.hub.guarded)
            .map_err(|problem| problem.to_string())?
            .filter(|call| seen.is_some() || call_was_let_through(call.call, self.log, self.hub));
        let is_fact = seen.is_some();
        let change = change(json, delivery)
            .map_err(|problem| problem.to_string())?
            .filter(|change| {
                !is_fact
                    && self.policy.trusts(change.key.account)
                    && change_was_let_through(&change.how.call, by_service)
            });
        let is_setup = change.is_some();
        let called = call
            .as_ref()
            .map(|call| (call.key.clone(), call.time))
            .or(change.map(|change| (change.key, change.time)));
        let Some((key, time)) = seen.map(|seen| (seen.key, seen.time)).or(called) else {
            return Ok(());
        };
        // Each account's records lie in its own folder, so that one of another account was put
        // there by somebody.
        if key.account != self.log.account {
            return Err(format!(
                "it is of account {}, in the folder of account {}",
                key.account, self.log.account
            ));
        }
        // switch-guard keeps no record of a probe, and a copy in the trail shows nothing of the
        // path that is probed.
        if is_probe {
            return Ok(());
        }
        let reduced = reduced_from(json, delivery).map_err(|problem| problem.to_string())?;
        if !self.known.insert((key.clone(), reduced.clone())) {
            return Ok(());
        }
        let json = str::from_utf8(json)
            .map_err(|_| "it is not UTF-8".to_owned())?
            .to_owned();
        self.held += json.len() + 2 * reduced.len();
        let tampering = call.map(|call| call.finding_id());
        self.records.push(Record {
            key,
            time,
            json,
            reduced,
            is_fact,
            is_setup,
            tampering,
        });
        Ok(())
    }
}

impl Sink for Wanted<'_> {
    fn record(&mut self, json: &[u8], at: &Place) {
        if !self.is_next() {
            return;
        }
        self.take_or_note(json, Delivery::in_file(&at.file), at);
    }

    /// A trail writes no events, so somebody else put this one there. Live, events that AWS did not
    /// send are quarantined.
    fn event(&mut self, json: &[u8], at: &Place) {
        if !self.is_next() {
            return;
        }
        let why = match envelope::open(json) {
            Ok(event) => {
                let delivery = event.delivery(Delivery::in_file(&at.file));
                return self.take_or_note(event.record.as_bytes(), delivery, at);
            }
            Err(why) => why,
        };
        *match why {
            NotUsed::NotEvidence(_) => &mut self.not_evidence,
            NotUsed::Unreadable(_) => &mut self.records_unread,
        } += 1;
        self.note(format!("record {} (byte {}): {why}", at.record, at.byte));
    }

    fn unread(&mut self, problem: Unread) {
        // What the archive could not read was named when the file was read first.
        if self.from == 0 {
            self.note(fault(&problem));
        }
    }
}

/// The note names the file.
fn fault(unread: &Unread) -> String {
    let rest = if unread.rest {
        "; the rest of the file was not read"
    } else {
        ""
    };
    let place = match (unread.record, unread.byte) {
        (Some(record), Some(byte)) => format!("record {record} (byte {byte}): "),
        (Some(record), None) => format!("record {record}: "),
        (None, Some(byte)) => format!("byte {byte}: "),
        (None, None) => String::new(),
    };
    format!("{place}{}{rest}", unread.reason)
}
