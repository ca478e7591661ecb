"""The CLI's own findings over the same events, policy and rosters."""

import gzip
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .feed import EVENTS, Record

Finding = dict[str, Any]

ROSTERS = tuple(sorted((EVENTS / "roster").glob("*.json")))


def findings(
    cli: Path, records: Iterable[Record], scratch: Path, until: str | None = None, rosters: Iterable[Path] = ROSTERS
) -> list[Finding]:
    """What `rolewatch audit` finds in these records with the policy of `events/`; `until` is "by now"."""
    logs = scratch / "records_CloudTrail.json.gz"
    with gzip.open(logs, "wt") as file:
        json.dump({"Records": list(records)}, file)
    given = [argument for roster in rosters for argument in ("--roster", _stated(roster))]
    command = [str(cli), "audit", str(logs), "--format", "ndjson", "--policy", str(EVENTS / "rolewatch.yaml"), *given]
    done = subprocess.run([*command, *(["--until", until] if until else [])], capture_output=True, text=True, check=False, timeout=60)
    # 3: an archive of chosen events is incomplete by nature, and says so.
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"`rolewatch audit` ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def key(finding: Finding) -> tuple[str, str, str]:
    """What makes two findings the same: rule, verdict, id."""
    return finding["rule"], finding["verdict"], finding["id"]


def _stated(roster: Path) -> str:
    """`FILE@TIME`; a name may hold the time without colons: `production@2026-03-09T000000Z.json`."""
    _, _, time = roster.stem.partition("@")
    if not time:
        return str(roster)
    return f"{roster}@{time[:13]}:{time[13:15]}:{time[15:]}"
