"""Proves that the rules drop only events that don't matter, and that the live guard finds what `rolewatch
audit` finds.

The world: the synthetic week, one event after another, through the whole stack.
"""

import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rolewatch_live import audit, binaries, feed, rules
from rolewatch_live.accounts import EVERYWHERE, HOME, HUB, PRODUCTION, STAGING
from rolewatch_live.live import Live
from rolewatch_live.stack import deploy_trail

AT_ONCE = 40


class TheWeek(unittest.TestCase):
    live: Live
    events: list[feed.Envelope]
    cli: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.events = [feed.envelope(record) for record in feed.archived()]
        cls.live = cls.enterClassContext(Live(EVERYWHERE))
        cls.live.push_policy()
        cls.live.push_rosters()

    def audited(self, events: list[feed.Envelope]) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Returns what the CLI finds in these events as of now."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with tempfile.TemporaryDirectory(prefix="rolewatch-audit-") as scratch:
            found = audit.findings(self.cli, [event["detail"] for event in events], Path(scratch), until=now)
        return {audit.key(finding): finding for finding in found}

    def test_what_the_rules_drop_changes_no_finding(self) -> None:
        patterns = rules.patterns(self.live.accounts, PRODUCTION)
        passed = rules.let_through(self.live.accounts, patterns.values(), self.events)
        self.assertLess(len(passed), len(self.events), "the rules dropped nothing, so this shows nothing")
        self.assertEqual(self.audited(passed), self.audited(self.events))

    def test_no_single_event_that_comes_to_a_finding_is_dropped(self) -> None:
        patterns = rules.patterns(self.live.accounts, PRODUCTION)
        for name, event in feed.singles().items():
            with self.subTest(event=name):
                if not rules.let_through(self.live.accounts, patterns.values(), [event]):
                    self.assertEqual(self.audited([event]), {})

    def test_no_call_that_could_blind_the_guard_is_dropped(self) -> None:
        # The trail's bucket and its key are in a separate account.
        deploy_trail(self.live.accounts, self.live.hub, STAGING, HOME, "organization-logs")
        stacks = self.live.accounts.client("cloudformation", STAGING)
        self.addCleanup(stacks.delete_stack, StackName="rolewatch-trail")
        accounts = {account: list(rules.patterns(self.live.accounts, account).values()) for account in (HUB, PRODUCTION, STAGING)}
        for name, event in feed.singles("tamper").items():
            with self.subTest(event=name):
                self.assertTrue(rules.let_through(self.live.accounts, accounts[event["account"]], [event]))

    def test_the_hub_and_every_spoke_have_the_same_rules(self) -> None:
        hub = {rules.canonical(pattern) for pattern in rules.patterns(self.live.accounts).values()}
        for account, region in EVERYWHERE:
            with self.subTest(account=account, region=region):
                spoke = {rules.canonical(pattern) for pattern in rules.patterns(self.live.accounts, account, region).values()}
                self.assertEqual(len(hub - spoke), 1, "only the rule for tampering with what the hub alone has")
                self.assertEqual(spoke - hub, set())

    def test_no_pattern_is_longer_than_event_bridge_takes(self) -> None:
        for account in (HUB, PRODUCTION):
            for name, pattern in rules.patterns(self.live.accounts, account).items():
                self.assertLessEqual(len(pattern), rules.MOST_CHARACTERS, name)

    def test_live_finds_what_the_audit_finds(self) -> None:
        # A few at a time, because one machine plays all of AWS and would have a backlog of hours.
        for begin in range(0, len(self.events), AT_ONCE):
            self.live.publish(self.events[begin : begin + AT_ONCE])
            self.live.rest()
        # Only the live guard reports tampering with rolewatch.
        found = [finding for finding in self.live.findings() if finding["status"] != "withdrawn" and finding["rule"] != "RW201"]
        live = {audit.key(finding): finding for finding in found}
        expected = self.audited(self.events)
        self.assertEqual(sorted(set(live) - set(expected)), [], "live alone")
        self.assertEqual(sorted(set(expected) - set(live)), [], "the audit alone")
        for key, finding in expected.items():
            with self.subTest(finding=key):
                for field in ("name", "severity", "time", "role", "caller", "message", "policy"):
                    self.assertEqual(live[key][field], finding[field], field)
                self.assertEqual(live[key]["events_total"], len(finding["events"]))
                self.assertLessEqual(set(live[key]["events"]), set(finding["events"]))
        self.assertEqual(self.live.dead(), dict.fromkeys(self.live.dead(), 0))
        self.assert_counts_add_up()

    def assert_counts_add_up(self) -> None:
        counted = self.live.metrics()
        ends = ("Judged", "Duplicate", "NotRelevant", "Quarantined", "Failed")
        self.assertGreater(counted["Received"], 0)
        self.assertEqual(counted["Received"], sum(counted[end] for end in ends), dict(counted))
        self.assertEqual((counted["Failed"], counted["Quarantined"]), (0, 0))


if __name__ == "__main__":
    unittest.main()
