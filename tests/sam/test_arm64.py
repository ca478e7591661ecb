"""Proves that the functions can be built for arm64, the template's default, if the Rust toolchain here
supports it.
"""

import platform
import time
import unittest

from rolewatch_sam import shared
from rolewatch_sam.clone import target_installed

from rolewatch_live.binaries import FUNCTIONS

TARGET = "aarch64-unknown-linux-gnu"
MISSING = f"""
  arm64 IS NOT TESTED: the Rust target {TARGET} is not installed.
  Install it with `rustup target add {TARGET}`, and repeat `make test-sam`."""


class Arm64(unittest.TestCase):
    def test_every_function_is_built_for_arm64_and_for_lambda(self) -> None:
        if not target_installed(TARGET):
            shared.loud(MISSING)
            self.skipTest(f"the Rust target {TARGET} is not installed")
        shared.built("arm64")
        self.assertEqual(shared.flaws("arm64", set(FUNCTIONS)), [])
        began = time.monotonic()
        shared.clone().build("arm64")
        took = time.monotonic() - began
        shared.measured(f"second `sam build` for arm64, on {platform.machine()}", f"{took:.0f} s")


if __name__ == "__main__":
    unittest.main()
