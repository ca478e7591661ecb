"""The hub on the emulator, deployed by the real `sam deploy`."""

import json
import shlex
import uuid
from pathlib import Path
from typing import Any

from rolewatch_live import feed, template
from rolewatch_live.accounts import DEVELOPMENT, HUB, PRODUCTION
from rolewatch_live.live import Live
from rolewatch_live.stack import NAME, OPERATIONS, Hub
from rolewatch_live.waiting import TooLate, until

from . import guide
from .clone import ARCHITECTURE, Clone
from .terminal import Dialogue, converse

DEPLOY_SECONDS = 600
# A single account, as in the guide's first steps.
POLICY = f"""\
version: 1
accounts:
  "{HUB}": security
regions: [us-east-1]
roles:
  - arn: arn:aws:iam::{HUB}:role/UpdateApp
    groups: [security/Developers]
    max_session: 1h
"""


class Sam(Live):
    """rolewatch in the account of the hub, deployed from a clone in which it is built."""

    def __init__(self, clone: Clone, email: str | None = OPERATIONS) -> None:
        super().__init__(spokes=(), confirmed=False)
        self.clone, self._email = clone, email
        self.first: Dialogue

    def deployed(self, senders: list[str]) -> Hub:
        """Runs the guide's step `Slack`, and `Build and deploy` without the build."""
        answers = {
            "Parameter SlackSecretArn": self.secret(),
            "Parameter Architecture": ARCHITECTURE,
            # The only answer that isn't in the guide. It replaces Slack, which the tests don't use.
            "Parameter TestSlackEndpoint": self.sink.url,
        }
        if self._email is not None:
            answers["Parameter OperationsEmail"] = self._email
        self.first = self.guided(answers)
        if self.first.code != 0:
            raise AssertionError(f"`{guide.deploy()}` failed:\n{self.first.text[-4000:]}")
        return Hub(self.outputs())

    def secret(self) -> str:
        """Stores Slack's webhook as the guide says. Returns the ARN that the command prints."""
        (command,) = guide.block("Slack", "aws secretsmanager")
        # The value that a reader types or pastes.
        typed = f"printf %s {shlex.quote(self.sink.webhook)} | {command}"
        return str(json.loads(self.shell(typed))["ARN"])

    def shell(self, command: str) -> str:
        """Runs a command in the clone, with the credentials of the hub's account."""
        return self.clone.run(command, self.only_credentials())

    def guided(self, answers: dict[str, str], patience: float = DEPLOY_SECONDS) -> Dialogue:
        """Runs `sam deploy --guided`, and answers every other question with Enter."""
        return self.sam(guide.deploy(), answers | {"Deploy this changeset?": "y"}, patience)

    def sam(
        self, command: str, answers: dict[str, str], patience: float = DEPLOY_SECONDS
    ) -> Dialogue:
        """Runs a command of sam at a terminal, in the clone."""
        environment = self.clone.environment() | self.only_credentials()
        return converse(shlex.split(command), answers, self.clone.folder, environment, patience)

    def only_credentials(self) -> dict[str, str]:
        """The variables in which these credentials differ from a normal environment."""
        own = {name: value for name, value in self.credentials().items() if name.startswith("AWS_")}
        # Version 1 of the AWS CLI reads this one.
        return own | {"AWS_DEFAULT_REGION": own["AWS_REGION"]}

    def stack(self) -> dict[str, Any]:
        return dict(self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0])

    def outputs(self) -> dict[str, str]:
        """Returns the current outputs of the stack."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack()["Outputs"]}

    def resources(self, kind: str) -> dict[str, str]:
        """Returns the physical IDs of the stack's resources of a type, by logical ID."""
        found = self.client("cloudformation").get_paginator("list_stack_resources")
        pages = found.paginate(StackName=NAME)
        every = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in every
            if resource["ResourceType"] == kind
        }

    def queues(self) -> dict[str, str]:
        """Returns the URLs of the stack's queues by logical ID, without dead-letter queues."""
        every = self.resources("AWS::SQS::Queue")
        return {name: url for name, url in every.items() if not name.endswith("DeadLetters")}

    def given_up(self) -> dict[str, int]:
        """Returns how many messages are in each of the stack's dead-letter queues that has any."""
        every = self.resources("AWS::SQS::Queue")
        dead = {name: url for name, url in every.items() if name.endswith("DeadLetters")}
        return {name: sum(counts) for name, counts in self.counts(dead).items() if sum(counts)}

    def counts(self, urls: dict[str, str]) -> dict[str, tuple[int, int]]:
        """Returns how many messages wait in each queue, and how many are in progress."""
        wanted = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

        def count(url: str) -> tuple[int, int]:
            found = self.client("sqs").get_queue_attributes(
                QueueUrl=url, AttributeNames=list(wanted)
            )
            waiting, taken = (int(found["Attributes"][name]) for name in wanted)
            return waiting, taken

        return {name: count(url) for name, url in urls.items()}

    def rest(self, patience: float = 60.0) -> None:
        """Waits until none of the stack's queues has any work."""
        urls = self.queues()
        try:
            until("rest", lambda: not any(map(any, self.counts(urls).values())), patience)
        except TooLate as error:
            complaints = [line for line in self.log() if '"level":"ERROR"' in line]
            raise TooLate(f"{error}; {self.counts(urls)}; complaints: {complaints[-3:]}") from None

    def told(self, event: feed.Envelope) -> bool:
        """Whether Slack showed the event to people."""
        return self.times_told(event) > 0

    def times_told(self, event: feed.Envelope) -> int:
        """Returns how many messages Slack showed about it."""
        id = event["detail"]["eventID"]
        return sum(id in json.dumps(post.payload) for post in self.sink.taken())


def switch(name: str) -> feed.Envelope:
    """Lets a person of this name switch without MFA in the hub's own account."""
    switched = of_the_hub(feed.single("assume-role-no-mfa-permanent-key"))
    text = json.dumps(switched).replace("CAROL00001", uuid.uuid4().hex[:10].upper())
    # Signs with the person's own credentials.
    return dict(
        json.loads(text.replace("carol", name).replace("QPVW7ON6O", uuid.uuid4().hex[:9].upper()))
    )


def of_the_hub(event: feed.Envelope) -> feed.Envelope:
    """Returns an event as if it happened in the hub's account, with a new ID each time."""
    own = json.loads(json.dumps(event).replace(DEVELOPMENT, HUB).replace(PRODUCTION, HUB))
    own["detail"] |= {"eventID": str(uuid.uuid4()), "sharedEventID": str(uuid.uuid4())}
    return dict(own)


def made_by(path: Path, kind: str) -> set[str]:
    """Returns the logical IDs of the resources of a type that a template creates under any condition."""
    resources = template.read(path)["Resources"]
    return {
        name
        for name, resource in resources.items()
        if resource["Type"] == kind and "Condition" not in resource
    }


def required(path: Path) -> set[str]:
    """Returns the parameters without a default."""
    parameters = template.read(path)["Parameters"]
    return {name for name, parameter in parameters.items() if "Default" not in parameter}
