"""A rule's target may be a bus of another account or Region. The event keeps its account and Region.

As on AWS, the rule's role needs permission to send, and across accounts the policy of the bus has to allow
it.
"""

import contextvars
from collections.abc import Callable
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge

from . import bus_policy, senders


def fill() -> None:
    eventbridge._dispatch_to_event_bus = forward


def within(account: str, region: str, work: Callable[[], Any]) -> Any:
    """Runs the work as a request to this account and Region would."""

    def run() -> Any:
        responses._request_account_id.set(account)
        responses._request_region.set(region)
        return work()

    return contextvars.copy_context().run(run)


def forward(spec: Any, event: dict[str, Any], rule: dict[str, Any], path: Any, payload: str | None = None) -> None:
    """Delivers an event to the bus that `spec` names."""
    kind, _, bus = spec.resource.partition("/")
    if kind != "event-bus":
        eventbridge.logger.warning("no bus: %s", spec)
        return
    passed = [*path, eventbridge._rule_key(rule.get("Name"), rule.get("EventBusName", "default"))]
    forwarded = {**event, "EventBusName": bus, "_DispatchPath": passed}
    if payload is not None:
        forwarded["Detail"] = payload
    sender = responses.get_account_id()
    role = _role_of(rule, str(spec))
    if not senders.may_send(rule, role, str(spec)):
        eventbridge.logger.warning("%s may not send to %s", role, spec)
        return
    within(spec.account_id, spec.region, lambda: deliver(bus, forwarded, sender, role))


def deliver(bus: str, event: dict[str, Any], sender: str, role: str) -> None:
    if sender != responses.get_account_id() and not bus_policy.admits(bus, sender, role):
        eventbridge.logger.warning("bus %s of %s admits nothing from %s of %s", bus, responses.get_account_id(), role, sender)
        return
    if bus == "default":
        eventbridge._ensure_default_bus()
    if bus not in eventbridge._event_buses:
        eventbridge.logger.warning("no bus %s in %s", bus, responses.get_account_id())
        return
    eventbridge._dispatch_event(event)
    eventbridge._archive_event({key: value for key, value in event.items() if key != "_DispatchPath"})


def _role_of(rule: dict[str, Any], arn: str) -> str:
    """Returns the role with which the rule sends to this bus."""
    targets = eventbridge._targets.get(eventbridge._rule_key(rule.get("Name"), rule.get("EventBusName", "default")), [])
    return next((str(target.get("RoleArn", "")) for target in targets if target.get("Arn") == arn), "")
