"""Waits by polling until a condition holds or the deadline has passed."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0
PAUSE = 0.1


class TooLate(AssertionError):
    """The expected result didn't come in time."""


def until(what: str, probe: Callable[[], T], patience: float = PATIENCE, pause: float = PAUSE) -> T:
    """Returns the first true answer of `probe`."""
    deadline = time.monotonic() + patience
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TooLate(f"after {patience:g} s there was still no {what}; last answer: {answer!r}")
        time.sleep(pause)


def settled(probe: Callable[[], T], quiet: float = 1.0, patience: float = PATIENCE) -> T:
    """Returns the answer of `probe` once it has stayed the same for `quiet` seconds."""
    deadline = time.monotonic() + patience
    last, since = probe(), time.monotonic()
    while time.monotonic() - since < quiet:
        if time.monotonic() > deadline:
            raise TooLate(f"after {patience:g} s it was still changing; last answer: {last!r}")
        time.sleep(PAUSE)
        answer = probe()
        if answer != last:
            last, since = answer, time.monotonic()
    return last
