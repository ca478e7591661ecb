"""Proves that probes work end to end, and that rolewatch names an account that is cut off.

session-auditor assumes each reader role, and that account's own rule has to bring the event back.
"""

import json
import time
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

from rolewatch_live.accounts import DEVELOPMENT, HOME, HUB, PRODUCTION, STAGING, TOKYO
from rolewatch_live.inbox import Inbox
from rolewatch_live.live import AUDITOR, GUARD, Live
from rolewatch_live.waiting import until

RULE = "rolewatch-spoke-mint"
# The clocks of a function and of CloudTrail may differ by less than this.
CLOCKS = 6
# The last run, in hours after the first.
LAST_HOUR = 5
NAMES = {DEVELOPMENT: "development", HUB: "security", PRODUCTION: "production", STAGING: "staging"}


def one_day() -> datetime:
    """Returns now, or the next midnight (UTC) if the runs wouldn't all be on one day: the same notice is sent
    once a day.
    """
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return now if now + timedelta(hours=LAST_HOUR + 1) < midnight else midnight


def policy(*accounts: str) -> str:
    """Only the accounts of the policy matter here."""
    names = "".join(f'  "{account}": {NAMES[account]}\n' for account in accounts)
    role = f'  - {{arn: "arn:aws:iam::{PRODUCTION}:role/UpdateApp", groups: [production/Developers]}}\n'
    return f"version: 1\naccounts:\n{names}roles:\n{role}"


class Case(unittest.TestCase):
    """The stack and the steps that both tests use."""

    live: Live
    operations: Inbox
    start: datetime

    @classmethod
    def deploy(cls, live: Live) -> None:
        cls.live = cls.enterClassContext(live)
        cls.operations = cls.live.inbox("OperationsTopicArn", "operations")
        cls.start = one_day()

    def probe(self, hour: int) -> int:
        """Runs the probe of an hour from now, once the clock can distinguish it from the last run. Returns
        how many places it calls silent.
        """
        began = time.monotonic()
        until("time to pass", lambda: time.monotonic() - began > CLOCKS)
        before = self.live.metrics(AUDITOR)["SilentSpokes"]
        self.live.run("SessionAuditorName", {"task": "probe", "at": self.at(hour)})
        said = self.live.metrics(AUDITOR)["SilentSpokes"] - before
        self.live.rest()
        return said

    def no_other_event(self, why: str) -> None:
        """Checks that every event that counts comes from a reading of the setup, which depends on the clock:
        AWS recorded the same number of entries for it.
        """
        until(f"count of entries ({why})", lambda: self.live.received() == 0)

    def at(self, hour: int) -> str:
        return (self.start + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def answers(self) -> dict[str, str]:
        """Returns when each place last answered, by the time of its event."""
        rows = self.live.rows("LedgerTableName")
        return {row["sk"]: row["rank"] for row in rows if row["pk"] == "probes" and row["sk"].startswith("answer#")}

    def notices(self) -> list[str]:
        return [message["body"] for message in self.operations.read() if "Once an hour, rolewatch assumes" in message["body"]]

    def digest(self, hour: int) -> str:
        """Returns the paragraph of the digest about places without events."""
        before = len(self.live.sink.messages())
        self.live.run("SessionAuditorName", {"task": "digest", "at": self.at(hour)})
        posts: list[Any] = until("the digest", lambda: self.live.sink.messages()[before:])
        blocks = [block.get("text", {}).get("text", "") for block in posts[-1]["payload"]["blocks"]]
        return "".join(text for text in blocks if "no events from at least one Region" in text)


class Accounts(Case):
    @classmethod
    def setUpClass(cls) -> None:
        cls.deploy(Live(bot=True))

    def test_who_is_cut_off_is_named_within_two_runs_and_taken_off_when_it_answers(self) -> None:
        self.live.push_policy(policy(DEVELOPMENT, HUB, PRODUCTION))
        self.assertEqual(self.probe(0), 0)
        places = {f"answer#{account}#{HOME}" for account in (DEVELOPMENT, HUB, PRODUCTION)}
        until("answer of every account", lambda: set(self.answers()) == places)
        # Two copies of each, but one in the hub's own account. None of them counts as an event that ends a
        # silence.
        until("the copies", lambda: self.live.metrics(GUARD)["ProbeReceived"] == 5)
        self.no_other_event("a probe is no event")

        events = self.live.accounts.client("events", PRODUCTION)
        events.disable_rule(Name=RULE)
        self.assertEqual(self.probe(1), 0)
        self.assertEqual((self.notices(), self.digest(1)), ([], ""))
        self.assertEqual(self.probe(2), 1)
        (notice,) = until("a notice", self.notices)
        self.assertIn(f"account {PRODUCTION} (production), {HOME}, since", notice)
        self.assertIn("rolewatch assumed its reader role, but no event arrived", notice)
        for other in (DEVELOPMENT, HUB):
            self.assertNotIn(other, notice)
        self.assertIn(f"production `{PRODUCTION}`: {HOME}, since", self.digest(2))

        # EnableRule would leave out read-only calls, and AssumeRole is one.
        pattern = events.describe_rule(Name=RULE)["EventPattern"]
        events.put_rule(Name=RULE, EventPattern=pattern, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        before = self.answers()[f"answer#{PRODUCTION}#{HOME}"]
        self.assertEqual(self.probe(3), 1)
        until("the answer", lambda: self.answers()[f"answer#{PRODUCTION}#{HOME}"] > before)
        self.assertEqual((self.probe(4), self.digest(4)), (0, ""))
        self.assertEqual(len(self.notices()), 1, "the same set is told once a day")
        self.assertEqual(self.live.dead(), dict.fromkeys(self.live.dead(), 0))

        # Nothing is deployed in this account, so rolewatch can't assume its reader role there, and knows that
        # immediately.
        self.live.push_policy(policy(DEVELOPMENT, HUB, PRODUCTION, STAGING))
        self.assertEqual(self.probe(5), 1)
        last = until("the second notice", lambda: self.notices()[1:])[-1]
        self.assertIn(f"account {STAGING} (staging), {HOME}", last)
        self.assertIn("AccessDenied", last)
        self.no_other_event("a probe that is refused is no event either")
        self.assertIn("AccessDenied", json.dumps(self.digest(5)))


class Regions(Case):
    @classmethod
    def setUpClass(cls) -> None:
        cls.deploy(Live(((PRODUCTION, HOME), (PRODUCTION, TOKYO)), bot=True, Regions=f"{HOME},{TOKYO}"))

    def test_each_region_is_probed_through_its_own_endpoint(self) -> None:
        self.live.push_policy(policy(PRODUCTION))
        self.assertEqual(self.probe(0), 0)
        until("both answers", lambda: set(self.answers()) == {f"answer#{PRODUCTION}#{region}" for region in (HOME, TOKYO)})
        self.live.accounts.client("events", PRODUCTION, TOKYO).disable_rule(Name=RULE)
        self.assertEqual((self.probe(1), self.probe(2)), (0, 1))
        (notice,) = until("a notice", self.notices)
        self.assertIn(TOKYO, notice)
        self.assertNotIn(HOME, notice)


if __name__ == "__main__":
    unittest.main()
