//! Every bound that the command chose, once: what is read, waited for, shown and taken for a slip.
//! The width of a column is in the table that has it.

use std::num::NonZeroUsize;
use std::time::Duration;

/// The most threads that can be asked for: more than any machine has cores.
pub(crate) const THREADS: usize = 1_024;

/// The most objects of S3 that can be asked for: more than anybody would list.
pub(crate) const OBJECTS: usize = 1_000_000_000;

/// The most objects of S3, unless more are asked for: what one machine reads in minutes.
pub(crate) const OBJECTS_UNASKED: NonZeroUsize = match NonZeroUsize::new(20_000) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

/// How many objects are fetched at a time.
#[cfg(feature = "aws")]
pub(crate) const OBJECTS_AT_ONCE: usize = 32;

/// Fetched objects that wait to be read: they are whole in memory.
pub(crate) const OBJECTS_WAITING: usize = 16;

/// How often is looked whether an execution of the state machine is done.
pub(crate) const EXECUTION_PAUSE: Duration = Duration::from_secs(5);

/// A run that takes less shows no progress.
pub(crate) const PROGRESS_AFTER: Duration = Duration::from_millis(500);

/// How often progress is drawn.
pub(crate) const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// How many things that could not be read are named in a report. A hostile archive may have
/// millions.
pub(crate) const FAULTS_NAMED: usize = 10_000;

/// How many of them are told on stderr.
pub(crate) const FAULTS_TOLD: usize = 50;

/// How many events that aren't evidence a table names.
pub(crate) const NOT_EVIDENCE_TOLD: usize = 10;

/// How many different sentences of one rule about one person a table tells.
pub(crate) const SENTENCES_TOLD: usize = 5;

/// How many times are told at which a sentence was true again.
pub(crate) const TIMES_TOLD: usize = 6;

/// How many events of a finding a table names.
pub(crate) const EVENTS_TOLD: usize = 4;

/// How many steps of a rule a table shows; `rolewatch explain` has all of them.
pub(crate) const STEPS_SHOWN: usize = 2;

/// How many clean switches a table tells one by one.
pub(crate) const SWITCHES_TOLD: usize = 20;

/// How many records `explain` tells one by one. All are judged.
pub(crate) const RECORDS_TOLD: usize = 100;

/// How many sessions of a list a plan tells one by one.
pub(crate) const SESSIONS_TOLD: usize = 20;

/// How many findings are named where the one that is meant isn't clear.
pub(crate) const FINDINGS_NAMED: usize = 8;

/// The fewest digits that are taken for the beginning of a finding's id.
pub(crate) const ID_BEGINNING: usize = 4;

/// How alike two names are, from 0 to 1, that are taken for the same, misspelled.
pub(crate) const ALIKE: f64 = 0.6;

/// How wide a line is where there is no terminal.
pub(crate) const COLUMNS: usize = 100;

/// The fewest and the most columns of a line on a terminal: what is still readable.
pub(crate) const COLUMNS_ON_TERMINAL: (usize, usize) = (60, 120);
