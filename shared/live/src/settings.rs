//! What the stack tells its functions: every environment variable, read once.
//!
//! `template.yaml` sets them. The AWS clients read `AWS_REGION`, `AWS_ENDPOINT_URL` and the
//! credentials themselves.

mod archive;
mod auditor;
mod own;
mod reader;
mod stack;

use std::env::VarError;
use std::fmt;

use jiff::tz::TimeZone;
use rolewatch_guard::id::AccountId;

pub use archive::ArchiveSettings;
pub use auditor::AuditorSettings;
pub use own::OwnSettings;
use reader::{Noted, VariableReader};
pub use stack::StackSettings;

use crate::telemetry::Level;

/// Of switch-guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardSettings {
    /// What every function with a ledger is told.
    pub stack: StackSettings,
    /// `ROLEWATCH_SWITCH_QUEUE_URL`: the queue of switches into elevated roles, and of what is to
    /// be judged again. None: the queue of events.
    pub switch_queue_url: Option<String>,
    /// `ROLEWATCH_FINDINGS_TOPIC_ARN`: where findings are published.
    pub findings_topic: TopicArn,
    /// What is guarded. The reader role is also the one that it works with.
    pub own: OwnSettings,
}

/// Of slack-notifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifierSettings {
    /// `ROLEWATCH_OUTBOX_TABLE`: findings, and what became of them.
    pub outbox_table: String,
    /// `ROLEWATCH_OPERATIONS_TOPIC_ARN`: who is told when Slack cannot be.
    pub operations_topic: TopicArn,
    /// `ROLEWATCH_CHATBOT_TOPIC_ARN`: a topic that Amazon Q Developer in chat applications reads.
    pub chatbot_topic: Option<TopicArn>,
    /// `ROLEWATCH_SLACK_SECRET`: where the webhook's URL, or the bot's token, is kept.
    pub slack_secret: SecretArn,
    /// `ROLEWATCH_SLACK_CHANNEL`: where a bot posts. A webhook has its own.
    pub slack_channel: Option<String>,
    /// `ROLEWATCH_LANGUAGE`: of what people read.
    pub language: Language,
    /// `ROLEWATCH_TIME_ZONE`: of the times that people read.
    pub time_zone: TimeZone,
    /// `ROLEWATCH_RUNBOOK_URL`: what a message links to.
    pub runbook_url: Option<String>,
    /// `ROLEWATCH_TEST_SLACK_ENDPOINT`: only in tests, an address of this machine that stands in
    /// for Slack.
    pub test_slack_endpoint: Option<String>,
}

/// What the tables are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// `ROLEWATCH_LEDGER_TABLE`: facts. slack-notifier has none.
    pub ledger: Option<String>,
    /// `ROLEWATCH_OUTBOX_TABLE`: findings, and what became of them.
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

/// The ARN of a secret, and which service keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretArn {
    /// A secret of Secrets Manager.
    Secret(String),
    /// A SecureString parameter of Systems Manager.
    Parameter(String),
}

/// Of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `en`
    #[default]
    English,
    /// `ja`
    Japanese,
}

/// Everything that is wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variables are not what `template.yaml` sets: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct SettingsError(pub Vec<WrongVariable>);

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongVariable {
    /// It has to be there.
    #[error("`{name}` is not set; it must be {wanted}")]
    Missing {
        /// Which variable.
        name: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// Something else belongs there. The value is not shown: a secret may have been put there.
    #[error("`{name}` must be {wanted}")]
    Unfit {
        /// Which variable.
        name: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
}

/// Looks a variable up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl GuardSettings {
    /// From the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// From variables that are looked up.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::over(lookup);
        let stack = StackSettings::read(&mut read);
        let findings_topic = read.required(
            "ROLEWATCH_FINDINGS_TOPIC_ARN",
            "the ARN of an SNS topic",
            TopicArn::parse,
        );
        let own = OwnSettings::read(&mut read);
        let switch_queue_url = read.optional(
            "ROLEWATCH_SWITCH_QUEUE_URL",
            "the URL of an SQS queue",
            web_address,
        );
        let settings = move || {
            let switch_queue_url = switch_queue_url?;
            Ok(Self {
                stack: stack?,
                switch_queue_url,
                findings_topic: findings_topic?,
                own: own?,
            })
        };
        settings().map_err(|Noted| read.wrong())
    }
}

impl NotifierSettings {
    /// From the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// From variables that are looked up.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::over(lookup);
        let outbox_table = read.required("ROLEWATCH_OUTBOX_TABLE", "the name of a table", table);
        let operations_topic = read.required(
            "ROLEWATCH_OPERATIONS_TOPIC_ARN",
            "the ARN of an SNS topic",
            TopicArn::parse,
        );
        let chatbot_topic = read.optional(
            "ROLEWATCH_CHATBOT_TOPIC_ARN",
            "the ARN of an SNS topic",
            TopicArn::parse,
        );
        let slack_secret = read.required(
            "ROLEWATCH_SLACK_SECRET",
            SecretArn::WANTED,
            SecretArn::parse,
        );
        let slack_channel = read.optional(
            "ROLEWATCH_SLACK_CHANNEL",
            "the ID or name of a Slack channel",
            channel,
        );
        let language = read.optional("ROLEWATCH_LANGUAGE", "`en` or `ja`", Language::parse);
        let time_zone = read.optional(
            "ROLEWATCH_TIME_ZONE",
            "a time zone such as `Asia/Tokyo`",
            |name| TimeZone::get(name).ok(),
        );
        let runbook_url = read.optional(
            "ROLEWATCH_RUNBOOK_URL",
            "a URL that begins with `https://`, is shorter than 1,000 characters, and contains none of `<>|`",
            secure_address,
        );
        let test_slack_endpoint = read.optional(
            "ROLEWATCH_TEST_SLACK_ENDPOINT",
            "a URL such as `http://127.0.0.1:8080`",
            loopback_address,
        );
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
                test_slack_endpoint: test_slack_endpoint?,
            })
        };
        settings().map_err(|Noted| read.wrong())
    }

    /// The one table it reads and writes.
    pub fn tables(&self) -> TableNames {
        TableNames {
            ledger: None,
            outbox: self.outbox_table.clone(),
        }
    }
}

/// How much to log: `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets to what the template says.
pub fn log_level() -> Level {
    level(&variable)
}

fn level(lookup: Lookup<'_>) -> Level {
    lookup("AWS_LAMBDA_LOG_LEVEL")
        .map(|name| Level::named(&name))
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one room where environment variables are read"
)]
fn variable(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(value) => Some(value),
        // What is no text fits nowhere, and is said to be unfit instead of missing.
        Err(VarError::NotUnicode(value)) => Some(value.to_string_lossy().into_owned()),
        Err(VarError::NotPresent) => None,
    }
}

impl TopicArn {
    /// `arn:aws:sns:us-east-1:111122223333:rolewatch-findings`
    pub fn parse(text: &str) -> Option<Self> {
        let [partition, region, account, name] = arn_of(text, "sns")?;
        let account = account.parse().ok()?;
        plain(name, 256, "-_.").then(|| Self {
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

    /// `aws`, `aws-cn`, `aws-us-gov`: that of the whole stack.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// Where the topic is: for the stack's own, where the stack is.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whose the topic is: for the stack's own, the hub's account.
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
    /// What belongs there, in words.
    const WANTED: &str = "the ARN of a Secrets Manager secret or an SSM parameter (store the secret itself there, not here)";

    /// `arn:aws:secretsmanager:us-east-1:111122223333:secret:rolewatch-slack-EXAMPLE`, or
    /// `arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack`
    pub fn parse(text: &str) -> Option<Self> {
        let named = |service, front| {
            // A slash at either end, or two in a row, is not part of any name: somebody put a
            // prefix and a path together.
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

impl Language {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }
}

/// Partition, region, account and the rest of an ARN that has them all.
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
        arn == "arn" && of == service && plain(partition, 20, "-") && plain(region, 30, "-");
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (whole && digits && shown(rest)).then_some([partition, region, account, rest])
}

fn table(text: &str) -> Option<String> {
    plain(text, 255, "-_.").then(|| text.to_owned())
}

fn bucket(text: &str) -> Option<String> {
    (plain(text, 63, "-.") && text.len() > 2).then(|| text.to_owned())
}

fn role_name(text: &str) -> Option<String> {
    plain(text, 64, "_+=,.@-").then(|| text.to_owned())
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
    (!rest.is_empty() && shown(rest)).then(|| text.to_owned())
}

/// It is put into Slack's markup, so that none of what ends a link there may be in it.
fn secure_address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    (!rest.is_empty()
        && text.len() < 1_000
        && shown(rest)
        && !rest.contains(['<', '>', '|', '"', '`']))
    .then(|| text.to_owned())
}

fn loopback_address(text: &str) -> Option<String> {
    let port = text.strip_prefix("http://127.0.0.1:")?;
    port.parse::<u16>().ok().filter(|port| *port > 0)?;
    Some(text.to_owned())
}

/// ASCII letters, digits and these signs, at least one and at most `most`.
fn plain(text: &str, most: usize, signs: &str) -> bool {
    (1..=most).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

/// Visible ASCII without blanks.
fn shown(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
