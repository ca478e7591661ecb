"""The emulator as a child process: free port, loopback only, its own temporary folder, gone afterwards."""

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
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 10
TRIES = 3


class NotUp(RuntimeError):
    """The emulator did not start."""


class Emulator:
    """A local AWS. Any account answers to its own number as access key, with the secret `test`, as its root user."""

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
                # Somebody else may have taken the port between looking and listening.
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
                # Closed when this process ends, however it ends; then the emulator ends too.
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
        """Keeps back the records of calls to STS that this account is due."""
        self._post(f"/_rolewatch/hold?account={urllib.parse.quote(account)}")

    def release(self, account: str) -> None:
        """Delivers what was kept back, and holds nothing from now on."""
        self._post(f"/_rolewatch/release?account={urllib.parse.quote(account)}")

    def later(self, seconds: int) -> None:
        """Makes temporary credentials, and the MFA proved for them, older."""
        self._post(f"/_rolewatch/later?seconds={seconds}")

    def recorded(self, records: list[dict[str, Any]]) -> None:
        """Lets LookupEvents know these records, which no rule is sent."""
        self._post("/_rolewatch/recorded", json.dumps(records).encode())

    def tail(self, lines: int = 40) -> str:
        """The last lines of its log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

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
            # Functions have the permissions of their roles, no more.
            "AUTH": "true",
            # It would listen on all interfaces.
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "1",
            "LAMBDA_ASYNC_RETRY_MAX_SECONDS": "2",
            # Step Functions waits less before it tries again.
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
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
