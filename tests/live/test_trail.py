"""Proves that rolewatch recovers the events that EventBridge missed from the trail's bucket, and judges all
of it as history.
"""

import json
import random
import subprocess
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rolewatch_live import audit, binaries, feed, history, rules
from rolewatch_live.accounts import EVERYWHERE, PRODUCTION
from rolewatch_live.live import ARCHIVIST, GUARD, TRAIL, Live
from rolewatch_live.waiting import until

AT_ONCE = 40
# Withholds one event in twenty.
WITHHELD = 20

class TheTrail(unittest.TestCase):
    live: Live
    cli: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.live = cls.enterClassContext(Live(EVERYWHERE, trail=True))
        cls.live.push_policy()
        cls.live.push_rosters()

    def audited(self, records: list[feed.Record]) -> dict[audit.Key, dict[str, Any]]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with tempfile.TemporaryDirectory(prefix="rolewatch-audit-") as scratch:
            return {audit.key(finding): finding for finding in audit.findings(self.cli, records, Path(scratch), until=now)}

    def standing(self) -> dict[audit.Key, dict[str, Any]]:
        found = [finding for finding in self.live.findings() if finding["status"] != "withdrawn" and finding["rule"] != "RW201"]
        return {audit.key(finding): finding for finding in found}

    def test_1_what_was_never_delivered_is_recovered_from_the_log_files(self) -> None:
        events = [feed.envelope(record) for record in feed.archived()]
        patterns = rules.patterns(self.live.accounts, PRODUCTION)
        forwarded = rules.let_through(self.live.accounts, patterns.values(), events)
        # A record of which another version arrives, a correction or what it corrects, isn't missed.
        addenda = [event["detail"] for event in events if "addendum" in event["detail"]]
        versions = {record["eventID"] for record in addenda} | {record["addendum"]["originalEventID"] for record in addenda}
        ids = sorted({event["detail"]["eventID"] for event in forwarded} - versions)
        lost = random.Random(5).sample(ids, len(events) // WITHHELD)
        delivered = [event for event in events if event["detail"]["eventID"] not in lost]
        for begin in range(0, len(delivered), AT_ONCE):
            self.live.publish(delivered[begin : begin + AT_ONCE])
            self.live.rest()
        expected = self.audited([event["detail"] for event in events])
        self.assertNotEqual(set(self.standing()), set(expected), "nothing was missing, so this shows nothing")
        files = self.live.archive()
        until("all log files", lambda: self.live.metrics(ARCHIVIST)["LogFiles"] >= files - 20, 180)
        self.live.rest()
        self.assertEqual(sorted(set(expected) - set(self.standing())), [], "the audit alone")
        self.assertEqual(sorted(set(self.standing()) - set(expected)), [], "live alone")
        missed = self.live.missed()
        self.assertEqual(sum(missed.values()), len(lost))
        # An event that is in two files may be sent twice.
        self.assertGreaterEqual(self.live.metrics(GUARD)["Recovered"], len(lost))
        places = {(event["account"], event["region"]) for event in forwarded if event["detail"]["eventID"] in lost}
        self.assertEqual({place for place, count in missed.items() if count}, places)
        self.assertEqual(set(self.live.dead().values()), {0})

    def test_2_the_state_machine_lists_reads_and_judges_history_and_has_the_findings_of_the_audit(self) -> None:
        self.live.archive()
        said = history.judged(self.live, {"prefix": "AWSLogs/", "since": None, "until": None})
        self.assertEqual(history.findings(self.live, said), history.judged_alone(audit.of_archive(self.cli)))
        self.assertEqual(history.summary(self.live, said)["unread"], [])

    def test_4_the_cli_starts_the_state_machine_and_prints_what_it_found(self) -> None:
        self.live.archive()
        done = history.by_cli(self.live, self.live.credentials())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(audit.by_key(done.stdout), history.judged_alone(audit.of_archive(self.cli)))

    def test_what_the_state_machine_asks_and_nobody_understands_fails_it(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "state machine"):
            self.live.run("ArchiveAuditorName", {"map": {"run": None, "bucket": None, "keys": []}})
        with self.assertRaisesRegex(RuntimeError, "no log file"):
            self.live.run("ArchiveAuditorName", {"reduce": {"run": "nothing", "since": None, "until": None}})

    def test_3_the_cli_reads_the_bucket_itself(self) -> None:
        self.live.archive()
        environment = self.live.credentials()
        command = [str(binaries.cli_for_aws()), "audit", f"s3://{TRAIL}/AWSLogs/", *audit.options()]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(audit.by_key(done.stdout), audit.of_archive(self.cli))

    def test_5_a_call_that_would_blind_the_guard_is_recovered_and_found_once(self) -> None:
        # The last test, because it writes into the bucket that the other tests judge as a whole.
        delivered, withheld = feed.single("tamper/events-DisableRule"), feed.single("tamper/iam-DeleteRolePolicy")
        places = {(event["account"], event["region"]) for event in (delivered, withheld)}
        self.assertEqual(len(places), 1)
        self.live.publish([delivered])
        self.live.rest()
        self.assertEqual(self.tampered(delivered, withheld), [1, 0])
        missed, files = self.live.missed(), self.live.metrics(ARCHIVIST)["LogFiles"]
        for name in ("EXAMPLE1", "EXAMPLE2"):
            self.live.log_file(name, [delivered["detail"], withheld["detail"]])
        until("both log files", lambda: self.live.metrics(ARCHIVIST)["LogFiles"] >= files + 2, 60)
        self.live.rest()
        self.assertEqual(self.tampered(delivered, withheld), [1, 1])
        self.assertEqual(dict(self.live.missed() - missed), dict.fromkeys(places, 1))
        posts = [post for post in self.live.sink.posts if withheld["detail"]["eventID"] in json.dumps(post.payload)]
        self.assertEqual([post.status for post in posts], [200])

    def tampered(self, *events: feed.Envelope) -> list[int]:
        """Returns how many findings of tampering there are about each event."""
        found = [finding["events"] for finding in self.live.findings() if finding["rule"] == "RW201"]
        return [found.count([event["detail"]["eventID"]]) for event in events]


if __name__ == "__main__":
    unittest.main()
