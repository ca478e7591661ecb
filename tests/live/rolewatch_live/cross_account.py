"""The setup of `deploy/cross-account/` in two accounts, the people in it, and the results of their attempts
to switch.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from . import template
from .accounts import DEVELOPMENT, FOREIGN, HOME, HUB, PRODUCTION, STAGING, Accounts
from .binaries import ROOT
from .people import Credentials, Person, Statement, hire, open_role
from .stack import deploy

FOLDER = ROOT / "deploy" / "cross-account"
POLICY = FOLDER / "rolewatch.yaml"
NAME = "cross-account"
BUCKET = "productionapp"
LOGS = "productionlogs"
OWN_BUCKET = "developmentapp"
EXTERNAL_ID = "EXAMPLE-4711"
# The permissions of somebody who was granted far too much.
EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OWN_RIGHTS: Statement = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": f"arn:aws:s3:::{OWN_BUCKET}/*",
}


@dataclass(frozen=True)
class SetUp:
    """The outputs of the stacks. `careless` is a production role without MFA, among those that Developers may
    assume.
    """

    accounts: Accounts
    roles: dict[str, str]
    groups: dict[str, str]
    strict: dict[str, str]
    careless: str

    @property
    def update_app(self) -> str:
        return self.roles["UpdateAppRoleArn"]

    @property
    def terminate(self) -> str:
        return self.roles["TerminateRoleArn"]

    @property
    def partner(self) -> str:
        return self.roles["ThirdPartyRoleArn"]

    def developer(self, name: str, device: bool = True, may: Statement | None = None) -> Person:
        return hire(self.accounts, name, self.groups["DevelopersName"], device, may)

    def tester(self, name: str, may: Statement | None = None) -> Person:
        return hire(self.accounts, name, self.groups["TestersName"], device=True, may=may)


def set_up(accounts: Accounts) -> SetUp:
    """Deploys both templates as they are, and the groups a second time with MfaSessionRequired."""
    given = {"IdentityAccountId": DEVELOPMENT, "ThirdPartyAccountId": FOREIGN, "ExternalId": EXTERNAL_ID}
    roles = deploy(accounts, PRODUCTION, HOME, template.read(FOLDER / "role-account.yaml"), given, NAME)
    careless = open_role(accounts, "Careless")
    groups = template.read(FOLDER / "identity-account.yaml")
    arns = {"RoleArns": f"{roles['RoleArns']},{careless}"}
    strict = {"MfaSessionRequired": "true", "DevelopersName": "StrictDevelopers", "TestersName": "StrictTesters"}
    for bucket, account in ((BUCKET, PRODUCTION), (LOGS, PRODUCTION), (OWN_BUCKET, DEVELOPMENT)):
        accounts.client("s3", account).create_bucket(Bucket=bucket)
    return SetUp(
        accounts,
        roles,
        deploy(accounts, DEVELOPMENT, HOME, groups, arns, NAME),
        deploy(accounts, DEVELOPMENT, HOME, groups, arns | strict, f"{NAME}-strict"),
        careless,
    )


def set_up_bare(accounts: Accounts) -> None:
    """Deploys both templates again, in staging and the hub's account, with a developer and a tester.

    This time without the third party, and with MfaSessionRequired.
    """
    roles = deploy(accounts, STAGING, HOME, template.read(FOLDER / "role-account.yaml"), {"IdentityAccountId": HUB}, NAME)
    given = {"RoleArns": roles["RoleArns"], "MfaSessionRequired": "true"}
    groups = deploy(accounts, HUB, HOME, template.read(FOLDER / "identity-account.yaml"), given, NAME)
    hire(accounts, "dora", groups["DevelopersName"], may=None, account=HUB)
    hire(accounts, "tim", groups["TestersName"], may=EVERYTHING, account=HUB)


@dataclass(frozen=True)
class Attempt:
    """An attempt to switch: the credentials, or the code and message of the denial."""

    credentials: Credentials | None = None
    code: str = ""
    message: str = ""

    @property
    def entered(self) -> Credentials:
        if self.credentials is None:
            raise AssertionError(f"the switch was refused: {self.code}: {self.message}")
        return self.credentials


def attempt(person: Person, role: str, credentials: Credentials | None = None, **more: Any) -> Attempt:
    """Calls AssumeRole under the person's own name, unless `RoleSessionName` says otherwise."""
    try:
        return Attempt(person.switch(role, credentials, **more)["Credentials"])
    except ClientError as error:
        return Attempt(code=error.response["Error"]["Code"], message=error.response["Error"]["Message"])


def refusal(call: Any, **parameters: Any) -> str:
    """Returns the error code of a call, or an empty string if it succeeded."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
