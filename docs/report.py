#!/usr/bin/env python3
"""Draws docs/report.png: the top of the page that `rolewatch audit --format html` writes of the synthetic week.

    cargo build
    python3 docs/report.py         needs Chromium

The browser draws with the fonts of the machine, so the picture differs from machine to machine.
"""

import base64
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "html"))

import chromium

WIDTH, HEIGHT = 1_180, 1_240

with tempfile.TemporaryDirectory() as folder:
    page = pathlib.Path(folder) / "report.html"
    subprocess.run(
        ["target/debug/rolewatch", "audit", "events/archive", "--format", "html", "--output", page, "--fail-on", "never"],
        cwd=ROOT, check=True,
    )
    browser = chromium.Browser()
    browser.open(page, WIDTH, HEIGHT)
    picture = browser.call(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1},
    )
    browser.close()
(ROOT / "docs" / "report.png").write_bytes(base64.b64decode(picture["data"]))
