//! The policy and the rosters on the command line.

use std::path::PathBuf;

/// What switches are checked against.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// The policy file; by default, `rolewatch.yaml` or `rolewatch.yml` in or next to PATH,
    /// otherwise in the working directory
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// A roster, the list of who is in which group: output of `aws iam
    /// get-account-authorization-details`, and when it was taken; by default, every .json file in
    /// `roster/`, found like the policy
    ///
    /// Write the time in full: dev.json@2026-03-31T09:30:00Z. In a directory `roster/`, it's part
    /// of the file name, with or without colons: dev@2026-03-31T093000Z.json. Without a time, group
    /// membership is still checked, but gaps in the logs can't be detected.
    #[arg(long = "roster", value_name = "FILE[@TIME]")]
    pub(crate) rosters: Vec<PathBuf>,
}
