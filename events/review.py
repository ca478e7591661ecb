"""Writes the setup of the company as IAM lists it, with one fault for each rule of the review, next to
correct parts.
"""

import csv
import io
import json
from urllib.parse import quote

from roster import CENTER, MFA, SAML, SINCE, group, policy, role, root_of, user
from shapes import DEVELOPMENT, PRODUCTION
from week import ALICE, BATCH, BOB, BREAK_GLASS, FRANK, INGRID, MIGRATE_DATA, OSCAR, RELEASE_APP, RELEASE_MANAGER, TOM, UPDATE_APP, Role

FOREIGN = "999988887777"
REPORTS = Role(PRODUCTION, "Reports")
PRODUCTION_ROLES = f"arn:aws:iam::{PRODUCTION}:role/*"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource, condition=None):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | ({"Condition": condition} if condition else {})


def inline(name, *statements):
    return [{"PolicyName": name, "PolicyDocument": document(*statements)}]


def managed(name, *statements):
    whole = policy(name, UPDATE_APP)
    whole["PolicyVersionList"][0]["Document"] = document(*statements)
    return whole


def attached(*names):
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{DEVELOPMENT}:policy/{name}"} for name in names]


def developers():
    """They may add other members."""
    grows = {"Sid": "Onboarding", **allow(["iam:AddUserToGroup", "iam:GetGroup"], f"arn:aws:iam::{DEVELOPMENT}:group/Developers")}
    return group("Developers", "x") | {
        "GroupPolicyList": inline("SwitchToUpdateApp", allow("sts:AssumeRole", UPDATE_APP.arn), grows),
        "AttachedManagedPolicies": [],
    }


def by_own_policy(person, groups, *statements):
    return user(person, groups) | {"UserPolicyList": inline("Own", *statements)}


def encoded(entry):
    """URL-encoded, as the API and older versions of the CLI return policies."""
    return entry | {"AssumeRolePolicyDocument": quote(json.dumps(entry["AssumeRolePolicyDocument"]), safe="")}


def limited(person, groups, boundary):
    arn = f"arn:aws:iam::{DEVELOPMENT}:policy/{boundary}"
    return user(person, groups) | {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


DETAILS = {
    "development.json": {
        "UserDetailList": [
            user(ALICE, ["Developers"]),
            user(BOB, ["Developers"]),
            user(OSCAR, ["OnCall"]),
            user(BATCH, ["Automation"]),
            user(TOM, ["Testers"]),
            # Everything that the group may do, within a boundary that excludes STS.
            limited(INGRID, ["Testers"], "WithoutSwitches"),
            by_own_policy(
                FRANK, [], allow("sts:AssumeRole", BREAK_GLASS.arn, MFA | {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
            ),
        ],
        "GroupDetailList": [
            developers(),
            group("Testers", "SwitchAnywhere"),
            group("OnCall", "SwitchToBreakGlass"),
            group("Automation", "SwitchToMigrateData"),
        ],
        "RoleDetailList": [],
        "Policies": [
            managed("SwitchAnywhere", allow("sts:AssumeRole", PRODUCTION_ROLES)),
            managed("SwitchToBreakGlass", allow("sts:AssumeRole", BREAK_GLASS.arn, MFA)),
            managed("SwitchToMigrateData", allow("sts:AssumeRole", MIGRATE_DATA.arn)),
            managed("WithoutSwitches", {"Effect": "Allow", "NotAction": "sts:*", "Resource": "*"}),
        ],
        "IsTruncated": False,
    },
    "production.json": {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [
            role(UPDATE_APP, root_of(DEVELOPMENT), condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
            encoded(role(BREAK_GLASS, root_of(DEVELOPMENT), condition=MFA)),
            role(MIGRATE_DATA, {"AWS": [root_of(DEVELOPMENT)["AWS"], root_of(FOREIGN)["AWS"]]}),
            role(RELEASE_APP, SAML, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            role(RELEASE_MANAGER, CENTER, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            role(REPORTS, root_of(FOREIGN), condition={"StringEquals": {"sts:ExternalId": "EXAMPLE-7f3a"}}),
        ],
        "Policies": [],
        "IsTruncated": False,
    },
    # What authorization details don't contain.
    "production-roles.json": {
        "Roles": [
            {"RoleName": named.name, "RoleId": named.id, "Arn": named.arn, "CreateDate": SINCE, "MaxSessionDuration": seconds}
            for named, seconds in [(UPDATE_APP, 43200), (BREAK_GLASS, 3600), (MIGRATE_DATA, 3600), (RELEASE_APP, 3600)]
        ],
    },
}


def finding(number, named, status="ACTIVE", kind="ExternalAccess"):
    return {
        "analyzedAt": SINCE,
        "createdAt": SINCE,
        "id": f"EXAMPLE-{number}",
        "resource": named.arn,
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": PRODUCTION,
        "status": status,
        "updatedAt": SINCE,
        "findingType": kind,
    }


ACCESS_ANALYZER = {
    "findings": [
        finding(1, MIGRATE_DATA),
        finding(2, REPORTS),
        finding(3, UPDATE_APP),
        finding(4, BREAK_GLASS, status="ARCHIVED"),
        finding(5, RELEASE_APP, kind="UnusedIAMRole"),
    ]
}

COLUMNS = ["user", "arn", "user_creation_time", "password_enabled", "password_last_used", "mfa_active", "access_key_1_active"]


def credential_report():
    """Some columns of the report: those that matter, and a few that don't."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerow(["<root_account>", f"arn:aws:iam::{DEVELOPMENT}:root", SINCE, "not_supported", "no_information", "true", "false"])
    for person in [ALICE, BOB, OSCAR, BATCH, TOM, INGRID, FRANK]:
        lines.writerow([person.name, person.arn, SINCE, "true", SINCE, str(person is not BOB).lower(), "true"])
    return text.getvalue()
