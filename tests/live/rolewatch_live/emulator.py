"""Runs the emulator as a child process: a free port, loopback only, a temporary folder that is deleted at the
end.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .center import Directory

HERE = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 10
TRIES = 3


class NotUp(RuntimeError):
    """The emulator didn't start."""


class Emulator:
    """A local AWS. For every account, the access key is the account number and the secret is `test`; it signs
    as root user.
    """

    def __init__(self, folder: Path, account: str, region: str = "us-east-1") -> None:
        self.folder = folder
        self.account = account
        self.region = region
        self.log = folder / "emulator.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._start_once()
            except NotUp as error:
                # Another program may have taken the port in the meantime.
                if left == 0 or "already in use" not in str(error):
                    raise
            else:
                return

    def _start_once(self) -> None:
        self.port = free_port()
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-m", "rolewatch_live.gaps"],
                cwd=self.folder,
                env=self._environment(),
                # Closes when this process ends, however it ends. Then the emulator ends too.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_for_health()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the emulator and the functions that it started, which share its process group."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()

    def hold(self, account: str) -> None:
        """Withholds the records of STS calls that this account should receive."""
        self._post(f"/_rolewatch/hold?account={urllib.parse.quote(account)}")

    def release(self, account: str) -> None:
        """Delivers the withheld records, and stops withholding."""
        self._post(f"/_rolewatch/release?account={urllib.parse.quote(account)}")

    def later(self, seconds: int) -> None:
        """Makes temporary credentials, and their MFA, older."""
        self._post(f"/_rolewatch/later?seconds={seconds}")

    def recorded(self, records: list[dict[str, Any]]) -> None:
        """Adds records to LookupEvents that no rule receives."""
        self._post("/_rolewatch/recorded", json.dumps(records).encode())

    def center(self, account: str, region: str, directory: Directory) -> None:
        """Sets what Identity Center has. An account administers it, in its home Region."""
        where = urllib.parse.urlencode({"account": account, "region": region})
        self._post(f"/_rolewatch/center?{where}", json.dumps(asdict(directory)).encode())

    def tail(self, lines: int = 40) -> str:
        """Returns the last lines of the log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def complaints(self) -> list[str]:
        """Returns the warnings and errors in the log, such as a function that ran out of time."""
        marks = ("WARNING", "ERROR", "partial failures")
        return [line for line in self.log.read_text(errors="replace").splitlines() if any(mark in line for mark in marks)]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        return kept | {
            "PYTHONPATH": str(HERE),
            "TMPDIR": str(self.folder / "tmp"),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            # Functions have only the permissions of their roles.
            "AUTH": "true",
            # By default, it would listen on all interfaces.
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "1",
            "LAMBDA_ASYNC_RETRY_MAX_SECONDS": "2",
            # Shortens the waits of Step Functions before a retry.
            "SFN_WAIT_SCALE": "0.02",
        }

    def _wait_for_health(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise NotUp(f"the emulator ended while it started; {self.log} ends with:\n{self.tail()}")
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise NotUp(f"the emulator was not up after {START_SECONDS} s; {self.log} ends with:\n{self.tail()}")

    def _post(self, path: str, body: bytes = b"") -> None:
        request = urllib.request.Request(self.endpoint + path, data=body, method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass


def free_port() -> int:
    """Returns a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
