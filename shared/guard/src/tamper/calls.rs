//! The calls that would blind the guard. One table: the code, the documentation and the forwarding
//! rules hold the same list.

/// One call that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The service, as in `eventSource` without `.amazonaws.com`.
    pub source: &'static str,
    /// `eventName`. Lambda's bear the version of its API.
    pub name: &'static str,
    /// Members of `requestParameters`, or of `responseElements`, any of which names what the call
    /// works on.
    pub(super) names: &'static [&'static str],
    /// What the names are held against.
    pub(super) of: Of,
    /// What it does to the guard, to be read after "the call".
    pub does: &'static str,
}

/// Whose resources a call works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
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

impl Of {
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
    of: Of,
    names: &'static [&'static str],
    does: &'static str,
) -> Call {
    Call {
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
pub const CALLS: [Call; 86] = [
    call(
        "events",
        "DisableRule",
        Of::Stack,
        RULE,
        "stops a rule that forwards events",
    ),
    call(
        "events",
        "DeleteRule",
        Of::Stack,
        RULE,
        "deletes a rule that forwards events",
    ),
    call(
        "events",
        "RemoveTargets",
        Of::Stack,
        RULE,
        "takes away where a rule forwards events to",
    ),
    call(
        "events",
        "PutRule",
        Of::Stack,
        RULE,
        "changes which events a rule forwards",
    ),
    call(
        "events",
        "PutTargets",
        Of::Stack,
        RULE,
        "changes where a rule forwards events to",
    ),
    call(
        "events",
        "PutPermission",
        Of::Stack,
        RULE,
        "changes who may send events to the bus",
    ),
    call(
        "events",
        "RemovePermission",
        Of::Stack,
        RULE,
        "keeps accounts from sending events to the bus",
    ),
    call(
        "events",
        "DeleteEventBus",
        Of::Stack,
        RULE,
        "deletes the bus on which all accounts' events arrive",
    ),
    call(
        "events",
        "UpdateEventBus",
        Of::Stack,
        RULE,
        "changes the bus on which all accounts' events arrive",
    ),
    call(
        "sqs",
        "DeleteQueue",
        Of::Stack,
        QUEUE,
        "deletes a queue, and what waits in it",
    ),
    call(
        "sqs",
        "PurgeQueue",
        Of::Stack,
        QUEUE,
        "throws away what waits in a queue",
    ),
    call(
        "sqs",
        "SetQueueAttributes",
        Of::Stack,
        QUEUE,
        "changes a queue: who may send to it, how long it keeps what waits",
    ),
    call(
        "sqs",
        "AddPermission",
        Of::Stack,
        QUEUE,
        "lets others use a queue",
    ),
    call(
        "sqs",
        "RemovePermission",
        Of::Stack,
        QUEUE,
        "takes a permission from a queue",
    ),
    call(
        "lambda",
        "DeleteFunction20150331",
        Of::Stack,
        FUNCTION,
        "deletes a function that judges or notifies",
    ),
    call(
        "lambda",
        "UpdateFunctionCode20150331v2",
        Of::Stack,
        FUNCTION,
        "replaces the code that judges or notifies",
    ),
    call(
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        Of::Stack,
        FUNCTION,
        "changes the settings of a function that judges or notifies",
    ),
    call(
        "lambda",
        "PutFunctionConcurrency20171031",
        Of::Stack,
        FUNCTION,
        "limits a function, down to never running",
    ),
    call(
        "lambda",
        "DeleteEventSourceMapping20150331",
        Of::Stack,
        MAPPING,
        "cuts a function off its queue",
    ),
    call(
        "lambda",
        "UpdateEventSourceMapping20150331",
        Of::Stack,
        MAPPING,
        "changes how a function is fed from its queue, or stops it",
    ),
    call(
        "dynamodb",
        "DeleteTable",
        Of::Stack,
        TABLE,
        "deletes what is known, or what was found",
    ),
    call(
        "dynamodb",
        "UpdateTable",
        Of::Stack,
        TABLE,
        "changes a table of facts or findings",
    ),
    call(
        "dynamodb",
        "UpdateTimeToLive",
        Of::Stack,
        TABLE,
        "changes when facts or findings are forgotten",
    ),
    call(
        "dynamodb",
        "PutResourcePolicy",
        Of::Stack,
        TABLE,
        "changes who may read and write facts or findings",
    ),
    call(
        "dynamodb",
        "DeleteResourcePolicy",
        Of::Stack,
        TABLE,
        "changes who may read and write facts or findings",
    ),
    call(
        "dynamodb",
        "UpdateContinuousBackups",
        Of::Stack,
        TABLE,
        "changes whether facts or findings can be restored",
    ),
    call(
        "sns",
        "DeleteTopic",
        Of::Stack,
        TOPIC,
        "deletes a topic on which alerts go out",
    ),
    call(
        "sns",
        "SetTopicAttributes",
        Of::Stack,
        TOPIC,
        "changes a topic on which alerts go out",
    ),
    call(
        "sns",
        "Unsubscribe",
        Of::Stack,
        &["subscriptionArn"],
        "takes away who gets the alerts",
    ),
    call(
        "sns",
        "RemovePermission",
        Of::Stack,
        TOPIC,
        "takes a permission from a topic on which alerts go out",
    ),
    call(
        "sns",
        "AddPermission",
        Of::Stack,
        TOPIC,
        "lets others use a topic on which alerts go out",
    ),
    call(
        "kms",
        "DisableKey",
        Of::Key,
        KEY,
        "makes everything that the key encrypts unreadable",
    ),
    call(
        "kms",
        "ScheduleKeyDeletion",
        Of::Key,
        KEY,
        "makes everything that the key encrypts unreadable, for good when it is deleted",
    ),
    call(
        "kms",
        "PutKeyPolicy",
        Of::Key,
        KEY,
        "changes who may use the key",
    ),
    call(
        "kms",
        "RevokeGrant",
        Of::Key,
        KEY,
        "takes the use of the key from a service",
    ),
    call(
        "s3",
        "DeleteBucket",
        Of::Bucket,
        BUCKET,
        "deletes the bucket of policy, rosters and quarantine, or of the trail",
    ),
    call(
        "s3",
        "PutBucketPolicy",
        Of::Bucket,
        BUCKET,
        "changes who may read and write policy, rosters and quarantine, or the trail's log files",
    ),
    call(
        "s3",
        "DeleteBucketPolicy",
        Of::Bucket,
        BUCKET,
        "changes who may read and write policy, rosters and quarantine, or the trail's log files",
    ),
    call(
        "s3",
        "PutBucketVersioning",
        Of::Bucket,
        BUCKET,
        "changes whether earlier versions of policy, rosters or log files are kept",
    ),
    // CloudTrail is known to write the first name of each pair; the second is that of the
    // permission, or of the API.
    call(
        "s3",
        "PutBucketEncryption",
        Of::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutEncryptionConfiguration",
        Of::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutBucketLifecycle",
        Of::Bucket,
        BUCKET,
        "changes when policy, rosters and quarantine, or log files, are deleted",
    ),
    call(
        "s3",
        "PutBucketLifecycleConfiguration",
        Of::Bucket,
        BUCKET,
        "changes when policy, rosters and quarantine, or log files, are deleted",
    ),
    call(
        "s3",
        "DeleteBucketEncryption",
        Of::Bucket,
        BUCKET,
        "changes how policy, rosters and quarantine, or log files, are encrypted",
    ),
    call(
        "s3",
        "PutBucketNotification",
        Of::Bucket,
        BUCKET,
        "changes who is notified of new log files",
    ),
    call(
        "s3",
        "PutBucketNotificationConfiguration",
        Of::Bucket,
        BUCKET,
        "changes who is notified of new log files",
    ),
    call(
        "s3",
        "PutBucketObjectLockConfiguration",
        Of::Bucket,
        BUCKET,
        "changes for how long log files cannot be deleted",
    ),
    call(
        "logs",
        "DeleteLogGroup",
        Of::Stack,
        &["logGroupName"],
        "deletes the log of a function",
    ),
    call(
        "monitoring",
        "DeleteAlarms",
        Of::Stack,
        ALARM,
        "deletes an alarm that watches the guard",
    ),
    call(
        "monitoring",
        "DisableAlarmActions",
        Of::Stack,
        ALARM,
        "keeps an alarm that watches the guard from telling anybody",
    ),
    call(
        "monitoring",
        "PutMetricAlarm",
        Of::Stack,
        ALARM,
        "changes an alarm that watches the guard",
    ),
    call(
        "scheduler",
        "DeleteSchedule",
        Of::Stack,
        NAME,
        "stops the heartbeat",
    ),
    call(
        "scheduler",
        "UpdateSchedule",
        Of::Stack,
        NAME,
        "changes the heartbeat, or stops it",
    ),
    call(
        "cloudtrail",
        "StopLogging",
        Of::Trail,
        NAME,
        "stops a trail, and with it the events",
    ),
    call(
        "cloudtrail",
        "DeleteTrail",
        Of::Trail,
        NAME,
        "deletes a trail, and with it the events",
    ),
    call(
        "cloudtrail",
        "UpdateTrail",
        Of::Trail,
        NAME,
        "changes what a trail records, and where to",
    ),
    call(
        "cloudtrail",
        "PutEventSelectors",
        Of::Trail,
        &["trailName"],
        "changes which events a trail records",
    ),
    call(
        "cloudformation",
        "DeleteStack",
        Of::Stack,
        STACK,
        "takes the guard down",
    ),
    call(
        "cloudformation",
        "UpdateStack",
        Of::Stack,
        STACK,
        "changes the guard as a whole",
    ),
    call(
        "cloudformation",
        "ExecuteChangeSet",
        Of::Stack,
        STACK,
        "changes the guard as a whole",
    ),
    call(
        "cloudformation",
        "DeleteStackInstances",
        Of::Stack,
        STACK_SET,
        "takes spokes down",
    ),
    call(
        "cloudformation",
        "UpdateStackInstances",
        Of::Stack,
        STACK_SET,
        "changes the parameters of spokes",
    ),
    call(
        "cloudformation",
        "UpdateStackSet",
        Of::Stack,
        STACK_SET,
        "changes all spokes",
    ),
    call(
        "cloudformation",
        "DeleteStackSet",
        Of::Stack,
        STACK_SET,
        "takes away what spokes in new accounts are made of",
    ),
    call(
        "organizations",
        "CreatePolicy",
        Of::Organization,
        POLICY,
        "makes a policy that can deny what the guard needs, once it is attached",
    ),
    call(
        "organizations",
        "UpdatePolicy",
        Of::Organization,
        POLICY,
        "changes what accounts may do, their rules and roles included",
    ),
    call(
        "organizations",
        "DeletePolicy",
        Of::Organization,
        POLICY,
        "deletes a policy that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "AttachPolicy",
        Of::Organization,
        POLICY,
        "changes what accounts may do, their rules and roles included",
    ),
    call(
        "organizations",
        "DetachPolicy",
        Of::Organization,
        POLICY,
        "takes away a policy that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "DisablePolicyType",
        Of::Organization,
        &["policyType"],
        "takes away all policies that may have kept people from stopping the guard",
    ),
    call(
        "organizations",
        "MoveAccount",
        Of::Organization,
        ACCOUNT,
        "puts an account under other policies, and perhaps out of reach of the StackSet",
    ),
    call(
        "organizations",
        "RemoveAccountFromOrganization",
        Of::Organization,
        ACCOUNT,
        "takes an account out of the organization's trail and policies",
    ),
    call(
        "organizations",
        "LeaveOrganization",
        Of::Organization,
        ACCOUNT,
        "takes an account out of the organization's trail and policies",
    ),
    call(
        "organizations",
        "DisableAWSServiceAccess",
        Of::Organization,
        &["servicePrincipal"],
        "ends the organization's trail, or the StackSets of its accounts",
    ),
    call(
        "iam",
        "DeleteRole",
        Of::Role,
        ROLE,
        "deletes a role that the guard works with",
    ),
    call(
        "iam",
        "DeleteRolePolicy",
        Of::Role,
        ROLE,
        "takes rights from a role that the guard works with",
    ),
    call(
        "iam",
        "PutRolePolicy",
        Of::Role,
        ROLE,
        "changes the rights of a role that the guard works with",
    ),
    call(
        "iam",
        "AttachRolePolicy",
        Of::Role,
        ROLE,
        "changes the rights of a role that the guard works with",
    ),
    call(
        "iam",
        "DetachRolePolicy",
        Of::Role,
        ROLE,
        "takes rights from a role that the guard works with",
    ),
    call(
        "iam",
        "UpdateAssumeRolePolicy",
        Of::Role,
        ROLE,
        "changes who may enter a role that the guard works with",
    ),
    call(
        "iam",
        "PutRolePermissionsBoundary",
        Of::Role,
        ROLE,
        "limits a role that the guard works with",
    ),
    call(
        "secretsmanager",
        "DeleteSecret",
        Of::Stack,
        SECRET,
        "deletes the secret with which alerts reach Slack",
    ),
    call(
        "secretsmanager",
        "PutSecretValue",
        Of::Stack,
        SECRET,
        "changes the secret with which alerts reach Slack",
    ),
    call(
        "secretsmanager",
        "UpdateSecret",
        Of::Stack,
        SECRET,
        "changes the secret with which alerts reach Slack",
    ),
    call(
        "ssm",
        "DeleteParameter",
        Of::Stack,
        NAME,
        "deletes the secret with which alerts reach Slack",
    ),
    call(
        "ssm",
        "PutParameter",
        Of::Stack,
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
