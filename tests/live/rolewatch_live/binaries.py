"""The real functions and the real CLI: built by Cargo, or taken from `ROLEWATCH_BINARIES`, and zipped as Lambda wants them."""

import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = {
    "SwitchGuard": "switch-guard",
    "SlackNotifier": "slack-notifier",
    "SessionAuditor": "session-auditor",
    "ArchiveAuditor": "archive-auditor",
}
CLI = "rolewatch"
# Above this, symbols for debuggers are left out, which no test needs.
LARGE = 20_000_000


@cache
def folder() -> Path:
    """Where the binaries are; builds them first, in the profile of the other tests, unless they were given."""
    if given := os.environ.get("ROLEWATCH_BINARIES"):
        return Path(given).resolve()
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit("cargo is missing: install Rust as rust-toolchain.toml says")
    # The whole workspace, as `cargo test` takes it: a choice of packages would have other features, and be built anew.
    done = subprocess.run([cargo, "build", "--locked", "--quiet", "--workspace", "--bins"], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise SystemExit("the functions do not build; see above")
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug"


@cache
def cli_for_aws() -> Path:
    """The CLI with the commands that talk to AWS."""
    if given := os.environ.get("ROLEWATCH_CLI_FOR_AWS"):
        return Path(given).resolve()
    built = folder()
    # A folder of its own for the program; what it is made of is shared.
    done = subprocess.run([shutil.which("cargo") or "cargo", "build", "--locked", "--quiet", "--features", "aws"], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise SystemExit("the CLI does not build with the feature `aws`; see above")
    mine = built / "rolewatch-for-aws"
    shutil.copy2(built / CLI, mine)
    return mine


def run(binary: Path, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end."""
    return subprocess.run([str(binary), *arguments], env=environment, capture_output=True, text=True, check=False, timeout=240)


def zipped(binary: Path) -> bytes:
    """A deployment package: the binary, called `bootstrap`."""
    if not binary.is_file():
        raise SystemExit(f"{binary} is missing: build it, or set ROLEWATCH_BINARIES to where it is")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, _without_symbols(binary), compresslevel=1)
    return packed.getvalue()


def _without_symbols(binary: Path) -> bytes:
    strip = shutil.which("strip")
    if strip is None or binary.stat().st_size < LARGE:
        return binary.read_bytes()
    with tempfile.TemporaryDirectory(prefix="rolewatch-strip-") as scratch:
        small = Path(scratch) / "bootstrap"
        subprocess.run([strip, "--strip-debug", "-o", small, binary], check=True)
        return small.read_bytes()
