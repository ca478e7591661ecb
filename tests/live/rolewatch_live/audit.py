"""The CLI's own findings over the same events, policy and rosters."""

import gzip
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .feed import ARCHIVE, EVENTS, Record

Finding = dict[str, Any]
Key = tuple[str, str, str]

ROSTERS = tuple(sorted((EVENTS / "roster").glob("*.json")))


def findings(
    cli: Path,
    records: Iterable[Record],
    scratch: Path,
    until: str | None = None,
    rosters: Iterable[Path] = ROSTERS,
    policy: Path = EVENTS / "rolewatch.yaml",
) -> list[Finding]:
    """What `rolewatch audit` finds in these records, by default with the policy of `events/`; `until` is "by now"."""
    return [json.loads(line) for line in _printed(cli, records, scratch, "ndjson", until, rosters, policy).splitlines()]


def report(cli: Path, records: Iterable[Record], scratch: Path, rosters: Iterable[Path], policy: Path) -> dict[str, Any]:
    """All that `rolewatch audit --format json` says."""
    return dict(json.loads(_printed(cli, records, scratch, "json", None, rosters, policy)))


def _printed(
    cli: Path, records: Iterable[Record], scratch: Path, form: str, until: str | None, rosters: Iterable[Path], policy: Path
) -> str:
    logs = scratch / "records_CloudTrail.json.gz"
    with gzip.open(logs, "wt") as file:
        json.dump({"Records": list(records)}, file)
    given = [argument for roster in rosters for argument in ("--roster", stated(roster))]
    command = [str(cli), "audit", str(logs), "--format", form, "--policy", str(policy), *given]
    done = subprocess.run([*command, *(["--until", until] if until else [])], capture_output=True, text=True, check=False, timeout=60)
    # 3: an archive of chosen events is incomplete by nature, and says so.
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"`rolewatch audit` ended with {done.returncode}: {done.stderr}")
    return done.stdout


def options() -> list[str]:
    """What the guard judges by, for an audit that prints what it finds."""
    rosters = [part for roster in ROSTERS for part in ("--roster", stated(roster))]
    return ["--format", "ndjson", "--policy", str(EVENTS / "rolewatch.yaml"), *rosters]


def of_archive(cli: Path) -> dict[Key, Finding]:
    """What the audit finds in the log files of `events/`."""
    done = subprocess.run([str(cli), "audit", str(ARCHIVE), *options()], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 1:
        raise RuntimeError(f"`rolewatch audit` ended with {done.returncode}: {done.stderr}")
    return by_key(done.stdout)


def by_key(lines: str) -> dict[Key, Finding]:
    """The findings that were printed, one a line."""
    return {key(finding): finding for finding in map(json.loads, lines.splitlines())}


def key(finding: Finding) -> Key:
    """What makes two findings the same: rule, verdict, id."""
    return finding["rule"], finding["verdict"], finding["id"]


def stated(roster: Path) -> str:
    """`FILE@TIME`; a name may hold the time without colons: `production@2026-03-09T000000Z.json`."""
    _, _, time = roster.stem.partition("@")
    if not time:
        return str(roster)
    return f"{roster}@{time[:13]}:{time[13:15]}:{time[15:]}"
