"""Identity Center: the calls that list users, groups, memberships, permission sets and assignments, which
ministack doesn't have.

`POST /_rolewatch/center?account=…&region=…` sets what is there. Any other account or Region has nothing. A caller
needs the permissions that AWS asks for, with the resources and in the Region of the request.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack_app
from ministack.core import iam_evaluator, responses

from ..center import Answers, Directory, Refused, denied

PATH = "/_rolewatch/center"
TARGETS = {"AWSIdentityStore": "identitystore", "SWBExternalService": "sso"}
# The answers of each account and Region.
centers: dict[tuple[str, str], Answers] = {}


def fill() -> None:
    serve = ministack_app.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            service, _, action = headers.get("x-amz-target", "").partition(".")
            if scope["path"] == PATH:
                asked = parse_qs(scope["query_string"].decode())
                directory = json.loads(await body_of(receive))
                directory["memberships"] = [tuple(one) for one in directory["memberships"]]
                centers[asked["account"][0], asked["region"][0]] = Answers(Directory(**directory))
                await answer(send, 204, b"")
                return
            if service in TARGETS:
                status, told = told_to(headers["authorization"], TARGETS[service], action, json.loads(await body_of(receive) or b"{}"))
                await answer(send, status, json.dumps(told).encode())
                return
        await serve(scope, receive, send)

    ministack_app.app = app


async def body_of(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/x-amz-json-1.1"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def told_to(authorization: str, service: str, action: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Returns the answer to a caller."""
    key, region = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", authorization).groups()  # type: ignore[union-attr]
    account = responses._account_from_sts_session(key) or iam_evaluator.find_iam_access_key_account(key) or key
    try:
        permit(key, account, region, f"{service}:{action}", resources(service, action, account, body))
        found = centers.get((account, region)) or Answers(Directory())
        return 200, found.answer(action, body)
    except Refused as refused:
        return refused.status, {"__type": refused.code, "message": refused.message}


def permit(key: str, account: str, region: str, action: str, asked: list[str]) -> None:
    """Refuses a call for which the caller lacks the permission on one of the resources."""
    principal = iam_evaluator.resolve_principal(key, account)
    if isinstance(principal, iam_evaluator.AuthError):
        raise Refused(400, principal.code, principal.message)
    if principal.policies is None:
        return
    for resource in asked:
        context = iam_evaluator.EvalContext(principal.arn, principal.type, principal.account, action, resource, region, principal_keys=principal.keys)
        if iam_evaluator.evaluate(context, principal.policies, *principal.limits).decision != "Allow":
            raise denied(action)


def resources(service: str, action: str, account: str, body: dict[str, Any]) -> list[str]:
    """Returns the ARNs on which AWS asks for a permission, according to its service authorization reference."""
    if action == "ListInstances":
        return ["*"]
    if service == "sso":
        named = [body["InstanceArn"], body.get("PermissionSetArn")]
        if "AccountId" in body:
            named.append(f"arn:aws:sso:::account/{body['AccountId']}")
        return [arn for arn in named if arn]
    store = f"arn:aws:identitystore::{account}:identitystore/{body['IdentityStoreId']}"
    return [store, *{
        "IsMemberInGroups": [
            *(f"arn:aws:identitystore:::group/{group}" for group in body.get("GroupIds", [])),
            f"arn:aws:identitystore:::user/{body.get('MemberId', {}).get('UserId')}",
            "arn:aws:identitystore:::membership/*",
        ],
        "ListUsers": ["arn:aws:identitystore:::user/*"],
        "ListGroups": ["arn:aws:identitystore:::group/*"],
        "ListGroupMemberships": [f"arn:aws:identitystore:::group/{body.get('GroupId')}", "arn:aws:identitystore:::membership/*"],
    }[action]]
