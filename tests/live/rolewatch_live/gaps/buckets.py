"""Who may use a bucket of another account: the caller's own policies and the bucket's, both.

ministack asks them both as AWS does, for the very caller; then it asks the bucket's policy once more, for the root user of the caller's account,
and so refuses a role that the policy lets in.
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import s3


def fill() -> None:
    allows = s3._foreign_bucket_allows

    def answered(owner: str, bucket: str, key: str, method: str, query: dict[str, Any], caller: str, headers: Any = None) -> bool:
        # Who gets here with credentials of its own was let in by both policies.
        someone = bool(caller) and not iam_evaluator.caller_arn().endswith(":root")
        return someone or bool(allows(owner, bucket, key, method, query, caller, headers))

    s3._foreign_bucket_allows = answered
