"""Proves that the files in `events/cross-account` have the same policies as the templates in
`deploy/cross-account`.

The tests of `rolewatch review` read these files, so they review the setup that is shipped.
"""

import json
import re
import unittest

import templates
from templates import ROOT

FOLDER = ROOT / "deploy" / "cross-account"
FILES = ROOT / "events" / "cross-account"
DEVELOPMENT, PRODUCTION, PARTNER = "111122223333", "444455556666", "999988887777"
ROLES = [f"arn:aws:iam::{PRODUCTION}:role/{name}" for name in ("UpdateApp", "TerminateCriticalInstances")]
NOTHING = object()


class CrossAccountFiles(unittest.TestCase):
    def test_the_roles_are_those_of_the_template(self):
        given = {"IdentityAccountId": DEVELOPMENT, "ThirdPartyAccountId": PARTNER, "ExternalId": "EXAMPLE-4711"}
        made = deployed(FOLDER / "role-account.yaml", PRODUCTION, given)
        roles = {role["RoleName"]: role for role in made.values()}
        details = {role["RoleName"]: role for role in read("production.json")["RoleDetailList"]}
        longest = {role["RoleName"]: role["MaxSessionDuration"] for role in read("production-roles.json")["Roles"]}
        self.assertEqual(len(roles), 3)
        for name, role in roles.items():
            with self.subTest(role=name):
                self.assertEqual(details[name]["AssumeRolePolicyDocument"], role["AssumeRolePolicyDocument"])
                self.assertEqual(details[name]["RolePolicyList"], role["Policies"])
                self.assertEqual(longest[name], role["MaxSessionDuration"])

    def test_groups_and_policies_are_those_of_the_template(self):
        for file, strict in (("development.json", "false"), ("../cross-account-strict/development.json", "true")):
            made = deployed(FOLDER / "identity-account.yaml", DEVELOPMENT, {"RoleArns": ROLES, "MfaSessionRequired": strict})
            details = read(file)
            policies = {re.match(r"cross-account-(\w+)-", name).group(1): policy for name, policy in of_the_stack(details["Policies"])}
            groups = {group["GroupName"]: group for group in details["GroupDetailList"]}
            self.assertEqual(len(policies), 3)
            for name, policy in policies.items():
                with self.subTest(file=file, policy=name):
                    (document,) = (version["Document"] for version in policy["PolicyVersionList"] if version["IsDefaultVersion"])
                    self.assertEqual(document, made[name]["PolicyDocument"])
                    for group in made[name]["Groups"]:
                        attached = [entry["PolicyArn"] for entry in groups[group]["AttachedManagedPolicies"]]
                        self.assertIn(policy["Arn"], attached)


def of_the_stack(policies):
    return [(policy["PolicyName"], policy) for policy in policies if policy["PolicyName"].startswith("cross-account-")]


def read(name):
    return json.loads((FILES / name).read_text())


def deployed(path, account, given):
    """Returns the properties of the resources that the template creates, by logical ID."""
    template = templates.raw(path)
    values = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()} | given
    values |= {"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": NOTHING}
    # `Ref` of a group returns its name.
    values |= {name: values[f"{name}Name"] for name in template["Resources"] if f"{name}Name" in values}
    made = {}
    for name, resource in template["Resources"].items():
        if "Condition" not in resource or holds(template, values, {"Condition": resource["Condition"]}):
            made[name] = resolved(template, values, resource["Properties"])
    return made


def holds(template, values, condition):
    ((function, of),) = condition.items()
    if function == "Condition":
        return holds(template, values, template["Conditions"][of])
    if function == "Fn::Not":
        return not holds(template, values, of[0])
    if function == "Fn::And":
        return all(holds(template, values, part) for part in of)
    if function == "Fn::Equals":
        left, right = (resolved(template, values, part) for part in of)
        return left == right
    raise ValueError(function)


def resolved(template, values, part):
    if isinstance(part, list):
        return [value for value in (resolved(template, values, value) for value in part) if value is not NOTHING]
    if not isinstance(part, dict):
        return part
    if set(part) == {"Ref"}:
        value = values[part["Ref"]]
        # Ref turns numbers into text.
        return str(value) if isinstance(value, int) else value
    if set(part) == {"Fn::Sub"}:
        text = re.sub(r"\$\{([\w:]+)\}", lambda named: str(values[named[1]]), part["Fn::Sub"].replace("${!", "\0"))
        return text.replace("\0", "${")
    if set(part) == {"Fn::If"}:
        condition, then, otherwise = part["Fn::If"]
        return resolved(template, values, then if holds(template, values, {"Condition": condition}) else otherwise)
    whole = {key: resolved(template, values, value) for key, value in part.items()}
    return {key: value for key, value in whole.items() if value is not NOTHING}


if __name__ == "__main__":
    unittest.main()
