"""A person of the story: an IAM user with a permanent key, perhaps with an MFA device, who calls STS for real."""

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
        used = credentials or self.key
        return self.accounts.signed("sts", used["AccessKeyId"], used["SecretAccessKey"], used.get("SessionToken"))

    def switch(self, role: str, credentials: Credentials | None = None, **more: Any) -> Any:
        """AssumeRole with the permanent key, or with other credentials."""
        return self.sts(credentials).assume_role(RoleArn=role, RoleSessionName=self.name, **more)

    def with_code(self) -> dict[str, Any]:
        """What a call needs to prove MFA now."""
        return {"SerialNumber": self.device, "TokenCode": totp.code(self.seed)}

    def sign_in(self) -> Credentials:
        """GetSessionToken with MFA."""
        return dict(self.sts().get_session_token(**self.with_code())["Credentials"])


def hire(accounts: Accounts, name: str, group: str | None = None, device: bool = False) -> Person:
    """Creates the user, in a group (made if need be), with a key and perhaps an MFA device."""
    iam = accounts.client("iam", DEVELOPMENT)
    user = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    person = Person(accounts, name, user["UserId"], {field: key[field] for field in ("AccessKeyId", "SecretAccessKey")})
    switch = {"Effect": "Allow", "Action": SWITCH, "Resource": f"arn:aws:iam::{PRODUCTION}:role/*"}
    iam.put_user_policy(UserName=name, PolicyName="switch", PolicyDocument=_policy(switch))
    if group:
        if group not in {known["GroupName"] for known in iam.list_groups()["Groups"]}:
            iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName=name)
    if device:
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        person.device, person.seed = made["SerialNumber"], made["Base32StringSeed"].decode()
        iam.enable_mfa_device(
            UserName=name,
            SerialNumber=person.device,
            AuthenticationCode1=totp.code(person.seed),
            AuthenticationCode2=totp.code(person.seed),
        )
    return person


def open_role(accounts: Accounts, name: str, trust: str = f"arn:aws:iam::{DEVELOPMENT}:root", condition: Statement | None = None) -> str:
    """A role of production that the account, or whoever `trust` names, may assume; its ARN."""
    policy = _policy({"Effect": "Allow", "Action": SWITCH, "Principal": {"AWS": trust}, "Condition": condition or {}})
    role = accounts.client("iam", PRODUCTION).create_role(RoleName=name, AssumeRolePolicyDocument=policy, MaxSessionDuration=43200)
    return str(role["Role"]["Arn"])


def _policy(statement: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
