//! The environment variables of the functions: what each one is called, what it has to hold, and what
//! it's for. `docs/reference.md` lists them.

use super::SecretArn;

/// An environment variable that a function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The variable's name.
    pub name: &'static str,
    /// What it has to hold, for error messages.
    pub(super) wanted: &'static str,
    /// What it's for.
    pub about: &'static str,
    /// What applies if it isn't set. Empty: every function that reads the variable requires it.
    pub unset: &'static str,
}

/// Every variable, in the order of the documentation.
pub const ALL: [Variable; 25] = [
    LEDGER_TABLE,
    OUTBOX_TABLE,
    BUCKET,
    QUEUE_URL,
    SWITCH_QUEUE_URL,
    FINDINGS_TOPIC,
    OPERATIONS_TOPIC,
    CHATBOT_TOPIC,
    READER_ROLE,
    CENTER_ACCOUNT,
    STACK,
    TRAILS,
    KEY,
    TRAIL_BUCKET,
    TRAIL_PREFIX,
    TRAIL_KEY,
    REGIONS,
    SLACK_SECRET,
    SLACK_CHANNEL,
    LANGUAGE,
    TIME_ZONE,
    RUNBOOK_URL,
    TEST_SLACK_ENDPOINT,
    REGION,
    LOG_LEVEL,
];

pub(super) const LEDGER_TABLE: Variable = Variable {
    name: "ROLEWATCH_LEDGER_TABLE",
    wanted: "the name of a table",
    about: "the table of facts",
    unset: "",
};

pub(super) const OUTBOX_TABLE: Variable = Variable {
    name: "ROLEWATCH_OUTBOX_TABLE",
    wanted: "the name of a table",
    about: "the table of findings and their delivery",
    unset: "",
};

pub(super) const BUCKET: Variable = Variable {
    name: "ROLEWATCH_BUCKET",
    wanted: "the name of a bucket",
    about: "the bucket for policy, rosters, quarantine and history",
    unset: "",
};

pub(super) const QUEUE_URL: Variable = Variable {
    name: "ROLEWATCH_QUEUE_URL",
    wanted: "the URL of an SQS queue",
    about: "the queue of events that feeds switch-guard",
    unset: "",
};

pub(super) const SWITCH_QUEUE_URL: Variable = Variable {
    name: "ROLEWATCH_SWITCH_QUEUE_URL",
    wanted: "the URL of an SQS queue",
    about: "the queue for switches into elevated roles and for what is judged again",
    unset: "the queue of events",
};

pub(super) const FINDINGS_TOPIC: Variable = Variable {
    name: "ROLEWATCH_FINDINGS_TOPIC_ARN",
    wanted: "the ARN of an SNS topic",
    about: "the topic on which findings are published",
    unset: "",
};

pub(super) const OPERATIONS_TOPIC: Variable = Variable {
    name: "ROLEWATCH_OPERATIONS_TOPIC_ARN",
    wanted: "the ARN of an SNS topic",
    about: "the topic for problems of rolewatch itself, and for alerts that Slack rejects",
    unset: "",
};

pub(super) const CHATBOT_TOPIC: Variable = Variable {
    name: "ROLEWATCH_CHATBOT_TOPIC_ARN",
    wanted: "the ARN of an SNS topic",
    about: "the topic for Amazon Q Developer in chat applications",
    unset: "none",
};

pub(super) const READER_ROLE: Variable = Variable {
    name: "ROLEWATCH_READER_ROLE",
    wanted: "the name of a role, without its path",
    about: "the name of the role in every account through which the hub reads groups, the IAM setup and the event history",
    unset: "",
};

pub(super) const CENTER_ACCOUNT: Variable = Variable {
    name: "ROLEWATCH_IDENTITY_CENTER_ACCOUNT",
    wanted: "the number of an account",
    about: "the account that administers Identity Center, which is asked for memberships that rosters and logs don't settle",
    unset: "Identity Center isn't asked",
};

pub(super) const STACK: Variable = Variable {
    name: "ROLEWATCH_STACK",
    wanted: "the name of the stack",
    about: "the stack's name: the beginning of the name of every guarded resource, and part of the commands in messages",
    unset: "messages name no stack",
};

pub(super) const TRAILS: Variable = Variable {
    name: "ROLEWATCH_TRAILS",
    wanted: "a list of trail names, separated by commas",
    about: "the names of the guarded trails",
    unset: "every trail",
};

pub(super) const KEY: Variable = Variable {
    name: "ROLEWATCH_KEY_ARN",
    wanted: "the ARN of a KMS key",
    about: "the stack's own key, which is guarded",
    unset: "none",
};

pub(super) const TRAIL_BUCKET: Variable = Variable {
    name: "ROLEWATCH_TRAIL_BUCKET",
    wanted: "the name of a bucket",
    about: "the bucket that the trail writes to, which is guarded and from which events are recovered",
    unset: "none",
};

pub(super) const TRAIL_PREFIX: Variable = Variable {
    name: "ROLEWATCH_TRAIL_PREFIX",
    wanted: "the prefix before `AWSLogs/` in the trail's bucket",
    about: "the prefix before `AWSLogs/` in the trail's bucket",
    unset: "none",
};

pub(super) const TRAIL_KEY: Variable = Variable {
    name: "ROLEWATCH_TRAIL_KEY_ARN",
    wanted: "the ARN of a KMS key",
    about: "the trail's key, which is guarded",
    unset: "none",
};

pub(super) const REGIONS: Variable = Variable {
    name: "ROLEWATCH_REGIONS",
    wanted: "a list of Regions, separated by commas",
    about: "the Regions in which the event history is searched",
    unset: "the Regions of the policy, or the stack's Region",
};

pub(super) const SLACK_SECRET: Variable = Variable {
    name: "ROLEWATCH_SLACK_SECRET",
    wanted: SecretArn::WANTED,
    about: "the ARN of the secret with the webhook's URL or the bot's token. slack-notifier reads the secret; the others only guard it",
    unset: "none",
};

pub(super) const SLACK_CHANNEL: Variable = Variable {
    name: "ROLEWATCH_SLACK_CHANNEL",
    wanted: "the ID or name of a Slack channel",
    about: "the channel in which a bot posts",
    unset: "the webhook's channel",
};

pub(super) const LANGUAGE: Variable = Variable {
    name: "ROLEWATCH_LANGUAGE",
    wanted: "`en` or `ja`",
    about: "the language of messages",
    unset: "`en`",
};

pub(super) const TIME_ZONE: Variable = Variable {
    name: "ROLEWATCH_TIME_ZONE",
    wanted: "a time zone such as `Asia/Tokyo`",
    about: "the time zone of the times in messages",
    unset: "`UTC`",
};

pub(super) const RUNBOOK_URL: Variable = Variable {
    name: "ROLEWATCH_RUNBOOK_URL",
    wanted: "a URL that begins with `https://`, is shorter than 1,000 characters, and contains none of `<>|`",
    about: "the runbook that messages link to",
    unset: "none",
};

pub(super) const TEST_SLACK_ENDPOINT: Variable = Variable {
    name: "ROLEWATCH_TEST_SLACK_ENDPOINT",
    wanted: "a URL such as `http://127.0.0.1:8080`",
    about: "for tests only: an address on the same machine that replaces Slack",
    unset: "Slack",
};

pub(super) const REGION: Variable = Variable {
    name: "AWS_REGION",
    wanted: "the name of a Region",
    about: "the Region that the function runs in. Lambda sets it",
    unset: "",
};

pub(super) const LOG_LEVEL: Variable = Variable {
    name: "AWS_LAMBDA_LOG_LEVEL",
    wanted: "a log level",
    about: "the log level. Lambda sets it from the template's parameter `LogLevel`",
    unset: "`INFO`",
};
