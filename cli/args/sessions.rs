//! `rolewatch sessions`.

use std::path::PathBuf;

use super::sources::SourceArgs;
use super::{Look, PeriodArgs, ReadingArgs, SubjectFilter};
use crate::sessions::report::SessionsFormat;

const EXAMPLES: &str = "\
Examples:
  rolewatch sessions ./AWSLogs
      Every session in an elevated role, by time, and a line for each person.
  rolewatch sessions logs --since 2026-03-01 --until 2026-03-31 --format csv > march.csv
  rolewatch sessions logs --caller 'dora*' --role BreakGlass --account production

Exit codes: 0 all input was read, even if rules were broken (`rolewatch audit` fails then); 2 error \
or wrong usage; 3 input missing or incomplete.";

/// `rolewatch sessions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SessionsArgs {
    /// Log files (.json, .json.gz) and directories of them; `-` is stdin, `s3://bucket/prefix` is
    /// every object under that prefix
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(flatten)]
    pub(crate) period: PeriodArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = SessionsFormat::Table)]
    pub(crate) format: SessionsFormat,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Write the list to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: Look,
    // Last: the options after it would be under its heading too.
    #[command(flatten, next_help_heading = "Filters, which choose what is shown")]
    pub(crate) filter: SubjectFilter,
}
