"""A person of the story: an IAM user with a permanent key, and perhaps an MFA device, who really calls STS.
"""

import json
from dataclasses import dataclass
from typing import Any

from . import totp
from .accounts import DEVELOPMENT, PRODUCTION, Accounts

Credentials = dict[str, str]
Statement = dict[str, Any]

SWITCH = ["sts:AssumeRole", "sts:TagSession"]


@dataclass
class Person:
    """An IAM user of the development account."""

    accounts: Accounts
    name: str
    id: str
    key: Credentials
    device: str = ""
    seed: str = ""

    def sts(self, credentials: Credentials | None = None) -> Any:
        return self.client("sts", credentials)

    def switch(self, role: str, credentials: Credentials | None = None, **more: Any) -> Any:
        """Calls AssumeRole with the permanent key, or with other credentials."""
        return self.sts(credentials).assume_role(**{"RoleArn": role, "RoleSessionName": self.name, **more})

    def with_code(self) -> dict[str, Any]:
        """Returns the parameters that prove MFA in a call now."""
        return {"SerialNumber": self.device, "TokenCode": totp.code(self.seed)}

    def enroll(self, iam: Any) -> None:
        """Creates a virtual MFA device with the person's name, through this IAM client."""
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=self.name)["VirtualMFADevice"]
        self.device, self.seed = made["SerialNumber"], made["Base32StringSeed"].decode()
        code = totp.code(self.seed)
        iam.enable_mfa_device(UserName=self.name, SerialNumber=self.device, AuthenticationCode1=code, AuthenticationCode2=code)

    def client(self, service: str, credentials: Credentials | None = None) -> Any:
        """Returns a client with the permanent key, or with other credentials."""
        used = credentials or self.key
        return self.accounts.signed(service, used["AccessKeyId"], used["SecretAccessKey"], used.get("SessionToken"))

    def sign_in(self) -> Credentials:
        """Calls GetSessionToken with MFA."""
        return dict(self.sts().get_session_token(**self.with_code())["Credentials"])


ANY_ROLE: Statement = {"Effect": "Allow", "Action": SWITCH, "Resource": f"arn:aws:iam::{PRODUCTION}:role/*"}


def hire(
    accounts: Accounts,
    name: str,
    group: str | None = None,
    device: bool = False,
    may: Statement | None = ANY_ROLE,
    account: str = DEVELOPMENT,
) -> Person:
    """Creates the user in a group (created if needed), with a key, and perhaps an MFA device and a policy
    with what they `may`.
    """
    iam = accounts.client("iam", account)
    user = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    person = Person(accounts, name, user["UserId"], {field: key[field] for field in ("AccessKeyId", "SecretAccessKey")})
    if may:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=_policy(may))
    if group:
        if group not in {known["GroupName"] for known in iam.list_groups()["Groups"]}:
            iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName=name)
    if device:
        person.enroll(iam)
    return person


def open_role(
    accounts: Accounts,
    name: str,
    trust: str = f"arn:aws:iam::{DEVELOPMENT}:root",
    condition: Statement | None = None,
    account: str = PRODUCTION,
) -> str:
    """Creates a role in production, or in another account, that the account, or `trust`, may assume. Returns
    its ARN.
    """
    policy = _policy({"Effect": "Allow", "Action": SWITCH, "Principal": {"AWS": trust}, "Condition": condition or {}})
    role = accounts.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=policy, MaxSessionDuration=43200)
    return str(role["Role"]["Arn"])


def _policy(statement: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
