"""A trust policy stores roles and users by their unique IDs, which are deleted with them. ministack stores
the ARNs.

While the role or user exists, IAM shows its ARN. After it is deleted, the ID remains. A new one of the same
name has another ID. AWS treats policies of buckets, queues and topics in the same way; here they stay
unchanged.
"""

import json
from typing import Any

from ministack.core.responses import AccountScopedDict
from ministack.services import iam

ABSENT = object()


def fill() -> None:
    iam._roles.__class__ = Identities
    iam._users.__class__ = Identities


class Identities(AccountScopedDict):  # type: ignore[misc]
    """Roles or users by name. When one is deleted, trust policies keep its ID."""

    __slots__ = ()

    def pop(self, key: str, *default: Any) -> Any:
        gone = super().pop(key, *default) if key in self or not default else ABSENT
        if gone is ABSENT:
            return default[0]
        name_by_id(gone["Arn"], gone.get("RoleId") or gone["UserId"])
        return gone

    def __delitem__(self, key: str) -> None:
        self.pop(key)


def name_by_id(arn: str, unique_id: str) -> None:
    """Replaces the ARN with the ID in the trust policies of all accounts."""
    for role in iam._roles.to_dict().values():
        role["AssumeRolePolicyDocument"] = with_id(role["AssumeRolePolicyDocument"], arn, unique_id)


def with_id(document: Any, arn: str, unique_id: str) -> Any:
    """Returns the policy, as text or not, with the ID in place of this principal."""
    if isinstance(document, str):
        policy = json.loads(document)
        changed = with_id(policy, arn, unique_id)
        return document if changed == policy else json.dumps(changed)
    statements = document.get("Statement", [])
    several = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [_renamed(statement, arn, unique_id) for statement in several]}


def _renamed(statement: dict[str, Any], arn: str, unique_id: str) -> dict[str, Any]:
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or "AWS" not in principal:
        return statement
    named = principal["AWS"] if isinstance(principal["AWS"], list) else [principal["AWS"]]
    renamed = [unique_id if name == arn else name for name in named]
    return {**statement, "Principal": {**principal, "AWS": renamed}}
