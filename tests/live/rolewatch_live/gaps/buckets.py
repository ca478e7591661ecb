"""A bucket policy decides about a caller from another account, together with the caller's own policies.

ministack evaluates the bucket policy for the root user of the caller's account. So it denies a role that the
policy allows.
"""

import contextvars
import dataclasses
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import s3

_caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller_of_a_foreign_bucket", default="")


def fill() -> None:
    allows, evaluate = s3._foreign_bucket_allows, iam_evaluator.evaluate_resource_policy

    def allows_caller(owner: str, bucket: str, key: str, method: str, query: dict[str, Any], caller: str, headers: Any = None) -> bool:
        token = _caller.set(iam_evaluator.caller_arn() if caller else "")
        try:
            return bool(allows(owner, bucket, key, method, query, caller, headers))
        finally:
            _caller.reset(token)

    def evaluated(document: Any, context: Any, *more: Any, **named: Any) -> Any:
        caller = _caller.get()
        if caller and not caller.endswith(":root"):
            kind = "AssumedRole" if ":assumed-role/" in caller else "User"
            context = dataclasses.replace(context, principal_arn=caller, principal_type=kind)
        return evaluate(document, context, *more, **named)

    s3._foreign_bucket_allows = allows_caller
    iam_evaluator.evaluate_resource_policy = evaluated
