"""A rule sends to another bus through a role, whose trust policy, policies and boundary decide. ministack
ignores them.

AWS retries for a day. Here, an event that the role may not send is dropped immediately.
"""

import json
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.services import iam

SERVICE = "events.amazonaws.com"


def may_send(rule: dict[str, Any], role_arn: str, bus: str) -> bool:
    """Whether the role of this account's rule allows it to put events on the bus."""
    name = role_arn.rpartition("/")[2]
    role = iam._roles.get(name)
    if role is None or role["Arn"] != role_arn:
        return False
    account = responses.get_account_id()
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    context = _context(account, f"arn:aws:sts::{account}:assumed-role/{name}/events", "events:PutEvents", bus, {})
    policies = iam_evaluator._gather_role_policies(name, account)
    allowed = iam_evaluator.evaluate(context, policies, *limits).decision == "Allow"
    return allowed and _trusts_rules(role, str(rule.get("Arn", "")), account)


def _trusts_rules(role: dict[str, Any], rule: str, account: str) -> bool:
    """Whether EventBridge may assume the role for this rule."""
    source = {"aws:sourcearn": rule, "aws:sourceaccount": account}
    context = _context(account, SERVICE, "sts:AssumeRole", role["Arn"], source)
    document = json.loads(role["AssumeRolePolicyDocument"])
    found = iam_evaluator.evaluate_resource_policy(_for_any_resource(document), context, service=SERVICE)
    return bool(found.decision == "Allow")


def _for_any_resource(document: dict[str, Any]) -> dict[str, Any]:
    """A trust policy has no resource, but the evaluation of policies expects one."""
    statements = document["Statement"]
    several = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [{**statement, "Resource": "*"} for statement in several]}


def _context(account: str, caller: str, action: str, resource: str, more: dict[str, str]) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn=caller,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=responses.get_region(),
        service_context=more,
    )
