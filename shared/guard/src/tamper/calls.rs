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

/// The rows of the table: service, call, whose resources it works on, the members that name them,
/// and what the call does.
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

/// Every call that is watched, by service.
pub const CALLS: [WatchedCall; 86] = calls! {
    "events" "DisableRule" Stack RULE "stops a rule that forwards events";
    "events" "DeleteRule" Stack RULE "deletes a rule that forwards events";
    "events" "RemoveTargets" Stack RULE "takes away where a rule forwards events to";
    "events" "PutRule" Stack RULE "changes which events a rule forwards";
    "events" "PutTargets" Stack RULE "changes where a rule forwards events to";
    "events" "PutPermission" Stack RULE "changes who may send events to the bus";
    "events" "RemovePermission" Stack RULE "keeps accounts from sending events to the bus";
    "events" "DeleteEventBus" Stack RULE "deletes the bus on which all accounts' events arrive";
    "events" "UpdateEventBus" Stack RULE "changes the bus on which all accounts' events arrive";
    "sqs" "DeleteQueue" Stack QUEUE "deletes a queue, and what waits in it";
    "sqs" "PurgeQueue" Stack QUEUE "throws away what waits in a queue";
    "sqs" "SetQueueAttributes" Stack QUEUE
        "changes a queue: who may send to it, how long it keeps what waits";
    "sqs" "AddPermission" Stack QUEUE "lets others use a queue";
    "sqs" "RemovePermission" Stack QUEUE "takes a permission from a queue";
    "lambda" "DeleteFunction20150331" Stack FUNCTION "deletes a function that judges or notifies";
    "lambda" "UpdateFunctionCode20150331v2" Stack FUNCTION
        "replaces the code that judges or notifies";
    "lambda" "UpdateFunctionConfiguration20150331v2" Stack FUNCTION
        "changes the settings of a function that judges or notifies";
    "lambda" "PutFunctionConcurrency20171031" Stack FUNCTION
        "limits a function, down to never running";
    "lambda" "DeleteEventSourceMapping20150331" Stack MAPPING "cuts a function off its queue";
    "lambda" "UpdateEventSourceMapping20150331" Stack MAPPING
        "changes how a function is fed from its queue, or stops it";
    "dynamodb" "DeleteTable" Stack TABLE "deletes what is known, or what was found";
    "dynamodb" "UpdateTable" Stack TABLE "changes a table of facts or findings";
    "dynamodb" "UpdateTimeToLive" Stack TABLE "changes when facts or findings are forgotten";
    "dynamodb" "PutResourcePolicy" Stack TABLE "changes who may read and write facts or findings";
    "dynamodb" "DeleteResourcePolicy" Stack TABLE
        "changes who may read and write facts or findings";
    "dynamodb" "UpdateContinuousBackups" Stack TABLE
        "changes whether facts or findings can be restored";
    "sns" "DeleteTopic" Stack TOPIC "deletes a topic on which alerts go out";
    "sns" "SetTopicAttributes" Stack TOPIC "changes a topic on which alerts go out";
    "sns" "Unsubscribe" Stack SUBSCRIPTION "takes away who gets the alerts";
    "sns" "RemovePermission" Stack TOPIC "takes a permission from a topic on which alerts go out";
    "sns" "AddPermission" Stack TOPIC "lets others use a topic on which alerts go out";
    "kms" "DisableKey" Key KEY "makes everything that the key encrypts unreadable";
    "kms" "ScheduleKeyDeletion" Key KEY
        "makes everything that the key encrypts unreadable, for good when it is deleted";
    "kms" "PutKeyPolicy" Key KEY "changes who may use the key";
    "kms" "RevokeGrant" Key KEY "takes the use of the key from a service";
    "s3" "DeleteBucket" Bucket BUCKET
        "deletes the bucket of policy, rosters and quarantine, or of the trail";
    "s3" "PutBucketPolicy" Bucket BUCKET
        "changes who may read and write policy, rosters and quarantine, or the trail's log files";
    "s3" "DeleteBucketPolicy" Bucket BUCKET
        "changes who may read and write policy, rosters and quarantine, or the trail's log files";
    "s3" "PutBucketVersioning" Bucket BUCKET
        "changes whether earlier versions of policy, rosters or log files are kept";
    // CloudTrail is known to write the first name of each pair; the second is that of the
    // permission, or of the API.
    "s3" "PutBucketEncryption" Bucket BUCKET
        "changes how policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutEncryptionConfiguration" Bucket BUCKET
        "changes how policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutBucketLifecycle" Bucket BUCKET
        "changes when policy, rosters and quarantine, or log files, are deleted";
    "s3" "PutBucketLifecycleConfiguration" Bucket BUCKET
        "changes when policy, rosters and quarantine, or log files, are deleted";
    "s3" "DeleteBucketEncryption" Bucket BUCKET
        "changes how policy, rosters and quarantine, or log files, are encrypted";
    "s3" "PutBucketNotification" Bucket BUCKET "changes who is notified of new log files";
    "s3" "PutBucketNotificationConfiguration" Bucket BUCKET
        "changes who is notified of new log files";
    "s3" "PutBucketObjectLockConfiguration" Bucket BUCKET
        "changes for how long log files cannot be deleted";
    "logs" "DeleteLogGroup" Stack LOG_GROUP "deletes the log of a function";
    "monitoring" "DeleteAlarms" Stack ALARM "deletes an alarm that watches the guard";
    "monitoring" "DisableAlarmActions" Stack ALARM
        "keeps an alarm that watches the guard from telling anybody";
    "monitoring" "PutMetricAlarm" Stack ALARM "changes an alarm that watches the guard";
    "scheduler" "DeleteSchedule" Stack NAME "stops the heartbeat";
    "scheduler" "UpdateSchedule" Stack NAME "changes the heartbeat, or stops it";
    "cloudtrail" "StopLogging" Trail NAME "stops a trail, and with it the events";
    "cloudtrail" "DeleteTrail" Trail NAME "deletes a trail, and with it the events";
    "cloudtrail" "UpdateTrail" Trail NAME "changes what a trail records, and where to";
    "cloudtrail" "PutEventSelectors" Trail TRAIL "changes which events a trail records";
    "cloudformation" "DeleteStack" Stack STACK "takes the guard down";
    "cloudformation" "UpdateStack" Stack STACK "changes the guard as a whole";
    "cloudformation" "ExecuteChangeSet" Stack STACK "changes the guard as a whole";
    "cloudformation" "DeleteStackInstances" Stack STACK_SET "takes spokes down";
    "cloudformation" "UpdateStackInstances" Stack STACK_SET "changes the parameters of spokes";
    "cloudformation" "UpdateStackSet" Stack STACK_SET "changes all spokes";
    "cloudformation" "DeleteStackSet" Stack STACK_SET
        "takes away what spokes in new accounts are made of";
    "organizations" "CreatePolicy" Organization POLICY
        "makes a policy that can deny what the guard needs, once it is attached";
    "organizations" "UpdatePolicy" Organization POLICY
        "changes what accounts may do, their rules and roles included";
    "organizations" "DeletePolicy" Organization POLICY
        "deletes a policy that may have kept people from stopping the guard";
    "organizations" "AttachPolicy" Organization POLICY
        "changes what accounts may do, their rules and roles included";
    "organizations" "DetachPolicy" Organization POLICY
        "takes away a policy that may have kept people from stopping the guard";
    "organizations" "DisablePolicyType" Organization POLICY_TYPE
        "takes away all policies that may have kept people from stopping the guard";
    "organizations" "MoveAccount" Organization ACCOUNT
        "puts an account under other policies, and perhaps out of reach of the StackSet";
    "organizations" "RemoveAccountFromOrganization" Organization ACCOUNT
        "takes an account out of the organization's trail and policies";
    "organizations" "LeaveOrganization" Organization ACCOUNT
        "takes an account out of the organization's trail and policies";
    "organizations" "DisableAWSServiceAccess" Organization SERVICE
        "ends the organization's trail, or the StackSets of its accounts";
    "iam" "DeleteRole" Role ROLE "deletes a role that the guard works with";
    "iam" "DeleteRolePolicy" Role ROLE "takes rights from a role that the guard works with";
    "iam" "PutRolePolicy" Role ROLE "changes the rights of a role that the guard works with";
    "iam" "AttachRolePolicy" Role ROLE "changes the rights of a role that the guard works with";
    "iam" "DetachRolePolicy" Role ROLE "takes rights from a role that the guard works with";
    "iam" "UpdateAssumeRolePolicy" Role ROLE
        "changes who may enter a role that the guard works with";
    "iam" "PutRolePermissionsBoundary" Role ROLE "limits a role that the guard works with";
    "secretsmanager" "DeleteSecret" Stack SECRET "deletes the secret with which alerts reach Slack";
    "secretsmanager" "PutSecretValue" Stack SECRET
        "changes the secret with which alerts reach Slack";
    "secretsmanager" "UpdateSecret" Stack SECRET "changes the secret with which alerts reach Slack";
    "ssm" "DeleteParameter" Stack NAME "deletes the secret with which alerts reach Slack";
    "ssm" "PutParameter" Stack NAME "changes the secret with which alerts reach Slack";
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
            call.of.what(),
            " | ",
            call.does,
            " |\n",
        ]);
    }
    text
}
