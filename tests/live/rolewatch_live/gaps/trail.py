"""Calls to STS produce CloudTrail records: on the default bus of each account concerned, and for
LookupEvents.

ministack puts no records on the bus, and malformed ones into LookupEvents, so its own recording is off. To
test late halves, `POST /_rolewatch/hold?account=111122223333` withholds them, and `/_rolewatch/release`
delivers them. `POST /_rolewatch/recorded` with a list of records adds records to LookupEvents that no rule
receives.
"""

import json
import re
import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack_app
from ministack.core import iam_evaluator
from ministack.services import cloudtrail, eventbridge, iam, sts

from ..records import Call, Caller, Issued, Record, known, lookup, records
from . import mfa
from .buses import within

RECORDED = {"AssumeRole", "GetSessionToken", "GetFederationToken"}
SIGNED_FOR_STS = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/sts/")

_held: dict[str, list[tuple[Record, Call]]] = {}
_lock = threading.Lock()


def fill() -> None:
    serve = ministack_app.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/_rolewatch/"):
            await control(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "POST" and (signed := SIGNED_FOR_STS.search(_header(scope, "authorization"))):
            await watched(serve, scope, receive, send, key=signed[1], region=signed[2])
        else:
            await serve(scope, receive, send)

    ministack_app.app = app


async def control(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/_rolewatch/recorded":
        body, more = bytearray(), True
        while more:
            message = await receive()
            body.extend(message.get("body", b""))
            more = message.get("more_body", False)
        for record in json.loads(body):
            within(record["recipientAccountId"], record["awsRegion"], lambda entry=known(record): cloudtrail._get_event_queue().append(entry))
        await answered(send)
        return
    account = parse_qs(scope["query_string"].decode()).get("account", [""])[0]
    with _lock:
        if scope["path"] == "/_rolewatch/hold":
            _held.setdefault(account, [])
            waiting = []
        else:
            waiting = _held.pop(account, [])
    for record, call in waiting:
        deliver(record, call)
    await answered(send)


async def answered(send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def watched(serve: Any, scope: Any, receive: Any, send: Any, key: str, region: str) -> None:
    """Serves a call to STS, then makes CloudTrail record it, as AWS does."""
    asked, answer, status = bytearray(), bytearray(), 0

    async def listen() -> Any:
        message = await receive()
        asked.extend(message.get("body", b""))
        return message

    async def speak(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            answer.extend(message.get("body", b""))
        await send(message)

    await serve(scope, listen, speak)
    parameters = {name: values[0] for name, values in parse_qs(asked.decode("utf-8", "replace")).items()}
    if parameters.get("Action") in RECORDED:
        details = (parameters, key, region, status, answer.decode("utf-8", "replace"), _header(scope, "user-agent"))
        threading.Thread(target=note, args=details, daemon=True).start()


def note(asked: dict[str, str], key: str, region: str, status: int, answer: str, agent: str) -> None:
    """Writes the records of a call. If the caller doesn't exist, there are none."""
    caller = who(key)
    if caller is None:
        return
    issued = got(answer) if status == 200 else None
    denial = None if issued else (_tag(answer, "Code"), refusal(_tag(answer, "Message"), caller, asked))
    start = sts._sessions.get(issued.key, {}).get("IssuedAt") if issued else None
    time = _moment(start) if start else datetime.now(UTC)
    call = Call(asked["Action"], asked, caller, time, region, agent, _tag(answer, "RequestId"), issued, denial)
    for record in records(call):
        with _lock:
            held = _held.get(record["recipientAccountId"])
            if held is not None:
                held.append((record, call))
                continue
        deliver(record, call)


def deliver(record: Record, call: Call) -> None:
    text = json.dumps(record)
    entry = {"Source": "aws.sts", "DetailType": "AWS API Call via CloudTrail", "Detail": text, "Time": call.time.timestamp()}

    def publish() -> None:
        cloudtrail._get_event_queue().append({**lookup(record, call), "CloudTrailEvent": text})
        eventbridge._put_events({"Entries": [entry]}, True)

    within(record["recipientAccountId"], call.region, publish)


def who(key: str) -> Caller | None:
    account = sts._access_key_account(key) if not key.isdigit() else key
    found = iam_evaluator.resolve_credential(key, account)
    if isinstance(found, iam_evaluator.CredentialResolutionError):
        return None
    session = sts._sessions.get(key)
    kind = "IAMUser" if found.principal_type == "User" else found.principal_type
    role = issuer(found) if kind == "AssumedRole" else None
    return Caller(
        kind=kind,
        # A function's session contains the role's name where AWS has its ID.
        id=f"{role['principalId']}:{found.principal_id.partition(':')[2]}" if role else found.principal_id,
        arn=found.principal_arn,
        account=found.account_id,
        key=key,
        name=found.principal_name if kind == "IAMUser" else "",
        session_start=_moment(session["IssuedAt"]) if session else None,
        mfa=key in mfa.proved_sessions,
        issuer=role,
    )


def issuer(session: Any) -> dict[str, str]:
    """Returns the role of a session with its path, which the session's ARN lacks."""
    name = session.principal_arn.split("/")[1]
    role = iam._roles.get_scoped(session.account_id, None, name) or {}
    arn = role.get("Arn", f"arn:aws:iam::{session.account_id}:role/{name}")
    id = role.get("RoleId", session.principal_id.partition(":")[0])
    return {"type": "Role", "principalId": id, "arn": arn, "accountId": session.account_id, "userName": name}


def got(answer: str) -> Issued:
    federated = {"federatedUserId": _tag(answer, "FederatedUserId"), "arn": _tag(answer, "Arn")}
    return Issued(
        key=_tag(answer, "AccessKeyId"),
        expiration=datetime.fromisoformat(_tag(answer, "Expiration")),
        assumed_role_id=_tag(answer, "AssumedRoleId"),
        assumed_role_arn=_tag(answer, "Arn") if "<AssumedRoleId>" in answer else "",
        federated_user=federated if "<FederatedUserId>" in answer else None,
    )


def refusal(message: str, caller: Caller, asked: dict[str, str]) -> str:
    """ministack omits the caller if the role doesn't exist, and the role if a policy denies. AWS always
    includes both.
    """
    if message.startswith("User: is not authorized"):
        return f"User: {caller.arn} is not authorized to perform: sts:{asked['Action']} on resource: {asked.get('RoleArn', '')}"
    action = f"perform: sts:{asked['Action']}"
    if f"{action} with" in message or f"{action} because" in message:
        return message.replace(action, f"{action} on resource: {asked.get('RoleArn', '')}", 1)
    return message


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(int(epoch), UTC)


def _header(scope: Any, name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.decode("latin-1").lower() == name), "")


def _tag(xml: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", xml)
    return found[1] if found else ""
