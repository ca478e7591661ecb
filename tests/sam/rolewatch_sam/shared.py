"""What all tests share: one clone, in which everything is built once, and the measurements."""

import atexit
import os
import sys
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path

from .clone import Clone, glibc_of, machine_of

# The glibc of Amazon Linux 2023, in which Lambda runs the functions.
GLIBC = (2, 34)


@cache
def clone() -> Clone:
    """Returns the clone, which is deleted when the tests end."""
    made = Clone().__enter__()
    atexit.register(made.__exit__, None, None, None)
    return made


@cache
def built(architecture: str) -> float:
    """Builds from scratch, and returns the seconds it took. A second call builds nothing."""
    clone().configure()
    seconds = clone().build(architecture)
    measured(f"first `sam build` for {architecture}", f"{seconds:.0f} s")
    return seconds


def measured(what: str, figure: str) -> None:
    """Reports a measurement that belongs in the guide."""
    print(f"measured, {os.cpu_count()} cores: {what}: {figure}", file=sys.stderr, flush=True)


def loud(what: str) -> None:
    """Prints something that nobody should miss in the output of the tests."""
    print(what, file=sys.stderr, flush=True)


def bootstraps() -> dict[str, Path]:
    """Returns each function's binary."""
    return {path.parent.name: path for path in sorted(clone().built.glob("*/bootstrap"))}


def packaged(program: Path) -> int:
    """Returns the size of the zip file that `sam deploy` makes of a function."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(program.parent.iterdir()):
            archive.write(path, path.name)
    return len(buffer.getvalue())


def flaws(architecture: str, functions: set[str]) -> list[str]:
    """Returns the faults of the built functions, if any, and measures the functions."""
    found = bootstraps()
    wrong = [f"{name} is missing" for name in sorted(functions - set(found))]
    for name, program in found.items():
        if (machine := machine_of(program)) != architecture:
            wrong.append(f"{name} is for {machine}")
        if (needs := glibc_of(program)) > GLIBC:
            wrong.append(f"{name} needs glibc {needs}, and Lambda has {GLIBC}")
        size = program.stat().st_size / 1e6
        measured(
            f"{name} for {architecture}", f"{size:.1f} MB, zip {packaged(program) / 1e6:.1f} MB"
        )
    return wrong
