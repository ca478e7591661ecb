"""The limits of Slack that a message of rolewatch could exceed (docs.slack.dev, "Block Kit" and
"chat.postMessage").
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MOST_BLOCKS = 50
MOST_TEXT = 40_000
BLOCKS = {"actions", "context", "divider", "header", "image", "rich_text", "section"}


def objections(payload: Any) -> list[str]:
    """Returns why Slack would reject the message, beginning with the error (`invalid_blocks`, `no_text`), or
    nothing.
    """
    if not isinstance(payload, dict):
        return ["invalid_payload: not an object"]
    text, blocks = payload.get("text", ""), payload.get("blocks", [])
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        return [f"msg_too_long: text is over {MOST_TEXT} characters or none"]
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        return [f"invalid_blocks: blocks is no list of at most {MOST_BLOCKS}"]
    if not text and not blocks:
        return ["no_text: neither text nor blocks"]
    return [f"invalid_blocks: blocks[{at}] {why}" for at, block in enumerate(blocks) for why in _block(block)]


def _block(block: Any) -> Iterator[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in BLOCKS:
        yield f"is of no known type: {kind!r}"
        return
    if "block_id" in block:
        yield from _length("block_id", block["block_id"], 255)
    if kind == "header":
        yield from _text("text", block.get("text"), 150, {"plain_text"})
    elif kind == "section":
        yield from _section(block)
    elif kind == "context":
        yield from _several("elements", block.get("elements"), 10, _context)
    elif kind == "actions":
        yield from _several("elements", block.get("elements"), 25, _button)


def _section(block: Json) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "has neither text nor fields"
    if "text" in block:
        yield from _text("text", block["text"], 3000)
    if "fields" in block:
        yield from _several("fields", block["fields"], 10, lambda name, part: _text(name, part, 2000))
    if "accessory" in block:
        yield from _button("accessory", block["accessory"])


def _context(name: str, part: Any) -> Iterator[str]:
    if not isinstance(part, dict) or part.get("type") != "image":
        yield from _text(name, part, 3000)


def _button(name: str, part: Any) -> Iterator[str]:
    if not isinstance(part, dict) or part.get("type") != "button":
        yield f"{name} is no button"
        return
    yield from _text(f"{name}.text", part.get("text"), 75, {"plain_text"})
    for field, most in (("url", 3000), ("value", 2000), ("action_id", 255)):
        if field in part:
            yield from _length(f"{name}.{field}", part[field], most)
    if part.get("style", "primary") not in ("primary", "danger"):
        yield f"{name}.style is unknown"


def _several(name: str, parts: Any, most: int, check: Any) -> Iterator[str]:
    if not isinstance(parts, list) or not 1 <= len(parts) <= most:
        yield f"{name} is no list of 1 to {most}"
        return
    for at, part in enumerate(parts):
        yield from check(f"{name}[{at}]", part)
    named = [part.get("action_id") for part in parts if isinstance(part, dict) and part.get("action_id")]
    if len(named) != len(set(named)):
        yield f"{name} has an action_id twice"


def _text(name: str, part: Any, most: int, kinds: set[str] | None = None) -> Iterator[str]:
    if not isinstance(part, dict) or part.get("type") not in (kinds or {"plain_text", "mrkdwn"}):
        yield f"{name} is no text object that belongs there"
    else:
        yield from _length(f"{name}.text", part.get("text"), most)


def _length(name: str, text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        yield f"{name} has not 1 to {most} characters"
