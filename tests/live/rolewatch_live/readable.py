"""Shows a Slack message as lines of plain text, for a terminal."""

from collections.abc import Iterator
from typing import Any

WIDTH = 88


def lines(payload: Any) -> list[str]:
    """Returns header, sections, fields, contexts and buttons, each on its own line, or the plain text if
    there are no blocks.
    """
    if not isinstance(payload, dict):
        return [clean(str(payload))]
    blocks = payload.get("blocks") or []
    shown = [line for block in blocks for line in _block(block)]
    return shown or clean(str(payload.get("text", ""))).splitlines()


def _block(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind == "divider":
        yield "-" * 40
    if kind in ("header", "section") and "text" in block:
        text = _text(block["text"])
        yield from text.upper().splitlines() if kind == "header" else text.splitlines()
    for field in block.get("fields", []):
        yield "  " + _text(field).replace("\n", " ")
    for element in block.get("elements", []):
        if element.get("type") == "button":
            yield f"  [{_text(element['text'])}] {element.get('url', '')}".rstrip()
        else:
            yield from ("  " + line for line in _text(element).splitlines())


def _text(part: Any) -> str:
    text = part.get("text", "") if isinstance(part, dict) else part
    text = text.get("text", "") if isinstance(text, dict) else text
    return clean(str(text))


def clean(text: str) -> str:
    """Decodes Slack's three escapes, and removes characters that move the cursor of a terminal."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return "".join(char if char == "\n" or char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in plain)


def framed(title: str, content: list[str]) -> str:
    """Puts the lines into a box."""
    head = f"+-- {title} "
    return "\n".join([head + "-" * max(4, WIDTH - len(head)), *(f"| {line}" for line in content), "+" + "-" * (WIDTH - 1)])
