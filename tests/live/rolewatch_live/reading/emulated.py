"""ministack's own policy evaluation, without HTTP: `python -m rolewatch_live.reading.emulated` answers JSON
lines.

Calls the same functions as its simulator and its enforcement, combined as for AssumeRole and for services
with resource policies. Policy variables get their values as everywhere in these tests (`gaps/variables.py`).
"""

import json
import sys
from typing import Any

from ministack.core import iam_evaluator as engine

from ..gaps import variables


def main() -> None:
    variables.fill()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))))


def answer(case: dict[str, Any]) -> dict[str, Any]:
    caller = case["caller"]
    account = caller.split(":")[4]
    context = {key.lower(): value for key, value in case.get("context", {}).items()}
    request = engine.EvalContext(
        principal_arn=caller,
        principal_type="User" if ":user/" in caller else "AssumedRole",
        principal_account=account,
        action=case["action"],
        resource_arn=case["resource"],
        region="us-east-1",
        source_ip=context.pop("aws:sourceip", None),
        # ministack represents a missing key of the request as a list with None.
        service_context={"aws:tagkeys": None, **context},
    )
    policies = [engine.parse_policy_document(policy) for policy in case.get("identity", [])]
    limits = [[engine.parse_policy_document(case["boundary"])]] if "boundary" in case else []
    found = engine.evaluate(request, policies, *limits)
    if "trust" in case:
        allowed = found.decision == "Allow" and engine.evaluate_trust_policy(case["trust"], caller, request)
        return {"verdict": "allowed" if allowed else "denied", "explicit": None}
    if "policy" in case:
        found = engine.combine_resource_policy(found, request, case["policy"], case.get("owner", account), limits=tuple(limits))
    return {"verdict": "allowed" if found.decision == "Allow" else "denied", "explicit": found.decision == "Deny"}


if __name__ == "__main__":
    main()
