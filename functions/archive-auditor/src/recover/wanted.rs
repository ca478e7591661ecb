//! The records of a log file that EventBridge was supposed to deliver.

use std::collections::HashSet;

use rolewatch_archive::{RecordPlace, Sink, Unread};
use rolewatch_guard::Elevated;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::probe::ProbeSender;
use rolewatch_guard::said::Said;
use rolewatch_guard::seen::{CallerKind, Reading, RecordProblem};
use rolewatch_guard::tamper::Tampering;

use super::TrailReader;
use crate::Hub;
use crate::key::LogKey;
use crate::passage::{call_was_let_through, change_was_let_through, was_let_through};

/// The most bytes of records that are held at a time. A file with more is read several times.
const HELD: usize = 32 << 20;

/// The most faults of one file that are noted.
const NOTED: usize = 200;

/// A record that EventBridge was supposed to deliver.
pub(super) struct WantedRecord {
    pub(super) key: RecordKey,
    pub(super) time: Moment,
    pub(super) json: String,
    pub(super) reduced: String,
    /// The ledger keeps the record's fact.
    pub(super) is_fact: bool,
    /// The record is a change of the setup, which isn't a fact of the ledger.
    pub(super) is_setup: bool,
    /// The ID of the finding about this call, if the call would blind the guard.
    pub(super) tampering: Option<String>,
}

/// The content of a record that EventBridge was supposed to deliver.
struct AwaitedRecord {
    key: RecordKey,
    time: Moment,
    is_fact: bool,
    is_setup: bool,
    /// It enters a role that the policy doesn't call elevated.
    is_probe: bool,
    tampering: Option<String>,
}

/// Collects the wanted records of a file, as many as may be held.
pub(super) struct Wanted<'a> {
    elevated: Elevated<'a>,
    prober: ProbeSender,
    policy: &'a Policy,
    hub: &'a Hub,
    log: &'a LogKey<'a>,
    pub(super) records: Vec<WantedRecord>,
    known: HashSet<(RecordKey, String)>,
    /// Records before this one were already processed.
    from: u64,
    pub(super) met: u64,
    held: usize,
    pub(super) overflow: bool,
    pub(super) unread: Vec<String>,
    pub(super) records_unread: u64,
    pub(super) not_evidence: u64,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(reader: &TrailReader<'a>, log: &'a LogKey<'a>, from: u64) -> Self {
        Self {
            elevated: Elevated::by_policy(reader.policy),
            prober: ProbeSender::new(&reader.hub.guarded, reader.hub.account),
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

    fn note_fault(&mut self, fault: String) {
        if self.unread.len() < NOTED {
            self.unread.push(fault);
        }
    }

    /// Counts a record, and returns whether it has to be processed in this reading.
    fn is_next(&mut self) -> bool {
        if self.held >= HELD {
            self.overflow = true;
            return false;
        }
        self.met += 1;
        self.met > self.from
    }

    fn take_or_note(
        &mut self,
        json: &[u8],
        said: Result<&Said<'_>, RecordProblem>,
        delivery: Delivery<'_>,
        at: &RecordPlace,
    ) {
        let taken = said
            .map_err(|problem| problem.to_string())
            .and_then(|said| self.take_record(json, said, delivery));
        if let Err(why) = taken {
            self.records_unread += 1;
            self.note_fault(format!("record {} (byte {}): {why}", at.record, at.byte));
        }
    }

    fn take_record(
        &mut self,
        json: &[u8],
        said: &Said<'_>,
        delivery: Delivery<'_>,
    ) -> Result<(), String> {
        let Some(awaited) = self.awaited(said, delivery)? else {
            return Ok(());
        };
        // Each account has its own folder, so somebody put a record of another account there.
        if awaited.key.account != self.log.account {
            return Err(format!(
                "it belongs to account {}, but is in the folder of account {}",
                awaited.key.account, self.log.account
            ));
        }
        // switch-guard keeps no record of a probe, and a copy in the trail says nothing about the
        // path that is probed.
        if awaited.is_probe {
            return Ok(());
        }
        let reduced = said
            .reduced(delivery)
            .map_err(|problem| problem.to_string())?;
        if !self.known.insert((awaited.key.clone(), reduced.clone())) {
            return Ok(());
        }
        let json = str::from_utf8(json)
            .map_err(|_| "it is not valid UTF-8".to_owned())?
            .to_owned();
        self.held += json.len() + 2 * reduced.len();
        self.records.push(WantedRecord {
            key: awaited.key,
            time: awaited.time,
            json,
            reduced,
            is_fact: awaited.is_fact,
            is_setup: awaited.is_setup,
            tampering: awaited.tampering,
        });
        Ok(())
    }

    /// The content of a record, if the rules forward it. `None`: EventBridge wasn't supposed to
    /// deliver it.
    fn awaited(
        &self,
        said: &Said<'_>,
        delivery: Delivery<'_>,
    ) -> Result<Option<AwaitedRecord>, String> {
        let shown = |problem: RecordProblem| problem.to_string();
        let elevated = |role: &RoleArn| self.elevated.may_be(role);
        let (mut by_service, mut is_probe) = (false, false);
        let seen = match said.read(delivery, &elevated).map_err(shown)? {
            Reading::Seen(seen) => {
                by_service = seen.caller.kind == CallerKind::Service;
                is_probe = self
                    .prober
                    .recognize(&seen)
                    .is_some_and(|probe| !elevated(&probe.role));
                Some(seen).filter(|seen| was_let_through(seen))
            }
            Reading::NotRelevant => None,
            // A service's mint for a role that isn't listed isn't forwarded, and isn't one of the
            // watched calls.
            Reading::Service(_) => return Ok(None),
        };
        let is_fact = seen.is_some();
        // switch-guard checks every record that reaches it, no matter which rule forwarded it.
        let call = said
            .tampering(delivery, &self.hub.guarded)
            .map_err(shown)?
            .filter(|call| is_fact || call_was_let_through(call.call, self.log, self.hub));
        let change = said.change(delivery).map_err(shown)?.filter(|change| {
            !is_fact
                && self.policy.trusts(change.key.account)
                && change_was_let_through(&change.how.call, by_service)
        });
        let is_setup = change.is_some();
        let tampering = call.as_ref().map(Tampering::finding_id);
        let (key, time) = match (seen, call, change) {
            (Some(seen), _, _) => (seen.key, seen.time),
            (None, Some(call), _) => (call.key, call.time),
            (None, None, Some(change)) => (change.key, change.time),
            (None, None, None) => return Ok(None),
        };
        Ok(Some(AwaitedRecord {
            key,
            time,
            is_fact,
            is_setup,
            is_probe,
            tampering,
        }))
    }
}

impl Sink for Wanted<'_> {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        if !self.is_next() {
            return;
        }
        // A service's mint for a role that isn't listed isn't forwarded, and isn't one of the
        // watched calls.
        let said = Said::open_unless_service(json, &|role| self.elevated.may_be(role));
        let said = match &said {
            Ok(None) => return,
            Ok(Some(said)) => Ok(said),
            Err(problem) => Err(problem.clone()),
        };
        self.take_or_note(json, said, Delivery::in_file(&at.file), at);
    }

    /// A trail doesn't write EventBridge events, so somebody else put this one there. Live, events
    /// that AWS didn't send are quarantined.
    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        if !self.is_next() {
            return;
        }
        let why = match envelope::open(json) {
            Ok(event) => {
                let delivery = event.delivery(Delivery::in_file(&at.file));
                return self.take_or_note(event.record.as_bytes(), event.contents(), delivery, at);
            }
            Err(why) => why,
        };
        match why {
            NotUsed::NotEvidence(_) => self.not_evidence += 1,
            NotUsed::Unreadable(_) => self.records_unread += 1,
        }
        self.note_fault(format!("record {} (byte {}): {why}", at.record, at.byte));
    }

    fn unread(&mut self, problem: Unread) {
        // Faults that the archive reader found were noted in the first reading.
        if self.from == 0 {
            self.note_fault(unread_note(&problem));
        }
    }
}

/// The note names the file, so this leaves it out.
fn unread_note(unread: &Unread) -> String {
    let rest = if unread.rest {
        "; the rest of the file is skipped"
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
