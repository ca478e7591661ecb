"""Writes the setup of `deploy/cross-account/` as AWS lists it after both templates are deployed, with people
in it.

Nothing is wrong with this setup. The policies are written out in the form that CloudFormation gives them; a
test of the templates compares them. Roles have no MaxSessionDuration here, because authorization details
don't contain it. `production-roles.json` has it.
"""

import copy

from review import FOREIGN, document
from roster import SINCE, root_of
from shapes import DEVELOPMENT, PRODUCTION, made_id

MANAGEMENT = "123456789012"
STACK = "cross-account"
MADE = "2026-02-02T09:00:00+00:00"
ROLES = [f"arn:aws:iam::{PRODUCTION}:role/UpdateApp", f"arn:aws:iam::{PRODUCTION}:role/TerminateCriticalInstances"]
BUCKET = "arn:aws:s3:::productionapp"
OURS = {"StringEquals": {"aws:ResourceAccount": PRODUCTION}}
DEVICE = "aws:MultiFactorAuthPresent"
OWN_USER = [f"arn:aws:iam::{DEVELOPMENT}:user/${{aws:username}}", f"arn:aws:iam::{DEVELOPMENT}:user/*/${{aws:username}}"]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SUPPORT = "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"


def allow(sid, action, resource, condition=None):
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource} | ({"Condition": condition} if condition else {})


def deny(sid, action, resource, condition=None):
    return allow(sid, action, resource, condition) | {"Effect": "Deny"}


def trust(sid, account, condition):
    return {"Sid": sid, "Effect": "Allow", "Principal": root_of(account), "Action": "sts:AssumeRole", "Condition": condition}


OF_PEOPLE = trust(
    "WithMfaAndUnderOnesOwnName",
    DEVELOPMENT,
    {
        "Bool": {DEVICE: "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        "StringEquals": {"sts:RoleSessionName": "${aws:username}"},
    },
)
OF_A_SERVICE = {"Effect": "Allow", "Principal": {"Service": "support.amazonaws.com"}, "Action": "sts:AssumeRole"}

UPDATE_APP = [
    allow("TheBucket", ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"], BUCKET, OURS),
    allow(
        "WhatIsInIt",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        f"{BUCKET}/*",
        OURS,
    ),
]
TERMINATE = [
    allow(
        "OnlyWhatBearsTheTag",
        "ec2:TerminateInstances",
        f"arn:aws:ec2:*:{PRODUCTION}:instance/*",
        {"StringEquals": {"aws:ResourceTag/business-critical": "true"}},
    ),
    allow("ToFindThem", "ec2:DescribeInstances", "*"),
]
PARTNER = [
    allow("TheBucket", ["s3:ListBucket", "s3:GetBucketLocation"], BUCKET, OURS),
    allow("WhatIsInIt", "s3:GetObject", f"{BUCKET}/*", OURS),
]
ENTER = [allow("TheseRoles", "sts:AssumeRole", ROLES), deny("NeverWithoutMfa", "sts:AssumeRole", ROLES, {"Bool": {DEVICE: "false"}})]
# With MfaSessionRequired.
ENTER_BY_SESSION = [
    allow("TheseRoles", "sts:AssumeRole", ROLES, {"Bool": {DEVICE: "true"}}),
    deny("NeverWithoutMfa", "sts:AssumeRole", ROLES, {"BoolIfExists": {DEVICE: "false"}}),
]
STAY_OUT = [deny("NotTheseRoles", "sts:AssumeRole", ROLES)]
OWN_DEVICE = [
    allow(
        "TheDevice",
        ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
        f"arn:aws:iam::{DEVELOPMENT}:mfa/${{aws:username}}",
    ),
    allow(
        "EnrollIt", ["iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:ListMFADevices", "iam:GetMFADevice", "iam:GetUser"], OWN_USER
    ),
    allow("GiveItUpOnlyWithIt", "iam:DeactivateMFADevice", OWN_USER, {"Bool": {DEVICE: "true"}}),
    allow("ListThem", "iam:ListVirtualMFADevices", "*"),
]
ANYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def arn_of(logical):
    """A managed policy of the stack, with a name that CloudFormation generated."""
    return f"arn:aws:iam::{DEVELOPMENT}:policy/{STACK}-{logical}-EXAMPLE4KZ7Q2"


ENTER_ROLES, STAY_OUT_OF_ROLES, OWN_MFA_DEVICE = arn_of("EnterRoles"), arn_of("StayOutOfRoles"), arn_of("OwnMfaDevice")


def managed(arn, used, statements, description, earlier=()):
    """With the earlier versions, the newest first."""
    versions = [statements, *earlier]
    path, _, name = arn.partition(":policy")[2].rpartition("/")
    return {
        "PolicyName": name,
        "PolicyId": made_id("ANPA", name),
        "Arn": arn,
        "Path": f"{path}/",
        "DefaultVersionId": f"v{len(versions)}",
        "AttachmentCount": used,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "Description": description,
        "CreateDate": MADE,
        "UpdateDate": MADE,
        "PolicyVersionList": [
            {"Document": document(*texts), "VersionId": f"v{len(versions) - at}", "IsDefaultVersion": at == 0, "CreateDate": MADE}
            for at, texts in enumerate(versions)
        ],
    }


def attached(*arns):
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def user(name, *groups, path="/", tags=()):
    return {
        "Path": path,
        "UserName": name,
        "UserId": made_id("AIDA", f"cross-{name}"),
        "Arn": f"arn:aws:iam::{DEVELOPMENT}:user{path}{name}",
        "CreateDate": SINCE,
        "GroupList": list(groups),
        "AttachedManagedPolicies": [],
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
    }


def group(name, *policies):
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": made_id("AGPA", f"cross-{name}"),
        "Arn": f"arn:aws:iam::{DEVELOPMENT}:group/{name}",
        "CreateDate": MADE,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": attached(*policies),
    }


def role(account, name, trusted, inline=(), policies=(), path="/"):
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": made_id("AROA", f"cross-{account}-{name}"),
        "Arn": f"arn:aws:iam::{account}:role{path}{name}",
        "CreateDate": MADE,
        "AssumeRolePolicyDocument": document(trusted),
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": called, "PolicyDocument": document(*statements)} for called, statements in inline],
        "AttachedManagedPolicies": attached(*policies),
        "Tags": [],
        "RoleLastUsed": {},
    }


def support(account):
    return role(account, "AWSServiceRoleForSupport", OF_A_SERVICE, policies=[SUPPORT], path="/aws-service-role/support.amazonaws.com/")


def of_aws(arn, statements):
    return managed(arn, 1, statements, "Of AWS itself")


def development(enter):
    return {
        "UserDetailList": [
            user("alice", "Developers", tags=[("team", "app")]),
            user("bob", "Developers", path="/app/"),
            user("ingrid", "Administrators"),
            user("nora"),
            user("tess", "Testers"),
        ],
        "GroupDetailList": [
            # Attached to the administrators too, so that they can't enter the roles, just like the testers.
            group("Administrators", ADMINISTRATOR, STAY_OUT_OF_ROLES),
            group("Developers", ENTER_ROLES, OWN_MFA_DEVICE),
            group("Testers", STAY_OUT_OF_ROLES, OWN_MFA_DEVICE),
        ],
        "RoleDetailList": [support(DEVELOPMENT)],
        "Policies": [
            # The state before the second role existed.
            managed(ENTER_ROLES, 1, enter, "Switch into these roles, with MFA", [[allow("TheseRoles", "sts:AssumeRole", "*")]]),
            managed(OWN_MFA_DEVICE, 2, OWN_DEVICE, "Enroll and keep one's own MFA device"),
            managed(STAY_OUT_OF_ROLES, 2, STAY_OUT, "Never switch into these roles, whatever another policy or group allows"),
            of_aws(ADMINISTRATOR, ANYTHING),
            of_aws(SUPPORT, [{"Effect": "Allow", "Action": ["support:*"], "Resource": "*"}]),
        ],
        "IsTruncated": False,
    }


PRODUCTION_DETAILS = {
    "UserDetailList": [],
    "GroupDetailList": [],
    "RoleDetailList": [
        support(PRODUCTION),
        # The role as AWS Organizations creates it.
        role(
            PRODUCTION,
            "OrganizationAccountAccessRole",
            {"Effect": "Allow", "Principal": root_of(MANAGEMENT), "Action": "sts:AssumeRole"},
            policies=[ADMINISTRATOR],
        ),
        role(
            PRODUCTION,
            "ReadAppForPartner",
            trust("OnOurBehalf", FOREIGN, {"StringEquals": {"sts:ExternalId": "EXAMPLE-4711"}}),
            [("read-the-bucket", PARTNER)],
        ),
        role(PRODUCTION, "TerminateCriticalInstances", copy.deepcopy(OF_PEOPLE), [("terminate-by-tag", TERMINATE)]),
        role(PRODUCTION, "UpdateApp", OF_PEOPLE, [("read-and-write-the-bucket", UPDATE_APP)]),
    ],
    "Policies": [
        of_aws(ADMINISTRATOR, ANYTHING),
        of_aws(SUPPORT, [{"Effect": "Allow", "Action": ["support:*"], "Resource": "*"}]),
    ],
    "IsTruncated": False,
}

CROSS_ACCOUNT = {
    "development.json": development(ENTER),
    "production.json": PRODUCTION_DETAILS,
    "production-roles.json": {
        "Roles": [
            {key: listed[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
            | {"Description": "", "MaxSessionDuration": 3600}
            for listed in PRODUCTION_DETAILS["RoleDetailList"]
        ]
    },
    "../cross-account-strict/development.json": development(ENTER_BY_SESSION),
}
