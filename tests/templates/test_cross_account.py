"""Proves that the templates of `deploy/cross-account/` make IAM enforce what docs/cross-account.md promises.

Reads the templates as written, without deploying them: trust policies, group policies and parameters.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import permissions
import templates
import yaml
from templates import ROOT

BIN = Path(sys.executable).parent
FOLDER = ROOT / "deploy" / "cross-account"
ROLES = FOLDER / "role-account.yaml"
GROUPS = FOLDER / "identity-account.yaml"
MFA = "aws:MultiFactorAuthPresent"
# Actions that don't support resource-level permissions.
OF_NO_RESOURCE = {"ec2:DescribeInstances", "iam:ListVirtualMFADevices"}
CHECKOV = ("checkov", "--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--output", "json")


class CrossAccount(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.roles, cls.groups = templates.raw(ROLES), templates.raw(GROUPS)

    def test_cfn_lint_and_checkov_have_nothing_to_say_and_nothing_is_suppressed(self):
        lint = run("cfn-lint", "--", str(ROLES), str(GROUPS))
        self.assertEqual((lint.returncode, lint.stdout), (0, ""), lint.stdout + lint.stderr)
        report = json.loads(run(*CHECKOV, "--file", str(ROLES), "--file", str(GROUPS)).stdout)
        self.assertEqual([f"{check['check_id']} {check['resource']}" for check in report["results"]["failed_checks"]], [])
        self.assertEqual((report["summary"]["parsing_errors"], report["summary"]["skipped"]), (0, 0))
        self.assertGreater(report["summary"]["passed"], 30, "so few checks cannot have been all of them")
        self.assertEqual([templates.metadata_comments(path) for path in (ROLES, GROUPS)], [[], []])

    def test_a_fault_is_found(self):
        bad = templates.raw(ROLES)
        bad["Resources"]["UpdateAppRole"]["Properties"]["MaxSessionDuration"] = "for ever"
        path = self.folder / "bad.json"
        path.write_text(json.dumps(bad))
        self.assertIn("E3012", run("cfn-lint", "--", str(path)).stdout)

    def test_people_enter_with_fresh_mfa_under_their_own_names_for_an_hour(self):
        for name in ("UpdateAppRole", "TerminateRole"):
            role = self.roles["Resources"][name]["Properties"]
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            self.assertEqual(statement["Principal"], {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${IdentityAccountId}:root"}}, name)
            self.assertEqual(statement["Action"], "sts:AssumeRole", name)
            self.assertEqual(
                statement["Condition"],
                {
                    "Bool": {MFA: "true"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": {"Ref": "MfaMaxAgeSeconds"}},
                    "StringEquals": {"sts:RoleSessionName": "${aws:username}"},
                },
                name,
            )
        sessions = {role["Properties"]["MaxSessionDuration"] for role in templates.of_type(self.roles, "AWS::IAM::Role").values()}
        self.assertEqual(sessions, {3600})

    def test_a_third_party_has_to_say_an_external_id(self):
        role = self.roles["Resources"]["ThirdPartyRole"]
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        self.assertEqual(statement["Condition"], {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}})
        self.assertIn({"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]}, self.roles["Conditions"][role["Condition"]]["Fn::And"])
        self.assertIn("NoThirdPartyWithoutExternalId", self.roles["Rules"])

    def test_variables_are_variables(self):
        documents = [document for template in (self.roles, self.groups) for document in policies(template)]
        self.assertEqual({document["Version"] for document in documents}, {"2012-10-17"})
        self.assertGreater(len(documents), 8)

    def test_mfa_is_never_asked_for_with_a_hole(self):
        for effect, operators in (("Allow", {"Bool"}), ("Deny", {"Bool", "BoolIfExists"})):
            asked = {
                (operator, block[MFA])
                for template in (self.roles, self.groups)
                for statement in statements(template)
                if statement["Effect"] == effect
                for condition in permissions.branches(statement.get("Condition"))
                for operator, block in condition.items()
                if MFA in block
            }
            self.assertEqual(asked, {(operator, "true" if effect == "Allow" else "false") for operator in operators}, effect)

    def test_testers_are_denied_what_developers_are_allowed(self):
        enter, stay_out = (self.groups["Resources"][name]["Properties"] for name in ("EnterRoles", "StayOutOfRoles"))
        self.assertEqual((enter["Groups"], stay_out["Groups"]), ([{"Ref": "Developers"}], [{"Ref": "Testers"}]))
        (denied,) = stay_out["PolicyDocument"]["Statement"]
        self.assertEqual((denied["Effect"], denied["Action"], denied["Resource"]), ("Deny", "sts:AssumeRole", {"Ref": "RoleArns"}))
        self.assertNotIn("Condition", denied)
        for statement in enter["PolicyDocument"]["Statement"]:
            self.assertEqual((statement["Action"], statement["Resource"]), ("sts:AssumeRole", {"Ref": "RoleArns"}))

    def test_nobody_can_enroll_a_second_device_or_touch_anothers(self):
        for statement in self.groups["Resources"]["OwnMfaDevice"]["Properties"]["PolicyDocument"]["Statement"]:
            if statement["Sid"] == "ListThem":
                self.assertEqual(statement["Action"], "iam:ListVirtualMFADevices")
                continue
            for resource in permissions.listed(statement["Resource"]):
                self.assertTrue(resource["Fn::Sub"].endswith(("mfa/${!aws:username}", "user/${!aws:username}", "user/*/${!aws:username}")), resource)

    def test_every_permission_is_named_and_names_its_resource(self):
        for template in (self.roles, self.groups):
            for statement in statements(template):
                actions = permissions.listed(statement["Action"])
                self.assertFalse([action for action in actions if "*" in action], statement)
                if "Resource" in statement and statement["Resource"] == "*":
                    self.assertLessEqual(set(actions), OF_NO_RESOURCE)
                self.assertFalse({"NotAction", "NotResource", "NotPrincipal"} & set(statement))

    def test_the_bucket_is_one_and_this_accounts(self):
        seen = [statement for statement in statements(self.roles) if "s3:" in str(statement["Action"])]
        self.assertEqual(len(seen), 4)
        for statement in seen:
            self.assertRegex(statement["Resource"]["Fn::Sub"], r"^arn:\$\{AWS::Partition\}:s3:::\$\{BucketName\}(/\*)?$")
            self.assertEqual(statement["Condition"], {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}})

    def test_instances_are_terminated_by_tag_alone(self):
        about = {permissions.listed(statement["Action"])[0]: statement for statement in statements(self.roles) if "ec2:" in str(statement["Action"])}
        self.assertEqual(set(about), {"ec2:TerminateInstances", "ec2:DescribeInstances"})
        self.assertEqual(
            about["ec2:TerminateInstances"]["Condition"], {"StringEquals": {"aws:ResourceTag/business-critical": {"Ref": "CriticalTagValue"}}}
        )

    def test_parameters_say_what_they_take(self):
        for template in (self.roles, self.groups):
            for name, parameter in template["Parameters"].items():
                self.assertTrue({"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name)
                self.assertIn("Description", parameter, name)
                if "AllowedPattern" in parameter and "Default" in parameter:
                    self.assertRegex(parameter["Default"], parameter["AllowedPattern"], name)
        arns = self.groups["Parameters"]["RoleArns"]["AllowedPattern"]
        self.assertRegex("arn:aws:iam::444455556666:role/UpdateApp", arns)
        self.assertNotRegex("arn:aws:iam::444455556666:role/*", arns)

    def test_the_policy_of_rolewatch_is_about_these_roles(self):
        policy = yaml.safe_load((FOLDER / "rolewatch.yaml").read_text())
        names = {self.roles["Parameters"][name]["Default"] for name in ("UpdateAppRoleName", "TerminateRoleName")}
        group = self.groups["Parameters"]["DevelopersName"]["Default"]
        self.assertEqual({role["arn"].rpartition("/")[2] for role in policy["roles"]}, names)
        for role in policy["roles"]:
            self.assertEqual((role["groups"], role["mfa"], role["max_session"]), ([f"development/{group}"], "required", "1h"))

    def test_both_languages_tell_of_the_same(self):
        pages = [(ROOT / "docs" / name).read_text() for name in ("cross-account.md", "cross-account.ja.md")]
        english, japanese = map(commands, pages)
        self.assertEqual(english, japanese)
        self.assertGreater(len(english[0]), 10)


def commands(page):
    """Returns the commands to type and the depth of each heading. Neither depends on the language."""
    typed, depths, fence = [], [], None
    for line in page.splitlines():
        if line.startswith("```"):
            fence = line if fence is None else None
        elif fence == "```" and not line.startswith("#"):
            typed.append(line)
        elif fence is None and line.startswith("#"):
            depths.append(line.partition(" ")[0])
    return typed, depths


def policies(template):
    """Yields every policy of a template: trust, inline and managed policies."""
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        yield from (properties[key] for key in ("AssumeRolePolicyDocument", "PolicyDocument") if key in properties)
        yield from (policy["PolicyDocument"] for policy in properties.get("Policies", []))


def statements(template):
    return [statement for document in policies(template) for statement in permissions.statements(document)]


def run(tool, *arguments):
    return subprocess.run([BIN / tool, *arguments], capture_output=True, text=True, timeout=600, check=False)
