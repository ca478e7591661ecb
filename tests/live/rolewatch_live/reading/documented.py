"""How AWS documents that an ARN matches a pattern, in its shortest form: a regular expression."""

import re
from typing import Any

PARTS = 6
VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")


def resource_matches(pattern: str, arn: str, context: dict[str, Any]) -> bool:
    """*IAM JSON policy elements: Resource*: a wildcard stays between colons, but a `*` at the end of a part
    may cross them.

    *IAM identifiers*: an ARN of fewer than six parts is completed with `*`.
    """
    found = _filled(pattern, context)
    if found is None:
        return False
    *head, last = found.split(":", PARTS - 1) if found.count(":") >= PARTS - 1 else [*found.split(":"), None]
    parts = [_part(part, "[^:]") + (".*" if part.endswith("*") else "") for part in head if part is not None]
    if last is not None:
        return _whole(":".join([*parts, _part(last, ".")]), arn)
    return _whole(":".join(parts), arn) or _whole(":".join([*parts, ".*"]), arn)


def arn_like(pattern: str, arn: str) -> bool:
    """*Condition operators*: each of the six parts of an ARN is checked separately."""
    patterns, parts = pattern.split(":", PARTS - 1), arn.split(":", PARTS - 1)
    return len(patterns) == len(parts) == PARTS and all(_whole(_part(a, "."), b) for a, b in zip(patterns, parts, strict=True))


def _filled(pattern: str, context: dict[str, Any]) -> str | None:
    """Replaces variables by their values, none of which has a wildcard. None if one has no value."""
    held = {key.lower(): value for key, value in context.items()}
    for found in VARIABLE.finditer(pattern):
        value = held.get(found[1].lower(), found[2])
        if not isinstance(value, str):
            return None
        pattern = pattern.replace(found[0], value)
    return pattern


def _part(pattern: str, any_one: str) -> str:
    return "".join({"*": f"{any_one}*", "?": any_one}.get(letter) or re.escape(letter) for letter in pattern)


def _whole(expression: str, text: str) -> bool:
    return re.fullmatch(expression, text) is not None
