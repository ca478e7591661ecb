"""Writes what `aws iam get-account-authorization-details` would return on the Monday after the week."""

from shapes import DEVELOPMENT, PRODUCTION, STAGING, made_id
from week import (
    ALICE, APP_SERVER, BATCH, BOB, BREAK_GLASS, CAROL_SMITH, DAVE, FRANK, INGRID, MIGRATE_DATA, OSCAR, OTHER_ERIN, RELEASE_APP,
    RELEASE_MANAGER, TESS, TOM, UPDATE_APP
)

SINCE = "2025-06-02T08:00:00+00:00"

MEMBERS = [
    (ALICE, ["Developers"]),
    (BOB, ["Developers"]),
    (CAROL_SMITH, ["Developers"]),
    (DAVE, ["Developers"]),
    (OTHER_ERIN, []),
    (FRANK, ["Developers"]),
    (TESS, ["Testers"]),
    (TOM, ["Testers"]),
    (INGRID, ["Admins"]),
    (OSCAR, ["Developers", "OnCall"]),
    (BATCH, ["Automation"]),
]

# The policy of each group. The testers' policy allows UpdateApp, by mistake.
GROUPS = {
    "Developers": "SwitchToUpdateApp",
    "Testers": "SwitchToUpdateApp",
    "Admins": "AdministratorAccess",
    "OnCall": "SwitchToBreakGlass",
    "Automation": "SwitchToMigrateData",
}


def user(person, groups):
    return {
        "Path": "/",
        "UserName": person.name,
        "UserId": person.id,
        "Arn": person.arn,
        "CreateDate": SINCE,
        "GroupList": groups,
        "AttachedManagedPolicies": [],
        "Tags": [],
    }


def group(name, policy):
    owner = "aws" if policy == "AdministratorAccess" else DEVELOPMENT
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": made_id("AGPA", name),
        "Arn": f"arn:aws:iam::{DEVELOPMENT}:group/{name}",
        "CreateDate": SINCE,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [{"PolicyName": policy, "PolicyArn": f"arn:aws:iam::{owner}:policy/{policy}"}],
    }


def policy(name, role):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role.arn}
    return {
        "PolicyName": name,
        "PolicyId": made_id("ANPA", name.removeprefix("SwitchTo")),
        "Arn": f"arn:aws:iam::{DEVELOPMENT}:policy/{name}",
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": SINCE,
        "UpdateDate": SINCE,
        "PolicyVersionList": [
            {
                "Document": {"Version": "2012-10-17", "Statement": [statement]},
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "CreateDate": SINCE,
            }
        ],
    }


def role(role, principal, action="sts:AssumeRole", condition=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action} | ({"Condition": condition} if condition else {})
    return {
        "Path": f"/{role.path.removesuffix(role.name)}",
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": SINCE,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        "RoleLastUsed": {},
    }


def root_of(account):
    return {"AWS": f"arn:aws:iam::{account}:root"}


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
SAML = {"Federated": f"arn:aws:iam::{PRODUCTION}:saml-provider/CorpIdP"}
CENTER = {"Federated": f"arn:aws:iam::{PRODUCTION}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"}

ROSTERS = {
    # The file name has no time. rolewatch reports that, and can judge single events against it without the
    # logs in between.
    "development.json": {
        "UserDetailList": [user(person, groups) for person, groups in MEMBERS],
        "GroupDetailList": [group(name, policy) for name, policy in GROUPS.items()],
        "RoleDetailList": [],
        "Policies": [
            policy("SwitchToUpdateApp", UPDATE_APP),
            policy("SwitchToBreakGlass", BREAK_GLASS),
            policy("SwitchToMigrateData", MIGRATE_DATA),
        ],
        "IsTruncated": False,
    },
    "production@2026-03-09T000000Z.json": {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [
            role(UPDATE_APP, {"AWS": [root_of(account)["AWS"] for account in (DEVELOPMENT, STAGING)]}),
            role(BREAK_GLASS, root_of(DEVELOPMENT), condition=MFA),
            role(MIGRATE_DATA, root_of(DEVELOPMENT)),
            role(RELEASE_APP, SAML, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            role(RELEASE_MANAGER, CENTER, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            role(APP_SERVER, {"Service": "ec2.amazonaws.com"}),
        ],
        "Policies": [],
        "IsTruncated": False,
    },
}
