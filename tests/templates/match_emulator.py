"""Asks the emulator's TestEventPattern. Runs in the emulator's environment. In and out as in Match.java."""

import json
import sys

from ministack.services.eventbridge import _test_event_pattern as test_event_pattern

asked = json.load(sys.stdin)
for event in asked["events"]:
    # The API wants what every event has; a test may leave it out.
    whole = json.dumps({"id": "0", "account": "111122223333", "time": "2026-03-02T09:00:00Z", "region": "us-east-1", "resources": []} | json.loads(event))
    matched = []
    for name, pattern in asked["patterns"].items():
        status, _, body, *_ = test_event_pattern({"Event": whole, "EventPattern": pattern})
        answer = json.loads(body)
        if status != 200:
            sys.exit(f"{name}: {answer}")
        if answer["Result"]:
            matched.append(name)
    print(json.dumps(matched))
