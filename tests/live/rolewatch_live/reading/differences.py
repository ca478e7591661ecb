"""The known differences between the emulator and AWS's documentation, and the points that the documentation
leaves open.

A known difference is a rewriting: it changes a case so that the emulator evaluates it as AWS would the
original. If two answers differ, a rewriting excuses this only if it makes the emulator agree with the guard's
answer for the original case. So no rewriting can hide another fault, in either evaluator. The pages are those
of the IAM User Guide.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .cases import role_of
from .documented import PARTS, arn_like, resource_matches
from .evaluator import Case
from .rewriting import Conditions, Policy, each_condition, each_resource, each_statement, statements, texts

PRINCIPAL_ARN = "aws:PrincipalArn"
NOTHING = "arn:aws:none:::none"
NOBODY = "arn:aws:iam::999988887777:user/nobody"
EVERYTHING: Policy = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Difference:
    """What the emulator does, the page that contradicts it, and the rewriting."""

    name: str
    emulator: str
    page: str
    rewritten: Callable[[Case], Case | None]


@dataclass(frozen=True)
class Unsaid:
    """A point that the guard leaves open: the reason that the guard gives, and the page that doesn't settle
    it.
    """

    name: str
    page: str
    reason: re.Pattern[str]


def old_version(case: Case) -> Case | None:
    """No value of any case contains `${`."""

    def change(policy: Policy, statement: Policy) -> None:
        if policy["Version"] != "2012-10-17":
            for element in ("Resource", "NotResource"):
                if element in statement:
                    statement[element] = [NOTHING if "${" in pattern else pattern for pattern in texts(statement[element])]
            for keys in statement.get("Condition", {}).values():
                for key, values in keys.items():
                    keys[key] = [NOTHING if "${" in str(value) else value for value in texts(values)]

    return each_statement(case, change)


def special_characters(case: Case) -> Case | None:
    """No value of any case contains `*` or `?`."""

    def never(text: Any) -> Any:
        return NOTHING if isinstance(text, str) and ("${*}" in text or "${?}" in text) else text

    def change(operator: str, key: str, values: list[Any], held: Any) -> Conditions | None:
        return {operator: {key: [never(value) for value in values]}} if any(never(value) != value for value in values) else None

    new = each_resource(case, never)
    return each_condition(new or case, change) or new


def wildcards_within_parts(case: Case) -> Case | None:
    def concerned(pattern: str) -> bool:
        parts = pattern.split(":", PARTS - 1)
        return any("?" in part or "*" in part[:-1] for part in parts[: PARTS - 1])

    return _spelled_out(case, concerned)


def short_arns(case: Case) -> Case | None:
    return _spelled_out(case, lambda pattern: pattern.count(":") < PARTS - 1 and not pattern.endswith("*"))


def _spelled_out(case: Case, concerned: Callable[[str], bool]) -> Case | None:
    """Replaces a pattern by the requested resource if it matches, and by another one if not."""

    def change(pattern: str) -> str:
        if not concerned(pattern):
            return pattern
        return case["resource"] if resource_matches(pattern, case["resource"], case["context"]) else NOTHING

    return each_resource(case, change)


def parts_of_arns(case: Case) -> Case | None:
    def change(operator: str, key: str, values: list[Any], held: Any) -> Conditions | None:
        if "Arn" not in operator or not isinstance(held, str):
            return None
        return {operator: {key: [held if arn_like(value, held) else NOTHING for value in values]}}

    return each_condition(case, change)


def plain_operator_over_several(case: Case) -> Case | None:
    """Rewrites cases in which the values agree. In others, the guard leaves the answer open."""

    def change(operator: str, key: str, values: list[Any], held: Any) -> Conditions | None:
        plain = operator != "Null" and ":" not in operator
        return {f"ForAllValues:{operator}": {key: values}} if plain and isinstance(held, list) else None

    return each_condition(case, change)


def null_both_ways(case: Case) -> Case | None:
    def change(operator: str, key: str, values: list[Any], held: Any) -> Conditions | None:
        return {} if operator == "Null" and len(values) > 1 else None

    return each_condition(case, change)


def principals_that_are_none(case: Case) -> Case | None:
    """Removes names with wildcards, and names that differ only in case."""
    caller = case["caller"]

    def is_name(name: str) -> bool:
        return ("*" not in name or name == "*") and (name == caller or name.lower() != caller.lower())

    def change(_: Policy, statement: Policy) -> None:
        for element in ("Principal", "NotPrincipal"):
            found = statement.get(element)
            if isinstance(found, dict) and not all(is_name(name) for name in texts(found["AWS"])):
                statement[element] = {**found, "AWS": [name for name in texts(found["AWS"]) if is_name(name)] or [NOBODY]}

    return each_statement(case, change)


def not_principal(case: Case) -> Case | None:
    """If NotPrincipal excludes the caller, rewrites it to nobody, else to `*`. In between, the guard leaves
    the answer open.
    """
    whole, account = names_of(case["caller"])

    def change(_: Policy, statement: Policy) -> None:
        if "NotPrincipal" in statement:
            named = set(texts(statement.pop("NotPrincipal")["AWS"]))
            excepted = "boundary" not in case and ("*" in named or (whole <= named and bool(account & named)))
            statement["Principal"] = NOBODY_NAMED if excepted else "*"

    return each_statement(case, change)


NOBODY_NAMED = {"AWS": NOBODY}


def arn_of_the_caller(case: Case) -> Case | None:
    """Renames the key. The emulator computes its own value, a session's ARN instead of the role's; a renamed
    key keeps ours.
    """
    if PRINCIPAL_ARN not in case["context"]:
        return None
    other = "example:PrincipalArn"

    def change(operator: str, key: str, values: list[Any], held: Any) -> Conditions | None:
        # Two keys of a block may differ only in case.
        return {operator: {f"example:{key.partition(':')[2]}": values}} if key.lower() == PRINCIPAL_ARN.lower() else None

    new = each_condition(case, change)
    return {**new, "context": {**case["context"], other: case["context"][PRINCIPAL_ARN]}} if new else None


def everyone_by_arn(case: Case) -> Case | None:
    """Replaces `*` by the caller, because a boundary doesn't limit a policy that names the caller."""

    def pinned(statement: Policy) -> bool:
        return any(
            key.lower().endswith(":principalarn") and operator != "Null" and "Not" not in operator
            for operator, keys in statement.get("Condition", {}).items()
            for key in keys
        )

    def change(_: Policy, statement: Policy) -> None:
        named = statement.get("Principal")
        everyone = named == "*" or (isinstance(named, dict) and "*" in texts(named["AWS"]))
        if statement["Effect"] == "Allow" and everyone and pinned(statement):
            statement["Principal"] = {"AWS": case["caller"]}

    return each_statement(case, change) if "boundary" in case else None


def names_of(caller: str) -> tuple[set[str], set[str]]:
    """Returns the names of a caller: ARNs that all have to be listed, and names of the account, of which one
    has to be.
    """
    account = caller.split(":")[4]
    own = {caller} if ":user/" in caller else {caller, role_of(caller)}
    return own, {account, f"arn:aws:iam::{account}:root"}


def trust_is_enough(case: Case) -> Case | None:
    """Makes trust alone sufficient.

    The caller's own policies allow everything, and so does the boundary where AWS doesn't apply it. Trust
    that names only the account is removed.
    """
    caller = case["caller"]
    whole, account = names_of(caller)
    if "trust" not in case or caller.split(":")[4] != case["owner"]:
        return None
    new = copy.deepcopy(case)
    new["identity"].append({"Version": "2012-10-17", "Statement": EVERYTHING})
    directly = False
    for statement in statements(new["trust"]):
        named = statement.get("Principal")
        if statement["Effect"] == "Allow" and isinstance(named, dict):
            names = [name for name in texts(named["AWS"]) if name not in account]
            directly = directly or caller in names
            statement["Principal"] = {**named, "AWS": names or [NOBODY]}
    if directly and "boundary" in new:
        new["boundary"] = {**new["boundary"], "Statement": [*statements(new["boundary"]), EVERYTHING]}
    return new


DIFFERENCES = (
    Difference("old version", "resolves variables in policies of version 2008-10-17", "reference_policies_variables", old_version),
    Difference(
        "special characters",
        "treats `${*}` and `${?}` as wildcards (the tests resolve variables for it)",
        "reference_policies_variables",
        special_characters,
    ),
    Difference(
        "wildcards within parts",
        "lets every wildcard of Resource match colons, not only a `*` that ends its part",
        "reference_policies_elements_resource",
        wildcards_within_parts,
    ),
    Difference("short ARNs", "does not complete an ARN of fewer than six parts", "reference_identifiers", short_arns),
    Difference(
        "parts of ARNs", "compares ARNs as one string in the operators for ARNs", "reference_policies_elements_condition_operators", parts_of_arns
    ),
    Difference(
        "plain operator over several",
        "compares a key with several values as one string",
        "reference_policies_condition-single-vs-multi-valued-context-keys",
        plain_operator_over_several,
    ),
    Difference(
        "Null both ways",
        "checks only the first value of Null",
        "reference_policies_condition-logic-multiple-context-keys-or-values",
        null_both_ways,
    ),
    Difference(
        "invalid principals",
        "accepts wildcards in a principal's name and ignores case",
        "reference_policies_elements_principal",
        principals_that_are_none,
    ),
    Difference("NotPrincipal", "ignores statements with NotPrincipal", "reference_policies_elements_notprincipal", not_principal),
    Difference(
        "ARN of the caller", "uses a session's own ARN as `aws:PrincipalArn`, not its role's", "reference_policies_condition-keys", arn_of_the_caller
    ),
    Difference(
        "everyone by ARN",
        "lets a boundary limit what `*` with a condition on `aws:PrincipalArn` may do",
        "reference_policies_elements_principal",
        everyone_by_arn,
    ),
    Difference(
        "trust is enough",
        "requires an identity policy too if the trust policy of a role of the same account names the caller",
        "reference_policies_evaluation-logic_policy-eval-denyallow",
        trust_is_enough,
    ),
)

UNSAID = (
    Unsaid("a boundary and `*`", "access_policies_boundaries", re.compile(r"whether a permission boundary limits what `\*` allows")),
    Unsaid("NotPrincipal in part", "reference_policies_elements_notprincipal", re.compile(r"a NotPrincipal that doesn't name all of")),
    Unsaid(
        "plain operator over several that disagree",
        "reference_policies_condition-single-vs-multi-valued-context-keys",
        re.compile(r"String\w+ aws:tagkeys ", re.IGNORECASE),
    ),
    Unsaid("ARN operators and short patterns", "reference_policies_elements_condition_operators", re.compile(r"`.*`, which is not a complete ARN")),
)


def unsaid(reasons: list[str]) -> list[str]:
    """Returns the names of the open points if every reason is known, else none."""
    found = [[entry.name for entry in UNSAID if entry.reason.fullmatch(reason) or entry.reason.match(reason)] for reason in reasons]
    return sorted({name for names in found for name in names}) if all(found) else []


def together(case: Case) -> list[Case]:
    """Applies all rewritings in order, without and with the last one, which changes the meaning of policies
    and not only their form.
    """
    *wording, _ = DIFFERENCES
    for difference in wording:
        case = difference.rewritten(case) or case
    return [case, trust_is_enough(case) or case]
