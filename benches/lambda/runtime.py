"""A Lambda Runtime API on this machine.

It hands out events one at a time, and records when a function asks for one and when it answers. See
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

import http.server
import json
import queue
import socket
import threading
import time
import uuid
from dataclasses import dataclass

now = time.perf_counter


class Fault(Exception):
    """The function failed."""


@dataclass
class Answer:
    """One event: when it was sent and when the answer came, in seconds of `now`."""

    sent: float
    answered: float
    body: bytes


class LoopbackServer(http.server.ThreadingHTTPServer):
    """Without TCP_NODELAY, loopback would add up to 40 ms to the measurement."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().server_bind()

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.shutdown()
        self.server_close()

    @property
    def port(self):
        return self.server_address[1]


class Runtime(LoopbackServer):
    """The API for one execution environment."""

    def __init__(self):
        super().__init__(Handler)
        self.asked = queue.Queue()
        self.events = queue.Queue()
        self.answers = queue.Queue()
        self.sent = 0.0

    def wait_until_ready(self, timeout):
        """Returns the time when the function asked for its next event."""
        return self.take(self.asked, timeout, "did not ask for an event")

    def send(self, event, timeout):
        self.events.put(json.dumps(event).encode())
        answered, path, body = self.take(self.answers, timeout, "did not answer")
        if not path.endswith("/response"):
            raise Fault(f"the function failed: {body.decode(errors='replace')[:400]}")
        return Answer(self.sent, answered, body)

    def take(self, of, timeout, what):
        try:
            found = of.get(timeout=timeout)
        except queue.Empty:
            raise Fault(f"the function {what} within {timeout} s") from None
        if isinstance(found, Fault):
            raise found
        return found

    def fail(self, why):
        for of in (self.asked, self.answers):
            of.put(Fault(why))

    def stop(self):
        self.events.put(None)
        super().stop()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = now()
        if not self.path.endswith("/runtime/invocation/next"):
            return self.send_error(404)
        self.server.asked.put(asked)
        body = self.server.events.get()
        if body is None:
            self.close_connection = True
            return
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {uuid.uuid4()}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + 30_000}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:measured\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.server.sent = now()
        self.wfile.write(head.encode() + body)

    def do_POST(self):
        answered = now()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.endswith("/init/error"):
            self.server.fail(f"the function could not start: {body.decode(errors='replace')[:400]}")
        else:
            self.server.answers.put((answered, self.path, body))
        self.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *_):
        """The default would print a line per request."""
