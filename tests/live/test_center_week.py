"""Proves that the live guard finds what `rolewatch audit` finds about people of Identity Center.

The world: the synthetic week of the company with Identity Center, one event after another, through the whole stack.
"""

import json
import subprocess
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rolewatch_live import audit, binaries, feed
from rolewatch_live.accounts import EVERYWHERE, HUB, TOKYO
from rolewatch_live.live import Live

WEEK = feed.EVENTS / "identity-center-week"
POLICY = WEEK / "rolewatch.yaml"
ROSTERS = tuple(sorted((WEEK / "roster").glob("*.json")))
AT_ONCE = 40


def elevated_roles(cli: Path) -> str:
    """Returns the value of the stacks' parameter for this policy."""
    command = [str(cli), "policy", "pattern", "--parameter", str(POLICY)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


class TheWeek(unittest.TestCase):
    live: Live
    events: list[feed.Envelope]
    cli: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.events = [feed.envelope(record) for record in feed.archived(WEEK / "archive")]
        parameters = {"IdentityCenterAccount": HUB, "IdentityCenterRegion": TOKYO, "ElevatedRoles": elevated_roles(cls.cli)}
        cls.live = cls.enterClassContext(Live(EVERYWHERE, **parameters))
        cls.live.push_policy(POLICY.read_text())
        for roster in ROSTERS:
            cls.live.push_roster(roster.name, json.loads(roster.read_text()))

    def audited(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Returns what the CLI finds as of now."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        records = [event["detail"] for event in self.events]
        with tempfile.TemporaryDirectory(prefix="rolewatch-audit-") as scratch:
            found = audit.findings(self.cli, records, Path(scratch), until=now, rosters=ROSTERS, policy=POLICY)
        return {audit.key(finding): finding for finding in found}

    def test_live_finds_what_the_audit_finds(self) -> None:
        for begin in range(0, len(self.events), AT_ONCE):
            self.live.publish(self.events[begin : begin + AT_ONCE])
            self.live.rest()
        found = [finding for finding in self.live.findings_of_switches() if finding["rule"] != "RW201"]
        live = {audit.key(finding): finding for finding in found}
        expected = self.audited()
        self.assertGreater(len(expected), 20)
        self.assertEqual(sorted(set(live) - set(expected)), [], "live alone")
        self.assertEqual(sorted(set(expected) - set(live)), [], "the audit alone")
        for key, finding in expected.items():
            with self.subTest(finding=key):
                for field in ("name", "severity", "time", "role", "caller", "message", "policy"):
                    self.assertEqual(live[key][field], finding[field], field)
        self.assertEqual(self.live.quarantined(), [])


if __name__ == "__main__":
    unittest.main()
