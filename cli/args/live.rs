//! The subcommands about the policy, the rosters and the trail, and what they give the live guard.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;

use crate::push::key::POLICY;

/// `rolewatch policy …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Tell everything that is wrong with a policy file, or that nothing is
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Check a policy file and put it in force for the live guard
    Push(PolicyPushArgs),
    /// Print the EventBridge patterns that forward what the policy's roles are used for
    ///
    /// One pattern a line, each short enough for a rule: first for what sessions of the roles do,
    /// then for services entering them. The stacks make the same of their parameter
    /// `ElevatedRoles`.
    Pattern(PatternArgs),
    /// Print the JSON schema of the policy file, for editors
    Schema,
    /// Print a policy file with comments, to start from
    Example,
}

/// `rolewatch policy pattern`.
#[derive(Debug, clap::Args)]
pub(crate) struct PatternArgs {
    /// The policy file; by default `rolewatch.yaml` or `rolewatch.yml` in the working folder
    pub(crate) file: Option<PathBuf>,
    /// Print the value for the stacks' parameter `ElevatedRoles` instead
    #[arg(long)]
    pub(crate) parameter: bool,
}

/// `rolewatch policy push`.
#[derive(Debug, clap::Args)]
pub(crate) struct PolicyPushArgs {
    /// The file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// Under which key
    #[arg(long, default_value = POLICY, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) key: String,
    /// What the stacks have in their parameter `ElevatedRoles`: roles of the policy that it does
    /// not cover are named
    #[arg(long, value_name = "LIST")]
    pub(crate) deployed_roles: Option<String>,
}

/// `rolewatch roster …`.
#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Check a roster, leave out what is not needed, and give it to the live guard
    Push(RosterPushArgs),
}

/// `rolewatch roster push`.
#[derive(Debug, clap::Args)]
pub(crate) struct RosterPushArgs {
    /// Output of `aws iam get-account-authorization-details`, and when it was taken
    ///
    /// The time is written in full, behind the file or in its name: dev.json@2026-03-31T09:30:00Z,
    /// dev@2026-03-31T093000Z.json.
    #[arg(value_name = "FILE[@TIME]")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// Take a roster whose last page is missing: who is absent from it is then not known to be in
    /// no group
    #[arg(long)]
    pub(crate) allow_truncated: bool,
}

/// Where the live guard reads from.
#[derive(Debug, clap::Args)]
pub(crate) struct BucketArgs {
    /// The bucket of the stack: its output `BucketName`
    #[arg(
        long = "bucket",
        value_name = "NAME",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) name: String,
}

/// `rolewatch trail …`.
#[derive(Debug, Subcommand)]
pub(crate) enum TrailCommand {
    /// Have the trail's bucket send its events to EventBridge; every other notification of the
    /// bucket stays
    Connect(TrailConnectArgs),
}

const TRAIL_CONNECT_EXAMPLES: &str = "\
Examples:
  rolewatch trail connect my-trail --dry-run
      What the bucket tells whom, and what would be added; changes nothing.
  rolewatch trail connect my-trail

Needs s3:GetBucketNotification and s3:PutBucketNotification on the bucket, in the account that \
owns it. The bucket's Region is found.";

/// `rolewatch trail connect`.
#[derive(Debug, clap::Args)]
#[command(after_help = TRAIL_CONNECT_EXAMPLES)]
pub(crate) struct TrailConnectArgs {
    /// The bucket that the trail writes to
    #[arg(value_name = "BUCKET")]
    pub(crate) bucket: String,
    /// Say what would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
