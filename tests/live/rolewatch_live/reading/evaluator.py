"""The guard and the emulator as evaluators: they read cases as JSON lines and write answers in the same
order.

`shared/guard/examples/iam_verdicts.rs` describes a case.
"""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from ..binaries import ROOT

LIVE = ROOT / "tests" / "live"
Case = dict[str, Any]
Answer = dict[str, Any]


@cache
def guard() -> Path:
    """Returns `iam_verdicts`, built by Cargo or taken from `ROLEWATCH_IAM_VERDICTS`."""
    if given := os.environ.get("ROLEWATCH_IAM_VERDICTS"):
        return Path(given).resolve()
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit("cargo is missing: install Rust as rust-toolchain.toml says")
    # The whole workspace has the features of `cargo test`, which built it already.
    command = [cargo, "build", "--locked", "--quiet", "--workspace", "--example", "iam_verdicts"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise SystemExit("iam_verdicts does not build; see above")
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug" / "examples" / "iam_verdicts"


def by_guard(cases: list[Case]) -> list[Answer]:
    """Returns `verdict` (allowed, denied, undecided), `explicit` (null if that is open), and the `open`
    points.
    """
    return _answers([str(guard())], cases)


def by_emulator(cases: list[Case]) -> list[Answer]:
    """Returns `verdict` (allowed, denied) and `explicit`, which is null for trust policies: the emulator
    doesn't say it there.
    """
    return _answers([sys.executable, "-B", "-m", "rolewatch_live.reading.emulated"], cases)


def _answers(command: list[str], cases: list[Case]) -> list[Answer]:
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    env = {**os.environ, "PYTHONPATH": str(LIVE)}
    done = subprocess.run(command, input=lines, env=env, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(cases):
        raise RuntimeError(f"{command} answered {len(answers)} of {len(cases)} cases")
    for case, answer in zip(cases, answers, strict=True):
        if "error" in answer:
            raise RuntimeError(f"{command} takes this for no case: {answer['error']}: {json.dumps(case)}")
    return answers
