"""Runs the CLI's review and draft for accounts as the emulator's IAM lists them."""

import json
import subprocess
from pathlib import Path
from typing import Any

from . import company
from .accounts import Accounts


def folder(accounts: Accounts, scratch: Path, named: dict[str, str]) -> Path:
    """Writes the files of the accounts by name: authorization details, and the maximum session durations of
    their roles.
    """
    scratch.mkdir()
    for name, account in named.items():
        (scratch / f"{name}.json").write_text(json.dumps(company.details(accounts, account)))
        (scratch / f"{name}-roles.json").write_text(json.dumps(company.listed_roles(accounts, account)))
    return scratch


def found(cli: Path, files: Path, policy: Path) -> list[dict[str, Any]]:
    """Returns what `rolewatch review` finds. Fails if anything couldn't be read."""
    done = run(cli, "review", str(files), "--policy", str(policy), "--format", "ndjson")
    if done.returncode not in (0, 1):
        raise RuntimeError(f"`rolewatch review` ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(cli: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(cli), *arguments], capture_output=True, text=True, check=False, timeout=60)
