//! Input that couldn't be read, named one by one up to a limit.

use std::path::Path;
use std::sync::Arc;

use rolewatch_archive::{RecordPlace, Unread};
use rolewatch_guard::seen::RecordProblem;
use rolewatch_guard::untrusted::harmless;
use serde::Serialize;

use crate::exit::shown_path;
use crate::limits::{FAULTS_NAMED, FAULTS_TOLD};
use crate::report::words::number;
use crate::stdout;

const LOGS_END: &str = "logs end in .json, .jsonl, .ndjson or .gz";

/// One thing that wasn't read. They sort by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InputFault {
    file: Arc<Path>,
    byte: Option<u64>,
    record: Option<u64>,
    reason: String,
}

impl InputFault {
    pub(crate) fn of_archive(unread: &Unread) -> Self {
        let rest = if unread.rest {
            "; the rest of the file is skipped"
        } else {
            ""
        };
        Self {
            file: Arc::clone(&unread.file),
            byte: unread.byte,
            record: unread.record,
            reason: format!("{}{rest}", unread.reason),
        }
    }

    pub(crate) fn of_folder(folder: &Path) -> Self {
        Self {
            file: Arc::from(folder),
            byte: None,
            record: None,
            reason: format!("contains no log files; {LOGS_END}"),
        }
    }

    /// The fault for a path that is the policy or a roster of the run.
    pub(crate) fn of_no_logs(path: &Path) -> Self {
        let reason =
            "this is the policy or a roster of this run, and there are no logs to check".to_owned();
        Self {
            file: Arc::from(path),
            byte: None,
            record: None,
            reason,
        }
    }

    pub(crate) fn of_prefix(path: &Path) -> Self {
        Self {
            file: Arc::from(path),
            byte: None,
            record: None,
            reason: format!("there are no log files under this prefix; {LOGS_END}"),
        }
    }

    pub(crate) fn of_object(name: &Path, why: &str) -> Self {
        Self {
            file: Arc::from(name),
            byte: None,
            record: None,
            reason: harmless(why),
        }
    }

    /// `why` must be safe to print.
    pub(crate) fn of_record(place: &RecordPlace, why: &impl std::fmt::Display) -> Self {
        Self {
            file: Arc::clone(&place.file),
            byte: Some(place.byte),
            record: Some(place.record),
            reason: why.to_string(),
        }
    }

    /// The fault for a detail of a record that still counts.
    pub(crate) fn of_detail(place: &RecordPlace, problem: &RecordProblem) -> Self {
        Self {
            reason: problem.of_detail(),
            ..Self::of_record(place, problem)
        }
    }
}

impl std::fmt::Display for InputFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", shown_path(&self.file))?;
        // In a file of one line, the byte offset finds a record; a line number wouldn't.
        match (self.record, self.byte) {
            (Some(record), Some(byte)) => write!(f, ": record {record} (byte {byte})")?,
            (Some(record), None) => write!(f, ": record {record}")?,
            (None, Some(byte)) => write!(f, ": byte {byte}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.reason)
    }
}

/// A fault in the `json` report.
#[derive(Serialize)]
pub(crate) struct FaultShown<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    reason: &'a str,
}

/// The first faults by place, and how many there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnreadList {
    first: Vec<InputFault>,
    count: u64,
}

impl UnreadList {
    pub(crate) fn add(&mut self, fault: InputFault) {
        self.count += 1;
        // Sorting only at twice the length costs little and keeps memory bounded.
        self.first.push(fault);
        if self.first.len() >= 2 * FAULTS_NAMED {
            self.keep_first();
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
        self.keep_first();
    }

    /// INVARIANT (order): which faults are kept doesn't depend on which thread met them first.
    fn keep_first(&mut self) {
        self.first.sort();
        self.first.truncate(FAULTS_NAMED);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn faults_shown(&self) -> impl Iterator<Item = FaultShown<'_>> {
        self.first.iter().map(|fault| FaultShown {
            file: shown_path(&fault.file),
            record: fault.record,
            byte: fault.byte,
            reason: &fault.reason,
        })
    }

    /// The first `most` faults.
    pub(crate) fn first(&self, most: usize) -> &[InputFault] {
        self.first.get(..most).unwrap_or(&self.first)
    }

    /// Prints one line on stderr for each thing that couldn't be read.
    pub(crate) fn tell_unread(&self) {
        self.tell_as("couldn't be read");
    }

    /// The same for events that AWS didn't send.
    pub(crate) fn tell_not_evidence(&self) {
        self.tell_as("are not evidence");
    }

    fn tell_as(&self, they: &str) {
        let told = self.first.iter().take(FAULTS_TOLD);
        let untold = self.count - u64::try_from(told.len()).unwrap_or(0);
        for fault in told {
            stdout::line_on_stderr(&format!("rolewatch: {fault}"));
        }
        if untold > 0 {
            stdout::line_on_stderr(&format!(
                "rolewatch: … and {} more that {they} (`--format json` lists them)",
                number(untold)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(file: &str, byte: u64) -> InputFault {
        InputFault {
            file: Arc::from(Path::new(file)),
            byte: Some(byte),
            record: Some(1),
            reason: "odd".into(),
        }
    }

    #[test]
    fn faults_are_kept_by_place_whichever_came_first() {
        let (mut a, mut b) = (UnreadList::default(), UnreadList::default());
        for byte in 0..30_000 {
            a.add(fault("a", 29_999 - byte));
            b.add(fault("b", byte));
        }
        let (mut one, mut other) = (a.clone(), b.clone());
        one.merge(b);
        other.merge(a);
        assert_eq!(one.first, other.first);
        assert_eq!((one.count(), one.first.len()), (60_000, FAULTS_NAMED));
        assert_eq!(one.first[0].to_string(), "a: record 1 (byte 0): odd");
    }
}
