"""How AWS writes records: the shapes of `events/shapes.py`, for what is recorded here."""

import sys

from .binaries import ROOT

sys.path.append(str(ROOT / "events"))

# Nothing is left behind in that folder.
written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from shapes import HIDDEN, Person, api, by_permanent_key, envelope, iso, java, other_account  # noqa: E402

sys.dont_write_bytecode = written

# The `eventVersion` of today; the week's records are older.
NEWEST = "1.11"

__all__ = ["HIDDEN", "NEWEST", "Person", "api", "by_permanent_key", "envelope", "iso", "java", "other_account"]
