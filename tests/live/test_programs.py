"""Proves that `make demo` and `make local` work for somebody who runs them the first time."""

import json
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path
from typing import Any

import boto3

from rolewatch_live import feed
from rolewatch_live.emulator import HERE
from rolewatch_live.waiting import until

PATIENCE = 120


class TheDemo(unittest.TestCase):
    def test_tells_its_story_to_the_end(self) -> None:
        command = [sys.executable, "-B", "-m", "rolewatch_live.demo"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        story = done.stdout
        for person, rule in (("tess", "RW001"), ("carol", "RW002"), ("tom", "RW001")):
            self.assertRegex(story, rf"(?s){person}.*{rule}")
        self.assertEqual(story.count("+-- Slack -"), 3, "one alert a person")
        # The other people's halves may arrive together or separately.
        _, late = story.split("Now the late half arrives")
        self.assertEqual(late.count("+-- Slack: the message is changed"), 1)
        self.assertNotIn("Slack refused", story)


class LocalRolewatch(unittest.TestCase):
    def test_takes_events_and_shows_messages_until_interrupted(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="rolewatch-local-"))
        place = Path(folder) / "local.json"
        command = [sys.executable, "-B", "-m", "rolewatch_live.local", "--place", str(place)]
        running = subprocess.Popen(command, cwd=HERE, stderr=subprocess.PIPE, text=True)
        try:
            until("local.json", lambda: place.exists() or running.poll() is not None, PATIENCE)
            self.assertTrue(place.exists(), "it ended before it was up")
            reached_by = json.loads(place.read_text())
            self.publish(reached_by, feed.single("outside-group"))
            shown = until("the message", lambda: [post for post in self.posts(reached_by) if post["taken"]])
            self.assertIn("tess", json.dumps(shown[0]["payload"]))
        finally:
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=PATIENCE)
        self.assertEqual(running.returncode, 0, said)
        self.assertFalse(place.exists())

    def publish(self, reached_by: dict[str, str], event: feed.Envelope) -> None:
        """Uses only what the file says."""
        credentials = {"aws_access_key_id": reached_by["account"], "aws_secret_access_key": "test"}
        bus = boto3.client("events", endpoint_url=reached_by["endpoint"], region_name=reached_by["region"], **credentials)
        entry = {"EventBusName": reached_by["bus"], "Source": event["source"], "DetailType": event["detail-type"]}
        answer = bus.put_events(Entries=[{**entry, "Detail": json.dumps(event["detail"])}])
        self.assertEqual(answer["FailedEntryCount"], 0)

    def posts(self, reached_by: dict[str, str]) -> list[dict[str, Any]]:
        with urllib.request.urlopen(reached_by["slack_posts"], timeout=10) as answer:
            return list(json.load(answer))


if __name__ == "__main__":
    unittest.main()
