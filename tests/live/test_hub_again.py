"""Proves that spokes still trust the hub's roles after these are deleted and created again, and nobody else
in its account.
"""

import json
import unittest
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from rolewatch_live.accounts import DEVELOPMENT, HOME, HUB
from rolewatch_live.live import Live
from rolewatch_live.people import Person, hire
from rolewatch_live.stack import NAME

READERS = tuple(f"arn:aws:iam::{account}:role/rolewatch-reader" for account in (DEVELOPMENT, HUB))
ADMITTED = tuple(f"{NAME}-{function}" for function in ("switch-guard", "session-auditor"))
ANYTHING = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
# An administrator of the hub's account may assume these roles, and so may the functions themselves.
OPEN = [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"}},
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
]


class AHubAgain(unittest.TestCase):
    live: Live
    iam: Any
    admin: Person

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(spokes=((DEVELOPMENT, HOME),)))
        cls.live.push_policy()
        cls.iam = cls.live.client("iam")
        cls.admin = hire(cls.live.accounts, "admin", may=ANYTHING, account=HUB)
        hire(cls.live.accounts, "alice", "Developers")

    def create(self, name: str, path: str = "/") -> str:
        """Creates a role in the hub's account that may assume any role, and that the administrator may
        assume. Returns its ARN.
        """
        role = self.iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps({"Statement": OPEN}))
        self.iam.put_role_policy(RoleName=name, PolicyName="go", PolicyDocument=json.dumps({"Statement": [ANYTHING]}))
        return str(role["Role"]["Arn"])

    def delete(self, name: str) -> None:
        for policy in self.iam.list_role_policies(RoleName=name)["PolicyNames"]:
            self.iam.delete_role_policy(RoleName=name, PolicyName=policy)
        self.iam.delete_role(RoleName=name)

    def create_again(self, name: str) -> None:
        """Deletes a role and creates one with the same definition, which gets another unique ID."""
        before = self.iam.get_role(RoleName=name)["Role"]
        names = self.iam.list_role_policies(RoleName=name)["PolicyNames"]
        policies = {policy: self.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names}
        self.delete(name)
        trust = json.dumps(before["AssumeRolePolicyDocument"])
        after = self.iam.create_role(RoleName=name, Path=before["Path"], AssumeRolePolicyDocument=trust)["Role"]
        for policy, document in policies.items():
            self.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        self.assertEqual(after["Arn"], before["Arn"])
        self.assertNotEqual(after["RoleId"], before["RoleId"])

    def enters(self, arn: str, reader: str, session: str = "rolewatch") -> bool:
        """Whether a session of one of the hub's roles can assume a reader role."""
        credentials = self.admin.switch(arn, RoleSessionName=session)["Credentials"]
        try:
            self.admin.switch(reader, credentials)
        except ClientError as refused:
            self.assertEqual(refused.response["Error"]["Code"], "AccessDenied")
            return False
        return True

    def rosters(self) -> set[str]:
        bucket = self.live.client("s3").list_objects_v2(Bucket=self.live.hub["BucketName"], Prefix=f"roster/{DEVELOPMENT}@")
        return {entry["Key"] for entry in bucket.get("Contents", [])}

    def test_1_the_auditor_reads_an_account_with_the_role_that_was_made_again(self) -> None:
        for name in ADMITTED:
            self.create_again(name)
        self.assertEqual(self.rosters(), set())
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.live.run("SessionAuditorName", {"task": "rosters", "at": at})
        self.assertEqual(len(self.rosters()), 1)

    def test_2_any_other_role_of_the_hubs_account_is_refused(self) -> None:
        names = [f"{NAME}-switch-guard-2", f"{NAME}-switch-guard2", f"{NAME}-switch", f"{NAME}-anything"]
        others = [self.create(name) for name in names]
        third = f"{NAME}-slack-notifier"
        self.create_again(third)
        self.iam.update_assume_role_policy(RoleName=third, PolicyDocument=json.dumps({"Statement": OPEN}))
        self.iam.put_role_policy(RoleName=third, PolicyName="go", PolicyDocument=json.dumps({"Statement": [ANYTHING]}))
        others.append(f"arn:aws:iam::{HUB}:role/{third}")
        for reader in READERS:
            for arn in others:
                for session in ("rolewatch", ADMITTED[0]):
                    with self.subTest(role=arn, reader=reader, session=session):
                        self.assertFalse(self.enters(arn, reader, session))
            with self.subTest(reader=reader), self.assertRaisesRegex(ClientError, "is not authorized"):
                self.admin.switch(reader)

    def test_3_the_two_are_admitted_by_their_whole_arns(self) -> None:
        for name in ADMITTED:
            self.delete(name)
            arn = self.create(name)
            for reader in READERS:
                self.assertTrue(self.enters(arn, reader), f"{name}: otherwise the refusals show nothing")
            self.delete(name)
            elsewhere = self.create(name, "/team/")
            for reader in READERS:
                self.assertFalse(self.enters(elsewhere, reader), elsewhere)


if __name__ == "__main__":
    unittest.main()
