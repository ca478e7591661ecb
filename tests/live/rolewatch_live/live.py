"""The whole world on one machine: emulator, hub, spokes and Slack, with queries about the results."""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import binaries, by_clock
from .accounts import DEVELOPMENT, HOME, HUB, PRODUCTION, Accounts, confirmation
from .emulator import Emulator
from .feed import EVENTS, Envelope, Record, publish
from .inbox import Inbox
from .sink import Post, Sink
from .stack import NAME, OPERATIONS, Hub, deploy_hub, deploy_spoke, deploy_trail
from .trail_bucket import NAME as TRAIL
from .trail_bucket import TrailBucket
from .waiting import TooLate, until

POLICY_KEY = "policy/rolewatch.yaml"
SPOKES = ((DEVELOPMENT, HOME), (PRODUCTION, HOME))
QUEUES = ("EventQueueUrl", "SwitchQueueUrl", "TamperQueueUrl", "AlertQueueUrl")
DEAD_LETTERS = ("EventDeadLettersUrl", "TamperDeadLettersUrl", "AlertDeadLettersUrl", "RuleDeadLettersUrl")
GUARD, NOTIFIER, AUDITOR, ARCHIVIST = "switch-guard", "slack-notifier", "session-auditor", "archive-auditor"
FUNCTIONS = (GUARD, NOTIFIER, AUDITOR, ARCHIVIST)
# A message whose process ended comes back after the queue's visibility timeout of 360 s, as on AWS.
REDELIVERED = 450.0
SLOW = 100.0


class Live:
    """A deployed rolewatch. Everything is deleted at the end."""

    def __init__(
        self,
        spokes: Iterable[tuple[str, str]] = SPOKES,
        bot: bool = False,
        trail: bool | tuple[str, str] = False,
        on_post: Callable[[Post], None] | None = None,
        confirmed: bool = True,
        region: str = HOME,
        **parameters: str,
    ) -> None:
        self._spokes, self._bot, self._on_post, self._parameters = tuple(spokes), bot, on_post, parameters
        self._region = region
        # The account and Region of the trail's bucket.
        self._trail = (HUB, region) if trail is True else trail
        if trail:
            self._parameters |= {"TrailBucket": TRAIL, "TrailDelay": "0"}
        self._stack, self._confirmed = ExitStack(), confirmed
        self.hub: Hub
        self.emulator: Emulator
        self.accounts: Accounts
        self.trail: TrailBucket
        self.sink: Sink
        self.folder: Path

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="rolewatch-live-", ignore_cleanup_errors=True)))
            self.sink = starting.enter_context(Sink(self._on_post))
            self.emulator = starting.enter_context(Emulator(self.folder, HUB))
            self.accounts = Accounts(self.emulator.endpoint)
            if self._trail:
                self.trail = TrailBucket(self.accounts, *self._trail)
                self.trail.create()
            senders = list(dict.fromkeys(account for account, _ in self._spokes))
            self.hub = self.deployed(senders)
            if self._trail:
                self.trail.open_to(self.hub)
                if self._trail != (HUB, self._region):
                    deploy_trail(self.accounts, self.hub, *self._trail, TRAIL)
            for account, region in self._spokes:
                shared = {name: value for name, value in self._parameters.items() if name.startswith(("IdentityCenter", "ElevatedRoles"))}
                deploy_spoke(self.accounts, self.hub, account, region, **shared)
            if self._confirmed and "OperationsEmail" not in self._parameters:
                self.confirm(OPERATIONS)
            self._stack = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def deployed(self, senders: list[str]) -> Hub:
        """Deploys the hub, which receives events of these accounts."""
        built = binaries.folder()
        return deploy_hub(self.accounts, self.sink, built, senders, self._bot, self._region, **self._parameters)

    def client(self, service: str) -> Any:
        """Returns a client in the account and Region of the hub."""
        return self.accounts.client(service, HUB, self._region)

    def credentials(self) -> dict[str, str]:
        """Returns the environment of a program that runs in the hub's account."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.accounts.endpoint,
            "AWS_ACCESS_KEY_ID": HUB,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self._region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # Input

    def push_policy(self, text: str | None = None) -> None:
        """Puts a policy where the guard reads it. The default is that of `events/`."""
        self._put(POLICY_KEY, text if text is not None else (EVENTS / "rolewatch.yaml").read_text())

    def push_rosters(self) -> None:
        """Puts the rosters of `events/` where the guard reads them."""
        for roster in sorted((EVENTS / "roster").glob("*.json")):
            self._put(f"roster/{roster.name}", roster.read_text())

    def push_roster(self, name: str, document: Any) -> None:
        self._put(f"roster/{name}", json.dumps(document, default=str))

    def _put(self, key: str, text: str) -> None:
        self.client("s3").put_object(Bucket=self.hub["BucketName"], Key=key, Body=text.encode())

    def publish(self, envelopes: Iterable[Envelope]) -> int:
        """Puts events on the default buses of their accounts."""
        return publish(self.accounts, envelopes)

    def send(self, body: str) -> None:
        """Puts a message directly into the guard's queue."""
        self.client("sqs").send_message(QueueUrl=self.hub["EventQueueUrl"], MessageBody=body)

    def run(self, output: str, event: Any) -> Any:
        """Invokes a function (`SessionAuditorName`, `ArchiveAuditorName`) as a schedule would. Returns its
        answer.
        """
        answer = self.client("lambda").invoke(FunctionName=self.hub[output], Payload=json.dumps(event).encode())
        said = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise RuntimeError(f"{self.hub[output]} failed: {said}")
        return json.loads(said) if said else None

    def confirm(self, address: str) -> None:
        """Opens the link in the e-mail that SNS sent to this address."""
        sns = self.client("sns")
        sns.confirm_subscription(TopicArn=self.hub["OperationsTopicArn"], Token=confirmation(address))

    @contextmanager
    def deaf(self, output: str) -> Iterator[None]:
        """Makes a function stop polling its queues for a while."""
        client = self.client("lambda")
        mappings = client.list_event_source_mappings(FunctionName=self.hub[output])["EventSourceMappings"]
        for mapping in mappings:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in mappings:
                client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    # Output

    def inbox(self, topic: str, name: str) -> Inbox:
        """Returns a queue that keeps what a topic sends from now on."""
        inbox = Inbox(self.accounts, name, HUB, self._region)
        inbox.subscribe(self.hub[topic])
        return inbox

    def archive(self) -> int:
        """Makes the trail write all log files of `events/`. Returns how many."""
        return self.trail.archive()

    def log_file(self, name: str, records: list[Record]) -> None:
        """Makes the trail write one log file, with records of one account and Region."""
        self.trail.log_file(name, records)

    def rest(self) -> None:
        """Waits until nothing is queued or in progress. Messages that are delayed on purpose don't count."""
        queues = (*QUEUES, *(["TrailQueueUrl"] if "TrailBucket" in self._parameters else []))
        began = time.monotonic()
        try:
            until("rest", lambda: not any(self.depths(queues).values()), REDELIVERED)
        except TooLate as error:
            raise TooLate(f"{error}; {self._complaints()}") from None
        if time.monotonic() - began > SLOW:
            print(f"rest came only after {time.monotonic() - began:.0f} s; {self._complaints()}", file=sys.stderr)

    def _complaints(self) -> str:
        functions = [line for line in self.log() if '"level":"WARN"' in line or '"level":"ERROR"' in line]
        emulator = self.emulator.complaints()
        return f"queues: {self.depths()}; the functions complained: {functions[-5:]}; the emulator complained: {emulator[-5:]}"

    def depths(self, names: Iterable[str] = QUEUES) -> dict[str, int]:
        """Returns how many messages are in each queue, including those in flight."""
        sqs, counted = self.client("sqs"), ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

        def depth(url: str) -> int:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counted))["Attributes"]
            return sum(int(found[name]) for name in counted)

        return {name: depth(self.hub[name]) for name in names}

    def dead(self) -> dict[str, int]:
        """Returns how many messages are in each dead-letter queue."""
        return self.depths(DEAD_LETTERS)

    def rows(self, output: str) -> list[dict[str, str]]:
        """Returns all rows of a table (`LedgerTableName`, `OutboxTableName`)."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.hub[output])
        return [{name: str(next(iter(value.values()))) for name, value in item.items()} for page in pages for item in page["Items"]]

    def findings(self) -> list[dict[str, Any]]:
        """Returns the outbox: each finding in its latest version, with its status."""
        states = [row for row in self.rows("OutboxTableName") if row["pk"].startswith("finding#") and row["sk"] == "state"]
        return [json.loads(row["body"])["alert"] for row in states]

    def findings_of_switches(self) -> list[dict[str, Any]]:
        """Returns the open `findings`, without those of the setup review, which depend on the clock."""
        return [finding for finding in self.findings() if finding["status"] != "withdrawn" and not by_clock.is_of_set_up(finding)]

    def counted(self) -> Counter[str]:
        """Returns the guard's metrics without the events of its own entries into reader roles, which depend
        on the clock.

        AWS records an entry before the guard receives its event. So for a moment this may be too low, but
        never too high.
        """
        sums = self.metrics()
        own = by_clock.entries(self.accounts, self._region, self.hub["ReaderRoleName"])
        sums["Received"] -= len(own)
        sums["Judged"] -= sum("errorCode" not in record for record in own)
        return sums

    def received(self) -> int:
        """Returns how many events the guard has received, without its own entries into reader roles."""
        return int(self.counted()["Received"])

    def missed(self) -> Counter[tuple[str, str]]:
        """Returns how many events EventBridge missed, by account and Region."""
        sums: Counter[tuple[str, str]] = Counter()
        for said in self._counted():
            if "account" in said:
                sums[said["account"], said["region"]] += said["Missed"]
        return sums

    def _counted(self) -> Iterator[dict[str, Any]]:
        for line in self.log():
            if '"_aws"' in line or '"Missed"' in line:
                yield json.loads(line)

    def quarantined(self) -> list[str]:
        """Returns the keys of the messages that couldn't be read."""
        found = self.client("s3").list_objects_v2(Bucket=self.hub["BucketName"], Prefix="quarantine/")
        return [entry["Key"] for entry in found.get("Contents", [])]

    def log(self) -> list[str]:
        """Returns the lines that the functions logged."""
        logs = self.client("logs")
        functions = FUNCTIONS if "TrailBucket" in self._parameters else FUNCTIONS[:-1]
        groups = [f"/rolewatch/{NAME}/{function}" for function in functions]
        pages = [page for group in groups for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)]
        return [line for page in pages for event in page["events"] for line in event["message"].splitlines()]

    def metrics(self, function: str = GUARD) -> Counter[str]:
        """Returns the sums of a function's metrics, from the embedded metrics in its log."""
        sums: Counter[str] = Counter()
        for said in self._counted():
            if said.get("function") != function or "account" in said:
                continue
            names = [metric["Name"] for block in said["_aws"]["CloudWatchMetrics"] for metric in block["Metrics"]]
            for name in names:
                value = said[name]
                sums[name] += sum(value) if isinstance(value, list) else value
        return sums
