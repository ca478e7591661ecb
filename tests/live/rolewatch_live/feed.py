"""The events of `events/`, put where CloudTrail would put them: on the default bus of the account and region that each is of."""

import gzip
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .accounts import HOME, Accounts
from .binaries import ROOT

Envelope = dict[str, Any]
Record = dict[str, Any]

EVENTS = ROOT / "events"
ARCHIVE = EVENTS / "archive"
DETAIL_TYPES = {"AwsConsoleSignIn": "AWS Console Sign In via CloudTrail", "AwsServiceEvent": "AWS Service Event via CloudTrail"}
# The most that PutEvents takes.
BATCH = 10


def single(name: str) -> Envelope:
    """`events/NAME.json`, as EventBridge delivers it; a NAME may have a folder."""
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


def singles(folder: str = ".") -> dict[str, Envelope]:
    """All of a folder of `events/` by name."""
    names = [path.relative_to(EVENTS).with_suffix("").as_posix() for path in sorted((EVENTS / folder).glob("*.json"))]
    return {name: single(name) for name in names}


def archived(folder: Path = ARCHIVE) -> Iterator[Record]:
    """The records of an archive, file by file; what a file delivered twice holds comes twice."""
    for path in sorted(folder.rglob("*.json.gz")):
        if "/CloudTrail/" in path.as_posix():
            with gzip.open(path) as file:
                yield from json.load(file).get("Records", [])


def envelope(record: Record) -> Envelope:
    """The record as EventBridge delivers it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": DETAIL_TYPES.get(record.get("eventType", ""), "AWS API Call via CloudTrail"),
        "source": "aws." + record.get("eventSource", "unknown").split(".")[0],
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def record(account: str, service: str, name: str, parameters: dict[str, Any], region: str = HOME) -> Record:
    """What CloudTrail writes of a call that mia, an administrator of the account, makes now."""
    return {
        "eventVersion": "1.11",
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.60",
        "userAgent": "aws-cli/2.31",
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
        "requestParameters": parameters,
        "responseElements": None,
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEMIA",
            "accountId": account,
            "userName": "mia",
            "arn": f"arn:aws:iam::{account}:user/mia",
            "accessKeyId": "AKIAEXAMPLEMIA000000",
        },
    }


def publish(accounts: Accounts, envelopes: Iterable[Envelope]) -> int:
    """Puts them on the default buses, in their order within an account and region; how many."""
    places: dict[tuple[str, str], list[Envelope]] = defaultdict(list)
    for event in envelopes:
        places[event["account"], event["region"]].append(event)
    for (account, region), events in places.items():
        bus = accounts.client("events", account, region)
        for start in range(0, len(events), BATCH):
            answer = bus.put_events(Entries=[_entry(event) for event in events[start : start + BATCH]])
            if answer["FailedEntryCount"]:
                raise RuntimeError(f"{account} {region} did not take {answer['FailedEntryCount']} events: {answer['Entries']}")
    return sum(map(len, places.values()))


def _entry(event: Envelope) -> dict[str, Any]:
    return {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Time": datetime.fromisoformat(event["time"]),
    }
