"""Proves that a stack of the previous template can be updated to the current one while events keep arriving.
"""

import threading
import unittest
from typing import Any

from rolewatch_sam import guide, shared
from rolewatch_sam.clone import ARCHITECTURE, PREVIOUS
from rolewatch_sam.stack import POLICY, Sam, made_by, of_the_hub, switch

from rolewatch_live import feed
from rolewatch_live.binaries import ROOT
from rolewatch_live.live import POLICY_KEY
from rolewatch_live.stack import OPERATIONS
from rolewatch_live.waiting import until

TODAY = ROOT / "template.yaml"
QUEUE, MAPPING = "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"
# Resources that an update must not replace, because their content would be lost.
KEPT = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", QUEUE, "AWS::SNS::Topic")
PAUSE = 0.4


class Stream:
    """Makes switches without MFA, one person after another, until told to stop."""

    def __init__(self, live: Sam, name: str) -> None:
        self.sent: list[feed.Envelope] = []
        self.errors: list[Exception] = []
        self._live, self._name, self._ended = live, name, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Stream":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            event = switch(f"{self._name}-{len(self.sent)}")
            try:
                self._live.publish([event])
            except Exception as error:  # noqa: BLE001 - told by the test
                self.errors.append(error)
            self.sent.append(event)


def name(event: feed.Envelope) -> str:
    return str(event["detail"]["userIdentity"]["userName"])


class AnUpdate(unittest.TestCase):
    """Each test is a step and builds on the previous one."""

    live: Sam
    before: feed.Envelope
    # The resources of the stack before the update.
    had: dict[str, dict[str, str]]
    findings: list[dict[str, Any]]
    facts: set[tuple[str, str]]
    during: Stream

    @classmethod
    def setUpClass(cls) -> None:
        shared.built(ARCHITECTURE)
        clone = shared.clone()
        clone.configure()
        cls.addClassCleanup(clone.use, TODAY)
        clone.use(PREVIOUS)
        clone.build(ARCHITECTURE)
        # `OperationsEmail` had a default then, so nobody answered.
        cls.live = cls.enterClassContext(Sam(clone, email=None))
        cls.live.push_policy(POLICY)
        cls.before = switch("visitor-before")
        cls.live.publish([cls.before])
        until("the alert before the update", lambda: cls.live.told(cls.before))
        cls.live.rest()
        cls.had = {kind: cls.live.resources(kind) for kind in KEPT}
        cls.findings, cls.facts = cls.live.findings(), cls.ledger()
        clone.use(TODAY)
        clone.build(ARCHITECTURE)

    @classmethod
    def ledger(cls) -> set[tuple[str, str]]:
        return {(row["pk"], row["sk"]) for row in cls.live.rows("LedgerTableName")}

    def test_1_the_previous_template_lacks_what_is_new(self) -> None:
        missing = made_by(TODAY, QUEUE) - set(self.had[QUEUE])
        self.assertIn("TamperQueue", missing)
        self.assertNotEqual(made_by(TODAY, MAPPING) - set(self.live.resources(MAPPING)), set())

    def test_2_without_the_new_parameter_nothing_changes_and_the_error_names_it(self) -> None:
        stack, resources = self.live.stack(), self.every_resource()
        # With the answers that were saved, and with none, in which case CloudFormation keeps its values.
        for command in (
            "sam deploy",
            f"sam deploy --parameter-overrides Architecture={ARCHITECTURE}",
        ):
            with self.subTest(command=command):
                refused = self.live.sam(command, {})
                self.assertNotEqual(refused.code, 0)
                wanted = r"(?s)Parameter '?OperationsEmail'? .*an e-mail address, or the word none"
                self.assertRegex(refused.text, wanted)
                self.assertEqual(self.live.stack(), stack)
                self.assertEqual(self.every_resource(), resources)

    def every_resource(self) -> list[dict[str, Any]]:
        pages = self.live.client("cloudformation").get_paginator("list_stack_resources")
        found = pages.paginate(StackName=self.live.stack()["StackName"])
        return [resource for page in found for resource in page["StackResourceSummaries"]]

    def test_3_updated_as_the_guide_says_while_events_come(self) -> None:
        type(self).during = Stream(self.live, "visitor-during")
        answers = {"Parameter OperationsEmail": OPERATIONS, "Deploy this changeset?": "y"}
        with self.during:
            done = self.live.sam(guide.update(), answers)
        self.assertEqual(done.code, 0, done.text[-4000:])
        shared.measured("update of the stack, on the emulator", f"{done.seconds:.0f} s")
        self.assertEqual(self.live.stack()["StackStatus"], "UPDATE_COMPLETE")
        self.live.hub.outputs.update(self.live.outputs())
        self.assertIn(OPERATIONS, self.live.hub["AlarmsReach"])

    def test_4_what_was_there_is_the_same(self) -> None:
        for kind, had in self.had.items():
            now = self.live.resources(kind)
            self.assertEqual({name: now.get(name) for name in had}, had, kind)
        ids = {finding["id"] for finding in self.live.findings()}
        self.assertLessEqual({finding["id"] for finding in self.findings}, ids)
        self.assertLessEqual(self.facts, self.ledger())
        bucket = self.live.hub["BucketName"]
        policy = self.live.client("s3").get_object(Bucket=bucket, Key=POLICY_KEY)["Body"].read()
        self.assertEqual(policy, POLICY.encode())

    def test_5_every_queue_and_mapping_of_the_template_is_there_and_works(self) -> None:
        queues, mappings = self.live.resources(QUEUE), self.live.resources(MAPPING)
        self.assertLessEqual(made_by(TODAY, QUEUE), set(queues))
        self.assertLessEqual(made_by(TODAY, MAPPING), set(mappings))
        client = self.live.client("lambda")
        for name in made_by(TODAY, MAPPING):
            mapping = client.get_event_source_mapping(UUID=mappings[name])
            self.assertEqual(mapping["State"], "Enabled", name)

    def test_6_events_of_before_during_and_after_are_all_judged_and_told(self) -> None:
        after = [switch(f"visitor-after-{number}") for number in range(3)]
        self.live.publish(after)
        self.assertEqual(self.during.errors, [])
        self.assertGreater(len(self.during.sent), 5)
        every = {name(event): event for event in (self.before, *self.during.sent, *after)}
        self.live.rest(patience=120)
        judged = {id for finding in self.live.findings() for id in finding["events"]}
        unjudged = [who for who, event in every.items() if event["detail"]["eventID"] not in judged]
        self.assertEqual(unjudged, [])
        times = {who: self.live.times_told(event) for who, event in every.items()}
        self.assertEqual(times, dict.fromkeys(every, 1), "how often Slack showed each")

    def test_7_calls_that_could_blind_the_guard_are_told_of(self) -> None:
        # Through the new path as through the old one.
        event = of_the_hub(feed.single("tamper/events-DisableRule"))
        self.live.publish([event])
        until("the alert", lambda: self.live.told(event))

    def test_8_nothing_was_given_up_and_no_function_complains(self) -> None:
        self.live.rest()
        self.assertEqual(self.live.given_up(), {})

    def test_9_the_next_deployment_asks_for_nothing(self) -> None:
        again = self.live.sam("sam deploy", {})
        self.assertIn("No changes to deploy", again.text)


if __name__ == "__main__":
    unittest.main()
