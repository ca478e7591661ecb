"""The matchers that decide whether an event matches a pattern.

Each runs in a process of its own, gets all patterns and events at once, and prints its answers.

*aws* is AWS's own matcher, github.com/aws/event-ruler, which EventBridge uses. It is written in Java and
isn't on any registry that this project uses. So ROLEWATCH_EVENT_RULER has to hold its class path: its
classes, jackson-databind and fastdoubleparser. The package `event-ruler` on PyPI is a different matcher,
written in Go. It supports neither `$or` nor the form in which the templates write `wildcard`, `anything-but`
and `exists`.

*emulator* is the matcher behind the emulator's TestEventPattern. It runs in the emulator's environment.
ROLEWATCH_EMULATOR_PYTHON names the Python of that environment.
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
    """Returns the name and command of every matcher that can run here. Prints which ones can't."""
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
    """Returns, for each event, the names of the patterns that it matches."""
    asked = json.dumps({"patterns": {name: json.dumps(pattern) for name, pattern in patterns.items()}, "events": [json.dumps(e) for e in events]})
    run = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=600, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {run.stderr[-2000:]}")
    answers = [set(json.loads(line)) for line in run.stdout.splitlines()]
    if len(answers) != len(events):
        raise RuntimeError(f"{command[0]} answered {len(answers)} times to {len(events)} events")
    return answers
