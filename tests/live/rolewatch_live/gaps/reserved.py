"""PutEvents accepts `aws.*` sources, which AWS reserves, so that tests can publish records to the deployed
rules.

Such an event stands for one that CloudTrail sent. Its account and Region are those of the record, whoever
published it. Every event keeps the time that its sender gave it. ministack would replace it with the current
time.
"""

import contextvars
import json
from typing import Any

from ministack.services import eventbridge

given: contextvars.ContextVar[float | None] = contextvars.ContextVar("given", default=None)
Event = dict[str, Any]


def fill() -> None:
    _let_in()
    _attribute()


def _attribute() -> None:
    dispatch = eventbridge._dispatch_event

    def dispatch_as_sent(event: Event, view: Any = None) -> None:
        place = _place(event)
        dispatch({**event, **place}, None if place else view)

    eventbridge._dispatch_event = dispatch_as_sent


def _place(event: Event) -> Event:
    """Returns account and Region of the record in an AWS event."""
    if not str(event.get("Source", "")).startswith("aws."):
        return {}
    try:
        detail = json.loads(event.get("Detail", "{}"))
    except ValueError:
        return {}
    fields = (("Account", "recipientAccountId"), ("Region", "awsRegion"))
    return {own: detail[of] for own, of in fields if isinstance(detail, dict) and isinstance(detail.get(of), str)}


def _let_in() -> None:
    put_events, now = eventbridge._put_events, eventbridge._now_ts

    def put(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
        entries = data.get("Entries", [])
        if not 1 < len(entries) <= 10:
            return put_one(data)
        answers = [json.loads(put_one({**data, "Entries": [entry]})[2]) for entry in entries]
        results = [result for answer in answers for result in answer["Entries"]]
        return eventbridge.json_response({"FailedEntryCount": sum(answer["FailedEntryCount"] for answer in answers), "Entries": results})

    def put_one(data: dict[str, Any]) -> Any:
        entries = data.get("Entries", [])
        time = eventbridge._coerce_timestamp(entries[0].get("Time")) if len(entries) == 1 else None
        token = given.set(float(time) if isinstance(time, (int, float)) else None)
        try:
            return put_events(data, True)
        finally:
            given.reset(token)

    eventbridge._put_events = put
    eventbridge._now_ts = lambda: now() if given.get() is None else given.get()
