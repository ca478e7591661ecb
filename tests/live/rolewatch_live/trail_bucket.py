"""The bucket that the trail writes to: in the hub's own account and Region, or elsewhere, like that of an
organization.
"""

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
        """Creates the bucket, and makes it send its events to EventBridge."""
        place = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self._s3.create_bucket(Bucket=NAME, **place)
        self._notify({"EventBridgeConfiguration": {}})

    def _notify(self, configuration: dict[str, Any]) -> None:
        self._s3.put_bucket_notification_configuration(Bucket=NAME, NotificationConfiguration=configuration)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Nobody is notified of what is written meanwhile, as if it had been there before."""
        self._notify({})
        yield
        self._notify({"EventBridgeConfiguration": {}})

    def open_to(self, hub: Hub) -> None:
        """Allows archive-auditor, with the statements of the guide. In its own account, the hub needs no
        bucket policy.
        """
        if self.account != hub.account:
            self._s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements(hub)}))

    def close(self) -> None:
        """Removes the access again."""
        self._s3.delete_bucket_policy(Bucket=NAME)

    def put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=NAME, Key=key, Body=body)

    def count(self) -> int:
        """Returns how many objects there are."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=NAME)
        return sum(page["KeyCount"] for page in pages)

    def archive(self) -> int:
        """Makes the trail write all log files of `events/`. Returns how many."""
        files = sorted(path for path in ARCHIVE.rglob("*.json.gz"))
        for path in files:
            self.put(path.relative_to(ARCHIVE).as_posix(), path.read_bytes())
        return len(files)

    def log_file(self, name: str, records: list[Record]) -> None:
        """Makes the trail write one log file, with records of one account and Region."""
        first = records[0]
        account, region, day = first["recipientAccountId"], first["awsRegion"], first["eventTime"][:10].replace("-", "/")
        key = f"AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{name}.json.gz"
        self.put(key, gzip.compress(json.dumps({"Records": records}).encode()))


def statements(hub: Hub) -> list[dict[str, Any]]:
    """Returns what the guide adds to the bucket policy, with the names of this hub."""
    (text,) = re.findall(r"```json\n *(\[\n.*?RolewatchListsTheTrail.*?\])\n *```", GUIDE.read_text(), re.DOTALL)
    for placeholder, value in (("HUB_ACCOUNT", hub.account), ("STACK", hub["StackPrefix"]), ("BUCKET", NAME)):
        text = text.replace(placeholder, value)
    return list(json.loads(text))
