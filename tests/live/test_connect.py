"""Proves that `rolewatch trail connect` makes a bucket report new log files to EventBridge, and changes
nothing else.

The world: a bucket in another Region that already notifies a function, two queues and a topic.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from rolewatch_live import binaries
from rolewatch_live.accounts import HOME, STAGING, TOKYO, Accounts
from rolewatch_live.emulator import Emulator

Configuration = dict[str, Any]
BUCKET = "shared-logs"
GUIDE = binaries.ROOT / "docs" / "deploy.md"


class Connect(unittest.TestCase):
    accounts: Accounts
    emulator: Emulator

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-connect-"))
        cls.emulator = cls.enterClassContext(Emulator(Path(folder), STAGING))
        cls.accounts = Accounts(cls.emulator.endpoint)
        cls.s3 = cls.accounts.client("s3", STAGING, TOKYO)
        cls.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": TOKYO})
        cls.others = cls.listeners()

    @classmethod
    def listeners(cls) -> Configuration:
        """Other people's listeners: a function, two queues and a topic, each with its filters."""
        arn = f"arn:aws:%s:{TOKYO}:{STAGING}:%s"
        sqs, sns = cls.accounts.client("sqs", STAGING, TOKYO), cls.accounts.client("sns", STAGING, TOKYO)
        for queue in ("index", "billing"):
            sqs.create_queue(QueueName=queue)
        sns.create_topic(Name="audit")
        names = {"Name": "prefix", "Value": "AWSLogs/"}, {"Name": "suffix", "Value": ".json.gz"}
        return {
            # The function was deleted, which happens. S3 would refuse to save a notification to it again.
            "LambdaFunctionConfigurations": [
                {
                    "Id": "thumbnails",
                    "LambdaFunctionArn": arn % ("lambda", "function:gone"),
                    "Events": ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"],
                    "Filter": {"Key": {"FilterRules": list(names)}},
                }
            ],
            "QueueConfigurations": [
                {"Id": "index", "QueueArn": arn % ("sqs", "index"), "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [names[0]]}}},
                {"Id": "billing", "QueueArn": arn % ("sqs", "billing"), "Events": ["s3:ObjectRestore:Completed"]},
            ],
            "TopicConfigurations": [{"Id": "audit", "TopicArn": arn % ("sns", "audit"), "Events": ["s3:ReducedRedundancyLostObject"]}],
        }

    def setUp(self) -> None:
        self.write(self.others)

    def write(self, configuration: Configuration) -> None:
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration=configuration, SkipDestinationValidation=True
        )

    def read(self) -> Configuration:
        found = self.s3.get_bucket_notification_configuration(Bucket=BUCKET)
        return {name: sorted(value, key=str) if isinstance(value, list) else value for name, value in found.items() if name != "ResponseMetadata"}

    def connect(self, *arguments: str, key: str = STAGING, secret: str = "test") -> subprocess.CompletedProcess[str]:
        """The environment of the CLI for somebody who works in another Region."""
        return binaries.run(binaries.cli_for_aws(), ["trail", "connect", *arguments], self.environment(key, secret))

    def environment(self, key: str = STAGING, secret: str = "test") -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
            "AWS_ENDPOINT_URL": self.accounts.endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": HOME,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def test_everything_else_stays_as_it_was(self) -> None:
        before = self.read()
        self.assertEqual({name: len(value) for name, value in before.items()}, {name: len(value) for name, value in self.others.items()})
        tried = self.connect(BUCKET, "--dry-run")
        self.assertEqual((tried.returncode, self.read()), (0, before), tried.stderr)
        self.assertIn("would add EventBridge", tried.stdout)
        done = self.connect(BUCKET)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read(), {**before, "EventBridgeConfiguration": {}})
        self.assertIn(f"bucket {BUCKET} in {TOKYO}\nkept 4 notifications\n", done.stdout)
        for name in ("function:gone", "index", "billing", "audit"):
            self.assertIn(name, done.stdout)
        # S3 sent no test event to anybody.
        queue = self.accounts.client("sqs", STAGING, TOKYO)
        self.assertNotIn("Messages", queue.receive_message(QueueUrl=queue.get_queue_url(QueueName="index")["QueueUrl"]))
        again = self.connect(BUCKET)
        self.assertEqual((again.returncode, self.read()), (0, {**before, "EventBridgeConfiguration": {}}), again.stderr)
        self.assertIn("already connected", again.stdout)

    @unittest.skipUnless(shutil.which("aws") and shutil.which("jq"), "the steps by hand need the AWS CLI and jq")
    def test_the_steps_by_hand_keep_everything_too(self) -> None:
        (steps,) = re.findall(r"```\n( *aws s3api get-bucket-notification-configuration .*?)```", GUIDE.read_text(), re.DOTALL)
        script = re.sub(r"\bBUCKET\b", BUCKET, steps)
        for before in (self.others, {}):
            self.write(before)
            kept = self.read()
            with tempfile.TemporaryDirectory(prefix="rolewatch-by-hand-") as folder:
                # Somebody who follows the manual steps works in the Region of the bucket.
                environment = self.environment() | {"AWS_REGION": TOKYO, "AWS_DEFAULT_REGION": TOKYO}
                done = subprocess.run(
                    ["sh", "-eu", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
                )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.read(), {**kept, "EventBridgeConfiguration": {}})

    def test_a_bucket_that_tells_nobody_is_connected_too(self) -> None:
        self.write({})
        done = self.connect(f"s3://{BUCKET}/")
        self.assertEqual((done.returncode, self.read()), (0, {"EventBridgeConfiguration": {}}), done.stderr)

    def test_whoever_may_not_is_told_what_is_missing(self) -> None:
        before = self.read()
        for name, may in (("nothing", []), ("looks", ["s3:GetBucketNotification"])):
            key = self.somebody(name, may)
            done = self.connect(BUCKET, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stderr, rf"can't connect `{BUCKET}`.*AccessDenied")
            self.assertIn("`s3:GetBucketNotification` and `s3:PutBucketNotification`", done.stderr)
        self.assertEqual(self.read(), before)

    def test_a_name_that_no_bucket_has_is_an_error(self) -> None:
        for name, why in (("no-such-bucket-of-anybody", "describe-trails"), ("Not_A_Bucket", "not the name of a bucket")):
            done = self.connect(name)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(name, done.stderr)
            self.assertIn(why, done.stderr)

    def somebody(self, name: str, may: list[str]) -> dict[str, str]:
        """Returns the access key of a user who may do this to the bucket."""
        iam = self.accounts.client("iam", STAGING)
        iam.create_user(UserName=name)
        if may:
            statement = {"Effect": "Allow", "Action": may, "Resource": f"arn:aws:s3:::{BUCKET}"}
            iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps({"Statement": [statement]}))
        return dict(iam.create_access_key(UserName=name)["AccessKey"])


if __name__ == "__main__":
    unittest.main()
