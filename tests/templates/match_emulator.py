"""Asks TestEventPattern of the emulator, in the emulator's own Python environment. Input and output are those
of Match.java.
"""

import json
import sys

from ministack.services.eventbridge import _test_event_pattern as test_event_pattern

asked = json.load(sys.stdin)
for event in asked["events"]:
    # The API requires members that a test may leave out.
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
