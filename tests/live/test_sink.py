"""Proves that the fake Slack of the tests answers as Slack does."""

import json
import unittest
import urllib.error
import urllib.request
from typing import Any

from rolewatch_live.limits import objections
from rolewatch_live.readable import lines
from rolewatch_live.sink import CHANNEL, DISLIKED, GONE, TOKEN, Sink, busy

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "tess entered UpdateApp"}}


class TheSink(unittest.TestCase):
    def setUp(self) -> None:
        self.sink = self.enterContext(Sink())

    def post(self, url: str, payload: Any, token: str = "") -> tuple[int, str, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(url, json.dumps(payload).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode(), refused.headers

    def api(self, method: str, payload: Any, token: str = TOKEN) -> Any:
        return json.loads(self.post(f"{self.sink.url}/api/{method}", payload, token)[1])

    def test_a_webhook_takes_a_message_and_lists_it(self) -> None:
        self.assertEqual(self.post(self.sink.webhook, {"text": "hello", "blocks": [SECTION]})[:2], (200, "ok"))
        with urllib.request.urlopen(self.sink.url + "/posts", timeout=5) as answer:
            (listed,) = json.load(answer)
        self.assertEqual((listed["method"], listed["taken"], listed["payload"]["text"]), ("webhook", True, "hello"))

    def test_another_webhook_does_not_exist(self) -> None:
        self.assertEqual(self.post(self.sink.url + "/services/T0/B0/OLD", {"text": "hello"})[:2], (404, "no_service"))
        self.assertEqual(self.sink.taken(), [])

    def test_it_is_busy_once_and_says_for_how_long(self) -> None:
        self.sink.answers(busy(3))
        status, _, headers = self.post(self.sink.webhook, {"text": "hello"})
        self.assertEqual((status, headers["Retry-After"]), (429, "3"))
        self.assertEqual(self.post(self.sink.webhook, {"text": "hello"})[0], 200)

    def test_it_stays_as_it_was_told_until_told_otherwise(self) -> None:
        self.sink.always(GONE)
        self.assertEqual([self.post(self.sink.webhook, {"text": "hello"})[0] for _ in range(2)], [404, 404])
        self.sink.always(None)
        self.assertEqual(self.post(self.sink.webhook, {"text": "hello"})[0], 200)

    def test_a_bot_changes_its_own_message(self) -> None:
        posted = self.api("chat.postMessage", {"channel": CHANNEL, "text": "tess entered"})
        changed = self.api("chat.update", {"channel": CHANNEL, "ts": posted["ts"], "text": "tess left"})
        self.assertEqual((posted["ok"], changed["ok"]), (True, True))
        (message,) = self.sink.messages()
        self.assertEqual((message["payload"]["text"], message["edited"]), ("tess left", True))

    def test_a_bot_is_told_what_is_wrong(self) -> None:
        message = {"channel": CHANNEL, "text": "hello"}
        self.assertEqual(self.api("chat.postMessage", message, "xoxb-EXAMPLE-OLD")["error"], "invalid_auth")
        self.assertEqual(self.api("chat.postMessage", {**message, "channel": "C0OTHER"})["error"], "channel_not_found")
        self.assertEqual(self.api("chat.update", {**message, "ts": "1.0"})["error"], "message_not_found")
        self.assertEqual(self.api("chat.postMessage", {"channel": CHANNEL})["error"], "no_text")
        self.assertEqual(self.api("chat.postMessage", {**message, "blocks": [{"type": "section"}]})["error"], "invalid_blocks")

    def test_what_is_over_a_limit_is_refused(self) -> None:
        def text(length: int, kind: str = "mrkdwn") -> dict[str, str]:
            return {"type": kind, "text": "x" * length}

        button = {"type": "button", "text": text(75, "plain_text"), "url": "https://example.com/"}
        cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
            ({"type": "header", "text": text(150, "plain_text")}, {"type": "header", "text": text(151, "plain_text")}),
            ({"type": "section", "text": text(3000)}, {"type": "section", "text": text(3001)}),
            ({"type": "section", "fields": [text(2000)] * 10}, {"type": "section", "fields": [text(2000)] * 11}),
            ({"type": "section", "fields": [text(2000)]}, {"type": "section", "fields": [text(2001)]}),
            ({"type": "context", "elements": [text(9)] * 10}, {"type": "context", "elements": [text(9)] * 11}),
            ({"type": "actions", "elements": [button]}, {"type": "actions", "elements": [{**button, "text": text(76, "plain_text")}]}),
            ({"type": "section", "text": text(1)}, {"type": "section", "text": text(0)}),
            ({"type": "header", "text": text(1, "plain_text")}, {"type": "header", "text": text(1)}),
        ]
        for fits, too_much in cases:
            with self.subTest(type=fits["type"]):
                self.assertEqual(objections({"text": "x", "blocks": [fits]}), [])
                self.assertEqual(self.post(self.sink.webhook, {"text": "x", "blocks": [too_much]})[:2], (DISLIKED.status, DISLIKED.body))
        self.assertEqual(objections({"text": "x", "blocks": [{"type": "divider"}] * 50}), [])
        self.assertEqual(len(objections({"text": "x", "blocks": [{"type": "divider"}] * 51})), 1)


class AMessage(unittest.TestCase):
    def test_reads_as_plain_text_and_moves_no_cursor(self) -> None:
        header = {"type": "header", "text": {"type": "plain_text", "text": "High"}}
        hostile = {"type": "section", "text": {"type": "mrkdwn", "text": "a &lt;b&gt;\u001b[2J"}}
        self.assertEqual(lines({"text": "x", "blocks": [header, hostile]}), ["HIGH", "a <b>\N{REPLACEMENT CHARACTER}[2J"])


if __name__ == "__main__":
    unittest.main()
