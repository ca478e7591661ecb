"""Returns the resource of a call and its tags, where ministack returns `*` or doesn't look.

CreateVirtualMFADevice and DeleteVirtualMFADevice name a user's MFA device. EC2 instances have tags. Unlike on
AWS, only the first instance of a call is checked.
"""

from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, tagging

# The parameter that names the device, by action.
DEVICES = {"CreateVirtualMFADevice": "VirtualMFADeviceName", "DeleteVirtualMFADevice": "SerialNumber"}


def fill() -> None:
    resource_of = iam_actions.extract_resource_arn

    def resource(service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str) -> str:
        if service == "iam" and (parameter := DEVICES.get(iam_actions._query_param(query, "Action"))):
            return device(iam_actions._query_param(query, parameter), account)
        found: str = resource_of(service, method, path, headers, body, query, region, account)
        return found

    iam_actions.extract_resource_arn = resource
    tagging._RESOURCE_TAG_COLLECTORS["ec2"] = instances


def device(named: str, account: str) -> str:
    return named if named.startswith("arn:") else f"arn:aws:iam::{account}:mfa/{named}"


def instances() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Returns the instances of this account and Region, with their tags."""
    for id in ec2._instances:
        yield f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{id}", ec2._tags.get(id) or []
