"""Imports the record shapes of `events/shapes.py`, for the records that are written here."""

import sys

from .binaries import ROOT

sys.path.append(str(ROOT / "events"))

# Leaves no compiled files in that folder.
written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from shapes import HIDDEN, Person, api, by_permanent_key, envelope, iso, java, other_account  # noqa: E402

sys.dont_write_bytecode = written

# The current `eventVersion`. The records of the week have an older one.
NEWEST = "1.11"

__all__ = ["HIDDEN", "NEWEST", "Person", "api", "by_permanent_key", "envelope", "iso", "java", "other_account"]
