"""Separates what the guard does on schedule, so that tests of something else can leave it out.

After a new policy and after a change of IAM, the guard reads the setup of accounts at the next even minute. A
test that runs across an even minute sees the findings of the review, and AWS's records of the guard assuming
reader roles. A minute later, the same test sees neither.
"""

import json
import re
from typing import Any

from .accounts import DEVELOPMENT, HUB, PRODUCTION, STAGING, Accounts
from .feed import Record

# The codes of the rules that judge a setup.
OF_SET_UP = re.compile(r"\bRW1\d\d\b")
# The names that the guard gives to sessions and functions.
PROBE, PROBER = "rolewatch-probe", "-session-auditor/"
# LookupEvents of the emulator returns a single page.
PAGE = 50


def is_of_set_up(finding: dict[str, Any]) -> bool:
    """Whether a finding comes from the review of a setup, not from a switch."""
    return bool(OF_SET_UP.match(finding["rule"]))


def tells_of_set_up(payload: Any) -> bool:
    """Whether a Slack message is about a finding of the setup review."""
    return bool(OF_SET_UP.search(json.dumps(payload)))


def entries(accounts: Accounts, region: str, reader: str) -> list[Record]:
    """Returns AWS's records of the guard assuming reader roles, or being denied one.

    Leaves out those of probes, because the guard also counts them separately.
    """
    calls = [record for account in (HUB, DEVELOPMENT, PRODUCTION, STAGING) for record in _assumed(accounts, account, region)]
    return [record for record in calls if f":role/{reader}" in json.dumps(record) and not _is_probe(record)]


def _assumed(accounts: Accounts, account: str, region: str) -> list[Record]:
    """Returns the records of AssumeRole."""
    trail = accounts.client("cloudtrail", account, region)
    listed = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}])["Events"]
    if len(listed) == PAGE:
        raise RuntimeError(f"{account} has more records of AssumeRole than LookupEvents lists")
    return [json.loads(event["CloudTrailEvent"]) for event in listed]


def _is_probe(record: Record) -> bool:
    """A record of a denied call has no session name. Then the caller decides, as in the guard."""
    asked = record["requestParameters"]
    return asked["roleSessionName"] == PROBE if asked else PROBER in record["userIdentity"]["arn"]
