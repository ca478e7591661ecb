"""How many batches a queue's mapping works on at a time, where a parameter of the template says so.

CloudFormation hands the value of a Number on as a text, and Lambda reads it as a number. ministack keeps the text, compares it with a number,
and then polls no queue at all.
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
