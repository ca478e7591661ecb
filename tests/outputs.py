"""Stores everything that rolewatch prints for the synthetic events, and compares a later build with it.

    python3 tests/outputs.py store FOLDER      before a change that must not alter behavior
    python3 tests/outputs.py compare FOLDER    after it; exits 1 and names each difference

One file per command: exit code, stdout and stderr. With `--live` (run it with `target/venv/bin/python`), the
synthetic week also goes through the whole stack on this machine, one event after the other. The rows of both
tables and the messages of both topics are stored. `ROLEWATCH` names the command to run. The default is
`target/debug/rolewatch`, which you have to build first.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
EVENTS = PROJECT / "events"
COMMAND = Path(os.environ.get("ROLEWATCH", PROJECT / "target/debug/rolewatch")).resolve()

FORMATS = ("table", "json", "ndjson", "csv")
# After the synthetic week, so that the output doesn't depend on the day of the run.
AS_OF = "2026-03-09T00:00:00Z"
SUBCOMMANDS = (
    ["audit"],
    ["review"],
    ["init"],
    ["explain"],
    ["revoke-plan"],
    ["rules"],
    ["policy"],
    ["policy", "check"],
    ["policy", "push"],
    ["policy", "pattern"],
    ["policy", "schema"],
    ["policy", "example"],
    ["roster"],
    ["roster", "push"],
    ["switch-link"],
)
# Times and IDs that differ in each run.
LATER = re.compile(r"20(?:2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
EPOCH = re.compile(r"\b1[789]\d{8}(?:\d{3})?\b")
WEEK_ENDS = "2026-04-01"
FEWEST_COMMANDS = 150


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("store", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--live", action="store_true", help="the week through the whole stack, too")
    arguments = parser.parse_args()
    if not COMMAND.is_file():
        parser.error(f"{COMMAND} does not exist: build it, or name another one in ROLEWATCH")
    if arguments.act == "store":
        arguments.folder.mkdir(parents=True, exist_ok=True)
        count = write(arguments.folder, arguments.live)
        print(f"stored the output of {count} commands in {arguments.folder}")
        return 0
    if not arguments.folder.is_dir():
        parser.error(f"{arguments.folder}: no such folder")
    with tempfile.TemporaryDirectory(prefix="rolewatch-outputs-") as scratch:
        write(Path(scratch), arguments.live)
        differences = compare(arguments.folder, Path(scratch), arguments.live)
    print(f"{differences} files differ" if differences else "no difference")
    return min(differences, 1)


def write(folder: Path, live: bool) -> int:
    """Runs every command and writes one file each. Returns how many."""
    commands = list(all_commands())
    if len(commands) < FEWEST_COMMANDS:
        raise RuntimeError(f"only {len(commands)} commands: the synthetic events are not where they should be")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, text in pool.map(lambda command: (file_name(command), run(command)), commands):
            (folder / name).write_text(text)
    if live:
        for name, lines in live_week().items():
            (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return len(commands)


def compare(before: Path, after: Path, live: bool) -> int:
    """Prints the differences. Returns in how many files."""
    files = (path.name for folder in (before, after) for path in folder.iterdir())
    names = {name for name in files if live or not name.startswith("live-")}
    differences = 0
    for name in sorted(names):
        old, new = (lines_of(folder / name) for folder in (before, after))
        if old != new:
            differences += 1
            sys.stdout.writelines(difflib.unified_diff(old, new, f"before/{name}", f"after/{name}", n=1))
    return differences


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.exists() else []


def all_commands() -> Iterator[list[str]]:
    """Every command that prints something about `events/`, and how each can fail."""
    yield ["--help"]
    yield ["--version"]
    yield ["man"]
    yield from ([*subcommand, "--help"] for subcommand in SUBCOMMANDS)
    yield from (["completions", shell] for shell in ("bash", "zsh", "fish"))
    yield from (["rules", "--format", form] for form in ("table", "json", "markdown"))
    yield from (["explain", rule] for rule in rules())
    yield from (["audit", "events/archive", "--format", form] for form in FORMATS)
    yield ["audit", "events/archive", "--color", "always"]
    yield ["audit", "events/archive", "--since", "2026-03-04", "--until", "2026-03-05"]
    yield ["audit", "events/archive", "--fail-on", "critical", "--format", "ndjson"]
    yield from reviews()
    yield ["init", "events/review"]
    yield from policies()
    for finding in findings():
        plan = ["revoke-plan", finding, "events/archive", "--as-of", AS_OF]
        yield from ([*plan, "--format", form] for form in ("text", "json"))
    yield ["switch-link", "arn:aws:iam::444455556666:role/UpdateApp"]
    for event in sorted([*EVENTS.glob("*.json"), *EVENTS.glob("tamper/*.json")]):
        path = event.relative_to(PROJECT).as_posix()
        yield ["explain", path]
        yield ["audit", path, "--policy", "events/rolewatch.yaml", "--format", "ndjson"]
    yield from mistakes()


def reviews() -> Iterator[list[str]]:
    for setup in ("events/review", "events/cross-account", "events/cross-account-strict"):
        yield from (["review", setup, "--as-of", AS_OF, "--format", form] for form in FORMATS)
    report = ["--credential-report", "events/review/credentials.csv"]
    yield ["review", "events/review", *report, "--as-of", AS_OF]


def policies() -> Iterator[list[str]]:
    yield ["policy", "check", "events/rolewatch.yaml"]
    yield ["policy", "pattern", "events/rolewatch.yaml"]
    yield ["policy", "pattern", "--parameter", "events/rolewatch.yaml"]
    yield ["policy", "schema"]
    yield ["policy", "example"]


def mistakes() -> Iterator[list[str]]:
    yield []
    yield ["adit"]
    yield ["audit"]
    yield ["audit", "nosuchfolder"]
    yield ["audit", "events/archive", "--formt", "csv"]
    yield ["audit", "events/archive", "--jobs", "0"]
    yield ["audit", "events/archive", "--since", "yesterday"]
    yield ["review", "nosuchfolder"]
    yield ["explain", "RW999"]
    yield ["explain", "README.md"]
    yield ["policy", "check", "Cargo.toml"]
    yield ["revoke-plan", "ffffffff", "events/archive"]
    yield ["switch-link", "UpdateApp"]


def rules() -> list[str]:
    return [rule["code"] for rule in json.loads(printed(["rules", "--format", "json"]).stdout)]


def findings() -> list[str]:
    found = printed(["audit", "events/archive", "--format", "ndjson"]).stdout.splitlines()
    return sorted({json.loads(line)["id"] for line in found})


def printed(command: list[str]) -> subprocess.CompletedProcess[str]:
    # An empty environment, and no terminal.
    surroundings = {"PATH": os.environ.get("PATH", "")}
    return subprocess.run(
        [COMMAND, *command],
        cwd=PROJECT,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run(command: list[str]) -> str:
    done = printed(command)
    return f"$ rolewatch {' '.join(command)}\nexit {done.returncode}\n\n== stdout\n{done.stdout}\n== stderr\n{done.stderr}"


def file_name(command: list[str]) -> str:
    return re.sub(r"[^A-Za-z0-9.=-]+", "_", " ".join(command) or "nothing") + ".txt"


def live_week() -> dict[str, list[str]]:
    """The rows and messages that the week leaves behind, without values that depend on the time of the run.
    """
    sys.path.insert(0, str(PROJECT / "tests/live"))
    # Imported here, because without `--live` only the standard library is needed.
    from rolewatch_live import feed
    from rolewatch_live.accounts import EVERYWHERE
    from rolewatch_live.live import Live

    with Live(EVERYWHERE) as live:
        inboxes = {topic: live.inbox(topic, f"outputs-{topic.lower()}") for topic in ("FindingsTopicArn", "OperationsTopicArn")}
        live.push_policy()
        live.push_rosters()
        for record in feed.archived():
            # One after the other, because rolewatch publishes intermediate states that depend on the order.
            live.publish([feed.envelope(record)])
            live.rest(patience=120)
        left: dict[str, list[object]] = {table: live.rows(table) for table in ("LedgerTableName", "OutboxTableName")}
        left |= {topic: inbox.read() for topic, inbox in inboxes.items()}
        return {f"live-{name}.txt": sorted(map(canonical, rows)) for name, rows in left.items()}


def canonical(row: object) -> str:
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    text = LATER.sub(lambda found: found[0] if found[0] < WEEK_ENDS else "NOW", text)
    return EPOCH.sub("EPOCH", text)


if __name__ == "__main__":
    sys.exit(main())
