#!/usr/bin/env python3
"""Draws docs/slack-message.svg from docs/slack-message.json, the real blocks of an example finding.

    cargo run -p rolewatch-notify --features testing --example slack_message > docs/slack-message.json
    python3 docs/slack-message.py            writes the picture
    python3 docs/slack-message.py --check    fails if the picture doesn't match the blocks

Draws only those parts of Block Kit that the example needs. A test of rolewatch-notify checks that the JSON is
what the notifier sends, and that the picture matches the JSON.
"""

import hashlib
import html
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
WIDTH, LEFT, RIGHT = 820, 76, 792
SANS = "Lato, 'Helvetica Neue', Helvetica, Arial, 'Noto Sans CJK JP', sans-serif"
MONO = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# Advance widths of Helvetica, in thousandths of an em, from the space to the tilde.
HELVETICA = [int(w) for w in (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584").split()]
# Emoji, because few machines have a font for them.
EMOJI = {
    "🔴": '<circle cx="0.5" cy="0.5" r="0.44" fill="#dd2e44"/>',
    "📖": '<path d="M0.06 0.2 q0.25 -0.14 0.44 0.02 q0.19 -0.16 0.44 -0.02 v0.62 q-0.25 -0.14 -0.44 0.02 q-0.19 -0.16 -0.44 -0.02z" '
          'fill="#ffffff" stroke="#3b88c3" stroke-width="0.09"/><path d="M0.5 0.24 v0.6" stroke="#3b88c3" stroke-width="0.07"/>',
}
TOKEN = re.compile(r"(?P<emoji>[🔴📖])|`(?P<code>[^`]+)`|\*(?P<bold>[^*\n]+)\*|(?<!\w)_(?P<italic>[^\n]+?)_(?!\w)|<(?P<url>[^|>]+)\|(?P<link>[^>]+)>")


def width(text, size, kind):
    if kind == "emoji":
        return size * 1.15
    if kind == "code":
        return len(text) * size * 0.9 * 0.602
    total = sum(HELVETICA[ord(c) - 32] if " " <= c <= "~" else {"·": 278, "•": 350}.get(c, 1000) for c in text)
    return total * size / 1000 * (1.06 if kind == "bold" else 1.0)


def tokens(line):
    place = 0
    for found in TOKEN.finditer(line):
        if found.start() > place:
            yield "plain", line[place:found.start()]
        kind = "link" if found["link"] else found.lastgroup
        yield kind, found[kind]
        place = found.end()
    if place < len(line):
        yield "plain", line[place:]


class Page:
    def __init__(self):
        self.y, self.parts = 0, []

    def words(self, line, x, most, size, colour="#1d1c1d", default="plain"):
        """Breaks one line of mrkdwn where it doesn't fit."""
        start, pen = x, x
        for kind, text in tokens(line):
            kind = default if kind == "plain" else kind
            pieces = [text] if kind in ("code", "emoji") else re.findall(r"\S+\s*|\s+", text)
            run = ""
            for piece in pieces:
                piece = html.unescape(piece)
                pad = 8 if kind == "code" else 0
                if pen + width(run + piece.rstrip(), size, kind) + pad > most and pen + width(run, size, kind) > start:
                    pen = self.run(run, pen, size, kind, colour)
                    self.y, pen, run = self.y + size * 1.46, start, ""
                run += piece
            pen = self.run(run, pen, size, kind, colour)
        self.y += size * 1.46

    def run(self, text, x, size, kind, colour):
        shown = text.rstrip() if kind != "code" else text
        if not text:
            return x
        wide = width(text, size, kind)
        if kind == "emoji":
            self.parts.append(f'<g transform="translate({x:.1f} {self.y - size * 0.9:.1f}) scale({size * 1.05:.2f})">{EMOJI[text]}</g>')
            return x + wide
        if kind == "code":
            self.parts.append(f'<rect x="{x:.1f}" y="{self.y - size:.1f}" width="{wide + 7:.1f}" height="{size * 1.36:.1f}" rx="3" fill="#f6f6f6" stroke="#dddddd"/>')
            self.text(text, x + 3.5, size * 0.9, wide, f'font-family="{MONO}" fill="#c01343"')
            return x + wide + 9
        if shown:
            # SVG drops a leading space.
            lead = width(" ", size, kind) * (len(shown) - len(shown.lstrip()))
            x, wide, shown = x + lead, wide - lead, shown.lstrip()
            style = {"bold": 'font-weight="700"', "italic": 'font-style="italic"', "link": ""}.get(kind, "")
            fill = "#1264a3" if kind == "link" else "#616061" if kind == "italic" else colour
            self.text(shown, x, size, width(shown, size, kind), f'{style} fill="{fill}"')
        return x + wide

    def text(self, text, x, size, wide, style):
        # Sets the width, so that any font fits the picture.
        self.parts.append(
            f'<text x="{x:.1f}" y="{self.y:.1f}" font-size="{size:g}" textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs" {style}>{html.escape(text)}</text>'
        )

    def mrkdwn(self, text, x, most, size=15, colour="#1d1c1d"):
        for line in text.split("\n"):
            self.words(line, x, most, size, colour)


def draw(message):
    page = Page()
    page.y = 38
    page.words("*rolewatch*", LEFT, RIGHT, 16)
    page.y = 38
    page.parts.append(f'<rect x="{LEFT + 84}" y="26" width="30" height="15" rx="3" fill="#e8e8e8"/>')
    page.text("APP", LEFT + 88, 10, 22, 'font-weight="700" fill="#616061"')
    page.y = 38
    page.text("3:30 AM", LEFT + 124, 12.5, 50, 'fill="#616061"')
    page.y = 44
    for block in message["blocks"]:
        kind = block["type"]
        if kind == "header":
            page.y += 26
            page.words(block["text"]["text"], LEFT, RIGHT, 19, default="bold")
            page.y -= 12
        elif kind == "section" and "fields" in block:
            page.y += 16
            for left in range(0, len(block["fields"]), 2):
                top, ends = page.y, []
                for place, field in enumerate(block["fields"][left:left + 2]):
                    page.y = top
                    x = LEFT + place * (RIGHT - LEFT) / 2
                    page.mrkdwn(field["text"], x, x + (RIGHT - LEFT) / 2 - 10)
                    ends.append(page.y)
                page.y = max(ends) + 10
            page.y -= 10
        elif kind == "section":
            page.y += 18
            page.mrkdwn(block["text"]["text"], LEFT, RIGHT)
        elif kind == "context":
            page.y += 12
            for element in block["elements"]:
                page.mrkdwn(element["text"], LEFT, RIGHT, 12.5, "#616061")
        else:
            sys.exit(f"this picture knows no block of type {kind}")
    height = round(page.y + 12)
    digest = hashlib.sha256((HERE / "slack-message.json").read_bytes()).hexdigest()
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="{SANS}" role="img">',
        f"<title>{html.escape(message['text'])}</title>",
        f"<!-- drawn by docs/slack-message.py from docs/slack-message.json, sha256 {digest} -->",
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="10" fill="#ffffff" stroke="#d8d8d8"/>',
        '<rect x="24" y="22" width="38" height="38" rx="8" fill="#3f0e40"/>',
        # The logo: an eye above a keyhole.
        '<path d="M30 41 q13 -15 26 0 q-13 15 -26 0z" fill="none" stroke="#ffffff" stroke-width="2.4"/><circle cx="43" cy="40" r="3.4" fill="#ffffff"/><path d="M43 41 l2.4 7 h-4.8z" fill="#ffffff"/>',
    ]
    return "\n".join(head + page.parts + ["</svg>"]) + "\n"


def main():
    picture = draw(json.loads((HERE / "slack-message.json").read_text(encoding="utf-8")))
    path = HERE / "slack-message.svg"
    if sys.argv[1:] == ["--check"]:
        if path.read_text(encoding="utf-8") != picture:
            sys.exit("docs/slack-message.svg is not the picture of docs/slack-message.json; run docs/slack-message.py")
        return
    path.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
