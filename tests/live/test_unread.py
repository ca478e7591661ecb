"""Proves that an alert that nobody can read isn't acknowledged, and is sent again once somebody can.

The world: Slack is down, and nobody has confirmed the e-mail subscription.
"""

import json
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

from rolewatch_live import feed
from rolewatch_live.inbox import Inbox
from rolewatch_live.live import NOTIFIER, Live
from rolewatch_live.sink import GONE
from rolewatch_live.stack import OPERATIONS
from rolewatch_live.waiting import until


class Unread(unittest.TestCase):
    live: Live
    operations: Inbox

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(confirmed=False))
        cls.live.push_policy()
        cls.live.push_rosters()
        # A queue, as a pager would use. It doesn't show whether a person reads it.
        cls.operations = cls.live.inbox("OperationsTopicArn", "operations")

    def alerts(self) -> list[str]:
        """Returns the e-mails about the finding itself. The digest doesn't name findings by ID."""
        ids = [finding["id"] for finding in self.live.findings() if finding["rule"] == "RW001"]
        return [message["body"] for message in self.operations.read() if any(id in message["body"] for id in ids)]

    def acknowledged(self) -> list[dict[str, Any]]:
        return [json.loads(row["body"]) for row in self.live.rows("OutboxTableName") if row["sk"] == "ack"]

    def sweep(self, minutes: int) -> None:
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        self.live.run("SessionAuditorName", {"task": "sweep", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ")})

    def test_an_alert_waits_until_somebody_can_read_it(self) -> None:
        self.assertIn(OPERATIONS, self.live.hub["AlarmsReach"])
        self.live.sink.always(GONE)
        self.live.publish([feed.single("outside-group")])
        until("a failure", lambda: self.live.metrics(NOTIFIER)["SlackFailed"])
        self.assertEqual(len(until("the alert at the pager", self.alerts)), 1)
        self.assertEqual(self.acknowledged(), [], "a pager acknowledges nothing")

        self.live.run("SessionAuditorName", {"task": "digest", "at": "2026-03-03T22:00:00Z"})
        digest = until("the digest", lambda: [message for message in self.operations.read() if "Daily digest" in message["body"]])
        self.assertIn("isn't confirmed", digest[-1]["body"])

        self.live.confirm(OPERATIONS)
        # A process remembers the subscriptions for five minutes. A new process asks again.
        self.live.accounts.client("lambda").update_function_configuration(FunctionName=self.live.hub["SlackNotifierName"], MemorySize=256)
        self.sweep(minutes=6)
        until("the acknowledgement", self.acknowledged)
        self.assertEqual({ack["how"] for ack in self.acknowledged()}, {"mail"})
        self.assertEqual(len(self.alerts()), 2, "once for the pager, and once for the person")


class Nobody(unittest.TestCase):
    def test_the_stack_and_the_digest_say_that_alarms_reach_nobody(self) -> None:
        with Live(spokes=(), OperationsEmail="none") as live:
            live.push_policy()
            self.assertIn("NOBODY", live.hub["AlarmsReach"])
            topic = live.hub["OperationsTopicArn"]
            self.assertEqual(live.accounts.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"], [])
            live.run("SessionAuditorName", {"task": "digest", "at": "2026-03-03T22:00:00Z"})
            (post,) = until("the digest", live.sink.messages)
            self.assertIn("alarms don't reach anybody", json.dumps(post["payload"]))


if __name__ == "__main__":
    unittest.main()
