"""The trail of an organization: its bucket is of another account than the hub and in another Region."""

import json
import unittest
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rolewatch_live import audit, binaries, history
from rolewatch_live.accounts import EVERYWHERE, STAGING, TOKYO
from rolewatch_live.live import Live
from rolewatch_live.trail_bucket import NAME

# As many as S3 lists at once.
PAGE = 1_000
MORE = 2 * PAGE


class TheTrailElsewhere(unittest.TestCase):
    live: Live
    cli: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.cli = binaries.folder() / binaries.CLI
        cls.live = cls.enterClassContext(Live(EVERYWHERE, trail=(STAGING, TOKYO)))
        cls.live.push_policy()
        cls.live.push_rosters()
        cls.files = cls.live.archive()

    def expected(self) -> dict[audit.Key, audit.Finding]:
        return history.judged_alone(audit.of_archive(self.cli))

    def map_runs(self, execution: str) -> list[dict[str, Any]]:
        states = self.live.accounts.client("stepfunctions")
        runs = states.list_map_runs(executionArn=execution)["mapRuns"]
        return [states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in runs]

    def test_1_the_bucket_is_foreign_and_answers_only_in_its_region(self) -> None:
        s3 = self.live.accounts.client("s3")
        with self.assertRaisesRegex(ClientError, "AccessDenied"):
            s3.list_objects_v2(Bucket=NAME)
        with self.assertRaisesRegex(ClientError, "PermanentRedirect|301"):
            self.live.accounts.client("s3", STAGING).get_object(Bucket=NAME, Key="AWSLogs/")

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
        for number in range(MORE):
            self.live.trail.put(f"AWSLogs/{number:06}/notes.txt", b"")
        # Less than the time that a pass keeps for writing: each lists one page.
        function = self.live.hub["ArchiveAuditorName"]
        self.live.accounts.client("lambda").update_function_configuration(FunctionName=function, Timeout=100)
        ended = history.run(self.live, {"prefix": "AWSLogs/", "since": None, "until": None})
        self.assertEqual(ended["status"], "SUCCEEDED", ended.get("cause"))
        said = json.loads(ended["output"])
        self.assertEqual(history.findings(self.live, said), self.expected())
        counts = history.summary(self.live, said)["counts"]["files"]
        self.assertEqual(counts["met"], self.files + MORE)
        runs = self.map_runs(ended["executionArn"])
        self.assertEqual(len(runs), 1 + (self.files + MORE) // PAGE)
        self.assertEqual({run["status"] for run in runs}, {"SUCCEEDED"})
        self.assertEqual(sum(run["itemCounts"]["succeeded"] for run in runs), -(-(self.files + MORE) // 100))

    def test_5_a_bucket_that_lets_nobody_in_fails_the_run_and_says_why(self) -> None:
        self.live.trail.close()
        ended = history.run(self.live, {"prefix": "AWSLogs/", "since": None, "until": None})
        self.assertEqual(ended["status"], "FAILED")
        self.assertRegex(ended["cause"], "s3:ListBucket was refused: AccessDenied")


if __name__ == "__main__":
    unittest.main()
