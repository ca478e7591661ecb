"""Rewrites cases. Each function changes one thing throughout a case, and returns None if there is nothing to
change.
"""

import copy
from collections.abc import Callable
from typing import Any

from .evaluator import Case

Policy = dict[str, Any]
Conditions = dict[str, dict[str, Any]]
# Gets the operator, the key, its values in the policy and the value in the request. Returns the replacement,
# or None to keep the condition.
Change = Callable[[str, str, list[Any], Any], Conditions | None]
AT_RESOURCE = ("policy", "trust")


def statements(policy: Policy) -> list[Policy]:
    """Returns the statements of a policy. A single one may be without a list."""
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def texts(value: Any) -> list[Any]:
    """Returns a value or a list of values as a list."""
    return value if isinstance(value, list) else [value]


def policies(case: Case) -> list[Policy]:
    """Returns all policies of a case."""
    return [*case["identity"], *(case[name] for name in ("boundary", *AT_RESOURCE) if name in case)]


def each_statement(case: Case, change: Callable[[Policy, Policy], None]) -> Case | None:
    """Changes every statement in place. `change` also gets the policy."""
    new = copy.deepcopy(case)
    for policy in policies(new):
        for statement in statements(policy):
            change(policy, statement)
    return new if new != case else None


def each_resource(case: Case, change: Callable[[str], str]) -> Case | None:
    """Changes every pattern of `Resource` and `NotResource`."""

    def changed(_: Policy, statement: Policy) -> None:
        for element in ("Resource", "NotResource"):
            if element in statement:
                found = texts(statement[element])
                new = [change(pattern) for pattern in found]
                statement[element] = new if new != found else statement[element]

    return each_statement(case, changed)


def each_condition(case: Case, change: Change) -> Case | None:
    """Changes every condition."""
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
