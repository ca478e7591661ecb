"""The `Policy` of an `AWS::Events::EventBus` decides who may put events on the bus. ministack ignores it.

All accounts of the story belong to one organization, except the foreign one.
"""

import json
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from ..accounts import FOREIGN

TYPE = "AWS::Events::EventBus"
ORGANIZATION = "o-exampleorg0"


def fill() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    create_bus = handlers["create"]

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        name, attributes = create_bus(logical_id, props, stack_name)
        policy = props.get("Policy")
        if policy:
            eventbridge._event_bus_policies[name] = json.loads(policy) if isinstance(policy, str) else policy
        return name, attributes

    provisioners._RESOURCE_HANDLERS[TYPE] = {**handlers, "create": create}


def admits(bus: str, sender: str, role: str) -> bool:
    """Whether the policy of this account's bus allows a role of another account to put events there."""
    organization = {} if sender == FOREIGN else {"aws:principalorgid": ORGANIZATION}
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{sender}:assumed-role/{role.rpartition('/')[2]}/events",
        principal_type="AssumedRole",
        principal_account=sender,
        action="events:PutEvents",
        resource_arn=f"arn:aws:events:{responses.get_region()}:{responses.get_account_id()}:event-bus/{bus}",
        region=responses.get_region(),
        principal_keys={"aws:principalaccount": sender, "aws:principalarn": role, **organization},
    )
    return bool(iam_evaluator.evaluate_resource_policy(eventbridge._event_bus_policies.get(bus), context).decision == "Allow")
