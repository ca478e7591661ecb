"""Random cases for evaluators of IAM policies, made from a seed."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from ..accounts import DEVELOPMENT, PRODUCTION, STAGING
from . import conditions
from .evaluator import Case

Policy = dict[str, Any]

DORA = f"arn:aws:iam::{DEVELOPMENT}:user/dora"
ANNA = f"arn:aws:iam::{PRODUCTION}:user/anna"
GUEST = f"arn:aws:sts::{DEVELOPMENT}:assumed-role/Jump/dora"
HOST = f"arn:aws:sts::{PRODUCTION}:assumed-role/Jump/anna"
CALLERS = (DORA, DORA, ANNA, ANNA, GUEST, HOST)
ROLES = (f"arn:aws:iam::{PRODUCTION}:role/UpdateApp", f"arn:aws:iam::{PRODUCTION}:role/team/UpdateApp")
RESOURCES = (
    *ROLES,
    "arn:aws:s3:::productionapp/dora/report.csv",
    "arn:aws:s3:::productionapp/a:b",
    f"arn:aws:ec2:us-east-1:{PRODUCTION}:instance/i-0EXAMPLE",
    f"arn:aws:logs:us-east-1:{PRODUCTION}:log-group:app:log-stream:red",
)
ACTIONS = ("sts:AssumeRole", "sts:TagSession", "s3:GetObject", "s3:PutObject", "ec2:TerminateInstances", "iam:PassRole")
SILENT: Policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}}
VALUES_OF = {"dora": "aws:username", "red": "aws:PrincipalTag/team"}
LETTERS = "abeilmnoprstuAR/:-0146"


def made(seed: int, count: int) -> Iterator[Case]:
    """Yields cases of each policy type in turn, half of them with conditions."""
    maker = Maker(random.Random(seed))
    kinds: tuple[Callable[[], Case], ...] = (maker.of_identity, maker.of_resource, maker.of_trust)
    for at in range(count):
        maker.conditional = at % 2 == 1
        yield kinds[at // 2 % len(kinds)]()


def switches(seed: int, count: int) -> Iterator[Case]:
    """Yields cases that two users can really try, with the keys that a call to AssumeRole has."""
    maker = Maker(random.Random(seed))
    maker.conditional, maker.denies = True, 0.08
    for _ in range(count):
        yield maker.of_switch()


def role_of(session: str) -> str:
    """Returns the role of a session, for a role without a path."""
    account, name = session.split(":")[4], session.split("/")[1]
    return f"arn:aws:iam::{account}:role/{name}"


class Maker:
    """Makes random cases. With `conditional`, statements have conditions and variables."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.conditional = False
        self.denies = 0.22
        self.context: conditions.Context = {}
        self.keys = conditions.KEYS

    def of_identity(self) -> Case:
        """A case with only the caller's own policies."""
        return self._case(self.dice.choice(ACTIONS), self.dice.choice(RESOURCES))

    def of_resource(self) -> Case:
        """A case with the policy of a bucket, a key or a similar resource."""
        action, resource = self.dice.choice(ACTIONS), self.dice.choice(RESOURCES)
        case = {**self._case(action, resource), "owner": PRODUCTION}
        if self.conditional and self._chance(0.05):
            return {**case, "boundary": SILENT, "policy": self._everyone_by_arn(action, resource)}
        return {**case, "policy": self._policy(action, resource, case["caller"])}

    def of_trust(self) -> Case:
        """A case with the trust policy of a role."""
        resource = self.dice.choice(ROLES)
        case = self._case("sts:AssumeRole", resource)
        return {**case, "owner": PRODUCTION, "trust": self._policy("sts:AssumeRole", None, case["caller"])}

    def of_switch(self) -> Case:
        """A user who assumes the first role, with or without MFA, with a session or a permanent key."""
        caller = self.dice.choice((DORA, ANNA))
        carried = {"aws:username": caller.rpartition("/")[2], "aws:PrincipalTag/team": "red", **self.dice.choice(conditions.MFA)}
        case = self._case("sts:AssumeRole", ROLES[0], caller, carried, conditions.OF_CALLER)
        self.context |= {"sts:RoleSessionName": self.dice.choice(conditions.NAMES)}
        self.context |= self.dice.choice(({}, {"sts:ExternalId": "EXAMPLE-4711"}))
        self.keys = conditions.OF_CALLER | conditions.OF_SWITCH
        return {**case, "owner": PRODUCTION, "trust": self._policy("sts:AssumeRole", None, caller)}

    def _case(
        self, action: str, resource: str, caller: str | None = None, carried: conditions.Context | None = None, keys: conditions.Keys | None = None
    ) -> Case:
        caller = caller or self.dice.choice(CALLERS)
        self.keys = keys or conditions.KEYS
        self.context = carried or {}
        if self.conditional and carried is None:
            self.context = conditions.context(self.dice) | {"aws:PrincipalArn": caller if ":user/" in caller else role_of(caller)}
        case: Case = {"caller": caller, "action": action, "resource": resource, "context": self.context}
        case["identity"] = [self._policy(action, resource, None) for _ in range(self.dice.choice((0, 1, 1, 2, 3)))]
        if self._chance(0.25):
            case["boundary"] = self._policy(action, resource, None, denies=0.1)
        return case

    def _policy(self, action: str, resource: str | None, caller: str | None, denies: float | None = None) -> Policy:
        """An identity policy, or a resource policy if a caller is given who may be named."""
        share = self.denies if denies is None else denies
        statements = [self._statement(action, resource, caller, share) for _ in range(self.dice.choice((1, 1, 2, 3)))]
        one = len(statements) == 1 and self._chance(0.3)
        version = "2008-10-17" if self.conditional and self._chance(0.12) else "2012-10-17"
        return {"Version": version, "Statement": statements[0] if one else statements}

    def _statement(self, action: str, resource: str | None, caller: str | None, denies: float) -> Policy:
        statement: Policy = {"Effect": "Deny" if self._chance(denies) else "Allow"}
        actions = self._some(lambda: self._action(action))
        # NotAction and NotResource rarely exclude exactly the request.
        statement["NotAction" if self._chance(0.15) else "Action"] = actions
        if resource is not None:
            resources = self._some(lambda: self._resource(resource))
            statement["NotResource" if self._chance(0.15) else "Resource"] = resources
        if caller is not None:
            # AWS accepts NotPrincipal only with Deny, and not in trust policies.
            excepts = resource is not None and statement["Effect"] == "Deny" and self._chance(0.25)
            statement["NotPrincipal" if excepts else "Principal"] = self._principal(caller, excepts)
        if self.conditional and self._chance(0.6):
            statement["Condition"] = conditions.block(self.dice, self.context, self.keys)
        return statement

    def _everyone_by_arn(self, action: str, resource: str) -> Policy:
        """The pattern that AWS recommends for principals that can't be named: `*`, and a condition on their
        ARN.
        """
        by = {self.dice.choice(("ArnEquals", "ArnLike", "StringEquals")): {"aws:PrincipalArn": self.context["aws:PrincipalArn"]}}
        statement = {"Effect": "Allow", "Action": self._action(action), "Resource": self._resource(resource)}
        return {"Version": "2012-10-17", "Statement": {**statement, "Principal": "*", "Condition": by}}

    def _some(self, one: Callable[[], str]) -> str | list[str]:
        """Returns one text, or a list of one or more."""
        if self._chance(0.5):
            return one()
        return [one() for _ in range(self.dice.choice((1, 2, 3)))]

    def _action(self, action: str) -> str:
        if self._chance(0.2):
            return "*"
        text = action if self._chance(0.75) else self.dice.choice(ACTIONS)
        text = "".join(letter.swapcase() if self._chance(0.2) else letter for letter in text) if self._chance(0.3) else text
        return self.changed(text)

    def _resource(self, resource: str) -> str:
        if self._chance(0.2):
            return "*"
        text = resource if self._chance(0.75) else self.dice.choice(RESOURCES)
        if self.conditional and self._chance(0.3):
            return self._with_variable(text)
        if self._chance(0.06):
            return ":".join(text.split(":")[: self.dice.randint(2, 5)])
        return self.changed(text)

    def _with_variable(self, arn: str) -> str:
        """Adds a variable where AWS allows it: in the last part of an ARN."""
        *parts, last = arn.split(":", 5)
        names = ("${aws:username}", "${AWS:UserName}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}", "${*}", "${?}", "${$}")
        words = [word for word in ("dora", "red", "a", "UpdateApp") if word in last]
        word = self.dice.choice(words) if words else ""
        name = self.dice.choice(names)
        if word in VALUES_OF and self.keys is conditions.KEYS and self._chance(0.6):
            # Makes the variable match. The context isn't used until all policies are made.
            self.context[VALUES_OF[word]] = word
            name = f"${{{VALUES_OF[word]}}}"
        changed = last.replace(word, name, 1) if words else f"{last}{name}"
        return ":".join((*parts, changed if self._chance(0.7) else f"*{name}*"))

    def changed(self, text: str) -> str:
        """Adds wildcards anywhere, and sometimes a letter that breaks the match."""
        for _ in range(self.dice.choice((0, 0, 1, 1, 2, 3))):
            start = self.dice.randrange(len(text) + 1)
            end = min(len(text), start + self.dice.choice((0, 1, 1, 2, 5, 12)))
            change = self.dice.choice(("run", "run", "one", "one", "tail", "spoilt"))
            if change == "run":
                text = f"{text[:start]}*{text[end:]}"
            elif change == "one":
                text = f"{text[:start]}?{text[start + 1 :]}"
            elif change == "tail":
                text = f"{text[: max(start, 3)]}*"
            elif self._chance(0.5):
                text = f"{text[:start]}{self.dice.choice(LETTERS)}{text[start + 1 :]}"
        return text

    def _principal(self, caller: str, excepts: bool) -> Any:
        if not excepts and self._chance(0.15):
            return "*"
        names = [self._name(caller) for _ in range(self.dice.choice((1, 1, 2, 3)))]
        principal: Policy = {"AWS": names[0] if len(names) == 1 and self._chance(0.6) else names}
        if self._chance(0.1):
            principal["Service"] = "ec2.amazonaws.com"
        if self._chance(0.05):
            principal["Federated"] = f"arn:aws:iam::{PRODUCTION}:saml-provider/Corp"
        return principal

    def _name(self, caller: str) -> str:
        account = caller.split(":")[4]
        own = (caller, caller, caller if ":user/" in caller else role_of(caller), account, f"arn:aws:iam::{account}:root", "*")
        others = (
            *(one for one in CALLERS if one != caller),
            f"arn:aws:iam::{STAGING}:root",
            f"arn:aws:iam::{account}:role/Other",
            f"arn:aws:iam::{account}:user/dora2",
            "AIDAEXAMPLEGONE",
            # Forms that AWS doesn't accept as a name of the caller.
            caller.rpartition("/")[0] + "/*",
            caller.rpartition("/")[0] + "/" + caller.rpartition("/")[2].title(),
        )
        return self.dice.choice(own if self._chance(0.6) else others)

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share
