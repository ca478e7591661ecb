#!/usr/bin/env python3
"""Measures functions against a Lambda Runtime API and AWS services that run on this machine.

    bench.py switch-guard=target/lambda/switch-guard slack-notifier=target/lambda/slack-notifier

Needs only Python's standard library. Each run starts the program, waits until it asks for an event, then
sends a first event and several warm ones. The times are those of this machine, not of Lambda. Ratios carry
over, and so does whether a goal is met at all. *Own* time is the time without a request to AWS or Slack in
progress.
"""

import argparse
import io
import os
import platform
import statistics
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

import functions  # noqa: E402
from aws import Aws, certify  # noqa: E402
from measured import Measured  # noqa: E402
from runtime import Fault  # noqa: E402
from tables import program  # noqa: E402

# The measurements, each with its unit and the goal, a maximum.
GOALS = [("zip", "MB", 4.0), ("init", "ms", 10.0), ("first, own", "ms", 10.0), ("warm, own", "ms", 2.0), ("resident", "MB", 20.0)]


def main():
    given = arguments()
    print(machine(given), file=sys.stderr)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        certificate = certify(Path(folder)) if given.tls else None
        for name, path in given.functions:
            try:
                # The first run only fills the page cache.
                runs = [run(name, path, given, certificate) for _ in range(given.runs + 1)][1:]
            except Fault as fault:
                sys.exit(f"{name}: {fault}")
            missed += report(name, path, runs)
    if missed and given.strict:
        sys.exit(f"missed: {', '.join(missed)}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("functions", nargs="+", metavar="NAME=PATH", type=named, help="a function and its program; the name chooses the event")
    parser.add_argument("--runs", type=int, default=10, help="how often each is started (10)")
    parser.add_argument("--warm", type=int, default=50, help="how many events follow the first one (50)")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="a variable of the functions' environment")
    parser.add_argument("--tls", action="store_true", help="speak TLS, as AWS does; needs openssl")
    parser.add_argument("--strict", action="store_true", help="fail if a goal is missed")
    given = parser.parse_args()
    if given.runs < 1 or given.warm < 1:
        parser.error("at least one run, and one warm event")
    return given


def named(text):
    name, mark, path = text.partition("=")
    if not (name and mark):
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=PATH of a program")
    return name, program(path)


@dataclass
class Run:
    """Milliseconds and megabytes."""

    init: float
    events: list
    resident: float
    peak: float


def run(name, path, given, certificate):
    """Measures one execution environment from start to end."""
    aws = Aws(functions.objects())
    # The functions accept a test endpoint for Slack only without TLS.
    slack = aws.slack()
    if certificate:
        aws.encrypt(certificate)
    aws.start()
    scheme = "https" if certificate else "http"
    environment = functions.environment(f"{scheme}://127.0.0.1:{aws.port}", f"http://127.0.0.1:{slack.port}")
    if certificate:
        environment["SSL_CERT_FILE"] = str(certificate / "bundle.pem")
    measured = Measured(name, path, environment | dict(text.split("=", 1) for text in given.env), aws.calls_between)
    try:
        events = [measured.handle(functions.event(name, count)) for count in range(1 + given.warm)]
        return Run(measured.init, events, measured.resident_after_init, measured.memory("VmHWM"))
    finally:
        measured.stop()
        for server in (aws, slack):
            server.stop()


def zipped(path):
    """Returns the size of the deployment package, in megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(path, "bootstrap")
    return len(packed.getvalue()) / 1e6


def report(name, path, runs):
    """Prints the measurements, and returns the goals that were missed."""
    first = [run.events[0] for run in runs]
    warm = [event for run in runs for event in run.events[1:]]
    middle, most = statistics.median, max
    init = [run.init for run in runs]
    rows = [
        ("program", "MB", [path.stat().st_size / 1e6]),
        ("zip", "MB", [zipped(path)]),
        ("init", "ms", init),
        ("first", "ms", [event.wall for event in first]),
        ("first, own", "ms", [event.own for event in first]),
        ("first, CPU", "ms", [event.cpu for event in first]),
        ("warm", "ms", [event.wall for event in warm]),
        ("warm, own", "ms", [event.own for event in warm]),
        ("warm, CPU", "ms", [event.cpu for event in warm]),
        ("resident after init", "MB", [run.resident for run in runs]),
        ("resident", "MB", [run.peak for run in runs]),
    ]
    goals = {what: goal for what, _, goal in GOALS}
    missed = []
    print(f"\n{name}\n{'':22} {'median':>9} {'most':>9} {'goal':>9}")
    for what, unit, values in rows:
        goal, verdict = goals.get(what), ""
        if goal is not None:
            met = middle(values) <= goal
            verdict = f"{goal:9.0f}  {'met' if met else 'missed'}"
            missed += [] if met else [f"{name} {what}"]
        print(f"{what + ' (' + unit + ')':22} {middle(values):9.2f} {most(values):9.2f} {verdict}".rstrip())
    last = [what for _, _, what, *_ in warm[-1].calls]
    print(f"calls of a warm event: {', '.join(f'{last.count(what)} {what}' for what in sorted(set(last))) or 'none'}")
    return missed


def machine(given):
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), platform.machine())
    return (
        f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}; {given.runs} runs, {given.warm} warm events each, "
        f"{'TLS' if given.tls else 'no TLS'}. Goals are held against the median; this is not Lambda."
    )


if __name__ == "__main__":
    main()
