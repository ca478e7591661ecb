"""One execution environment of a function: its process, its Lambda Runtime API, and what each event took."""

import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import functions
from aws import waited
from runtime import Fault, Runtime, now

PATIENCE = 60


@dataclass
class Event:
    """Milliseconds, and the calls: start, end, operation, rows read, rows written."""

    wall: float
    own: float
    cpu: float
    calls: list

    @property
    def rows(self):
        """Returns the number of rows that were read or written."""
        return sum(read + written for *_, read, written in self.calls)


class Measured:
    """Starts the program and waits until it asks for an event.

    `calls`: returns the requests that were in progress between two times.
    """

    def __init__(self, name, path, environment, calls):
        self.calls = calls
        self.runtime = Runtime().start()
        self.said = tempfile.TemporaryFile()
        start = now()
        self.process = subprocess.Popen([path], env=lambda_environment(name, self.runtime) | environment, stdout=self.said, stderr=self.said)
        threading.Thread(target=self.watch, daemon=True).start()
        self.init = self.asking(lambda: self.runtime.wait_until_ready(PATIENCE) - start) * 1e3
        self.init_cpu = self.cpu()
        self.init_calls = calls(start, now())
        self.resident_after_init = self.memory("VmRSS")

    def watch(self):
        self.process.wait()
        self.runtime.fail(f"the function ended with {self.process.returncode}")

    def handle(self, event):
        before = self.cpu()
        answer = self.asking(lambda: self.runtime.send(event, PATIENCE))
        # The function is idle again, so it spends no more time on this event.
        self.asking(lambda: self.runtime.wait_until_ready(PATIENCE))
        calls = self.calls(answer.sent, answer.answered)
        wall = answer.answered - answer.sent
        own = wall - waited(calls, answer.sent, answer.answered)
        if b'"itemIdentifier"' in answer.body:
            raise Fault(f"the function returned messages: {answer.body.decode()[:400]}\n{self.log()}")
        return Event(wall * 1e3, own * 1e3, self.cpu() - before, calls)

    def asking(self, what):
        try:
            return what()
        except Fault as fault:
            raise Fault(f"{fault}\n{self.log()}") from None

    def log(self):
        self.said.seek(0)
        return "\n".join(self.said.read().decode(errors="replace").strip().splitlines()[-20:])

    def memory(self, what):
        """Megabytes (10^6 bytes)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith(what))

    def cpu(self):
        """Returns the CPU time of all threads, in milliseconds."""
        total = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                total += int((thread / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                continue  # The thread ended in the meantime.
        return total / 1e6

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.said.close()
        self.runtime.stop()


def lambda_environment(name, runtime):
    return {
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
