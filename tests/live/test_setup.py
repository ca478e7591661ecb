"""Proves that the guard reviews the setup when it changes.

The alert says what is wrong, who changed it and what to replace it with, and is resolved after the repair.
The world: `deploy/cross-account/` on the emulator.
"""

import json
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rolewatch_live import binaries, cross_account, feed, review
from rolewatch_live.accounts import DEVELOPMENT, PRODUCTION
from rolewatch_live.cross_account import SetUp
from rolewatch_live.live import Live
from rolewatch_live.people import hire
from rolewatch_live.waiting import until

# The templates create the groups twice.
POLICY = cross_account.POLICY.read_text().replace("[development/Developers]", "[development/Developers, development/StrictDevelopers]")


class TheSetUp(unittest.TestCase):
    cli: Path
    live: Live
    built: SetUp
    scratch: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.live = cls.enterClassContext(Live(bot=True))
        cls.scratch = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-setup-")))
        cls.built = cross_account.set_up(cls.live.accounts)
        cls.built.developer("alice")
        cls.built.tester("tess")
        hire(cls.live.accounts, "nora", may=None)
        cls.live.push_policy(POLICY)

    def changed(self, account: str, who: str, call: str, **parameters: str) -> str:
        """Publishes CloudTrail's record of a change, which the emulator doesn't write. Returns the event ID.
        """
        record = feed.record(account, "iam", call, parameters, by=who)
        event = str(record["eventID"])
        self.assertEqual(self.live.publish([feed.envelope(record)]), 1)
        until("note of the change", lambda: [row for row in self.live.rows("LedgerTableName") if row["pk"] == f"setup#{account}" and event in row["sk"]])
        # rolewatch schedules a reading for when IAM shows the change everywhere. The test doesn't wait for
        # that.
        self.assertIn(f"asked#{account}", {row["pk"] for row in self.asked()})
        self.looks(account)
        return event

    def looks(self, account: str) -> None:
        """Makes the guard read an account now, as it would a minute or two after a change. It accepts a
        reading from this very second.
        """
        read = max(self.readings(account), default="")
        now = until("another second", lambda: (now := datetime.now(UTC)) and now.strftime("%Y-%m-%dT%H%M%SZ") not in read and now)
        self.live.send(json.dumps({"review": {"account": account, "due": now.strftime("%Y-%m-%dT%H:%M:%SZ")}}))
        self.live.rest()

    def readings(self, account: str = "") -> list[str]:
        bucket = self.live.accounts.client("s3").list_objects_v2(Bucket=self.live.hub["BucketName"], Prefix=f"setup/{account}")
        return [entry["Key"] for entry in bucket.get("Contents", [])]

    def asked(self) -> list[dict[str, str]]:
        return [row for row in self.live.rows("LedgerTableName") if row["pk"].startswith("asked#")]

    def found(self) -> dict[str, dict[str, Any]]:
        """Returns the open findings about the setup, by rule."""
        stands = [finding for finding in self.live.findings() if finding["status"] != "withdrawn" and "subject" in finding]
        return {finding["rule"]: finding for finding in stands}

    def told(self, rule: str) -> list[str]:
        """Returns the channel's current messages about a rule."""
        texts = [json.dumps(message["payload"], ensure_ascii=False) for message in self.live.sink.messages()]
        return [text for text in texts if rule in text]

    def test_1_the_shipped_set_up_is_nobodys_business(self) -> None:
        for account in (DEVELOPMENT, PRODUCTION):
            self.looks(account)
        # Once or twice each, because the schedule may have asked for it too.
        self.assertEqual({key.split("@")[0] for key in self.readings()}, {f"setup/{DEVELOPMENT}", f"setup/{PRODUCTION}"})
        self.assertEqual(self.found(), {})

    def test_2_a_trust_policy_that_lost_its_mfa_is_told_with_who_changed_it_and_taken_back_when_it_is_mended(self) -> None:
        iam = self.live.accounts.client("iam", PRODUCTION)
        sound = iam.get_role(RoleName="UpdateApp")["Role"]["AssumeRolePolicyDocument"]
        weak = json.loads(json.dumps(sound))
        for statement in weak["Statement"]:
            statement["Condition"] = {"StringEquals": statement["Condition"]["StringEquals"]}
        iam.update_assume_role_policy(RoleName="UpdateApp", PolicyDocument=json.dumps(weak))
        event = self.changed(PRODUCTION, "anna", "UpdateAssumeRolePolicy", roleName="UpdateApp", policyDocument="…")
        finding = self.found()["RW101"]
        self.assertEqual((finding["caller"]["name"], finding["severity"], finding["status"]), ("anna", "high", "open"))
        self.assertEqual(finding["subject"], self.built.update_app)
        self.assertIn("aws:MultiFactorAuthPresent", json.dumps(finding["fix"]))
        self.assertNotIn("aws:MultiFactorAuthPresent", json.dumps(finding["statement"]))
        # The same findings as the review of what the AWS CLI prints.
        (self.scratch / "policy.yaml").write_text(POLICY)
        files = review.folder(self.live.accounts, self.scratch / "weak", {"development": DEVELOPMENT, "production": PRODUCTION})
        reviewed = {one["id"]: (one["message"], one["fix"]) for one in review.found(self.cli, files, self.scratch / "policy.yaml")}
        self.assertEqual({one["id"]: (one["message"], one["fix"]) for one in self.found().values()}, reviewed)
        until("message", lambda: self.told("RW101"))
        (message,) = self.told("RW101")
        for part in ("anna", "Changed by", "Fix: replace it with", "aws:MultiFactorAuthPresent", event):
            self.assertIn(part, message)

        iam.update_assume_role_policy(RoleName="UpdateApp", PolicyDocument=json.dumps(sound))
        self.changed(PRODUCTION, "anna", "UpdateAssumeRolePolicy", roleName="UpdateApp", policyDocument="…")
        self.assertEqual(self.found(), {})
        until("message that it is resolved", lambda: "RESOLVED" in "".join(self.told("RW101")))

    def test_3_a_right_that_nobody_agreed_on_is_told(self) -> None:
        allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
        self.live.accounts.client("iam", DEVELOPMENT).put_user_policy(UserName="nora", PolicyName="all", PolicyDocument=json.dumps(allowed))
        self.changed(DEVELOPMENT, "boss", "PutUserPolicy", userName="nora", policyName="all")
        finding = self.found()["RW104"]
        self.assertEqual((finding["caller"]["name"], finding["subject"].rpartition("/")[2]), ("boss", "nora"))
        until("message", lambda: self.told("RW104"))
        self.assertEqual(self.live.dead(), dict.fromkeys(self.live.dead(), 0))

    def test_4_every_day_every_account_is_read(self) -> None:
        # Deletes the earlier requests, so that the new ones show.
        for row in self.asked():
            key = {name: {"S": row[name]} for name in ("pk", "sk")}
            self.live.accounts.client("dynamodb").delete_item(TableName=self.live.hub["LedgerTableName"], Key=key)
        self.live.run("SessionAuditorName", {"task": "rosters"})
        self.assertEqual({row["pk"] for row in self.asked()}, {f"asked#{DEVELOPMENT}", f"asked#{PRODUCTION}"})


if __name__ == "__main__":
    unittest.main()
