"""Builds and deploys rolewatch as docs/deploy.md says, on the emulator of the end-to-end tests."""

import sys
from pathlib import Path

# Emulator, Slack and waiting come from tests/live.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "live"))
