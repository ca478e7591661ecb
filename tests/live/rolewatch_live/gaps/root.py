"""Root users can't assume roles ("Roles may not be assumed by root accounts"). ministack allows it."""

from typing import Any
from urllib.parse import parse_qs

from ministack.core.iam_evaluator import is_root_access_key
from ministack.core.router import extract_access_key_id
from ministack.services import sts


def fill() -> None:
    handle_request = sts.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        asked = parse_qs((body or b"").decode("utf-8", "replace"))
        if asked.get("Action") == ["AssumeRole"] and is_root_access_key(extract_access_key_id(headers, query) or ""):
            return sts._error(403, "AccessDenied", "Roles may not be assumed by root accounts.", ns="sts")
        return await handle_request(method, path, headers, body, query)

    sts.handle_request = handle
