"""For a role's session, `aws:PrincipalArn` is the role's ARN with its path. ministack uses the session's ARN.
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

KEY = "aws:principalarn"


def fill() -> None:
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        value = resolve(key, context)
        return role(value) if key.lower() == KEY and ":assumed-role/" in value else value

    iam_evaluator._resolve_condition_key = resolved


def role(session: str) -> str:
    """Returns the role of a session."""
    account, name = session.split(":")[4], session.split("/")[1]
    known = iam._roles.get_scoped(account, None, name) or {}
    return str(known.get("Arn", f"arn:aws:iam::{account}:role/{name}"))
