"""Deploys the hub and its spokes from the shipped templates, with the real binaries."""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from . import template
from .accounts import HOME, HUB, Accounts
from .binaries import FUNCTIONS, ROOT, zipped
from .feed import EVENTS
from .sink import CHANNEL, TOKEN, Sink

NAME = "rolewatch"
# The person who operates rolewatch.
OPERATIONS = "operations@example.com"
# In seconds. A debug build on a busy machine is many times slower than Lambda. With the shipped timeout, it would
# return messages for lack of time, and they come back after minutes.
TIMEOUT = 300
# Resource types that the emulator doesn't support. `template.without` fails if this list isn't exact.
LEFT_OUT_OF_HUB: set[str] = set()
LEFT_OUT_OF_SPOKE: set[str] = set()
# With CloudFormation.
LONGEST_BODY = 51_200


@dataclass(frozen=True)
class Hub:
    """Returns the outputs of the stack."""

    outputs: dict[str, str]
    region: str = HOME
    account: str = HUB

    def __getitem__(self, name: str) -> str:
        return self.outputs[name]


def deploy_hub(
    accounts: Accounts, sink: Sink, binaries: Path, spokes: list[str], bot: bool = False, region: str = HOME, **more: str
) -> Hub:
    """Deploys `template.yaml`. With `bot`, Slack uses a bot token, else an incoming webhook."""
    code = {name: _upload(accounts, f"{binary}.zip", zipped(binaries / binary), region) for name, binary in FUNCTIONS.items()}
    whole = template.without(template.read(ROOT / "template.yaml"), LEFT_OUT_OF_HUB)
    whole["Globals"]["Function"]["Timeout"] = TIMEOUT
    secret = accounts.client("secretsmanager", HUB, region).create_secret(Name="rolewatch/slack", SecretString=TOKEN if bot else sink.webhook)
    given = {
        "SlackSecretArn": secret["ARN"],
        "SlackChannel": CHANNEL if bot else "",
        "SpokeAccounts": ",".join(spokes),
        "ElevatedRoles": ",".join(elevated_roles()),
        "Architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "OperationsEmail": OPERATIONS,
        "TestSlackEndpoint": sink.url,
        **more,
    }
    packaged = template.with_code(whole, code)
    for name, file in template.definitions(packaged).items():
        packaged["Resources"][name]["Properties"]["DefinitionUri"] = _upload(accounts, f"{name}.json", (ROOT / file).read_bytes(), region)
    return Hub(deploy(accounts, HUB, region, packaged, given), region)


def deploy_spoke(accounts: Accounts, hub: Hub, account: str, region: str = HOME, **more: str) -> dict[str, str]:
    """Deploys `deploy/spoke.yaml` in an account and Region, with the values of the hub's outputs."""
    whole = template.without(template.read(ROOT / "deploy" / "spoke.yaml"), LEFT_OUT_OF_SPOKE)
    given = {
        "HubAccountId": hub["HubAccountId"],
        "HubRegion": hub["HubRegion"],
        "HubStackName": hub["StackPrefix"],
        "ReaderRoleName": hub["ReaderRoleName"],
        "ElevatedRoles": ",".join(elevated_roles()),
        **more,
    }
    return deploy(accounts, account, region, whole, given)


def deploy_trail(accounts: Accounts, hub: Hub, account: str, region: str, bucket: str) -> dict[str, str]:
    """Deploys `deploy/trail.yaml` where the trail's bucket is."""
    whole = template.without(template.read(ROOT / "deploy" / "trail.yaml"), set())
    given = {
        "HubAccountId": hub["HubAccountId"],
        "HubRegion": hub["HubRegion"],
        "HubStackName": hub["StackPrefix"],
        "TrailBucket": bucket,
    }
    return deploy(accounts, account, region, whole, given, "rolewatch-trail")


def elevated_roles() -> list[str]:
    """Returns the ARNs of the policy's roles."""
    policy = yaml.safe_load((EVENTS / "rolewatch.yaml").read_text())
    return [role["arn"] for role in policy["roles"]]


def _upload(accounts: Accounts, name: str, package: bytes, region: str) -> str:
    s3 = accounts.client("s3", HUB, region)
    bucket = f"rolewatch-code-{HUB}-{region}"
    if bucket not in {known["Name"] for known in s3.list_buckets()["Buckets"]}:
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
    s3.put_object(Bucket=bucket, Key=name, Body=package)
    return f"s3://{bucket}/{name}"


def deploy(
    accounts: Accounts, account: str, region: str, whole: template.Json, given: dict[str, str], name: str = NAME
) -> dict[str, str]:
    """Creates a stack. Returns its outputs."""
    stacks = accounts.client("cloudformation", account, region)
    body = template.body(whole)
    # A template that is too long for a call goes through S3, as with `sam deploy`.
    where = {"TemplateBody": body}
    if len(body) > LONGEST_BODY:
        _, _, place = _upload(accounts, "template.json", body.encode(), region).partition("s3://")
        where = {"TemplateURL": f"{accounts.endpoint}/{place}"}
    stacks.create_stack(
        StackName=name,
        **where,
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    try:
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})
    except Exception as error:
        raise RuntimeError(f"the stack in {account} {region} was not made: {_why(stacks, name)}") from error
    stack = stacks.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _why(stacks: Any, name: str) -> str:
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed) or "no event says why"
