//! Every limit that the command itself chose: for reading, waiting, output and typos. Column widths
//! are with their tables.

use std::num::NonZeroUsize;
use std::time::Duration;

/// The highest number of threads that can be requested: more than any machine has cores.
pub(crate) const THREADS: usize = 1_024;

/// The highest number of S3 objects that can be requested: more than anybody would list.
pub(crate) const OBJECTS: usize = 1_000_000_000;

/// The default maximum of S3 objects: what one machine reads in minutes.
pub(crate) const OBJECTS_UNASKED: NonZeroUsize = match NonZeroUsize::new(20_000) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

/// How many objects are fetched at a time.
#[cfg(feature = "aws")]
pub(crate) const OBJECTS_AT_ONCE: usize = 32;

/// How many fetched objects may wait to be read. They are completely in memory.
pub(crate) const OBJECTS_WAITING: usize = 16;

/// How often to check whether an execution of the state machine is done.
pub(crate) const EXECUTION_PAUSE: Duration = Duration::from_secs(5);

/// A shorter run shows no progress.
pub(crate) const PROGRESS_AFTER: Duration = Duration::from_millis(500);

/// How often progress is drawn.
pub(crate) const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// How many unreadable things a report names. A hostile archive may have millions.
pub(crate) const FAULTS_NAMED: usize = 10_000;

/// How many of them are printed on stderr.
pub(crate) const FAULTS_TOLD: usize = 50;

/// How many events that aren't evidence a table names.
pub(crate) const NOT_EVIDENCE_TOLD: usize = 10;

/// How many different sentences of one rule about one person a table prints.
pub(crate) const SENTENCES_TOLD: usize = 5;

/// How many further people with the same finding a table prints.
pub(crate) const PEOPLE_TOLD: usize = 6;

/// How many further times a table prints for one sentence.
pub(crate) const TIMES_TOLD: usize = 6;

/// How many steps of a rule a table shows; `rolewatch explain` has all of them.
pub(crate) const STEPS_SHOWN: usize = 2;

/// How many clean switches a table prints one by one.
pub(crate) const SWITCHES_TOLD: usize = 20;

/// How many records `explain` prints one by one. All are judged.
pub(crate) const RECORDS_TOLD: usize = 100;

/// How many sessions of a list a plan prints one by one.
pub(crate) const SESSIONS_TOLD: usize = 20;

/// How many findings are named if it isn't clear which one is meant.
pub(crate) const FINDINGS_NAMED: usize = 8;

/// The fewest digits that count as the beginning of a finding's ID.
pub(crate) const ID_BEGINNING: usize = 4;

/// The similarity, from 0 to 1, from which one name counts as a typo of the other.
pub(crate) const ALIKE: f64 = 0.6;

/// The line width without a terminal.
pub(crate) const COLUMNS: usize = 100;

/// The minimum and maximum line width on a terminal, so that text stays readable.
pub(crate) const COLUMNS_ON_TERMINAL: (usize, usize) = (60, 120);

/// The maximum width of a table with many columns on a terminal.
pub(crate) const COLUMNS_OF_TABLE: usize = 200;
