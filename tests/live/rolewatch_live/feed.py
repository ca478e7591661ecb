"""Puts the events of `events/` where CloudTrail would: on the default bus of the account and Region of each.
"""

import gzip
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import shapes
from .accounts import HOME, Accounts
from .binaries import ROOT

Envelope = dict[str, Any]
Record = dict[str, Any]

EVENTS = ROOT / "events"
ARCHIVE = EVENTS / "archive"
# The maximum number of entries in one PutEvents call.
BATCH = 10


def single(name: str) -> Envelope:
    """Returns `events/NAME.json`, as EventBridge delivers it. NAME may contain a folder."""
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


def singles(folder: str = ".") -> dict[str, Envelope]:
    """Returns all events in a folder of `events/`, by name."""
    names = [path.relative_to(EVENTS).with_suffix("").as_posix() for path in sorted((EVENTS / folder).glob("*.json"))]
    return {name: single(name) for name in names}


def archived(folder: Path = ARCHIVE) -> Iterator[Record]:
    """Returns the records of an archive, file by file. If a file was delivered twice, its records come twice.
    """
    for path in sorted(folder.rglob("*.json.gz")):
        if "/CloudTrail/" in path.as_posix():
            with gzip.open(path) as file:
                yield from json.load(file).get("Records", [])


def envelope(record: Record) -> Envelope:
    """Returns the record as EventBridge delivers it."""
    return dict(shapes.envelope(record))


def record(account: str, service: str, name: str, parameters: dict[str, Any], region: str = HOME, by: str = "mia") -> Record:
    """Returns the record that CloudTrail writes of a call that an administrator of the account makes now."""
    admin = shapes.Person(by, "192.0.2.60", account)
    now = datetime.now(UTC)
    caller = shapes.by_permanent_key(admin)
    # Two calls in the same second are two events.
    own = {"tag": str(uuid.uuid4()), "version": shapes.NEWEST}
    return dict(shapes.api(account, now, service, name, caller, region=region, ip=admin.ip, request=parameters, **own))


def publish(accounts: Accounts, envelopes: Iterable[Envelope]) -> int:
    """Puts events on the default buses, in order within an account and Region. Returns how many."""
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
