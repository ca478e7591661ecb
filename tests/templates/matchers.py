"""Who decides whether an event matches a pattern. Each gets all patterns and events at once and answers in a process of its own.

*aws*: AWS's own matcher, github.com/aws/event-ruler, which EventBridge is made of. It is in Java and on no registry that this project uses, so
it is taken from the class path in ROLEWATCH_EVENT_RULER (its classes, jackson-databind and fastdoubleparser). The package `event-ruler` of PyPI
is something else: a matcher in Go that takes none of `wildcard`, `anything-but`, `exists` as they are written here, and no `$or`.

*emulator*: the matcher of the emulator's TestEventPattern. It runs in the emulator's environment, whose Python ROLEWATCH_EMULATOR_PYTHON names.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EMULATOR_PYTHON = HERE.parents[1] / "target" / "venv" / "bin" / "python"


def available():
    """Name and command of every matcher that can run here. Says loudly which cannot."""
    found = {}
    class_path = os.environ.get("ROLEWATCH_EVENT_RULER")
    if class_path and shutil.which("java"):
        found["aws"] = ["java", "-cp", class_path, str(HERE / "Match.java")]
    else:
        why = "java is not installed" if class_path else "ROLEWATCH_EVENT_RULER names no class path"
        print(f"SKIPPED: AWS's own matcher: {why}", file=sys.stderr)
    python = Path(os.environ.get("ROLEWATCH_EMULATOR_PYTHON", EMULATOR_PYTHON))
    if python.exists():
        found["emulator"] = [str(python), str(HERE / "match_emulator.py")]
    else:
        print(f"SKIPPED: the emulator's matcher: there is no {python.name} of its environment", file=sys.stderr)
    return found


def match(command, patterns, events):
    """For each event, the names of the patterns that it matches."""
    asked = json.dumps({"patterns": {name: json.dumps(pattern) for name, pattern in patterns.items()}, "events": [json.dumps(e) for e in events]})
    run = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=600, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {run.stderr[-2000:]}")
    answers = [set(json.loads(line)) for line in run.stdout.splitlines()]
    if len(answers) != len(events):
        raise RuntimeError(f"{command[0]} answered {len(answers)} times to {len(events)} events")
    return answers
