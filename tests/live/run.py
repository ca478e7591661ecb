"""Runs the end-to-end tests, several files at a time: run.py [PATTERN]

Each file has a process and an emulator of its own. ROLEWATCH_LIVE_JOBS says how many run at a time; the
default is one more than there are cores, because each file waits a third of its time, and at most 4.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Files that take minutes start first, so that none of them runs alone at the end.
LONGEST_FIRST = (
    "test_trail.py",
    "test_week.py",
    "test_probes.py",
    "test_center_week.py",
    "test_sessions.py",
    "test_programs.py",
    "test_live.py",
    "test_iam_reading.py",
)


def jobs() -> int:
    given = os.environ.get("ROLEWATCH_LIVE_JOBS")
    return int(given) if given else min((os.cpu_count() or 1) + 1, 4)


def files(pattern: str) -> list[str]:
    found = sorted(path.name for path in HERE.glob(pattern))
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    return sorted(found, key=lambda name: order.get(name, len(order)))


def build() -> dict[str, str]:
    """Builds everything once, so that no test waits for Cargo's lock. Returns the environment of the tests."""
    sys.path.insert(0, str(HERE))
    from rolewatch_live import binaries  # noqa: PLC0415

    built = binaries.folder()
    for name in binaries.FUNCTIONS.values():
        binaries.zipped(built / name)
    return os.environ | {"ROLEWATCH_BINARIES": str(built), "ROLEWATCH_CLI_FOR_AWS": str(binaries.cli_for_aws())}


def run(name: str, environment: dict[str, str]) -> bool:
    """Runs one file and prints its output when it is done. Returns whether it passed."""
    command = [sys.executable, "-m", "unittest", "discover", "-s", str(HERE), "-t", str(HERE), "-p", name]
    began = time.monotonic()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    passed = done.returncode == 0
    print(f"== {name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - began:.0f} s\n{done.stdout}", flush=True)
    return passed


def main() -> None:
    names = files(sys.argv[1] if len(sys.argv) > 1 else "test_*.py")
    if not names:
        raise SystemExit(f"no file is called {sys.argv[1]}")
    environment = build()
    with ThreadPoolExecutor(jobs()) as pool:
        passed = list(pool.map(lambda name: run(name, environment), names))
    failed = [name for name, fine in zip(names, passed, strict=True) if not fine]
    if failed:
        raise SystemExit(f"FAILED: {', '.join(failed)}")
    print(f"all {len(names)} files passed")


if __name__ == "__main__":
    main()
