"""Policy variables, such as `${aws:username}`, get their values from the request. ministack treats them as
plain text.

As AWS documents ("IAM policy elements: Variables and tags"): `${key}`, `${key, 'default'}`, and `${*}`,
`${?}`, `${$}` for the characters themselves. A variable without a value matches nothing, so it stays
unchanged, because no name contains a `$`. Unlike on AWS, the policy's `Version` doesn't matter (before
2012-10-17, variables are plain text), and `${*}` and `${?}` match as wildcards.
"""

import dataclasses
import re
from typing import Any

from ministack.core import iam_evaluator

VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")


def fill() -> None:
    first_match, conditions_met = iam_evaluator._first_match, iam_evaluator._conditions_met

    def match(context: Any, statements: list[Any], effect: str) -> Any:
        return first_match(context, [with_values(statement, context) for statement in statements], effect)

    def met(conditions: Any, context: Any) -> Any:
        return conditions_met(filled(conditions, context), context)

    iam_evaluator._first_match = match
    iam_evaluator._conditions_met = met


def with_values(statement: Any, context: Any) -> Any:
    """Returns the statement with this request's values in its resources. Conditions get theirs when they are
    evaluated.
    """
    if not any("${" in resource for resource in (*statement.resources, *statement.not_resources)):
        return statement
    return dataclasses.replace(
        statement, resources=filled(statement.resources, context), not_resources=filled(statement.not_resources, context)
    )


def filled(part: Any, context: Any) -> Any:
    """Replaces variables by their values. The keys of conditions contain none."""
    if isinstance(part, dict):
        return {key: filled(value, context) for key, value in part.items()}
    if isinstance(part, list):
        return [filled(value, context) for value in part]
    return VARIABLE.sub(lambda found: value(found, context), part) if isinstance(part, str) else part


def value(found: re.Match[str], context: Any) -> str:
    key, default = found[1], found[2]
    if key in ("*", "?", "$"):
        return key
    known = iam_evaluator._resolve_condition_key(key, context)
    if known is None or isinstance(known, list):
        return default if default is not None else found[0]
    return str(known)
