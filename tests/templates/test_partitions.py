"""Proves that the templates deploy in every partition of AWS, including future ones."""

import json
import re
import unittest

import templates
from templates import HUB, ROOT, SPOKE, TRAIL

CROSS_ACCOUNT = ROOT / "deploy" / "cross-account"
TEMPLATES = (HUB, SPOKE, TRAIL, CROSS_ACCOUNT / "identity-account.yaml", CROSS_ACCOUNT / "role-account.yaml")
STATE_MACHINE = ROOT / "functions" / "archive-auditor" / "history.asl.json"
KNOWN = (ROOT / "shared" / "guard" / "src" / "partition.rs").read_text()
# One Region of each partition, and one for each Region prefix of the partition `aws`.
REGIONS = (
    *("us-east-1", "eu-west-1", "ap-southeast-7", "sa-east-1", "ca-west-1", "me-central-1", "af-south-1", "il-central-1", "mx-central-1"),
    *("cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"),
    *("nova-orion-north-1", "nova-lyra-12"),
)
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-nova", "aws-nova-x2")


class Partitions(unittest.TestCase):
    def test_every_region_is_taken_and_nothing_else(self):
        for path, names in ((HUB, ["Regions"]), (SPOKE, ["HubRegion", "GlobalRegion"]), (TRAIL, ["HubRegion"])):
            for name in names:
                pattern = templates.raw(path)["Parameters"][name]["AllowedPattern"]
                for region in REGIONS:
                    self.assertRegex(region, pattern, name)
                for odd in ("us-east", "US-EAST-1", "us_east_1", "us-east-1a", "us-east-1,", "global", "us-east-1 ", "1-2-3", "a-b-c-d-e-1", "*"):
                    self.assertNotRegex(odd, pattern, name)

    def test_arns_of_every_partition_are_taken(self):
        samples = {
            "SlackSecretArn": "arn:{}:ssm:us-east-1:111122223333:parameter/rolewatch/slack",
            "SlackSecretKeyArn": "arn:{}:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001",
            "TrailKeyArn": "arn:{}:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001",
            "BucketKeyArn": "arn:{}:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001",
            "ElevatedRoles": "arn:{}:iam::444455556666:role/UpdateApp",
            "RoleArns": "arn:{}:iam::444455556666:role/UpdateApp",
            "AlarmTopicArn": "arn:{}:sns:us-east-1:111122223333:alarms",
        }
        taken = set()
        for path in TEMPLATES:
            for name, parameter in templates.raw(path)["Parameters"].items():
                pattern = parameter.get("AllowedPattern", "")
                if "arn:" not in pattern:
                    continue
                taken.add(name)
                for partition in PARTITIONS:
                    self.assertRegex(samples[name].format(partition), pattern, name)
                self.assertNotRegex(samples[name].format("azure"), pattern, name)
        self.assertEqual(taken, set(samples))

    def test_the_schema_takes_the_roles_of_every_partition(self):
        schema = json.loads((ROOT / "shared" / "guard" / "src" / "policy" / "schema.json").read_text())
        pattern = schema["$defs"]["arn"]["pattern"]
        for partition in (*PARTITIONS, "*", "aws*", "aws-*", "aws-us-go?", "*-cn"):
            self.assertRegex(f"arn:{partition}:iam::444455556666:role/UpdateApp", pattern)
        for odd in ("azure", "awscn", "aws-", "AWS", "aws_cn", ""):
            self.assertNotRegex(f"arn:{odd}:iam::444455556666:role/UpdateApp", pattern)

    def test_no_arn_that_is_built_names_a_partition(self):
        for path in (*TEMPLATES, STATE_MACHINE):
            text = re.sub(r"AllowedPattern: .*", "", path.read_text())
            self.assertEqual(re.findall(r"arn:aws[^\s'\"]*", text), [], path.name)
            self.assertIn("arn:${", text, path.name)

    def test_the_reader_role_is_made_once_in_every_known_partition(self):
        known = set(re.findall(r'iam_region: "([^"]+)"', KNOWN))
        self.assertEqual(len(known), 8)
        conditions = templates.raw(SPOKE)["Conditions"]
        listed = {equals["Fn::Equals"][1] for equals in conditions["IsIamRegion"]["Fn::Or"]}
        self.assertEqual(listed, known - {templates.raw(SPOKE)["Parameters"]["GlobalRegion"]["Default"]})

    def test_a_link_leads_into_its_own_partition_or_there_is_none(self):
        template = templates.raw(CROSS_ACCOUNT / "role-account.yaml")
        self.assertNotIn("Mappings", template, "one fails in every partition that it doesn't have")
        links = {name: output for name, output in template["Outputs"].items() if name.endswith("SwitchLink")}
        self.assertEqual(len(links), 2)
        hosts = set(re.findall(r'sign_in: Some\("([^"]+)"\)', KNOWN))
        for name, output in links.items():
            self.assertEqual(output["Condition"], "HasSignIn", name)
            self.assertEqual(set(re.findall(r"'((?:[\w-]+\.)*signin\.[\w.-]+)'", str(output["Value"]))), hosts, name)


if __name__ == "__main__":
    unittest.main()
