"""Runs the stack's state machine as a whole, through the API or the CLI, and reads its results."""

import json
import subprocess
from typing import Any

from . import audit, binaries
from .live import Live
from .trail_bucket import NAME
from .waiting import until

Said = dict[str, Any]


def run(live: Live, asked: Said) -> Said:
    """Runs the state machine until it ends. Returns the execution as Step Functions describes it."""
    states = live.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=live.hub["HistoryArn"], input=json.dumps({"bucket": NAME, **asked}))["executionArn"]

    def ended() -> Said | None:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else dict(found)

    return dict(until("the end of the execution", ended, 240) or {})


def judged(live: Live, asked: Said) -> Said:
    """Runs the state machine, which has to succeed. Returns its output."""
    ended = run(live, asked)
    if ended["status"] != "SUCCEEDED":
        raise RuntimeError(f"the execution {ended['status']}: {ended.get('error')}: {ended.get('cause')}")
    return dict(json.loads(ended["output"]))


def findings(live: Live, said: Said) -> dict[audit.Key, audit.Finding]:
    return audit.by_key(_read(live, said["findings"]))


def summary(live: Live, said: Said) -> Said:
    return dict(json.loads(_read(live, said["summary"])))


def _read(live: Live, key: str) -> str:
    return str(live.client("s3").get_object(Bucket=live.hub["BucketName"], Key=key)["Body"].read().decode())


def by_cli(live: Live, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs `rolewatch audit s3://… --state-machine …`."""
    options = ["--state-machine", live.hub["HistoryArn"], "--bucket", live.hub["BucketName"], "--format", "ndjson"]
    return binaries.run(binaries.cli_for_aws(), ["audit", f"s3://{NAME}/AWSLogs/", *options], environment)


def judged_alone(local: dict[audit.Key, audit.Finding]) -> dict[audit.Key, audit.Finding]:
    """Returns the audit's findings, without the statements that the CLI adds from local rosters."""
    return {key: {name: value for name, value in finding.items() if name != "allowed_by"} for key, finding in local.items()}
