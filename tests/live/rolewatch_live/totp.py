"""The six digits of a virtual MFA device: RFC 6238 with its seed, steps of 30 seconds, SHA-1, as AWS
requires.
"""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30
DRIFT = 1


def code(seed: str, at: float | None = None) -> str:
    """Returns the code of a device with this seed (base32) at this time (epoch seconds, default now)."""
    return _hotp(seed, int((time.time() if at is None else at) // STEP))


def matches(seed: str, given: str, at: float | None = None) -> bool:
    """Whether the code is valid now, or one step earlier or later."""
    step = int((time.time() if at is None else at) // STEP)
    return any(hmac.compare_digest(_hotp(seed, step + drift), given) for drift in range(-DRIFT, DRIFT + 1))


def _hotp(seed: str, counter: int) -> str:
    """RFC 4226."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"
