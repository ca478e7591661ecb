"""Calls that would blind the guard, one event per file, as EventBridge delivers them:
`tamper/SERVICE-CALL.json`.

The stack is called `rolewatch` and is in the management account. Its spoke in production has the forwarding
rule and the reader role. A suffix after the call (`.denied`, `.cloudformation`) says how the record differs
from that of a plain call.
"""

from shapes import *

STACK = "rolewatch"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
MIA_AT = "192.0.2.60"


def own(kind):
    """A resource name as CloudFormation generates it."""
    return f"{STACK}-{kind}-EXAMPLE1A2B3C"


def arn(service, resource, account=MANAGEMENT, region=HOME):
    return f"arn:aws:{service}:{region}:{account}:{resource}"


HUB_BUS = own("HubBus")
QUEUE = f"https://sqs.{HOME}.amazonaws.com/{MANAGEMENT}/{own('EventQueue')}"
GUARD = own("SwitchGuard")
TABLE = own("LedgerTable")
TOPIC = arn("sns", own("FindingsTopic"))
KEY_ARN = arn("kms", f"key/{KEY}")
BUCKET = f"{STACK}-statebucket-example1a2b3c"
TRAIL = f"{STACK}-organization"
TRAIL_BUCKET = f"{STACK}-organization-logs"
TRAIL_KEY = arn("kms", "key/1234abcd-34cd-56ef-12ab-1234567890ab", STAGING)
TRAIL_ARN = arn("cloudtrail", f"trail/{TRAIL}")
STACK_SET = f"{STACK}-spoke"
STACK_ARN = arn("cloudformation", f"stack/{STACK}/{guid('stack')}")
READER = f"{STACK}-reader"
GUARD_ROLE = own("SwitchGuardRole")
PARAMETER = f"/{STACK}/slack"
POLICY = '{"Version": "2012-10-17", "Statement": []}'
# An organization policy that protects the guard: its ID and its content.
SCP = "p-examplekeep"
WATCH = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"events:*","Resource":"arn:aws:events:*:*:rule/%s-*"}]}' % STACK
HIDDEN_VALUE = {"value": HIDDEN, "type": "SecureString", "overwrite": True}

MAPPING = {
    "uUID": guid("mapping"),
    "functionArn": arn("lambda", f"function:{GUARD}"),
    "eventSourceArn": arn("sqs", own("EventQueue")),
    "state": "Disabling",
}
TARGETS = [{"id": "hub", "arn": arn("events", "event-bus/other")}]
KEYS = [{"accountId": MANAGEMENT, "type": "AWS::KMS::Key", "ARN": KEY_ARN}]


def bucket(**more):
    return {"bucketName": BUCKET, "Host": f"{BUCKET}.s3.amazonaws.com"} | more


def trails_bucket(**more):
    """The trail's bucket, in a separate account."""
    return {"bucketName": TRAIL_BUCKET, "Host": f"{TRAIL_BUCKET}.s3.amazonaws.com"} | more


def answered(kind="SERVICE_CONTROL_POLICY"):
    """The response of AWS Organizations about a policy."""
    name = arn("organizations", f"policy/o-exampleorg0/{kind.lower()}/{SCP}", region="")
    return {"response": {"policy": {"policySummary": {"id": SCP, "arn": name, "name": "keep", "type": kind, "awsManaged": False}}}}


def parameter():
    return [{"accountId": MANAGEMENT, "ARN": arn("ssm", f"parameter{PARAMETER}")}]


# Service, call and parameters, plus other members of the record where they matter.
CALLS = [
    ("events", "DisableRule", {"name": f"{STACK}-forward"}, {"account": PRODUCTION}),
    ("events", "DeleteRule", {"name": f"{STACK}-forward", "force": False}, {"account": PRODUCTION}),
    ("events", "RemoveTargets", {"rule": f"{STACK}-forward", "ids": ["hub"], "force": False}, {"account": PRODUCTION}),
    ("events", "PutRule", {"name": f"{STACK}-forward", "eventPattern": '{"source": ["none"]}', "state": "ENABLED"}, {"account": PRODUCTION}),
    ("events", "PutTargets", {"rule": own("HubRule"), "eventBusName": HUB_BUS, "targets": TARGETS}),
    ("events", "PutPermission", {"eventBusName": HUB_BUS, "policy": POLICY}),
    ("events", "RemovePermission", {"eventBusName": HUB_BUS, "removeAllPermissions": True}),
    ("events", "DeleteEventBus", {"name": HUB_BUS}),
    ("events", "UpdateEventBus", {"name": HUB_BUS, "deadLetterConfig": {}}),
    ("sqs", "DeleteQueue", {"queueUrl": QUEUE}),
    ("sqs", "PurgeQueue", {"queueUrl": QUEUE}),
    ("sqs", "SetQueueAttributes", {"queueUrl": QUEUE, "attributes": {"MessageRetentionPeriod": "60"}}),
    ("sqs", "AddPermission", {"queueUrl": QUEUE, "label": "other", "aWSAccountIds": [FOREIGN], "actions": ["ReceiveMessage"]}),
    ("sqs", "RemovePermission", {"queueUrl": QUEUE, "label": "hub"}),
    ("lambda", "DeleteFunction20150331", {"functionName": GUARD}),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": arn("lambda", f"function:{GUARD}"), "dryRun": False, "publish": False}),
    ("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": GUARD, "environment": {}, "timeout": 1}),
    ("lambda", "PutFunctionConcurrency20171031", {"functionName": GUARD, "reservedConcurrentExecutions": 0}),
    # In these two, only the response names the function.
    ("lambda", "DeleteEventSourceMapping20150331", {"uUID": MAPPING["uUID"]}, {"response": MAPPING}),
    ("lambda", "UpdateEventSourceMapping20150331", {"uUID": MAPPING["uUID"], "enabled": False}, {"response": MAPPING}),
    ("dynamodb", "DeleteTable", {"tableName": TABLE}),
    ("dynamodb", "UpdateTable", {"tableName": TABLE, "deletionProtectionEnabled": False}),
    ("dynamodb", "UpdateTimeToLive", {"tableName": TABLE, "timeToLiveSpecification": {"enabled": True, "attributeName": "version"}}),
    ("dynamodb", "PutResourcePolicy", {"resourceArn": arn("dynamodb", f"table/{TABLE}"), "policy": POLICY}),
    ("dynamodb", "DeleteResourcePolicy", {"resourceArn": arn("dynamodb", f"table/{TABLE}")}),
    (
        "dynamodb", "UpdateContinuousBackups",
        {"tableName": TABLE, "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": False}},
    ),
    ("sns", "DeleteTopic", {"topicArn": TOPIC}),
    ("sns", "SetTopicAttributes", {"topicArn": TOPIC, "attributeName": "Policy", "attributeValue": POLICY}),
    ("sns", "Unsubscribe", {"subscriptionArn": f"{TOPIC}:{guid('subscription')}"}),
    ("sns", "RemovePermission", {"topicArn": TOPIC, "label": "hub"}),
    ("sns", "AddPermission", {"topicArn": TOPIC, "label": "other", "aWSAccountId": [FOREIGN], "actionName": ["Publish"]}),
    ("kms", "DisableKey", {"keyId": KEY}, {"resources": KEYS}),
    ("kms", "ScheduleKeyDeletion", {"keyId": KEY_ARN, "pendingWindowInDays": 7}, {"resources": KEYS}),
    ("kms", "PutKeyPolicy", {"keyId": KEY, "policyName": "default", "policy": POLICY}, {"resources": KEYS}),
    ("kms", "RevokeGrant", {"keyId": KEY_ARN, "grantId": digest("grant").hex()}, {"resources": KEYS}),
    ("s3", "DeleteBucket", bucket()),
    ("s3", "PutBucketPolicy", bucket(bucketPolicy={"Version": "2012-10-17", "Statement": []}, policy="")),
    ("s3", "DeleteBucketPolicy", bucket(policy="")),
    ("s3", "PutBucketVersioning", bucket(VersioningConfiguration={"Status": "Suspended"}, versioning="")),
    ("s3", "PutBucketEncryption", bucket(encryption="")),
    ("s3", "PutEncryptionConfiguration", bucket(encryption="")),
    ("s3", "PutBucketLifecycle", bucket(LifecycleConfiguration={"Rule": {"Expiration": {"Days": 1}}}, lifecycle="")),
    ("s3", "PutBucketLifecycleConfiguration", bucket(LifecycleConfiguration={"Rule": {"Expiration": {"Days": 1}}}, lifecycle="")),
    ("s3", "DeleteBucketEncryption", bucket(encryption="")),
    ("s3", "PutBucketNotification", trails_bucket(NotificationConfiguration={}, notification=""), {"account": STAGING}),
    ("s3", "PutBucketNotificationConfiguration", trails_bucket(NotificationConfiguration={}, notification=""), {"account": STAGING}),
    ("s3", "PutBucketObjectLockConfiguration", trails_bucket(**{"object-lock": ""}), {"account": STAGING}),
    ("logs", "DeleteLogGroup", {"logGroupName": f"/aws/lambda/{GUARD}"}),
    ("monitoring", "DeleteAlarms", {"alarmNames": [own("SilenceAlarm"), own("QuarantineAlarm")]}),
    ("monitoring", "DisableAlarmActions", {"alarmNames": [own("SilenceAlarm")]}),
    ("monitoring", "PutMetricAlarm", {"alarmName": own("SilenceAlarm"), "threshold": 1000000.0}),
    ("scheduler", "DeleteSchedule", {"name": own("Heartbeat"), "groupName": "default"}),
    ("scheduler", "UpdateSchedule", {"name": own("Heartbeat"), "groupName": "default", "state": "DISABLED"}),
    ("cloudtrail", "StopLogging", {"name": TRAIL_ARN}),
    ("cloudtrail", "DeleteTrail", {"name": TRAIL}),
    ("cloudtrail", "UpdateTrail", {"name": TRAIL_ARN, "isMultiRegionTrail": False}),
    ("cloudtrail", "PutEventSelectors", {"trailName": TRAIL, "eventSelectors": [{"readWriteType": "WriteOnly"}]}),
    ("cloudformation", "DeleteStack", {"stackName": STACK}),
    ("cloudformation", "UpdateStack", {"stackName": STACK_ARN, "capabilities": ["CAPABILITY_IAM"]}),
    ("cloudformation", "ExecuteChangeSet", {"stackName": STACK, "changeSetName": arn("cloudformation", f"changeSet/deploy/{guid('set')}")}),
    ("cloudformation", "DeleteStackInstances", {"stackSetName": STACK_SET, "regions": [HOME], "retainStacks": False}),
    ("cloudformation", "UpdateStackInstances", {"stackSetName": STACK_SET, "regions": [HOME], "parameterOverrides": []}),
    ("cloudformation", "UpdateStackSet", {"stackSetName": f"{STACK_SET}:{guid('stack set')}", "capabilities": ["CAPABILITY_NAMED_IAM"]}),
    ("cloudformation", "DeleteStackSet", {"stackSetName": STACK_SET}),
    ("organizations", "CreatePolicy", {"type": "SERVICE_CONTROL_POLICY", "name": "keep", "description": "", "content": WATCH}, answered()),
    ("organizations", "UpdatePolicy", {"policyId": SCP, "content": WATCH}, answered()),
    ("organizations", "DeletePolicy", {"policyId": SCP}),
    ("organizations", "AttachPolicy", {"policyId": SCP, "targetId": PRODUCTION}),
    ("organizations", "DetachPolicy", {"policyId": SCP, "targetId": PRODUCTION}),
    ("organizations", "DisablePolicyType", {"rootId": "r-exam", "policyType": "SERVICE_CONTROL_POLICY"}),
    (
        "organizations", "MoveAccount",
        {"accountId": PRODUCTION, "sourceParentId": "ou-exam-1example1", "destinationParentId": "ou-exam-2example2"},
    ),
    ("organizations", "RemoveAccountFromOrganization", {"accountId": PRODUCTION}),
    ("organizations", "LeaveOrganization", None, {"account": PRODUCTION}),
    ("organizations", "DisableAWSServiceAccess", {"servicePrincipal": "cloudtrail.amazonaws.com"}),
    ("iam", "DeleteRole", {"roleName": READER}, {"account": PRODUCTION}),
    ("iam", "DeleteRolePolicy", {"roleName": READER, "policyName": "read"}, {"account": PRODUCTION}),
    ("iam", "PutRolePolicy", {"roleName": GUARD_ROLE, "policyName": "deny", "policyDocument": POLICY}),
    ("iam", "AttachRolePolicy", {"roleName": GUARD_ROLE, "policyArn": "arn:aws:iam::aws:policy/AWSDenyAll"}),
    ("iam", "DetachRolePolicy", {"roleName": GUARD_ROLE, "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}),
    ("iam", "UpdateAssumeRolePolicy", {"roleName": READER, "policyDocument": POLICY}, {"account": PRODUCTION}),
    ("iam", "PutRolePermissionsBoundary", {"roleName": GUARD_ROLE, "permissionsBoundary": "arn:aws:iam::aws:policy/AWSDenyAll"}),
    ("secretsmanager", "DeleteSecret", {"secretId": f"{STACK}/slack", "forceDeleteWithoutRecovery": True}),
    ("secretsmanager", "PutSecretValue", {"secretId": arn("secretsmanager", f"secret:{STACK}/slack-AbCdEf")}),
    ("secretsmanager", "UpdateSecret", {"secretId": f"{STACK}/slack"}),
    ("ssm", "DeleteParameter", {"name": PARAMETER}, {"resources": parameter()}),
    ("ssm", "PutParameter", {"name": PARAMETER} | HIDDEN_VALUE, {"resources": parameter()}),
]


def administrator(account):
    """Mia, an administrator of the account, through the API."""
    return Session(Role(account, "Administrator"), "mia", at("Thu 02:00"), made_key("ASIA", "mia", account), MIA_AT).caller


def refused(action, resource):
    caller = administrator(PRODUCTION)["arn"]
    reason = f"because no identity-based policy allows the {action} action"
    message = f"User: {caller} is not authorized to perform: {action} on resource: {resource} {reason}"
    return {"account": PRODUCTION, "errorCode": "AccessDenied", "errorMessage": message}


# The members that AWS writes differently.
VARIANTS = {
    "denied": [
        ("events", "DeleteRule", None, refused("events:DeleteRule", arn("events", f"rule/{STACK}-forward", PRODUCTION))),
        ("iam", "PutRolePolicy", None, refused("iam:PutRolePolicy", f"role {READER}")),
    ],
    "failed": [
        (
            "cloudtrail", "StopLogging", {"name": TRAIL},
            {"errorCode": "TrailNotFoundException", "errorMessage": f"Unknown trail: {TRAIL_ARN} for the user: {MANAGEMENT}"},
        ),
    ],
    "cloudformation": [
        ("sqs", "SetQueueAttributes", {"queueUrl": QUEUE, "attributes": {"Policy": POLICY}}, {"by": "cloudformation.amazonaws.com"}),
    ],
    "omitted": [
        (
            "iam", "UpdateAssumeRolePolicy", {"reason": "requestParameters too large", "omitted": True, "originalSize": 131072},
            {"account": PRODUCTION},
        ),
    ],
    # Of the trail, which is in another account.
    "trail": [
        ("s3", "PutBucketPolicy", trails_bucket(policy=""), {"account": STAGING}),
        (
            "kms", "ScheduleKeyDeletion", {"keyId": TRAIL_KEY, "pendingWindowInDays": 7},
            {"account": STAGING, "resources": [{"accountId": STAGING, "type": "AWS::KMS::Key", "ARN": TRAIL_KEY}]},
        ),
    ],
    "unnamed": [
        ("cloudformation", "ExecuteChangeSet", {"changeSetName": arn("cloudformation", f"changeSet/deploy/{guid('set')}")}),
    ],
}


def record(service, name, request, more=None, kind=""):
    more = {"account": MANAGEMENT, "by": None} | (more or {})
    account, by = more.pop("account"), more.pop("by")
    identity = administrator(account) | ({"invokedBy": by} if by else {})
    where = {"ip": by or MIA_AT, "agent": by or CLI}
    return api(account, at("Thu 02:30"), service, name, identity, request=request, tag=f"tamper {kind}", readOnly=False, **where, **more)


def tampering():
    """Yields file name and record of each call."""
    for call in CALLS:
        yield f"{call[0]}-{call[1]}", record(*call)
    for kind, calls in VARIANTS.items():
        for call in calls:
            yield f"{call[0]}-{call[1]}.{kind}", record(*call, kind=kind)
