//! The calls that would disable the guard, in one table, so that the code, the documentation and
//! the forwarding rules have the same list.

/// One call that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedCall {
    /// The service, as in `eventSource` without `.amazonaws.com`.
    pub source: &'static str,
    /// `eventName`. For Lambda, it includes the version of the API.
    pub name: &'static str,
    /// Members of `requestParameters` or `responseElements`. Any of them can name the call's
    /// resource.
    pub(super) names: &'static [&'static str],
    /// The kind of resource that the names are compared with.
    pub(super) of: GuardedKind,
    /// What it does to the guard, as the continuation of "the call".
    pub does: &'static str,
}

/// The kind of resource that a call works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuardedKind {
    /// Resources of the stack, by name.
    Stack,
    /// Roles: those of the stack, and the reader role.
    Role,
    /// Keys, by id.
    Key,
    /// Buckets: those of the stack, and the trail's.
    Bucket,
    /// Trails, which somebody else owns.
    Trail,
    /// The organization, and with it every account.
    Organization,
}

impl GuardedKind {
    /// Its description for the documentation.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Stack => "named after the stack",
            Self::Role => "roles named after the stack, and the reader role",
            Self::Key => "the stack's key, and the trail's key",
            Self::Bucket => "named after the stack, and the trail's bucket",
            Self::Trail => "the trails that were named, or any trail if none was",
            Self::Organization => "the organization",
        }
    }
}

/// The rows of the table: service, call, kind of resource, the members that name the resource, and
/// the effect of the call.
macro_rules! calls {
    ($($source:literal $name:literal $of:ident $names:ident $does:literal;)*) => {
        [$(WatchedCall {
            source: $source,
            name: $name,
            names: $names,
            of: GuardedKind::$of,
            does: $does,
        }),*]
    };
}

const RULE: &[&str] = &["name", "rule", "eventBusName"];
const QUEUE: &[&str] = &["queueUrl"];
const FUNCTION: &[&str] = &["functionName"];
const MAPPING: &[&str] = &["functionName", "functionArn", "eventSourceArn"];
const TABLE: &[&str] = &["tableName", "resourceArn"];
const TOPIC: &[&str] = &["topicArn"];
const KEY: &[&str] = &["keyId"];
const BUCKET: &[&str] = &["bucketName"];
const ALARM: &[&str] = &["alarmName", "alarmNames"];
const NAME: &[&str] = &["name"];
const STACK: &[&str] = &["stackName"];
const STACK_SET: &[&str] = &["stackSetName"];
const POLICY: &[&str] = &["policyId", "name"];
const ACCOUNT: &[&str] = &["accountId"];
const ROLE: &[&str] = &["roleName"];
const SUBSCRIPTION: &[&str] = &["subscriptionArn"];
const LOG_GROUP: &[&str] = &["logGroupName"];
const POLICY_TYPE: &[&str] = &["policyType"];
const SERVICE: &[&str] = &["servicePrincipal"];
const TRAIL: &[&str] = &["trailName"];
const SECRET: &[&str] = &["secretId"];

/// Every watched call, by service.
pub const CALLS: [WatchedCall; 86] = calls! {
    "events" "DisableRule" Stack RULE "stops a rule that forwards events";
    "events" "DeleteRule" Stack RULE "deletes a rule that forwards events";
    "events" "RemoveTargets" Stack RULE "removes where a rule forwards events to";
    "events" "PutRule" Stack RULE "changes which events a rule forwards";
    "events" "PutTargets" Stack RULE "changes where a rule forwards events to";
    "events" "PutPermission" Stack RULE "changes who can send events to the bus";
    "events" "RemovePermission" Stack RULE "keeps accounts from sending events to the bus";
    "events" "DeleteEventBus" Stack RULE "deletes the bus on which all accounts' events arrive";
    "events" "UpdateEventBus" Stack RULE "changes the bus on which all accounts' events arrive";
    "sqs" "DeleteQueue" Stack QUEUE "deletes a queue and the messages in it";
    "sqs" "PurgeQueue" Stack QUEUE "discards the messages in a queue";
    "sqs" "SetQueueAttributes" Stack QUEUE
        "changes a queue: who can send to it, how long it keeps messages";
    "sqs" "AddPermission" Stack QUEUE "lets others use a queue";
    "sqs" "RemovePermission" Stack QUEUE "removes a permission from a queue";
    "lambda" "DeleteFunction20150331" Stack FUNCTION "deletes a function that checks events or sends alerts";
    "lambda" "UpdateFunctionCode20150331v2" Stack FUNCTION
        "replaces the code that checks events or sends alerts";
    "lambda" "UpdateFunctionConfiguration20150331v2" Stack FUNCTION
        "changes the settings of a function that checks events or sends alerts";
    "lambda" "PutFunctionConcurrency20171031" Stack FUNCTION
        "limits a function's concurrency, possibly to zero";
    "lambda" "DeleteEventSourceMapping20150331" Stack MAPPING "disconnects a function from its queue";
    "lambda" "UpdateEventSourceMapping20150331" Stack MAPPING
        "changes how a function reads its queue, or stops it";
    "dynamodb" "DeleteTable" Stack TABLE "deletes stored facts or findings";
    "dynamodb" "UpdateTable" Stack TABLE "changes a table of facts or findings";
    "dynamodb" "UpdateTimeToLive" Stack TABLE "changes when facts or findings are deleted";
    "dynamodb" "PutResourcePolicy" Stack TABLE "changes who can read and write facts or findings";
    "dynamodb" "DeleteResourcePolicy" Stack TABLE
        "changes who can read and write facts or findings";
    "dynamodb" "UpdateContinuousBackups" Stack TABLE
        "changes whether facts or findings can be restored";
    "sns" "DeleteTopic" Stack TOPIC "deletes a topic that alerts are sent to";
    "sns" "SetTopicAttributes" Stack TOPIC "changes a topic that alerts are sent to";
    "sns" "Unsubscribe" Stack SUBSCRIPTION "removes a recipient of the alerts";
    "sns" "RemovePermission" Stack TOPIC "removes a permission from a topic that alerts are sent to";
    "sns" "AddPermission" Stack TOPIC "lets others use a topic that alerts are sent to";
    "kms" "DisableKey" Key KEY "makes everything that the key encrypts unreadable";
    "kms" "ScheduleKeyDeletion" Key KEY
        "makes everything that the key encrypts unreadable, permanently once the key is deleted";
    "kms" "PutKeyPolicy" Key KEY "changes who can use the key";
    "kms" "RevokeGrant" Key KEY "stops a service from using the key";
    "s3" "DeleteBucket" Bucket BUCKET
        "deletes the bucket of the policy, rosters and quarantine, or the trail's bucket";
    "s3" "PutBucketPolicy" Bucket BUCKET
        "changes who can read and write the policy, rosters and quarantine, or the trail's log files";
    "s3" "DeleteBucketPolicy" Bucket BUCKET
        "changes who can read and write the policy, rosters and quarantine, or the trail's log files";
    "s3" "PutBucketVersioning" Bucket BUCKET
        "changes whether earlier versions of the policy, rosters or log files are kept";
    // CloudTrail is known to write the first name of each pair. The second one is the name of the
    // permission or of the API.
    "s3" "PutBucketEncryption" Bucket BUCKET
        "changes how the policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutEncryptionConfiguration" Bucket BUCKET
        "changes how the policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutBucketLifecycle" Bucket BUCKET
        "changes when the policy, rosters and quarantine, or log files, are deleted";
    "s3" "PutBucketLifecycleConfiguration" Bucket BUCKET
        "changes when the policy, rosters and quarantine, or log files, are deleted";
    "s3" "DeleteBucketEncryption" Bucket BUCKET
        "changes how the policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutBucketNotification" Bucket BUCKET "changes who is notified of new log files";
    "s3" "PutBucketNotificationConfiguration" Bucket BUCKET
        "changes who is notified of new log files";
    "s3" "PutBucketObjectLockConfiguration" Bucket BUCKET
        "changes how long log files are protected from deletion";
    "logs" "DeleteLogGroup" Stack LOG_GROUP "deletes the log of a function";
    "monitoring" "DeleteAlarms" Stack ALARM "deletes an alarm that watches rolewatch";
    "monitoring" "DisableAlarmActions" Stack ALARM
        "keeps an alarm that watches rolewatch from notifying anyone";
    "monitoring" "PutMetricAlarm" Stack ALARM "changes an alarm that watches rolewatch";
    "scheduler" "DeleteSchedule" Stack NAME "stops the heartbeat";
    "scheduler" "UpdateSchedule" Stack NAME "changes the heartbeat, or stops it";
    "cloudtrail" "StopLogging" Trail NAME "stops a trail, and with it the events";
    "cloudtrail" "DeleteTrail" Trail NAME "deletes a trail, and with it the events";
    "cloudtrail" "UpdateTrail" Trail NAME "changes what a trail records, and where to";
    "cloudtrail" "PutEventSelectors" Trail TRAIL "changes which events a trail records";
    "cloudformation" "DeleteStack" Stack STACK "takes rolewatch down";
    "cloudformation" "UpdateStack" Stack STACK "changes rolewatch as a whole";
    "cloudformation" "ExecuteChangeSet" Stack STACK "changes rolewatch as a whole";
    "cloudformation" "DeleteStackInstances" Stack STACK_SET "takes spokes down";
    "cloudformation" "UpdateStackInstances" Stack STACK_SET "changes the parameters of spokes";
    "cloudformation" "UpdateStackSet" Stack STACK_SET "changes all spokes";
    "cloudformation" "DeleteStackSet" Stack STACK_SET
        "removes what spokes in new accounts are created from";
    "organizations" "CreatePolicy" Organization POLICY
        "creates a policy that can deny what rolewatch needs, once it is attached";
    "organizations" "UpdatePolicy" Organization POLICY
        "changes what accounts can do, including their rules and roles";
    "organizations" "DeletePolicy" Organization POLICY
        "deletes a policy that may have kept people from stopping rolewatch";
    "organizations" "AttachPolicy" Organization POLICY
        "changes what accounts can do, including their rules and roles";
    "organizations" "DetachPolicy" Organization POLICY
        "removes a policy that may have kept people from stopping rolewatch";
    "organizations" "DisablePolicyType" Organization POLICY_TYPE
        "removes all policies that may have kept people from stopping rolewatch";
    "organizations" "MoveAccount" Organization ACCOUNT
        "moves an account under other policies, and perhaps out of reach of the StackSet";
    "organizations" "RemoveAccountFromOrganization" Organization ACCOUNT
        "removes an account from the organization's trail and policies";
    "organizations" "LeaveOrganization" Organization ACCOUNT
        "removes an account from the organization's trail and policies";
    "organizations" "DisableAWSServiceAccess" Organization SERVICE
        "ends the organization's trail, or the StackSets of its accounts";
    "iam" "DeleteRole" Role ROLE "deletes a role that rolewatch uses";
    "iam" "DeleteRolePolicy" Role ROLE "removes permissions from a role that rolewatch uses";
    "iam" "PutRolePolicy" Role ROLE "changes the permissions of a role that rolewatch uses";
    "iam" "AttachRolePolicy" Role ROLE "changes the permissions of a role that rolewatch uses";
    "iam" "DetachRolePolicy" Role ROLE "removes permissions from a role that rolewatch uses";
    "iam" "UpdateAssumeRolePolicy" Role ROLE
        "changes who can enter a role that rolewatch uses";
    "iam" "PutRolePermissionsBoundary" Role ROLE "limits a role that rolewatch uses";
    "secretsmanager" "DeleteSecret" Stack SECRET "deletes the secret that alerts need to reach Slack";
    "secretsmanager" "PutSecretValue" Stack SECRET
        "changes the secret that alerts need to reach Slack";
    "secretsmanager" "UpdateSecret" Stack SECRET "changes the secret that alerts need to reach Slack";
    "ssm" "DeleteParameter" Stack NAME "deletes the secret that alerts need to reach Slack";
    "ssm" "PutParameter" Stack NAME "changes the secret that alerts need to reach Slack";
};

/// The table of `docs/operations.md`.
pub fn markdown() -> String {
    let mut text = "| call | of | what it does |\n|---|---|---|\n".to_owned();
    for call in &CALLS {
        text.extend([
            "| `",
            call.source,
            ":",
            call.name,
            "` | ",
            call.of.in_words(),
            " | ",
            call.does,
            " |\n",
        ]);
    }
    text
}
