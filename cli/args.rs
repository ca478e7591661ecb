//! The command line.

mod filter;
mod live;
mod look;
mod number;
mod reading;
mod security_hub;
mod sessions;
pub(crate) mod sources;
mod time;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};
use rolewatch_guard::language::Language;
use rolewatch_guard::moment::Moment;

use crate::environment;
use crate::report::AuditFormat;
use crate::review::report::ReviewFormat;
use crate::sessions::report::SessionsFormat;
pub(crate) use filter::{FailArgs, FindingFilter, SubjectFilter, Threshold};
pub(crate) use live::{
    PatternArgs, PolicyCommand, PolicyPushArgs, RosterCommand, RosterPushArgs, RosterTakeArgs,
    TrailCommand, TrailConnectArgs,
};
pub(crate) use look::{Look, ManFormat, PlanFormat, ReportLanguage, RulesFormat};
pub(crate) use reading::{PeriodArgs, ReadingArgs};
use security_hub::SecurityHubArgs;
pub(crate) use sessions::SessionsArgs;
use sources::SourceArgs;
use time::parse_since;

/// Checks every switch into an elevated AWS role: who really made it, which groups they were in at
/// that moment, whether they used MFA, and how long they held the role
#[derive(Debug, Parser)]
#[command(
    name = "rolewatch",
    version = env!("VERSION_SHOWN"),
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Language of reports for people; by default, that of `ROLEWATCH_LANGUAGE`, otherwise `ja` if
    /// the locale is Japanese. Errors, help, and formats for machines are always in English
    #[arg(long, value_enum, value_name = "LANGUAGE", global = true)]
    pub(crate) lang: Option<ReportLanguage>,
}

impl Args {
    /// The language of what is printed. Formats that machines read are always English.
    ///
    /// # Errors
    /// If the environment asks for a language that doesn't exist.
    pub(crate) fn language(&self) -> Result<Language, String> {
        let asked = match self.lang {
            Some(ReportLanguage::En) => Language::English,
            Some(ReportLanguage::Ja) => Language::Japanese,
            None => environment::language()?,
        };
        Ok(if self.command.is_for_people() {
            asked
        } else {
            Language::English
        })
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check CloudTrail logs against the policy
    Audit(AuditArgs),
    /// List who was in an elevated role, when, for how long, and what they did there
    Sessions(SessionsArgs),
    /// Check the IAM setup: what IAM allows but the policy forbids
    Review(ReviewArgs),
    /// Draft a policy file from what IAM allows today
    Init(InitArgs),
    /// Explain a rule, a finding, or what CloudTrail records mean and what each rule says about them
    Explain(ExplainArgs),
    /// Print how to revoke the sessions of a finding; changes nothing
    RevokePlan(RevokePlanArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Validate a policy file, upload it, or print its event patterns, its schema, or an example
    Policy {
        /// What about it.
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Take a roster, the list of who is in which group, or upload one for the live guard
    Roster {
        /// What about it.
        #[command(subcommand)]
        command: RosterCommand,
    },
    /// Connect the trail's bucket to the live guard (rolewatch's stack in AWS)
    Trail {
        /// What about it.
        #[command(subcommand)]
        command: TrailCommand,
    },
    /// Print the console link that opens "Switch role" with account and role filled in
    SwitchLink(SwitchLinkArgs),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page, or the same as a Markdown page
    Man {
        /// Output format
        #[arg(long, value_enum, default_value_t = ManFormat::Roff)]
        format: ManFormat,
    },
}

impl Command {
    /// Whether people read what it prints, rather than machines.
    fn is_for_people(&self) -> bool {
        match self {
            Self::Audit(args) => matches!(args.format, AuditFormat::Table | AuditFormat::Html),
            Self::Sessions(args) => args.format == SessionsFormat::Table,
            Self::Review(args) => args.format == ReviewFormat::Table,
            Self::RevokePlan(args) => args.format == PlanFormat::Text,
            Self::Rules(args) => args.format != RulesFormat::Json,
            Self::Policy { command } => matches!(command, PolicyCommand::Check { .. }),
            Self::Explain(_) | Self::SwitchLink(_) => true,
            // A draft becomes a file of the project, and the others print files or what was done.
            Self::Init(_)
            | Self::Roster { .. }
            | Self::Trail { .. }
            | Self::Completions { .. }
            | Self::Man { .. } => false,
        }
    }
}

const AUDIT_EXAMPLES: &str = "\
Examples:
  rolewatch audit ./AWSLogs
      A directory synced from the trail's bucket. rolewatch.yaml and roster/ next to it are used too.
  rolewatch audit logs --since 2026-03-01 --until 2026-03-31 --format csv > march.csv
      The switches of March, including all of March 31.
  rolewatch audit logs --policy p.yaml --roster dev.json@2026-03-31T09:30:00Z --fail-on high
  rolewatch audit logs --min-severity high --caller 'dora*' --output dora.txt
      Only high and critical findings about dora. Totals and the exit code still count everything.
  rolewatch audit logs --format asff --asff-account 999999999999 --asff-region eu-west-1
      Requests for Security Hub; docs/audit.md shows how to send them.
  rolewatch audit logs --format html --output report.html
      A page for browsers, with a timeline of everyone who held an elevated role.
  rolewatch audit s3://my-trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/
      Directly from the bucket; needs a build with `--features aws`. For more than 20,000 \
objects, see docs/history.md.
  aws cloudtrail lookup-events \
--lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole | rolewatch audit -

Exit codes: 0 no violations (unproven findings don't count); 1 violations at or above --fail-on; \
2 error or wrong usage; 3 input missing or incomplete (even if there are violations).";

/// `rolewatch audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = AUDIT_EXAMPLES)]
pub(crate) struct AuditArgs {
    /// Log files (.json, .json.gz) and directories of them; `-` is stdin, `s3://bucket/prefix` is
    /// every object under that prefix
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(flatten)]
    pub(crate) period: PeriodArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub(crate) format: AuditFormat,
    #[command(flatten)]
    pub(crate) fail: FailArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Have the deployed stack read the logs directly from S3: the ARN of its state machine (stack
    /// output `HistoryArn`). Needs --bucket. Uses the stack's policy and rosters
    #[arg(
        long,
        value_name = "ARN",
        requires = "bucket",
        conflicts_with_all = ["policy", "rosters", "jobs"]
    )]
    pub(crate) state_machine: Option<String>,
    /// For --state-machine: the stack's bucket, where it writes its findings (stack output
    /// `BucketName`)
    #[arg(long, value_name = "NAME", requires = "state_machine")]
    pub(crate) bucket: Option<String>,
    /// In the table, also list the records that prove each finding, all repeated findings, and the
    /// switches without findings
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    // What has a heading of its own comes last: the options after it would be under the heading too.
    #[command(flatten)]
    pub(crate) look: Look,
    #[command(flatten)]
    pub(crate) filter: FindingFilter,
    #[command(flatten)]
    pub(crate) security_hub: SecurityHubArgs,
}

const REVIEW_EXAMPLES: &str = "\
Examples:
  aws iam get-account-authorization-details > setup/development.json
      Run this with the credentials of each account in turn.
  aws iam list-roles > setup/production-roles.json
      Run this for each account that has roles: it shows how long their sessions may last.
  rolewatch review setup
  rolewatch review setup --credential-report credentials.csv --access-analyzer findings.json
  rolewatch review setup --format sarif --output rolewatch.sarif
      A log for code scanning.

Exit codes: the same as for `rolewatch audit`.";

/// `rolewatch review`.
#[derive(Debug, clap::Args)]
#[command(after_help = REVIEW_EXAMPLES)]
pub(crate) struct ReviewArgs {
    /// Output of `aws iam get-account-authorization-details` of each account, output of `aws iam
    /// list-roles`, a roster of Identity Center, and directories of such files; `-` is stdin
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The policy file; by default, `rolewatch.yaml` or `rolewatch.yml` in or next to PATH,
    /// otherwise in the working directory
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Decoded content of `aws iam get-credential-report`, which shows who has an MFA device
    #[arg(long = "credential-report", value_name = "CSV")]
    pub(crate) credential_reports: Vec<PathBuf>,
    /// Output of `aws accessanalyzer list-findings-v2`
    #[arg(long = "access-analyzer", value_name = "JSON")]
    pub(crate) access_analyzer: Vec<PathBuf>,
    /// What counts as now, for suppressions that expire; by default, the current time
    #[arg(long, value_name = "TIME", value_parser = parse_since, allow_hyphen_values = true)]
    pub(crate) as_of: Option<Moment>,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReviewFormat::Table)]
    pub(crate) format: ReviewFormat,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) fail: FailArgs,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Output of `aws iam get-account-authorization-details` of each account, output of `aws iam
    /// list-roles`, a roster of Identity Center, and directories of such files; `-` is stdin
    ///
    /// An account gets its name from its file: development.json, or
    /// development@2026-03-31T093000Z.json.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  rolewatch explain RW002
      What the rule does, its blind spots, and what to do.
  rolewatch explain event.json
      What each record of a file means, and what each rule says about them.
  rolewatch explain 5d1c40 ./AWSLogs
      The finding whose id begins with these digits: its sessions, every record behind it, and what \
to do.

Exit codes: 0 explained; 2 error or wrong usage; 3 explained, but some input is missing or couldn't \
be read.";

/// `rolewatch explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// A rule's code or name (RW002, switch-without-mfa), a file with CloudTrail records (`-` is
    /// stdin), or the id of a finding or its beginning
    #[arg(value_name = "RULE|FILE|ID")]
    pub(crate) what: PathBuf,
    /// For a finding: log files and directories, as for `rolewatch audit`; by default, the working
    /// directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(flatten)]
    pub(crate) look: Look,
}

const REVOKE_PLAN_EXAMPLES: &str = "\
Examples:
  rolewatch revoke-plan 5d1c40 ./AWSLogs
      The finding whose id begins with these digits; `rolewatch audit --format ndjson` prints ids.
  rolewatch revoke-plan alert.json ./AWSLogs --profile production
      An alert of the live guard (rolewatch's stack in AWS), saved unchanged.
  rolewatch revoke-plan 5d1c40 --stack rolewatch
      The finding of an alert, from the tables of the stack. Needs no logs, but a build with \
`--features aws`.

Exit codes: 0 the plan was printed; 2 error or wrong usage, or no plan is possible; 3 the plan \
was printed, but some input is missing or couldn't be read.";

/// `rolewatch revoke-plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = REVOKE_PLAN_EXAMPLES)]
pub(crate) struct RevokePlanArgs {
    /// The finding: its id, the beginning of its id, or a file with the finding as ndjson or as an
    /// alert; `-` is stdin
    #[arg(value_name = "FINDING")]
    pub(crate) finding: PathBuf,
    /// Log files and directories, as for `rolewatch audit`; by default, the working directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Take the finding, its sessions, the policy and the rosters from the stack of this name,
    /// instead of logs; needs a build with the feature `aws`
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["paths", "policy", "rosters"],
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) stack: Option<String>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// The time of the plan: sessions issued before it are revoked, and sessions that have ended by
    /// then are left out; by default, now
    #[arg(long, value_name = "TIME", value_parser = parse_since, allow_hyphen_values = true)]
    pub(crate) as_of: Option<Moment>,
    /// The AWS CLI profile to use in the commands
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) profile: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(crate) format: PlanFormat,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct RulesArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = RulesFormat::Table)]
    pub(crate) format: RulesFormat,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `rolewatch switch-link`.
#[derive(Debug, clap::Args)]
pub(crate) struct SwitchLinkArgs {
    /// The role's ARN, such as arn:aws:iam::444455556666:role/UpdateApp
    pub(crate) role_arn: String,
    /// The name that the console shows for the role; by default, `ROLE @ ACCOUNT`
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// The color of the role's label in the console: six hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub(crate) color: Option<String>,
    /// The policy file, whose `start_url` is the address of the access portal; by default,
    /// `rolewatch.yaml` or `rolewatch.yml` in the working directory
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
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
