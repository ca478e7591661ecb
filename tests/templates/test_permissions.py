"""Proves that every permission is known, names its resource, and is used by a call in the code."""

import re
import unittest

import permissions
import templates
from templates import ALL, HUB, ROOT, SPOKE, TRAIL

DOC = ROOT / "docs" / "permissions.md"
CALLS = ROOT / "shared" / "aws" / "src"
CROSS_ACCOUNT = sorted((ROOT / "deploy" / "cross-account").glob("*-account.yaml"))
# The SDK's method for each IAM action. None: only the CLI makes this call, with the permissions of whoever
# runs it.
METHODS = {
    "assume_role": "sts:AssumeRole",
    "batch_write_item": "dynamodb:BatchWriteItem",
    "delete_object": "s3:DeleteObject",
    "describe_execution": None,
    "describe_map_run": None,
    "describe_permission_set": "sso:DescribePermissionSet",
    "describe_table": None,
    "get_account_authorization_details": "iam:GetAccountAuthorizationDetails",
    "get_bucket_notification_configuration": None,
    "get_caller_identity": None,
    "get_object": "s3:GetObject",
    "get_parameter": "ssm:GetParameter",
    "get_secret_value": "secretsmanager:GetSecretValue",
    "head_bucket": "s3:ListBucket",
    "head_object": None,
    "is_member_in_groups": "identitystore:IsMemberInGroups",
    "list_account_assignments": "sso:ListAccountAssignments",
    "list_accounts_for_provisioned_permission_set": "sso:ListAccountsForProvisionedPermissionSet",
    "list_buckets": None,
    "list_group_memberships": "identitystore:ListGroupMemberships",
    "list_groups": "identitystore:ListGroups",
    "list_groups_for_user": "iam:ListGroupsForUser",
    "list_instances": "sso:ListInstances",
    "list_permission_sets": "sso:ListPermissionSets",
    "list_roles": "iam:ListRoles",
    "list_tables": None,
    "list_subscriptions_by_topic": "sns:ListSubscriptionsByTopic",
    "list_map_runs": None,
    "list_users": "identitystore:ListUsers",
    "list_objects_v2": "s3:ListBucket",
    "lookup_events": "cloudtrail:LookupEvents",
    "publish": "sns:Publish",
    "put_bucket_notification_configuration": None,
    "put_item": "dynamodb:PutItem",
    "put_object": "s3:PutObject",
    "query": "dynamodb:Query",
    "scan": None,
    "send_message": "sqs:SendMessage",
    "start_execution": None,
}
# Calls that AWS makes in the name of a role, without a call in the code.
BY_AWS = {
    "Lambda takes messages from the queue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "Lambda writes what the function prints": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "topics, tables and the bucket are encrypted": {"kms:Decrypt", "kms:GenerateDataKey"},
}
# Actions that don't support resource-level permissions.
FOR_EVERYTHING = {
    ("ReaderRole", "cloudtrail:LookupEvents"),
    ("ReaderRole", "iam:GetAccountAuthorizationDetails"),
    ("ReaderRole", "iam:ListRoles"),
    ("ReaderRole", "sso:ListInstances"),
}
FUNCTIONS = ("SwitchGuardRole", "SlackNotifierRole", "SessionAuditorRole", "ArchiveAuditorRole", "ReaderRole")
BUSES = ("HubBus", "TamperBus")
# Services that send aws:SourceArn or aws:SourceAccount.
NAMED_SOURCE = ("aws:SourceAccount", "aws:SourceArn")


class Permissions(unittest.TestCase):
    def test_the_table_in_the_documentation_is_the_templates(self):
        self.assertTrue(
            DOC.read_text().endswith(permissions.table()), "run `python tests/templates/permissions.py` and put what it prints at the end of the page"
        )

    def test_no_permission_is_for_everything_but_those_that_know_no_resources(self):
        for path in ALL:
            pairs = permissions.pairs(path)
            self.assertEqual({(who, action) for who, action, resource in pairs if resource == "*"}, set() if path == TRAIL else FOR_EVERYTHING)
            for who, action, _ in pairs:
                self.assertNotIn(action, ("*", "sqs:*", "sns:*", "s3:*", "iam:*"), who)

    def test_the_functions_may_do_what_the_code_does_and_no_more(self):
        granted = {action for who, action, _ in permissions.pairs(HUB) if who in FUNCTIONS}
        calls = sdk_calls()
        self.assertLessEqual(calls, set(METHODS), "say what IAM calls the new ones")
        made = {METHODS[call] for call in calls} - {None}
        self.assertEqual(granted, made.union(*BY_AWS.values()))

    def test_who_reads_is_asked_of_the_one_topic_by_those_who_have_to_know(self):
        asked = {(who, resource) for who, action, resource in permissions.pairs(HUB) if action == "sns:ListSubscriptionsByTopic"}
        self.assertEqual(asked, {("SlackNotifierRole", "OperationsTopic"), ("SessionAuditorRole", "OperationsTopic")})

    def test_the_state_machine_reads_no_bucket_but_the_stacks_own(self):
        read = {resource for who, action, resource in permissions.pairs(HUB) if who == "HistoryRole" and action.startswith("s3:")}
        self.assertEqual(read, {"StateBucket/history/*"})

    def test_every_service_has_to_say_for_whom_it_acts(self):
        seen = 0
        for path in ALL:
            template = templates.transformed(path)
            for name, _, document in permissions.resource_policies(template):
                for statement in permissions.statements(document):
                    if statement["Effect"] == "Allow" and "Service" in (statement["Principal"] if isinstance(statement["Principal"], dict) else {}):
                        seen += 1
                        self.assertTrue(names_its_source(statement), f"{path.name}: {name} {statement['Sid']}")
            for name, role in templates.of_type(template, "AWS::IAM::Role").items():
                for statement in permissions.statements(role["Properties"]["AssumeRolePolicyDocument"]):
                    # Lambda doesn't send the function for which it assumes a role.
                    if statement["Principal"].get("Service") not in (None, "lambda.amazonaws.com"):
                        seen += 1
                        self.assertTrue(names_its_source(statement), f"{path.name}: {name}")
        self.assertGreater(seen, 10)

    def test_the_reader_roles_trust_two_roles_of_the_hub_by_their_arns(self):
        arn = "arn:${AWS::Partition}:iam::${HubAccountId}:"
        roles = [{"Fn::Sub": f"{arn}role/${{HubStackName}}-{name}"} for name in ("switch-guard", "session-auditor")]
        own = [{"Fn::GetAtt": [name, "Arn"]} for name in ("SwitchGuardRole", "SessionAuditorRole")]
        account = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
        for path, root, admitted in ((SPOKE, {"Fn::Sub": f"{arn}root"}, roles), (HUB, account, own)):
            trust = templates.raw(path)["Resources"]["ReaderRole"]["Properties"]["AssumeRolePolicyDocument"]
            (statement,) = trust["Statement"]
            self.assertEqual(
                statement,
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": root},
                    "Action": "sts:AssumeRole",
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": admitted}},
                },
            )
        # The hub gives its roles the names that the spoke expects, without a path.
        for name, own_name in (("SwitchGuardRole", "switch-guard"), ("SessionAuditorRole", "session-auditor")):
            role = templates.raw(HUB)["Resources"][name]["Properties"]
            self.assertEqual(role["RoleName"], {"Fn::Sub": f"${{AWS::StackName}}-{own_name}"})
            self.assertNotIn("Path", role)

    def test_identity_center_is_read_where_it_is_administered_and_only_if_wanted(self):
        seen = 0
        for path in (HUB, SPOKE):
            template = templates.raw(path)
            self.assertEqual([template["Parameters"][f"IdentityCenter{what}"]["Default"] for what in ("Account", "Region")], ["", ""])
            here = {"Fn::Equals": [{"Ref": "IdentityCenterAccount"}, {"Ref": "AWS::AccountId"}]}
            self.assertEqual(template["Conditions"]["ReadsCenter"], {"Fn::And": [{"Condition": "HasCenter"}, here]})
            for policy in template["Resources"]["ReaderRole"]["Properties"]["Policies"]:
                condition, policy, _ = policy.get("Fn::If", (None, policy, None))
                for statement in permissions.statements(policy["PolicyDocument"]):
                    of_center = [action for action in permissions.listed(statement["Action"]) if action.startswith(("sso:", "identitystore:"))]
                    if of_center:
                        seen += len(of_center)
                        self.assertEqual(condition, "ReadsCenter", of_center)
                        self.assertEqual(statement["Condition"], {"StringEquals": {"aws:RequestedRegion": {"Ref": "IdentityCenterRegion"}}})
        self.assertEqual(seen, 2 * 9)

    def test_no_policy_has_a_role_or_a_user_as_principal(self):
        seen = 0
        for path in (*ALL, *CROSS_ACCOUNT):
            template = templates.transformed(path)
            trusts = [role["Properties"]["AssumeRolePolicyDocument"] for role in templates.of_type(template, "AWS::IAM::Role").values()]
            for document in (*trusts, *(document for _, _, document in permissions.resource_policies(template))):
                for statement in permissions.statements(document):
                    principal = statement["Principal"]
                    for value in permissions.listed(principal.get("AWS", [])) if isinstance(principal, dict) else []:
                        seen += 1
                        shown = permissions.shown(value)
                        self.assertTrue(shown.endswith(":root") or shown == "SpokeAccounts", f"{path.name}: IAM keeps {shown} by its unique id")
        self.assertGreater(seen, 4)

    def test_who_may_send_events_is_named(self):
        for statement in (s for _, owner, d in permissions.resource_policies(templates.transformed(HUB)) if owner in BUSES for s in permissions.statements(d)):
            if statement["Principal"] == "*":
                self.assertEqual(statement["Condition"], {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}})
            else:
                self.assertEqual(statement["Principal"], {"AWS": {"Ref": "SpokeAccounts"}})

    def test_nothing_is_taken_that_comes_without_tls(self):
        policies = [policy for path in ALL for policy in permissions.resource_policies(templates.transformed(path))]
        for _, owner, document in policies:
            if owner in ("Key", *BUSES):
                continue
            denials = [s for s in permissions.statements(document) if s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}]
            self.assertEqual(len(denials), 1, owner)


def names_its_source(statement):
    """Whether the condition limits account and resource, or, for logs, the log group that uses the key."""
    condition = str(statement.get("Condition", {}))
    return all(key in condition for key in NAMED_SOURCE) or "kms:EncryptionContext:aws:logs:arn" in condition


def sdk_calls():
    """Returns the methods that are called on a client without arguments. That is how a call to the SDK
    begins.
    """
    found = set()
    for path in CALLS.rglob("*.rs"):
        text = re.sub(r"\s+", "", path.read_text().partition("#[cfg(test)]")[0])
        found |= set(re.findall(r"(?:client|sts|iam|admin|identities|manager|parameters|states|from_conf\(config\)|iam_client\([^)]*\)\.await\?)\.([a-z0-9_]+)\(\)[.;](?=[a-z_]+)", text))
    return found - {"clone", "config"}
