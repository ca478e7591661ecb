"""A trust policy names roles and users by their unique ids, which die with them; ministack keeps the ARNs.

As long as the role or user is there, IAM shows its ARN. Once it is deleted, the id remains, and a new one of the same name is another.
Policies of buckets, queues and topics, which AWS treats alike, are left as they are.
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
    """Roles or users by name. Of those that are taken out, trust policies keep the id."""

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
    """Puts the id in the place of the ARN, in the trust policies of all accounts."""
    for role in iam._roles.to_dict().values():
        role["AssumeRolePolicyDocument"] = with_id(role["AssumeRolePolicyDocument"], arn, unique_id)


def with_id(document: Any, arn: str, unique_id: str) -> Any:
    """The policy, text or not, with the id in the place of this principal."""
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
