"""CloudFormation creates groups (`AWS::IAM::Group`) with the name, path and policies of the template.

ministack creates groups only through the API.
"""

import json
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

TYPE = "AWS::IAM::Group"


def fill() -> None:
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": create, "delete": delete}


def create(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
    """The group. `Ref` returns its name."""
    name = props.get("GroupName") or provisioners._physical_name(stack_name, logical_id, max_len=128)
    must(iam._create_group({"GroupName": name, "Path": props.get("Path", "/")}))
    for arn in props.get("ManagedPolicyArns", []):
        must(iam._attach_group_policy({"GroupName": name, "PolicyArn": arn}))
    for policy in props.get("Policies", []):
        document = json.dumps(policy["PolicyDocument"])
        must(iam._put_group_policy({"GroupName": name, "PolicyName": policy["PolicyName"], "PolicyDocument": document}))
    return name, {"Arn": iam._groups[name]["Arn"]}


def delete(physical_id: str, props: dict[str, Any]) -> None:
    must(iam._delete_group({"GroupName": physical_id}))


def must(answer: Any) -> None:
    """Fails the resource if IAM denied the call."""
    if answer[0] >= 400:
        raise ValueError(f"{TYPE}: {answer[2]!r}")
