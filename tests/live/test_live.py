"""Proves that an event on an account's bus leads to the right Slack message, SNS message, rows and metrics.

The world: hub and spokes on the emulator, with an incoming webhook.
"""

import json
import re
import unittest
from typing import Any

from rolewatch_live import feed
from rolewatch_live.accounts import DEVELOPMENT, EVERYWHERE, FOREIGN, HUB, PRODUCTION
from rolewatch_live.inbox import Inbox
from rolewatch_live.live import GUARD, NOTIFIER, Live
from rolewatch_live.sink import DISLIKED, GONE, Post, busy
from rolewatch_live.stack import deploy_spoke
from rolewatch_live.waiting import until


def other_half(event: feed.Envelope) -> feed.Envelope:
    """Returns the other account's record of the same switch."""
    shared = event["detail"]["sharedEventID"]
    halves = [record for record in feed.archived() if record.get("sharedEventID") == shared]
    return next(feed.envelope(record) for record in halves if record["eventID"] != event["detail"]["eventID"])


class TheGuard(unittest.TestCase):
    """All tests share one stack, so each uses an event of its own."""

    live: Live
    findings: Inbox
    operations: Inbox

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(EVERYWHERE))
        cls.live.push_policy()
        cls.live.push_rosters()
        cls.findings = cls.live.inbox("FindingsTopicArn", "findings")
        cls.operations = cls.live.inbox("OperationsTopicArn", "operations")

    def publish(self, *events: feed.Envelope) -> None:
        self.live.publish(events)
        self.live.rest()

    def posts(self, word: str) -> list[Post]:
        """Returns everything sent to Slack, accepted or not, that contains this word."""
        return [post for post in self.live.sink.posts if re.search(rf"\b{word}\b", json.dumps(post.payload))]

    def found(self, event: feed.Envelope) -> dict[str, dict[str, Any]]:
        """Returns what the outbox has about an event, by rule."""
        id = event["detail"]["eventID"]
        return {finding["rule"]: finding for finding in self.live.findings() if id in finding["events"]}

    def sent(self, event: feed.Envelope) -> list[dict[str, Any]]:
        """Returns what subscribers to findings received about an event."""
        id = event["detail"]["eventID"]
        return [message for message in self.findings.read() if id in message["body"]]

    def test_a_clean_switch_is_judged_and_nobody_is_told(self) -> None:
        caller, owner = feed.single("assume-role-mfa-caller"), feed.single("assume-role-mfa-owner")
        before = self.live.counted()["Judged"]
        self.publish(caller, owner)
        until("both halves, judged", lambda: self.live.counted()["Judged"] - before == 2)
        stand = {rule: finding["verdict"] for rule, finding in self.found(caller).items() if finding["status"] != "withdrawn"}
        # The finding that nobody was seen to use the session is stored, but only the digest reports it.
        self.assertEqual(stand, {"RW013": "unproven"})
        self.assertEqual(self.sent(caller), [])

    def test_a_tester_who_gets_in_is_told_of_everywhere(self) -> None:
        event = feed.single("outside-group")
        self.publish(event)
        (post,) = until("post about tess", lambda: self.posts("tess"))
        self.assertEqual(post.objections, [])
        self.assertTrue(post.payload["text"])
        (message,) = self.sent(event)
        alert = json.loads(message["body"])
        self.assertEqual((alert["rule"], alert["verdict"], alert["caller"]["name"]), ("RW001", "violation", "tess"))
        self.assertEqual(message["attributes"], {"rule": "RW001", "verdict": "violation", "severity": "high", "account": PRODUCTION})
        self.assertEqual(self.found(event)["RW001"]["id"], alert["id"])
        self.assertTrue(any(event["detail"]["eventID"] in json.dumps(row) for row in self.live.rows("LedgerTableName")))
        for function, names in (
            (GUARD, ("Received", "Judged", "Findings", "Published", "GuardLatency")),
            (NOTIFIER, ("Delivered", "AlertLatency")),
        ):
            for name in names:
                self.assertGreater(self.live.metrics(function)[name], 0, name)

    def test_a_repeated_event_repeats_nothing(self) -> None:
        event = feed.single("assume-role-no-mfa-permanent-key")
        before = self.live.counted()
        self.publish(event)
        self.publish(event, event)
        self.assertEqual(len(self.sent(event)), 1)
        self.assertEqual(len(self.posts("carol")), 1)
        # Each one arrives through the queue of switches and the queue of all events.
        expected = {"Received": 6, "Judged": 1, "Duplicate": 5}
        until(f"count of {expected}", lambda: {name: self.live.counted()[name] - before[name] for name in expected} == expected)

    def test_a_flood_of_other_events_keeps_no_switch_waiting(self) -> None:
        event = feed.single("ec2-role-chained")
        lambda_ = self.live.client("lambda")
        mappings = lambda_.list_event_source_mappings(FunctionName=self.live.hub["SwitchGuardName"])["EventSourceMappings"]
        queue = self.live.hub["EventQueueUrl"].rpartition("/")[2]
        (flooded,) = [mapping for mapping in mappings if mapping["EventSourceArn"].endswith(f":{queue}")]
        # Plays a queue of all events that is too long to be emptied.
        lambda_.update_event_source_mapping(UUID=flooded["UUID"], Enabled=False)
        try:
            feed.publish(self.live.accounts, [event])
            until("the alert", lambda: self.found(event).get("RW011"))
        finally:
            lambda_.update_event_source_mapping(UUID=flooded["UUID"], Enabled=True)
        self.live.rest()
        told = [message["body"] for message in self.sent(event)]
        self.assertEqual(len(told), len(set(told)), "what comes by both queues is told once")

    def test_a_late_half_upgrades_the_finding_and_never_repeats_it(self) -> None:
        caller = feed.single("joined-just-before")
        owner = other_half(caller)
        self.publish(owner)
        first = self.found(owner)["RW001"]
        self.publish(caller)
        second = self.found(owner)["RW001"]
        self.assertEqual(second["id"], first["id"])
        self.assertGreater(second["version"], first["version"])
        self.assertEqual(set(second["events"]), {owner["detail"]["eventID"], caller["detail"]["eventID"]})
        told = len(self.posts("tom"))
        self.assertIn(told, (1, 2), "the alert, and at most one follow-up")
        self.publish(owner, caller)
        self.assertEqual(len(self.posts("tom")), told)

    def test_a_spoke_forwards_from_its_account_and_a_stranger_cannot(self) -> None:
        event = feed.single("identity-center-chained")
        deploy_spoke(self.live.accounts, self.live.hub, FOREIGN, event["region"])
        before = self.live.received()
        self.publish({**event, "account": FOREIGN, "detail": {**event["detail"], "recipientAccountId": FOREIGN}})
        until("quiet, as before", lambda: self.live.received() == before)
        self.publish(event)
        # The session that makes the call belongs to an elevated role, so two rules forward it. It enters
        # another elevated role, so each of the two copies also arrives through the queue of switches.
        until("four copies", lambda: self.live.received() == before + 4)
        self.assertIn("RW011", self.found(event))

    def test_a_call_that_would_blind_the_guard_is_told(self) -> None:
        event = feed.single("tamper/events-DisableRule")
        self.publish(event)
        self.assertEqual(self.found(event)["RW201"]["verdict"], "violation")
        self.assertEqual([post.status for post in self.posts("RW201")], [200])

    def test_rubbish_is_kept_told_and_in_nobodys_way(self) -> None:
        good = feed.single("assume-root")
        forged = feed.single("web-identity-unexpected")
        before = len(self.live.quarantined())
        self.live.send("{not json")
        self.live.send(json.dumps({"hello": "world"}))
        self.live.send(json.dumps({**forged, "account": DEVELOPMENT}))
        self.publish(good)
        self.assertEqual(len(self.live.quarantined()) - before, 3)
        self.assertIn("RW008", self.found(good))
        self.assertEqual(self.found(forged), {})
        until("word of the quarantine", lambda: [message for message in self.operations.read() if "quarantine" in message["body"].lower()])
        self.assertEqual(set(self.live.dead().values()), {0})

    def test_a_heartbeat_goes_all_the_way_and_nobody_is_told(self) -> None:
        posts = len(self.live.sink.posts)
        entry = {"Source": "rolewatch.heartbeat", "DetailType": "rolewatch heartbeat", "EventBusName": self.live.hub["BusName"]}
        beat = json.dumps({"time": "2026-03-02T09:00:00Z"})
        self.live.accounts.client("events", HUB).put_events(Entries=[{**entry, "Detail": beat}])
        until("delivered heartbeat", lambda: self.live.metrics(NOTIFIER)["HeartbeatDelivered"])
        self.assertEqual(len(self.live.sink.posts), posts)

    def test_a_busy_slack_gets_the_message_a_little_later_and_once(self) -> None:
        event = feed.single("service-mint-elevated")
        self.live.sink.answers(busy(1))
        self.publish(event)
        self.assertEqual([post.status for post in self.posts("RW012")], [429, 200])

    def test_a_message_that_slack_dislikes_comes_as_plain_text(self) -> None:
        event = feed.single("session-too-long")
        self.live.sink.answers(DISLIKED)
        self.publish(event)
        first, second = self.posts("longer than the 1h allowed")
        self.assertEqual((first.status, second.status), (400, 200))
        self.assertFalse(second.payload.get("blocks"))
        self.assertIn("RW003", second.payload["text"])

    def test_a_dead_webhook_falls_back_to_those_who_run_it(self) -> None:
        event = feed.single("root-denied")
        self.live.sink.always(GONE)
        try:
            self.live.publish([event])
            told = until("word by e-mail", lambda: [message for message in self.operations.read() if "RW008" in message["body"]])
        finally:
            self.live.sink.always(None)
        self.assertIn("root", told[0]["body"])
        until("count of the failure", lambda: self.live.metrics(NOTIFIER)["SlackFailed"])

    def test_a_broken_policy_leaves_the_last_good_one_in_force(self) -> None:
        event = feed.single("outside-trust")
        self.publish(feed.single("console-login"))
        self.live.push_policy("version: 1\nroles: [{arn: nonsense}]\n")
        try:
            self.restart_guard()
            self.publish(event)
            self.assertIn("RW007", self.found(event))
            until("word of the policy", lambda: [message for message in self.operations.read() if "policy" in message["body"]])
        finally:
            self.live.push_policy()
            self.restart_guard()

    def restart_guard(self) -> None:
        """A new process reads the policy immediately. A running one reads it within a minute."""
        functions = self.live.accounts.client("lambda")
        functions.update_function_configuration(FunctionName=self.live.hub["SwitchGuardName"], MemorySize=256)


if __name__ == "__main__":
    unittest.main()
