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
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

import functions  # noqa: E402
from aws import Aws  # noqa: E402
from runtime import Fault, Runtime, now  # noqa: E402

# The measurements, each with its unit and the goal, a maximum.
GOALS = [("zip", "MB", 4.0), ("init", "ms", 10.0), ("first, own", "ms", 10.0), ("warm, own", "ms", 2.0), ("resident", "MB", 20.0)]
PATIENCE = 30


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
    if not (name and mark and os.access(path, os.X_OK) and Path(path).is_file()):
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=PATH of a program")
    return name, Path(path).resolve()


@dataclass
class Event:
    """Milliseconds."""

    wall: float
    own: float
    cpu: float
    calls: list


@dataclass
class Run:
    """Milliseconds and megabytes."""

    init: float
    events: list
    resident: float
    peak: float


def run(name, path, given, certificate):
    """Measures one execution environment from start to end."""
    runtime = Runtime().start()
    aws = Aws(functions.objects())
    # The functions accept a test endpoint for Slack only without TLS.
    slack = aws.beside().start()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "server.pem", certificate / "server.key")
        aws.socket = context.wrap_socket(aws.socket, server_side=True)
    aws.start()
    said = tempfile.TemporaryFile()
    start = now()
    process = subprocess.Popen([path], env=environment(name, given, runtime, aws, slack, certificate), stdout=said, stderr=said)
    threading.Thread(target=lambda: (process.wait(), runtime.fail(f"the function ended with {process.returncode}")), daemon=True).start()
    try:
        init = runtime.wait_until_ready(PATIENCE) - start
        resident = memory(process.pid, "VmRSS")
        events = []
        for count in range(1 + given.warm):
            before = cpu(process.pid)
            answer = runtime.send(functions.event(name, count), PATIENCE)
            # The function is idle again, so it spends no more time on this event.
            runtime.wait_until_ready(PATIENCE)
            wall = answer.answered - answer.sent
            calls = [what for _, _, what in aws.calls_between(answer.sent, answer.answered)]
            own = wall - aws.waited(answer.sent, answer.answered)
            events.append(Event(wall * 1e3, own * 1e3, cpu(process.pid) - before, calls))
        return Run(init * 1e3, events, resident, memory(process.pid, "VmHWM"))
    except Fault as fault:
        said.seek(0)
        log = said.read().decode(errors="replace").strip().splitlines()
        raise Fault("\n".join([str(fault), *log[-20:]])) from None
    finally:
        process.kill()
        process.wait()
        said.close()
        for server in (runtime, aws, slack):
            server.stop()


def environment(name, given, runtime, aws, slack, certificate):
    scheme = "https" if certificate else "http"
    own = {
        "PATH": "/usr/bin:/bin",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.port}",
        "AWS_LAMBDA_FUNCTION_NAME": f"rolewatch-{name}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/rolewatch/rolewatch/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "EXAMPLE",
        "AWS_REGION": functions.REGION,
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE000000001",
        "AWS_SECRET_ACCESS_KEY": "EXAMPLE",
        "AWS_SESSION_TOKEN": "EXAMPLE",
    }
    if certificate:
        own["SSL_CERT_FILE"] = str(certificate / "bundle.pem")
    own |= functions.environment(f"{scheme}://127.0.0.1:{aws.port}", f"http://127.0.0.1:{slack.port}")
    return own | dict(text.split("=", 1) for text in given.env)


def memory(pid, what):
    """Megabytes (10^6 bytes)."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith(what))


def cpu(pid):
    """Returns the CPU time of all threads, in milliseconds."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((thread / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            continue  # The thread ended in the meantime.
    return total / 1e6


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
    last = warm[-1].calls
    print(f"calls of a warm event: {', '.join(f'{last.count(what)} {what}' for what in sorted(set(last))) or 'none'}")
    return missed


def machine(given):
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), platform.machine())
    return (
        f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}; {given.runs} runs, {given.warm} warm events each, "
        f"{'TLS' if given.tls else 'no TLS'}. Goals are held against the median; this is not Lambda."
    )


def certify(folder):
    """Creates a certificate authority and a certificate for 127.0.0.1, for this run only."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    key = ["-newkey", "rsa:2048", "-nodes"]
    for command in [
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=bench"],
        ["req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1"],
        ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2",
         "-extfile", "names"],
    ]:
        try:
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"openssl could not make a certificate: {error}")
    # As many authorities as on a real system, because the first connection reads them all.
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    (folder / "bundle.pem").write_bytes((system.read_bytes() if system.exists() else b"") + (folder / "ca.pem").read_bytes())
    return folder


if __name__ == "__main__":
    main()
