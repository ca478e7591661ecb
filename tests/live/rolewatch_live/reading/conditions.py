"""Random request contexts, and conditions on them."""

import random
from typing import Any

Context = dict[str, Any]
Keys = dict[str, tuple[str, tuple[str, ...]]]

NAMES = ("dora", "Dora", "tom", "dora-1")
TEAMS = ("red", "blue", "green")
# The type of each key, and its possible values. `texts` are several values.
KEYS: Keys = {
    "aws:username": ("text", NAMES),
    "sts:RoleSessionName": ("text", NAMES),
    "aws:PrincipalTag/team": ("text", TEAMS),
    "sts:ExternalId": ("text", ("EXAMPLE-4711", "example-4711", "EXAMPLE-4712")),
    "aws:MultiFactorAuthPresent": ("bool", ("true", "false")),
    "aws:MultiFactorAuthAge": ("number", ("0", "59", "3600", "3601", "3600.5", "86400")),
    "aws:TokenIssueTime": (
        "date",
        ("2026-11-01T10:00:00Z", "2026-11-01T19:00:00+09:00", "2026-11-01", "1793527200", "2026-11-01T09:59:59Z", "2026-12-31T00:00:00Z"),
    ),
    "aws:SourceIp": ("address", ("203.0.113.7", "203.0.114.7", "198.51.100.200", "2001:db8:1234:5678::9", "2001:db8:1234:5679::9")),
    "aws:SourceArn": (
        "arn",
        (
            "arn:aws:sns:us-east-1:444455556666:topic",
            "arn:aws:sns:us-east-1:111122223333:topic",
            "arn:aws:iam::444455556666:role/team/UpdateApp",
            # The page "Condition operators" explains the difference between ArnLike and StringLike with this
            # ARN.
            *["arn:aws:someservice:us-east-2:999988887777:store/abc:111122223333:finance/document.txt"] * 3,
        ),
    ),
    "aws:PrincipalArn": (
        "arn",
        (
            "arn:aws:iam::111122223333:user/dora",
            "arn:aws:iam::444455556666:user/anna",
            "arn:aws:iam::111122223333:role/Jump",
            "arn:aws:iam::444455556666:role/Jump",
        ),
    ),
    "aws:TagKeys": ("texts", TEAMS),
}
# What a user brings to AssumeRole: with a permanent key, a session, and a session with MFA. The ages are far
# enough from any limit that the duration of the tests doesn't matter.
MFA: tuple[Context, ...] = (
    {},
    {"aws:MultiFactorAuthPresent": "false"},
    {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "1"},
)
OF_CALLER: Keys = {
    "aws:username": KEYS["aws:username"],
    "aws:PrincipalTag/team": KEYS["aws:PrincipalTag/team"],
    "aws:MultiFactorAuthPresent": KEYS["aws:MultiFactorAuthPresent"],
    "aws:MultiFactorAuthAge": ("number", ("3600", "3600.5", "86400")),
}
OF_SWITCH: Keys = {"sts:RoleSessionName": KEYS["sts:RoleSessionName"], "sts:ExternalId": KEYS["sts:ExternalId"]}
RANGES = ("203.0.113.0/24", "203.0.113.7", "198.51.100.129/25", "2001:db8:1234:5678::/64", "0.0.0.0/0", "203.0.112.0/23", "::/0")
ARN_PATTERNS = (
    "arn:aws:sns:*:444455556666:topic",
    "arn:aws:sns:us-east-?:111122223333:*",
    "arn:*:role/team/UpdateApp",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::444455556666:role/*App",
    *("arn:aws:someservice:*:111122223333:finance/*", "arn:*:999988887777:*:*:*", "arn:aws:someservice:*:111122223333:*"),
    *("arn:aws:sns:us-east-1:*:topic", "arn:aws:iam::*:user/*", "arn:aws:iam::444455556666:role/J?mp"),
)
ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"),
        *("StringEquals", "StringLike"),
    ),
    "bool": ("Bool",),
    "number": tuple(f"Numeric{order}" for order in ORDERS),
    "date": tuple(f"Date{order}" for order in ORDERS),
    "address": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals"),
    "texts": ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
}
VARIABLES = ("${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}", "${AWS:username}-*", "*${*}", "d${?}ra", "${$}")


def context(dice: random.Random) -> Context:
    """Returns the context of a request: some of the keys."""
    carried: Context = {}
    for key, (kind, values) in KEYS.items():
        if dice.random() < 0.65:
            carried[key] = [dice.choice(values) for _ in range(dice.choice((1, 1, 2, 2, 3)))] if kind == "texts" else dice.choice(values)
    return carried


def block(dice: random.Random, carried: Context, keys: Keys) -> dict[str, Any]:
    """Returns a `Condition` on such keys: one or two conditions, most of which match."""
    made: dict[str, Any] = {}
    for _ in range(dice.choice((1, 1, 1, 2))):
        # The types that have more than one possible reading are more frequent.
        (key,) = dice.choices(tuple(keys), [3 if kind in ("arn", "texts") else 1 for kind, _ in keys.values()])
        kind, values = keys[key]
        operator = "Null" if dice.random() < 0.08 else _operator(dice, kind)
        if operator == "Null":
            found: Any = dice.choice(("true", "false", True, False, ["true", "false"]))
        else:
            wanted = [_value(dice, kind, operator, values, carried.get(key)) for _ in range(dice.choice((1, 1, 2, 3)))]
            found = wanted[0] if len(wanted) == 1 and dice.random() < 0.7 else wanted
        made.setdefault(operator, {})["".join(c.swapcase() if dice.random() < 0.1 else c for c in key)] = found
    return made


def _operator(dice: random.Random, kind: str) -> str:
    operator = dice.choice(OPERATORS[kind])
    if kind == "texts":
        operator = dice.choice(("ForAllValues:", "ForAnyValue:", "ForAllValues:", "ForAnyValue:", "")) + operator
    elif dice.random() < 0.06:
        operator = dice.choice(("ForAllValues:", "ForAnyValue:")) + operator
    return operator + "IfExists" if dice.random() < 0.15 else operator


def _value(dice: random.Random, kind: str, operator: str, values: tuple[str, ...], carried: Any) -> Any:
    if kind == "address":
        return dice.choice(RANGES)
    if kind == "arn" and dice.random() < 0.6:
        return dice.choice(ARN_PATTERNS)
    if kind in ("text", "texts") and dice.random() < 0.2:
        return dice.choice(VARIABLES)
    held = carried[0] if isinstance(carried, list) else carried
    value = held if held in values and dice.random() < 0.5 else dice.choice(values)
    if kind == "bool" and dice.random() < 0.3:
        return value == "true"
    if kind == "number" and dice.random() < 0.3 and "." not in value:
        return int(value)
    if "Like" in operator and dice.random() < 0.6:
        at = dice.randrange(len(value) + 1)
        return value[:at] + dice.choice(("*", "?", "*")) + value[at + dice.choice((0, 1, 1, 2)) :]
    return value
