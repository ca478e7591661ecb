"""Cases written anew: each function changes one thing all over a case, and gives `None` where there is nothing to change."""

import copy
from collections.abc import Callable
from typing import Any

from .evaluator import Case

Policy = dict[str, Any]
Conditions = dict[str, dict[str, Any]]
# Given the operator, the key, its values in the policy and what the request holds: what is to stand there, or `None` for what stands.
Change = Callable[[str, str, list[Any], Any], Conditions | None]
AT_RESOURCE = ("policy", "trust")


def statements(policy: Policy) -> list[Policy]:
    """The statements of a policy, which may be one without a list."""
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def texts(value: Any) -> list[Any]:
    """A value, or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def policies(case: Case) -> list[Policy]:
    """All policies of a case."""
    return [*case["identity"], *(case[name] for name in ("boundary", *AT_RESOURCE) if name in case)]


def each_statement(case: Case, change: Callable[[Policy, Policy], None]) -> Case | None:
    """Every statement changed in its place; `change` is given the policy, too."""
    new = copy.deepcopy(case)
    for policy in policies(new):
        for statement in statements(policy):
            change(policy, statement)
    return new if new != case else None


def each_resource(case: Case, change: Callable[[str], str]) -> Case | None:
    """Every pattern of `Resource` and `NotResource`."""

    def changed(_: Policy, statement: Policy) -> None:
        for element in ("Resource", "NotResource"):
            if element in statement:
                found = texts(statement[element])
                new = [change(pattern) for pattern in found]
                statement[element] = new if new != found else statement[element]

    return each_statement(case, changed)


def each_condition(case: Case, change: Change) -> Case | None:
    """Every condition."""
    held = {key.lower(): value for key, value in case["context"].items()}

    def changed(_: Policy, statement: Policy) -> None:
        if "Condition" not in statement:
            return
        made: Conditions = {}
        for operator, keys in statement["Condition"].items():
            for key, values in keys.items():
                new = change(operator, key, texts(values), held.get(key.lower()))
                for name, block in ({operator: {key: values}} if new is None else new).items():
                    made.setdefault(name, {}).update(block)
        statement["Condition"] = made

    return each_statement(case, changed)
