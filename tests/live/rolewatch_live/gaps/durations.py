"""Limits the duration of credentials: MaxSessionDuration of the role, and an hour from another role's
session.

ministack issues any duration. (The SDK rejects less than 15 minutes itself.) A call fails because of its
duration only if everything else allows it.
"""

import re
from typing import Any
from urllib.parse import parse_qs

from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts

CHAINED = 3600


def fill() -> None:
    handle_request = sts.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        asked = {name: values[0] for name, values in parse_qs((body or b"").decode("utf-8", "replace")).items()}
        answer = await handle_request(method, path, headers, body, query)
        if asked.get("Action") != "AssumeRole" or "DurationSeconds" not in asked or answer[0] != 200:
            return answer
        objection = refused(asked["RoleArn"], int(asked["DurationSeconds"]), extract_access_key_id(headers, query) or "")
        if not objection:
            return answer
        for key in re.findall(rb"<AccessKeyId>(\w+)<", answer[2] if isinstance(answer[2], bytes) else str(answer[2]).encode()):
            sts._sessions.pop(key.decode(), None)
        return sts._error(400, "ValidationError", objection, ns="sts")

    sts.handle_request = handle


def refused(role_arn: str, seconds: int, caller: str) -> str:
    """Returns why the duration is too long, or an empty string."""
    role = iam._roles.get_scoped(role_arn.split(":")[4], None, role_arn.rsplit("/", 1)[-1]) or {}
    if seconds > int(role.get("MaxSessionDuration") or CHAINED):
        return "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    if seconds > CHAINED and sts._sessions.get(caller, {}).get("PrincipalType") == "AssumedRole":
        return "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    return ""
