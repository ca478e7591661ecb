"""The loopback counts as TLS: the templates deny everything else (`aws:SecureTransport`), and the emulator speaks plain HTTP."""

from typing import Any

from ministack.core import iam_evaluator


class Origin:
    """Where a request came from, as ministack keeps it: address, and whether by TLS."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def get(self) -> tuple[str, bool]:
        return self._kept.get()[0], True

    def set(self, origin: tuple[str, bool]) -> Any:
        return self._kept.set(origin)


def fill() -> None:
    iam_evaluator._request_origin = Origin(iam_evaluator._request_origin)
