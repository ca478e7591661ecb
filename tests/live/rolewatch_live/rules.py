"""The deployed rules, and the events that they match according to the emulator's TestEventPattern."""

import json
from collections.abc import Iterable
from typing import Any

from .accounts import HOME, HUB, Accounts
from .feed import Envelope

MOST_CHARACTERS = 2048


def patterns(accounts: Accounts, account: str = HUB, region: str = HOME, bus: str = "default") -> dict[str, str]:
    """Returns name and pattern of each rule of a bus."""
    listed = accounts.client("events", account, region).list_rules(EventBusName=bus)["Rules"]
    return {rule["Name"]: rule["EventPattern"] for rule in listed if "EventPattern" in rule}


def matches(accounts: Accounts, pattern: str, event: Envelope) -> bool:
    return bool(accounts.client("events").test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"])


def let_through(accounts: Accounts, rules: Iterable[str], events: Iterable[Envelope]) -> list[Envelope]:
    """Returns the events that at least one of these patterns matches."""
    known = list(rules)
    return [event for event in events if any(matches(accounts, pattern, event) for pattern in known)]


def canonical(pattern: str) -> Any:
    """Normalizes a pattern for comparison."""
    return json.dumps(json.loads(pattern), sort_keys=True)
