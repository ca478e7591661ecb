"""What the guard does by the clock, for tests of something else to leave out.

After a new policy and after a change of IAM the guard reads the set-up of accounts at the next even
minute. A test that runs across one sees what the review finds there, and AWS's records of the guard
entering reader roles. The same test a minute later sees neither.
"""

import json
import re
from typing import Any

from .accounts import DEVELOPMENT, HUB, PRODUCTION, STAGING, Accounts
from .feed import Record

# The codes of the rules that judge a set-up.
OF_SET_UP = re.compile(r"\bRW1\d\d\b")
# The names that the guard gives to sessions and functions.
PROBE, PROBER = "rolewatch-probe", "-session-auditor/"
# LookupEvents of the emulator has one page.
PAGE = 50


def is_of_set_up(finding: dict[str, Any]) -> bool:
    """Whether the review of a set-up found this, rather than somebody's switch."""
    return bool(OF_SET_UP.match(finding["rule"]))


def tells_of_set_up(payload: Any) -> bool:
    """Whether a message for Slack is about what the review of a set-up found."""
    return bool(OF_SET_UP.search(json.dumps(payload)))


def entries(accounts: Accounts, region: str, reader: str) -> list[Record]:
    """The records that AWS has written of the guard entering reader roles, or being refused one.

    Those of probes are left out: the guard counts them apart, too.
    """
    calls = [record for account in (HUB, DEVELOPMENT, PRODUCTION, STAGING) for record in _assumed(accounts, account, region)]
    return [record for record in calls if f":role/{reader}" in json.dumps(record) and not _is_probe(record)]


def _assumed(accounts: Accounts, account: str, region: str) -> list[Record]:
    """The records of AssumeRole."""
    trail = accounts.client("cloudtrail", account, region)
    listed = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}])["Events"]
    if len(listed) == PAGE:
        raise RuntimeError(f"{account} has more records of AssumeRole than LookupEvents lists")
    return [json.loads(event["CloudTrailEvent"]) for event in listed]


def _is_probe(record: Record) -> bool:
    """A refusal has no session's name; then who was refused tells, as the guard has it."""
    asked = record["requestParameters"]
    return asked["roleSessionName"] == PROBE if asked else PROBER in record["userIdentity"]["arn"]
