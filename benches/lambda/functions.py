"""The input of each function: its environment variables, the bucket, and events that it hasn't seen before.
"""

import json
import uuid
from pathlib import Path

EVENTS = Path(__file__).resolve().parents[2] / "events"
REGION = "us-east-1"
ACCOUNT = "123456789012"


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def environment(aws_url, slack_url):
    """Returns the environment variables, without those of the Lambda runtime. A variable that a function
    doesn't know does no harm.
    """
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "ROLEWATCH_LEDGER_TABLE": "rolewatch-ledger",
        "ROLEWATCH_OUTBOX_TABLE": "rolewatch-outbox",
        "ROLEWATCH_BUCKET": "rolewatch-state",
        "ROLEWATCH_FINDINGS_TOPIC_ARN": arn("sns", "rolewatch-findings"),
        "ROLEWATCH_OPERATIONS_TOPIC_ARN": arn("sns", "rolewatch-operations"),
        "ROLEWATCH_QUEUE_URL": f"{aws_url}/{ACCOUNT}/rolewatch-events",
        "ROLEWATCH_READER_ROLE": "rolewatch-reader",
        "ROLEWATCH_STACK": "rolewatch",
        "ROLEWATCH_SLACK_SECRET": arn("secretsmanager", "secret:rolewatch/slack-EXAMPL"),
        "ROLEWATCH_TEST_SLACK_ENDPOINT": slack_url,
    }


def objects():
    """The content of the bucket: policy and rosters of the synthetic week."""
    rosters = {path.name if "@" in path.name else f"{path.stem}@2026-03-09T000000Z.json": path for path in (EVENTS / "roster").glob("*.json")}
    return {"policy/rolewatch.yaml": (EVENTS / "rolewatch.yaml").read_bytes()} | {
        f"roster/{name}": path.read_bytes() for name, path in rosters.items()
    }


def queued(*bodies):
    """A batch of messages, as SQS passes it to a function."""
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "EXAMPLE",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1772442301000", "SenderId": "EXAMPLE"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": arn("sqs", "rolewatch-queue"),
                "awsRegion": REGION,
            }
            for body in bodies
        ]
    }


def switch(count):
    """A switch without MFA by a new person, so that there is always a finding. This is the longest path in
    switch-guard.
    """
    text = (EVENTS / "assume-role-no-mfa-permanent-key.json").read_text()
    event = json.loads(text.replace("carol", f"person{count}").replace("CAROL", f"P{count:04}"))
    event["id"] = str(uuid.uuid4())
    event["detail"]["eventID"] = str(uuid.uuid4())
    event["detail"]["sharedEventID"] = str(uuid.uuid4())
    event["detail"]["responseElements"]["credentials"]["accessKeyId"] = f"ASIAEXAMPLE{count:09}"
    return queued(event)


def alert(count):
    """A finding for Slack about a new person, so that slack-notifier doesn't fold it into an earlier one."""
    return queued(
        {
            "rule": "RW002",
            "name": "switch-without-mfa",
            "verdict": "violation",
            "severity": "high",
            "time": "2026-03-03T11:00:00Z",
            "role": "arn:aws:iam::444455556666:role/UpdateApp",
            "caller": {"arn": f"arn:aws:iam::111122223333:user/person{count}", "account": "111122223333", "name": f"person{count}"},
            "message": f"person{count} entered UpdateApp in production without MFA",
            "events": [str(uuid.uuid4()), str(uuid.uuid4())],
            "id": uuid.uuid4().hex,
            "policy": "e3b0c44298fc1c14",
            "events_total": 2,
            "version": 1,
            "status": "open",
            "role_account": {"id": "444455556666", "name": "production"},
            "caller_account_name": "development",
            "source_ip": "192.0.2.12",
            "region": REGION,
            "noticed": "2026-03-03T11:00:04Z",
        }
    )


# Any other function gets an empty object.
EVENTS_OF = {"switch-guard": switch, "slack-notifier": alert}


def event(name, count):
    return EVENTS_OF[name](count) if name in EVENTS_OF else {}
