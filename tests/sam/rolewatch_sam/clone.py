"""A fresh clone in a separate folder, and the commands of the guide in it.

The folder is deleted afterward, because a build takes gigabytes. `ROLEWATCH_SAM_CLONE=FOLDER` keeps it, and a
second run there builds only what has changed since.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from rolewatch_live.binaries import ROOT

from . import guide

HERE = Path(__file__).resolve().parent.parent
PREVIOUS = HERE / "previous" / "template.yaml"
SAM = Path(os.environ.get("ROLEWATCH_SAM", ROOT / "target" / "sam")).resolve()
ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
BUILD_SECONDS = 3600
# Files that a clone doesn't contain.
OURS = ("target", ".git", ".aws-sam", "samconfig.toml", ".venv", "__pycache__")


@dataclass
class Clone:
    """The repository as git has it, with uncommitted changes."""

    folder: Path = Path()
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        if given := os.environ.get("ROLEWATCH_SAM_CLONE"):
            self.folder = Path(given).resolve()
            self.folder.mkdir(parents=True, exist_ok=True)
        else:
            (ROOT / "target").mkdir(exist_ok=True)
            scratch = tempfile.TemporaryDirectory(prefix="sam-clone-", dir=ROOT / "target")
            self.folder = Path(self._open.enter_context(scratch))
        for name in _tracked():
            _copy(ROOT / name, self.folder / name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def built(self) -> Path:
        """The folder in which `sam build` puts each function, by its logical ID."""
        return self.folder / ".aws-sam" / "build"

    def configure(self) -> None:
        """The guide's first command: copies a configuration without answers of an earlier run."""
        self.run(guide.configure())

    def build(self, architecture: str = ARCHITECTURE) -> float:
        """Runs `sam build`, as the guide has it for this architecture. Returns the seconds it took."""
        began = time.monotonic()
        self.run(guide.build(architecture))
        return time.monotonic() - began

    def use(self, template: Path) -> None:
        """Replaces template.yaml by another template."""
        shutil.copyfile(template, self.folder / "template.yaml")

    def run(self, command: str, environment: dict[str, str] | None = None) -> str:
        """Runs a command of the guide, which has to succeed. Returns its output."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment() | (environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=BUILD_SECONDS,
        )
        if done.returncode != 0:
            said = f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
            raise AssertionError(f"`{command}` ended with {done.returncode}:\n{said}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The environment of a shell in which the virtual environment with sam is active, without
        credentials.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            # The clone has its own target folder.
            if not name.startswith(("AWS_", "SAM_", "PYTHON")) and name != "CARGO_TARGET_DIR"
        }
        return kept | {
            "VIRTUAL_ENV": str(SAM),
            "PATH": f"{SAM / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "SAM_CLI_TELEMETRY": "0",
            # Makes tables wide, and output free of color codes.
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }


@cache
def target_installed(target: str) -> bool:
    """Whether the Rust toolchain of this repository can build for the target."""
    try:
        found = subprocess.run(
            ["rustc", "--print", "target-libdir", "--target", target],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return found.returncode == 0 and Path(found.stdout.strip()).is_dir()


def _tracked() -> list[Path]:
    """Returns the files of a clone. Without git: all files except build output."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
        return [name for name in names if (ROOT / name).is_file()]
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [name for name in found if not set(name.parts) & set(OURS)]


def _copy(source: Path, target: Path) -> None:
    """Leaves identical files alone, so that Cargo doesn't consider them changed."""
    if target.is_file() and target.read_bytes() == source.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    # Makes the file newer than everything built from an older state.
    os.utime(target)


def machine_of(binary: Path) -> str:
    """Returns the architecture in the header of an ELF file."""
    head = binary.read_bytes()[:20]
    if head[:4] != b"\x7fELF":
        raise AssertionError(f"{binary} is not an ELF file")
    number = int.from_bytes(head[18:20], "little")
    return {62: "x86_64", 183: "arm64"}.get(number, f"machine {number}")


def glibc_of(binary: Path) -> tuple[int, int]:
    """Returns the newest version of glibc that the file needs."""
    found = re.findall(rb"GLIBC_(\d+)\.(\d+)", binary.read_bytes())
    return max((int(major), int(minor)) for major, minor in found)
