"""The CloudTrail records of calls to STS, as AWS writes them.

The caller's account gets one, and across accounts the role owner's account gets another. The shapes are those
of `events/shapes.py`; this module fills them for real calls. The role owner's half contains only the caller's
account and ID. A denied call has null parameters, names no resources, and is recorded only in the caller's
account. MFA codes are never logged.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import shapes

Record = dict[str, Any]

READ_ONLY = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}
# Calls come from this machine, but the records show the address of an office.
OFFICE = "192.0.2.10"


@dataclass(frozen=True)
class Caller:
    """The identity that signed the call. Only temporary credentials have `session_start` and `mfa`, only a
    role's session has `issuer`.
    """

    kind: str
    id: str
    arn: str
    account: str
    key: str
    name: str = ""
    session_start: datetime | None = None
    mfa: bool = False
    issuer: dict[str, str] | None = None

    def identity(self) -> Record:
        """`userIdentity` in the caller's own account."""
        known = {"type": self.kind, "principalId": self.id, "arn": self.arn, "accountId": self.account, "accessKeyId": self.key}
        if self.kind == "IAMUser":
            known["userName"] = self.name
        if self.session_start:
            flags = {"creationDate": shapes.iso(self.session_start), "mfaAuthenticated": "true" if self.mfa else "false"}
            context = {"sessionIssuer": self.issuer or {}, "webIdFederationData": {}, "attributes": flags}
            return {**known, "sessionContext": context}
        return known

    def stranger(self) -> Record:
        """`userIdentity` in any other account."""
        return dict(shapes.other_account(self.account, self.id))


@dataclass(frozen=True)
class Issued:
    """The credentials that a call returned."""

    key: str
    expiration: datetime
    assumed_role_id: str = ""
    assumed_role_arn: str = ""
    federated_user: Record | None = None


@dataclass(frozen=True)
class Call:
    """One call to STS and its result: `issued`, or `error` with code and message."""

    action: str
    asked: dict[str, str]
    caller: Caller
    time: datetime
    region: str
    agent: str
    request_id: str
    issued: Issued | None = None
    error: tuple[str, str] | None = None
    source: str = OFFICE

    @property
    def role_arn(self) -> str:
        return self.asked.get("RoleArn", "")

    @property
    def role_account(self) -> str:
        return (self.role_arn + ":::::").split(":")[4]


def records(call: Call) -> list[Record]:
    """Returns the halves, the caller's first."""
    if call.issued is None or not call.role_arn or call.role_account == call.caller.account:
        return [_half(call, call.caller.account, call.caller.identity())]
    shared = str(uuid.uuid4())
    return [
        _half(call, call.caller.account, call.caller.identity(), shared),
        _half(call, call.role_account, call.caller.stranger(), shared),
    ]


def _half(call: Call, recipient: str, identity: Record, shared: str = "") -> Record:
    code, message = call.error or ("", "")
    more: Record = {"errorCode": code, "errorMessage": message} if code else {}
    if call.issued and call.role_arn:
        more["resources"] = [{"accountId": call.role_account, "type": "AWS::IAM::Role", "ARN": call.role_arn}]
    if shared:
        more["sharedEventID"] = shared
    record = shapes.api(
        recipient,
        call.time,
        "sts",
        call.action,
        identity,
        region=call.region,
        ip=call.source,
        agent=call.agent,
        request=None if code == "AccessDenied" else parameters(call.asked),
        response=_answer(call),
        # Gives the record a unique event ID.
        tag=call.request_id,
        version=shapes.NEWEST,
        readOnly=call.action in READ_ONLY,
        **more,
    )
    return {**record, "requestID": call.request_id}


def _answer(call: Call) -> Record | None:
    if call.issued is None:
        return None
    answer: Record = {
        "credentials": {"accessKeyId": call.issued.key, "sessionToken": shapes.HIDDEN, "expiration": shapes.java(call.issued.expiration)},
    }
    if call.issued.assumed_role_id:
        answer["assumedRoleUser"] = {"assumedRoleId": call.issued.assumed_role_id, "arn": call.issued.assumed_role_arn}
    if call.issued.federated_user:
        answer["federatedUser"] = call.issued.federated_user
    if "SourceIdentity" in call.asked:
        answer["sourceIdentity"] = call.asked["SourceIdentity"]
    return answer


def parameters(asked: dict[str, str]) -> Record:
    """Returns `requestParameters` of a query request (`Tags.member.1.Key=…`), without the MFA code, with
    numbers as numbers.
    """
    shown: Record = {}
    for name, value in asked.items():
        head, _, rest = name.partition(".member.")
        field = head[0].lower() + head[1:]
        if head in ("Action", "Version", "TokenCode"):
            continue
        if not rest:
            shown[field] = int(value) if head == "DurationSeconds" else value
            continue
        index, _, part = rest.partition(".")
        items = shown.setdefault(field, {})
        if part:
            items.setdefault(int(index), {})[part[0].lower() + part[1:]] = value
        else:
            items[int(index)] = value
    return {field: [value[i] for i in sorted(value)] if isinstance(value, dict) else value for field, value in shown.items()}


def lookup(record: Record, call: Call) -> Record:
    """Returns the entry in `cloudtrail:LookupEvents`: under the key that signed the call, and under the key
    that it issued.
    """
    resources = [{"ResourceType": "AWS::IAM::Role", "ResourceName": call.role_arn}] if call.issued and call.role_arn else []
    if call.issued:
        resources.insert(0, {"ResourceType": "AWS::IAM::AccessKey", "ResourceName": call.issued.key})
        if call.issued.assumed_role_id:
            session = call.issued.assumed_role_id.partition(":")[2]
            for name in (call.issued.assumed_role_arn, call.issued.assumed_role_id, session):
                resources.append({"ResourceType": "AWS::STS::AssumedRole", "ResourceName": name})
    own = record["recipientAccountId"] == call.caller.account
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": call.time.timestamp(),
        "ReadOnly": "true" if record["readOnly"] else "false",
        "Resources": resources,
        "AccessKeyId": call.caller.key if own else "",
        "Username": (call.caller.name or call.caller.arn.rpartition("/")[2]) if own else "",
    }


def known(record: Record) -> Record:
    """Returns the entry of any record in `cloudtrail:LookupEvents`."""
    answer = record.get("responseElements") or {}
    issued, assumed = answer.get("credentials") or {}, answer.get("assumedRoleUser") or {}
    by = record["userIdentity"]
    session = assumed.get("assumedRoleId", "").partition(":")[2]
    names = {
        "AWS::IAM::AccessKey": [issued.get("accessKeyId")],
        "AWS::STS::AssumedRole": [assumed.get("arn"), assumed.get("assumedRoleId"), session],
        "AWS::IAM::Role": [(record.get("requestParameters") or {}).get("roleArn")],
    }
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": datetime.fromisoformat(record["eventTime"]).timestamp(),
        "ReadOnly": "true" if record.get("readOnly") else "false",
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, found in names.items() for name in found if name],
        "AccessKeyId": by.get("accessKeyId", ""),
        "Username": by.get("userName") or by.get("principalId", "").partition(":")[2],
        "CloudTrailEvent": json.dumps(record),
    }
