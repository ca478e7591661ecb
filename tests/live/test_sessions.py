"""Proves that sessions are watched to their end.

A session counts as ended only after session-auditor has looked up the events that no rule forwarded in
CloudTrail.
"""

import json
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

from rolewatch_live import feed
from rolewatch_live.accounts import EVERYWHERE
from rolewatch_live.live import AUDITOR, GUARD, Live
from rolewatch_live.waiting import until

SIGN_IN = ("sts.amazonaws.com", "signin.amazonaws.com", "iam.amazonaws.com")


def of_bob() -> list[feed.Record]:
    """Returns all records of one person's long Thursday."""
    return [record for record in feed.archived() if record["eventTime"].startswith("2026-03-05") and "bob" in json.dumps(record)]


class Sessions(unittest.TestCase):
    live: Live

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(EVERYWHERE, bot=True))
        cls.live.push_policy()
        cls.live.push_rosters()

    def sweep(self, at: str) -> None:
        self.live.run("SessionAuditorName", {"task": "sweep", "at": at})
        self.live.rest()

    def standing(self, rule: str, name: str) -> list[dict[str, Any]]:
        stand = [finding for finding in self.live.findings() if finding["status"] != "withdrawn"]
        return [finding for finding in stand if (finding["rule"], finding["caller"]["name"]) == (rule, name)]

    def told(self, rule: str, name: str) -> int:
        """Returns how many messages of the channel name both."""
        return sum(rule in text and name in text for text in (json.dumps(message["payload"]) for message in self.live.sink.messages()))

    def test_uses_that_never_came_are_looked_up_and_the_stretch_is_told_of(self) -> None:
        records = of_bob()
        withheld = [record for record in records if record["eventSource"] not in SIGN_IN]
        self.assertGreater(len(withheld), 2)
        self.live.publish(feed.envelope(record) for record in records if record not in withheld)
        self.live.rest()
        self.assertEqual([finding["verdict"] for finding in self.standing("RW004", "bob") if finding["verdict"] == "violation"], [])
        self.live.emulator.recorded(withheld)
        before = self.live.metrics(GUARD)["Recovered"]
        for at in ("2026-03-06T06:00:00Z", "2026-03-06T06:05:00Z"):
            self.sweep(at)
        self.assertIn("violation", [finding["verdict"] for finding in self.standing("RW004", "bob")])
        self.assertEqual(self.told("RW004", "bob"), 1)
        self.assertGreater(self.live.metrics(GUARD)["Recovered"], before)
        looked = self.live.metrics(AUDITOR)["Lookups"]
        self.assertGreater(looked, 0)
        self.sweep("2026-03-06T06:10:00Z")
        self.assertEqual(self.live.metrics(AUDITOR)["Lookups"], looked, "what is closed is not looked up again")
        self.assertEqual(self.told("RW004", "bob"), 1)

    def test_a_half_that_never_came_completes_the_finding(self) -> None:
        caller = feed.single("outside-group")
        shared = caller["detail"]["sharedEventID"]
        owner = next(
            feed.envelope(record)
            for record in feed.archived()
            if record.get("sharedEventID") == shared and record["eventID"] != caller["detail"]["eventID"]
        )
        self.live.publish([owner])
        self.live.rest()
        (early,) = self.standing("RW001", "tess")
        self.assertEqual(early["events_total"], 1)
        self.live.emulator.recorded([caller["detail"]])
        self.sweep("2026-03-03T12:00:00Z")
        (late,) = self.standing("RW001", "tess")
        self.assertEqual((late["id"], late["events_total"]), (early["id"], 2))
        self.assertEqual(self.told("RW001", "tess"), 1)

    def test_an_alert_that_was_lost_on_its_way_is_sent_again_until_slack_has_it(self) -> None:
        event = feed.single("web-identity-unexpected")
        alerts = self.live.hub["AlertQueueUrl"]
        sqs = self.live.accounts.client("sqs")
        with self.live.deaf("SlackNotifierName"):
            self.live.publish([event])
            until("the alert in its queue", lambda: self.live.depths(["AlertQueueUrl"])["AlertQueueUrl"] > 0)
            sqs.purge_queue(QueueUrl=alerts)
        self.live.rest()
        self.assertEqual(self.told("RW012", "repo:example"), 0)
        soon = datetime.now(UTC) + timedelta(minutes=10)
        self.sweep(soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(self.told("RW012", "repo:example"), 1)
        self.assertGreater(self.live.metrics(AUDITOR)["Resent"], 0)
        later = soon + timedelta(hours=1)
        self.sweep(later.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(self.told("RW012", "repo:example"), 1, "what was acknowledged is not sent again")

    def test_the_day_is_summed_up_once_in_slack_and_by_mail(self) -> None:
        mail = self.live.inbox("OperationsTopicArn", "digest-mail")
        before = len(self.live.sink.messages())
        task = {"task": "digest", "at": "2026-03-03T22:00:00Z"}
        self.live.run("SessionAuditorName", task)
        until("the digest", lambda: len(self.live.sink.messages()) > before)
        self.live.run("SessionAuditorName", task)
        self.live.rest()
        self.assertEqual(len(self.live.sink.messages()), before + 1)
        self.assertTrue(until("the mail", mail.read))


if __name__ == "__main__":
    unittest.main()
