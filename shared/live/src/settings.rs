//! The settings that the stack gives its functions: every environment variable, read once.
//!
//! `template.yaml` sets them. The AWS clients read `AWS_REGION`, `AWS_ENDPOINT_URL` and the
//! credentials themselves.

mod archive;
mod auditor;
mod own;
mod reader;
mod stack;
pub mod variables;

use std::env::VarError;
use std::fmt;

use jiff::tz::TimeZone;
use rolewatch_guard::id::AccountId;
pub use rolewatch_guard::language::Language;

pub use archive::ArchiveSettings;
pub use auditor::AuditorSettings;
pub use own::OwnSettings;
use reader::{Noted, VariableReader};
pub use stack::StackSettings;

use crate::telemetry::Level;

/// The settings of switch-guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardSettings {
    /// Settings shared by every function that has a ledger.
    pub stack: StackSettings,
    /// `ROLEWATCH_SWITCH_QUEUE_URL`: the queue for switches into elevated roles and for requests to
    /// judge again. `None`: the queue of events is used.
    pub switch_queue_url: Option<String>,
    /// `ROLEWATCH_FINDINGS_TOPIC_ARN`: the topic on which findings are published.
    pub findings_topic: TopicArn,
    /// `ROLEWATCH_IDENTITY_CENTER_ACCOUNT`: the account whose reader role may read Identity Center.
    pub center_account: Option<AccountId>,
    /// The guarded resources. switch-guard also assumes the reader role named here.
    pub own: OwnSettings,
}

/// The settings of slack-notifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifierSettings {
    /// `ROLEWATCH_OUTBOX_TABLE`: findings and their delivery.
    pub outbox_table: String,
    /// `ROLEWATCH_OPERATIONS_TOPIC_ARN`: the topic that is used when Slack doesn't work.
    pub operations_topic: TopicArn,
    /// `ROLEWATCH_CHATBOT_TOPIC_ARN`: a topic that Amazon Q Developer in chat applications reads.
    pub chatbot_topic: Option<TopicArn>,
    /// `ROLEWATCH_SLACK_SECRET`: the secret that holds the webhook's URL or the bot's token.
    pub slack_secret: SecretArn,
    /// `ROLEWATCH_SLACK_CHANNEL`: the channel in which a bot posts. A webhook has its own channel.
    pub slack_channel: Option<String>,
    /// `ROLEWATCH_LANGUAGE`: the language of messages.
    pub language: Language,
    /// `ROLEWATCH_TIME_ZONE`: the time zone of the times in messages.
    pub time_zone: TimeZone,
    /// `ROLEWATCH_RUNBOOK_URL`: the runbook that messages link to.
    pub runbook_url: Option<String>,
    /// `ROLEWATCH_STACK`: the stack's name, for commands in messages.
    pub stack: Option<String>,
    /// `ROLEWATCH_TEST_SLACK_ENDPOINT`: for tests only, an address on this machine that replaces
    /// Slack.
    pub test_slack_endpoint: Option<String>,
}

/// The names of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// `ROLEWATCH_LEDGER_TABLE`: facts. slack-notifier doesn't have this table.
    pub ledger: Option<String>,
    /// `ROLEWATCH_OUTBOX_TABLE`: findings and their delivery.
    pub outbox: String,
}

/// The ARN of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    partition: String,
    region: String,
    account: AccountId,
}

/// The ARN of a secret, by the service that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretArn {
    /// A Secrets Manager secret.
    Secret(String),
    /// A Systems Manager SecureString parameter.
    Parameter(String),
}

/// Everything that is wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variables are not what `template.yaml` sets: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct SettingsError(pub Vec<WrongVariable>);

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongVariable {
    /// The variable is required but missing.
    #[error("`{name}` is not set; it must be {wanted}")]
    Missing {
        /// The name of the variable.
        name: &'static str,
        /// What the variable has to hold.
        wanted: &'static str,
    },
    /// The variable holds something else. The value isn't shown, because it may be a secret.
    #[error("`{name}` must be {wanted}")]
    Unfit {
        /// The name of the variable.
        name: &'static str,
        /// What the variable has to hold.
        wanted: &'static str,
    },
}

/// Looks a variable up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl GuardSettings {
    /// Reads the settings from the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// Reads the settings through `lookup`.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::new(lookup);
        let stack = StackSettings::read(&mut read);
        let findings_topic = read.required(&variables::FINDINGS_TOPIC, TopicArn::parse);
        let own = OwnSettings::read(&mut read);
        let switch_queue_url = read.optional(&variables::SWITCH_QUEUE_URL, web_address);
        let center_account = read.optional(&variables::CENTER_ACCOUNT, |text| text.parse().ok());
        let settings = move || {
            let switch_queue_url = switch_queue_url?;
            Ok(Self {
                stack: stack?,
                switch_queue_url,
                findings_topic: findings_topic?,
                center_account: center_account?,
                own: own?,
            })
        };
        settings().map_err(|Noted| read.into_error())
    }
}

impl NotifierSettings {
    /// Reads the settings from the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// Reads the settings through `lookup`.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::new(lookup);
        let outbox_table = read.required(&variables::OUTBOX_TABLE, table_name);
        let operations_topic = read.required(&variables::OPERATIONS_TOPIC, TopicArn::parse);
        let chatbot_topic = read.optional(&variables::CHATBOT_TOPIC, TopicArn::parse);
        let slack_secret = read.required(&variables::SLACK_SECRET, SecretArn::parse);
        let slack_channel = read.optional(&variables::SLACK_CHANNEL, channel);
        let language = read.optional(&variables::LANGUAGE, Language::parse);
        let time_zone = read.optional(&variables::TIME_ZONE, |name| TimeZone::get(name).ok());
        let runbook_url = read.optional(&variables::RUNBOOK_URL, secure_address);
        let stack = read.optional(&variables::STACK, own::stack_name);
        let test_slack_endpoint = read.optional(&variables::TEST_SLACK_ENDPOINT, loopback_address);
        let settings = move || {
            Ok(Self {
                outbox_table: outbox_table?,
                operations_topic: operations_topic?,
                chatbot_topic: chatbot_topic?,
                slack_secret: slack_secret?,
                slack_channel: slack_channel?,
                language: language?.unwrap_or_default(),
                time_zone: time_zone?.unwrap_or(TimeZone::UTC),
                runbook_url: runbook_url?,
                stack: stack?,
                test_slack_endpoint: test_slack_endpoint?,
            })
        };
        settings().map_err(|Noted| read.into_error())
    }

    /// The table that slack-notifier reads and writes.
    pub fn tables(&self) -> TableNames {
        TableNames {
            ledger: None,
            outbox: self.outbox_table.clone(),
        }
    }
}

/// The log level: `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the template.
pub fn log_level() -> Level {
    parse_level(&variable)
}

fn parse_level(lookup: Lookup<'_>) -> Level {
    lookup(variables::LOG_LEVEL.name)
        .map(|name| Level::by_name(&name))
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "environment variables are read only in this module"
)]
fn variable(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(value) => Some(value),
        // A value that isn't valid Unicode is reported as unfit, not as missing.
        Err(VarError::NotUnicode(value)) => Some(value.to_string_lossy().into_owned()),
        Err(VarError::NotPresent) => None,
    }
}

impl TopicArn {
    /// Parses an ARN such as `arn:aws:sns:us-east-1:111122223333:rolewatch-findings`.
    pub fn parse(text: &str) -> Option<Self> {
        let [partition, region, account, name] = arn_of(text, "sns")?;
        let account = account.parse().ok()?;
        has_only(name, 256, "-_.").then(|| Self {
            text: text.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
            account,
        })
    }

    /// The ARN as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition, which is that of the whole stack: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The topic's Region. For the stack's own topics, this is the stack's Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The topic's account. For the stack's own topics, this is the hub's account.
    pub fn account(&self) -> AccountId {
        self.account
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl SecretArn {
    /// What the variable has to hold, for error messages.
    const WANTED: &str = "the ARN of a Secrets Manager secret or an SSM parameter (store the secret itself there, not here)";

    /// Parses an ARN such as
    /// `arn:aws:secretsmanager:us-east-1:111122223333:secret:rolewatch-slack-EXAMPLE` or
    /// `arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack`.
    pub fn parse(text: &str) -> Option<Self> {
        let named = |service, front| {
            // No name has a slash at either end or two in a row. Such a value was joined from a
            // prefix and a path.
            let whole = |name: &str| {
                !name.is_empty()
                    && (service != "ssm" || name.split('/').all(|part| !part.is_empty()))
            };
            arn_of(text, service)
                .is_some_and(|[.., rest]| rest.strip_prefix(front).is_some_and(whole))
        };
        if named("secretsmanager", "secret:") {
            Some(Self::Secret(text.to_owned()))
        } else if named("ssm", "parameter/") {
            Some(Self::Parameter(text.to_owned()))
        } else {
            None
        }
    }
}

/// The partition, Region, account and remaining part of an ARN that has all four.
fn arn_of<'a>(text: &'a str, service: &str) -> Option<[&'a str; 4]> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, of, region, account, rest) = (
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    );
    let whole =
        arn == "arn" && of == service && has_only(partition, 20, "-") && has_only(region, 30, "-");
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (whole && digits && is_visible(rest)).then_some([partition, region, account, rest])
}

fn table_name(text: &str) -> Option<String> {
    has_only(text, 255, "-_.").then(|| text.to_owned())
}

fn bucket(text: &str) -> Option<String> {
    (has_only(text, 63, "-.") && text.len() > 2).then(|| text.to_owned())
}

fn role_name(text: &str) -> Option<String> {
    has_only(text, 64, "_+=,.@-").then(|| text.to_owned())
}

fn channel(text: &str) -> Option<String> {
    let name = text.strip_prefix('#').unwrap_or(text);
    let fits = !name.is_empty()
        && name.chars().count() <= 80
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c));
    fits.then(|| text.to_owned())
}

fn web_address(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    (!rest.is_empty() && is_visible(rest)).then(|| text.to_owned())
}

/// The address is inserted into Slack markup, so it must not contain characters that end a link
/// there.
fn secure_address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    (!rest.is_empty()
        && text.len() < 1_000
        && is_visible(rest)
        && !rest.contains(['<', '>', '|', '"', '`']))
    .then(|| text.to_owned())
}

fn loopback_address(text: &str) -> Option<String> {
    let port = text.strip_prefix("http://127.0.0.1:")?;
    port.parse::<u16>().ok().filter(|port| *port > 0)?;
    Some(text.to_owned())
}

/// Whether the text is 1 to `most` characters long, all of them ASCII letters, digits or one of
/// `signs`.
fn has_only(text: &str, most: usize, signs: &str) -> bool {
    (1..=most).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

/// Whether the text is visible ASCII without blanks.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
