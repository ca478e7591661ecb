"""The CLI's findings for the same events, policy and rosters."""

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
    """Returns what `rolewatch audit` finds in these records, as of `until`.

    The default policy is that of `events/`.
    """
    return [json.loads(line) for line in _printed(cli, records, scratch, "ndjson", until, rosters, policy).splitlines()]


def report(cli: Path, records: Iterable[Record], scratch: Path, rosters: Iterable[Path], policy: Path) -> dict[str, Any]:
    """Returns the whole report of `rolewatch audit --format json`."""
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
    # Exit code 3: an archive of selected events is incomplete, and the audit says so.
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"`rolewatch audit` ended with {done.returncode}: {done.stderr}")
    return done.stdout


def options() -> list[str]:
    """The options for an audit that uses the guard's policy and rosters, and prints its findings."""
    rosters = [part for roster in ROSTERS for part in ("--roster", stated(roster))]
    return ["--format", "ndjson", "--policy", str(EVENTS / "rolewatch.yaml"), *rosters]


def of_archive(cli: Path) -> dict[Key, Finding]:
    """Returns what the audit finds in the log files of `events/`."""
    done = subprocess.run([str(cli), "audit", str(ARCHIVE), *options()], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 1:
        raise RuntimeError(f"`rolewatch audit` ended with {done.returncode}: {done.stderr}")
    return by_key(done.stdout)


def by_key(lines: str) -> dict[Key, Finding]:
    """Returns the printed findings, one per line."""
    return {key(finding): finding for finding in map(json.loads, lines.splitlines())}


def key(finding: Finding) -> Key:
    """The identity of a finding: rule, verdict, ID."""
    return finding["rule"], finding["verdict"], finding["id"]


def stated(roster: Path) -> str:
    """Returns `FILE@TIME`. A file name may have the time without colons:
    `production@2026-03-09T000000Z.json`.
    """
    _, _, time = roster.stem.partition("@")
    if not time:
        return str(roster)
    return f"{roster}@{time[:13]}:{time[13:15]}:{time[15:]}"
