"""A queue that keeps what a topic or a bus sends, so that a test can read it."""

import json
from typing import Any

from .accounts import HOME, Accounts


class Inbox:
    """Keeps everything that arrived in `messages`, oldest first."""

    def __init__(self, accounts: Accounts, name: str, account: str, region: str = HOME) -> None:
        self.messages: list[dict[str, Any]] = []
        self._accounts, self._name, self._account, self._region = accounts, name, account, region
        self._sqs = accounts.client("sqs", account, region)
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        self._arn = attributes["QueueArn"]

    def subscribe(self, topic: str) -> None:
        """Receives what the topic sends, without SNS's envelope."""
        self._allow("sns.amazonaws.com")
        sns = self._accounts.client("sns", self._account, self._region)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self._arn, Attributes={"RawMessageDelivery": "true"})

    def listen(self, pattern: dict[str, Any], state: str, bus: str = "default") -> None:
        """Receives the events of this account's bus that a rule in this state matches."""
        self._allow("events.amazonaws.com")
        events = self._accounts.client("events", self._account, self._region)
        rule = f"{self._name}-rule"
        events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "inbox", "Arn": self._arn}])

    def read(self) -> list[dict[str, Any]]:
        """Returns `messages` with new arrivals: body and message attributes of each."""
        while True:
            got = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
            if not got:
                return self.messages
            for message in got:
                attributes = {name: value.get("StringValue") for name, value in message.get("MessageAttributes", {}).items()}
                self.messages.append({"body": message["Body"], "attributes": attributes})
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def bodies(self) -> list[Any]:
        """Returns the bodies of `read`, as JSON if they are JSON."""
        return [_json(message["body"]) for message in self.read()]

    def _allow(self, service: str) -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sqs:SendMessage", "Resource": self._arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
