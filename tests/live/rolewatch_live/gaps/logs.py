"""What a function wrote before it answered is in its log.

ministack waits for it only a few milliseconds. What a busy machine reads later is logged with the next call of the same
process, which may never come.
"""

import os
import queue
import select
import threading
from contextlib import suppress
from typing import IO, Any

from ministack.core.lambda_runtime import ProvidedWorker

AT_ONCE = 65_536
opening = threading.Lock()


class Output:
    """The output of one process. Two threads read it: one all the time, so that the pipe never fills up, and
    the one that has received the answer.
    """

    def __init__(self, stream: IO[bytes], lines: "queue.Queue[str]") -> None:
        self.stream = stream
        self.ended = False
        self._lines = lines
        self._begun = b""
        self._reading = threading.Lock()
        os.set_blocking(stream.fileno(), False)

    def follow(self) -> None:
        """Reads until the process closes its output."""
        readable = select.poll()
        readable.register(self.stream.fileno(), select.POLLIN)
        while not self.ended:
            readable.poll()
            self.read()
        self.stream.close()

    def read(self, whole: bool = False) -> None:
        """Reads what is there. `whole`: a line without an end is a line too."""
        with self._reading:
            while not self.ended:
                try:
                    more = os.read(self.stream.fileno(), AT_ONCE)
                except BlockingIOError:
                    break
                self.ended = not more
                *lines, self._begun = (self._begun + more).split(b"\n")
                self._put(lines)
            if self._begun and (whole or self.ended):
                self._put([self._begun])
                self._begun = b""

    def _put(self, lines: list[bytes]) -> None:
        for line in lines:
            if self._lines.full():
                # The oldest one, unless somebody has just taken it.
                with suppress(queue.Empty):
                    self._lines.get_nowait()
            self._lines.put_nowait(line.decode(errors="replace").rstrip("\r"))


def output_of(worker: Any, stream: IO[bytes], lines: "queue.Queue[str]") -> Output:
    with opening:
        found = getattr(worker, "output", None)
        if found is None or found.stream is not stream:
            found = worker.output = Output(stream, lines)
        return found


def fill() -> None:
    def follow(worker: Any, stream: IO[bytes], lines: "queue.Queue[str]") -> None:
        output_of(worker, stream, lines).follow()

    def read(worker: Any, **_: float) -> str:
        process = worker._proc
        if process is not None:
            output_of(worker, process.stdout, worker._stderr_queue).read(whole=True)
        return str(worker._drain_stderr())

    ProvidedWorker._pump_output = follow
    ProvidedWorker._drain_stderr_bounded = read
