"""A fake Slack on the loopback: incoming webhooks and two methods of the Web API, with Slack's answers, and a
list of posts.

`GET /posts` lists everything that was sent, oldest first. `GET /messages` lists what a reader of the channel
sees now, with updates applied.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from .limits import objections

CHANNEL = "C0EXAMPLE"
TOKEN = "xoxb-EXAMPLE-EXAMPLE"
WEBHOOK = "/services/T0EXAMPLE/B0EXAMPLE/EXAMPLE"


@dataclass(frozen=True)
class Answer:
    """Slack's next answer, whatever is posted."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def busy(seconds: int) -> Answer:
    return Answer(429, "rate_limited", {"Retry-After": str(seconds)})


BROKEN = Answer(500, "internal_error")
GONE = Answer(404, "no_service")
DISLIKED = Answer(400, "invalid_blocks")


@dataclass(frozen=True)
class Post:
    """One request. `taken`: Slack showed it to people. `ts`: the message that it created or changed."""

    at: float
    method: str
    payload: Any
    status: int
    answer: str
    taken: bool
    ts: str = ""
    objections: list[str] = field(default_factory=list)


class Sink:
    """The server. Calls `on_post` for every request."""

    def __init__(self, on_post: Callable[[Post], None] | None = None, port: int = 0) -> None:
        self.posts: list[Post] = []
        self._on_post = on_post
        self._next: deque[Answer] = deque()
        self._always: Answer | None = None
        self._lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                lists = {"/posts": sink.listed, "/messages": sink.messages}
                found = lists.get(self.path)
                self.reply(Answer(200, json.dumps(found()), {"Content-Type": "application/json"}) if found else Answer(404, "not_found"))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.reply(sink.take(self.path, self.headers.get("Authorization", ""), body))

            def reply(self, answer: Answer) -> None:
                data = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Logs nothing, because `posts` has everything."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def webhook(self) -> str:
        return self.url + WEBHOOK

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answers(self, *answers: Answer) -> None:
        """Sets the answers to the next requests. After them, everything succeeds again."""
        with self._lock:
            self._next.extend(answers)

    def always(self, answer: Answer | None) -> None:
        """Sets the answer to every request from now on. None: everything succeeds again."""
        with self._lock:
            self._always = answer

    def taken(self) -> list[Post]:
        """Returns what Slack showed to people, oldest first."""
        with self._lock:
            return [post for post in self.posts if post.taken]

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(post) for post in self.posts]

    def messages(self) -> list[dict[str, Any]]:
        """Returns what the channel shows now: each message once, in its latest version."""
        shown: dict[str, dict[str, Any]] = {}
        for post in self.taken():
            shown[post.ts] = {"ts": post.ts, "payload": post.payload, "edited": post.method == "chat.update"}
        return list(shown.values())

    def take(self, path: str, authorization: str, body: bytes) -> Answer:
        """Answers a request and records it."""
        try:
            payload = json.loads(body)
        except ValueError:
            payload = None
        method = "webhook" if path.startswith("/services/") else path.removeprefix("/api/")
        why = objections(payload)
        with self._lock:
            ts = payload["ts"] if method == "chat.update" and isinstance(payload, dict) and "ts" in payload else f"{time.time():.6f}"
            forced = self._next.popleft() if self._next else self._always
            known = {post.ts for post in self.posts if post.taken}
            answer = forced or (_webhook(path, why) if method == "webhook" else _web_api(method, authorization, ts, known, payload, why))
            taken = answer.status == 200 and (answer.body == "ok" or answer.body.startswith('{"ok": true'))
            post = Post(time.time(), method, payload, answer.status, answer.body, taken, ts if taken else "", why)
            self.posts.append(post)
        if self._on_post:
            self._on_post(post)
        return answer


def _webhook(path: str, why: list[str]) -> Answer:
    if path != WEBHOOK:
        return GONE
    return Answer(400, why[0].partition(":")[0]) if why else Answer(200, "ok")


def _web_api(method: str, authorization: str, ts: str, known: set[str], payload: Any, why: list[str]) -> Answer:
    if method not in ("chat.postMessage", "chat.update"):
        return _no("unknown_method")
    if authorization != f"Bearer {TOKEN}":
        return _no("invalid_auth" if authorization else "not_authed")
    if why:
        return _no(why[0].partition(":")[0])
    if payload.get("channel") != CHANNEL:
        return _no("channel_not_found")
    if method == "chat.update" and ts not in known:
        return _no("message_not_found")
    if "thread_ts" in payload and payload["thread_ts"] not in known:
        return _no("thread_not_found")
    return Answer(200, json.dumps({"ok": True, "channel": CHANNEL, "ts": ts, "message": {"text": payload.get("text", "")}}))


def _no(word: str) -> Answer:
    return Answer(200, json.dumps({"ok": False, "error": word}))
