"""The real functions and the real CLI, built by Cargo or taken from `ROLEWATCH_BINARIES`, and zipped for
Lambda.
"""

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
# Above this size, the package leaves out debug symbols, which no test needs.
LARGE = 20_000_000


@cache
def folder() -> Path:
    """Returns the folder with the binaries. Builds them first, in the profile of the other tests, unless the
    folder is given.
    """
    if given := os.environ.get("ROLEWATCH_BINARIES"):
        return Path(given).resolve()
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit("cargo is missing: install Rust as rust-toolchain.toml says")
    _build(cargo, [])
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug"


def _build(cargo: str, features: list[str]) -> None:
    # With a test, all dependencies have the features that `cargo test` builds them with, so nothing is
    # built again.
    command = [cargo, "build", "--locked", "--quiet", "--workspace", "--bins", "--test", "simulation", *features]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise SystemExit(f"`{' '.join(command[1:])}` failed; see above")


@cache
def cli_for_aws() -> Path:
    """Returns the CLI with the commands that call AWS."""
    if given := os.environ.get("ROLEWATCH_CLI_FOR_AWS"):
        return Path(given).resolve()
    built = folder()
    _build(shutil.which("cargo") or "cargo", ["--features", "rolewatch/aws"])
    mine = built / "rolewatch-for-aws"
    shutil.copy2(built / CLI, mine)
    return mine


def run(binary: Path, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a program until it ends."""
    return subprocess.run([str(binary), *arguments], env=environment, capture_output=True, text=True, check=False, timeout=240)


def zipped(binary: Path) -> bytes:
    """Returns a deployment package with the binary, named `bootstrap`. It is kept beside the binary, because
    making it takes as long as deploying it.
    """
    if not binary.is_file():
        raise SystemExit(f"{binary} is missing: build it, or set ROLEWATCH_BINARIES to where it is")
    kept, built = binary.with_suffix(".zip"), binary.stat().st_mtime_ns
    # Not "newer than": Cargo may put an older binary back.
    if kept.is_file() and kept.stat().st_mtime_ns == built:
        return kept.read_bytes()
    packed = _packed(binary)
    with tempfile.NamedTemporaryFile(dir=binary.parent, delete=False) as file:
        file.write(packed)
    os.utime(file.name, ns=(built, built))
    Path(file.name).replace(kept)
    return packed


def _packed(binary: Path) -> bytes:
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
