//! The subcommands about the policy, the rosters and the trail, and what they give the live guard.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;

use crate::push::key::POLICY;

/// `rolewatch policy …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Validate a policy file and list every problem
    Check {
        /// The policy file
        file: PathBuf,
    },
    /// Validate a policy file and upload it for the live guard
    ///
    /// Needs a build with `--features aws`.
    Push(PolicyPushArgs),
    /// Print the EventBridge patterns that forward the activity of the policy's roles
    ///
    /// One pattern per line, each short enough for an EventBridge rule: first for what sessions of
    /// the roles do, then for services that enter the roles. The stacks build the same patterns
    /// from their parameter `ElevatedRoles`.
    Pattern(PatternArgs),
    /// Print the JSON schema of the policy file, for editors
    Schema,
    /// Print a commented example of a policy file, to start from
    Example,
}

/// `rolewatch policy pattern`.
#[derive(Debug, clap::Args)]
pub(crate) struct PatternArgs {
    /// The policy file; by default, `rolewatch.yaml` or `rolewatch.yml` in the working directory
    pub(crate) file: Option<PathBuf>,
    /// Print the value of the stacks' parameter `ElevatedRoles` instead
    #[arg(long)]
    pub(crate) parameter: bool,
}

/// `rolewatch policy push`.
#[derive(Debug, clap::Args)]
pub(crate) struct PolicyPushArgs {
    /// The policy file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// The object key to upload to
    #[arg(long, default_value = POLICY, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) key: String,
    /// The current value of the stacks' parameter `ElevatedRoles`, to warn about roles of the
    /// policy that it doesn't cover
    #[arg(long, value_name = "LIST")]
    pub(crate) deployed_roles: Option<String>,
}

/// `rolewatch roster …`.
#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Read who is in which group from AWS, and write a roster with the time in its file name
    ///
    /// Needs a build with `--features aws`.
    Take(RosterTakeArgs),
    /// Check a roster, remove what the live guard doesn't need, and upload it
    ///
    /// Needs a build with `--features aws`.
    Push(RosterPushArgs),
}

const ROSTER_TAKE_EXAMPLES: &str = "\
Examples:
  rolewatch roster take --output roster
      The IAM users, groups, roles, and policies of the account whose credentials are used. \
Writes roster/111122223333@2026-03-31T093000Z.json.
  AWS_PROFILE=identity AWS_REGION=ap-northeast-1 rolewatch roster take --identity-center
      Run this in the home Region of Identity Center.
  rolewatch roster push \"$(rolewatch roster take)\" --bucket BUCKET

Prints the name of the file on stdout. Credentials and Region are found in the same way as for the \
AWS CLI. docs/permissions.md lists the IAM actions that the command needs.";

/// `rolewatch roster take`.
#[derive(Debug, clap::Args)]
#[command(after_help = ROSTER_TAKE_EXAMPLES)]
pub(crate) struct RosterTakeArgs {
    /// Read Identity Center instead of IAM: users, groups, permission sets, and assignments
    #[arg(long)]
    pub(crate) identity_center: bool,
    /// The identity store, such as d-1234567890, if there are several instances of Identity Center
    #[arg(
        long,
        value_name = "ID",
        requires = "identity_center",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) identity_store: Option<String>,
    /// The directory to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
}

/// `rolewatch roster push`.
#[derive(Debug, clap::Args)]
pub(crate) struct RosterPushArgs {
    /// The roster: written by `rolewatch roster take`, or output of `aws iam
    /// get-account-authorization-details` and when it was taken
    ///
    /// Write the time in full, after the file or in its name: dev.json@2026-03-31T09:30:00Z,
    /// dev@2026-03-31T093000Z.json.
    #[arg(value_name = "FILE[@TIME]")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// Accept a roster whose last page is missing; a person's absence from it then proves nothing
    #[arg(long)]
    pub(crate) allow_truncated: bool,
}

/// Where the live guard reads from.
#[derive(Debug, clap::Args)]
pub(crate) struct BucketArgs {
    /// The stack's bucket (stack output `BucketName`)
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
    /// Make the trail's bucket send its events to EventBridge; keeps its other notifications
    ///
    /// Needs a build with `--features aws`.
    Connect(TrailConnectArgs),
}

const TRAIL_CONNECT_EXAMPLES: &str = "\
Examples:
  rolewatch trail connect my-trail --dry-run
      Shows the bucket's notifications and what would be added; changes nothing.
  rolewatch trail connect my-trail

Needs credentials of the account that owns the bucket, with s3:GetBucketNotification and \
s3:PutBucketNotification on it. The bucket's Region is detected automatically.";

/// `rolewatch trail connect`.
#[derive(Debug, clap::Args)]
#[command(after_help = TRAIL_CONNECT_EXAMPLES)]
pub(crate) struct TrailConnectArgs {
    /// The bucket that the trail writes to
    #[arg(value_name = "BUCKET")]
    pub(crate) bucket: String,
    /// Show what would change, but change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
