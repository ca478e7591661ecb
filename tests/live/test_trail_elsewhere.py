"""Proves that the trail of an organization works, with its bucket in another account and Region than the hub.
"""

import gzip
import json
import unittest
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rolewatch_live import audit, binaries, feed, history
from rolewatch_live.accounts import DEVELOPMENT, EVERYWHERE, HOME, STAGING, TOKYO
from rolewatch_live.live import ARCHIVIST, Live
from rolewatch_live.trail_bucket import NAME
from rolewatch_live.waiting import until

# The number of objects on one page of ListObjectsV2.
PAGE = 1_000
MORE = 2 * PAGE
# The trail's key.
KEY = f"arn:aws:kms:{TOKYO}:{STAGING}:key/00000000-0000-4000-8000-000000000001"


class Forger:
    """Somebody in a spoke's account who sends the events that S3 would send."""

    def __init__(self, live: Live, account: str) -> None:
        self._events = live.accounts.client("events", account)
        role = f"arn:aws:iam::{account}:role/rolewatch-spoke-{HOME}"
        self._events.put_rule(Name="rolewatch-spoke-forged", EventPattern=json.dumps({"source": ["aws.s3"]}), State="ENABLED")
        self._events.put_targets(Rule="rolewatch-spoke-forged", Targets=[{"Id": "hub", "Arn": live.hub["BusArn"], "RoleArn": role}])

    def created(self, bucket: str, key: str) -> None:
        detail = {"bucket": {"name": bucket}, "object": {"key": key}}
        self._events.put_events(Entries=[{"Source": "aws.s3", "DetailType": "Object Created", "Detail": json.dumps(detail)}])


class TheTrailElsewhere(unittest.TestCase):
    live: Live
    cli: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.live = cls.enterClassContext(Live(EVERYWHERE, trail=(STAGING, TOKYO), TrailKeyArn=KEY))
        cls.live.push_policy()
        cls.live.push_rosters()
        # These files are history, so archive-auditor must not recover them one by one.
        with cls.live.trail.silent():
            cls.live.archive()

    def expected(self) -> dict[audit.Key, audit.Finding]:
        return history.judged_alone(audit.of_archive(self.cli))

    def map_runs(self, execution: str) -> list[dict[str, Any]]:
        states = self.live.accounts.client("stepfunctions")
        runs = states.list_map_runs(executionArn=execution)["mapRuns"]
        return [states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in runs]

    def test_0_new_log_files_are_forwarded_and_what_never_arrived_is_recovered(self) -> None:
        withheld = feed.single("outside-group")["detail"]
        self.live.log_file("EXAMPLE1", [withheld])
        until("the finding", lambda: any(withheld["eventID"] in finding["events"] for finding in self.live.findings()), 60)
        self.live.rest()
        self.assertEqual((self.live.metrics(ARCHIVIST)["LogFiles"], self.live.dead()["RuleDeadLettersUrl"]), (1, 0))
        waiting = self.live.accounts.client("sqs", STAGING, TOKYO)
        queue = waiting.get_queue_url(QueueName="rolewatch-trail-dead-letters")["QueueUrl"]
        self.assertNotIn("Messages", waiting.receive_message(QueueUrl=queue))

    def test_0_tampering_with_the_bucket_or_its_key_is_reported_from_where_they_are(self) -> None:
        def found(event: feed.Record) -> list[str]:
            return [finding["severity"] for finding in self.live.findings() if event["eventID"] in finding["events"]]

        def called(service: str, name: str, parameters: dict[str, Any]) -> feed.Record:
            event = feed.record(STAGING, service, name, parameters, TOKYO)
            self.live.publish([feed.envelope(event)])
            return event

        others = called("s3", "PutBucketPolicy", {"bucketName": "shop"})
        for event in (
            called("s3", "PutBucketLifecycle", {"bucketName": NAME}),
            called("kms", "DisableKey", {"keyId": KEY.rpartition("/")[2]}),
        ):
            until(f"a finding about {event['eventName']}", lambda event=event: found(event))
            self.assertEqual(found(event), ["critical"])
        self.live.rest()
        self.assertEqual(found(others), [])

    def test_3_an_event_that_a_spoke_makes_up_changes_nothing(self) -> None:
        self.live.rest()
        before, files, kept = self.live.findings(), self.live.metrics(ARCHIVIST)["LogFiles"], set(self.live.quarantined())
        # On AWS, nobody can put such an event on a bus. Here somebody can, and forwards it with the spoke's
        # own role.
        forge = Forger(self.live, DEVELOPMENT)
        attackers = self.live.accounts.client("s3", DEVELOPMENT)
        attackers.create_bucket(Bucket="attackers-logs")
        record = feed.single("assume-role-no-mfa-permanent-key")["detail"] | {"eventID": "00000000-0000-4000-8000-0000EXAMPLE0"}
        key = f"AWSLogs/{DEVELOPMENT}/CloudTrail/{HOME}/2026/03/03/{DEVELOPMENT}_CloudTrail_{HOME}_20260303T1105Z_FORGED.json.gz"
        attackers.put_object(Bucket="attackers-logs", Key=key, Body=gzip.compress(json.dumps({"Records": [record]}).encode()))
        forge.created("attackers-logs", key)
        # Names the real bucket, and an object that is only in the attacker's bucket.
        forge.created(NAME, key)
        until("a look at the file", lambda: self.live.metrics(ARCHIVIST)["LogFiles"] > files, 60)
        self.live.rest()
        self.assertEqual(self.live.metrics(ARCHIVIST)["LogFiles"], files + 1)
        self.assertEqual(self.live.findings(), before)
        self.assertFalse(any(record["eventID"] in json.dumps(row) for row in self.live.rows("LedgerTableName")))
        # rolewatch notes that the object is missing.
        self.assertEqual(len(set(self.live.quarantined()) - kept), 1)

    def test_1_the_hubs_account_as_such_may_not_read_the_bucket(self) -> None:
        with self.assertRaisesRegex(ClientError, "AccessDenied"):
            self.live.accounts.client("s3").list_objects_v2(Bucket=NAME)

    def test_2_the_cli_has_the_state_machine_judge_all_of_it(self) -> None:
        done = history.by_cli(self.live, self.live.credentials())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(audit.by_key(done.stdout), self.expected())

    def test_3_the_cli_reads_the_bucket_itself_whatever_region_it_is_told(self) -> None:
        environment = self.live.credentials() | {"AWS_ACCESS_KEY_ID": STAGING}
        done = binaries.run(binaries.cli_for_aws(), ["audit", f"s3://{NAME}/AWSLogs/", *audit.options()], environment)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(audit.by_key(done.stdout), audit.of_archive(self.cli))

    def test_4_what_one_pass_has_no_time_to_list_the_next_one_lists(self) -> None:
        with self.live.trail.silent():
            for number in range(MORE):
                self.live.trail.put(f"AWSLogs/{number:06}/notes.txt", b"")
        objects = self.live.trail.count()
        # Less time than a pass reserves for writing, so each pass lists one page.
        function = self.live.hub["ArchiveAuditorName"]
        self.live.accounts.client("lambda").update_function_configuration(FunctionName=function, Timeout=100)
        ended = history.run(self.live, {"prefix": "AWSLogs/", "since": None, "until": None})
        self.assertEqual(ended["status"], "SUCCEEDED", ended.get("cause"))
        said = json.loads(ended["output"])
        self.assertEqual(history.findings(self.live, said), self.expected())
        counts = history.summary(self.live, said)["counts"]["files"]
        self.assertEqual(counts["met"], objects)
        runs = self.map_runs(ended["executionArn"])
        self.assertEqual(len(runs), -(-objects // PAGE))
        self.assertEqual({run["status"] for run in runs}, {"SUCCEEDED"})
        self.assertEqual(sum(run["itemCounts"]["succeeded"] for run in runs), -(-objects // 100))

    def test_9_a_bucket_that_lets_nobody_in_fails_the_run_and_says_why(self) -> None:
        self.live.trail.close()
        ended = history.run(self.live, {"prefix": "AWSLogs/", "since": None, "until": None})
        self.assertEqual(ended["status"], "FAILED")
        self.assertRegex(ended["cause"], "s3:ListBucket failed: AccessDenied")


if __name__ == "__main__":
    unittest.main()
