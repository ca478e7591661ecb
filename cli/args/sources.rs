//! The policy and the rosters, as they are given.

use std::path::PathBuf;

/// What switches are judged against.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// The policy; by default `rolewatch.yaml` or `rolewatch.yml` in or next to PATH, else in the
    /// working folder
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Output of `aws iam get-account-authorization-details`, and when it was taken; by default
    /// all in `roster/`, found like the policy
    ///
    /// The time is written in full: dev.json@2026-03-31T09:30:00Z. In a folder `roster/` it is
    /// part of the name, with or without colons: dev@2026-03-31T093000Z.json. Without it
    /// membership is still judged, but gaps in the logs cannot be noticed.
    #[arg(long = "roster", value_name = "FILE[@TIME]")]
    pub(crate) rosters: Vec<PathBuf>,
}
