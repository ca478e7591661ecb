"""A small company in the emulator: people who really call STS, one elevated role, and the rosters that IAM
returns.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .accounts import DEVELOPMENT, PRODUCTION, Accounts
from .people import Person, hire, open_role

DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies", "IsTruncated")


@dataclass(frozen=True)
class Company:
    """Developers alice (with an MFA device) and carol (without), testers tess and tom (with)."""

    alice: Person
    carol: Person
    tess: Person
    tom: Person
    update_app: str


def found(accounts: Accounts) -> Company:
    """Creates everybody, and lets development assume `UpdateApp` in production."""
    return Company(
        alice=hire(accounts, "alice", "Developers", device=True),
        carol=hire(accounts, "carol", "Developers"),
        tess=hire(accounts, "tess", "Testers", device=True),
        tom=hire(accounts, "tom", "Testers", device=True),
        update_app=open_role(accounts, "UpdateApp"),
    )


def rosters(accounts: Accounts) -> dict[str, dict[str, Any]]:
    """Returns `aws iam get-account-authorization-details` of both accounts, by the file names that rolewatch
    gives them.
    """
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    return {
        f"{name}@{time}.json": details(accounts, account) for name, account in (("development", DEVELOPMENT), ("production", PRODUCTION))
    }


def written(accounts: Accounts, folder: Path) -> list[Path]:
    """Writes the same as files."""
    files = {folder / name: document for name, document in rosters(accounts).items()}
    for path, document in files.items():
        path.write_text(json.dumps(document))
    return list(files)


def listed_roles(accounts: Accounts, account: str) -> dict[str, Any]:
    """`aws iam list-roles`. Authorization details don't contain MaxSessionDuration."""
    return {"Roles": _plain(accounts.client("iam", account).list_roles()["Roles"])}


def details(accounts: Accounts, account: str) -> dict[str, Any]:
    """`aws iam get-account-authorization-details`."""
    answer = accounts.client("iam", account).get_account_authorization_details()
    return {field: _plain(answer[field]) for field in DETAILS if field in answer}


def _plain(value: Any) -> Any:
    """Returns times as text, as the AWS CLI prints them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value
