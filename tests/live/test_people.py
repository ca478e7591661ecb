"""Proves that switches by people who really call STS are judged correctly, and shown in Slack.

The world: an emulator that records the calls as CloudTrail does, and a Slack with a bot token.
"""

import json
import unittest
from datetime import UTC, datetime
from typing import Any

from rolewatch_live.accounts import DEVELOPMENT
from rolewatch_live.by_clock import tells_of_set_up
from rolewatch_live.company import Company, found, rosters
from rolewatch_live.live import Live
from rolewatch_live.people import hire
from rolewatch_live.waiting import until


class People(unittest.TestCase):
    live: Live
    company: Company

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(bot=True))
        cls.company = found(cls.live.accounts)
        cls.live.push_policy()
        for name, roster in rosters(cls.live.accounts).items():
            cls.live.push_roster(name, roster)

    def about(self, name: str) -> list[dict[str, Any]]:
        """Returns the channel's messages about this person, without those about the setup, which depend on
        the clock.
        """
        named = [message for message in self.live.sink.messages() if name in json.dumps(message["payload"])]
        return [message for message in named if not tells_of_set_up(message["payload"])]

    def findings(self, name: str) -> dict[str, dict[str, Any]]:
        """Returns the open findings about this person, by rule."""
        return {finding["rule"]: finding for finding in self.live.findings_of_switches() if finding["caller"]["name"] == name}

    def received(self, more: int, since: int) -> None:
        until(f"{more} more events", lambda: self.live.received() >= since + more)
        self.live.rest()

    def test_a_developer_with_mfa_is_nobodys_business(self) -> None:
        before = self.live.received()
        self.company.alice.switch(self.company.update_app, self.company.alice.sign_in())
        self.received(3, before)
        self.assertEqual(self.findings("alice"), {})
        self.assertEqual(self.about("alice"), [])

    def test_a_tester_is_told_of_with_both_halves(self) -> None:
        self.company.tess.switch(self.company.update_app, **self.company.tess.with_code())
        until("both halves", lambda: self.findings("tess").get("RW001", {}).get("events_total") == 2)
        self.live.rest()
        self.assertEqual(set(self.findings("tess")), {"RW001"})
        (message,) = self.about("tess")
        self.assertIn("RW001", json.dumps(message["payload"]))

    def test_a_developer_without_mfa_is_told_of(self) -> None:
        self.company.carol.switch(self.company.update_app)
        until("message", lambda: self.about("carol"))
        self.live.rest()
        self.assertEqual(set(self.findings("carol")), {"RW002"})

    def test_a_late_half_completes_the_message_in_place(self) -> None:
        tom = self.company.tom
        self.live.emulator.hold(DEVELOPMENT)
        tom.switch(self.company.update_app, **tom.with_code())
        (early,) = until("the message", lambda: self.about("tom"))
        self.assertFalse(early["edited"])
        self.live.emulator.release(DEVELOPMENT)
        (late,) = until("the message to change", lambda: [message for message in self.about("tom") if message["edited"]])
        self.assertEqual(late["ts"], early["ts"])
        self.live.rest()
        self.assertEqual(len(self.about("tom")), 1)

    def test_whom_no_roster_knows_iam_is_asked_about_through_the_reader_role(self) -> None:
        newcomer = hire(self.live.accounts, "newcomer", "Developers", device=True)
        newcomer.switch(self.company.update_app, **newcomer.with_code())
        asked = [{"AttributeKey": "ResourceName", "AttributeValue": f"arn:aws:iam::{DEVELOPMENT}:role/rolewatch-reader"}]
        trail = self.live.accounts.client("cloudtrail", DEVELOPMENT)
        until("entry into the reader role", lambda: trail.lookup_events(LookupAttributes=asked)["Events"])
        self.live.rest()
        self.assertNotIn("violation", {finding["verdict"] for finding in self.findings("newcomer").values()})

    def test_a_roster_is_taken_of_the_account_whose_groups_the_policy_names(self) -> None:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.live.run("SessionAuditorName", {"task": "rosters", "at": at})
        s3, bucket = self.live.accounts.client("s3"), self.live.hub["BucketName"]
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="roster/")["Contents"]]
        (taken,) = [key for key in keys if key.startswith(f"roster/{DEVELOPMENT}@")]
        roster = json.loads(s3.get_object(Bucket=bucket, Key=taken)["Body"].read())
        groups = {user["UserName"]: user["GroupList"] for user in roster["UserDetailList"]}
        self.assertEqual((groups["alice"], groups["tess"]), (["Developers"], ["Testers"]))


if __name__ == "__main__":
    unittest.main()
