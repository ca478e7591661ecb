"""The bucket that the trail writes to: of the hub's own account and Region, or, as an organization's trail has it, of others."""

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .accounts import HOME, HUB, Accounts
from .binaries import ROOT
from .feed import ARCHIVE, Record
from .stack import Hub

NAME = "organization-trail"
GUIDE = ROOT / "docs" / "deploy.md"


class TrailBucket:
    """A bucket with log files."""

    def __init__(self, accounts: Accounts, account: str = HUB, region: str = HOME) -> None:
        self.account, self.region = account, region
        self._s3 = accounts.client("s3", account, region)

    def create(self) -> None:
        """Makes it, with its events sent to EventBridge."""
        place = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self._s3.create_bucket(Bucket=NAME, **place)
        self._notify({"EventBridgeConfiguration": {}})

    def _notify(self, configuration: dict[str, Any]) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=NAME, NotificationConfiguration=configuration)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Nobody is told of what is written now: it lay there before."""
        self._notify({})
        yield
        self._notify({"EventBridgeConfiguration": {}})

    def open_to(self, hub: Hub) -> None:
        """Lets archive-auditor in, with the statements of the guide. In its own account the hub needs no bucket policy."""
        if self.account != hub.account:
            self._s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements(hub)}))

    def close(self) -> None:
        """Lets nobody in any more."""
        self._s3.delete_bucket_policy(Bucket=NAME)

    def put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=NAME, Key=key, Body=body)

    def count(self) -> int:
        """How many objects there are."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=NAME)
        return sum(page["KeyCount"] for page in pages)

    def archive(self) -> int:
        """The trail writes all log files of `events/`; how many."""
        files = sorted(path for path in ARCHIVE.rglob("*.json.gz"))
        for path in files:
            self.put(path.relative_to(ARCHIVE).as_posix(), path.read_bytes())
        return len(files)

    def log_file(self, name: str, records: list[Record]) -> None:
        """The trail writes one log file, of records of one account and region."""
        first = records[0]
        account, region, day = first["recipientAccountId"], first["awsRegion"], first["eventTime"][:10].replace("-", "/")
        key = f"AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{name}.json.gz"
        self.put(key, gzip.compress(json.dumps({"Records": records}).encode()))


def statements(hub: Hub) -> list[dict[str, Any]]:
    """What the guide adds to the bucket's policy, with the names of this hub."""
    (text,) = re.findall(r"```json\n *(\[\n.*?RolewatchListsTheTrail.*?\])\n *```", GUIDE.read_text(), re.DOTALL)
    for placeholder, value in (("HUB_ACCOUNT", hub.account), ("STACK", hub["StackPrefix"]), ("BUCKET", NAME)):
        text = text.replace(placeholder, value)
    return list(json.loads(text))
