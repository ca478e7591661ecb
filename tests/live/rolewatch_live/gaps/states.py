"""The three states of a rule, as AWS documents them ("Read-only management events from AWS services").

A rule in state ENABLED doesn't receive read-only management events from CloudTrail. A rule in state
ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS does. ministack only has ENABLED, and sends it everything.
"""

from typing import Any

from ministack.services import eventbridge

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def fill() -> None:
    eventbridge._dispatch_event = dispatch


def dispatch(event: dict[str, Any], view: Any = None) -> None:
    """Sends an event to the targets of the rules on its bus that match it."""
    bus = event.get("EventBusName", "default")
    passed = set(event.get("_DispatchPath") or [])
    view = view or eventbridge._pattern_event_view(event)
    detail = view.event_with_detail().get("detail")
    for key, rule in list(eventbridge._rules.items()):
        if rule.get("EventBusName", "default") != bus or key in passed or not rule.get("EventPattern"):
            continue
        if listens(rule.get("State", ""), detail) and eventbridge._matches_pattern_view(rule["EventPattern"], view, f"rule {key}"):
            for target in list(eventbridge._targets.get(key, [])):
                eventbridge._invoke_target(target, event, rule, view)


def listens(state: str, detail: Any) -> bool:
    """Whether a rule in this state receives an event with this detail."""
    if state == ALL:
        return True
    read_only = isinstance(detail, dict) and detail.get("eventType") == "AwsApiCall" and detail.get("readOnly") is True
    return state == "ENABLED" and not read_only
