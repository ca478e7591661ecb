//! The command line.

mod live;
mod look;
mod number;
pub(crate) mod sources;
mod time;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;

use crate::limits::OBJECTS_UNASKED;
use crate::report::AuditFormat;
use crate::review::report::ReviewFormat;
pub(crate) use live::{
    PatternArgs, PolicyCommand, PolicyPushArgs, RosterCommand, RosterPushArgs, TrailCommand,
    TrailConnectArgs,
};
pub(crate) use look::{Look, PlanFormat, RulesFormat};
use sources::SourceArgs;
use time::{since, until};

/// Judges every switch into an elevated AWS role: who really called, in which group then, with
/// which MFA proof, for how long.
#[derive(Debug, Parser)]
#[command(
    name = "rolewatch",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge CloudTrail logs
    Audit(AuditArgs),
    /// Judge the set-up: what IAM allows that the policy forbids
    Review(ReviewArgs),
    /// Draft a policy file from what IAM allows today
    Init(InitArgs),
    /// Explain a rule, or what a CloudTrail record means and how each rule judges it
    Explain(ExplainArgs),
    /// Print how to end the sessions of a finding before their time; applies nothing
    RevokePlan(RevokePlanArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Check a policy file, put it in force, or print its event patterns, its schema or an example
    Policy {
        /// What about it.
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Give the live guard a roster
    Roster {
        /// What about it.
        #[command(subcommand)]
        command: RosterCommand,
    },
    /// Connect the bucket of the trail to the live guard
    Trail {
        /// What about it.
        #[command(subcommand)]
        command: TrailCommand,
    },
    /// Print the console link that opens "Switch role" with account and role filled in
    SwitchLink(SwitchLinkArgs),
    /// Print a shell's completion script
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

const AUDIT_EXAMPLES: &str = "\
Examples:
  rolewatch audit ./AWSLogs
      A folder synced from the trail's bucket; rolewatch.yaml and roster/ are found next to it.
  rolewatch audit logs --since 2026-03-01 --until 2026-03-31 --format csv > march.csv
      The switches of March, the whole 31st included.
  rolewatch audit logs --policy p.yaml --roster dev.json@2026-03-31T09:30:00Z --fail-on high
  rolewatch audit s3://my-trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/
      Straight from the bucket; built with `--features aws`. docs/history.md tells of more than \
      20,000 objects.
  aws cloudtrail lookup-events \
--lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole | rolewatch audit -

Exit codes: 0 no violation (what is unproven does not count); 1 violations at or over --fail-on; \
2 error or usage; 3 input missing or incomplete (even with violations).";

/// `rolewatch audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = AUDIT_EXAMPLES)]
pub(crate) struct AuditArgs {
    /// Log files (.json, .json.gz) and folders of them; `-` is stdin, `s3://bucket/prefix` is all
    /// that lies there
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// Judge switches from this moment on: 2026-03-01T09:30:00Z, or a date for the start of that
    /// day (UTC)
    #[arg(long, value_name = "TIME", value_parser = since, allow_hyphen_values = true)]
    pub(crate) since: Option<Moment>,
    /// Judge switches before this moment, or a date to include the whole of that day (UTC); it is
    /// also what "by now" means
    ///
    /// Facts outside --since and --until stay known: they choose which switches are judged.
    /// Without --until, "by now" (an expired suppression, say) is the time of the latest
    /// relevant record.
    #[arg(long, value_name = "TIME", value_parser = until, allow_hyphen_values = true)]
    pub(crate) until: Option<Moment>,
    /// How to report
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub(crate) format: AuditFormat,
    /// The least severity of a violation that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity())]
    pub(crate) fail_on: Severity,
    // Clap would take `-1` for a flag and say nothing of numbers.
    /// Threads that read; by default one a core
    #[arg(long, value_name = "N", value_parser = number::threads, allow_negative_numbers = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// The most objects of S3 that are read
    #[arg(
        long,
        value_name = "N",
        default_value_t = OBJECTS_UNASKED,
        value_parser = number::objects,
        allow_negative_numbers = true
    )]
    pub(crate) max_objects: NonZeroUsize,
    /// Have the logs read where they lie, by the stack's state machine: its output `HistoryArn`.
    /// Policy and rosters are those of the stack
    #[arg(
        long,
        value_name = "ARN",
        requires = "bucket",
        conflicts_with_all = ["policy", "rosters", "jobs"]
    )]
    pub(crate) state_machine: Option<String>,
    /// The bucket of the stack, where the state machine writes its findings: its output
    /// `BucketName`
    #[arg(long, value_name = "NAME", requires = "state_machine")]
    pub(crate) bucket: Option<String>,
    #[command(flatten)]
    pub(crate) look: Look,
}

const REVIEW_EXAMPLES: &str = "\
Examples:
  aws iam get-account-authorization-details > setup/development.json
      With the credentials of each account in turn, and of the accounts with roles also how long \
      sessions may last:
  aws iam list-roles > setup/production-roles.json
  rolewatch review setup
  rolewatch review setup --credential-report credentials.csv --access-analyzer findings.json

Exit codes: as of `rolewatch audit`.";

/// `rolewatch review`.
#[derive(Debug, clap::Args)]
#[command(after_help = REVIEW_EXAMPLES)]
pub(crate) struct ReviewArgs {
    /// Output of `aws iam get-account-authorization-details` of each account, of `list-roles`, and
    /// folders of such files; `-` is stdin
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The policy; by default `rolewatch.yaml` or `rolewatch.yml` in or next to PATH, else in the
    /// working folder
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Content of `aws iam get-credential-report`, decoded: who has an MFA device
    #[arg(long = "credential-report", value_name = "CSV")]
    pub(crate) credential_reports: Vec<PathBuf>,
    /// Output of `aws accessanalyzer list-findings-v2`
    #[arg(long = "access-analyzer", value_name = "JSON")]
    pub(crate) access_analyzer: Vec<PathBuf>,
    /// What "by now" means, for suppressions that expire; by default this moment
    #[arg(long, value_name = "TIME", value_parser = since, allow_hyphen_values = true)]
    pub(crate) as_of: Option<Moment>,
    /// How to report
    #[arg(long, value_enum, default_value_t = ReviewFormat::Table)]
    pub(crate) format: ReviewFormat,
    /// The least severity of a violation that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity())]
    pub(crate) fail_on: Severity,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Output of `aws iam get-account-authorization-details` of each account, of `list-roles`, and
    /// folders of such files; `-` is stdin
    ///
    /// An account is called as its file is: development.json, or
    /// development@2026-03-31T093000Z.json.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// `rolewatch explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A rule's code or name (RW002, switch-without-mfa), or a file with CloudTrail records; `-`
    /// is stdin
    #[arg(value_name = "RULE|FILE")]
    pub(crate) what: PathBuf,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(flatten)]
    pub(crate) look: Look,
}

const REVOKE_PLAN_EXAMPLES: &str = "\
Examples:
  rolewatch revoke-plan 5d1c40 ./AWSLogs
      The finding whose id begins like this; `rolewatch audit --format ndjson` prints ids.
  rolewatch revoke-plan alert.json ./AWSLogs --profile production
      An alert of the live guard, as it came.

Exit codes: 0 there is a plan; 2 error or usage, or there can be none; 3 some logs could not be \
read.";

/// `rolewatch revoke-plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = REVOKE_PLAN_EXAMPLES)]
pub(crate) struct RevokePlanArgs {
    /// The finding: its id, the beginning of it, or a file with the finding as ndjson or as an
    /// alert; `-` is stdin
    #[arg(value_name = "FINDING")]
    pub(crate) finding: PathBuf,
    /// Log files and folders, as of `rolewatch audit`; by default the working folder
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// What was issued before this moment is cut, and what has ended by then is not told; by
    /// default now
    #[arg(long, value_name = "TIME", value_parser = since, allow_hyphen_values = true)]
    pub(crate) as_of: Option<Moment>,
    /// The AWS CLI profile to put into the commands
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) profile: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(crate) format: PlanFormat,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct RulesArgs {
    /// How to list them
    #[arg(long, value_enum, default_value_t = RulesFormat::Table)]
    pub(crate) format: RulesFormat,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch switch-link`.
#[derive(Debug, clap::Args)]
pub(crate) struct SwitchLinkArgs {
    /// The role, as in arn:aws:iam::444455556666:role/UpdateApp
    pub(crate) role_arn: String,
    /// What the console calls the role; by default `ROLE @ ACCOUNT`
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// The colour of the role's label in the console: six hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub(crate) color: Option<String>,
}

fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    // The engine's own type, so clap cannot derive what the help lists as possible values.
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
        .try_map(|text| text.parse::<Severity>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
