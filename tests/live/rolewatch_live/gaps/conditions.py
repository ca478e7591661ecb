"""Conditions of a template may refer to the account and Region (`AWS::AccountId`). ministack treats them as
plain text.
"""

import sys
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation
from ministack.services.cloudformation import engine


def fill() -> None:
    evaluate = engine._evaluate_conditions

    def evaluate_with_pseudo(template: dict[str, Any], params: dict[str, Any]) -> Any:
        pseudo = {"AWS::AccountId": get_account_id(), "AWS::Region": get_region(), "AWS::Partition": "aws"}
        return evaluate(template, {**params, **{name: {"Value": value} for name, value in pseudo.items()}})

    package = cloudformation.__name__
    for name, module in list(sys.modules.items()):
        if name.startswith(package) and getattr(module, "_evaluate_conditions", None) is evaluate:
            module._evaluate_conditions = evaluate_with_pseudo
