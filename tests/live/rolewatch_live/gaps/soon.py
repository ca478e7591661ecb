"""A message that a queue delays by a few seconds counts as in flight, not as delayed.

AWS counts it as delayed. A test that waits until nothing is in progress has to wait for such a message, but
not for one that is delayed by minutes. SQS doesn't say how long a message is delayed.
"""

import time
from typing import Any

from ministack.services import sqs

SOON = 10.0


def fill() -> None:
    count = sqs._refresh_counts

    def counted(queue: dict[str, Any]) -> None:
        count(queue)
        now, attributes = time.time(), queue["attributes"]
        soon = sum(1 for one in queue["messages"] if not one["receive_count"] and now < one["visible_at"] < now + SOON)
        for name, more in (("ApproximateNumberOfMessagesNotVisible", soon), ("ApproximateNumberOfMessagesDelayed", -soon)):
            attributes[name] = str(int(attributes[name]) + more)

    sqs._refresh_counts = counted
