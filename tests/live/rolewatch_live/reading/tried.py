"""Tries the same cases on the running emulator: with its simulator, and with AssumeRole by people who have
the case's policies.
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from ..accounts import DEVELOPMENT, PRODUCTION, Accounts
from ..people import Credentials, Person, hire, open_role
from .cases import ACTIONS, ROLES
from .evaluator import Case

Policy = dict[str, Any]
HOMES = {"dora": DEVELOPMENT, "anna": PRODUCTION}


def simulated(accounts: Accounts, case: Case) -> dict[str, str]:
    """Calls SimulateCustomPolicy. Returns `allowed`, `explicitDeny` or `implicitDeny` for each action."""
    found = accounts.client("iam", DEVELOPMENT).simulate_custom_policy(
        PolicyInputList=[json.dumps(policy) for policy in case["identity"]], ActionNames=list(ACTIONS), ResourceArns=[case["resource"]]
    )
    return {result["EvalActionName"]: result["EvalDecision"] for result in found["EvaluationResults"]}


class Switcher:
    """Two users, one of them in the role's own account, and the role."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.role = open_role(accounts, ROLES[0].rpartition("/")[2])
        self.people = {name: hire(accounts, name, device=True, may=None, account=account) for name, account in HOMES.items()}
        self.sessions: dict[tuple[str, Any], Credentials | None] = {}
        self.given = dict.fromkeys(HOMES, 0)
        self.bound: set[str] = set()
        self.boundaries = 0
        for name, person in self.people.items():
            self.iam(name).tag_user(UserName=name, Tags=[{"Key": "team", "Value": "red"}])
            self.sessions[name, None] = None
            self.sessions[name, "false"] = dict(person.sts().get_session_token()["Credentials"])
            self.sessions[name, "true"] = person.sign_in()

    def iam(self, name: str) -> Any:
        return self.accounts.client("iam", HOMES[name])

    def enters(self, case: Case) -> bool:
        """Whether AssumeRole succeeds with the policies of the case."""
        name, context = case["caller"].rpartition("/")[2], case["context"]
        self.accounts.client("iam", PRODUCTION).update_assume_role_policy(
            RoleName=self.role.rpartition("/")[2], PolicyDocument=json.dumps(case["trust"])
        )
        self._give(name, case["identity"])
        self._bound(name, case.get("boundary"))
        person: Person = self.people[name]
        asked = {"RoleSessionName": context["sts:RoleSessionName"]}
        if "sts:ExternalId" in context:
            asked["ExternalId"] = context["sts:ExternalId"]
        try:
            person.switch(self.role, self.sessions[name, context.get("aws:MultiFactorAuthPresent")], **asked)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False
        return True

    def _give(self, name: str, policies: list[Policy]) -> None:
        for at, policy in enumerate(policies):
            self.iam(name).put_user_policy(UserName=name, PolicyName=f"policy-{at}", PolicyDocument=json.dumps(policy))
        for at in range(len(policies), self.given[name]):
            self.iam(name).delete_user_policy(UserName=name, PolicyName=f"policy-{at}")
        self.given[name] = len(policies)

    def _bound(self, name: str, policy: Policy | None) -> None:
        if policy is None and name in self.bound:
            self.iam(name).delete_user_permissions_boundary(UserName=name)
            self.bound.remove(name)
        elif policy is not None:
            self.boundaries += 1
            made = self.iam(name).create_policy(PolicyName=f"boundary-{self.boundaries}", PolicyDocument=json.dumps(policy))
            self.iam(name).put_user_permissions_boundary(UserName=name, PermissionsBoundary=made["Policy"]["Arn"])
            self.bound.add(name)
