"""The maximum concurrency of a queue's event source mapping may be a template parameter.

CloudFormation passes the value of a Number parameter as text, and Lambda converts it. ministack keeps the
text and compares it with a number. Then it doesn't poll any queue.
"""

from typing import Any

from ministack.services import lambda_svc


def fill() -> None:
    allowed = lambda_svc._sqs_esm_concurrency

    def concurrency(mapping: dict[str, Any], *rest: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        most = scaling.get("MaximumConcurrency")
        if isinstance(most, str):
            mapping["ScalingConfig"] = scaling | {"MaximumConcurrency": int(most)}
        return int(allowed(mapping, *rest))

    lambda_svc._sqs_esm_concurrency = concurrency
