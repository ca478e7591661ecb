"""EventBridge Scheduler puts the scheduled time into a schedule's input. ministack passes the placeholder on.
"""

from datetime import UTC, datetime
from typing import Any

from ministack.services import eventbridge

TIME = "<aws.scheduler.scheduled-time>"


def fill() -> None:
    invoke = eventbridge._invoke_target

    def invoked(target: dict[str, Any], event: dict[str, Any], *rest: Any) -> Any:
        return invoke(filled(target, event), event, *rest)

    eventbridge._invoke_target = invoked


def filled(target: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Returns the target with the time in its input, if a schedule invokes it."""
    if event.get("Source") != "aws.scheduler" or TIME not in (target.get("Input") or ""):
        return target
    due = datetime.fromtimestamp(event["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return target | {"Input": target["Input"].replace(TIME, due)}
