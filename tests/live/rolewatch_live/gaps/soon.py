"""A message that a queue holds back for a few seconds counts as in flight, not as delayed.

AWS counts it as delayed. A test that waits until all is at rest has to wait for it, but not for what is held back for
minutes, and SQS doesn't tell how long a message is held back.
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
