//! The calls that would blind the guard. One table: the code, the documentation and the forwarding
//! rules hold the same list.

/// One call that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedCall {
    /// The service, as in `eventSource` without `.amazonaws.com`.
    pub source: &'static str,
    /// `eventName`. Lambda's bear the version of its API.
    pub name: &'static str,
    /// Members of `requestParameters`, or of `responseElements`, any of which names what the call
    /// works on.
    pub(super) names: &'static [&'static str],
    /// What the names are held against.
    pub(super) of: GuardedKind,
    /// What it does to the guard, to be read after "the call".
    pub does: &'static str,
}

/// Whose resources a call works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuardedKind {
    /// Those of the stack, by name.
    Stack,
    /// Roles: those of the stack and the reader role.
    Role,
    /// Keys, by id.
    Key,
    /// Buckets: those of the stack and the trail's.
    Bucket,
    /// Trails, which somebody else owns.
    Trail,
    /// The organization, and with it every account.
    Organization,
}

impl GuardedKind {
    /// In words, for the documentation.
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Stack => "named after the stack",
            Self::Role => "roles named after the stack, and the reader role",
            Self::Key => "the key of the stack, and that of the trail",
            Self::Bucket => "named after the stack, and the bucket of the trail",
            Self::Trail => "the trails that were named; any, if none was",
            Self::Organization => "the organization",
        }
    }
}

const fn call(
    source: &'static str,
    name: &'static str,
    of: GuardedKind,
    names: &'static [&'static str],
    does: &'static str,
) -> WatchedCall {
    WatchedCall {
        source,
        name,
        names,
        of,
        does,
    }
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
const SECRET: &[&str] = &["secretId"];

/// Every call that is watched, by service.
pub const CALLS: [WatchedCall; 86] = [
    call(
        "events",
        "DisableRule",
        GuardedKind::Stack,
        RULE,
        "stops a rule that forwards events",
    ),
    call(
        "events",
        "DeleteRule",
        GuardedKind::Stack,
        RULE,
        "deletes a rule that forwards events",
    ),
    call(
        "events",
        "RemoveTargets",
        GuardedKind::Stack,
        RULE,
        "takes away where a rule forwards events to",
    ),
    call(
        "events",
        "PutRule",
        GuardedKind::Stack,
        RULE,
        "changes which events a rule forwards",
    ),
    call(
        "events",
        "PutTargets",
        GuardedKind::Stack,
        RULE,
        "changes where a rule forwards events to",
    ),
    call(
        "events",
        "PutPermission",
        GuardedKind::Stack,
        RULE,
        "changes who may send events to the bus",
    ),
    call(
        "events",
        "RemovePermission",
        GuardedKind::Stack,
        RULE,
        "keeps accounts from sending events to the bus",
    ),
    call(
        "events",
        "DeleteEventBus",
        GuardedKind::Stack,
        RULE,
        "deletes the bus on which all accounts' events arrive",
    ),
    call(
        "events",
        "UpdateEventBus",
        GuardedKind::Stack,
        RULE,
        "changes the bus on which all accounts' events arrive",
    ),
    call(
        "sqs",
        "DeleteQueue",
        GuardedKind::Stack,
        QUEUE,
        "deletes a queue, and what waits in it",
    ),
    call(
        "sqs",
        "PurgeQueue",
        GuardedKind::Stack,
        QUEUE,
        "throws away what waits in a queue",
    ),
    call(
        "sqs",
        "SetQueueAttributes",
        GuardedKind::Stack,
        QUEUE,
        "changes a queue: who may send to it, how long it keeps what waits",
    ),
    call(
        "sqs",
        "AddPermission",
        GuardedKind::Stack,
        QUEUE,
        "lets others use a queue",
    ),
    call(
        "sqs",
        "RemovePermission",
        GuardedKind::Stack,
        QUEUE,
        "takes a permission from a queue",
    ),
    call(
        "lambda",
        "DeleteFunction20150331",
        GuardedKind::Stack,
        FUNCTION,
        "deletes a function that judges or notifies",
    ),
    call(
        "lambda",
        "UpdateFunctionCode20150331v2",
        GuardedKind::Stack,
        FUNCTION,
        "replaces the code that judges or notifies",
    ),
    call(
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        GuardedKind::Stack,
        FUNCTION,
        "changes the settings of a function that judges or notifies",
    ),
    call(
        "lambda",
        "PutFunctionConcurrency20171031",
        GuardedKind::Stack,
        FUNCTION,
        "limits a function, down to never running",
    ),
    call(
        "lambda",
        "DeleteEventSourceMapping20150331",
        GuardedKind::Stack,
        MAPPING,
        "cuts a function off its queue",
    ),
    call(
        "lambda",
        "UpdateEventSourceMapping20150331",
        GuardedKind::Stack,
        MAPPING,
        "changes how a function is fed from its queue, or stops it",
    ),
    call(
        "dynamodb",
        "DeleteTable",
        GuardedKind::Stack,
        TABLE,
        "deletes what is known, or what was found",
    ),
    call(
        "dynamodb",
        "UpdateTable",
        GuardedKind::Stack,
        TABLE,
        "changes a table of facts or findings",
    ),
    call(
        "dynamodb",
        "UpdateTimeToLive",
        GuardedKind::Stack,
        TABLE,
        "changes when facts or findings are forgotten",
    ),
    call(
        "dynamodb",
        "PutResourcePolicy",
        GuardedKind::Stack,
        TABLE,
        "changes who may read and write facts or findings",
    ),
    call(
        "dynamodb",
        "DeleteResourcePolicy",
        GuardedKind::Stack,
        TABLE,
        "changes who may read and write facts or findings",
    ),
    call(
        "dynamodb",
        "UpdateContinuousBackups",
        GuardedKind::Stack,
        TABLE,
        "changes whether facts or findings can be restored",
    ),
    call(
        "sns",
        "DeleteTopic",
        GuardedKind::Stack,
        TOPIC,
        "deletes a topic on which alerts go out",
    ),
    call(
        "sns",
        "SetTopicAttributes",
        GuardedKind::Stack,
        TOPIC,
        "changes a topic on which alerts go out",
    ),
    call(
        "sns",
        "Unsubscribe",
        GuardedKind::Stack,
        &["subscriptionArn"],
        "takes away who gets the alerts",
    ),
    call(
        "sns",
        "RemovePermission",
        GuardedKind::Stack,
        TOPIC,
        "takes a permission from a topic on which alerts go out",
    ),
    call(
        "sns",
        "AddPermission",
        GuardedKind::Stack,
        TOPIC,
        "lets others use a topic on which alerts go out",
    ),
    call(
        "kms",
        "DisableKey",
        GuardedKind::Key,
        KEY,
        "makes everything that the key encrypts unreadable",
    ),
    call(
        "kms",
        "ScheduleKeyDeletion",
        GuardedKind::Key,
        KEY,
        "makes everything that the key encrypts unreadable, for good when it is deleted",
    ),
    call(
        "kms",
        "PutKeyPolicy",
        GuardedKind::Key,
        KEY,
        "changes who may use the key",
    ),
    call(
        "kms",
        "RevokeGrant",
        GuardedKind::Key,
        KEY,
        "takes the use of the key from a service",
    ),
    call(
        "s3",
        "DeleteBucket",
        GuardedKind::Bucket,
        BUCKET,
        "deletes the bucket of policy, rosters and quarantine, or of the trail",
    ),
    call(
        "s3",
        "PutBucketPolicy",
        GuardedKind::Bucket,
        BUCKET,
        "changes who may read and write policy, rosters and quarantine, or the trail's log files",
    ),
    call(
        "s3",
        "DeleteBucketPolicy",
        GuardedKind::Bucket,
        BUCKET,
        "changes who may read and write policy, rosters and quarantine, or the trail's log files",
    ),
    call(
        "s3",
        "PutBucketVersioning",
        GuardedKind::Bucket,
        BUCKET,
        "changes whether earlier versions of policy, rosters or log files are kept",
    ),
    // CloudTrail is known to write the first name of each pair; the second is that of the
    // permission, or of the API.
    call(
        "s3",
        "PutBucketEncryption",
        GuardedKind::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutEncryptionConfiguration",
        GuardedKind::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutBucketLifecycle",
        GuardedKind::Bucket,
        BUCKET,
        "changes when policy, rosters and quarantine, or log files, are deleted",
    ),
    call(
        "s3",
        "PutBucketLifecycleConfiguration",
        GuardedKind::Bucket,
        BUCKET,
        "changes when policy, rosters and quarantine, or log files, are deleted",
    ),
    call(
        "s3",
        "DeleteBucketEncryption",
        GuardedKind::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutBucketNotification",
        GuardedKind::Bucket,
        BUCKET,
        "changes who is notified of new log files",
    ),
    call(
        "s3",
        "PutBucketNotificationConfiguration",
        GuardedKind::Bucket,
        BUCKET,
        "changes who is notified of new log files",
    ),
    call(
        "s3",
        "PutBucketObjectLockConfiguration",
        GuardedKind::Bucket,
        BUCKET,
        "changes for how long log files cannot be deleted",
    ),
    call(
        "logs",
        "DeleteLogGroup",
        GuardedKind::Stack,
        &["logGroupName"],
        "deletes the log of a function",
    ),
    call(
        "monitoring",
        "DeleteAlarms",
        GuardedKind::Stack,
        ALARM,
        "deletes an alarm that watches the guard",
    ),
    call(
        "monitoring",
        "DisableAlarmActions",
        GuardedKind::Stack,
        ALARM,
        "keeps an alarm that watches the guard from telling anybody",
    ),
    call(
        "monitoring",
        "PutMetricAlarm",
        GuardedKind::Stack,
        ALARM,
        "changes an alarm that watches the guard",
    ),
    call(
        "scheduler",
        "DeleteSchedule",
        GuardedKind::Stack,
        NAME,
        "stops the heartbeat",
    ),
    call(
        "scheduler",
        "UpdateSchedule",
        GuardedKind::Stack,
        NAME,
        "changes the heartbeat, or stops it",
    ),
    call(
        "cloudtrail",
        "StopLogging",
        GuardedKind::Trail,
        NAME,
        "stops a trail, and with it the events",
    ),
    call(
        "cloudtrail",
        "DeleteTrail",
        GuardedKind::Trail,
        NAME,
        "deletes a trail, and with it the events",
    ),
    call(
        "cloudtrail",
        "UpdateTrail",
        GuardedKind::Trail,
        NAME,
        "changes what a trail records, and where to",
    ),
    call(
        "cloudtrail",
        "PutEventSelectors",
        GuardedKind::Trail,
        &["trailName"],
        "changes which events a trail records",
    ),
    call(
        "cloudformation",
        "DeleteStack",
        GuardedKind::Stack,
        STACK,
        "takes the guard down",
    ),
    call(
        "cloudformation",
        "UpdateStack",
        GuardedKind::Stack,
        STACK,
        "changes the guard as a whole",
    ),
    call(
        "cloudformation",
        "ExecuteChangeSet",
        GuardedKind::Stack,
        STACK,
        "changes the guard as a whole",
    ),
    call(
        "cloudformation",
        "DeleteStackInstances",
        GuardedKind::Stack,
        STACK_SET,
        "takes spokes down",
    ),
    call(
        "cloudformation",
        "UpdateStackInstances",
        GuardedKind::Stack,
        STACK_SET,
        "changes the parameters of spokes",
    ),
    call(
        "cloudformation",
        "UpdateStackSet",
        GuardedKind::Stack,
        STACK_SET,
        "changes all spokes",
    ),
    call(
        "cloudformation",
        "DeleteStackSet",
        GuardedKind::Stack,
        STACK_SET,
        "takes away what spokes in new accounts are made of",
    ),
    call(
        "organizations",
        "CreatePolicy",
        GuardedKind::Organization,
        POLICY,
        "makes a policy that can deny what the guard needs, once it is attached",
    ),
    call(
        "organizations",
        "UpdatePolicy",
        GuardedKind::Organization,
        POLICY,
        "changes what accounts may do, their rules and roles included",
    ),
    call(
        "organizations",
        "DeletePolicy",
        GuardedKind::Organization,
        POLICY,
        "deletes a policy that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "AttachPolicy",
        GuardedKind::Organization,
        POLICY,
        "changes what accounts may do, their rules and roles included",
    ),
    call(
        "organizations",
        "DetachPolicy",
        GuardedKind::Organization,
        POLICY,
        "takes away a policy that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "DisablePolicyType",
        GuardedKind::Organization,
        &["policyType"],
        "takes away all policies that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "MoveAccount",
        GuardedKind::Organization,
        ACCOUNT,
        "puts an account under other policies, and perhaps out of reach of the StackSet",
    ),
    call(
        "organizations",
        "RemoveAccountFromOrganization",
        GuardedKind::Organization,
        ACCOUNT,
        "takes an account out of the organization's trail and policies",
    ),
    call(
        "organizations",
        "LeaveOrganization",
        GuardedKind::Organization,
        ACCOUNT,
        "takes an account out of the organization's trail and policies",
    ),
    call(
        "organizations",
        "DisableAWSServiceAccess",
        GuardedKind::Organization,
        &["servicePrincipal"],
        "ends the organization's trail, or the StackSets of its accounts",
    ),
    call(
        "iam",
        "DeleteRole",
        GuardedKind::Role,
        ROLE,
        "deletes a role that the guard works with",
    ),
    call(
        "iam",
        "DeleteRolePolicy",
        GuardedKind::Role,
        ROLE,
        "takes rights from a role that the guard works with",
    ),
    call(
        "iam",
        "PutRolePolicy",
        GuardedKind::Role,
        ROLE,
        "changes the rights of a role that the guard works with",
    ),
    call(
        "iam",
        "AttachRolePolicy",
        GuardedKind::Role,
        ROLE,
        "changes the rights of a role that the guard works with",
    ),
    call(
        "iam",
        "DetachRolePolicy",
        GuardedKind::Role,
        ROLE,
        "takes rights from a role that the guard works with",
    ),
    call(
        "iam",
        "UpdateAssumeRolePolicy",
        GuardedKind::Role,
        ROLE,
        "changes who may enter a role that the guard works with",
    ),
    call(
        "iam",
        "PutRolePermissionsBoundary",
        GuardedKind::Role,
        ROLE,
        "limits a role that the guard works with",
    ),
    call(
        "secretsmanager",
        "DeleteSecret",
        GuardedKind::Stack,
        SECRET,
        "deletes the secret with which alerts reach Slack",
    ),
    call(
        "secretsmanager",
        "PutSecretValue",
        GuardedKind::Stack,
        SECRET,
        "changes the secret with which alerts reach Slack",
    ),
    call(
        "secretsmanager",
        "UpdateSecret",
        GuardedKind::Stack,
        SECRET,
        "changes the secret with which alerts reach Slack",
    ),
    call(
        "ssm",
        "DeleteParameter",
        GuardedKind::Stack,
        NAME,
        "deletes the secret with which alerts reach Slack",
    ),
    call(
        "ssm",
        "PutParameter",
        GuardedKind::Stack,
        NAME,
        "changes the secret with which alerts reach Slack",
    ),
];

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
            call.of.what(),
            " | ",
            call.does,
            " |\n",
        ]);
    }
    text
}
