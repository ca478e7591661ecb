"""Proves that a policy or roster that the CLI pushes takes effect, and that an invalid one is rejected.

The CLI is built with the feature `aws`.
"""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from rolewatch_live import binaries, feed
from rolewatch_live.live import POLICY_KEY, Live


class Push(unittest.TestCase):
    live: Live
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live())
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-push-")))

    def rolewatch(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The environment of the CLI for somebody in the hub's account."""
        command = [str(binaries.cli_for_aws()), *arguments]
        return subprocess.run(command, env=self.live.credentials(), capture_output=True, text=True, check=False, timeout=60)

    def stored(self, key: str) -> bytes:
        return bytes(self.live.accounts.client("s3").get_object(Bucket=self.live.hub["BucketName"], Key=key)["Body"].read())

    def test_a_policy_and_a_roster_that_were_pushed_are_judged_by(self) -> None:
        bucket = self.live.hub["BucketName"]
        pushed = self.rolewatch("policy", "push", str(feed.EVENTS / "rolewatch.yaml"), "--bucket", bucket)
        self.assertEqual(pushed.returncode, 0, pushed.stderr)
        self.assertIn(f"s3://{bucket}/{POLICY_KEY}", pushed.stdout)
        self.assertEqual(self.stored(POLICY_KEY), (feed.EVENTS / "rolewatch.yaml").read_bytes())
        for roster in sorted((feed.EVENTS / "roster").glob("*.json")):
            given = str(roster) if "@" in roster.name else f"{roster}@2026-03-03T09:00:00Z"
            done = self.rolewatch("roster", "push", given, "--bucket", bucket)
            self.assertEqual(done.returncode, 0, done.stderr)
        event = feed.single("outside-group")
        self.live.publish([event])
        self.live.rest()
        found = {finding["rule"]: finding["verdict"] for finding in self.live.findings() if event["detail"]["eventID"] in finding["events"]}
        self.assertEqual(found["RW001"], "violation")

        self.plan_from_the_stack(event)

    def plan_from_the_stack(self, event: feed.Envelope) -> None:
        """Makes the plan that an alert names, without any logs."""
        (finding,) = [
            finding for finding in self.live.findings()
            if event["detail"]["eventID"] in finding["events"] and finding["rule"] == "RW001"
        ]
        stack, time = self.live.hub["StackPrefix"], event["detail"]["eventTime"]
        at_once = ("--as-of", f"{time[:-3]}59Z")
        plan = self.rolewatch("revoke-plan", finding["id"][:8], "--stack", stack, *at_once, "--format", "json")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        document = json.loads(plan.stdout)
        self.assertEqual((document["rule"], document["message"]), ("RW001", finding["message"]))
        self.assertIn("tess", plan.stdout)
        unknown = self.rolewatch("revoke-plan", "0123456789", "--stack", stack, *at_once)
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("no finding whose id begins with `0123456789`", unknown.stderr)
        elsewhere = self.rolewatch("revoke-plan", finding["id"], "--stack", "no-such-stack", *at_once)
        self.assertEqual(elsewhere.returncode, 2)
        self.assertIn("no tables of a stack `no-such-stack`", elsewhere.stderr)

    def test_a_broken_policy_is_refused_and_named(self) -> None:
        broken = self.folder / "broken.yaml"
        broken.write_text((feed.EVENTS / "rolewatch.yaml").read_text().replace("max_stretch: 2h", "max_strech: 2h"))
        key = "policy/of-a-test.yaml"
        pushed = self.rolewatch("policy", "push", str(broken), "--bucket", self.live.hub["BucketName"], "--key", key)
        self.assertEqual(pushed.returncode, 2)
        self.assertIn("max_stretch", pushed.stderr)
        listed = self.live.accounts.client("s3").list_objects_v2(Bucket=self.live.hub["BucketName"], Prefix=key)
        self.assertEqual(listed["KeyCount"], 0)

    def test_a_roster_has_to_say_when_it_was_taken(self) -> None:
        roster = feed.EVENTS / "roster" / "development.json"
        done = self.rolewatch("roster", "push", str(roster), "--bucket", self.live.hub["BucketName"])
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{roster}@", done.stderr)

    def test_a_bucket_that_is_not_there_is_named(self) -> None:
        pushed = self.rolewatch("policy", "push", str(feed.EVENTS / "rolewatch.yaml"), "--bucket", "rolewatch-no-such-bucket")
        self.assertEqual(pushed.returncode, 2)
        self.assertIn("rolewatch-no-such-bucket", pushed.stderr)
        self.assertNotIn("panicked", pushed.stderr)

    def test_a_roster_is_pushed_without_what_nobody_needs(self) -> None:
        whole = json.loads(next(iter(sorted((feed.EVENTS / "roster").glob("*.json")))).read_text())
        whole["UserDetailList"][0]["UserPolicyList"] = [{"PolicyName": "secret-plans", "PolicyDocument": {}}]
        file = self.folder / "development@2026-03-01T000000Z.json"
        file.write_text(json.dumps(whole))
        done = self.rolewatch("roster", "push", str(file), "--bucket", self.live.hub["BucketName"])
        self.assertEqual(done.returncode, 0, done.stderr)
        kept = self.stored("roster/development@2026-03-01T000000Z.json")
        self.assertNotIn(b"secret-plans", kept)
        self.assertEqual(len(json.loads(kept)["UserDetailList"]), len(whole["UserDetailList"]))


if __name__ == "__main__":
    unittest.main()
