//! Which switches are checked, and how the logs are read.

use std::num::NonZeroUsize;

use rolewatch_guard::moment::Moment;

use super::number;
use super::time::{parse_since, parse_until};
use crate::limits::OBJECTS_UNASKED;

/// Which switches are checked.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct PeriodArgs {
    /// Check only switches from this time on: 2026-03-01T09:30:00Z, or a date for the start of
    /// that day (UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_since, allow_hyphen_values = true)]
    pub(crate) since: Option<Moment>,
    /// Check only switches before this time; a date includes that whole day (UTC). Also sets what
    /// counts as now
    ///
    /// --since and --until only choose which switches are checked. Facts from outside that period
    /// still count. Without --until, the time of the latest relevant record counts as now, for
    /// example to decide whether a suppression has expired.
    #[arg(long, value_name = "TIME", value_parser = parse_until, allow_hyphen_values = true)]
    pub(crate) until: Option<Moment>,
}

/// How the logs are read.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct ReadingArgs {
    // Clap would take `-1` for a flag and say nothing of numbers.
    /// Number of threads that read files; by default, one per core
    #[arg(long, value_name = "N", value_parser = number::threads, allow_negative_numbers = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Maximum number of S3 objects to read; if there are more, nothing is read
    #[arg(
        long,
        value_name = "N",
        default_value_t = OBJECTS_UNASKED,
        value_parser = number::objects,
        allow_negative_numbers = true
    )]
    pub(crate) max_objects: NonZeroUsize,
}
