"""Loopback counts as TLS. The templates deny everything else (`aws:SecureTransport`), but the emulator uses
plain HTTP.
"""

from typing import Any

from ministack.core import iam_evaluator


class Origin:
    """The source of a request, as ministack stores it: its address, and whether it used TLS."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def get(self) -> tuple[str, bool]:
        return self._kept.get()[0], True

    def set(self, origin: tuple[str, bool]) -> Any:
        return self._kept.set(origin)


def fill() -> None:
    iam_evaluator._request_origin = Origin(iam_evaluator._request_origin)
